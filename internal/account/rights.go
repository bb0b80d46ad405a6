package account

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/fault"
)

// Role is a named set of rights.
type Role string

// The roles there are without anybody making one.
const (
	Viewer    Role = "viewer"    // reads
	Editor    Role = "editor"    // and changes flags, as long as that reaches no environment
	Publisher Role = "publisher" // and publishes, switches off, takes back and approves
	Admin     Role = "admin"     // and manages keys, the project and its people, publishes past approvals, and erases
	Owner     Role = "owner"     // may do everything

	Declarer Role = "declarer" // may only register flags: a program with a server key
	Relay    Role = "relay"    // may change and read nothing here: an edge that carries configuration on
)

// Action is one thing an actor may want to do.
type Action string

// The actions that are authorised.
const (
	Read           Action = "read"
	EditFlags      Action = "edit_flags"      // flags, target groups, attributes
	Publish        Action = "publish"         // an environment's configuration and experiments
	SwitchOff      Action = "off"             // Off, Stop and Undo
	Approve        Action = "approve"         // and reject: change requests of others
	Bypass         Action = "bypass"          // publish past the approvals, with a reason
	Erase          Action = "erase"           // an identifier, from a project with all its environments and its record
	ManageKeys     Action = "manage_keys"     // SDK keys
	ManageProject  Action = "manage_project"  // the project's own fields
	ManageAccounts Action = "manage_accounts" // members and service tokens
	ManageServer   Action = "manage_server"   // roles, and what else belongs to the whole server
	Declare        Action = "declare"         // registration from code
)

// given are the actions that a role made by people may hold, in the order in
// which they are listed.
var given = []Action{Read, EditFlags, Publish, SwitchOff, Approve, ManageKeys, ManageProject, ManageAccounts, Bypass, Erase}

// BuiltIn are the roles that a member can have without anybody making one, the
// least first.
func BuiltIn() []Role { return []Role{Viewer, Editor, Publisher, Admin, Owner} }

// ActionsOf returns what a built-in role may do; nil for any other.
func ActionsOf(role Role) []Action {
	switch role {
	case Viewer:
		return given[:1]
	case Editor:
		return given[:2]
	case Publisher:
		return given[:5]
	case Admin:
		return given
	case Owner:
		return append(slices.Clip(given), ManageServer, Declare)
	case Declarer:
		return []Action{Declare}
	}
	return nil
}

// Scope is a place: where an action happens, or where a role is held. An empty
// Environment is the project; an empty Project is the whole server.
type Scope struct{ Project, Environment string }

// String names the scope for messages.
func (s Scope) String() string {
	switch {
	case s.Project == "":
		return "the whole server"
	case s.Environment == "":
		return s.Project
	}
	return s.Project + "/" + s.Environment
}

// covers says whether what is held in s is held in all of other.
func (s Scope) covers(other Scope) bool {
	return s.Project == "" || s.Project == other.Project && (s.Environment == "" || s.Environment == other.Environment)
}

// Grant is a role held in a place.
type Grant struct {
	Role  Role
	Scope Scope
	// Actions are those of a role that people made, as it is now. A built-in role
	// needs none.
	Actions []Action
}

// Allows returns what a person who holds the grant may do in its place. It is
// for telling people; Can decides.
func (g Grant) Allows() []Action { return listed(g.actions()) }

func (g Grant) actions() []Action {
	if actions := ActionsOf(g.Role); actions != nil {
		return actions
	}
	return g.Actions
}

// String writes the grant as ParseGrant reads it.
func (g Grant) String() string {
	if g.Scope.Project == "" {
		return string(g.Role)
	}
	return string(g.Role) + "@" + g.Scope.String()
}

var roleForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// ParseGrant reads a grant: a role everywhere ("viewer"), in a project
// ("viewer@shop") or in an environment ("publisher@shop/production"). Whether
// there is such a role and such a place is not looked at.
func ParseGrant(text string) (Grant, error) {
	name, place, at := strings.Cut(text, "@")
	project, environment, slash := strings.Cut(place, "/")
	if !roleForm.MatchString(name) || at && project == "" || slash && environment == "" || strings.Contains(environment, "/") {
		return Grant{}, fault.New(fault.Invalid, "role_malformed",
			"%q is no role; write viewer, viewer@PROJECT or viewer@PROJECT/ENVIRONMENT", text).
			WithField("roles", "write viewer, viewer@PROJECT or viewer@PROJECT/ENVIRONMENT")
	}
	return Grant{Role: Role(name), Scope: Scope{project, environment}}, nil
}

// ParseGrants reads several.
func ParseGrants(texts []string) ([]Grant, error) {
	grants := make([]Grant, 0, len(texts))
	for _, text := range texts {
		g, err := ParseGrant(text)
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return tidy(grants), nil
}

// tidy sorts grants, the widest first, and leaves each out that is there twice.
func tidy(grants []Grant) []Grant {
	slices.SortFunc(grants, func(a, b Grant) int {
		return cmp.Or(strings.Compare(a.Scope.Project, b.Scope.Project),
			strings.Compare(a.Scope.Environment, b.Scope.Environment), strings.Compare(string(a.Role), string(b.Role)))
	})
	return slices.CompactFunc(grants, sameGrant)
}

// sameGrant ignores what a role may do at the moment.
func sameGrant(a, b Grant) bool { return a.Role == b.Role && a.Scope == b.Scope }

// without are the grants that are not in others.
func without(grants, others []Grant) []Grant {
	return slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool {
		return slices.ContainsFunc(others, func(o Grant) bool { return sameGrant(g, o) })
	})
}

func texts(grants []Grant) []string {
	out := make([]string, len(grants))
	for i, g := range grants {
		out[i] = g.String()
	}
	return out
}

// Rights are what somebody may do. They are immutable.
type Rights struct {
	held []Grant
	// limits bound what is held, for a token that may do less than its member;
	// nil bounds nothing.
	limits []Grant
}

// NewRights returns the rights of who holds grants.
func NewRights(held ...Grant) *Rights { return &Rights{held: held} }

// Within returns rights that both hold: the old ones, inside limits.
func (r *Rights) Within(limits ...Grant) *Rights { return &Rights{held: r.held, limits: limits} }

// Can returns nil when the actor may do the action in the scope. Who has nothing
// at all to do with a place is told what an unknown place is told, a NotFound
// fault; anybody else gets a Forbidden one. It is the only place where rights are
// decided.
func Can(actor Actor, action Action, scope Scope) error {
	if actor.may(action, scope) {
		return nil
	}
	switch {
	case scope.Project == "" || actor.sees(scope):
		return fault.New(fault.Forbidden, "forbidden",
			"%s may not %s in %s; ask an owner of this server", actor.Name, action, scope)
	case scope.Environment != "" && actor.sees(Scope{Project: scope.Project}):
		return fault.New(fault.NotFound, "environment_not_found", "There is no environment %s", scope)
	}
	return fault.New(fault.NotFound, "project_not_found", "There is no project %q", scope.Project)
}

// CanSomewhere is Can for what asks for a right in any place at all.
func CanSomewhere(actor Actor, action Action) error {
	for _, g := range actor.held() {
		if actor.may(action, g.Scope) {
			return nil
		}
	}
	if actor.Rights != nil {
		for _, g := range actor.Rights.limits {
			if actor.may(action, g.Scope) {
				return nil
			}
		}
	}
	return fault.New(fault.Forbidden, "forbidden", "%s may not %s anywhere; ask an owner of this server", actor.Name, action)
}

func (a Actor) held() []Grant {
	held := []Grant{}
	if a.Role != "" {
		held = append(held, Grant{Role: a.Role})
	}
	if a.Rights != nil {
		held = append(held, a.Rights.held...)
	}
	return held
}

func (a Actor) may(action Action, scope Scope) bool {
	allows := func(g Grant) bool { return g.Scope.covers(scope) && slices.Contains(g.actions(), action) }
	return slices.ContainsFunc(a.held(), allows) && a.within(allows)
}

// sees says whether the actor has anything to do with the scope.
func (a Actor) sees(scope Scope) bool {
	touches := func(g Grant) bool { return g.Scope.covers(scope) || scope.covers(g.Scope) }
	return slices.ContainsFunc(a.held(), touches) && a.within(touches)
}

func (a Actor) within(allows func(Grant) bool) bool {
	return a.Rights == nil || a.Rights.limits == nil || slices.ContainsFunc(a.Rights.limits, allows)
}

// narrowed says whether the actor comes with a token that may do less than its
// member: it was given away for something, and is not the member.
func (a Actor) narrowed() bool {
	return a.Kind == Token && slices.ContainsFunc(a.held(), func(own Grant) bool {
		return slices.ContainsFunc(own.actions(), func(action Action) bool { return !a.may(action, own.Scope) })
	})
}

func endsItselfOnly(actor Actor) error {
	return fault.New(fault.Forbidden, "more_than_own",
		"The token %s may do less than its member, and ends nothing of theirs but itself; sign in, or use a token with full scope", actor.Name)
}

// may give: everything that a grant lets do, the giver may do there too, and may
// manage people there.
func canGive(giver Actor, g Grant) error {
	if err := Can(giver, ManageAccounts, g.Scope); err != nil {
		return err
	}
	for _, action := range g.actions() {
		if action != Declare && !giver.may(action, g.Scope) {
			return fault.New(fault.Forbidden, "more_than_own",
				"%s may not give or take %s: it lets do what %s may not (%s)", giver.Name, g, giver.Name, action)
		}
	}
	if g.Role == Relay && !giver.may(ManageKeys, g.Scope) {
		return fault.New(fault.Forbidden, "more_than_own", "%s may not make a relay's token: that takes the right %s", giver.Name, ManageKeys)
	}
	return nil
}

func canGiveAll(giver Actor, grants []Grant) error {
	for _, g := range grants {
		if err := canGive(giver, g); err != nil {
			return err
		}
	}
	return nil
}
