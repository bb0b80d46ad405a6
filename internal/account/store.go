package account

import "context"

// MemberRecord is a person as stored.
type MemberRecord struct {
	ID           string // UUIDv7
	Email        string // as typed, trimmed
	EmailKey     string // lower case; unique
	PasswordHash string // PHC string; empty for who has no password
	CreatedAt    int64  // milliseconds, like every time here
	Grants       []Grant
	TOTP         bool // signs in with a second step, which is confirmed
	Linked       bool // has an identity of a provider
}

// TOTPRecord is the second step of a member as stored.
type TOTPRecord struct {
	MemberID      string
	Sealed        []byte
	ConfirmedAt   int64 // 0 until the member has shown a code
	LastStep      int64 // of the last code that was taken
	RecoveryCodes int   // how many are left; read only
}

// PendingRecord is a sign-in that waits for a code, as stored.
type PendingRecord struct {
	Hash      [32]byte // SHA-256 of its secret; primary key
	MemberID  string
	CreatedAt int64
	ExpiresAt int64
}

// IdentityRecord is who a member is to a provider of single sign-on, as stored.
type IdentityRecord struct {
	Issuer    string
	Subject   string // together with Issuer the primary key
	MemberID  string
	CreatedAt int64
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
	MemberID   string   // whose it is, or from which member a service token comes; may be empty for one
	Kind       TokenKind
	Name       string
	Masked     string // bgp_AbCd…wxyz
	Role       Role   // what it may do at most; of a personal token inside what its member may
	CreatedAt  int64
	LastUsedAt int64 // 0 is never
	ExpiresAt  int64 // 0 is never
	// Scopes is where the token counts; none is everywhere.
	Scopes []Scope
}

// HolderRecord is a token with what its rights follow from, as they are now.
type HolderRecord struct {
	Token   TokenRecord
	Actions []Action     // of the token's role, when people made it
	Member  MemberRecord // of a personal token
}

// LinkRecord is a link that works once, as stored.
type LinkRecord struct {
	Hash      [32]byte // SHA-256 of its secret; primary key
	Kind      LinkKind
	Email     string  // as typed, trimmed
	MemberID  string  // whose password it sets; empty for an invitation
	Grants    []Grant // what an invitation gives
	MadeBy    string  // a member's or token's id; empty for the server's host
	Maker     string  // by name
	CreatedAt int64
	ExpiresAt int64
}

// RoleRecord is a role that people made, as stored.
type RoleRecord struct {
	Name        Role
	Description string
	Actions     []Action
	CreatedAt   int64
}

// SetupLinkRecord is an open set-up link. Each node that starts without an owner
// makes one.
type SetupLinkRecord struct {
	Hash      [32]byte
	CreatedAt int64
}

// LoginRecord is a login as stored.
type LoginRecord struct {
	Hash     [32]byte // of the secret
	Code     [32]byte // of the code
	MemberID string   // who has approved it; empty is nobody yet
	Login
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
	// ListMembers lists the members, by e-mail.
	ListMembers(ctx context.Context) ([]MemberRecord, error)
	// MemberByEmail finds a member by lower-case e-mail.
	MemberByEmail(ctx context.Context, emailKey string) (MemberRecord, error)
	// MemberByID finds a member.
	MemberByID(ctx context.Context, id string) (MemberRecord, error)
	// SetPassword replaces a member's password hash and deletes the member's
	// sessions and reset links, in one transaction. When link is not nil, it must
	// exist and be of the member, else NotFound.
	SetPassword(ctx context.Context, memberID, passwordHash string, link *[32]byte, entry Entry) error
	// SetGrants makes a member's roles the given ones. It refuses with Conflict
	// "member_changed" when they were others than before, with Conflict "last_owner"
	// when the member owned the server and nobody who has a password would now, and
	// with NotFound for a place or a role that does not exist. The links that the
	// member made end.
	SetGrants(ctx context.Context, memberID string, before, after []Grant, entry Entry) error
	// DeleteMember removes a member with sessions, personal tokens and links. It
	// refuses as SetGrants does.
	DeleteMember(ctx context.Context, memberID string, before []Grant, entry Entry) error

	// CreateLink writes a link and deletes those that have ended (ExpiresAt <=
	// CreatedAt) and earlier ones of the same kind and e-mail address. It refuses
	// with NotFound for a place or a role that does not exist.
	CreateLink(ctx context.Context, link LinkRecord, entry Entry) error
	// LinkByHash finds a link.
	LinkByHash(ctx context.Context, hash [32]byte) (LinkRecord, error)
	// ListLinks lists the links, the oldest first.
	ListLinks(ctx context.Context) ([]LinkRecord, error)
	// DeleteLink removes a link; NotFound when absent.
	DeleteLink(ctx context.Context, hash [32]byte, entry Entry) error
	// CreateMember writes a member and deletes the link, which must exist, else
	// NotFound: two requests with one link make one member.
	CreateMember(ctx context.Context, member MemberRecord, link [32]byte, entry Entry) error

	// ListRoles lists the roles that people made, by name.
	ListRoles(ctx context.Context) ([]RoleRecord, error)
	// PutRole makes a role, where before is nil, or replaces it. It refuses with
	// Conflict CodeRoleChanged where the role is not as before. The links of who
	// holds it end: they may give more than their maker may now.
	PutRole(ctx context.Context, before *RoleRecord, role RoleRecord, entry Entry) error
	// DeleteRole removes a role; NotFound when absent, Conflict "role_used" while
	// anybody, a token or a link has it.
	DeleteRole(ctx context.Context, name Role, entry Entry) error

	// CreateLogin writes a login and deletes those that are over. It refuses with
	// Limited "logins_many" while very many wait, from one address or in all.
	CreateLogin(ctx context.Context, login LoginRecord) error
	// LoginByCode finds a login that nobody has approved; NotFound CodeLoginOver
	// where there is none, or it is over at now.
	LoginByCode(ctx context.Context, code [32]byte, now int64) (LoginRecord, error)
	// ApproveLogin has a login be of a member, where LoginByCode finds it.
	ApproveLogin(ctx context.Context, code [32]byte, memberID string, now int64) error
	// RefuseLogin removes a login that nobody has approved; NotFound when absent.
	RefuseLogin(ctx context.Context, code [32]byte) error
	// TakeLogin finds a login by its secret and, where somebody has approved it,
	// removes it: of two who take it one gets it. NotFound CodeLoginOver otherwise.
	TakeLogin(ctx context.Context, hash [32]byte, now int64) (LoginRecord, error)

	// CreateSession writes a session and deletes expired ones (ExpiresAt <= CreatedAt).
	CreateSession(ctx context.Context, session SessionRecord) error
	// SessionByHash finds a session, with its member.
	SessionByHash(ctx context.Context, hash [32]byte) (SessionRecord, MemberRecord, error)
	// SessionsOf lists a member's sessions, the latest used first.
	SessionsOf(ctx context.Context, memberID string) ([]SessionRecord, error)
	// EndSession is DeleteSession with an entry; NotFound when absent.
	EndSession(ctx context.Context, hash [32]byte, entry Entry) error
	// TouchSession moves a session's last use and expiry.
	TouchSession(ctx context.Context, hash [32]byte, lastSeenAt, expiresAt int64) error
	// DeleteSession removes a session; one that is absent is no error.
	DeleteSession(ctx context.Context, hash [32]byte) error

	// TOTPOf finds the second step of a member, also one that is not confirmed.
	TOTPOf(ctx context.Context, memberID string) (TOTPRecord, error)
	// PutTOTP stores the secret of a second step that is not confirmed, in the place
	// of an earlier one. It refuses with Conflict "totp_on" when one is confirmed.
	PutTOTP(ctx context.Context, memberID string, sealed []byte) error
	// ConfirmTOTP confirms the second step that has the record's secret, and makes
	// these the member's recovery codes. It refuses with Conflict "totp_not_started"
	// when that one does not wait any more.
	ConfirmTOTP(ctx context.Context, totp TOTPRecord, recovery [][32]byte, entry Entry) error
	// ReplaceRecoveryCodes makes these the recovery codes of a member whose second
	// step is confirmed; Conflict "totp_off" when it is not. proof is as for
	// DeleteTOTP.
	ReplaceRecoveryCodes(ctx context.Context, memberID string, recovery [][32]byte, proof *Proof, entry Entry) error
	// DeleteTOTP removes a member's second step with its recovery codes and the
	// sign-ins that wait for it. When proof is not nil, it must count, as in
	// FinishSignIn.
	DeleteTOTP(ctx context.Context, memberID string, proof *Proof, entry Entry) error
	// CreatePending writes a sign-in that waits, and deletes expired ones
	// (ExpiresAt <= CreatedAt).
	CreatePending(ctx context.Context, pending PendingRecord) error
	// PendingByHash finds a sign-in that waits, with its member.
	PendingByHash(ctx context.Context, hash [32]byte) (PendingRecord, MemberRecord, error)
	// FinishSignIn uses the proof up, deletes the sign-in that waited for it and
	// writes the session. It refuses with NotFound when it does not wait any more,
	// and with Unauthenticated CodeWrong when the proof does not count: its step is
	// not after the last one that was taken, or there is no such recovery code.
	FinishSignIn(ctx context.Context, pending [32]byte, proof Proof, session SessionRecord) error
	// IdentitiesOf lists who a member is to providers, by issuer.
	IdentitiesOf(ctx context.Context, memberID string) ([]IdentityRecord, error)

	// MemberByIdentity finds who a subject of an issuer is.
	MemberByIdentity(ctx context.Context, issuer, subject string) (MemberRecord, error)
	// AddIdentity writes an identity of a member. It refuses with Conflict
	// "identity_taken" when it is somebody's already, or the member has another one
	// of the issuer.
	AddIdentity(ctx context.Context, identity IdentityRecord, entry Entry) error
	// DeleteIdentity removes the identity of a member with an issuer; NotFound when
	// absent.
	DeleteIdentity(ctx context.Context, memberID, issuer string, entry Entry) error
	// CreateLinked writes a member with an identity. When link is not nil, it is
	// deleted and must exist, as in CreateMember.
	CreateLinked(ctx context.Context, member MemberRecord, identity IdentityRecord, link *[32]byte, entry Entry) error
	// SingleSignOn reads the settings of single sign-on; NotFound while it is off.
	SingleSignOn(ctx context.Context) (SSORecord, error)
	// PutSingleSignOn makes or replaces them. seen is the ChangedAt of those that the
	// change was made on, 0 for none; others refuse it with Conflict "sso_changed".
	PutSingleSignOn(ctx context.Context, seen int64, rec SSORecord, entry Entry) error
	// DeleteSingleSignOn removes them; NotFound when absent.
	DeleteSingleSignOn(ctx context.Context, entry Entry) error

	// CreateToken writes a token. It refuses with NotFound
	// "environment_not_found" when one of its places does not exist, and with
	// "role_not_found" when its role does not. The
	// data plane learns of the tokens of relays in the same way as of SDK keys:
	// the key generation of each environment where the token counts grows.
	CreateToken(ctx context.Context, token TokenRecord, entry Entry) error
	// TokenByID finds a token.
	TokenByID(ctx context.Context, id string) (TokenRecord, error)
	// TokenByHash finds a token, with its member.
	TokenByHash(ctx context.Context, hash [32]byte) (HolderRecord, error)
	// TouchToken notes a token's use.
	TouchToken(ctx context.Context, id string, lastUsedAt int64) error
	// ListTokens lists the tokens, the oldest first.
	ListTokens(ctx context.Context) ([]TokenRecord, error)
	// DeleteToken removes a token and the links that it made; NotFound when absent.
	// Key generations grow as for CreateToken.
	DeleteToken(ctx context.Context, id string, entry Entry) error

	// AddSetupLink adds a set-up link, and deletes those made at since (ms) or
	// earlier.
	AddSetupLink(ctx context.Context, link SetupLinkRecord, since int64) error
	// SetupLinkExists says whether the link is an open one, made after since (ms).
	SetupLinkExists(ctx context.Context, hash [32]byte, since int64) (bool, error)
}
