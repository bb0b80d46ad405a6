package account

import (
	"context"
	"slices"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// maxGrants bounds the roles of one member.
const maxGrants = 100

// Members lists the people who have a role where the actor manages accounts, by
// e-mail, each with the roles that count there.
func (s *Service) Members(ctx context.Context, actor Actor) ([]Person, error) {
	if err := CanSomewhere(actor, ManageAccounts); err != nil {
		return nil, err
	}
	recs, err := s.store.ListMembers(ctx)
	if err != nil {
		return nil, err
	}
	people := make([]Person, 0, len(recs))
	for _, rec := range recs {
		version := actor.versionOfRoles(rec)
		rec.Grants = actor.overseenOf(rec)
		if len(rec.Grants) > 0 || actor.may(ManageAccounts, Scope{}) {
			person := personOf(rec)
			person.Version = version
			people = append(people, person)
		}
	}
	return people, nil
}

// overseenOf are the roles of a member that count anywhere that the actor manages.
func (a Actor) overseenOf(member MemberRecord) []Grant {
	return slices.DeleteFunc(slices.Clone(member.Grants), func(g Grant) bool { return !a.oversees(g) })
}

func (a Actor) versionOfRoles(member MemberRecord) int64 {
	roles := []string{}
	for _, g := range tidy(a.overseenOf(member)) {
		roles = append(roles, g.String())
	}
	return versionOf(roles)
}

// oversees says whether a grant counts anywhere that the actor manages.
func (a Actor) oversees(g Grant) bool {
	if a.may(ManageAccounts, g.Scope) {
		return true
	}
	return slices.ContainsFunc(a.held(), func(own Grant) bool { return g.Scope.covers(own.Scope) && a.may(ManageAccounts, own.Scope) })
}

// SetRoles makes a member's roles the given ones, in the places where the actor
// manages accounts; those in other places stay. Nobody gives or takes what they
// could not do themselves, and somebody stays owner. ifVersion refuses, with
// Precondition, where the roles are no longer those of a Person's Version; nil does
// not ask.
func (s *Service) SetRoles(ctx context.Context, actor Actor, memberID string, roles []Grant, ifVersion *int64, requestID string) (Person, error) {
	member, err := s.overseen(ctx, actor, memberID)
	if err != nil {
		return Person{}, err
	}
	if err := atVersion("The roles of "+member.Email, actor.versionOfRoles(member), ifVersion); err != nil {
		return Person{}, err
	}
	roles, err = s.resolved(ctx, roles)
	if err != nil {
		return Person{}, err
	}
	kept := slices.DeleteFunc(slices.Clone(member.Grants), func(g Grant) bool { return actor.may(ManageAccounts, g.Scope) })
	next := tidy(append(kept, roles...))
	if err := checkGrants(next); err != nil {
		return Person{}, err
	}
	if err := canGiveAll(actor, append(without(next, member.Grants), without(member.Grants, next)...)); err != nil {
		return Person{}, err
	}
	before := memberState(member)
	was := member.Grants
	member.Grants = next
	person := personOf(member)
	person.Version = actor.versionOfRoles(member)
	if len(without(next, was)) == 0 && len(without(was, next)) == 0 {
		return person, nil
	}
	return person, s.store.SetGrants(ctx, member.ID, was, next, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryUpdate, Before: before, After: memberState(member),
		Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

// RemoveMember removes somebody with everything that is theirs: sessions and
// personal tokens end at once, on all nodes.
func (s *Service) RemoveMember(ctx context.Context, actor Actor, memberID, requestID string) error {
	member, err := s.governed(ctx, actor, memberID)
	if err != nil {
		return err
	}
	return s.store.DeleteMember(ctx, member.ID, member.Grants, Entry{
		Kind: MemberEntry, Object: member.Email, Action: EntryDelete, Before: memberState(member),
		Actor: actor.onlyNamed(), At: clock.Millis(s.clock), RequestID: requestID,
	})
}

// overseen finds a member who has a role where the actor manages accounts. Of
// others the actor learns nothing.
func (s *Service) overseen(ctx context.Context, actor Actor, memberID string) (MemberRecord, error) {
	if err := CanSomewhere(actor, ManageAccounts); err != nil {
		return MemberRecord{}, err
	}
	member, err := s.store.MemberByID(ctx, memberID)
	if err != nil {
		return MemberRecord{}, err
	}
	if !actor.may(ManageAccounts, Scope{}) && !slices.ContainsFunc(member.Grants, actor.oversees) {
		return MemberRecord{}, fault.New(fault.NotFound, "member_not_found", "There is no such member")
	}
	return member, nil
}

// governed finds a member over whose account the actor decides: who may give and
// take every role that the member has.
func (s *Service) governed(ctx context.Context, actor Actor, memberID string) (MemberRecord, error) {
	member, err := s.overseen(ctx, actor, memberID)
	if err != nil {
		return MemberRecord{}, err
	}
	if len(member.Grants) == 0 {
		return member, Can(actor, ManageAccounts, Scope{})
	}
	for _, g := range member.Grants {
		if canGive(actor, g) != nil {
			return MemberRecord{}, fault.New(fault.Forbidden, "more_than_own",
				"%s may not decide over the account of %s, who may do more; ask an owner of this server", actor.Name, member.Email)
		}
	}
	return member, nil
}

// checkGrants says whether roles fit together.
func checkGrants(grants []Grant) error {
	if len(grants) > maxGrants {
		return fault.New(fault.Invalid, "roles_many", "Too many roles for one member").WithField("roles", "at most %d", maxGrants)
	}
	for _, g := range grants {
		if g.Role == Owner && g.Scope != (Scope{}) {
			return fault.New(fault.Invalid, "owner_everywhere", "An owner owns the whole server").
				WithField("roles", "write owner, without a place; in a project there is admin")
		}
		project := Scope{Project: g.Scope.Project}
		if g.Scope.Environment != "" && !slices.ContainsFunc(grants, func(o Grant) bool { return o.Scope.covers(project) }) {
			return fault.New(fault.Invalid, "role_needs_project", "%s needs a role in the project as well: its flags and groups are the project's", g).
				WithField("roles", "add viewer@%s", g.Scope.Project)
		}
	}
	return nil
}
