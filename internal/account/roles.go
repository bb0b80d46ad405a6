package account

import (
	"context"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// RoleInfo says what a role lets do.
type RoleInfo struct {
	Name        Role
	Description string
	Actions     []Action
	BuiltIn     bool
	Version     int64 // of what it says, as RoleChange.IfVersion takes it; 0 of a built-in one
}

const maxRoleDescription = 200

// Roles lists the roles that a member can have: the built-in ones, the least
// first, and then those that people made, by name.
func (s *Service) Roles(ctx context.Context) ([]RoleInfo, error) {
	var out []RoleInfo
	for _, role := range BuiltIn() {
		out = append(out, RoleInfo{Name: role, Actions: listed(ActionsOf(role)), BuiltIn: true})
	}
	recs, err := s.store.ListRoles(ctx)
	for _, rec := range recs {
		out = append(out, rec.info())
	}
	return out, err
}

func (rec RoleRecord) info() RoleInfo {
	return RoleInfo{Name: rec.Name, Description: rec.Description, Actions: rec.Actions, Version: rec.version()}
}

func (rec RoleRecord) version() int64 { return versionOf(roleState(rec)) }

// listed leaves out what only programs do.
func listed(actions []Action) []Action {
	return slices.DeleteFunc(slices.Clone(actions), func(a Action) bool { return a == Declare })
}

// RoleChange is what a role is to be.
type RoleChange struct {
	Name        Role
	Description string
	Actions     []Action
	// New refuses with Precondition "role_exists" where there is a role of the
	// name: of two who make one at once, one is told.
	New bool
	// IfVersion refuses with Precondition where the role is not at this version, or is
	// not there; nil does not ask.
	IfVersion *int64
}

// PutRole makes or replaces a role. It counts at once for everybody who has it.
// Whoever has a role may read, whatever else it names. It refuses with Conflict
// "role_changed" where somebody else changed the role at the same moment.
func (s *Service) PutRole(ctx context.Context, actor Actor, change RoleChange, requestID string) (RoleInfo, error) {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return RoleInfo{}, err
	}
	name, description := change.Name, strings.TrimSpace(change.Description)
	actions, err := checkRole(name, description, change.Actions)
	if err != nil {
		return RoleInfo{}, err
	}
	recs, err := s.store.ListRoles(ctx)
	if err != nil {
		return RoleInfo{}, err
	}
	rec := RoleRecord{Name: name, Description: description, Actions: actions, CreatedAt: clock.Millis(s.clock)}
	entry := Entry{
		Kind: RoleEntry, Object: string(name), Action: EntryCreate, After: roleState(rec),
		Actor: actor.onlyNamed(), At: rec.CreatedAt, RequestID: requestID,
	}
	var before *RoleRecord
	if at := slices.IndexFunc(recs, func(r RoleRecord) bool { return r.Name == name }); at >= 0 {
		before = &recs[at]
		rec.CreatedAt = before.CreatedAt
		entry.Action, entry.Before = EntryUpdate, roleState(*before)
	}
	if change.New && before != nil {
		return RoleInfo{}, roleExists(name)
	}
	is := int64(0)
	if before != nil {
		is = before.version()
	}
	if err := atVersion("The role "+string(name), is, change.IfVersion); err != nil {
		return RoleInfo{}, err
	}
	err = s.store.PutRole(ctx, before, rec, entry)
	if change.New && fault.As(err).Code == CodeRoleChanged {
		err = roleExists(name)
	}
	return rec.info(), err
}

// CodeRoleChanged is of a role that is not what it was when it was read.
const CodeRoleChanged = "role_changed"

func roleExists(name Role) error {
	return fault.New(fault.Precondition, "role_exists", "There is a role %s already", name).WithField("role", "There is a role of this name.")
}

func checkRole(name Role, description string, actions []Action) ([]Action, error) {
	switch {
	case !roleForm.MatchString(string(name)):
		return nil, fault.New(fault.Invalid, "role_malformed", "A role is named by a-z, 0-9 and -, a letter first").
			WithField("role", "takes 1 to 40 of a-z 0-9 -, a letter first")
	case ActionsOf(name) != nil || name == Relay || name == "full":
		return nil, fault.New(fault.Conflict, "role_built_in", "%s is a role of Burgee itself; choose another name", name)
	case len(description) > maxRoleDescription:
		return nil, fault.New(fault.Invalid, "description_long", "The description is too long").WithField("description", "at most %d bytes", maxRoleDescription)
	}
	for _, action := range actions {
		if !slices.Contains(given, action) {
			return nil, fault.New(fault.Invalid, "action_unknown", "There is no action %q that a role can hold", string(action)).
				WithField("actions", "takes %s", words(given))
		}
	}
	return slices.DeleteFunc(slices.Clone(given), func(a Action) bool { return a != Read && !slices.Contains(actions, a) }), nil
}

func words(actions []Action) string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = string(a)
	}
	return strings.Join(out, ", ")
}

// DeleteRole removes a role that nobody has.
func (s *Service) DeleteRole(ctx context.Context, actor Actor, name Role, requestID string) error {
	if err := Can(actor, ManageServer, Scope{}); err != nil {
		return err
	}
	recs, err := s.store.ListRoles(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(recs, func(r RoleRecord) bool { return r.Name == name })
	if at < 0 {
		return roleMissing(name)
	}
	return s.store.DeleteRole(ctx, name, Entry{
		Kind: RoleEntry, Object: string(name), Action: EntryDelete, Before: roleState(recs[at]),
		Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

func roleState(rec RoleRecord) RoleState {
	return RoleState{Name: rec.Name, Description: rec.Description, Actions: rec.Actions}
}

// resolved are grants with what their roles let do; NotFound for a role that
// there is not.
func (s *Service) resolved(ctx context.Context, grants []Grant) ([]Grant, error) {
	var made []RoleRecord
	out := slices.Clone(grants)
	for i, g := range out {
		if ActionsOf(g.Role) != nil && g.Role != Declarer || g.Role == Relay {
			continue
		}
		if made == nil {
			var err error
			if made, err = s.store.ListRoles(ctx); err != nil {
				return nil, err
			}
		}
		at := slices.IndexFunc(made, func(r RoleRecord) bool { return r.Name == g.Role })
		if at < 0 {
			return nil, roleMissing(g.Role)
		}
		out[i].Actions = made[at].Actions
	}
	return out, nil
}

func roleMissing(name Role) *fault.Error {
	return fault.New(fault.NotFound, "role_not_found", "There is no role %q", string(name)).WithField("roles", "there is no role %s", name)
}
