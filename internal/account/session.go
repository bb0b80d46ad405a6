package account

import (
	"context"
	"strings"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// maxUserAgent bounds what is kept of a browser's name.
const maxUserAgent = 200

// begin starts a session.
func (s *Service) begin(ctx context.Context, member Person, client Client) (SignIn, error) {
	secret := newSecret()
	now := s.clock.Now()
	rec := SessionRecord{
		Hash: hashOf(secret), MemberID: member.ID,
		CreatedAt: now.UnixMilli(), LastSeenAt: now.UnixMilli(), ExpiresAt: now.Add(sessionLife).UnixMilli(),
		UserAgent: shortened(client.UserAgent), Address: client.Address,
	}
	if err := s.store.CreateSession(ctx, rec); err != nil {
		return SignIn{}, err
	}
	return SignIn{Secret: secret, Member: member, ExpiresAt: time.UnixMilli(rec.ExpiresAt).UTC()}, nil
}

// shortened is what is kept of a browser's name. Headers may hold any bytes, and
// PostgreSQL keeps only what is text.
func shortened(userAgent string) string {
	return strings.ToValidUTF8(userAgent[:min(len(userAgent), maxUserAgent)], "")
}

// SignOut ends a session; an unknown one is no error.
func (s *Service) SignOut(ctx context.Context, secret string) error {
	return s.store.DeleteSession(ctx, hashOf(secret))
}

// BySession finds who holds a session, and prolongs it.
func (s *Service) BySession(ctx context.Context, secret string) (Actor, Person, error) {
	rec, member, err := s.store.SessionByHash(ctx, hashOf(secret))
	if fault.IsKind(err, fault.NotFound) {
		return Actor{}, Person{}, sessionOver()
	}
	if err != nil {
		return Actor{}, Person{}, err
	}
	now := s.clock.Now()
	if now.UnixMilli() >= rec.ExpiresAt {
		return Actor{}, Person{}, sessionOver()
	}
	if now.Sub(time.UnixMilli(rec.LastSeenAt)) >= touchEvery {
		touch(ctx, func(ctx context.Context) error {
			return s.store.TouchSession(ctx, rec.Hash, now.UnixMilli(), now.Add(sessionLife).UnixMilli())
		})
	}
	actor := Actor{Kind: Member, ID: member.ID, Name: member.Email, Role: member.Role}
	return actor, memberOf(member), nil
}

// touchPatience is how long the note of a use may wait for the store's writer.
const touchPatience = 500 * time.Millisecond

// touch notes a use if that is quick. Who may enter does so while the store is
// busy or cannot write at all; the next use is noted instead.
func touch(ctx context.Context, note func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, touchPatience)
	defer cancel()
	_ = note(ctx)
}

func sessionOver() *fault.Error {
	return fault.New(fault.Unauthenticated, "session_expired", "You are signed out. Sign in again")
}

// APIToken is an API token without its secret.
type APIToken struct {
	ID, Name, Masked                 string
	Role                             Role
	Environments                     []Scope // where a relay's token counts; none is everywhere
	CreatedAt, LastUsedAt, ExpiresAt int64
}

// ByToken finds who an API token acts for. The token of a relay acts for nobody:
// it is Forbidden.
func (s *Service) ByToken(ctx context.Context, token string) (Actor, error) {
	rec, err := s.store.TokenByHash(ctx, hashOf(token))
	if fault.IsKind(err, fault.NotFound) {
		return Actor{}, fault.New(fault.Unauthenticated, "token_unknown",
			"The API token %s is not known here. Make one in Settings, Tokens", mask(token))
	}
	if err != nil {
		return Actor{}, err
	}
	now := clock.Millis(s.clock)
	if rec.ExpiresAt != 0 && now >= rec.ExpiresAt {
		return Actor{}, fault.New(fault.Unauthenticated, "token_expired",
			"The API token %q expired on %s. Make another in Settings, Tokens",
			rec.Name, time.UnixMilli(rec.ExpiresAt).UTC().Format(time.DateOnly))
	}
	if rec.Role == Relay {
		return Actor{}, fault.New(fault.Forbidden, "relay_token",
			"The API token %q is a relay's token: it carries configuration to `burgee relay` and may do nothing else. "+
				"Use a token with full rights, from Settings, Tokens", rec.Name)
	}
	if now-rec.LastUsedAt >= time.Minute.Milliseconds() {
		touch(ctx, func(ctx context.Context) error { return s.store.TouchToken(ctx, rec.ID, now) })
	}
	return Actor{Kind: Token, ID: rec.ID, Name: rec.Name, Role: rec.Role}, nil
}
