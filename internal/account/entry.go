package account

import (
	"slices"
	"strings"
)

// Entry tells the record of a change to accounts. It holds no secret and no
// hash of one. The store writes the change and its entry in one transaction.
type Entry struct {
	Kind      EntryKind
	Object    string // a member's e-mail, a token's name
	Action    EntryAction
	Before    Told // nil is absent
	After     Told
	Actor     Actor
	At        int64
	RequestID string // empty for what was done on the server's own host
}

// Told is the state of an object as the record of a project keeps it.
type Told interface {
	// In returns what the record of a project keeps, and whether the object has to
	// do with that project at all: who reads one project learns nothing of what
	// somebody may do in another.
	In(project string) (state any, concerns bool)
}

// EntryKind is what an entry is about.
type EntryKind string

// The kinds of entries.
const (
	MemberEntry  EntryKind = "member"
	TokenEntry   EntryKind = "token"
	LinkEntry    EntryKind = "link"    // an invitation or a link to reset a password
	RoleEntry    EntryKind = "role"    // one that people made
	SignInEntry  EntryKind = "sign_in" // how people sign in to the server
	SessionEntry EntryKind = "session" // a sign-in that was ended from elsewhere
)

// EntryAction is what happened.
type EntryAction string

// The actions of entries.
const (
	EntryCreate EntryAction = "create"
	EntryUpdate EntryAction = "update"
	EntryDelete EntryAction = "delete"
)

// MemberState is what the record keeps of a member.
type MemberState struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	// Roles are those that count in the project of the record, as ParseGrant reads
	// them.
	Roles []string `json:"roles"`
	// TOTP and Linked are as in Person.
	TOTP   bool `json:"totp,omitempty"`
	Linked bool `json:"singleSignOn,omitempty"`
	// Issuer is in the state that has an identity, and not in the other one, where
	// the entry tells that the member was linked to a provider or unlinked.
	Issuer string `json:"issuer,omitempty"`
	// RecoveryCodes is how many there are, where the entry tells that they are new.
	RecoveryCodes int `json:"recoveryCodes,omitempty"`
}

// In implements Told.
func (m MemberState) In(project string) (any, bool) {
	m.Roles = rolesIn(m.Roles, project)
	return m, len(m.Roles) > 0
}

// TokenState is what the record keeps of an API token.
type TokenState struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Masked string    `json:"masked"`
	Kind   TokenKind `json:"kind,omitempty"`
	Role   Role      `json:"role"`
	// Environments is where the token counts, each a project or an environment;
	// absent is everywhere.
	Environments []string `json:"environments,omitempty"`
	ExpiresAt    int64    `json:"expiresAt,omitempty"`
}

// In implements Told.
func (t TokenState) In(project string) (any, bool) {
	if len(t.Environments) == 0 {
		return t, true
	}
	t.Environments = slices.DeleteFunc(slices.Clone(t.Environments), func(place string) bool { return !inProject(place, project) })
	return t, len(t.Environments) > 0
}

// LinkState is what the record keeps of a link.
type LinkState struct {
	ID        string   `json:"id"`
	Kind      LinkKind `json:"kind"`
	Email     string   `json:"email"`
	Roles     []string `json:"roles,omitempty"`
	ExpiresAt int64    `json:"expiresAt"`
}

// In implements Told.
func (l LinkState) In(project string) (any, bool) {
	l.Roles = rolesIn(l.Roles, project)
	return l, len(l.Roles) > 0
}

// RoleState is what the record keeps of a role.
type RoleState struct {
	Name        Role     `json:"name"`
	Description string   `json:"description,omitempty"`
	Actions     []Action `json:"actions"`
}

// In implements Told: roles are everybody's.
func (r RoleState) In(string) (any, bool) { return r, true }

// SSOState is what the record keeps of the settings of single sign-on.
type SSOState struct {
	Name      string   `json:"name"`
	Issuer    string   `json:"issuer"`
	ClientID  string   `json:"clientId"`
	Claim     string   `json:"claim,omitempty"`
	Create    bool     `json:"create"`
	Domains   []string `json:"domains,omitempty"`
	Passwords string   `json:"passwords"`
	// Roles are those that the mapping names and that count in the project of the
	// record, each with the value that gives it.
	Roles []string `json:"roles,omitempty"`

	values []string // of Roles, one by one
}

// In implements Told: how people sign in is everybody's, what they get is the
// project's.
func (s SSOState) In(project string) (any, bool) {
	roles := []string{}
	for i, role := range s.Roles {
		if len(rolesIn([]string{role}, project)) > 0 {
			roles = append(roles, s.values[i]+": "+role)
		}
	}
	s.Roles = roles
	return s, true
}

// SessionState is what the record keeps of a sign-in.
type SessionState struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	UserAgent string `json:"userAgent,omitempty"`

	roles []string // of the member
}

// In implements Told.
func (s SessionState) In(project string) (any, bool) { return s, len(rolesIn(s.roles, project)) > 0 }

func rolesIn(roles []string, project string) []string {
	in := []string{}
	for _, role := range roles {
		if _, place, somewhere := strings.Cut(role, "@"); !somewhere || inProject(place, project) {
			in = append(in, role)
		}
	}
	return in
}

// inProject says whether a place, a project or an environment, is in a project.
func inProject(place, project string) bool {
	of, _, _ := strings.Cut(place, "/")
	return of == project
}

func memberState(rec MemberRecord) MemberState {
	return MemberState{ID: rec.ID, Email: rec.Email, Roles: texts(rec.Grants), TOTP: rec.TOTP, Linked: rec.Linked}
}

func tokenState(rec TokenRecord) TokenState {
	state := TokenState{ID: rec.ID, Name: rec.Name, Masked: rec.Masked, Kind: rec.Kind, Role: rec.Role, ExpiresAt: rec.ExpiresAt}
	for _, scope := range rec.Scopes {
		state.Environments = append(state.Environments, scope.String())
	}
	return state
}

func linkState(rec LinkRecord, roles []Grant) LinkState {
	return LinkState{ID: idOf(rec.Hash), Kind: rec.Kind, Email: rec.Email, Roles: texts(roles), ExpiresAt: rec.ExpiresAt}
}

// onHost is the actor of what is done on the server's own host: by its
// BURGEE_INIT_ variables or by a command.
func onHost() Actor { return Actor{Kind: Host, Name: "host", Role: Owner} }
