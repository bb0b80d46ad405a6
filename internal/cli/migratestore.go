package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
)

type migrateOptions struct {
	from, to                            string
	dry, frozen, unseal, broken, asJSON bool
}

func newMigrateStore(stdio Stdio) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate-store",
		Short: "Move everything from SQLite to PostgreSQL, or back; the servers must be stopped",
		Long: `Move everything from one store into another, empty one: from the SQLite database of a data
folder to PostgreSQL, back, or between two of a kind. Stop the servers first, run it, and
start them on the other store. The source is only read and stays as it is. Revisions, keys,
signatures and sign-ins stay the same: programs go on where they were.

A place is a data folder or postgres://USER@HOST:5432/DATABASE. The one that is not named
is the database of BURGEE_STORE, or of the file that BURGEE_STORE_FILE names.

Afterwards the rows of every table are counted and compared by a digest, and the record's
chain of hashes is verified; only then does the destination count. Cut off, the command
goes on when it is run again; until it is finished no server starts on the destination.

BURGEE_SECRET_KEY, or the file of BURGEE_SECRET_KEY_FILE, seals the signing key in
PostgreSQL, and opens it there. A folder that is moved to keeps it sealed, unless --unseal
writes it into the file signing.key.`,
		Example: `  burgee migrate-store --from ./data --to postgres://burgee@db.example.com/burgee
  burgee migrate-store --from postgres://burgee@db.example.com/burgee --to ./data --unseal
  BURGEE_STORE_FILE=store.url burgee migrate-store --from ./data --dry-run`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runMigrateStore(cmd.Context(), stdio, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "the store to move: a data folder, or postgres://… (BURGEE_STORE when not given)")
	flags.StringVar(&o.to, "to", "", "the empty place to move it to: a data folder, or postgres://… (BURGEE_STORE when not given)")
	flags.BoolVar(&o.dry, "dry-run", false, "look at both places and count, and change nothing")
	flags.BoolVar(&o.unseal, "unseal", false, "write the signing key into the folder that is moved to, and seal nothing there")
	flags.BoolVar(&o.frozen, "frozen", false, "connections of servers to the source are no hindrance: you make sure that nobody writes to it")
	flags.BoolVar(&o.broken, "accept-broken-record", false, "also move a record that was altered")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// places resolves both ends.
func (o migrateOptions) places(stdio Stdio) (from, to store.Place, err error) {
	if o.from == "" && o.to == "" {
		return from, to, usageError{errors.New("--from and --to are missing: name at least one of them; see burgee migrate-store --help")}
	}
	if from, err = placeOf(stdio, o.from, "--from"); err != nil {
		return from, to, err
	}
	to, err = placeOf(stdio, o.to, "--to")
	return from, to, err
}

func placeOf(stdio Stdio, text, flag string) (store.Place, error) {
	switch {
	case strings.HasPrefix(text, "postgres://"), strings.HasPrefix(text, "postgresql://"):
		return store.Place{URL: text}, nil
	case strings.Contains(text, "://"):
		return store.Place{}, usageError{errors.New(flag + " is neither a data folder nor postgres://USER@HOST:5432/DATABASE")}
	case text != "":
		return store.Place{Dir: text}, nil
	}
	address, err := config.StoreAddress(stdio.Environ, "")
	if err == nil && address == "" {
		err = usageError{errors.New(flag + " is missing, and so is BURGEE_STORE: name a data folder or postgres://…")}
	}
	return store.Place{URL: address}, err
}

// errDry ends a move that was only to be looked at.
var errDry = errors.New("a dry run")

func runMigrateStore(ctx context.Context, stdio Stdio, o migrateOptions) error {
	from, to, err := o.places(stdio)
	if err != nil {
		return err
	}
	key, err := config.SecretKey(stdio.Environ, secretKeyVariable)
	if err != nil {
		return err
	}
	rows := rowsShown{stdio: stdio, on: terminal(stdio.Err)}
	started := false
	plan, err := upkeep.MoveStore(ctx, upkeep.MoveOptions{
		From: from, To: to, Secret: key, Unseal: o.unseal, Frozen: o.frozen, AcceptBroken: o.broken, Progress: rows.at,
		Plan: func(p store.MovePlan) error {
			if !o.asJSON {
				printMovePlan(stdio, p)
			}
			if o.dry {
				return errDry
			}
			started = true
			return nil
		},
	})
	rows.end()
	switch {
	case errors.Is(err, errDry):
	case err != nil && started:
		return interrupted(ctx, err, "run it again to go on; the source is as it was")
	case err != nil:
		return interrupted(ctx, err, "nothing was moved")
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{
			"from": plan.From, "to": plan.To, "schema": plan.Facts.Schema, "epoch": plan.Facts.Epoch,
			"environments": plan.Facts.Environments, "tables": plan.Tables, "rows": plan.Rows, "moved": !o.dry || plan.Done,
		})
	}
	printMoved(stdio, plan, o.dry)
	return nil
}

func printMovePlan(stdio Stdio, p store.MovePlan) {
	say(stdio.Out, "%s has %s:\n", p.From, count(int(p.Rows), "row"))
	var t table
	for _, moved := range p.Tables {
		if moved.Rows > 0 {
			t.row("  "+moved.Name, strconv.FormatInt(moved.Rows, 10))
		}
	}
	t.print(stdio.Out)
	printEnvironments(stdio, p.Facts)
	if p.Resumed {
		say(stdio.Out, "a part of it is in %s already\n", p.To)
	}
}

func printMoved(stdio Stdio, p store.MovePlan, dry bool) {
	switch {
	case p.Done:
		say(stdio.Out, "everything is in %s already\n", p.To)
	case dry:
		say(stdio.Out, "%s can take it; nothing was changed\n", p.To)
		return
	default:
		say(stdio.Out, "moved to %s: every row compared, the chain of hashes verified\n", p.To)
	}
	say(stdio.Out, "start the servers there, and never again on %s\n", p.From)
}

// rowsShown shows on a terminal how far a move is.
type rowsShown struct {
	stdio Stdio
	shown time.Time
	on    bool
}

func (r *rowsShown) at(phase string, done, total int64) {
	if !r.on || total == 0 || time.Since(r.shown) < 100*time.Millisecond {
		return
	}
	r.shown = time.Now()
	redraw(r.stdio.Err, "%s %3d %% of %s", phase, done*100/total, count(int(total), "row"))
}

// end clears the line.
func (r *rowsShown) end() {
	if r.on && !r.shown.IsZero() {
		redraw(r.stdio.Err, "")
	}
}
