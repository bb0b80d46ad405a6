package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// LinkKind says what a link does.
type LinkKind string

// The kinds of links.
const (
	Invitation LinkKind = "invitation" // makes an account
	Reset      LinkKind = "reset"      // sets a password
)

// LinkLife is how long a link works, if nobody has used it by then.
const LinkLife = 7 * 24 * time.Hour

// Link is a link without its secret.
type Link struct {
	ID                   string // opens nothing
	Kind                 LinkKind
	Email                string
	Grants               []Grant // what an invitation gives
	Maker                string
	CreatedAt, ExpiresAt int64
	Replaced             bool // of one that was just made: an earlier one, which worked still, ended
}

func linkOf(rec LinkRecord) Link {
	return Link{
		ID: idOf(rec.Hash), Kind: rec.Kind, Email: rec.Email, Grants: tidy(rec.Grants), Maker: rec.Maker,
		CreatedAt: rec.CreatedAt, ExpiresAt: rec.ExpiresAt,
	}
}

// Invite makes a link with which somebody makes an account that has roles. Its
// secret is returned once; an earlier invitation of the address ends.
func (s *Service) Invite(ctx context.Context, actor Actor, email string, roles []Grant, requestID string) (Link, string, error) {
	email, err := cleanEmail(email)
	if err != nil {
		return Link{}, "", err
	}
	if len(roles) == 0 {
		return Link{}, "", fault.New(fault.Invalid, "roles_missing", "An invitation gives at least one role").
			WithField("roles", "write viewer, viewer@PROJECT or viewer@PROJECT/ENVIRONMENT")
	}
	if roles, err = s.resolved(ctx, roles); err != nil {
		return Link{}, "", err
	}
	if err := checkGrants(roles); err != nil {
		return Link{}, "", err
	}
	if err := canGiveAll(actor, roles); err != nil {
		return Link{}, "", err
	}
	if err := s.addressFree(ctx, actor, email); err != nil {
		return Link{}, "", err
	}
	return s.makeLink(ctx, actor, LinkRecord{Kind: Invitation, Email: email, Grants: roles}, roles, requestID)
}

// addressFree refuses to invite who has an account.
func (s *Service) addressFree(ctx context.Context, actor Actor, email string) error {
	member, err := s.store.MemberByEmail(ctx, emailKey(email))
	if fault.IsKind(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "email_taken", "%s has an account already; give it roles instead", member.Email).
		WithField("email", "has an account already")
}

// ResetLink makes a link with which a member sets another password. Its secret is
// returned once; an earlier one of the member ends. It takes the right to give
// and take everything that the member may do.
func (s *Service) ResetLink(ctx context.Context, actor Actor, memberID, requestID string) (Link, string, error) {
	member, err := s.governed(ctx, actor, memberID)
	if err != nil {
		return Link{}, "", err
	}
	return s.makeLink(ctx, actor, LinkRecord{Kind: Reset, Email: member.Email, MemberID: member.ID}, member.Grants, requestID)
}

// HostResetLink is ResetLink on the server's own host: whoever may read the data
// folder may do it.
func (s *Service) HostResetLink(ctx context.Context, email string) (Link, string, error) {
	member, err := s.store.MemberByEmail(ctx, emailKey(email))
	if err != nil {
		return Link{}, "", err
	}
	return s.makeLink(ctx, onHost(), LinkRecord{Kind: Reset, Email: member.Email, MemberID: member.ID}, member.Grants, "")
}

// makeLink stores a link that is about roles.
func (s *Service) makeLink(ctx context.Context, actor Actor, rec LinkRecord, roles []Grant, requestID string) (Link, string, error) {
	secret := newSecret()
	now := s.clock.Now()
	rec.Hash, rec.MadeBy, rec.Maker = hashOf(secret), actor.ID, actor.Name
	rec.CreatedAt, rec.ExpiresAt = now.UnixMilli(), now.Add(LinkLife).UnixMilli()
	earlier, err := s.store.ListLinks(ctx)
	if err != nil {
		return Link{}, "", err
	}
	err = s.store.CreateLink(ctx, rec, Entry{
		Kind: LinkEntry, Object: rec.Email, Action: EntryCreate, After: linkState(rec, roles),
		Actor: actor.onlyNamed(), At: rec.CreatedAt, RequestID: requestID,
	})
	if err != nil {
		return Link{}, "", err
	}
	link := linkOf(rec)
	link.Replaced = slices.ContainsFunc(earlier, func(e LinkRecord) bool {
		return e.Kind == rec.Kind && emailKey(e.Email) == emailKey(rec.Email) && rec.CreatedAt < e.ExpiresAt
	})
	return link, secret, nil
}

// Links lists the links that work and that the actor may end, the oldest first.
func (s *Service) Links(ctx context.Context, actor Actor) ([]Link, error) {
	if err := CanSomewhere(actor, ManageAccounts); err != nil {
		return nil, err
	}
	recs, err := s.openLinks(ctx, actor)
	links := make([]Link, 0, len(recs))
	for _, rec := range recs {
		links = append(links, linkOf(rec))
	}
	return links, err
}

func (s *Service) openLinks(ctx context.Context, actor Actor) ([]LinkRecord, error) {
	recs, err := s.store.ListLinks(ctx)
	now := clock.Millis(s.clock)
	return slices.DeleteFunc(recs, func(rec LinkRecord) bool { return now >= rec.ExpiresAt || !rec.endedBy(actor) }), err
}

// endedBy: a link ends by who made it, and by who manages accounts wherever it
// gives roles.
func (l LinkRecord) endedBy(actor Actor) bool {
	if l.MadeBy != "" && l.MadeBy == actor.ID {
		return true
	}
	if len(l.Grants) == 0 {
		return actor.may(ManageAccounts, Scope{})
	}
	return !slices.ContainsFunc(l.Grants, func(g Grant) bool { return !actor.may(ManageAccounts, g.Scope) })
}

// DeleteLink ends a link.
func (s *Service) DeleteLink(ctx context.Context, actor Actor, id, requestID string) error {
	if err := CanSomewhere(actor, ManageAccounts); err != nil {
		return err
	}
	recs, err := s.openLinks(ctx, actor)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(recs, func(rec LinkRecord) bool { return idOf(rec.Hash) == id })
	if at < 0 {
		return fault.New(fault.NotFound, "link_not_found", "There is no such link; it may have been used")
	}
	return s.store.DeleteLink(ctx, recs[at].Hash, Entry{
		Kind: LinkEntry, Object: recs[at].Email, Action: EntryDelete, Before: linkState(recs[at], recs[at].Grants),
		Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

// ReadLink says what a link is for, to who holds its secret.
func (s *Service) ReadLink(ctx context.Context, secret string, client Client) (Link, error) {
	rec, err := s.usable(ctx, secret, client)
	if err != nil {
		return Link{}, err
	}
	return linkOf(rec), nil
}

// UseLink makes the account, or sets the password, that a link is for, and signs
// in. It works once.
func (s *Service) UseLink(ctx context.Context, secret, password string, client Client) (SignIn, error) {
	rec, err := s.usable(ctx, secret, client)
	if err != nil {
		return SignIn{}, err
	}
	use := s.join
	if rec.Kind == Reset {
		use = s.reset
	}
	member, err := use(ctx, rec, password, client)
	if fault.IsKind(err, fault.NotFound) { // somebody used it just now, or the member is gone
		return SignIn{}, linkOver()
	}
	if err != nil {
		return SignIn{}, err
	}
	return s.enter(ctx, personOf(member), client)
}

func (s *Service) join(ctx context.Context, rec LinkRecord, password string, client Client) (MemberRecord, error) {
	grants, err := s.resolved(ctx, rec.Grants)
	if err != nil {
		return MemberRecord{}, err
	}
	member, err := s.newMember(ctx, rec.Email, password, grants)
	if err != nil {
		return MemberRecord{}, err
	}
	return member, s.store.CreateMember(ctx, member, rec.Hash, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryCreate, After: memberState(member),
		Actor: actorOf(member).onlyNamed(), At: member.CreatedAt, RequestID: client.RequestID,
	})
}

func (s *Service) reset(ctx context.Context, rec LinkRecord, password string, client Client) (MemberRecord, error) {
	member, err := s.store.MemberByID(ctx, rec.MemberID)
	if err != nil {
		return MemberRecord{}, err
	}
	phc, err := s.hashNew(ctx, password)
	if err != nil {
		return MemberRecord{}, err
	}
	entry := s.passwordEntry(member, actorOf(member), client.RequestID)
	return member, s.store.SetPassword(ctx, member.ID, phc, &rec.Hash, entry)
}

// usable finds a link that works. Guesses are slowed as passwords are.
func (s *Service) usable(ctx context.Context, secret string, client Client) (LinkRecord, error) {
	address := addressSubject(client.Address)
	if err := s.slow(ctx, address); err != nil {
		return LinkRecord{}, err
	}
	rec, err := s.store.LinkByHash(ctx, hashOf(secret))
	if fault.IsKind(err, fault.NotFound) || err == nil && clock.Millis(s.clock) >= rec.ExpiresAt {
		return LinkRecord{}, linkOver()
	}
	if err != nil {
		return LinkRecord{}, err
	}
	return rec, s.attempts.ForgiveAttempts(ctx, address, forgivenLink)
}

func linkOver() *fault.Error {
	return fault.New(fault.NotFound, CodeLinkUsed,
		"This link has been used, was replaced or is older than 7 days. Sign in, or ask who sent it for another")
}

// URL is the whole link. The secret stands after the #, so that no log of a
// server or a proxy holds it.
func (l Link) URL(base, secret string) string {
	page := "/join"
	if l.Kind == Reset {
		page = "/reset"
	}
	return strings.TrimSuffix(base, "/") + page + "#t=" + secret
}
