package catalog

import (
	"cmp"
	"context"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// ExperimentFilter selects experiments: those that fit all of it; empty is any.
type ExperimentFilter struct {
	Environment string
	State       string
	Flag        string // that it acts on
}

func (filter ExperimentFilter) fits(x document.Experiment) bool {
	return (filter.Environment == "" || x.Environment == filter.Environment) && (filter.State == "" || x.State == filter.State) &&
		(filter.Flag == "" || acts(x, filter.Flag))
}

// Experiments lists the experiments that a filter selects, in the order in which
// they act.
func (s *Service) Experiments(ctx context.Context, actor account.Actor, project string, filter ExperimentFilter) ([]Experiment, error) {
	v, latest, err := s.readLatest(ctx, actor, project, document.ExperimentKind)
	if err != nil {
		return nil, err
	}
	if filter.Environment != "" {
		if _, err := v.environment(filter.Environment); err != nil {
			return nil, err
		}
	}
	return v.experiments(latest, func(_ string, x document.Experiment) bool { return filter.fits(x) }), nil
}

// Experiment returns one experiment.
func (s *Service) Experiment(ctx context.Context, actor account.Actor, project, key string) (Experiment, error) {
	v, latest, err := s.readLatest(ctx, actor, project, document.ExperimentKind, key)
	if err != nil {
		return Experiment{}, err
	}
	if _, err := v.experiment(key); err != nil {
		return Experiment{}, err
	}
	return v.experiments(latest, func(k string, _ document.Experiment) bool { return k == key })[0], nil
}

func (v view) experiment(key string) (document.Experiment, error) {
	x, ok := v.project.Experiments[key]
	if !ok {
		return x, fault.New(fault.NotFound, "experiment_not_found", "The project %s has no experiment %q", v.row.Key, key)
	}
	return x, nil
}

// experiments returns those that fit, by (order, key).
func (v view) experiments(latest lastChanges, fits func(string, document.Experiment) bool) []Experiment {
	ids := v.environmentIDs()
	out := []Experiment{}
	for _, key := range sortedKeys(v.project.Experiments) {
		x := v.project.Experiments[key]
		if !fits(key, x) {
			continue
		}
		id := ids[x.Environment]
		out = append(out, Experiment{
			Key: key, Experiment: x, StartedAt: v.started[key],
			LastChange: latest.of(document.ExperimentKind, key, id, id),
		})
	}
	slices.SortStableFunc(out, func(a, b Experiment) int { return cmp.Compare(a.Order, b.Order) })
	return out
}

// acts says whether an experiment controls a flag.
func acts(x document.Experiment, flag string) bool {
	if _, ok := x.Serve[flag]; ok {
		return true
	}
	return slices.ContainsFunc(x.Arms, func(arm document.Arm) bool {
		_, ok := arm.Flags[flag]
		return ok
	})
}

// PutExperiment makes an experiment or replaces it whole. A change of arms,
// shares, unit or audience after a start begins the next phase.
func (s *Service) PutExperiment(ctx context.Context, actor account.Actor, project, key string, x document.Experiment, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, environment: x.Environment, action: account.Publish, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		if err := e.atVersion(document.ExperimentKind, key, opts.IfVersion); err != nil {
			return err
		}
		return e.merge(&document.File{Experiments: map[string]document.Experiment{key: x}})
	})
}

// DeleteExperiment removes an experiment that does not run.
func (s *Service) DeleteExperiment(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	return s.commit(ctx, actor, command{project: project, opts: opts}, func(e *edit) error {
		x, err := e.experiment(key)
		if err != nil {
			return err
		}
		if err := account.Can(actor, account.Publish, account.Scope{Project: project, Environment: x.Environment}); err != nil {
			return err
		}
		if err := e.atVersion(document.ExperimentKind, key, opts.IfVersion); err != nil {
			return err
		}
		if x.State == document.Running {
			return fault.New(fault.Conflict, "experiment_running", "The experiment %s runs in %s; stop it first", key, x.Environment)
		}
		next := e.project.Edit()
		next.DeleteExperiment(key)
		return e.propose(next)
	})
}

// StartExperiment lets an experiment act on its flags.
func (s *Service) StartExperiment(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.Publish, found: true, opts: opts}
	return s.move(ctx, actor, cmd, key, document.Running)
}

// StopExperiment ends an experiment at once; its flags go on with their rules.
func (s *Service) StopExperiment(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.SwitchOff, found: true, opts: opts}
	return s.move(ctx, actor, cmd, key, document.Stopped)
}

// move brings an experiment into another state. A draft that is stopped stays a
// draft: it never ran.
func (s *Service) move(ctx context.Context, actor account.Actor, cmd command, key, state string) (Outcome, error) {
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		x, err := e.experiment(key)
		if err != nil {
			return err
		}
		if err := account.Can(actor, cmd.action, account.Scope{Project: cmd.project, Environment: x.Environment}); err != nil {
			return err
		}
		if x.State == state || (state == document.Stopped && x.State == document.Draft) {
			return nil
		}
		x.State = state
		return e.merge(&document.File{Experiments: map[string]document.Experiment{key: x}})
	})
}
