package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
)

func newFlag(stdio Stdio) *cobra.Command {
	return group("flag", "Make flags, say what they serve, archive and restore them",
		newFlagList(stdio), newFlagShow(stdio), newFlagCreate(stdio), newFlagSet(stdio), newFlagConfigure(stdio), newFlagClear(stdio),
		newFlagEvaluations(stdio), newFlagAskedBy(stdio), newFlagKeep(stdio), newFlagArchive(stdio), newFlagRestore(stdio))
}

type flagListOptions struct {
	connection
	project string
	of      apiclient.FlagFilter
	asJSON  bool
}

func newFlagList(stdio Stdio) *cobra.Command {
	var o flagListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the flags and what they serve in each environment",
		Example: `  burgee flag list
  burgee flag list --project default --json
  burgee flag list --archived
  burgee flag list --stale
  burgee flag list --tag payments --text checkout
  burgee flag list --serving off -e production`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runFlagList(cmd.Context(), stdio, o) },
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	flags := cmd.Flags()
	flags.BoolVar(&o.of.Archived, "archived", false, "the archived flags instead")
	flags.StringVar(&o.of.Text, "text", "", "only flags with this text in key, description, tags or variations")
	flags.StringVar(&o.of.Type, "type", "", "only flags of this type: boolean, string, integer, double or json")
	flags.StringVar(&o.of.Tag, "tag", "", "only flags with this tag")
	flags.StringVar(&o.of.Owner, "owner", "", "only flags of this owner")
	flags.StringVar(&o.of.Kind, "kind", "", "only flags of this kind: release, experiment, operational or permission")
	flags.BoolVar(&o.of.Managed, "managed", false, "only flags that a file manages")
	flags.BoolVar(&o.of.Stale, "stale", false, "only flags that may have done their work, and why")
	flags.BoolVar(&o.of.New, "new", false, "only flags that programs declared and nobody has configured yet")
	flags.BoolVar(&o.of.RollingOut, "rolling-out", false, "only flags that are being rolled out somewhere")
	flags.BoolVar(&o.of.InExperiment, "in-experiment", false, "only flags that an experiment holds somewhere")
	flags.StringVar(&o.of.Serving, "serving", "", "only flags that serve this in the environment of -e: code, variation, split, rules, experiment or off")
	flags.StringVarP(&o.of.Environment, "environment", "e", "", "with --serving: where")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runFlagList(ctx context.Context, stdio Stdio, o flagListOptions) error {
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	project := projectOr(stdio, o.project)
	flags, raw, err := client.Flags(ctx, project, o.of)
	if err != nil {
		return err
	}
	if o.asJSON {
		return printRaw(stdio, raw)
	}
	switch {
	case o.of.Stale:
		return printStale(stdio, flags)
	case o.of.Archived:
		return printArchived(stdio, flags)
	}
	keys, err := environments(ctx, client, project)()
	if err != nil {
		return err
	}
	if len(flags) == 0 && o.of != (apiclient.FlagFilter{}) {
		say(stdio.Err, "no flag fits\n")
		return nil
	}
	if len(flags) == 0 {
		say(stdio.Err, "no flags yet; they register themselves when a program connects, or come with burgee apply -f\n")
		return nil
	}
	var t table
	t.row(append([]string{"FLAG", "TYPE", "FROM"}, keys...)...)
	for _, f := range flags {
		row := []string{f.Key, f.Type, f.Source}
		for _, environment := range keys {
			row = append(row, f.Environments[environment].Serving)
		}
		t.row(row...)
	}
	t.print(stdio.Out)
	for _, f := range flags {
		sayLooksLike(stdio, f)
	}
	return nil
}

// sayLooksLike says which flags people may take a flag for.
func sayLooksLike(stdio Stdio, f apiclient.Flag) {
	if len(f.LooksLike) > 0 {
		say(stdio.Err, "%s looks like %s\n", f.Key, strings.Join(f.LooksLike, ", "))
	}
}

// printStale shows each flag with the reasons for which it may be taken out.
func printStale(stdio Stdio, flags []apiclient.Flag) error {
	if len(flags) == 0 {
		say(stdio.Err, "no flag is stale\n")
		return nil
	}
	var t table
	t.row("FLAG", "WHY")
	for _, f := range flags {
		var why []string
		for _, s := range f.Stale {
			why = append(why, s.Words)
		}
		t.row(f.Key, strings.Join(why, "; "))
	}
	t.print(stdio.Out)
	return nil
}

// printArchived shows each archived flag, and why it archived itself where it did.
func printArchived(stdio Stdio, flags []apiclient.Flag) error {
	if len(flags) == 0 {
		say(stdio.Err, "no flag is archived\n")
		return nil
	}
	var t table
	t.row("FLAG", "TYPE", "FROM", "ARCHIVED", "WHY")
	for _, f := range flags {
		why := ""
		if f.ArchivedReason != "" {
			why = "by itself: " + f.ArchivedReason
		}
		t.row(f.Key, f.Type, f.Source, instant(f.ArchivedAt, ""), why)
	}
	t.print(stdio.Out)
	return nil
}

// printRaw writes the server's answer in one line.
func printRaw(stdio Stdio, raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	say(stdio.Out, "%s\n", b.Bytes())
	return nil
}
