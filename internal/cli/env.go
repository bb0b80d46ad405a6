package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

func newEnvironment(stdio Stdio) *cobra.Command {
	return group("env", "Make environments, compare them, carry flags from one to another",
		newEnvironmentList(stdio), newEnvironmentCreate(stdio), newEnvironmentClone(stdio), newEnvironmentRename(stdio),
		newEnvironmentOrder(stdio), newEnvironmentArchive(stdio), newEnvironmentRestore(stdio), newCompare(stdio), newPromote(stdio), newProtect(stdio), newRevisions(stdio), newReceipts(stdio))
}

func bindArchiving(cmd *cobra.Command, how *apiclient.Archiving) {
	cmd.Flags().BoolVar(&how.Force, "force", false, "also while programs are connected: they are disconnected")
	cmd.Flags().StringVar(&how.Comment, "comment", "", "why, for the history")
}

// sayForce names the option of this command that a refusal speaks of. Its fields name
// what its sentence only counts.
func sayForce(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !strings.Contains(f.Message, "say force to ") {
		return err
	}
	said := fault.Wrap(err, f.Kind, f.Code, "%s", strings.Replace(f.Message, "say force to ", "--force to ", 1))
	if len(f.Fields) > 1 {
		said.Fields = f.Fields
	}
	return said
}

func newEnvironmentList(stdio Stdio) *cobra.Command {
	var o placeOptions
	var archived bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List a project's environments in their order",
		Example: "  burgee env list\n  burgee env list --archived",
	}
	cmd.Flags().BoolVar(&archived, "archived", false, "the archived environments instead")
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		p, err := client.Project(ctx, o.project)
		if err != nil {
			return err
		}
		list := p.Environments
		if archived {
			list = p.Archived
		}
		if o.asJSON {
			return printJSON(stdio.Out, map[string]any{"items": list})
		}
		var t table
		t.row("ENVIRONMENT", "NAME", "KIND", "REVISION", "APPROVALS", "CONNECTED")
		for _, e := range list {
			t.row(e.Key, e.Name, e.Kind, fmt.Sprint(e.Revision), strconv.Itoa(e.Approvals), strconv.Itoa(e.ConnectedInstances))
		}
		t.print(stdio.Out)
		return nil
	}, stdio)
}

// bindNew adds what a new environment is called and how it looks.
func bindNew(cmd *cobra.Command, wanted *apiclient.NewEnvironment) {
	cmd.Flags().StringVar(&wanted.Name, "name", "", "what people call it (the key when not set)")
	cmd.Flags().StringVar(&wanted.Kind, "kind", "", "how it looks: production, development or other")
}

func newEnvironmentCreate(stdio Stdio) *cobra.Command {
	var o placeOptions
	var wanted apiclient.NewEnvironment
	cmd := &cobra.Command{
		Use:     "create KEY",
		Short:   "Make an environment in which nothing is configured yet",
		Long:    "Make an environment in which nothing is configured yet: programs get their own defaults.\nIt is served at once, on every node; a program needs a key of it.",
		Example: "  burgee env create staging --name Staging\n  burgee key create -e staging --name checkout",
	}
	bindNew(cmd, &wanted)
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		wanted.Key = args[0]
		e, err := client.CreateEnvironment(ctx, o.project, wanted)
		return o.done(stdio, e, err, "environment %s is made; burgee key create -e %s makes a key for a program", e.Key, e.Key)
	}, stdio)
}

func newEnvironmentClone(stdio Stdio) *cobra.Command {
	var o placeOptions
	var wanted apiclient.NewEnvironment
	cmd := &cobra.Command{
		Use:   "clone FROM KEY",
		Short: "Make an environment that serves what another one does",
		Long: `Make an environment with the configuration of another one, and as many approvals. Keys
are not copied, and neither are experiments: their results belong to their environment.`,
		Example: "  burgee env clone production load-test",
	}
	bindNew(cmd, &wanted)
	return o.inProject(cmd, exactly("FROM", "KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		wanted.Like, wanted.Key = args[0], args[1]
		e, err := client.CreateEnvironment(ctx, o.project, wanted)
		return o.done(stdio, e, err, "environment %s is made like %s; burgee key create -e %s makes a key for a program", e.Key, wanted.Like, e.Key)
	}, stdio)
}

func newEnvironmentRename(stdio Stdio) *cobra.Command {
	var o placeOptions
	var name, kind string
	cmd := &cobra.Command{
		Use:     "rename KEY [NAME]",
		Short:   "Give an environment another name or kind; its key stays",
		Example: "  burgee env rename staging \"Staging area\"\n  burgee env rename staging --kind development",
	}
	cmd.Flags().StringVar(&kind, "kind", "", "how it looks: production, development or other")
	args := func(cmd *cobra.Command, args []string) error {
		if kind != "" && len(args) == 1 {
			return nil
		}
		return exactly("KEY", "NAME")(cmd, args)
	}
	return o.inProject(cmd, args, func(ctx context.Context, client *apiclient.Client, args []string) error {
		if len(args) == 2 {
			name = args[1]
		}
		e, err := client.UpdateEnvironment(ctx, o.project, args[0], name, kind)
		return o.done(stdio, e, err, "environment %s is called %s, of kind %s", e.Key, e.Name, e.Kind)
	}, stdio)
}

func newEnvironmentOrder(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "order KEY...",
		Short:   "Put the environments in the order in which they are named",
		Example: "  burgee env order development staging production",
	}
	return o.inProject(cmd, atLeast("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.OrderEnvironments(ctx, o.project, args)
		return o.done(stdio, p, err, "the order is %s", environmentWords(p.Environments))
	}, stdio)
}

func newEnvironmentArchive(stdio Stdio) *cobra.Command {
	var o placeOptions
	var how apiclient.Archiving
	cmd := &cobra.Command{
		Use:   "archive KEY",
		Short: "End an environment: its keys are no longer accepted",
		Long: `End an environment: its keys are no longer accepted, and programs that are connected are
disconnected. All it has stays, and "burgee env restore" brings it back. While programs
are connected it is refused, and names them, unless --force is said. The last environment
of a project stays.`,
		Example: "  burgee env archive load-test\n  burgee env archive staging --force --comment \"not used any more\"",
	}
	bindArchiving(cmd, &how)
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		p, err := client.ArchiveEnvironment(ctx, o.project, args[0], how)
		return o.done(stdio, p, sayForce(err), "environment %s is archived; its keys are no longer accepted", args[0])
	}, stdio)
}

func newEnvironmentRestore(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "restore KEY",
		Short:   "Bring an archived environment back, with its keys",
		Example: "  burgee env list --archived\n  burgee env restore load-test",
	}
	return o.inProject(cmd, exactly("KEY"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		e, err := client.RestoreEnvironment(ctx, o.project, args[0])
		return o.done(stdio, e, err, "environment %s is back, at revision %d", e.Key, e.Revision)
	}, stdio)
}

func newCompare(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:   "compare FROM TO",
		Short: "Say in which flags two environments differ",
		Long: `Say in which flags two environments differ: what FROM serves, what TO serves, and what
promoting the flag from FROM to TO would change.`,
		Example: "  burgee env compare development production",
	}
	return o.inProject(cmd, exactly("FROM", "TO"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		c, raw, err := client.CompareEnvironments(ctx, o.project, args[0], args[1])
		if err != nil {
			return err
		}
		if !o.asJSON {
			verb := "differ"
			if len(c.Differences) == 1 {
				verb = "differs"
			}
			say(stdio.Err, "%s %s, %d are alike\n", count(len(c.Differences), "flag"), verb, c.Same)
		}
		return printList(stdio, o.asJSON, raw, []string{"FLAG", strings.ToUpper(args[0]), strings.ToUpper(args[1]), "DEPENDS ON"}, func(t *table) {
			for _, d := range c.Differences {
				t.row(d.Flag, d.From, d.To, strings.Join(d.DependsOn, ", "))
			}
		})
	}, stdio)
}

type promoteOptions struct {
	connection
	project, from, to string
	comment           string
	bypass            bypass
	yes, dryRun, all  bool
	review
}

func newPromote(stdio Stdio) *cobra.Command {
	var o promoteOptions
	cmd := &cobra.Command{
		Use:   "promote --from ENVIRONMENT --to ENVIRONMENT FLAG...",
		Short: "Carry flags over from one environment to another",
		Long: `Carry what one environment does with flags over to another: print what would change, ask,
and commit it as one revision, all or nothing. A flag that nobody has configured in the one
is unconfigured in the other.

` + aboutApprovals,
		Example: `  burgee env promote --from development --to production pay.api Flags.theme
  burgee env promote --from staging --to production --all --dry-run`,
		Args: func(cmd *cobra.Command, args []string) error {
			if o.all {
				return exactly()(cmd, args)
			}
			return atLeast("FLAG")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runPromote(cmd.Context(), stdio, o, args) },
	}
	o.connection.bind(cmd)
	bindProject(cmd, &o.project)
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "the environment to take from")
	f.StringVar(&o.to, "to", "", "the environment to change")
	f.BoolVar(&o.all, "all", false, "every flag that differs")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would change and stop")
	bindBypass(cmd, &o.bypass, "publish without the approvals that it needs")
	o.review.bind(cmd)
	return cmd
}

func runPromote(ctx context.Context, stdio Stdio, o promoteOptions, flags []string) error {
	if o.from == "" || o.to == "" {
		return usageError{fmt.Errorf("say from where to where, with --from and --to")}
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	project := projectOr(stdio, o.project)
	if o.all {
		if flags, err = differing(ctx, client, project, o.from, o.to); err != nil {
			return err
		}
		if len(flags) == 0 {
			return o.nothing(stdio)
		}
	}
	request := apiclient.PromoteRequest{From: o.from, Flags: flags, Comment: o.comment, Bypass: string(o.bypass), DryRun: true}
	plan, err := client.Promote(ctx, project, o.to, request)
	if err != nil {
		return err
	}
	if !o.asJSON {
		printPlan(stdio, plan)
		sayReview(stdio, plan)
	}
	if o.dryRun || !plan.Changed {
		return o.print(stdio, plan)
	}
	if !o.yes {
		switch err := confirmed(ctx, stdio, fmt.Sprintf("Promote to %s?", o.to)); {
		case errors.Is(err, errDeclined):
			say(stdio.Err, "nothing was changed\n")
			return nil
		case err != nil:
			return err
		}
	}
	request.DryRun, request.Expect = false, plan.Revisions
	done, err := client.Promote(ctx, project, o.to, request)
	if needsReview(err) {
		return o.review.propose(ctx, stdio, client, project, apiclient.Proposal{
			Title:   titleOf(o.comment, fmt.Sprintf("promote %s from %s to %s", count(len(flags), "flag"), o.from, o.to)),
			Comment: o.comment, Expect: plan.Revisions, Promotion: &apiclient.PromotionPlan{From: o.from, To: o.to, Flags: flags},
		})
	}
	if err != nil {
		return err
	}
	if !o.asJSON {
		say(stdio.Out, "promoted: %s is at revision %d\n", o.to, done.Revisions[o.to])
	}
	return o.print(stdio, done)
}

// differing are the flags in which two environments differ.
func differing(ctx context.Context, client *apiclient.Client, project, from, to string) ([]string, error) {
	c, _, err := client.CompareEnvironments(ctx, project, from, to)
	var flags []string
	for _, d := range c.Differences {
		flags = append(flags, d.Flag)
	}
	return flags, err
}

// nothing is the outcome where no flag differs.
func (o *promoteOptions) nothing(stdio Stdio) error {
	none := apiclient.ApplyResult{Plan: []apiclient.PlanItem{}}
	if !o.asJSON {
		printPlan(stdio, none)
	}
	return o.print(stdio, none)
}

// print writes the outcome for programs.
func (o *promoteOptions) print(stdio Stdio, result apiclient.ApplyResult) error {
	if !o.asJSON {
		return nil
	}
	return printJSON(stdio.Out, result)
}
