package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type applyOptions struct {
	connection
	file, project, comment    string
	bypass                    bypass
	yes, check, dryRun, force bool
	prune                     bool
	review
}

func newApply(stdio Stdio) *cobra.Command {
	var o applyOptions
	cmd := &cobra.Command{
		Use:   "apply -f FILE",
		Short: "Make the server's configuration that of a file",
		Long: `Apply a burgee/v1 file, YAML or JSON: print what would change, ask, and commit it
as one revision per environment, all or nothing. What is not in the file stays, unless
--prune takes it out: flags are archived, and attributes, target groups and, in the
environments that the file speaks of, experiments and flags' configurations go too.

What somebody changed by hand after the file is not overwritten without --force; nor are
flags archived that programs still ask for. The file is as old as the revisions that an
export wrote into it; one without them is compared with what a file applied last.

--check reads the file alone, without a server: 0 sound, 2 wrong. Flags and target
groups that the file names must then be in it; --dry-run asks the server. What is
allowed and probably not meant, such as a rule that nobody reaches, is a warning on
standard error.

Where an environment needs approvals the file becomes a change request: its address is
printed, and the exit code is 3. --wait waits until it is published (0) or closed (4).`,
		Example: `  burgee apply -f flags.yaml
  burgee apply --yes -f flags.yaml --comment "raise DE to 25 %"
  burgee apply --check -f flags.yaml
  burgee apply --dry-run --prune -f flags.yaml
  burgee apply --yes --wait -f flags.yaml
  burgee export --project default | burgee apply --yes -f -`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runApply(cmd.Context(), stdio, o) },
	}
	o.connection.bind(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "the file; - is standard input")
	f.StringVar(&o.project, "project", "", "key of the project (the file's own when not set)")
	f.StringVar(&o.comment, "comment", "", "why, for the history")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.check, "check", false, "check the file alone, without a server")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would change and stop")
	f.BoolVar(&o.force, "force", false, "overwrite changes made after the file, and archive flags that programs still ask for")
	f.BoolVar(&o.prune, "prune", false, "take out what is not in the file; flags are archived")
	bindBypass(cmd, &o.bypass, "publish without the approvals that it needs")
	o.review.bind(cmd)
	return cmd
}

func runApply(ctx context.Context, stdio Stdio, o applyOptions) error {
	name, text, err := readInput(stdio, o.file)
	if err != nil {
		return err
	}
	file, err := document.Parse(name, text)
	if err != nil {
		return err
	}
	if o.check {
		return runCheck(stdio, o, name, file)
	}
	project := o.project
	if project == "" {
		project = projectOr(stdio, file.Project)
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	request := apiclient.ApplyRequest{Text: string(text), File: name, Comment: o.comment, Force: o.force, Prune: o.prune, Bypass: string(o.bypass)}
	if !o.yes || o.dryRun {
		agreed, err := plan(ctx, stdio, o, client, project, &request)
		if err != nil || !agreed {
			return err
		}
	}
	result, err := client.Apply(ctx, project, request)
	if needsReview(err) {
		return proposeFile(ctx, stdio, o, client, project, request)
	}
	if err != nil {
		return aboutFile(err)
	}
	if o.asJSON {
		return printJSON(stdio.Out, result)
	}
	if o.yes {
		printPlan(stdio, result)
	}
	if result.Changed {
		say(stdio.Out, "applied: %s\n", revisions(result))
	}
	return nil
}

func needsReview(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Code == "review_required"
}

// proposeFile makes a change request of a file that needs approvals.
func proposeFile(ctx context.Context, stdio Stdio, o applyOptions, client *apiclient.Client, project string, request apiclient.ApplyRequest) error {
	title := titleOf(o.comment, "apply "+request.File)
	return o.review.propose(ctx, stdio, client, project, apiclient.Proposal{
		Title: title, Comment: o.comment, Text: request.Text, File: request.File, Expect: request.Expect, Force: request.Force, Prune: request.Prune,
	})
}

// titleOf is the title of a change request: the first line of the comment where it
// fits, or else other words.
func titleOf(comment, other string) string {
	if title, _, _ := strings.Cut(comment, "\n"); title != "" && len(title) <= 200 {
		return title
	}
	return other
}

// review is how a command ends whose change needs approvals.
type review struct{ asJSON, wait bool }

func (o *review) bind(cmd *cobra.Command) {
	bindWait(cmd, &o.wait)
	bindJSON(cmd, &o.asJSON)
}

func bindWait(cmd *cobra.Command, wait *bool) {
	cmd.Flags().BoolVar(wait, "wait", false, "where it needs approvals: wait until the change request is published or closed")
}

// propose makes a change request, and waits for it where that is wanted.
func (o review) propose(ctx context.Context, stdio Stdio, client *apiclient.Client, project string, proposal apiclient.Proposal) error {
	r, err := client.Propose(ctx, project, proposal)
	if err != nil {
		return aboutFile(err)
	}
	if !o.wait {
		return o.opened(stdio, r)
	}
	say(stdio.Err, "waiting for change request %d to be published: %s\n", r.Number, r.URL)
	for r.State == "open" {
		select {
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "interrupted", "interrupted; the change request %d stays open: %s", r.Number, r.URL)
		case <-time.After(waitInterval):
		}
		if r, err = client.ChangeRequest(ctx, project, r.Number); err != nil {
			return err
		}
	}
	return o.ended(stdio, r)
}

// waitInterval is how often --wait looks.
const waitInterval = time.Second

// plan prints what would change and asks. The revisions it saw go into the
// request, so that what is agreed to is what happens.
func plan(ctx context.Context, stdio Stdio, o applyOptions, client *apiclient.Client, project string, request *apiclient.ApplyRequest) (yes bool, err error) {
	dry := *request
	dry.DryRun = true
	result, err := client.Apply(ctx, project, dry)
	if err != nil {
		return false, aboutFile(err)
	}
	if o.dryRun && o.asJSON {
		return false, printJSON(stdio.Out, result)
	}
	printPlan(stdio, result)
	sayReview(stdio, result)
	if o.dryRun || !result.Changed {
		return false, nil
	}
	if !terminal(stdio.In) || o.file == "-" {
		return false, fault.New(fault.Invalid, "not_confirmed", "nobody to ask: standard input is no terminal. Nothing was changed; add --yes, or --dry-run")
	}
	switch err := agreed(ctx, stdio, "Apply?"); {
	case errors.Is(err, errDeclined):
		say(stdio.Err, "nothing was changed\n")
		return false, nil
	case err != nil:
		return false, err
	}
	request.Expect = result.Revisions
	return true, nil
}

// sayReview says which approvals a plan needs.
func sayReview(stdio Stdio, plan apiclient.ApplyResult) {
	for _, environment := range slices.Sorted(maps.Keys(plan.Review)) {
		say(stdio.Err, "%s needs %s: this becomes a change request\n", environment, count(plan.Review[environment], "approval"))
	}
}

// aboutFile says what to do here about a file that is older than what is
// stored, or too large: the server's words are for every kind of client.
func aboutFile(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if ok && f.Kind == fault.TooLarge {
		return fault.Wrap(err, f.Kind, f.Code, "the file is too large for one apply. Split it, or take out what has not changed")
	}
	if ok && f.Code == "flag_asked_for" {
		return sayForce(err)
	}
	if !ok || f.Code != "moved" || f.Meanwhile == nil {
		return err
	}
	return fault.Wrap(err, f.Kind, f.Code, "%s, after your file. Export again, or --force", f.Meanwhile.Words(onThisClock(time.Now())))
}

// onThisClock writes times as this machine's clock shows them, without the day where
// it is today.
func onThisClock(now time.Time) func(time.Time) string {
	return func(at time.Time) string {
		at = at.In(now.Location())
		if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
			return at.Format("15:04")
		}
		return at.Format("2006-01-02 15:04")
	}
}

func printPlan(stdio Stdio, result apiclient.ApplyResult) {
	for _, w := range result.Warnings {
		say(stdio.Err, "warning: %s: %s\n", w.Path, w.Message)
	}
	if !result.Changed {
		say(stdio.Out, "no changes\n")
		return
	}
	for _, item := range result.Plan {
		printItem(stdio.Out, item)
	}
}

// printItem says what becomes of one object.
func printItem(w io.Writer, item apiclient.PlanItem) {
	for _, sentence := range item.Sentences {
		say(w, "%s %s\n", sign(item.Action), sentence)
	}
}

// sign marks a line of a plan.
func sign(action string) string {
	switch action {
	case string(document.Create):
		return "+"
	case string(document.Delete):
		return "-"
	}
	return "~"
}

// revisions names the revision of each environment.
func revisions(result apiclient.ApplyResult) string {
	var words []string
	for environment, revision := range result.Revisions {
		words = append(words, fmt.Sprintf("%s is at revision %d", environment, revision))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// runCheck checks a file by itself.
func runCheck(stdio Stdio, o applyOptions, name string, file *document.File) error {
	next, changes, _, err := alone(stdio, file)
	if err != nil {
		if strings.Contains(err.Error(), "unknown ") && o.serverAtHand(stdio) {
			say(stdio.Err, "--check knows this file alone; --dry-run asks the server, which knows more flags and groups\n")
		}
		return err
	}
	warnings := append([]document.Warning{}, document.Warnings(next, changes)...)
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{"ok": true, "flags": len(next.Flags), "objects": len(changes), "warnings": warnings})
	}
	printWarnings(stdio, file, warnings)
	say(stdio.Out, "%s is sound: %s, %s, %s\n", name,
		count(len(next.Flags), "flag"), count(len(next.TargetGroups), "target group"), count(len(next.Experiments), "experiment"))
	return nil
}

// serverAtHand says whether there is a server that could be asked instead.
func (o applyOptions) serverAtHand(stdio Stdio) bool {
	return o.token != "" || stdio.getenv("BURGEE_TOKEN") != ""
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
