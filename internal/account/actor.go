package account

import "burgee.dev/burgee/internal/fault"

// ActorKind says what kind of credential an actor acts with.
type ActorKind string

// The kinds of actor.
const (
	Member      ActorKind = "member" // a signed-in person
	Token       ActorKind = "token"  // an API token
	Application ActorKind = "app"    // a program that registers its flags
	Host        ActorKind = "host"   // the server itself or a command on its host
)

// Actor is who acts: the subject of every authorisation and of every audit
// entry. It is a value and safe to copy.
type Actor struct {
	Kind ActorKind
	ID   string // the member's or token's id; empty for Host
	Name string // e-mail, token name or application name, as the audit log shows it
	Role Role
}

// Role is a named set of rights.
type Role string

// The roles there are.
const (
	Owner    Role = "owner"    // may do everything
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
	ManageKeys     Action = "manage_keys"     // SDK keys
	ManageProject  Action = "manage_project"  // the project's own fields
	ManageAccounts Action = "manage_accounts" // members and tokens
	Declare        Action = "declare"         // registration from code
)

// Scope is a place: where an action happens, or where a token counts. An empty
// Environment is the project.
type Scope struct{ Project, Environment string }

// Can returns nil when the actor may do the action in the scope, else a
// Forbidden fault. It is the only place where rights are decided.
func Can(actor Actor, action Action, scope Scope) error {
	switch actor.Role {
	case Owner:
		return nil
	case Declarer:
		if action == Declare {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "forbidden",
		"%s may not %s in %s; ask the owner of this server", actor.Name, action, scope)
}

// String names the scope for messages.
func (s Scope) String() string {
	if s.Environment == "" {
		return s.Project
	}
	return s.Project + "/" + s.Environment
}
