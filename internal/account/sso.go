package account

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Who may still sign in with a password while single sign-on is on.
const (
	PasswordsOwners    = "owners" // so that a provider that is away locks nobody out for good
	PasswordsEverybody = "everybody"
)

// Everyone is the value of a RoleMapping that fits whoever signs in.
const Everyone = "*"

// The bounds of the settings of single sign-on.
const (
	maxMappings = 100
	maxDomains  = 50
	maxScopes   = 20  // with openid
	maxSetting  = 200 // bytes of a name, a value, a domain or a client id
)

// SingleSignOn says with which provider of OpenID Connect people sign in, and what
// follows from what it says of them.
type SingleSignOn struct {
	Name     string   `json:"name"` // on the button
	Issuer   string   `json:"issuer"`
	ClientID string   `json:"clientId"`
	Scopes   []string `json:"scopes"`
	// Claim is the name, or the path with dots, of the claim that Mapping goes by;
	// empty leaves only what goes by Everyone.
	Claim   string        `json:"claim,omitempty"`
	Mapping []RoleMapping `json:"mapping"`
	// Create makes an account for who is not known and has a verified address in
	// one of Domains; no domains are all.
	Create    bool     `json:"create"`
	Domains   []string `json:"domains"`
	Passwords string   `json:"passwords"` // PasswordsOwners or PasswordsEverybody
}

// RoleMapping gives roles to who has a value in the claim.
type RoleMapping struct {
	Value string   `json:"value"`
	Roles []string `json:"roles"` // each as ParseGrant reads it
}

// Identity is what a provider says of somebody, checked.
type Identity struct {
	Issuer, Subject string
	Email           string // empty unless the provider has verified it
	Values          []string
}

// SSORecord are the settings of single sign-on as stored.
type SSORecord struct {
	Settings  []byte // JSON
	Sealed    []byte // the client secret
	ChangedAt int64
}

const ssoSecretName = "single sign-on client secret"

// SingleSignOn returns the settings with the client secret, for who talks to the
// provider; NotFound while single sign-on is off.
func (s *Service) SingleSignOn(ctx context.Context) (SingleSignOn, string, error) {
	settings, rec, err := s.readSSO(ctx)
	if err != nil {
		return settings, "", err
	}
	if s.seals == nil {
		return settings, "", noSecretKey("The client secret of single sign-on")
	}
	secret, err := s.seals.Open(ssoSecretName, rec.Sealed)
	return settings, string(secret), err
}

// readSSO returns the settings; NotFound while single sign-on is off.
func (s *Service) readSSO(ctx context.Context) (settings SingleSignOn, rec SSORecord, err error) {
	if rec, err = s.store.SingleSignOn(ctx); err != nil {
		return settings, rec, err
	}
	return settings, rec, json.Unmarshal(rec.Settings, &settings)
}

// SSOInUse returns the settings without the secret; false while single sign-on is
// off.
func (s *Service) SSOInUse(ctx context.Context) (SingleSignOn, bool, error) {
	settings, _, err := s.readSSO(ctx)
	if fault.IsKind(err, fault.NotFound) {
		return settings, false, nil
	}
	return settings, err == nil, err
}

// ReadSSO is SSOInUse for who manages the server, with the version of the settings;
// 0 while single sign-on is off.
func (s *Service) ReadSSO(ctx context.Context, actor Actor) (settings SingleSignOn, version int64, err error) {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return settings, 0, err
	}
	settings, rec, err := s.readSSO(ctx)
	if fault.IsKind(err, fault.NotFound) {
		return settings, 0, nil
	}
	return settings, rec.ChangedAt, err
}

// CheckSSO says whether the actor may make these the settings, and tidies them. It
// does not ask the provider.
func (s *Service) CheckSSO(ctx context.Context, actor Actor, settings SingleSignOn) (SingleSignOn, error) {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return settings, err
	}
	if err := settings.tidy(); err != nil {
		return settings, err
	}
	for _, m := range settings.Mapping {
		grants, err := ParseGrants(m.Roles)
		if err == nil {
			grants, err = s.resolved(ctx, grants)
		}
		if err == nil {
			err = cmp.Or(checkGrants(grants), canGiveAll(actor, grants))
		}
		if err != nil {
			return settings, err
		}
	}
	return settings, nil
}

func (o *SingleSignOn) tidy() error {
	o.Name = cmp.Or(strings.TrimSpace(o.Name), "single sign-on")
	o.Passwords = cmp.Or(o.Passwords, PasswordsOwners)
	if len(o.Scopes) == 0 {
		o.Scopes = []string{"openid", "email", "profile"}
	}
	if !slices.Contains(o.Scopes, "openid") {
		o.Scopes = append([]string{"openid"}, o.Scopes...)
	}
	for i, domain := range o.Domains {
		o.Domains[i] = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(domain), "@"))
	}
	wrong := func(field, message string) error {
		return fault.New(fault.Invalid, "sso_invalid", "The settings of single sign-on are not complete").WithField(field, "%s", message)
	}
	switch {
	case o.ClientID == "" || len(o.ClientID) > maxSetting:
		return wrong("clientId", "is the name under which the provider knows this server")
	case len(o.Name) > maxSetting:
		return wrong("name", "is too long")
	case o.Passwords != PasswordsOwners && o.Passwords != PasswordsEverybody:
		return wrong("passwords", "takes owners or everybody")
	case len(o.Scopes) > maxScopes || slices.ContainsFunc(o.Scopes, func(scope string) bool { return scope == "" || strings.ContainsAny(scope, " \t\n") }):
		return wrong("scopes", fmt.Sprintf("takes at most %d words such as email, with openid among them", maxScopes))
	case len(o.Domains) > maxDomains || slices.ContainsFunc(o.Domains, func(d string) bool { return d == "" || strings.ContainsAny(d, "@ ") }):
		return wrong("domains", "takes domains such as example.com")
	case len(o.Mapping) > maxMappings:
		return wrong("mapping", fmt.Sprintf("takes at most %d values", maxMappings))
	}
	for _, m := range o.Mapping {
		if m.Value == "" || len(m.Value) > maxSetting || len(m.Roles) == 0 {
			return wrong("mapping", "gives at least one role to each value")
		}
		if m.Value != Everyone && o.Claim == "" {
			return wrong("claim", "is missing: which claim holds "+m.Value+"?")
		}
	}
	return nil
}

// PutSSO turns single sign-on on, or changes its settings, which CheckSSO has
// tidied. secret is the client secret, empty for a client that has none; nil keeps
// the one that is there, for the same provider only. Somebody who has a password
// goes on owning the server. ifVersion refuses, with Precondition, where the settings
// are not at this version of ReadSSO; nil does not ask. The version after it is
// returned.
func (s *Service) PutSSO(ctx context.Context, actor Actor, settings SingleSignOn, secret *string, ifVersion *int64, requestID string) (int64, error) {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return 0, err
	}
	if s.seals == nil {
		return 0, noSecretKey("The client secret of single sign-on")
	}
	before, rec, err := s.readSSO(ctx)
	was := err == nil
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return 0, err
	}
	seen := rec.ChangedAt
	if err := atVersion("Single sign-on", seen, ifVersion); err != nil {
		return 0, err
	}
	switch {
	case secret != nil:
		rec.Sealed = s.seals.Seal(ssoSecretName, []byte(*secret))
	case !was || before.Issuer != settings.Issuer:
		return 0, fault.New(fault.Invalid, "sso_invalid", "The client secret is missing").
			WithField("clientSecret", "is needed with a new provider; empty is for a client without one")
	}
	if rec.Settings, err = json.Marshal(settings); err != nil {
		return 0, err
	}
	rec.ChangedAt = max(clock.Millis(s.clock), seen+1)
	entry := s.ssoEntry(actor, EntryCreate, nil, settings.told(), requestID)
	if was {
		entry = s.ssoEntry(actor, EntryUpdate, before.told(), settings.told(), requestID)
	}
	return rec.ChangedAt, s.store.PutSingleSignOn(ctx, seen, rec, entry)
}

// DeleteSSO turns single sign-on off. Who has no password needs a link then.
func (s *Service) DeleteSSO(ctx context.Context, actor Actor, requestID string) error {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return err
	}
	before, _, err := s.readSSO(ctx)
	if err != nil {
		return err
	}
	return s.store.DeleteSingleSignOn(ctx, s.ssoEntry(actor, EntryDelete, before.told(), nil, requestID))
}

func (s *Service) ssoEntry(by Actor, action EntryAction, before, after Told, requestID string) Entry {
	return Entry{
		Kind: SignInEntry, Object: "single sign-on", Action: action, Before: before, After: after,
		Actor: by.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	}
}

func (o SingleSignOn) told() SSOState {
	state := SSOState{Name: o.Name, Issuer: o.Issuer, ClientID: o.ClientID, Claim: o.Claim, Create: o.Create, Domains: o.Domains, Passwords: o.Passwords}
	for _, m := range o.Mapping {
		for _, role := range m.Roles {
			state.Roles = append(state.Roles, role)
			state.values = append(state.values, m.Value)
		}
	}
	return state
}

// localAllowed says whether a member may sign in with the password although people
// sign in with a provider.
func (s *Service) localAllowed(ctx context.Context, member MemberRecord) error {
	settings, on, err := s.SSOInUse(ctx)
	if err != nil || !on || settings.Passwords == PasswordsEverybody || owns(member) {
		return err
	}
	return fault.New(fault.Forbidden, "single_sign_on", "Passwords are for owners of this server. Sign in with %s", settings.Name)
}

func owns(member MemberRecord) bool {
	return slices.ContainsFunc(member.Grants, func(g Grant) bool { return g.Role == Owner && g.Scope == Scope{} })
}

// Knock counts an attempt to sign in from an address, before a provider is asked
// about it.
func (s *Service) Knock(ctx context.Context, client Client) error {
	return s.slow(ctx, addressSubject(client.Address))
}

// EnterWith signs in who a provider has identified. The issuer and the subject say
// who that is; an e-mail address never leads to an account that is there: it makes
// one, of an invitation or where the settings say so. What the mapping gives is
// given and taken at each sign-in.
func (s *Service) EnterWith(ctx context.Context, id Identity, client Client) (SignIn, error) {
	settings, _, err := s.readSSO(ctx)
	if err != nil {
		return SignIn{}, err
	}
	member, err := s.store.MemberByIdentity(ctx, id.Issuer, id.Subject)
	switch {
	case fault.IsKind(err, fault.NotFound):
		member, err = s.welcome(ctx, settings, id, client)
	case err == nil:
		member, err = s.mapRoles(ctx, settings, member, id, client)
	}
	if err != nil {
		return SignIn{}, err
	}
	if len(member.Grants) == 0 {
		return SignIn{}, noRole(settings)
	}
	in, err := s.enter(ctx, personOf(member), client)
	if err != nil || in.Pending != "" {
		return in, err
	}
	return in, s.attempts.ForgetAttempts(ctx, addressSubject(client.Address))
}

func noRole(settings SingleSignOn) *fault.Error {
	return fault.New(fault.Forbidden, "no_role", "%s knows you, but you have no role here. Ask an owner of this server", settings.Name)
}

// welcome makes the account of somebody whom nobody here has an identity of.
func (s *Service) welcome(ctx context.Context, settings SingleSignOn, id Identity, client Client) (MemberRecord, error) {
	email, err := cleanEmail(id.Email)
	if err != nil {
		return MemberRecord{}, fault.New(fault.Forbidden, "email_not_verified", "%s has not verified an e-mail address of yours, and you have no account here. Ask an owner of this server", settings.Name)
	}
	taken, err := s.store.MemberByEmail(ctx, emailKey(email))
	if err == nil {
		return MemberRecord{}, fault.New(fault.Conflict, "link_first",
			"%s has an account here that is not linked to %s. Sign in to it, with the password or a link from an owner, and link it in Settings, Your account", taken.Email, settings.Name)
	}
	if !fault.IsKind(err, fault.NotFound) {
		return MemberRecord{}, err
	}
	grants, err := s.mapped(ctx, settings, id.Values)
	if err != nil {
		return MemberRecord{}, err
	}
	invitation, err := s.invitationFor(ctx, email)
	if err != nil {
		return MemberRecord{}, err
	}
	var link *[32]byte
	switch {
	case invitation != nil:
		link = &invitation.Hash
		given, err := s.resolved(ctx, invitation.Grants)
		if err != nil {
			return MemberRecord{}, err
		}
		grants = tidy(append(grants, given...))
	case !settings.Create || !settings.admits(email):
		return MemberRecord{}, fault.New(fault.Forbidden, "not_a_member", "%s has no account here. Ask an owner of this server for an invitation", email)
	case len(grants) == 0:
		return MemberRecord{}, noRole(settings)
	}
	member, err := s.bareMember(email, grants)
	if err != nil {
		return MemberRecord{}, err
	}
	member.Linked = true
	identity := IdentityRecord{Issuer: id.Issuer, Subject: id.Subject, MemberID: member.ID, CreatedAt: member.CreatedAt}
	return member, s.store.CreateLinked(ctx, member, identity, link, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryCreate, After: memberState(member),
		Actor: actorOf(member).onlyNamed(), At: member.CreatedAt, RequestID: client.RequestID,
	})
}

// admits says whether an address is in one of the domains.
func (o SingleSignOn) admits(email string) bool {
	_, domain, _ := strings.Cut(emailKey(email), "@")
	return len(o.Domains) == 0 || slices.Contains(o.Domains, domain)
}

// invitationFor finds an invitation of an address that works; nil when there is
// none.
func (s *Service) invitationFor(ctx context.Context, email string) (*LinkRecord, error) {
	links, err := s.store.ListLinks(ctx)
	now := clock.Millis(s.clock)
	for _, l := range links {
		if l.Kind == Invitation && emailKey(l.Email) == emailKey(email) && now < l.ExpiresAt {
			return &l, err
		}
	}
	return nil, err
}

// mapped are the roles that the values of somebody give. A role that is not there
// any more gives nothing.
func (s *Service) mapped(ctx context.Context, settings SingleSignOn, values []string) ([]Grant, error) {
	var grants []Grant
	for _, m := range settings.Mapping {
		if m.Value != Everyone && !slices.Contains(values, m.Value) {
			continue
		}
		parsed, err := ParseGrants(m.Roles)
		if err != nil {
			return nil, err
		}
		for _, g := range parsed {
			known, err := s.resolved(ctx, []Grant{g})
			if fault.IsKind(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			grants = append(grants, known...)
		}
	}
	return tidy(grants), nil
}

// mapRoles gives and takes the roles that the mapping names; others stay as they
// were given.
func (s *Service) mapRoles(ctx context.Context, settings SingleSignOn, member MemberRecord, id Identity, client Client) (MemberRecord, error) {
	earned, err := s.mapped(ctx, settings, id.Values)
	if err != nil {
		return member, err
	}
	managed, err := settings.managed()
	if err != nil {
		return member, err
	}
	next := fitting(tidy(append(without(member.Grants, managed), earned...)))
	changed, err := s.setMapped(ctx, member, next, client)
	if fault.As(err).Code == "last_owner" { // a provider does not lock the server
		changed, err = s.setMapped(ctx, member, tidy(append(next, Grant{Role: Owner})), client)
	}
	return changed, err
}

// managed are all roles that the mapping names.
func (o SingleSignOn) managed() (all []Grant, err error) {
	for _, m := range o.Mapping {
		grants, err := ParseGrants(m.Roles)
		if err != nil {
			return nil, err
		}
		all = append(all, grants...)
	}
	return all, nil
}

// fitting leaves out roles in environments of projects where none is left.
func fitting(grants []Grant) []Grant {
	return slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool {
		project := Scope{Project: g.Scope.Project}
		return g.Scope.Environment != "" && !slices.ContainsFunc(grants, func(o Grant) bool { return o.Scope.covers(project) })
	})
}

func (s *Service) setMapped(ctx context.Context, member MemberRecord, next []Grant, client Client) (MemberRecord, error) {
	was := member.Grants
	if len(without(next, was)) == 0 && len(without(was, next)) == 0 {
		return member, nil
	}
	before := memberState(member)
	member.Grants = next
	return member, s.store.SetGrants(ctx, member.ID, was, next, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: before, After: memberState(member),
		Actor: Actor{Kind: Host, Name: "single sign-on"}, At: clock.Millis(s.clock), RequestID: client.RequestID,
	})
}

// LinkIdentity has the actor, who is signed in, also sign in with a provider.
func (s *Service) LinkIdentity(ctx context.Context, actor Actor, id Identity, requestID string) error {
	member, err := s.self(ctx, actor)
	if err != nil {
		return err
	}
	before := memberState(member)
	member.Linked = true
	after := memberState(member)
	after.Issuer = id.Issuer
	rec := IdentityRecord{Issuer: id.Issuer, Subject: id.Subject, MemberID: member.ID, CreatedAt: clock.Millis(s.clock)}
	return s.store.AddIdentity(ctx, rec, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: before, After: after,
		Actor: actor.onlyNamed(), At: rec.CreatedAt, RequestID: requestID,
	})
}

// UnlinkIdentity has the actor not sign in with a provider any more. The last way
// to sign in stays.
func (s *Service) UnlinkIdentity(ctx context.Context, actor Actor, issuer, requestID string) error {
	member, err := s.self(ctx, actor)
	if err != nil {
		return err
	}
	if err := s.otherWayIn(ctx, member, issuer); err != nil {
		return err
	}
	linked, err := s.store.IdentitiesOf(ctx, member.ID)
	if err != nil {
		return err
	}
	return s.unlink(ctx, member, issuer, len(linked) > 1, actor, requestID)
}

// otherWayIn says whether a member could sign in without an issuer.
func (s *Service) otherWayIn(ctx context.Context, member MemberRecord, issuer string) error {
	settings, on, err := s.SSOInUse(ctx)
	if err != nil || !on || settings.Issuer != issuer {
		return err // nobody signs in with it as it is
	}
	if settings.Passwords != PasswordsEverybody && !owns(member) {
		return fault.New(fault.Conflict, "last_way_in",
			"Passwords are for owners of this server: without %s you could not sign in any more", settings.Name)
	}
	if member.PasswordHash == "" {
		return fault.New(fault.Conflict, "last_way_in",
			"You have no password: without %s you could not sign in any more. Ask who manages members for a link that sets one, and come back", settings.Name)
	}
	return nil
}

// Unlink has another member not sign in with any provider. It takes the right to
// give and take everything that the member may do. That there is no identity is no
// error. Who has no password then needs a link that sets one.
func (s *Service) Unlink(ctx context.Context, actor Actor, memberID, requestID string) error {
	member, err := s.governed(ctx, actor, memberID)
	if err != nil {
		return err
	}
	linked, err := s.store.IdentitiesOf(ctx, member.ID)
	if err != nil {
		return err
	}
	for i, identity := range linked {
		if err := s.unlink(ctx, member, identity.Issuer, i < len(linked)-1, actor, requestID); err != nil {
			return err
		}
	}
	return nil
}

// unlink removes one identity; others says whether the member has more.
func (s *Service) unlink(ctx context.Context, member MemberRecord, issuer string, others bool, by Actor, requestID string) error {
	before := memberState(member)
	before.Issuer = issuer
	member.Linked = others
	return s.store.DeleteIdentity(ctx, member.ID, issuer, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: before, After: memberState(member),
		Actor: by.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}
