package cli

import (
	"context"
	"errors"
	"strconv"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
)

// What whoever has the right does at once, without a draft and without approval.

type switchOptions struct {
	connection
	project, environment, reason string
	asJSON                       bool
}

func (o *switchOptions) bindAll(cmd *cobra.Command) {
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	cmd.Flags().StringVar(&o.reason, "reason", "", "why, for the history")
	bindJSON(cmd, &o.asJSON)
}

func newOff(stdio Stdio) *cobra.Command {
	var o switchOptions
	cmd := &cobra.Command{
		Use:   "off FLAG",
		Short: "Switch a flag off at once: everyone gets its off value",
		Long: `Switch a flag off in an environment: everyone gets its off value, within a second. It is
done at once, also where changes need approvals, by whoever has the right "off". What the
flag serves otherwise stays configured, and burgee on brings it back.`,
		Example: `  burgee off Flags.isHoliday -e production --reason "errors at checkout"`,
		Args:    exactly("FLAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSwitch(cmd.Context(), stdio, o, args[0], false)
		},
	}
	o.bindAll(cmd)
	return cmd
}

func newOn(stdio Stdio) *cobra.Command {
	var o switchOptions
	cmd := &cobra.Command{
		Use:   "on FLAG",
		Short: "Switch a flag on again: it serves what is configured",
		Example: `  burgee on Flags.isHoliday -e production
  burgee on Flags.isHoliday -e production --reason "checkout is mended"`,
		Args: exactly("FLAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSwitch(cmd.Context(), stdio, o, args[0], true)
		},
	}
	o.bindAll(cmd)
	return cmd
}

// switched is what --json prints of a switch.
type switched struct {
	Flag        string `json:"flag"`
	Environment string `json:"environment"`
	On          bool   `json:"on"`
	Revision    int64  `json:"revision"`
}

func runSwitch(ctx context.Context, stdio Stdio, o switchOptions, flag string, on bool) error {
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	revision, err := client.Switch(ctx, project, flag, environment, on, o.reason)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, switched{flag, environment, on, revision})
	}
	state := map[bool]string{true: "on", false: "off"}[on]
	say(stdio.Out, "%s is %s in %s, revision %d\n", flag, state, environment, revision)
	return nil
}

func newUndo(stdio Stdio) *cobra.Command {
	var o switchOptions
	var revision int64
	cmd := &cobra.Command{
		Use:   "undo --revision N",
		Short: "Take a revision of the last ten minutes back, at once",
		Long: `Make what one revision of an environment changed what it was before, as a new revision.
Within ten minutes it needs no approval; later burgee rollback does it.`,
		Example: `  burgee undo -e production --revision 812`,
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runUndo(cmd.Context(), stdio, o, revision)
		},
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	bindJSON(cmd, &o.asJSON)
	cmd.Flags().Int64Var(&revision, "revision", 0, "which one; burgee history shows them")
	return cmd
}

func runUndo(ctx context.Context, stdio Stdio, o switchOptions, revision int64) error {
	if revision < 1 {
		return usageError{errors.New("say which revision with --revision; burgee history shows them")}
	}
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	made, err := client.Undo(ctx, project, environment, revision)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"environment": environment, "undone": revision, "revision": made})
	}
	say(stdio.Out, "revision %d of %s is undone by revision %d\n", revision, environment, made)
	return nil
}

func newExperimentStop(stdio Stdio) *cobra.Command {
	var o placeOptions
	var reason string
	cmd := &cobra.Command{
		Use:     "stop EXPERIMENT",
		Short:   "Stop an experiment at once; its flags serve what they are configured to",
		Example: `  burgee experiment stop holiday-2 --reason "the page is broken"`,
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, for the history")
	return o.inProject(cmd, exactly("EXPERIMENT"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.StopExperiment(ctx, o.project, args[0], reason)
		return o.done(stdio, map[string]any{"key": args[0], "running": false}, err, "%s is stopped", args[0])
	}, stdio)
}

func newFlagArchive(stdio Stdio) *cobra.Command {
	var o writing
	var comment string
	var force bool
	cmd := &cobra.Command{
		Use:   "archive FLAG",
		Short: "Archive a flag: programs get their own default",
		Long: `Archive a flag: it leaves every environment, and programs get their own default. Where
programs asked for it in the last 7 days it is refused, and names them, unless --force is
said.

` + aboutApprovals,
		Example: `  burgee flag archive Flags.oldCheckout --comment "the old page is gone"`,
	}
	cmd.Flags().StringVar(&comment, "comment", "", "why, for the history")
	cmd.Flags().BoolVar(&force, "force", false, "also while programs ask for it: they get their own default")
	return o.inProject(cmd, exactly("FLAG"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.ArchiveFlag(ctx, o.project, args[0], comment, force)
		if needsReview(err) {
			return o.proposeWithout(ctx, stdio, client, apiclient.ObjectRef{Kind: document.FlagKind, Key: args[0]}, force, "archive "+args[0], comment)
		}
		return o.done(stdio, map[string]any{"key": args[0], "archived": true}, sayForce(err), "%s is archived; burgee flag restore brings it back", args[0])
	}, stdio)
}

func newFlagRestore(stdio Stdio) *cobra.Command {
	var o placeOptions
	var comment string
	cmd := &cobra.Command{
		Use:     "restore FLAG",
		Short:   "Bring an archived flag back, as it was",
		Example: `  burgee flag restore Flags.oldCheckout`,
	}
	cmd.Flags().StringVar(&comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly("FLAG"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.RestoreFlag(ctx, o.project, args[0], comment)
		return o.done(stdio, map[string]any{"key": args[0], "archived": false}, err, "%s is back", args[0])
	}, stdio)
}

func newFlagAskedBy(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "asked-by FLAG",
		Short:   "List the programs that asked for a flag in the last 7 days",
		Example: `  burgee flag asked-by Flags.oldCheckout`,
	}
	return o.inProject(cmd, exactly("FLAG"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		programs, err := client.FlagAskedBy(ctx, o.project, args[0])
		if err != nil {
			return err
		}
		if o.asJSON {
			return printJSON(stdio.Out, programs)
		}
		return printAskers(stdio, programs)
	}, stdio)
}

func printAskers(stdio Stdio, programs []apiclient.Asker) error {
	if len(programs) == 0 {
		say(stdio.Err, "no program asked for it in the last 7 days\n")
		return nil
	}
	var t table
	t.row("PROGRAM", "VERSION", "ENVIRONMENT", "LAST ASKED", "EVALUATIONS")
	for _, p := range programs {
		t.row(p.Application, p.Version, p.Environment, instant(p.LastAt, ""), strconv.FormatInt(p.Evaluations, 10))
	}
	t.print(stdio.Out)
	return nil
}
