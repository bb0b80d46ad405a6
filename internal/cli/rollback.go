package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type rollbackOptions struct {
	connection
	moment
	project, object, environment string
	kind, comment                string
	bypass                       bypass
	shared, yes, dryRun          bool
	review
}

func newRollback(stdio Stdio) *cobra.Command {
	var o rollbackOptions
	cmd := &cobra.Command{
		Use:   "rollback [OBJECT]",
		Short: "Make one object or an environment what it was, as a new revision",
		Long: `Take what an environment does with a flag back to what it was at a revision or a time,
or without OBJECT the whole environment: its configurations and experiments. Print what
would change, ask, and commit it as a new revision. What other environments see too, such
as target groups, stays unless --shared.

` + aboutApprovals + `
In an emergency --bypass, with the reason, goes past the approvals for who has the right.`,
		Example: `  burgee rollback Flags.isHoliday -e production --revision 812
  burgee rollback -e production --at "2026-11-24 14:00" --yes
  burgee rollback beta-testers --kind target_group -e production --revision 812`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.object = strings.Join(args, "")
			return runRollback(cmd.Context(), stdio, o)
		},
	}
	o.connection.bind(cmd)
	o.moment.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	f := cmd.Flags()
	f.StringVar(&o.kind, "kind", "", "of OBJECT: configuration (of a flag; the default), flag (its own fields), target_group, experiment or attribute")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	bindBypass(cmd, &o.bypass, "roll back without the approvals that it needs")
	f.BoolVar(&o.shared, "shared", false, "with an environment also the flags' own fields, target groups and attributes")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would change and stop")
	o.review.bind(cmd)
	return cmd
}

func runRollback(ctx context.Context, stdio Stdio, o rollbackOptions) error {
	if err := o.settle(time.Now()); err != nil {
		return err
	}
	if !o.given() {
		return usageError{fmt.Errorf("say how far back with --revision or --at")}
	}
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	request := apiclient.RollbackRequest{
		Revision: o.revision, At: o.atMS, Kind: o.kind, Object: o.object, Shared: o.shared, Comment: o.comment, Bypass: string(o.bypass), DryRun: true,
	}
	if o.object != "" && o.kind == "" {
		request.Kind = string(document.ConfigurationKind)
	}
	plan, err := client.Rollback(ctx, project, environment, request)
	if err != nil {
		return err
	}
	if !o.asJSON {
		printRollback(stdio, environment, plan)
		sayReview(stdio, plan.ApplyResult)
	}
	if o.dryRun || !plan.Changed {
		return o.print(stdio, plan)
	}
	if !o.yes {
		if err := confirmed(ctx, stdio, fmt.Sprintf("Roll %s back to revision %d?", environment, plan.To.Number)); err != nil {
			if errors.Is(err, errDeclined) {
				say(stdio.Err, "nothing was changed\n")
				return nil
			}
			return err
		}
	}
	// What was agreed to is what happens: nothing else may have been published.
	request.DryRun, request.IfRevision = false, plan.Revisions[environment]
	done, err := client.Rollback(ctx, project, environment, request)
	if needsReview(err) {
		// To the revision that was shown: --at may be another one by then.
		title := fmt.Sprintf("roll %s back to revision %d", cmp.Or(o.object, environment), plan.To.Number)
		return o.review.propose(ctx, stdio, client, project, apiclient.Proposal{Title: titleOf(o.comment, title), Comment: o.comment, Rollback: &apiclient.RollbackPlan{
			Environment: environment, Revision: plan.To.Number, Kind: request.Kind, Object: request.Object, Shared: request.Shared,
		}})
	}
	if err != nil {
		return err
	}
	if !o.asJSON {
		say(stdio.Out, "rolled back: %s\n", revisions(done.ApplyResult))
	}
	return o.print(stdio, done)
}

// print writes the outcome for programs.
func (o *rollbackOptions) print(stdio Stdio, result apiclient.RollbackResult) error {
	if !o.asJSON {
		return nil
	}
	return printJSON(stdio.Out, result)
}

// confirmed asks a person, and says so where there is none.
func confirmed(ctx context.Context, stdio Stdio, question string) error {
	if !terminal(stdio.In) {
		return fault.New(fault.Invalid, "not_confirmed", "nobody to ask: standard input is no terminal. Nothing was changed; add --yes, or --dry-run")
	}
	return agreed(ctx, stdio, question)
}

func printRollback(stdio Stdio, environment string, plan apiclient.RollbackResult) {
	say(stdio.Out, "to revision %d of %s\n", plan.To.Number, environment)
	printPlan(stdio, plan.ApplyResult)
	if len(plan.Kept) == 0 {
		return
	}
	say(stdio.Out, "stays as it is, because other environments see it too (--shared takes it back as well):\n")
	for _, item := range plan.Kept {
		printItem(stdio.Out, item)
	}
}
