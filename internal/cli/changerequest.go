package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

func newChangeRequest(stdio Stdio) *cobra.Command {
	cmd := group("change-request", "Propose changes, approve and publish them",
		newRequestList(stdio), newRequestShow(stdio), newRequestPropose(stdio), newRequestComment(stdio),
		newRequestAct(stdio, "approve", "Say that a change request is right; nobody approves their own", "approved"),
		newRequestAct(stdio, "reject", "Close a change request that shall not be published", "rejected"),
		newRequestAct(stdio, "open", "Ask for approval of a draft", "opened"),
		newRequestAct(stdio, "withdraw", "Close a change request, or discard a draft, of your own", "withdrawn"),
		newRequestPublish(stdio), newRequestSchedule(stdio))
	cmd.Aliases = []string{"cr"}
	return cmd
}

type requestOptions struct {
	connection
	project, comment string
	number           int64
	asJSON           bool
}

// about makes a command about one change request.
func (o *requestOptions) about(cmd *cobra.Command, run func(context.Context, *apiclient.Client, string) error, stdio Stdio) *cobra.Command {
	cmd.Args = exactly("NUMBER")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		if o.number, err = strconv.ParseInt(args[0], 10, 64); err != nil || o.number < 1 {
			return usageError{fmt.Errorf("%q is no number of a change request: %s", args[0], cmd.UseLine())}
		}
		client, err := o.client(stdio)
		if err != nil {
			return err
		}
		return run(cmd.Context(), client, projectOr(stdio, o.project))
	}
	return o.bound(cmd)
}

func (o *requestOptions) bound(cmd *cobra.Command) *cobra.Command {
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func newRequestList(stdio Stdio) *cobra.Command {
	var o requestOptions
	var of apiclient.ChangeRequestFilter
	var all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the change requests that are open, newest first",
		Example: `  burgee change-request list
  burgee change-request list --scheduled
  burgee change-request list --all --author ann@example.com --object web.theme`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all {
				of.State = ""
			}
			return runRequestList(cmd.Context(), stdio, o, of)
		},
	}
	cmd.Flags().StringVar(&of.State, "state", "open", "only these: draft, open, published, rejected or withdrawn")
	cmd.Flags().BoolVar(&all, "all", false, "of every state")
	cmd.Flags().BoolVar(&of.Scheduled, "scheduled", false, "only those that are to be published at a time")
	cmd.Flags().StringVar(&of.Text, "text", "", "only those with this text in their title")
	cmd.Flags().StringVar(&of.Author, "author", "", "only those of this author, by name")
	cmd.Flags().StringVarP(&of.Environment, "environment", "e", "", "only those that concern this environment")
	cmd.Flags().StringVar(&of.Object, "object", "", "only those that change this flag, group or experiment")
	return o.bound(cmd)
}

func runRequestList(ctx context.Context, stdio Stdio, o requestOptions, of apiclient.ChangeRequestFilter) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	requests, raw, err := client.ChangeRequests(ctx, projectOr(stdio, o.project), of)
	if err != nil {
		return err
	}
	return printList(stdio, o.asJSON, raw, []string{"NUMBER", "TITLE", "BY", "CONCERNS", "STATE"}, func(t *table) {
		for _, r := range requests {
			t.row(strconv.FormatInt(r.Number, 10), r.Title, r.Author.Name, strings.Join(r.Environments, ", "), stateWords(r))
		}
	})
}

// stateWords says in a line how far a change request has come.
func stateWords(r apiclient.ChangeRequest) string {
	words := r.State
	switch {
	case r.State != "open":
		return words
	case r.Conflicts > 0:
		words = fmt.Sprintf("overtaken: %s on both sides, to be proposed again (burgee change-request propose --again %d)", changed(r.Conflicts), r.Number)
	case r.Misfit != "":
		words = "overtaken: " + r.Misfit
	case r.Approved:
		words = "ready to publish"
	default:
		words = "needs approval"
	}
	if r.PublishAt != 0 {
		words += ", scheduled for " + timeWords(r.PublishAt)
	}
	if r.Problem != "" {
		words += ", not published at its time: " + r.Problem
	}
	return words
}

func changed(objects int) string {
	if objects == 1 {
		return "an object was changed"
	}
	return fmt.Sprintf("%d objects were changed", objects)
}

func newRequestShow(stdio Stdio) *cobra.Command {
	var o requestOptions
	var diff bool
	cmd := &cobra.Command{
		Use:     "show NUMBER",
		Short:   "Show a change request beside what is live now, and what was said of it",
		Example: "  burgee change-request show 7 --diff",
	}
	cmd.Flags().BoolVar(&diff, "diff", false, "show each field before and after")
	return o.about(cmd, func(ctx context.Context, client *apiclient.Client, project string) error {
		r, err := client.ChangeRequest(ctx, project, o.number)
		if err != nil {
			return err
		}
		return o.print(stdio, r, func() { printRequest(stdio.Out, r, diff) })
	}, stdio)
}

// print writes a change request for programs, or for people with say.
func (o *requestOptions) print(stdio Stdio, r apiclient.ChangeRequest, say func()) error {
	if o.asJSON {
		return printJSON(stdio.Out, r)
	}
	say()
	return nil
}

func printRequest(w io.Writer, r apiclient.ChangeRequest, diff bool) {
	say(w, "change request %d: %s\n", r.Number, r.Title)
	say(w, "  by %s, version %d, %s\n  %s\n", r.Author.Name, r.Version, stateWords(r), r.URL)
	for _, a := range r.Approvals {
		by := strings.Join(a.By, ", ")
		if by == "" {
			by = "nobody yet"
		}
		say(w, "  %s: %d of %d approvals, by %s\n", a.Environment, len(a.By), a.Needed, by)
	}
	for _, item := range r.Items {
		printRequestItem(w, item, diff)
	}
	if r.Misfit != "" {
		say(w, "does not fit what is live: %s\n", r.Misfit)
	}
	for _, e := range r.Events {
		say(w, "%s  %s %s\n", timeWords(e.At), e.Actor.Name, e.Kind)
		if e.Text != "" {
			say(w, "    “%s”\n", e.Text)
		}
	}
}

func printRequestItem(w io.Writer, item apiclient.ChangeRequestItem, diff bool) {
	switch {
	case item.Theirs != nil:
		say(w, "! %s was changed meanwhile, by %s at %s:\n", item.Object, item.Theirs.By.Actor, timeWords(item.Theirs.By.At))
		printSide(w, "theirs", item.Theirs.Sentences)
		printSide(w, "yours", item.Yours.Sentences)
	case item.Done:
		say(w, "= %s is so already\n", item.Object)
	default:
		printItem(w, item.PlanItem)
	}
	if diff {
		printDiff(w, item.Diff)
	}
}

func printSide(w io.Writer, whose string, sentences []string) {
	for _, sentence := range sentences {
		say(w, "    %s: %s\n", whose, sentence)
	}
}

func newRequestPropose(stdio Stdio) *cobra.Command {
	var o requestOptions
	var title, file string
	var again int64
	var force, draft bool
	cmd := &cobra.Command{
		Use:   "propose -f FILE --title TITLE",
		Short: "Propose a file as a change request",
		Long: `Propose a burgee/v1 file, as burgee apply takes it, as a change request. The same
content proposed twice is one change request. --again gives one that is open another
content, made on what is live now; its approvals no longer count. --draft saves it for
later: nobody is asked to approve it until burgee change-request open.`,
		Example: `  burgee change-request propose -f flags.yaml --title "DE to 25 %"
  burgee change-request propose -f flags.yaml --title "DE to 50 %" --draft
  burgee change-request propose -f flags.yaml --again 7`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			name, text, err := readInput(stdio, file)
			if err != nil {
				return err
			}
			parsed, err := document.Parse(name, text)
			if err != nil {
				return err
			}
			client, err := o.client(stdio)
			if err != nil {
				return err
			}
			project := o.project
			if project == "" {
				project = projectOr(stdio, parsed.Project)
			}
			proposal := apiclient.Proposal{Title: title, Comment: o.comment, Text: string(text), File: name, Draft: draft, Force: force}
			var r apiclient.ChangeRequest
			if again != 0 {
				r, err = client.Resubmit(cmd.Context(), project, again, proposal)
			} else {
				r, err = client.Propose(cmd.Context(), project, proposal)
			}
			if err != nil {
				return aboutFile(err)
			}
			return o.print(stdio, r, func() { printRequest(stdio.Out, r, false) })
		},
	}
	f := cmd.Flags()
	f.StringVarP(&file, "file", "f", "", "the file; - is standard input")
	f.StringVar(&title, "title", "", "what it does, in a line")
	f.StringVar(&o.comment, "comment", "", "why")
	f.Int64Var(&again, "again", 0, "number of a draft or an open change request whose content it becomes")
	f.BoolVar(&draft, "draft", false, "save it as a draft, which asks nobody yet")
	f.BoolVar(&force, "force", false, "propose also over changes made after the file was exported")
	return o.bound(cmd)
}

func newRequestComment(stdio Stdio) *cobra.Command {
	var o requestOptions
	cmd := &cobra.Command{
		Use:     "comment NUMBER",
		Short:   "Say something of a change request",
		Example: `  burgee change-request comment 7 --comment "why not 50 %?"`,
	}
	cmd.Flags().StringVar(&o.comment, "comment", "", "what")
	return o.about(cmd, func(ctx context.Context, client *apiclient.Client, project string) error {
		r, err := client.ActOn(ctx, project, o.number, "comments", map[string]any{"comment": o.comment})
		if err != nil {
			return err
		}
		return o.print(stdio, r, func() { say(stdio.Out, "said\n") })
	}, stdio)
}

// newRequestAct is a command that approves or closes a change request.
func newRequestAct(stdio Stdio, action, short, done string) *cobra.Command {
	var o requestOptions
	var version int64
	cmd := &cobra.Command{Use: action + " NUMBER", Short: short, Example: "  burgee change-request " + action + " 7"}
	cmd.Flags().StringVar(&o.comment, "comment", "", "why")
	if action == "approve" {
		cmd.Flags().Int64Var(&version, "version", 0, "of the content that you have read (the present one when not set)")
	}
	return o.about(cmd, func(ctx context.Context, client *apiclient.Client, project string) error {
		body := map[string]any{"comment": o.comment}
		if action == "approve" {
			if version == 0 {
				r, err := client.ChangeRequest(ctx, project, o.number)
				if err != nil {
					return err
				}
				version = r.Version
			}
			body["version"] = version
		}
		r, err := client.ActOn(ctx, project, o.number, action, body)
		if err != nil {
			return err
		}
		return o.print(stdio, r, func() { say(stdio.Out, "%s: change request %d, %s\n", done, r.Number, stateWords(r)) })
	}, stdio)
}

func newRequestPublish(stdio Stdio) *cobra.Command {
	var o requestOptions
	var reason bypass
	cmd := &cobra.Command{
		Use:   "publish NUMBER",
		Short: "Publish a change request, as one revision of each environment",
		Long: `Publish a change request that has its approvals, all of it or nothing. In an emergency
who has the right publishes without them, with a reason that stays in the audit log.`,
		Example: `  burgee change-request publish 7
  burgee change-request publish 7 --bypass "checkout is down"`,
	}
	cmd.Flags().StringVar(&o.comment, "comment", "", "why, for the history")
	bindBypass(cmd, &reason, "publish without the approvals")
	return o.about(cmd, func(ctx context.Context, client *apiclient.Client, project string) error {
		body := map[string]any{"comment": o.comment}
		if reason != "" {
			body["bypass"] = reason
		}
		r, err := client.ActOn(ctx, project, o.number, "publish", body)
		if err != nil {
			return err
		}
		return o.print(stdio, r, func() { printPublished(stdio.Out, r) })
	}, stdio)
}

func newRequestSchedule(stdio Stdio) *cobra.Command {
	var o requestOptions
	var at string
	var off bool
	cmd := &cobra.Command{
		Use:   "schedule NUMBER",
		Short: "Have a change request published at a time",
		Long: `Have a change request published at a time: once, whichever node is there then. It needs
what publishing needs, now and then. One that is overtaken until then is not published;
the list says why.`,
		Example: `  burgee change-request schedule 7 --at "2026-12-24 00:00"
  burgee change-request schedule 7 --at +90m
  burgee change-request schedule 7 --off`,
	}
	cmd.Flags().StringVar(&at, "at", "", `when: "2026-12-24 00:00", 2026-12-24T00:00:00Z, in 90 minutes as +90m, or milliseconds since 1970`)
	cmd.Flags().BoolVar(&off, "off", false, "take it off the schedule")
	cmd.Flags().StringVar(&o.comment, "comment", "", "why")
	return o.about(cmd, func(ctx context.Context, client *apiclient.Client, project string) error {
		ms, err := scheduledTime(at, off, time.Now())
		if err != nil {
			return err
		}
		r, err := client.ActOn(ctx, project, o.number, "schedule", map[string]any{"at": ms, "comment": o.comment})
		if err != nil {
			return err
		}
		return o.print(stdio, r, func() { say(stdio.Out, "change request %d: %s\n", r.Number, stateWords(r)) })
	}, stdio)
}

// scheduledTime reads --at and --off; 0 is off.
func scheduledTime(at string, off bool, now time.Time) (int64, error) {
	if off == (at != "") {
		return 0, usageError{fmt.Errorf("say when with --at, or --off")}
	}
	if off {
		return 0, nil
	}
	if ahead, ok := strings.CutPrefix(at, "+"); ok {
		if d, err := time.ParseDuration(ahead); err == nil && d > 0 {
			return now.Add(d).UnixMilli(), nil
		}
	}
	when, ok := momentOf(at, now)
	if !ok || !when.After(now) {
		return 0, fault.New(fault.Invalid, "moment_malformed", `--at takes a time to come: "2026-12-24 00:00", 2026-12-24T00:00:00Z or +90m, not %q`, at)
	}
	return when.UnixMilli(), nil
}

func printPublished(w io.Writer, r apiclient.ChangeRequest) {
	say(w, "published: change request %d", r.Number)
	if len(r.Revisions) > 0 {
		say(w, ", %s", revisions(apiclient.ApplyResult{Revisions: r.Revisions}))
	}
	say(w, "\n")
}

type protectOptions struct {
	connection
	project, environment string
	approvals            int
	asJSON               bool
}

func newProtect(stdio Stdio) *cobra.Command {
	var o protectOptions
	cmd := &cobra.Command{
		Use:   "protect",
		Short: "Set how many people have to approve a change of an environment",
		Long: `Set how many people have to approve a change of an environment before it is published;
0 lifts it. Off, Stop and Undo stay immediate for who has the right.`,
		Example: `  burgee env protect -e production --approvals 1
  burgee env protect -e production --approvals 0`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("approvals") {
				return usageError{fmt.Errorf("say how many with --approvals")}
			}
			return runProtect(cmd.Context(), stdio, o)
		},
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	cmd.Flags().IntVar(&o.approvals, "approvals", 0, "how many, 0 to 20")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runProtect(ctx context.Context, stdio Stdio, o protectOptions) error {
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
	if err != nil {
		return err
	}
	e, err := client.SetApprovals(ctx, project, environment, o.approvals)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, e)
	}
	if e.Approvals == 0 {
		say(stdio.Out, "%s takes changes without approval\n", e.Key)
		return nil
	}
	say(stdio.Out, "a change of %s needs %s\n", e.Key, count(e.Approvals, "approval"))
	return nil
}

// opened is the outcome of a command whose change became a change request.
func (o review) opened(stdio Stdio, r apiclient.ChangeRequest) error {
	if o.asJSON {
		if err := printJSON(stdio.Out, r); err != nil {
			return err
		}
		return found{exitReview}
	}
	for _, item := range r.Items {
		printRequestItem(stdio.Out, item, false)
	}
	say(stdio.Out, "needs approval: change request %d\n%s\n", r.Number, r.URL)
	return found{exitReview}
}

// ended says what became of a change request that somebody waited for.
func (o review) ended(stdio Stdio, r apiclient.ChangeRequest) error {
	if r.State != "published" {
		reason := ""
		if last := len(r.Events) - 1; last >= 0 && r.Events[last].Text != "" {
			reason = ": " + r.Events[last].Text
		}
		return fault.New(fault.Forbidden, "not_published", "the change request %d is %s%s", r.Number, r.State, reason)
	}
	if o.asJSON {
		return printJSON(stdio.Out, r)
	}
	printPublished(stdio.Out, r)
	return nil
}
