package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type exportOptions struct {
	connection
	project, environment, format, file string
	snapshot                           bool
}

func newExport(stdio Stdio) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print a project as a file that apply takes",
		Long: `Print a project as one burgee/v1 file. Applying it again changes nothing; applied to
another server it serves everyone the same.

With --snapshot, print what one environment's programs get: the wire form, signed as the
server serves it or, with -f, unsigned from a file alone.`,
		Example: `  burgee export --project default > flags.yaml
  burgee export --project default --format json
  burgee export --snapshot --environment production > flags.ndjson
  burgee export --snapshot --environment production -f flags.yaml`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(cmd.Context(), stdio, o) },
	}
	o.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "yaml", "yaml or json")
	f.BoolVar(&o.snapshot, "snapshot", false, "print the wire form of one environment")
	f.StringVarP(&o.file, "file", "f", "", "with --snapshot: a file instead of the server; - is standard input")
	return cmd
}

func runExport(ctx context.Context, stdio Stdio, o exportOptions) error {
	if o.format != "yaml" && o.format != "json" {
		return fault.New(fault.Invalid, "format_unknown", "--format is yaml or json, not %q", o.format)
	}
	if o.snapshot {
		return runSnapshot(ctx, stdio, o)
	}
	if o.file != "" || o.environment != "" {
		return fault.New(fault.Invalid, "not_a_snapshot", "--file and --environment go with --snapshot; an export holds the whole project")
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	text, err := client.Export(ctx, projectOr(stdio, o.project), o.format)
	if err != nil {
		return err
	}
	say(stdio.Out, "%s", withNewline(text))
	return nil
}

// withNewline ends a text with one line break.
func withNewline(text []byte) string { return strings.TrimRight(string(text), "\n") + "\n" }

func runSnapshot(ctx context.Context, stdio Stdio, o exportOptions) error {
	snapshot := servedSnapshot
	if o.file != "" {
		snapshot = fileSnapshot
	}
	wire, err := snapshot(ctx, stdio, o)
	if err != nil {
		return err
	}
	say(stdio.Out, "%s", withNewline(wire))
	return nil
}

func noEnvironment(p *document.Project, environment string) error {
	return fault.New(fault.NotFound, "environment_not_found", "there is no environment %q; there are %s", environment, strings.Join(p.Environments, ", "))
}

// servedSnapshot is what the server serves, signature included.
func servedSnapshot(ctx context.Context, stdio Stdio, o exportOptions) ([]byte, error) {
	client, err := o.client(stdio)
	if err != nil {
		return nil, err
	}
	project := projectOr(stdio, o.project)
	environment, err := chosen(stdio, o.environment, environments(ctx, client, project))
	if err != nil {
		return nil, err
	}
	return client.Snapshot(ctx, project, environment)
}

// fileSnapshot lowers a file alone. Nobody signs it.
func fileSnapshot(_ context.Context, stdio Stdio, o exportOptions) ([]byte, error) {
	name, text, err := readInput(stdio, o.file)
	if err != nil {
		return nil, err
	}
	file, err := document.Parse(name, text)
	if err != nil {
		return nil, err
	}
	p, _, made, err := alone(stdio, file)
	if err != nil {
		return nil, err
	}
	warnOfSeeds(stdio, p, made, func(string) bool { return true })
	environment, err := chosen(stdio, o.environment, func() ([]string, error) { return p.Environments, nil })
	if err != nil {
		return nil, err
	}
	if !p.HasEnvironment(environment) {
		return nil, noEnvironment(p, environment)
	}
	return snapshotLines(p, environment, file.Revision[environment])
}
