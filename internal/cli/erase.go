package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
)

type eraseOptions struct {
	connection
	unit, project, comment string
	yes, dryRun, asJSON    bool
}

func newErase(stdio Stdio) *cobra.Command {
	var o eraseOptions
	cmd := &cobra.Command{
		Use:   "erase --unit IDENTIFIER",
		Short: "Erase an identifier of somebody from everything",
		Long: `Take an identifier out of targets, target groups, conditions, descriptions and comments:
of what is live, of archived flags, of change requests, and of the audit log with the
past of every object. A random placeholder stands where it was; who else gets what stays
as it is. The audit log still verifies, and says who erased something and when. Print
what would change, ask, and do it in one transaction.

Only whole values count, and in text whole words: erasing alice leaves alice2 and
alice@example.com. Nothing brings the identifier back but a file that still has it,
or a backup.

--unit - reads the identifier from standard input, which no history of a shell keeps; it
needs --yes or --dry-run.`,
		Example: `  burgee erase --unit alice --dry-run
  burgee erase --unit alice@example.com --project shop --comment "request 113" --yes
  burgee erase --unit - --yes < identifier`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runErase(cmd.Context(), stdio, o) },
	}
	o.bind(cmd)
	f := cmd.Flags()
	f.StringVar(&o.unit, "unit", "", "the identifier, as targets and groups have it; - reads it from standard input")
	f.StringVar(&o.project, "project", "", "only in this project (every one in which you may erase when not set)")
	f.StringVar(&o.comment, "comment", "", "why, for the audit log; without the names of people")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would change and stop")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// maxUnit bounds what is read of an identifier, in bytes.
const maxUnit = 64 << 10

func runErase(ctx context.Context, stdio Stdio, o eraseOptions) error {
	if o.unit == "" {
		return usageError{fmt.Errorf("say which identifier with --unit")}
	}
	if o.unit == "-" {
		if !o.yes && !o.dryRun {
			return usageError{fmt.Errorf("--unit - takes standard input: nobody can be asked; add --yes or --dry-run")}
		}
		text, err := io.ReadAll(io.LimitReader(stdio.In, maxUnit))
		if err != nil {
			return usageError{fmt.Errorf("standard input cannot be read: %w", err)}
		}
		o.unit = strings.TrimRight(string(text), "\r\n")
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	request := apiclient.EraseRequest{Unit: o.unit, Project: o.project, Comment: o.comment, DryRun: true}
	plan, err := client.Erase(ctx, request)
	if err != nil {
		return err
	}
	if !o.asJSON {
		printErasure(stdio.Out, plan)
	}
	if o.dryRun || !erases(plan) {
		return o.print(stdio, plan)
	}
	if !o.yes {
		if err := confirmed(ctx, stdio, "Erase it? This cannot be taken back."); err != nil {
			if errors.Is(err, errDeclined) {
				say(stdio.Err, "nothing was changed\n")
				return nil
			}
			return err
		}
	}
	request.DryRun = false
	done, err := client.Erase(ctx, request)
	if err != nil {
		return err
	}
	if !o.asJSON {
		say(stdio.Out, "erased; %s stands where it was\n", done.Placeholder)
		say(stdio.Out, "a file that still has it puts it back when it is applied, and backups have it until they are removed\n")
	}
	return o.print(stdio, done)
}

func (o *eraseOptions) print(stdio Stdio, result apiclient.Erasure) error {
	if !o.asJSON {
		return nil
	}
	return printJSON(stdio.Out, result)
}

// erases says whether there is anything to erase.
func erases(plan apiclient.Erasure) bool {
	return slices.ContainsFunc(plan.Projects, func(p apiclient.ErasedProject) bool {
		return len(p.Objects) > 0 || p.Entries > 0 || p.ChangeRequests > 0 || len(p.Revisions) > 0
	})
}

func printErasure(w io.Writer, plan apiclient.Erasure) {
	for _, p := range plan.Projects {
		say(w, "project %s\n", p.Project)
		for _, o := range p.Objects {
			say(w, "  - %s\n", objectLine(o))
		}
		say(w, "  %s of the audit log and %s to rewrite\n", counted(p.Entries, "entry", "entries"), count(p.ChangeRequests, "change request"))
		for _, environment := range slices.Sorted(maps.Keys(p.Revisions)) {
			say(w, "  makes revision %d of %s\n", p.Revisions[environment], environment)
		}
		for _, o := range p.Kept {
			say(w, "  stays in %s: change it by hand\n", objectLine(o))
		}
		if p.Named > 0 {
			say(w, "  stays in %s of the audit log, as who acted or whose account it is about\n", counted(p.Named, "entry", "entries"))
		}
	}
	if len(plan.Projects) == 0 {
		say(w, "found nowhere\n")
	}
	if len(plan.Skipped) > 0 {
		say(w, "not looked at, because you may not erase there: %s\n", strings.Join(plan.Skipped, ", "))
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func objectLine(o apiclient.ErasedObject) string {
	line := strings.ReplaceAll(o.Kind, "_", " ") + " " + o.Key
	if o.Environment != "" {
		line += " in " + o.Environment
	}
	if o.Archived {
		line += " (archived)"
	}
	return line + ": " + strings.Join(o.Places, ", ")
}
