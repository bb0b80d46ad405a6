package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// TokenKind says whose an API token is.
type TokenKind string

// The kinds of API tokens.
const (
	// PersonalToken does what its member may, inside its own scope, and ends with
	// the member.
	PersonalToken TokenKind = "personal"
	// ServiceToken is nobody's: it has rights of its own and stays when who made
	// it goes.
	ServiceToken TokenKind = "service"
)

// APIToken is an API token without its secret.
type APIToken struct {
	ID, Name, Masked                 string
	Kind                             TokenKind
	Owner                            string // e-mail of a personal token's member
	Role                             Role
	Scopes                           []Scope // where it counts; none is everywhere
	CreatedAt, LastUsedAt, ExpiresAt int64
}

// TokenRequest says which API token to make.
type TokenRequest struct {
	Name string
	// Kind is PersonalToken or ServiceToken; empty is personal for who is a person,
	// unless the role is Relay.
	Kind TokenKind
	// Role is what it may do at most; Owner is all of what its member may.
	Role      Role
	Scopes    []Scope       // where it counts; none is everywhere
	Life      time.Duration // 0 is without end, or with the token that makes it
	RequestID string
}

// maxTokenScopes bounds the places that one token may list.
const maxTokenScopes = 100

func (r *TokenRequest) check(actor Actor) error {
	r.Name = strings.TrimSpace(r.Name)
	if r.Kind == "" {
		r.Kind = ServiceToken
		if actor.Person != "" && r.Role != Relay {
			r.Kind = PersonalToken
		}
	}
	switch {
	case r.Name == "":
		return fault.New(fault.Invalid, "name_missing", "The token has no name").
			WithField("name", "say what it is for, for example: deploy script")
	case !roleForm.MatchString(string(r.Role)) || r.Role == Declarer:
		return fault.New(fault.Invalid, "scope_unknown", "There is no such scope of a token").
			WithField("scope", "takes full, relay or a role, not %q", string(r.Role))
	case r.Kind == PersonalToken && r.Role == Relay:
		return fault.New(fault.Invalid, "relay_personal", "A relay's token is nobody's own").
			WithField("kind", "takes service with the scope relay")
	case r.Kind == PersonalToken && actor.Person == "":
		return fault.New(fault.Forbidden, "no_person", "%s is nobody's token, and makes service tokens only", actor.Name)
	case r.Kind == ServiceToken && r.Role == Owner && len(r.Scopes) > 0:
		return fault.New(fault.Invalid, "scope_full", "A service token with full rights counts everywhere").
			WithField("environments", "goes with another scope, such as admin")
	case r.Role == Relay && slices.ContainsFunc(r.Scopes, func(s Scope) bool { return s.Environment == "" }):
		return fault.New(fault.Invalid, "environment_malformed", "A relay carries environments").
			WithField("environments", "write project/environment, such as default/production")
	case len(r.Scopes) > maxTokenScopes:
		return fault.New(fault.Invalid, "environments_many", "The token lists too many environments").
			WithField("environments", "at most %d; none at all is all of them", maxTokenScopes)
	}
	return nil
}

// ParseScope reads a place: a project, or an environment written as
// project/environment.
func ParseScope(text string) (Scope, error) {
	project, environment, slash := strings.Cut(text, "/")
	if project == "" || slash && environment == "" || strings.Contains(environment, "/") {
		return Scope{}, fault.New(fault.Invalid, "environment_malformed", "%q is no place; write project/environment, such as default/production, or project", text).
			WithField("environments", "write project/environment, such as default/production, or project")
	}
	return Scope{project, environment}, nil
}

// CreateToken makes an API token. Its secret is returned once. Anybody makes
// personal tokens for themselves; a service token takes the right to manage
// accounts where it counts, and gives nothing that its maker lacks. A token that a
// token makes ends with it at the latest: one that was leaked for a day would
// otherwise be good for ever.
func (s *Service) CreateToken(ctx context.Context, actor Actor, request TokenRequest) (APIToken, string, error) {
	if err := request.check(actor); err != nil {
		return APIToken{}, "", err
	}
	if err := s.mayMake(ctx, actor, request); err != nil {
		return APIToken{}, "", err
	}
	if err := s.mayLast(actor, request.Life); err != nil {
		return APIToken{}, "", err
	}
	secret := TokenPrefix + newSecret()
	rec, err := s.insertToken(ctx, secret, request, actor)
	return tokenOf(rec, actor.Name), secret, err
}

func (s *Service) mayMake(ctx context.Context, actor Actor, request TokenRequest) error {
	grants, err := s.resolved(ctx, grantsOf(request.Role, request.Scopes))
	if fault.IsKind(err, fault.NotFound) {
		return fault.New(fault.Invalid, "scope_unknown", "There is no such scope of a token").
			WithField("scope", "takes full, relay or a role, not %q", string(request.Role))
	}
	if err != nil {
		return err
	}
	if request.Kind == ServiceToken {
		return canGiveAll(actor, grants)
	}
	if actor.Kind == Token { // a token that may do less makes none that may do more
		for _, g := range grants {
			for _, action := range g.actions() {
				if !actor.within(func(limit Grant) bool { return limit.Scope.covers(g.Scope) && slices.Contains(limit.actions(), action) }) {
					return fault.New(fault.Forbidden, "more_than_own", "The token %s may not make one with the scope %s: it lets do what %s may not (%s)", actor.Name, g, actor.Name, action)
				}
			}
		}
	}
	return nil
}

// mayLast refuses a life that was asked for and is longer than the actor's own.
func (s *Service) mayLast(actor Actor, life time.Duration) error {
	if actor.ExpiresAt == 0 || clock.Millis(s.clock)+life.Milliseconds() <= actor.ExpiresAt {
		return nil
	}
	return fault.New(fault.Invalid, "life_longer", "The token %s may not make one that lives longer than itself", actor.Name).
		WithField("expiresInDays", "leave it out: the new token then ends when %s does, at %s; or sign in to make one that lives longer",
			actor.Name, time.UnixMilli(actor.ExpiresAt).UTC().Format(time.RFC3339))
}

// InstallToken stores a token whose secret was chosen outside, with full rights.
func (s *Service) InstallToken(ctx context.Context, secret, name string) error {
	if err := CheckToken(secret); err != nil {
		return err
	}
	_, err := s.insertToken(ctx, secret, TokenRequest{Name: name, Kind: ServiceToken, Role: Owner}, onHost())
	return err
}

func (s *Service) insertToken(ctx context.Context, secret string, request TokenRequest, actor Actor) (TokenRecord, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return TokenRecord{}, err
	}
	rec := TokenRecord{
		ID: id.String(), Hash: hashOf(secret), MemberID: actor.origin(), Kind: request.Kind, Name: request.Name,
		Masked: mask(secret), Role: request.Role, Scopes: request.Scopes, CreatedAt: clock.Millis(s.clock),
	}
	rec.ExpiresAt = actor.ExpiresAt
	if request.Life > 0 {
		rec.ExpiresAt = rec.CreatedAt + request.Life.Milliseconds()
	}
	return rec, s.store.CreateToken(ctx, rec, Entry{
		Kind: TokenEntry, Object: rec.Name, Action: EntryCreate, After: tokenState(rec),
		Actor: actor.onlyNamed(), At: rec.CreatedAt, RequestID: request.RequestID,
	})
}

// Tokens lists the API tokens that are the actor's own or that the actor may
// revoke, the oldest first.
func (s *Service) Tokens(ctx context.Context, actor Actor) ([]APIToken, error) {
	recs, err := s.store.ListTokens(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.store.ListMembers(ctx)
	if err != nil {
		return nil, err
	}
	emails := map[string]string{}
	for _, m := range members {
		emails[m.ID] = m.Email
	}
	tokens := make([]APIToken, 0, len(recs))
	for _, rec := range recs {
		if rec.revocableBy(actor) {
			tokens = append(tokens, tokenOf(rec, emails[rec.MemberID]))
		}
	}
	return tokens, nil
}

// revocableBy: a token ends by itself, by its member, and by who manages accounts
// wherever it counts.
func (t TokenRecord) revocableBy(actor Actor) bool {
	if t.ID == actor.ID || t.Kind == PersonalToken && t.MemberID == actor.Person {
		return true
	}
	if t.Kind == PersonalToken {
		return actor.may(ManageAccounts, Scope{})
	}
	return !slices.ContainsFunc(grantsOf(t.Role, t.Scopes), func(g Grant) bool { return !actor.may(ManageAccounts, g.Scope) })
}

// DeleteToken revokes an API token at once. A token that may do less than its
// member ends no other token of theirs, unless it manages accounts.
func (s *Service) DeleteToken(ctx context.Context, actor Actor, id, requestID string) error {
	rec, err := s.store.TokenByID(ctx, id)
	if err != nil {
		return err
	}
	if !rec.revocableBy(actor) {
		return fault.New(fault.NotFound, "token_not_found", "There is no such token")
	}
	if rec.ID != actor.ID && rec.Kind == PersonalToken && actor.narrowed() && !actor.may(ManageAccounts, Scope{}) {
		return endsItselfOnly(actor)
	}
	return s.store.DeleteToken(ctx, id, Entry{ // what it tells of a token never changes
		Kind: TokenEntry, Object: rec.Name, Action: EntryDelete, Before: tokenState(rec),
		Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

// Actor returns who acts as the author of something that happens later, with the
// rights of now: a member, also where they came with a token of their own, or a
// service token. The fault is Forbidden where there is nobody like that any more.
func (s *Service) Actor(ctx context.Context, kind ActorKind, id, person string) (Actor, error) {
	member := person
	if kind == Member {
		member = id
	}
	if kind == Token && strings.HasPrefix(person, string(Token)+":") {
		return s.serviceToken(ctx, id)
	}
	rec, err := s.store.MemberByID(ctx, member)
	if fault.IsKind(err, fault.NotFound) {
		return Actor{}, fault.New(fault.Forbidden, "author_gone", "there is no such member any more")
	}
	return actorOf(rec), err
}

// serviceToken is who a service token acts for now.
func (s *Service) serviceToken(ctx context.Context, id string) (Actor, error) {
	rec, err := s.store.TokenByID(ctx, id)
	if fault.IsKind(err, fault.NotFound) || err == nil && rec.ExpiresAt != 0 && clock.Millis(s.clock) >= rec.ExpiresAt {
		return Actor{}, fault.New(fault.Forbidden, "author_gone", "the API token was revoked or has expired")
	}
	if err != nil {
		return Actor{}, err
	}
	own, err := s.resolved(ctx, grantsOf(rec.Role, rec.Scopes))
	if err != nil {
		return Actor{}, err
	}
	return Actor{Kind: Token, ID: rec.ID, Name: rec.Name, Rights: NewRights(own...), Maker: rec.MemberID, ExpiresAt: rec.ExpiresAt}, nil
}

// actor is who a token acts for.
func (h HolderRecord) actor() Actor {
	t := h.Token
	own := grantsOf(t.Role, t.Scopes)
	for i := range own {
		own[i].Actions = h.Actions
	}
	a := Actor{Kind: Token, ID: t.ID, Name: t.Name, Rights: NewRights(own...), ExpiresAt: t.ExpiresAt}
	if t.Kind != PersonalToken {
		a.Maker = t.MemberID
		return a
	}
	a.Person = h.Member.ID
	a.Rights = NewRights(h.Member.Grants...).Within(own...)
	return a
}

// grantsOf are a role in places; none is everywhere. What counts in an environment
// reads its project: flags and groups are the project's.
func grantsOf(role Role, scopes []Scope) []Grant {
	if len(scopes) == 0 {
		return []Grant{{Role: role}}
	}
	var grants []Grant
	for _, scope := range scopes {
		grants = append(grants, Grant{Role: role, Scope: scope})
		if scope.Environment != "" && role != Relay {
			grants = append(grants, Grant{Role: Viewer, Scope: Scope{Project: scope.Project}})
		}
	}
	return tidy(grants)
}

func tokenOf(rec TokenRecord, owner string) APIToken {
	t := APIToken{
		ID: rec.ID, Name: rec.Name, Masked: rec.Masked, Kind: rec.Kind, Role: rec.Role, Scopes: rec.Scopes,
		CreatedAt: rec.CreatedAt, LastUsedAt: rec.LastUsedAt, ExpiresAt: rec.ExpiresAt,
	}
	if rec.Kind == PersonalToken {
		t.Owner = owner
	}
	return t
}
