package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Limits of what is not archived. A server looks at every environment each second.
const (
	maxProjects     = 500
	maxEnvironments = 200 // of one project
)

// keyOfPlace is the form of a project's or an environment's key: it stands in
// addresses, and beside a slash in the place of a right.
var keyOfPlace = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// NewEnvironment is an environment to be made.
type NewEnvironment struct {
	Key  string
	Name string          // empty is the key
	Kind EnvironmentKind // empty is that of Like, or Other
	// Like is the environment whose configuration and approvals it begins with; empty
	// begins with nothing. Keys and experiments are not copied: a key is of one
	// environment, and so are results.
	Like string
}

// EnvironmentPatch changes what an environment is called and how it looks; nil
// leaves a field.
type EnvironmentPatch struct {
	Name *string
	Kind *EnvironmentKind
}

// open refuses what is to be written to an archived project or environment; an
// empty key is the project alone. An unknown key is not looked at.
func (p ProjectRow) open(environment string) error {
	if p.ArchivedAt != 0 {
		return fault.New(fault.Conflict, "project_archived", "The project %s is archived; restore it first", p.Key)
	}
	for _, e := range p.Environments {
		if e.Key == environment && e.ArchivedAt != 0 {
			return fault.New(fault.Conflict, "environment_archived", "The environment %s of project %s is archived; restore it first", e.Key, p.Key)
		}
	}
	return nil
}

func checkPlace(what, key string) error {
	if keyOfPlace.MatchString(key) {
		return nil
	}
	return fault.New(fault.Invalid, "key_malformed", "%q is no key of %s", key, what).
		WithField("key", "takes 1 to 64 of a-z 0-9 . _ -, the first a letter or a digit")
}

func checkName(what, name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" || len(name) > maxName {
		return "", fault.New(fault.Invalid, "name_invalid", "The %s needs a name", what).
			WithField("name", "takes 1 to %d bytes of text", maxName)
	}
	return name, nil
}

func checkKind(kind EnvironmentKind) error {
	switch kind {
	case Production, Development, Other:
		return nil
	}
	return fault.New(fault.Invalid, "kind_invalid", "There is no such kind of environment").
		WithField("kind", "takes production, development or other")
}

// CreateEnvironment makes an environment, the last of its project; programs can
// connect to it as soon as it has a key.
func (s *Service) CreateEnvironment(ctx context.Context, actor account.Actor, project string, wanted NewEnvironment, opts WriteOptions) (Environment, error) {
	if err := account.Can(actor, account.ManageProject, account.Scope{Project: project}); err != nil {
		return Environment{}, err
	}
	if wanted.Name == "" {
		wanted.Name = wanted.Key
	}
	var err error
	if wanted.Name, err = checkName("environment", wanted.Name); err != nil {
		return Environment{}, err
	}
	if err := checkPlace("an environment", wanted.Key); err != nil {
		return Environment{}, err
	}
	return s.serveAnew(ctx, actor, project, wanted.Key, opts, func(tx Tx, row ProjectRow) (opening, error) {
		return wanted.insert(tx, row, clock.Millis(s.clock))
	})
}

// insert makes the row of an environment.
func (n NewEnvironment) insert(tx Tx, row ProjectRow, now int64) (opening, error) {
	made := EnvironmentRow{Key: n.Key, Name: n.Name, Kind: n.Kind, Revision: firstRevision - 1}
	for _, e := range row.Environments {
		made.Position = max(made.Position, e.Position+1)
	}
	if err := n.free(row); err != nil {
		return opening{}, err
	}
	if n.Like != "" {
		like, err := view{row: row}.environment(n.Like)
		if err != nil {
			return opening{}, err
		}
		if err := row.open(n.Like); err != nil {
			return opening{}, err
		}
		made.Approvals = like.Approvals
		if made.Kind == "" {
			made.Kind = like.Kind
		}
	}
	if made.Kind == "" {
		made.Kind = Other
	}
	if err := checkKind(made.Kind); err != nil {
		return opening{}, err
	}
	var err error
	if made.ID, err = tx.InsertEnvironment(row.ID, made, now); err != nil {
		return opening{}, err
	}
	after := named{Name: made.Name, Kind: made.Kind, Like: n.Like}
	if made.Approvals > 0 {
		after.Approvals = &made.Approvals
	}
	return opening{action: ActionCreate, after: after, like: n.Like}, tx.UpdateEnvironment(made)
}

// free refuses a key that is taken, and one environment too many.
func (n NewEnvironment) free(row ProjectRow) error {
	for _, e := range row.Environments {
		if e.Key != n.Key {
			continue
		}
		if e.ArchivedAt != 0 {
			return fault.New(fault.Conflict, "environment_exists", "The project %s has an archived environment %s; restore that one, or use another key", row.Key, n.Key)
		}
		return fault.New(fault.Conflict, "environment_exists", "The project %s has an environment %s already; use another key", row.Key, n.Key)
	}
	return room(row)
}

func room(row ProjectRow) error {
	if len(row.live()) >= maxEnvironments {
		return fault.New(fault.Invalid, "too_many_environments", "The project %s has %d environments, and no more fit; archive one first", row.Key, maxEnvironments)
	}
	return nil
}

// opening is an environment that programs are to be served in from now on.
type opening struct {
	action ActionKind
	after  named
	like   string // the environment whose configuration it gets; empty is none
}

// serveAnew is the way in which an environment comes to be served: begin makes it
// or brings it back, and then everything that its programs get is written as one
// revision.
func (s *Service) serveAnew(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions, begin func(Tx, ProjectRow) (opening, error)) (Environment, error) {
	cmd := command{project: project, opts: opts}
	var done committed
	err := s.store.Write(ctx, func(tx Tx) error {
		row, err := tx.Project(project)
		if err != nil {
			return err
		}
		if err := row.open(""); err != nil {
			return err
		}
		opens, err := begin(tx, row)
		if err != nil {
			return err
		}
		if row, err = tx.Project(project); err != nil {
			return err
		}
		// Loaded, and not remembered: what is known of the project is without the
		// environment, and remains so if this fails.
		present, err := load(tx, row)
		if err != nil {
			return err
		}
		done, err = s.openUp(s.editOf(tx, view{row, present}, cmd), actor, cmd, key, opens)
		return err
	})
	if err != nil {
		return Environment{}, err
	}
	s.remember(done.row.ID, done.state)
	for _, e := range done.row.Environments {
		if e.Key == key {
			e.Revision = done.raised[key]
			s.tell.Announce(ctx, e.ID, e.Revision)
			return newEnvironment(e), nil
		}
	}
	return Environment{}, fmt.Errorf("catalog: the environment %s of %s is not there after it was made", key, project)
}

// openUp writes all that the programs of an environment get, and the entry that
// says why.
func (s *Service) openUp(e *edit, actor account.Actor, cmd command, key string, opens opening) (committed, error) {
	environment, err := e.environment(key)
	if err != nil {
		return committed{}, err
	}
	e.next = e.project
	if opens.like != "" { // which is sound, and so is what is like it
		e.next, e.changes = e.project.Like(opens.like, key)
	}
	whole, err := e.serveWhole(environment)
	if err != nil {
		return committed{}, err
	}
	e.also = append(e.also, ChangeRow{
		Kind: EnvironmentKey, Object: key, Environment: key, EnvironmentID: environment.ID,
		Action: opens.action, Comment: e.comment, After: jsonOf(opens.after),
		Revisions: map[string]int64{key: environment.Revision + 1},
	})
	done, err := s.write(e, actor, cmd, []serving{whole})
	if err != nil {
		return committed{}, err
	}
	if opens.action != ActionCreate { // what programs had before leads nowhere
		err = e.tx.DropDeltas(environment.ID)
	}
	return done, err
}

// serveWhole writes every wire line of an environment that has none, and holds it
// to the limits.
func (e *edit) serveWhole(environment EnvironmentRow) (serving, error) {
	lowered, err := e.next.Lower(environment.Key)
	if err != nil {
		return serving{}, err
	}
	out := serving{environment: environment, lines: newLines(lowered)}
	for _, line := range out.lines {
		out.differing = append(out.differing, LineRow{line.ref, lowered[line.ref]})
		out.around = append(out.around, lowered[line.ref])
	}
	if err := out.fits(); err != nil {
		return serving{}, err
	}
	return out, out.dryRun(e.row)
}

// UpdateEnvironment gives an environment another name or kind; its key never
// changes.
func (s *Service) UpdateEnvironment(ctx context.Context, actor account.Actor, project, environment string, patch EnvironmentPatch, opts WriteOptions) (Outcome, error) {
	if patch.Name != nil {
		name, err := checkName("environment", *patch.Name)
		if err != nil {
			return Outcome{}, err
		}
		patch.Name = &name
	}
	if patch.Kind != nil {
		if err := checkKind(*patch.Kind); err != nil {
			return Outcome{}, err
		}
	}
	scope := account.Scope{Project: project, Environment: environment}
	return s.note(ctx, actor, account.ManageProject, scope, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		e, err := (view{row: row}).environment(environment)
		if err != nil {
			return nil, err
		}
		before, after, next := patch.of(e)
		if before == after {
			return nil, nil
		}
		return &ChangeRow{
			Kind: EnvironmentKey, Object: e.Key, Environment: e.Key, EnvironmentID: e.ID, Action: ActionUpdate,
			Before: jsonOf(before.named()), After: jsonOf(after.named()),
		}, tx.UpdateEnvironment(next)
	})
}

// look is what a patch can change of an environment; empty is what it leaves.
type look struct {
	name string
	kind EnvironmentKind
}

func (l look) named() named { return named{Name: l.name, Kind: l.kind} }

// of is what a patch changes of an environment, and the environment after it.
func (p EnvironmentPatch) of(e EnvironmentRow) (before, after look, next EnvironmentRow) {
	next = e
	if p.Name != nil && *p.Name != e.Name {
		before.name, after.name, next.Name = e.Name, *p.Name, *p.Name
	}
	if p.Kind != nil && *p.Kind != e.Kind {
		before.kind, after.kind, next.Kind = e.Kind, *p.Kind, *p.Kind
	}
	return before, after, next
}

// OrderEnvironments puts a project's environments, of which keys has each once, in
// another order. Archived ones come last.
func (s *Service) OrderEnvironments(ctx context.Context, actor account.Actor, project string, keys []string, opts WriteOptions) (Outcome, error) {
	return s.note(ctx, actor, account.ManageProject, account.Scope{Project: project}, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		live := row.live()
		if err := sameKeys(keysOf(live), keys); err != nil {
			return nil, err
		}
		if slices.Equal(keysOf(live), keys) {
			return nil, nil
		}
		position := func(e EnvironmentRow) int {
			if e.ArchivedAt != 0 {
				return len(keys) + e.Position
			}
			return slices.Index(keys, e.Key)
		}
		for _, e := range row.Environments {
			e.Position = position(e)
			if err := tx.UpdateEnvironment(e); err != nil {
				return nil, err
			}
		}
		return &ChangeRow{
			Kind: ProjectKind, Object: row.Key, Action: ActionUpdate,
			Before: jsonOf(named{Order: keysOf(live)}), After: jsonOf(named{Order: keys}),
		}, nil
	})
}

// sameKeys refuses an order that leaves an environment out, or names another.
func sameKeys(has, given []string) error {
	have, want := slices.Sorted(slices.Values(given)), slices.Sorted(slices.Values(has))
	if slices.Equal(have, want) {
		return nil
	}
	return fault.New(fault.Invalid, "order_incomplete", "An order names each environment once").
		WithField("environments", "the project has %s", strings.Join(has, ", "))
}

// ArchiveEnvironment ends an environment: its keys are no longer accepted and its
// streams close. What it was stays, and is brought back by RestoreEnvironment.
func (s *Service) ArchiveEnvironment(ctx context.Context, actor account.Actor, project, environment string, opts WriteOptions) (Outcome, error) {
	scope := account.Scope{Project: project, Environment: environment}
	var at EnvironmentRow
	out, err := s.note(ctx, actor, account.ManageProject, scope, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		var err error
		if at, err = (view{row: row}).environment(environment); err != nil {
			return nil, err
		}
		if len(row.live()) == 1 {
			return nil, fault.New(fault.Conflict, "last_environment", "%s is the last environment of project %s; archive the project instead", at.Key, row.Key)
		}
		if err := idle(tx, row, []EnvironmentRow{at}); err != nil {
			return nil, err
		}
		now := clock.Millis(s.clock)
		return &ChangeRow{
			Kind: EnvironmentKey, Object: at.Key, Environment: at.Key, EnvironmentID: at.ID, Action: ActionArchive,
			Before: jsonOf(named{Name: at.Name, Kind: at.Kind}),
		}, closeDown(tx, at, now)
	})
	if err == nil && out.Changed {
		delete(out.Revisions, at.Key)
		s.tell.Announce(ctx, at.ID, at.Revision)
	}
	return out, err
}

// closeDown archives an environment. What its programs were sent goes: it would be
// out of date when the environment comes back, and would keep what is erased
// meanwhile.
func closeDown(tx Tx, e EnvironmentRow, now int64) error {
	e.ArchivedAt = now
	if err := tx.UpdateEnvironment(e); err != nil {
		return err
	}
	if err := tx.DropLines(e.ID); err != nil {
		return err
	}
	if err := tx.DropDeltas(e.ID); err != nil {
		return err
	}
	return tx.RaiseKeyGeneration(e.ID)
}

// idle refuses to archive environments in which something happens by itself: it
// would fail at its time, seen by nobody.
func idle(r Reader, row ProjectRow, environments []EnvironmentRow) error {
	for _, e := range environments {
		live, err := r.Rollouts(RolloutQuery{ProjectID: row.ID, EnvironmentID: e.ID, States: liveRollouts, Limit: 1})
		if err != nil {
			return err
		}
		if len(live) > 0 {
			return fault.New(fault.Conflict, "rollout_live", "The rollout %d of %s goes on in %s; stop it first", live[0].Number, live[0].Object, e.Key)
		}
	}
	scheduled, err := r.ChangeRequests(ChangeRequestQuery{ProjectID: row.ID, State: RequestOpen, Scheduled: true, Limit: maxPage})
	for _, c := range scheduled {
		for _, e := range environments {
			if slices.Contains(c.Environments, e.Key) {
				return fault.New(fault.Conflict, "change_scheduled", "The change request %s “%s” is to be published in %s; take its time away first",
					strconv.FormatInt(c.Number, 10), c.Title, e.Key)
			}
		}
	}
	return err
}

// RestoreEnvironment brings an archived environment back, with its keys. What all
// environments share may have changed meanwhile: its programs get it as it is now.
func (s *Service) RestoreEnvironment(ctx context.Context, actor account.Actor, project, environment string, opts WriteOptions) (Environment, error) {
	if err := account.Can(actor, account.ManageProject, account.Scope{Project: project, Environment: environment}); err != nil {
		return Environment{}, err
	}
	return s.serveAnew(ctx, actor, project, environment, opts, func(tx Tx, row ProjectRow) (opening, error) {
		e, err := view{row: row}.environment(environment)
		if err != nil {
			return opening{}, err
		}
		if e.ArchivedAt == 0 {
			return opening{}, fault.New(fault.Conflict, "environment_not_archived", "The environment %s of project %s is not archived", e.Key, row.Key)
		}
		if err := room(row); err != nil {
			return opening{}, err
		}
		e.ArchivedAt = 0
		if err := tx.UpdateEnvironment(e); err != nil {
			return opening{}, err
		}
		return opening{action: ActionRestore, after: named{Name: e.Name, Kind: e.Kind}}, tx.RaiseKeyGeneration(e.ID)
	})
}

// placeSentences says what happened to a project or an environment.
func placeSentences(c Change) []string {
	var before, after named
	decode(c.Before, &before)
	decode(c.After, &after)
	about := fmt.Sprintf("%s %s: ", c.Kind, c.Object)
	switch c.Action {
	case ActionCreate:
		if after.Like != "" {
			return []string{about + "created as a copy of " + after.Like}
		}
		return []string{about + "created"}
	case ActionArchive:
		return []string{about + "archived, its keys are no longer accepted"}
	case ActionRestore:
		return []string{about + "restored, its keys are accepted again"}
	}
	var words []string
	if after.Approvals != nil {
		words = append(words, about+approvalWords(*after.Approvals))
	}
	if after.Name != "" {
		words = append(words, about+"name → "+after.Name)
	}
	if after.Kind != "" {
		words = append(words, fmt.Sprintf("%skind %s → %s", about, before.Kind, after.Kind))
	}
	if after.Order != nil {
		words = append(words, about+"the environments stand in the order "+strings.Join(after.Order, ", "))
	}
	return words
}
