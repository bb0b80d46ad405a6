package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/fault"
)

func newWebhook(stdio Stdio) *cobra.Command {
	return group("webhook", "Tell other programs of changes, and see what they were sent",
		newWebhookCreate(stdio), newWebhookList(stdio), newWebhookShow(stdio), newWebhookUpdate(stdio), newWebhookDelete(stdio),
		newWebhookRotate(stdio), newWebhookTest(stdio), newWebhookDeliveries(stdio), newWebhookRedeliver(stdio))
}

type webhookOptions struct{ placeOptions }

// find returns the webhook that has a name, or an id.
func (o *webhookOptions) find(ctx context.Context, client *apiclient.Client, name string) (apiclient.Webhook, error) {
	list, _, err := client.Webhooks(ctx, o.project)
	for _, w := range list {
		if w.Name == name || w.ID == name {
			return w, nil
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "webhook_not_found", "%s has no webhook %q; burgee webhook list shows those there are", o.project, name)
	}
	return apiclient.Webhook{}, err
}

// print shows a webhook to programs, or to people.
func (o *webhookOptions) print(stdio Stdio, w apiclient.Webhook) error {
	if o.asJSON {
		return printJSON(stdio.Out, w)
	}
	printWebhook(stdio.Out, w)
	if w.Secret != "" {
		say(stdio.Err, "the secret is not shown again\n")
	}
	return nil
}

func printWebhook(out io.Writer, w apiclient.Webhook) {
	var t table
	t.row("name", w.Name)
	t.row("address", w.URL)
	t.row("format", w.Format)
	t.row("events", orAll(w.Events))
	t.row("environments", orAll(w.Environments))
	t.row("flags", orAll(w.Flags))
	t.row("tags", orAll(w.Tags))
	t.row("state", webhookState(w))
	if w.Progress.Problem != "" {
		t.row("last problem", w.Progress.Problem)
	}
	t.row("last success", instant(w.Progress.SucceededAt, "never"))
	t.row("waiting", strconv.FormatInt(int64(w.Progress.Pending)+w.Progress.Behind, 10))
	if w.OldUntil > 0 {
		t.row("old secret", "signs until "+instant(w.OldUntil, ""))
	}
	if w.Secret != "" {
		t.row("secret", w.Secret)
	}
	t.print(out)
}

// flagsAndTags are the flags of which changes are sent, by key and by tag.
func flagsAndTags(w apiclient.Webhook) []string {
	list := slices.Clone(w.Flags)
	for _, tag := range w.Tags {
		list = append(list, "tag "+tag)
	}
	return list
}

func orAll(list []string) string {
	if len(list) == 0 {
		return "all"
	}
	return strings.Join(list, ", ")
}

// webhookState says in a few words how a webhook does.
func webhookState(w apiclient.Webhook) string {
	switch p := w.Progress; w.State {
	case "failing", "retrying":
		words := fmt.Sprintf("%s since %s, failures %d", w.State, instant(p.FailingSince, ""), p.Failures)
		if p.RetryAt > 0 {
			words += ", tried again at " + instant(p.RetryAt, "")
		}
		return words
	case "idle":
		return "nothing sent yet"
	}
	return w.State
}

// webhookSettings are the settings that a command names.
type webhookSettings struct {
	name, url, format, comment        string
	events, environments, flags, tags []string
	disabled, enabled                 bool
}

func (s *webhookSettings) bind(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.format, "format", "standard", "standard: an event as JSON; slack: a text for a chat")
	f.StringSliceVar(&s.events, "event", nil, "kind of the audit log, or one with an action, such as flag or configuration.update (repeatable; all when none is named)")
	f.StringSliceVarP(&s.environments, "environment", "e", nil, "only what concerns this environment (repeatable)")
	f.StringSliceVar(&s.flags, "flag", nil, "only what is about this flag; * stands for anything (repeatable)")
	f.StringSliceVar(&s.tags, "tag", nil, "only what is about flags with this tag (repeatable)")
	f.StringVar(&s.comment, "comment", "", "why, for the history")
}

// named are the settings that were named, for the API.
func (s *webhookSettings) named(named func(flag string) bool) apiclient.WebhookSettings {
	out := apiclient.WebhookSettings{Comment: s.comment}
	for flag, set := range map[string]func(){
		"name": func() { out.Name = &s.name }, "address": func() { out.URL = &s.url }, "format": func() { out.Format = &s.format },
		"event":       func() { out.Events = filled(s.events) },
		"environment": func() { out.Environments = filled(s.environments) },
		"flag":        func() { out.Flags = filled(s.flags) },
		"tag":         func() { out.Tags = filled(s.tags) },
		"disable":     func() { out.Enabled = new(!s.disabled) },
		"enable":      func() { out.Enabled = &s.enabled },
	} {
		if named(flag) {
			set()
		}
	}
	return out
}

// filled is a list without the empty texts: "" empties it.
func filled(list []string) *[]string {
	out := []string{}
	for _, text := range list {
		if text != "" {
			out = append(out, text)
		}
	}
	return &out
}

func newWebhookCreate(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var s webhookSettings
	cmd := &cobra.Command{
		Use:   "create NAME URL",
		Short: "Make a webhook; the secret that signs is shown once",
		Long: `Make a webhook: each change of the project from now on is sent to the address, signed in
the form of Standard Webhooks, and tried again for a week where that fails. The secret is
shown this once. Addresses are https and of no private network, unless the server was
started with --outbound-allow.`,
		Example: `  burgee webhook create deploys https://hooks.example.com/burgee --event configuration --environment production
  burgee webhook create chat https://hooks.slack.com/services/T0/B0/x --format slack`,
	}
	s.bind(cmd)
	cmd.Flags().BoolVar(&s.disabled, "disable", false, "send nothing until it is enabled")
	return o.inProject(cmd, exactly("NAME", "URL"), func(ctx context.Context, client *apiclient.Client, args []string) error {
		settings := s.named(cmd.Flags().Changed)
		settings.Name, settings.URL = &args[0], &args[1]
		made, err := client.CreateWebhook(ctx, o.project, settings)
		if err != nil {
			return err
		}
		return o.print(stdio, made)
	}, stdio)
}

func newWebhookList(stdio Stdio) *cobra.Command {
	var o webhookOptions
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the webhooks of a project and how they do",
		Example: "  burgee webhook list",
	}
	return o.inProject(cmd, exactly(), func(ctx context.Context, client *apiclient.Client, _ []string) error {
		list, raw, err := client.Webhooks(ctx, o.project)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"NAME", "ADDRESS", "FORMAT", "EVENTS", "ENVIRONMENTS", "FLAGS", "STATE"}, func(t *table) {
			for _, w := range list {
				t.row(w.Name, w.URL, w.Format, orAll(w.Events), orAll(w.Environments), orAll(flagsAndTags(w)), webhookState(w))
			}
		})
	}, stdio)
}

// aboutOne makes a command about one webhook; args of run follow its name.
func (o *webhookOptions) aboutOne(cmd *cobra.Command, run func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, args []string) error, stdio Stdio, more ...string) *cobra.Command {
	return o.inProject(cmd, exactly(append([]string{"NAME"}, more...)...), func(ctx context.Context, client *apiclient.Client, args []string) error {
		w, err := o.find(ctx, client, args[0])
		if err != nil {
			return err
		}
		return run(ctx, client, w, args[1:])
	}, stdio)
}

func newWebhookShow(stdio Stdio) *cobra.Command {
	var o webhookOptions
	return o.aboutOne(&cobra.Command{
		Use: "show NAME", Short: "Show a webhook and how it does", Example: "  burgee webhook show deploys",
	}, func(_ context.Context, _ *apiclient.Client, w apiclient.Webhook, _ []string) error {
		return o.print(stdio, w)
	}, stdio)
}

func newWebhookUpdate(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var s webhookSettings
	var cmd *cobra.Command
	cmd = o.aboutOne(&cobra.Command{
		Use:   "update NAME",
		Short: "Change a webhook, enable or disable it",
		Long: `Change a webhook: what is not named stays as it is, and a list that is named takes the
place of the one that was there; "" empties it. What happens while a webhook is disabled is
not sent later.`,
		Example: `  burgee webhook update deploys --event configuration,experiment --environment ""
  burgee webhook update deploys --disable`,
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, _ []string) error {
		if s.enabled && s.disabled {
			return usageError{errors.New("--enable and --disable: keep one")}
		}
		changed, err := client.UpdateWebhook(ctx, o.project, w, s.named(cmd.Flags().Changed))
		if err != nil {
			return err
		}
		return o.print(stdio, changed)
	}, stdio)
	s.bind(cmd)
	f := cmd.Flags()
	f.StringVar(&s.name, "name", "", "another name")
	f.StringVar(&s.url, "address", "", "another address")
	f.BoolVar(&s.enabled, "enable", false, "send again, from now on")
	f.BoolVar(&s.disabled, "disable", false, "send nothing until it is enabled")
	return cmd
}

func newWebhookDelete(stdio Stdio) *cobra.Command {
	var o webhookOptions
	return o.aboutOne(&cobra.Command{
		Use: "delete NAME", Short: "Delete a webhook with what waits for it", Example: "  burgee webhook delete deploys",
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, _ []string) error {
		err := client.DeleteWebhook(ctx, o.project, w)
		return o.done(stdio, map[string]any{"name": w.Name, "deleted": true}, err, "the webhook %s is deleted", w.Name)
	}, stdio)
}

func newWebhookRotate(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var overlap time.Duration
	cmd := o.aboutOne(&cobra.Command{
		Use:   "rotate NAME",
		Short: "Give a webhook another secret; both sign for a while",
		Long: `Give a webhook another secret, which is shown this once. During the overlap each message
has two signatures, of the new secret and of the one before: give the receiver the new one
meanwhile.`,
		Example: "  burgee webhook rotate deploys --overlap 24h",
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, _ []string) error {
		if overlap%time.Hour != 0 {
			return fault.New(fault.Invalid, "overlap_invalid", "--overlap is a number of hours, such as 24h")
		}
		rotated, err := client.RotateWebhook(ctx, o.project, w, int(overlap/time.Hour))
		if err != nil {
			return err
		}
		return o.print(stdio, rotated)
	}, stdio)
	cmd.Flags().DurationVar(&overlap, "overlap", 24*time.Hour, "how long the old secret signs too, up to 720h; 0s ends it at once")
	return cmd
}

func newWebhookTest(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var patience time.Duration
	cmd := o.aboutOne(&cobra.Command{
		Use:     "test NAME",
		Short:   "Send a test, and wait for the answer",
		Long:    "Send a test, before anything that waits, and wait for the answer. A failure exits 7.",
		Example: "  burgee webhook test deploys",
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, _ []string) error {
		sent, err := client.TestWebhook(ctx, o.project, w.ID)
		if err != nil {
			return err
		}
		return o.await(ctx, stdio, client, w, sent, patience)
	}, stdio)
	bindPatience(cmd, &patience)
	return cmd
}

func bindPatience(cmd *cobra.Command, patience *time.Duration) {
	cmd.Flags().DurationVar(patience, "wait", 20*time.Second, "how long to wait for the attempt; 0s does not wait")
}

// await waits for the next attempt of a delivery, and says what came of it.
func (o *webhookOptions) await(ctx context.Context, stdio Stdio, client *apiclient.Client, w apiclient.Webhook, sent apiclient.WebhookDelivery, patience time.Duration) error {
	before := sent.Attempts
	for end := time.Now().Add(patience); sent.Attempts == before && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		var err error
		if sent, err = client.Delivery(ctx, o.project, w.ID, sent.ID); err != nil {
			return err
		}
	}
	if o.asJSON {
		if err := printJSON(stdio.Out, sent); err != nil {
			return err
		}
	}
	switch {
	case sent.Attempts == before && patience > 0:
		return fault.New(fault.Unavailable, "not_tried_yet", "delivery %d was not tried yet; see burgee webhook deliveries %s", sent.ID, w.Name)
	case sent.Attempts > before && sent.Newest != nil && sent.Newest.Problem != "":
		return fault.New(fault.Unavailable, "not_delivered", "delivery %d to %s: %s", sent.ID, w.Name, sent.Newest.Problem)
	case o.asJSON:
	case sent.Newest != nil && sent.Attempts > before:
		say(stdio.Out, "delivery %d to %s: answered %d in %d ms\n", sent.ID, w.Name, sent.Newest.Status, sent.Newest.DurationMS)
	default:
		say(stdio.Out, "delivery %d to %s waits\n", sent.ID, w.Name)
	}
	return nil
}

func newWebhookDeliveries(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var state string
	var limit int
	var id, before int64
	cmd := o.aboutOne(&cobra.Command{
		Use:   "deliveries NAME",
		Short: "List what a webhook was sent, or show one delivery whole",
		Long: `List what a webhook was sent in the last two weeks, newest first. With --id one delivery
is shown whole: its body, and each attempt with the answer.`,
		Example: `  burgee webhook deliveries deploys --state failed
  burgee webhook deliveries deploys --before 340
  burgee webhook deliveries deploys --id 12`,
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, _ []string) error {
		if id != 0 {
			return o.showDelivery(ctx, stdio, client, w, id)
		}
		list, raw, err := client.Deliveries(ctx, o.project, w.ID, state, before, limit)
		if err != nil {
			return err
		}
		return printList(stdio, o.asJSON, raw, []string{"ID", "WHEN", "EVENT", "OBJECT", "STATE", "ATTEMPTS", "LAST ANSWER"}, func(t *table) {
			for _, d := range list {
				t.row(strconv.FormatInt(d.ID, 10), instant(d.CreatedAt, ""), d.Type, objectOf(d), d.State, strconv.Itoa(d.Attempts), answerOf(d.Newest))
			}
		})
	}, stdio)
	f := cmd.Flags()
	f.StringVar(&state, "state", "", "only these: pending, delivered or failed")
	f.IntVar(&limit, "limit", 50, "at most so many, up to 200")
	f.Int64Var(&before, "before", 0, "only those with a smaller id: to read on")
	f.Int64Var(&id, "id", 0, "show this delivery whole")
	return cmd
}

// objectOf says what a delivery tells of.
func objectOf(d apiclient.WebhookDelivery) string {
	if d.Events > 1 {
		return fmt.Sprintf("%s and %d more", d.Object, d.Events-1)
	}
	return d.Object
}

// answerOf says what came of an attempt.
func answerOf(a *apiclient.WebhookAttempt) string {
	switch {
	case a == nil:
		return "not tried yet"
	case a.Problem != "":
		return a.Problem
	}
	return strconv.Itoa(a.Status)
}

func (o *webhookOptions) showDelivery(ctx context.Context, stdio Stdio, client *apiclient.Client, w apiclient.Webhook, id int64) error {
	d, err := client.Delivery(ctx, o.project, w.ID, id)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printJSON(stdio.Out, d)
	}
	var t table
	t.row("event", d.Type)
	t.row("object", objectOf(d))
	t.row("webhook-id", d.MessageID)
	t.row("state", d.State)
	if d.NextAt > 0 {
		t.row("tried again at", instant(d.NextAt, ""))
	}
	t.row("body", d.Request)
	for _, a := range d.Tries {
		t.row(fmt.Sprintf("attempt %d", a.Number), fmt.Sprintf("%s, %d ms: %s", instant(a.At, ""), a.DurationMS, answerOf(&a)))
		if a.Answer != "" {
			t.row("", strings.Join(strings.Fields(a.Answer), " "))
		}
	}
	t.print(stdio.Out)
	return nil
}

func newWebhookRedeliver(stdio Stdio) *cobra.Command {
	var o webhookOptions
	var patience time.Duration
	cmd := o.aboutOne(&cobra.Command{
		Use:     "redeliver NAME ID",
		Short:   "Send a message again under its id, and wait for the answer",
		Long:    "Send a message again, with the webhook-id that it had, and wait for the answer. A failure exits 7.",
		Example: "  burgee webhook redeliver deploys 12",
	}, func(ctx context.Context, client *apiclient.Client, w apiclient.Webhook, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || id < 1 {
			return usageError{fmt.Errorf("%q is no id of a delivery; burgee webhook deliveries %s lists them", args[0], w.Name)}
		}
		sent, err := client.Redeliver(ctx, o.project, w.ID, id)
		if err != nil {
			return err
		}
		return o.await(ctx, stdio, client, w, sent, patience)
	}, stdio, "ID")
	bindPatience(cmd, &patience)
	return cmd
}
