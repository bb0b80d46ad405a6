package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/importer"
)

type importOptions struct {
	project      string
	environments []string
	asJSON       bool
}

func newImport(stdio Stdio) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import PRODUCT FILE...",
		Short: "Turn another product's export into a file that apply takes",
		Long: `Read what another product exports and print it as one burgee/v1 file, which burgee apply
takes as it is. What could not be carried over, or means something a little different
here, is named on standard error, a line each. No server is asked and nothing is changed.

PRODUCT is one of
  launchdarkly  the flags (GET /api/v2/flags/PROJECT?summary=0) and the segments of each
                environment (GET /api/v2/segments/PROJECT/ENVIRONMENT), or the file that its
                SDKs read
  unleash       the export of an environment or of everything, segments from GET
                /api/admin/segments, or what its SDKs read (GET /api/client/features)
  flagd         a file of flag definitions

Files are JSON or YAML; - is standard input. Shares of splits stay as they are, but each
product has a hash of its own, so who is in which part is dealt anew.`,
		Example: `  burgee import launchdarkly flags.json segments-production.json > flags.yaml
  burgee import launchdarkly flags.json --environment production --environment test=staging
  burgee import unleash export.json segments.json --project shop > flags.yaml
  burgee import flagd flags.flagd.json --environment production --json`,
		Args: atLeast("PRODUCT", "FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return runImport(stdio, o, args[0], args[1:]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.project, "project", "", "the project that the file is for")
	f.StringArrayVarP(&o.environments, "environment", "e", nil, "take only this environment: KEY, or THEIRS=OURS to call it something else; may be said several times")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// importAnswer is what --json prints.
type importAnswer struct {
	Document string          `json:"document"` // the file, as YAML
	Lost     []importer.Loss `json:"lost"`
}

func runImport(stdio Stdio, o importOptions, product string, files []string) error {
	var inputs []importer.Input
	for _, file := range files {
		name, text, err := readInput(stdio, file)
		if err != nil {
			return err
		}
		inputs = append(inputs, importer.Input{Name: name, Text: text})
	}
	result, err := importer.Import(product, inputs, importer.Options{Project: o.project, Environments: o.environments})
	if err != nil {
		return err
	}
	written := withNewline(document.Render(result.File))
	if o.asJSON {
		return printJSON(stdio.Out, importAnswer{written, append([]importer.Loss{}, result.Lost...)})
	}
	say(stdio.Out, "%s", written)
	for _, l := range result.Lost {
		say(stdio.Err, "%s\n", l)
	}
	say(stdio.Err, "%s and %s imported; %s\n", count(len(result.File.Flags), "flag"), count(len(result.File.TargetGroups), "target group"), lostWords(len(result.Lost)))
	return nil
}

func lostWords(n int) string {
	if n == 0 {
		return "nothing was lost"
	}
	return strings.Replace(count(n, "remark"), "1 remark", "one remark", 1) + " above on what is not as it was"
}
