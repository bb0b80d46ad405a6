package cli

import (
	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/telemetry"
)

func newVersion(stdio Stdio) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Example: "  burgee version\n  burgee version --json",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			build := telemetry.ReadBuild()
			if asJSON {
				return printJSON(stdio.Out, map[string]any{
					"version": build.Version, "go": build.Go, "revision": build.Revision, "modified": build.Modified,
				})
			}
			text := "burgee " + build.Version
			if build.Revision != "" {
				text += " (" + build.Revision[:min(12, len(build.Revision))] + ")"
			}
			say(stdio.Out, "%s %s\n", text, build.Go)
			return nil
		},
	}
	bindJSON(cmd, &asJSON)
	return cmd
}
