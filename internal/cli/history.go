package cli

import (
	"context"
	"encoding/json"
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

type historyOptions struct {
	connection
	project, object, environment string
	kind, by                     string
	from, to                     int64
	limit                        int
	diff, asJSON                 bool
	since
}

func newHistory(stdio Stdio) *cobra.Command {
	var o historyOptions
	cmd := &cobra.Command{
		Use:   "history [OBJECT]",
		Short: "Say who changed what and when, or what differs between two revisions",
		Long: `Print the changes of one object, such as a flag, of an environment or of the whole
project, newest first. With --from, print what differs between two revisions of an
environment instead.`,
		Example: `  burgee history Flags.isHoliday -e production
  burgee history --since 1h
  burgee history --since "2026-11-24 14:00" --until "2026-11-24 16:00" --kind configuration
  burgee history --by ann@corp.example --diff
  burgee history -e production --from 812 --to 815`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.object = strings.Join(args, "")
			return runHistory(cmd.Context(), stdio, o)
		},
	}
	o.connection.bind(cmd)
	o.since.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	f := cmd.Flags()
	f.StringVar(&o.kind, "kind", "", "only this kind: flag, configuration, target_group, experiment, attribute, sdk_key, member, token")
	f.StringVar(&o.by, "by", "", "only what this person, token or program changed")
	f.IntVar(&o.limit, "limit", 20, "how many, at most 200; all of them with --since")
	f.Int64Var(&o.from, "from", 0, "a revision: what differs from it")
	f.Int64Var(&o.to, "to", 0, "with --from: the other revision (the newest when not set)")
	f.BoolVar(&o.diff, "diff", false, "show each field before and after")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runHistory(ctx context.Context, stdio Stdio, o historyOptions) error {
	if o.to != 0 && o.from == 0 {
		return fault.New(fault.Invalid, "from_missing", "--to goes with --from: the revision to compare with")
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	if o.from != 0 {
		return runCompare(ctx, stdio, o, client)
	}
	environment := o.environment
	if environment == "" {
		environment = stdio.getenv("BURGEE_ENVIRONMENT")
	}
	filter := apiclient.ChangeFilter{Environment: environment, Object: o.object, Kind: o.kind, Actor: o.by, Limit: o.limit}
	changes, raw, err := o.changes(ctx, client, projectOr(stdio, o.project), filter)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	if len(changes) == 0 {
		say(stdio.Err, "no change fits\n")
	}
	for _, c := range changes {
		say(stdio.Out, "%s  %s%s\n", timeWords(c.At), c.Actor.Name, revisionWords(c))
		for _, sentence := range c.Sentences {
			say(stdio.Out, "    %s\n", sentence)
		}
		if c.Comment != "" {
			say(stdio.Out, "    “%s”\n", c.Comment)
		}
		if c.Erased {
			say(stdio.Out, "    (rewritten since by an erasure)\n")
		}
		if o.diff {
			printDiff(stdio.Out, c.Diff)
		}
	}
	return nil
}

// changes are the newest, or those of a time.
func (o historyOptions) changes(ctx context.Context, client *apiclient.Client, project string, filter apiclient.ChangeFilter) (changes []apiclient.Change, raw json.RawMessage, err error) {
	if !o.given() {
		return client.Changes(ctx, project, filter)
	}
	from, until, err := o.window(time.Now())
	if err != nil {
		return nil, nil, err
	}
	return changesIn(ctx, client, project, filter, from, until)
}

// revisionWords names the revisions that a change is part of.
func revisionWords(c apiclient.Change) string {
	var words []string
	for _, environment := range slices.Sorted(maps.Keys(c.Revisions)) {
		words = append(words, fmt.Sprintf("%s %d", environment, c.Revisions[environment]))
	}
	if len(words) == 0 {
		return ""
	}
	return "  revision " + strings.Join(words, ", ")
}

// printDiff writes each field that differs, before and after.
func printDiff(w io.Writer, diff []document.FieldChange) {
	for _, d := range diff {
		say(w, "      %s\n", d.Path)
		if d.Before != nil {
			say(w, "        - %s\n", d.Before)
		}
		if d.After != nil {
			say(w, "        + %s\n", d.After)
		}
	}
}

func runCompare(ctx context.Context, stdio Stdio, o historyOptions, client *apiclient.Client) error {
	project := projectOr(stdio, o.project)
	environment, err := chosen(stdio, o.environment, environments(ctx, client, project))
	if err != nil {
		return err
	}
	changes, raw, err := client.Compare(ctx, project, environment, o.object, o.from, o.to)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	if len(changes) == 0 {
		say(stdio.Out, "nothing differs\n")
	}
	for _, item := range changes {
		printItem(stdio.Out, item)
		if o.diff {
			printDiff(stdio.Out, item.Diff)
		}
	}
	return nil
}
