package catalog

import (
	"bytes"
	"maps"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// authorise asks for the right that a change takes.
func authorise(actor account.Actor, cmd command, c document.Change) error {
	scope := account.Scope{Project: cmd.project, Environment: c.Environment}
	if cmd.proposes {
		return account.Can(actor, account.EditFlags, scope)
	}
	if cmd.action != "" && cmd.action != account.EditFlags {
		return account.Can(actor, cmd.action, scope)
	}
	switch c.Kind {
	case document.ConfigurationKind, document.ExperimentKind:
		return account.Can(actor, account.Publish, scope)
	}
	return account.Can(actor, account.EditFlags, scope)
}

// authoriseReach refuses a change of what environments share where programs would
// get something else by it and the actor may not publish: a target group in use,
// the values of a flag that is configured, an archived flag.
func (e *edit) authoriseReach(actor account.Actor, cmd command) error {
	if cmd.proposes || cmd.action != "" && cmd.action != account.EditFlags || !e.shares() {
		return nil
	}
	for _, environment := range e.row.live() {
		if account.Can(actor, account.Publish, account.Scope{Project: cmd.project, Environment: environment.Key}) == nil {
			continue
		}
		reached, err := e.reached(environment.Key)
		if err != nil {
			return err
		}
		if reached != "" {
			return fault.New(fault.Forbidden, "reaches_environment",
				"%s may not publish in %s, and this change of %s reaches it: programs there would get something else. Ask somebody who may publish there",
				actor.Name, environment.Key, reached)
		}
	}
	return nil
}

// shares says whether something changes that environments have in common.
func (e *edit) shares() bool {
	return slices.ContainsFunc(e.changes, func(c document.Change) bool { return c.Environment == "" })
}

// reached names an object in use of which the command makes another for an
// environment; empty is none.
func (e *edit) reached(environment string) (string, error) {
	before, err := e.project.Lower(environment)
	if err != nil {
		return "", err
	}
	after, err := e.next.Lower(environment)
	if err != nil {
		return "", err
	}
	refs := maps.Clone(before)
	maps.Copy(refs, after)
	for ref := range refs {
		if !bytes.Equal(before[ref], after[ref]) && (inUse(e.project, environment, ref) || inUse(e.next, environment, ref)) {
			return ref.Key, nil
		}
	}
	return "", nil
}

// inUse says whether what programs get for their requests in an environment
// depends on an object.
func inUse(p *document.Project, environment string, ref document.EntityRef) bool {
	if ref.Kind == string(document.FlagKind) && p.Configuration(environment, ref.Key) != nil {
		return true
	}
	uses := p.UsesOfFlag(ref.Key)
	if ref.Kind != string(document.FlagKind) {
		uses = p.UsesOfGroup(ref.Key)
	}
	for _, use := range uses {
		if use.Environment == environment || use.Kind == document.TargetGroupKind {
			return true
		}
	}
	return false
}

// authorise asks for the rights that a rollback takes, whatever it finds to do.
func (r RollbackRequest) authorise(actor account.Actor, project string) error {
	own := r.Kind == "" || r.Kind == document.ConfigurationKind || r.Kind == document.ExperimentKind
	if own {
		if err := account.Can(actor, account.Publish, account.Scope{Project: project, Environment: r.Environment}); err != nil {
			return err
		}
	}
	if !own || r.Shared {
		return account.Can(actor, account.EditFlags, account.Scope{Project: project})
	}
	return nil
}

// proposable says whether the actor may propose the rollback, and so see its plan.
func (r RollbackRequest) proposable(actor account.Actor, project string) bool {
	return account.Can(actor, account.EditFlags, account.Scope{Project: project, Environment: r.Environment}) == nil
}
