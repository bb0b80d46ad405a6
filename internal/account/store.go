package account

import "context"

// MemberRecord is a person as stored.
type MemberRecord struct {
	ID           string // UUIDv7
	Email        string // as typed, trimmed
	EmailKey     string // lower case; unique
	PasswordHash string // PHC string
	Role         Role
	CreatedAt    int64 // milliseconds, like every time here
}

// SessionRecord is a sign-in as stored.
type SessionRecord struct {
	Hash       [32]byte // SHA-256 of the cookie; primary key
	MemberID   string
	CreatedAt  int64
	LastSeenAt int64
	ExpiresAt  int64
	UserAgent  string
	Address    string
}

// TokenRecord is an API token as stored.
type TokenRecord struct {
	ID         string   // UUIDv7
	Hash       [32]byte // SHA-256 of the whole token; unique
	MemberID   string   // who made it; empty for BURGEE_INIT_TOKEN
	Name       string
	Masked     string // bgp_AbCd…wxyz
	Role       Role
	CreatedAt  int64
	LastUsedAt int64 // 0 is never
	ExpiresAt  int64 // 0 is never
	// Environments is where the token of a relay counts; none is everywhere.
	Environments []Scope
}

// SetupLinkRecord is the one open set-up link. There is at most one row.
type SetupLinkRecord struct {
	Hash      [32]byte
	CreatedAt int64
}

// Store keeps accounts. Methods that look for one row return a fault of kind
// NotFound where there is none; a duplicate e-mail is a fault of kind Conflict
// with the code "email_taken".
//
// A method that takes an Entry writes the change and the entry in one
// transaction: neither is ever there without the other.
type Store interface {
	// CountMembers says how many members there are.
	CountMembers(ctx context.Context) (int, error)
	// CreateOwner writes the member and deletes every set-up link, in one
	// transaction. It refuses with Conflict "owner_exists" when any member
	// exists already. When linkHash is not nil, the link must exist, else
	// NotFound: two requests with one link make one owner.
	CreateOwner(ctx context.Context, member MemberRecord, linkHash *[32]byte, entry Entry) error
	// MemberByEmail finds a member by lower-case e-mail.
	MemberByEmail(ctx context.Context, emailKey string) (MemberRecord, error)
	// MemberByID finds a member.
	MemberByID(ctx context.Context, id string) (MemberRecord, error)
	// SetPassword replaces a member's password hash and deletes the member's
	// sessions, in one transaction.
	SetPassword(ctx context.Context, memberID, passwordHash string, entry Entry) error

	// CreateSession writes a session and deletes expired ones (ExpiresAt <= CreatedAt).
	CreateSession(ctx context.Context, session SessionRecord) error
	// SessionByHash finds a session, with its member.
	SessionByHash(ctx context.Context, hash [32]byte) (SessionRecord, MemberRecord, error)
	// TouchSession moves a session's last use and expiry.
	TouchSession(ctx context.Context, hash [32]byte, lastSeenAt, expiresAt int64) error
	// DeleteSession removes a session; one that is absent is no error.
	DeleteSession(ctx context.Context, hash [32]byte) error

	// CreateToken writes a token. It refuses with NotFound
	// "environment_not_found" when one of its environments does not exist. The
	// data plane learns of the tokens of relays in the same way as of SDK keys:
	// the key generation of each environment where the token counts grows.
	CreateToken(ctx context.Context, token TokenRecord, entry Entry) error
	// TokenByID finds a token.
	TokenByID(ctx context.Context, id string) (TokenRecord, error)
	// TokenByHash finds a token.
	TokenByHash(ctx context.Context, hash [32]byte) (TokenRecord, error)
	// TouchToken notes a token's use.
	TouchToken(ctx context.Context, id string, lastUsedAt int64) error
	// ListTokens lists the tokens, the oldest first.
	ListTokens(ctx context.Context) ([]TokenRecord, error)
	// DeleteToken removes a token; NotFound when absent. Key generations grow as
	// for CreateToken.
	DeleteToken(ctx context.Context, id string, entry Entry) error

	// ReplaceSetupLink makes link the only set-up link.
	ReplaceSetupLink(ctx context.Context, link SetupLinkRecord) error
	// SetupLinkExists says whether the link is the open one.
	SetupLinkExists(ctx context.Context, hash [32]byte) (bool, error)
}
