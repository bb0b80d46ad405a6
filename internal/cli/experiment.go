package cli

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type experimentOptions struct {
	writing
	environment, description, when, file, comment string
	serve                                         map[string]string
	order                                         int
}

func newExperiment(stdio Stdio) *cobra.Command {
	return group("experiment", "Make, start and stop experiments",
		newExperimentList(stdio), newExperimentShow(stdio), newExperimentSet(stdio), newExperimentStart(stdio), newExperimentStop(stdio),
		newObjectDelete(stdio, experiments, "EXPERIMENT", "Delete an experiment that does not run"))
}

func newExperimentList(stdio Stdio) *cobra.Command {
	var o placeOptions
	var of apiclient.ExperimentFilter
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the experiments and what they do",
		Example: `  burgee experiment list
  burgee experiment list --state running --flag web.theme`,
	}
	cmd.Flags().StringVarP(&of.Environment, "environment", "e", "", "only those of this environment")
	cmd.Flags().StringVar(&of.State, "state", "", "only those that are so: draft, running or stopped")
	cmd.Flags().StringVar(&of.Flag, "flag", "", "only those that act on this flag")
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		list, raw, err := client.Experiments(ctx, o.project, of)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"EXPERIMENT", "ENVIRONMENT", "STATE", "WHAT"}, func(t *table) {
			for _, x := range list {
				var body document.Experiment
				if json.Unmarshal(x.Body, &body) == nil {
					t.row(x.Key, body.Environment, body.State, x.Summary)
				}
			}
		})
	}, stdio)
}

func newExperimentShow(stdio Stdio) *cobra.Command {
	var o placeOptions
	cmd := &cobra.Command{
		Use:     "show EXPERIMENT",
		Short:   "Show an experiment as a file says it",
		Example: "  burgee experiment show holiday-launch",
	}
	return o.inProject(cmd, exactly("EXPERIMENT"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		x, raw, err := client.Object(ctx, o.project, experiments, args[0])
		if err != nil || o.asJSON {
			return printAnswer(stdio, raw, err)
		}
		var body document.Experiment
		if err := json.Unmarshal(x.Body, &body); err != nil {
			return err
		}
		say(stdio.Out, "%s", document.Render(&document.File{Project: o.project, Experiments: map[string]document.Experiment{x.Key: body}}))
		return nil
	}, stdio)
}

func newExperimentSet(stdio Stdio) *cobra.Command {
	var o experimentOptions
	cmd := &cobra.Command{
		Use:   "set EXPERIMENT",
		Short: "Make an experiment, or change one",
		Long: `Make an experiment as a draft, or change one. --serve gives everyone of the audience the
same; -f takes the whole from a file, arms too, which is written as in a document:

  environment: production
  arms: [{name: new, share: 25, flags: {pay.api: true}}, {next: 75}]

burgee experiment start has it run.

` + aboutApprovals,
		Example: `  burgee experiment set holiday -e production --serve Flags.isHoliday=true --when '{country: DE}'
  burgee experiment set holiday -f holiday.yaml`,
	}
	f := cmd.Flags()
	bindEnvironment(cmd, &o.environment)
	f.StringVar(&o.description, "description", "", "what it is for")
	f.StringVar(&o.when, "when", "", "the audience: a condition as documents write it, or @FILE")
	f.StringToStringVar(&o.serve, "serve", nil, "FLAG=VARIATION for everyone of the audience; again for more")
	f.IntVar(&o.order, "order", 100, "smaller goes first where several hold one flag")
	f.StringVarP(&o.file, "file", "f", "", "a file with the whole; - is standard input")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	return o.inProject(cmd, exactly("EXPERIMENT"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		present, _, err := client.Object(ctx, o.project, experiments, args[0])
		if err != nil && !fault.IsKind(err, fault.NotFound) {
			return err
		}
		body, err := o.body(ctx, stdio, cmd, client, present.Body)
		if err != nil {
			return err
		}
		raw, err := client.PutObject(ctx, o.project, experiments, args[0], body, present.Version, o.comment)
		if needsReview(err) {
			return o.proposeObject(ctx, stdio, client, experiments, args[0], body, "change "+args[0], o.comment, nil)
		}
		return o.raw(stdio, raw, err, "experiment %s is written", args[0])
	}, stdio)
}

// body is the experiment that shall be: the file's, or the present one with what was
// said.
func (o *experimentOptions) body(ctx context.Context, stdio Stdio, cmd *cobra.Command, client *apiclient.Client, present json.RawMessage) (any, error) {
	if o.file != "" {
		name, text, err := readInput(stdio, o.file)
		if err != nil {
			return nil, err
		}
		return document.JSONOf(name, text)
	}
	x := document.Experiment{State: document.Draft, Order: o.order}
	if present != nil {
		if err := json.Unmarshal(present, &x); err != nil {
			return nil, err
		}
	}
	changed := cmd.Flags().Changed
	if x.Environment == "" || changed("environment") {
		var err error
		if x.Environment, err = chosen(stdio, o.environment, environments(ctx, client, o.project)); err != nil {
			return nil, err
		}
	}
	if changed("description") {
		x.Description = o.description
	}
	if changed("order") {
		x.Order = o.order
	}
	if len(o.serve) > 0 {
		x.Serve, x.Arms, x.Table, x.Seed = o.serve, nil, nil, nil
	}
	if x.Serve == nil && x.Arms == nil {
		return nil, usageError{errors.New("say what it serves with --serve FLAG=VARIATION, or the whole with -f")}
	}
	if !changed("when") {
		return x, nil
	}
	x.When = nil
	if o.when == "" {
		return x, nil
	}
	raw, err := valueOf("--when", o.when)
	if err == nil {
		err = json.Unmarshal(raw, &x.When)
	}
	return x, err
}

func newExperimentStart(stdio Stdio) *cobra.Command {
	var o writing
	var why string
	cmd := &cobra.Command{
		Use:     "start EXPERIMENT",
		Short:   "Have an experiment run",
		Long:    "Have an experiment run.\n\n" + aboutApprovals,
		Example: "  burgee experiment start holiday",
	}
	cmd.Flags().StringVar(&why, "reason", "", "why, for the history")
	return o.inProject(cmd, exactly("EXPERIMENT"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		err := client.StartExperiment(ctx, o.project, args[0], why)
		if needsReview(err) {
			return o.proposeStart(ctx, stdio, client, args[0], why)
		}
		return o.done(stdio, map[string]any{"key": args[0], "running": true}, err, "%s runs", args[0])
	}, stdio)
}

// proposeStart proposes to have an experiment run, as it is.
func (o *writing) proposeStart(ctx context.Context, stdio Stdio, client *apiclient.Client, key, why string) error {
	present, _, err := client.Object(ctx, o.project, experiments, key)
	if err != nil {
		return err
	}
	var x document.Experiment
	if err := json.Unmarshal(present.Body, &x); err != nil {
		return err
	}
	x.State = document.Running
	return o.proposeObject(ctx, stdio, client, experiments, key, x, "start "+key, why, nil)
}
