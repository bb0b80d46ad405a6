package catalog

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// RollbackRequest asks to make one object, or a whole environment, what it was.
type RollbackRequest struct {
	Environment string
	To          Moment // of the environment

	// Kind and Object name one object; without them it is the environment: its
	// configurations and experiments.
	Kind   document.Kind
	Object string
	// Shared takes with an environment the flags' own fields, the target groups
	// and the attributes, which the other environments see too.
	Shared bool

	DryRun bool // plan only
	Write  WriteOptions
}

// RollbackResult is a plan, carried out unless it was a dry run.
type RollbackResult struct {
	ApplyResult
	To Past // what was gone back to
	// Kept is what else was different then and stays as it is, because other
	// environments see it too.
	Kept []PlanItem
}

// Rollback makes one object or an environment what it was at a revision, as a
// new revision: nothing is taken out of the history. It goes as far back as the
// record, and refuses what would not be valid today. Who may only propose it gets
// the plan of a dry run.
func (s *Service) Rollback(ctx context.Context, actor account.Actor, project string, request RollbackRequest) (RollbackResult, error) {
	if err := request.check(); err != nil {
		return RollbackResult{}, err
	}
	cmd := command{project: project, environment: request.Environment, warns: true, opts: request.Write}
	var result RollbackResult
	plan := func(e *edit) error {
		refusal := request.authorise(actor, project)
		if refusal != nil && !request.proposable(actor, project) {
			return refusal
		}
		then, kept, err := s.wantBack(e, request)
		if err != nil {
			return err
		}
		if refusal != nil && len(e.changes) == 0 && !request.DryRun {
			return refusal // otherwise each change asks for its own rights
		}
		result.To, result.Kept = *then, kept
		e.comment = cmp.Or(e.comment, request.words(then.Number))
		result.Plan = planOf(e.changes, e.next)
		return nil
	}
	var err error
	if request.DryRun {
		result.ApplyResult, err = s.planOnly(ctx, actor, cmd, plan, &result.ApplyResult)
	} else {
		result.Outcome, err = s.commit(ctx, actor, cmd, plan)
	}
	if err != nil {
		return RollbackResult{}, err
	}
	return result, nil
}

// wantBack makes the command of a rollback, and says what it goes back to and what
// it leaves.
func (s *Service) wantBack(e *edit, request RollbackRequest) (then *Past, kept []PlanItem, err error) {
	if err := request.check(); err != nil {
		return nil, nil, err
	}
	at, err := e.environment(request.Environment)
	if err != nil {
		return nil, nil, err
	}
	if then, err = s.asOf(e.reader, e.row, at, request.To); err != nil {
		return nil, nil, err
	}
	kept, err = e.goBack(then, request)
	return then, kept, err
}

func (r RollbackRequest) check() error {
	if (r.Kind == "") != (r.Object == "") {
		return fault.New(fault.Invalid, "rollback_malformed", "A rollback of one object needs its kind and its key").
			WithField("kind", "takes configuration, flag, target_group, experiment or attribute, with the key in object; leave both out for the environment")
	}
	if r.Shared && r.Object != "" {
		return fault.New(fault.Invalid, "rollback_malformed", "A rollback of one object takes nothing else with it").
			WithField("shared", "goes with a whole environment only")
	}
	return nil
}

// words are the comment of who writes none.
func (r RollbackRequest) words(number int64) string {
	if r.Object == "" {
		return fmt.Sprintf("Rollback of %s to revision %d", r.Environment, number)
	}
	return fmt.Sprintf("Rollback of %s to revision %d of %s", r.Object, number, r.Environment)
}

// goBack makes the command of a rollback and says what it leaves.
func (e *edit) goBack(then *Past, request RollbackRequest) (kept []PlanItem, err error) {
	back := &goingBack{edit: e, then: then.Project, next: e.project.Edit(), environment: request.Environment, number: then.Number}
	if request.Object != "" {
		if err := back.object(request.Kind, request.Object); err != nil {
			return nil, err
		}
		return nil, e.propose(back.next)
	}
	if request.Shared {
		back.shared()
	}
	if err := back.whole(); err != nil {
		return nil, err
	}
	if err := e.propose(back.next); err != nil {
		return nil, err
	}
	rest := &goingBack{edit: &edit{view: e.view, actions: map[string]ActionKind{}}, then: then.Project, next: e.next.Edit(), environment: request.Environment}
	rest.shared()
	return planOf(rest.next.Changes(), rest.next.Project()), nil
}

// goingBack makes the state next, which is then in what a rollback is about and
// the present in all else.
type goingBack struct {
	*edit
	then        *document.Project
	next        *document.Editor
	environment string
	number      int64
}

// whole takes back all that is the environment's own.
func (b *goingBack) whole() error {
	for _, key := range sortedKeys(b.next.Project().Flags) {
		b.configuration(key)
	}
	keys := maps.Clone(b.next.Project().Experiments)
	maps.Copy(keys, b.then.Experiments)
	for _, key := range sortedKeys(keys) {
		if x, was := b.then.Experiments[key]; was && x.Environment != b.environment {
			continue
		}
		if err := b.experiment(key); err != nil {
			return err
		}
	}
	return nil
}

// configuration takes back what the environment does with a flag.
func (b *goingBack) configuration(flag string) {
	b.next.PutConfiguration(b.environment, flag, b.then.Configuration(b.environment, flag))
}

// experiment takes an experiment back. One that was not there yet is stopped if
// it runs and else stays: its results belong to it.
func (b *goingBack) experiment(key string) error {
	present, is := b.next.Project().Experiments[key]
	if is && present.Environment != b.environment {
		if x, was := b.then.Experiments[key]; was && x.Environment == b.environment {
			return fault.New(fault.Conflict, "experiment_moved", "There is another experiment %s now, in %s; an experiment keeps its environment", key, present.Environment)
		}
		return nil
	}
	x, was := b.then.Experiments[key]
	switch {
	case was && is:
		b.next.PutExperiment(key, x.InPlaceOf(present))
	case was:
		b.next.PutExperiment(key, x)
	case present.State == document.Running:
		present.State = document.Stopped
		b.next.PutExperiment(key, present)
	}
	return nil
}

// shared takes back what all environments see. What was made since stays: other
// environments may have come to use it.
func (b *goingBack) shared() {
	for path, a := range b.then.Attributes {
		b.next.PutAttribute(path, a)
	}
	for key, g := range b.then.TargetGroups {
		b.next.PutGroup(key, g)
	}
	for key, f := range b.then.Flags {
		if b.next.Project().Archived[key] {
			b.restore(b.next, key)
		}
		b.next.PutFlag(key, f)
	}
}

// object takes one object back.
func (b *goingBack) object(kind document.Kind, key string) error {
	switch kind {
	case document.ConfigurationKind:
		if _, err := b.live(key); err != nil {
			return err
		}
		b.configuration(key)
		return nil
	case document.FlagKind:
		return b.flagFields(key)
	case document.TargetGroupKind:
		return putThen(b, "target group", key, b.next.PutGroup, b.next.Project().TargetGroups, b.then.TargetGroups)
	case document.AttributeKind:
		return putThen(b, "attribute", key, b.next.PutAttribute, b.next.Project().Attributes, b.then.Attributes)
	case document.ExperimentKind:
		return b.oneExperiment(key)
	}
	return fault.New(fault.Invalid, "rollback_malformed", "A %s cannot be rolled back", kind).
		WithField("kind", "takes configuration, flag, target_group, experiment or attribute")
}

// flagFields takes a flag's own fields back, and the flag itself where it was
// archived since or only then.
func (b *goingBack) flagFields(key string) error {
	_, archived, err := b.flag(key)
	if err != nil {
		return err
	}
	if b.then.Archived[key] {
		if archived {
			return nil
		}
		return b.archive(b.next, key)
	}
	if _, was := b.then.Flags[key]; was && archived {
		b.restore(b.next, key)
	}
	return putThen(b, "flag", key, b.next.PutFlag, b.next.Project().Flags, b.then.Flags)
}

func (b *goingBack) oneExperiment(key string) error {
	x, was := b.then.Experiments[key]
	present, is := b.next.Project().Experiments[key]
	if (!was || x.Environment != b.environment) && (!is || present.Environment != b.environment) {
		return fault.New(fault.NotFound, "experiment_not_found", "%s has no experiment %q, nor had it one at revision %d", b.environment, key, b.number)
	}
	return b.experiment(key)
}

// putThen takes an object of the project back.
func putThen[T any](b *goingBack, kind, key string, put func(string, T), present, then map[string]T) error {
	value, was := then[key]
	if !was {
		if _, is := present[key]; !is {
			return fault.New(fault.NotFound, "object_not_found", "The project %s has no %s %q", b.row.Key, kind, key)
		}
		return fault.New(fault.Conflict, "not_there_yet", "At revision %d of %s there was no %s %s; delete it where it is no longer wanted", b.number, b.environment, kind, key)
	}
	put(key, value)
	return nil
}
