package cli

import (
	"context"
	"errors"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/upkeep"
)

// runBeginAgain is restore for a PostgreSQL database that its own tools have put
// back.
func runBeginAgain(ctx context.Context, stdio Stdio, at store.Place, o restoreOptions) error {
	if o.file != "" {
		return fault.New(fault.Invalid, "store_elsewhere",
			"burgee restore FILE puts a file into a data folder, and this store is a PostgreSQL database: put that back with its own tools, such as pg_restore, and then run burgee restore --store URL without a file. To restore into a folder all the same, name it with --data")
	}
	facts, err := upkeep.BeginAgain(ctx, upkeep.BeginAgainOptions{
		Store: at.URL, Version: telemetry.Version,
		Confirm: func(facts store.Facts) error {
			if !o.asJSON {
				say(stdio.Out, "the database has\n")
				printEnvironments(stdio, facts)
			}
			if o.yes {
				return nil
			}
			return agreed(ctx, stdio, "Lead the programs to it, and have people sign in again?")
		},
	})
	switch {
	case errors.Is(err, errDeclined):
		say(stdio.Err, "nothing was changed\n")
		return nil
	case err != nil:
		return interrupted(ctx, err, "nothing was changed")
	case o.asJSON:
		return printJSON(stdio.Out, map[string]any{"epoch": facts.Epoch, "environments": facts.Environments})
	}
	say(stdio.Out, "programs follow it, by its new epoch %d, to the revisions above\n", facts.Epoch)
	return nil
}
