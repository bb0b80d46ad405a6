package catalog

import (
	"context"
	"fmt"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// CodeReviewRequired is the code of the fault of a change that needs approvals.
const CodeReviewRequired = "review_required"

// maxApprovals bounds how many approvals an environment can ask for.
const maxApprovals = 20

// SetApprovals sets how many people have to approve a change of an environment
// before it is published: none, which is 0, publishes every change at once.
func (s *Service) SetApprovals(ctx context.Context, actor account.Actor, project, environment string, approvals int, opts WriteOptions) (Outcome, error) {
	if approvals < 0 || approvals > maxApprovals {
		return Outcome{}, fault.New(fault.Invalid, "approvals_invalid", "An environment cannot need so many approvals").
			WithField("approvals", "takes 0 to %d", maxApprovals)
	}
	scope := account.Scope{Project: project, Environment: environment}
	return s.note(ctx, actor, account.ManageProject, scope, opts, func(tx Tx, row ProjectRow) (*ChangeRow, error) {
		e, err := (view{row: row}).environment(environment)
		if err != nil || e.Approvals == approvals {
			return nil, err
		}
		return &ChangeRow{
			Kind: EnvironmentKey, Object: environment, Environment: environment, EnvironmentID: e.ID, Action: ActionUpdate,
			Before: jsonOf(named{Approvals: &e.Approvals}), After: jsonOf(named{Approvals: &approvals}),
		}, tx.SetApprovals(e.ID, approvals)
	})
}

func approvalWords(n int) string {
	switch n {
	case 0:
		return "changes need no approval"
	case 1:
		return "a change needs 1 approval"
	}
	return fmt.Sprintf("a change needs %d approvals", n)
}

// touched are the environments whose programs a change concerns: those of its
// objects, and those in which programs would get something else because of what
// environments share. Only environments that look says yes to are looked at.
func (e *edit) touched(look func(EnvironmentRow) bool) ([]EnvironmentRow, error) {
	own, shares := map[string]bool{}, e.shares()
	for _, c := range e.changes {
		own[c.Environment] = true
	}
	var out []EnvironmentRow
	for _, environment := range e.row.live() {
		if !look(environment) {
			continue
		}
		concerned := own[environment.Key]
		if !concerned && shares {
			reached, err := e.reached(environment.Key)
			if err != nil {
				return nil, err
			}
			concerned = reached != ""
		}
		if concerned {
			out = append(out, environment)
		}
	}
	return out, nil
}

// lacking says how many approvals a change needs in which environments, beyond
// those that it has.
func (e *edit) lacking(cmd command) (map[string]int, error) {
	out := map[string]int{}
	if len(e.changes) == 0 || cmd.action == account.SwitchOff || cmd.action == account.Declare {
		return out, nil
	}
	protected, err := e.touched(func(environment EnvironmentRow) bool { return environment.Approvals > 0 })
	for _, environment := range protected {
		if n := environment.Approvals - cmd.approved[environment.Key]; n > 0 {
			out[environment.Key] = n
		}
	}
	return out, err
}

// allowed decides whether the actor may do what the command wants. Where approvals
// are needed, who may not publish is told that as well, as long as they may propose.
func (e *edit) allowed(actor account.Actor, cmd command) error {
	err := e.authorise(actor, cmd)
	if err == nil {
		return e.reviewed(actor, cmd)
	}
	if cmd.proposes || cmd.approved != nil || cmd.opts.Bypass != "" {
		return err
	}
	lacking, failed := e.lacking(cmd)
	if failed != nil {
		return failed
	}
	cmd.proposes = true
	if e.authorise(actor, cmd) != nil {
		return err
	}
	if e.tx == nil {
		return nil // a plan, which who may propose it reads before
	}
	if len(lacking) == 0 {
		return err
	}
	return reviewRequired(lacking, false)
}

// authorise asks for the rights that the changes take.
func (e *edit) authorise(actor account.Actor, cmd command) error {
	for _, c := range e.changes {
		if err := authorise(actor, cmd, c); err != nil {
			return err
		}
	}
	return e.authoriseReach(actor, cmd)
}

// reviewed refuses to publish what has not been approved. Off, Stop and Undo are
// at once, and so is what somebody who has the right publishes with a reason.
func (e *edit) reviewed(actor account.Actor, cmd command) error {
	if e.tx == nil || cmd.proposes {
		return nil
	}
	lacking, err := e.lacking(cmd)
	if err != nil || len(lacking) == 0 {
		return err
	}
	if cmd.opts.Bypass == "" {
		return reviewRequired(lacking, cmd.approved != nil)
	}
	for environment := range lacking {
		if err := account.Can(actor, account.Bypass, account.Scope{Project: cmd.project, Environment: environment}); err != nil {
			return err
		}
	}
	e.comment = pastApprovals(cmd.opts.Bypass, e.comment)
	return nil
}

// pastApprovals is a comment that begins with why approvals were not waited for.
func pastApprovals(reason, comment string) string {
	return strings.TrimSpace("published past the approvals: " + strings.TrimSpace(reason) + "\n" + comment)
}

func reviewRequired(lacking map[string]int, isRequest bool) error {
	var words []string
	for _, environment := range sortedKeys(lacking) {
		words = append(words, fmt.Sprintf("%d in %s", lacking[environment], environment))
	}
	if isRequest {
		return fault.New(fault.Forbidden, CodeReviewRequired,
			"Nothing was published: approvals are missing, %s. Somebody else has to approve it", strings.Join(words, ", "))
	}
	return fault.New(fault.Forbidden, CodeReviewRequired,
		"Nothing was changed: this change needs approvals, %s. Propose it as a change request; burgee apply does so by itself. Off, Stop and Undo need no approval",
		strings.Join(words, ", "))
}

// approvable says in which of some environments the actor may approve.
func approvable(actor account.Actor, project string, environments []string) []string {
	var out []string
	for _, environment := range environments {
		if account.Can(actor, account.Approve, account.Scope{Project: project, Environment: environment}) == nil {
			out = append(out, environment)
		}
	}
	return out
}

// removed takes objects out of the state that a command wants; a flag is archived.
func (e *edit) removed(refs []ObjectRef) error {
	if len(refs) == 0 {
		return nil
	}
	wanted := e.project
	if e.next != nil {
		wanted = e.next
	}
	next := wanted.Edit()
	var flags []string
	for _, ref := range refs {
		if wanted.Stored(ref.Kind, ref.Environment, ref.Key) == nil {
			return fault.New(fault.NotFound, "object_not_found", "There is no %s %q to take out", ref.Kind, ref.Key).
				WithField("remove", "there is no %s %s", ref.Kind, ref.Key)
		}
		if ref.Kind == document.FlagKind {
			flags = append(flags, ref.Key)
			continue
		}
		if err := e.take(next, ref); err != nil {
			return err
		}
	}
	if err := e.archiveAll(next, flags); err != nil {
		return err
	}
	if wrong := next.Validate(); wrong != nil {
		return wrong
	}
	e.next = next.Project()
	e.changes = document.Changes(e.aside(), e.next)
	return nil
}

// archiveAll archives flags, those last that others of them use: what used them is
// gone by then.
func (e *edit) archiveAll(next *document.Editor, flags []string) error {
	for len(flags) > 0 {
		var used []string
		for _, key := range flags {
			if len(next.Project().UsesOfFlag(key)) > 0 {
				used = append(used, key)
				continue
			}
			if err := e.archive(next, key); err != nil {
				return err
			}
		}
		if len(used) == len(flags) {
			return e.archive(next, used[0])
		}
		flags = used
	}
	return nil
}

// take takes out an object that is no flag.
func (e *edit) take(next *document.Editor, ref ObjectRef) error {
	switch ref.Kind {
	case document.ConfigurationKind:
		next.PutConfiguration(ref.Environment, ref.Key, nil)
	case document.TargetGroupKind:
		next.DeleteGroup(ref.Key)
	case document.AttributeKind:
		next.DeleteAttribute(ref.Key)
	case document.ExperimentKind:
		if x := next.Project().Experiments[ref.Key]; x.State == document.Running {
			return fault.New(fault.Conflict, "experiment_running", "The experiment %s runs in %s; stop it first", ref.Key, x.Environment)
		}
		next.DeleteExperiment(ref.Key)
	}
	return nil
}
