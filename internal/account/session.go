package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// maxUserAgent bounds what is kept of a browser's name.
const maxUserAgent = 200

// enter lets in somebody who has proven who they are, by a password, by a link or
// in any other way: every way in ends here, and what a sign-in takes beyond that
// proof is asked for here. It begins a new session with a new secret, or waits for
// the code of a second step.
func (s *Service) enter(ctx context.Context, member Person, client Client) (SignIn, error) {
	if member.TOTP {
		return s.pend(ctx, member)
	}
	rec, in := s.newSession(member, client)
	if err := s.store.CreateSession(ctx, rec); err != nil {
		return SignIn{}, err
	}
	return in, nil
}

// newSession is a session that is not stored yet.
func (s *Service) newSession(member Person, client Client) (SessionRecord, SignIn) {
	secret := newSecret()
	now := s.clock.Now()
	rec := SessionRecord{
		Hash: hashOf(secret), MemberID: member.ID,
		CreatedAt: now.UnixMilli(), LastSeenAt: now.UnixMilli(), ExpiresAt: now.Add(sessionLife).UnixMilli(),
		UserAgent: shortened(client.UserAgent), Address: client.Address,
	}
	return rec, SignIn{Secret: secret, Member: member, ExpiresAt: time.UnixMilli(rec.ExpiresAt).UTC()}
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
	return actorOf(member), personOf(member), nil
}

// actorOf is a member who acts.
func actorOf(member MemberRecord) Actor {
	return Actor{Kind: Member, ID: member.ID, Name: member.Email, Rights: NewRights(member.Grants...), Person: member.ID}
}

// Session is a sign-in as its member sees it.
type Session struct {
	ID                               string // opens nothing
	CreatedAt, LastSeenAt, ExpiresAt int64
	UserAgent, Address               string
}

func sessionOf(rec SessionRecord) Session {
	return Session{
		ID: idOf(rec.Hash), CreatedAt: rec.CreatedAt, LastSeenAt: rec.LastSeenAt, ExpiresAt: rec.ExpiresAt,
		UserAgent: rec.UserAgent, Address: rec.Address,
	}
}

// SessionID is the id of the session that a secret opens.
func SessionID(secret string) string { return idOf(hashOf(secret)) }

// Sessions lists the sessions of a member, of the actor's own when memberID is
// empty, the latest used first.
func (s *Service) Sessions(ctx context.Context, actor Actor, memberID string) ([]Session, error) {
	member, err := s.sessionsMember(ctx, actor, memberID)
	if err != nil {
		return nil, err
	}
	recs, err := s.store.SessionsOf(ctx, member.ID)
	if err != nil {
		return nil, err
	}
	now := clock.Millis(s.clock)
	sessions := make([]Session, 0, len(recs))
	for _, rec := range recs {
		if now < rec.ExpiresAt {
			sessions = append(sessions, sessionOf(rec))
		}
	}
	return sessions, nil
}

// EndSession ends a session of a member, of the actor's own when memberID is
// empty, at once and on all nodes. A token that may do less than its member has
// over them what it has over anybody: it ends sessions where it manages accounts.
func (s *Service) EndSession(ctx context.Context, actor Actor, memberID, id, requestID string) error {
	member, err := s.sessionsMember(ctx, actor, memberID)
	if err != nil {
		return err
	}
	if member.ID == actor.Person && actor.narrowed() {
		if _, err := s.governed(ctx, actor, member.ID); err != nil {
			return endsItselfOnly(actor)
		}
	}
	recs, err := s.store.SessionsOf(ctx, member.ID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(recs, func(rec SessionRecord) bool { return idOf(rec.Hash) == id })
	if at < 0 {
		return fault.New(fault.NotFound, "session_not_found", "There is no such session; it may have ended")
	}
	return s.store.EndSession(ctx, recs[at].Hash, Entry{
		Kind: SessionEntry, Object: member.Email, Action: EntryDelete,
		Before: SessionState{ID: id, Email: member.Email, UserAgent: recs[at].UserAgent, roles: texts(member.Grants)},
		Actor:  actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

// sessionsMember is whose sessions are asked for, if the actor may see them.
func (s *Service) sessionsMember(ctx context.Context, actor Actor, memberID string) (MemberRecord, error) {
	if memberID != "" && memberID != actor.Person {
		return s.governed(ctx, actor, memberID)
	}
	if actor.Person == "" {
		return MemberRecord{}, fault.New(fault.Forbidden, "no_person", "%s is nobody's token, and has no sessions", actor.Name)
	}
	return s.store.MemberByID(ctx, actor.Person)
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

// ByToken finds who an API token acts for. The token of a relay acts for nobody:
// it is Forbidden.
func (s *Service) ByToken(ctx context.Context, token string) (Actor, error) {
	holder, err := s.store.TokenByHash(ctx, hashOf(token))
	rec := holder.Token
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
				"Use another token, from Settings, Tokens", rec.Name)
	}
	if now-rec.LastUsedAt >= time.Minute.Milliseconds() {
		touch(ctx, func(ctx context.Context) error { return s.store.TouchToken(ctx, rec.ID, now) })
	}
	return holder.actor(), nil
}
