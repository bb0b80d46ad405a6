package cli

import (
	"context"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/upkeep"
)

type doctorOptions struct {
	place   place
	backups string
	asJSON  bool
}

func newDoctor(stdio Stdio) *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong, or will be, with a data folder",
		Long: `Look at a data folder, beside the running server or without one, and change nothing:
the database and its schema, the record's chain of hashes, whether programs are sent what
is configured, keys and tokens that end while in use, sealed secrets (with
BURGEE_SECRET_KEY), webhooks that fail, the signing key, the clock, the disk, modes of
files, and the age of the newest backup. Each finding says what, why it matters, and what
to do. Run it as the server's user.

Exit codes:
  0  nothing is wrong
  8  warnings only: works now, and may not later
  9  something does not work, or cannot be relied on
Others are those of every command; see burgee --help.`,
		Example: `  burgee doctor --data ./data
  burgee doctor --data /var/lib/burgee --backup-dir /mnt/backups --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	cmd.Flags().StringVar(&o.backups, "backup-dir", "", "folder of the backups (BURGEE_BACKUP_DIR; backups in the data folder when not set)")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runDoctor(ctx context.Context, stdio Stdio, o doctorOptions) error {
	if o.backups == "" {
		o.backups = stdio.getenv("BURGEE_BACKUP_DIR")
	}
	key, err := config.SecretKey(stdio.Environ, secretKeyVariable)
	if err != nil {
		return err
	}
	at, err := o.place.find(stdio)
	if err != nil {
		return err
	}
	watched := terminal(stdio.Err)
	report, err := upkeep.Examine(ctx, upkeep.DoctorOptions{
		Data: at.Dir, Store: at.URL, Backups: o.backups, Secret: key,
		Progress: func(name string) {
			if watched {
				redraw(stdio.Err, "looking at %s …", name)
			}
		},
	})
	if watched {
		redraw(stdio.Err, "")
	}
	if err != nil {
		return interrupted(ctx, err, "not everything was looked at")
	}
	if o.asJSON {
		if err := printJSON(stdio.Out, report); err != nil {
			return err
		}
		return verdict(report.Level())
	}
	printReport(stdio, report)
	return verdict(report.Level())
}

func printReport(stdio Stdio, r *upkeep.Report) {
	var t table
	for _, c := range r.Checks {
		t.row(c.Name, string(c.Level), c.Detail)
	}
	t.print(stdio.Out)
	for _, f := range r.Findings {
		say(stdio.Out, "\n%s: %s\n  %s\n  %s\n", f.Level, f.What, f.Why, f.Do)
	}
}

// verdict ends a command that did its work with what it found.
func verdict(level upkeep.Level) error {
	switch level {
	case upkeep.Warning:
		return found{exitWarnings}
	case upkeep.Problem:
		return found{exitProblems}
	}
	return nil
}

// found is the exit code of a command that has said everything already.
type found struct{ code int }

// Error implements error; nobody prints it.
func (found) Error() string { return "something was found" }
