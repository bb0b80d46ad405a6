package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type diffOptions struct {
	connection
	file, project string
	prune, asJSON bool
}

func newDiff(stdio Stdio) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff -f FILE",
		Short: "Say what burgee apply would change, field by field",
		Long: `Print what burgee apply would change, and each field before and after. Nothing is
changed. The exit code is 0 when the server is as the file says, and 10 when it is not;
other codes are those of burgee apply.

Where burgee apply would refuse, since somebody changed by hand what the file sets, or
programs still ask for what --prune would archive, a warning says so.`,
		Example: `  burgee diff -f flags.yaml
  burgee diff --prune -f flags.yaml
  burgee diff --json -f flags.yaml`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDiff(cmd.Context(), stdio, o) },
	}
	o.bind(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.file, "file", "f", "", "the file; - is standard input")
	f.StringVar(&o.project, "project", "", "key of the project (the file's own when not set)")
	f.BoolVar(&o.prune, "prune", false, "with what --prune would take out")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runDiff(ctx context.Context, stdio Stdio, o diffOptions) error {
	name, text, err := readInput(stdio, o.file)
	if err != nil {
		return err
	}
	file, err := document.Parse(name, text)
	if err != nil {
		return err
	}
	project := o.project
	if project == "" {
		project = projectOr(stdio, file.Project)
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	result, err := differences(ctx, stdio, client, project, apiclient.ApplyRequest{Text: string(text), File: name, Prune: o.prune, DryRun: true})
	if err != nil {
		return err
	}
	if o.asJSON {
		err = printJSON(stdio.Out, result)
	} else {
		printDifferences(stdio, result)
	}
	if err == nil && result.Changed {
		return found{exitDifferences}
	}
	return err
}

// differences plans an apply. One that would be refused, since others changed what
// the file sets, is planned as if it were forced.
func differences(ctx context.Context, stdio Stdio, client *apiclient.Client, project string, request apiclient.ApplyRequest) (apiclient.ApplyResult, error) {
	result, err := client.Apply(ctx, project, request)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "moved" {
		say(stdio.Err, "warning: burgee apply would refuse: %s\n", message(fault.As(aboutFile(err))))
		request.Force = true
		result, err = client.Apply(ctx, project, request)
	}
	return result, aboutFile(err)
}

func printDifferences(stdio Stdio, result apiclient.ApplyResult) {
	for _, w := range result.Warnings {
		say(stdio.Err, "warning: %s: %s\n", w.Path, w.Message)
	}
	if !result.Changed {
		say(stdio.Out, "no differences\n")
	}
	for _, item := range result.Plan {
		printItem(stdio.Out, item)
		if item.Action == string(document.Update) {
			printDiff(stdio.Out, item.Diff)
		}
	}
	sayReview(stdio, result)
}
