package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/apiclient"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

type exportOptions struct {
	connection
	project, environment, format, file string
	snapshot                           bool
	moment
}

func newExport(stdio Stdio) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Print a project as a file that apply takes",
		Long: `Print a project as one burgee/v1 file. Applying it again changes nothing; applied to
another server it serves everyone the same. With --at, or --revision and --environment,
as it was then.

With --snapshot, print what one environment's programs get: the wire form, signed as the
server serves it or, with -f, unsigned from a file alone.`,
		Example: `  burgee export --project default > flags.yaml
  burgee export --project default --format json
  burgee export --at "2026-11-24 14:00" > then.yaml
  burgee export --snapshot --environment production > flags.ndjson
  burgee export --snapshot --environment production -f flags.yaml`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runExport(cmd.Context(), stdio, o) },
	}
	o.connection.bind(cmd)
	bindProject(cmd, &o.project)
	bindEnvironment(cmd, &o.environment)
	o.moment.bind(cmd)
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
	if err := o.moment.settle(time.Now()); err != nil {
		return err
	}
	if o.snapshot && o.moment.given() {
		return fault.New(fault.Invalid, "snapshot_has_no_past", "--snapshot prints what is served now; --at and --revision go with a whole export")
	}
	if o.snapshot {
		return runSnapshot(ctx, stdio, o)
	}
	if o.file != "" || o.environment != "" && o.revision == 0 {
		return fault.New(fault.Invalid, "not_a_snapshot", "--file and --environment go with --snapshot; an export holds the whole project")
	}
	client, err := o.client(stdio)
	if err != nil {
		return err
	}
	text, err := o.text(ctx, stdio, client)
	if err != nil {
		return err
	}
	say(stdio.Out, "%s", withNewline(text))
	return nil
}

// text is the file, as it is or as it was.
func (o *exportOptions) text(ctx context.Context, stdio Stdio, client *apiclient.Client) ([]byte, error) {
	project := projectOr(stdio, o.project)
	if !o.moment.given() {
		return client.Export(ctx, project, o.format)
	}
	environment := o.environment
	if o.revision != 0 {
		var err error
		if environment, err = chosen(stdio, o.environment, environments(ctx, client, project)); err != nil {
			return nil, err
		}
	}
	return client.ExportAsOf(ctx, project, o.format, environment, o.revision, o.atMS)
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
	client, project, environment, err := o.reach(ctx, stdio, o.project, o.environment)
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
