package catalog

import (
	"context"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// CreateFlag makes a flag; its environment blocks may come with it. A key that looks
// like another flag's takes opts.Force.
func (s *Service) CreateFlag(ctx context.Context, actor account.Actor, project, key string, flag document.Flag, opts WriteOptions) (Outcome, error) {
	return s.commit(ctx, actor, command{project: project, opts: opts}, func(e *edit) error {
		if _, archived, err := e.flag(key); err == nil {
			if archived {
				return fault.New(fault.Conflict, "flag_exists", "There is an archived flag %s; restore it, or use another key", key).
					WithField("key", "is taken by an archived flag")
			}
			return fault.New(fault.Conflict, "flag_exists", "There is already a flag %s; open it, or use another key", key).
				WithField("key", "is taken")
		}
		if alike := e.lookAlikes(key)[key]; len(alike) > 0 && !opts.Force {
			return e.looksLike(key, alike)
		}
		if !flag.Type.Valid() {
			return fault.New(fault.Invalid, "document_invalid", "The flag needs a type").
				WithField("type", "takes one of boolean, string, integer, double, json")
		}
		return e.merge(oneFlag(key, flag))
	})
}

// looksLike refuses a key that people would take for another's.
func (e *edit) looksLike(key string, others []string) error {
	words := make([]string, len(others))
	for i, other := range others {
		if words[i] = other; e.project.Archived[other] {
			words[i] += ", which is archived"
		}
	}
	return fault.New(fault.Conflict, "looks_like", "%s looks like %s, and programs tell the two apart; use that one, or say force to make this one all the same",
		key, strings.Join(words, "; ")).WithField("key", "looks like %s", strings.Join(words, "; "))
}

func oneFlag(key string, flag document.Flag) *document.File {
	return &document.File{Flags: map[string]document.Flag{key: flag}}
}

// PatchFlag changes a flag's own fields; those that are nil stay.
func (s *Service) PatchFlag(ctx context.Context, actor account.Actor, project, key string, patch document.Flag, opts WriteOptions) (Outcome, error) {
	patch.Environments = nil
	return s.commit(ctx, actor, command{project: project, action: account.EditFlags, opts: opts}, func(e *edit) error {
		if _, err := e.live(key); err != nil {
			return err
		}
		if err := e.atVersion(document.FlagKind, key, opts.IfVersion); err != nil {
			return err
		}
		return e.merge(oneFlag(key, patch))
	})
}

// ArchiveFlag takes a flag out of every environment: programs that still ask
// for it get their own default. Its key stays taken and it can be restored. One that
// programs asked for in the last 7 days takes opts.Force.
func (s *Service) ArchiveFlag(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.EditFlags, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		_, archived, err := e.flag(key)
		if err != nil || archived {
			return err
		}
		next := e.project.Edit()
		if err := e.archive(next, key); err != nil {
			return err
		}
		if err := e.notAsked([]string{key}, opts.Force); err != nil {
			return err
		}
		return e.propose(next)
	})
}

// archive puts a flag aside in next.
func (e *edit) archive(next *document.Editor, key string) error {
	if uses := next.Project().UsesOfFlag(key); len(uses) > 0 {
		return fault.New(fault.Conflict, "flag_in_use", "The flag %s is used by %s; take it out there first", key, document.UseWords(uses))
	}
	e.actions[key] = ActionArchive
	next.DeleteFlag(key)
	for _, environment := range e.project.Environments {
		next.PutConfiguration(environment, key, nil)
	}
	next.SetArchived(key, true)
	return nil
}

// RestoreFlag brings an archived flag back as it was, in every environment.
func (s *Service) RestoreFlag(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.EditFlags, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		_, archived, err := e.flag(key)
		if err != nil || !archived {
			return err
		}
		next := e.project.Edit()
		e.restore(next, key)
		return e.propose(next)
	})
}

// restore takes a flag back into next.
func (e *edit) restore(next *document.Editor, key string) {
	e.actions[key] = ActionRestore
	next.PutFlag(key, e.hidden.flags[key])
	for environment, configurations := range e.hidden.configurations {
		next.PutConfiguration(environment, key, configurations[key])
	}
	next.SetArchived(key, false)
}

// PutConfiguration replaces what one environment does with a flag.
func (s *Service) PutConfiguration(ctx context.Context, actor account.Actor, project, flag, environment string, c *document.Configuration, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, environment: environment, action: account.Publish, opts: opts, warns: true}
	return s.commit(ctx, actor, cmd, func(e *edit) error { return e.configure(flag, environment, c) })
}

func (e *edit) configure(flag, environment string, c *document.Configuration) error {
	if _, err := e.live(flag); err != nil {
		return err
	}
	return e.merge(oneFlag(flag, document.Flag{Environments: map[string]*document.Configuration{environment: c}}))
}

// ClearConfiguration takes an environment's configuration of a flag away: the
// flag is as if nobody had configured it there.
func (s *Service) ClearConfiguration(ctx context.Context, actor account.Actor, project, flag, environment string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, environment: environment, action: account.Publish, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		if _, err := e.live(flag); err != nil {
			return err
		}
		if e.project.Configuration(environment, flag) == nil {
			return nil
		}
		next := e.project.Edit()
		next.PutConfiguration(environment, flag, nil)
		return e.propose(next)
	})
}

// SwitchOff serves everyone the flag's off value, at once. The reason is the
// comment.
func (s *Service) SwitchOff(ctx context.Context, actor account.Actor, project, flag, environment string, opts WriteOptions) (Outcome, error) {
	return s.enable(ctx, actor, account.SwitchOff, project, flag, environment, false, opts)
}

// SwitchOn takes SwitchOff back.
func (s *Service) SwitchOn(ctx context.Context, actor account.Actor, project, flag, environment string, opts WriteOptions) (Outcome, error) {
	return s.enable(ctx, actor, account.Publish, project, flag, environment, true, opts)
}

func (s *Service) enable(ctx context.Context, actor account.Actor, action account.Action, project, flag, environment string, on bool, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, environment: environment, action: action, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		f, err := e.live(flag)
		if err != nil {
			return err
		}
		c := configurationOf(e.project, environment, flag, f.Type)
		if c.Enabled == on {
			return nil
		}
		c.Enabled = on
		return e.configure(flag, environment, c)
	})
}

// configurationOf is a copy of what an environment does with a flag.
func configurationOf(p *document.Project, environment, flag string, t ruleset.Type) *document.Configuration {
	c := p.Configuration(environment, flag)
	if c == nil {
		return document.Unconfigured(t)
	}
	out := *c
	return &out
}
