package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
)

func newRollout(stdio Stdio) *cobra.Command {
	return group("rollout", "Raise a split step by step, pause it and roll it back",
		newRolloutStart(stdio), newRolloutList(stdio), newRolloutShow(stdio),
		newRolloutAct(stdio, "pause", "Pause a rollout at once, where it is"),
		newRolloutAct(stdio, "resume", "Let a paused rollout go on; its wait goes on where it was interrupted"),
		newRolloutAct(stdio, "advance", "Make the next step now"),
		newRolloutAct(stdio, "stop", "End a rollout where it is"),
		newRolloutAct(stdio, "rollback", "Put it back to where it began at once, as a new revision"))
}

type rolloutOptions struct {
	connection
	project, comment string
}

func (o *rolloutOptions) bindAll(cmd *cobra.Command) {
	o.connection.bind(cmd)
	bindProject(cmd, &o.project)
}

type rolloutStartOptions struct {
	rolloutOptions
	review
	environment, steps, every string
	bypass                    bypass
	plan                      apiclient.RolloutPlan
}

func newRolloutStart(stdio Stdio) *cobra.Command {
	var o rolloutStartOptions
	cmd := &cobra.Command{
		Use:   "start [FLAG]",
		Short: "Raise what a flag serves, or an experiment, in steps with waits",
		Long: `Raise a variation of a flag in an environment, or with --experiment the share of units
in an experiment, step by step. The first step is made at once, and each other one after
its wait, as a revision of its own by "schedule of" you. Whoever has the variation keeps
it. A change of the flag by hand pauses the rollout; nothing is overwritten.

Where the environment needs approvals it becomes one change request for all steps: its
address is printed, and the exit code is 3. --wait waits until it is published (0) or
closed (4).`,
		Example: `  burgee rollout start checkout.v2 -e production --to true --steps 10,25,50,100 --every 1h
  burgee rollout start checkout.v2 -e production --to true --rest false --steps 1:30m,10:1d,100
  burgee rollout start --experiment holiday --steps 5,20,100 --every 1d`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.plan.Flag = strings.Join(args, "")
			return runRolloutStart(cmd.Context(), stdio, o)
		},
	}
	o.bindAll(cmd)
	bindEnvironment(cmd, &o.environment)
	f := cmd.Flags()
	f.StringVar(&o.plan.Variation, "to", "", "the variation that is raised")
	f.StringVar(&o.steps, "steps", "", "shares in percent, each with the wait after it where it differs from --every: 10:30m,25:2h,50:1d,100")
	f.StringVar(&o.every, "every", "", "how long each step waits: 90s, 30m, 2h or 1d")
	f.StringVar(&o.plan.Rest, "rest", "", "the variation that the others get, where they get the program's own default")
	f.StringVar(&o.plan.Rule, "rule", "", "id of the rule (what the flag serves otherwise when not set)")
	f.StringVar(&o.plan.By, "by", "", "the unit of a split that is not there yet (targetingKey when not set)")
	f.StringVar(&o.plan.Experiment, "experiment", "", "raise the share of units in this experiment")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	bindBypass(cmd, &o.bypass, "begin without the approvals that it needs")
	o.review.bind(cmd)
	return cmd
}

func runRolloutStart(ctx context.Context, stdio Stdio, o rolloutStartOptions) (err error) {
	if (o.plan.Flag == "") == (o.plan.Experiment == "") {
		return usageError{fmt.Errorf("name a flag, or an experiment with --experiment")}
	}
	if o.plan.Flag != "" && o.plan.Variation == "" {
		return usageError{fmt.Errorf("say with --to which variation is raised")}
	}
	if o.plan.Steps, err = stepsOf(o.steps, o.every); err != nil {
		return usageError{err}
	}
	client, project := (*apiclient.Client)(nil), projectOr(stdio, o.project)
	if o.plan.Experiment != "" {
		client, err = o.client(stdio)
	} else {
		client, project, o.plan.Environment, err = o.reach(ctx, stdio, o.project, o.environment)
	}
	if err != nil {
		return err
	}
	r, err := client.StartRollout(ctx, project, o.plan, o.comment, string(o.bypass))
	if needsReview(err) {
		title := titleOf(o.comment, "roll out "+o.plan.Flag+o.plan.Experiment+" step by step")
		return o.review.propose(ctx, stdio, client, project, apiclient.Proposal{Title: title, Comment: o.comment, Rollout: &o.plan})
	}
	if err != nil {
		return err
	}
	return printRollout(stdio, o.asJSON, r)
}

// stepsOf reads --steps and --every.
func stepsOf(text, every string) ([]apiclient.RolloutStep, error) {
	if text == "" {
		return nil, fmt.Errorf("say the shares with --steps, such as --steps 10,25,50,100 --every 1h")
	}
	var steps []apiclient.RolloutStep
	parts := strings.Split(text, ",")
	for i, part := range parts {
		share, wait, own := strings.Cut(strings.TrimSpace(part), ":")
		if !json.Valid([]byte(share)) || strings.Trim(share, "0123456789.") != "" {
			return nil, fmt.Errorf("%q is no share in percent; write a number such as 10 or 0.5", share)
		}
		step := apiclient.RolloutStep{Percent: json.Number(share)}
		if !own {
			wait = every
		}
		if i < len(parts)-1 {
			d, err := spanOf(wait)
			if err != nil {
				return nil, fmt.Errorf("how long does the step of %s %% wait? %w", share, err)
			}
			step.Wait = d.Milliseconds()
		}
		steps = append(steps, step)
	}
	return steps, nil
}

// spanOf reads a time span: what time.ParseDuration reads, or days as 2d.
func spanOf(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 366 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("write 90s, 30m, 2h or 1d, not %q", text)
	}
	return d, nil
}

func newRolloutList(stdio Stdio) *cobra.Command {
	var o rolloutOptions
	var environment string
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the rollouts that run or are paused, newest first",
		Example: "  burgee rollout list\n  burgee rollout list -e production --all",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := o.client(stdio)
			if err != nil {
				return err
			}
			rollouts, raw, err := client.Rollouts(cmd.Context(), projectOr(stdio, o.project), environment, !all)
			if err != nil {
				return err
			}
			return printList(stdio, asJSON, raw, []string{"NUMBER", "OF", "STEP", "STATE"}, func(t *table) {
				for _, r := range rollouts {
					t.row(strconv.FormatInt(r.Number, 10), rolloutPlace(r), fmt.Sprintf("%d of %d", r.Made, len(r.Steps)), rolloutWords(r))
				}
			})
		},
	}
	o.bindAll(cmd)
	bindEnvironment(cmd, &environment)
	cmd.Flags().BoolVar(&all, "all", false, "also those that have ended")
	bindJSON(cmd, &asJSON)
	return cmd
}

func newRolloutShow(stdio Stdio) *cobra.Command {
	return aboutRollout(stdio, &cobra.Command{Use: "show NUMBER", Short: "Show a rollout with its steps", Example: "  burgee rollout show 3"},
		func(ctx context.Context, client *apiclient.Client, project string, number int64, _ string) (apiclient.Rollout, error) {
			return client.Rollout(ctx, project, number)
		})
}

func newRolloutAct(stdio Stdio, action, short string) *cobra.Command {
	return aboutRollout(stdio, &cobra.Command{Use: action + " NUMBER", Short: short, Example: "  burgee rollout " + action + " 3"},
		func(ctx context.Context, client *apiclient.Client, project string, number int64, comment string) (apiclient.Rollout, error) {
			return client.ActOnRollout(ctx, project, number, action, comment)
		})
}

// aboutRollout makes a command about one rollout, which prints it as it is then.
func aboutRollout(stdio Stdio, cmd *cobra.Command, do func(ctx context.Context, client *apiclient.Client, project string, number int64, comment string) (apiclient.Rollout, error)) *cobra.Command {
	var o rolloutOptions
	var asJSON bool
	cmd.Args = exactly("NUMBER")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		number, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || number < 1 {
			return usageError{fmt.Errorf("%q is no number of a rollout: %s", args[0], cmd.UseLine())}
		}
		client, err := o.client(stdio)
		if err != nil {
			return err
		}
		r, err := do(cmd.Context(), client, projectOr(stdio, o.project), number, o.comment)
		if err != nil {
			return err
		}
		return printRollout(stdio, asJSON, r)
	}
	o.bindAll(cmd)
	if !strings.HasPrefix(cmd.Use, "show") {
		cmd.Flags().StringVar(&o.comment, "comment", "", "why, for the history")
	}
	bindJSON(cmd, &asJSON)
	return cmd
}

func rolloutPlace(r apiclient.Rollout) string {
	switch {
	case r.Experiment != "":
		return "experiment " + r.Experiment
	case r.Rule != "":
		return fmt.Sprintf("%s in %s, rule %s", r.Flag, r.Environment, r.Rule)
	}
	return fmt.Sprintf("%s in %s", r.Flag, r.Environment)
}

// rolloutWords says in a line how far a rollout has come.
func rolloutWords(r apiclient.Rollout) string {
	words := strings.ReplaceAll(r.State, "_", " ")
	switch {
	case r.NextAt != 0:
		words += ", the next step at " + timeWords(r.NextAt)
	case r.State == "paused":
		words += fmt.Sprintf(", the next step %s after it goes on", time.Duration(r.Remaining)*time.Millisecond)
	}
	switch {
	case r.Problem != "":
		words += ": " + r.Problem
	case r.Paused != nil:
		words += ": by " + r.Paused.Actor.Name + " at " + timeWords(r.Paused.At)
		if r.Paused.Comment != "" {
			words += ", “" + r.Paused.Comment + "”"
		}
	}
	return words
}

func printRollout(stdio Stdio, asJSON bool, r apiclient.Rollout) error {
	if asJSON {
		return printJSON(stdio.Out, r)
	}
	say(stdio.Out, "rollout %d of %s: %s\n", r.Number, rolloutPlace(r), rolloutWords(r))
	printRolloutSteps(stdio.Out, r)
	return nil
}

func printRolloutSteps(w io.Writer, r apiclient.Rollout) {
	for i, step := range r.Steps {
		what := strings.TrimSpace(step.Percent.String() + " % " + r.Variation)
		switch {
		case i < r.Made:
			say(w, "  ✓ %s, revision %d at %s\n", what, step.Revision, timeWords(step.At))
		case i > 0:
			say(w, "  · %s, %s after\n", what, time.Duration(r.Steps[i-1].Wait)*time.Millisecond)
		}
	}
}
