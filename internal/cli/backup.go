package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/upkeep"
)

// printKeyRemark says which key a backup lacks: without the one that signs SDKs
// would take a restored server for another one.
func printKeyRemark(stdio Stdio, facts store.Facts) {
	if facts.SecretKey != "" {
		say(stdio.Out, "its secrets, the signing key among them, open only with the secret key of fingerprint %s: keep a copy of that, apart from the backups\n", facts.SecretKey)
		return
	}
	say(stdio.Out, "signing.key of the data folder, if there is one, is not in it: keep a copy of that too, apart from the backups\n")
}

type backupOptions struct {
	place  place
	file   string
	asJSON bool
}

func newBackup(stdio Stdio) *cobra.Command {
	var o backupOptions
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "Write a backup of a data folder, beside the running server",
		Long: `Write a consistent copy of everything in a data folder into one file, while the server
runs or while it does not. The copy is checked (pages, references, the record's chain of
hashes) before it gets its name. It holds hashes of keys, tokens and passwords, and
whatever your flags hold: keep it as safe as the data folder. Take it where it survives
the disk; a running server makes backups by itself with burgee serve --backup-every.`,
		Example: `  burgee backup --data ./data
  burgee backup -o /mnt/backups/burgee-$(date +%F).db --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runBackup(cmd.Context(), stdio, o) },
	}
	o.place.bind(cmd)
	cmd.Flags().StringVarP(&o.file, "output", "o", "", "the file to write; must not be there yet (backups/burgee-TIME.db in the data folder when not given)")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

func runBackup(ctx context.Context, stdio Stdio, o backupOptions) error {
	at, err := o.place.find(stdio)
	if err != nil {
		return err
	}
	if at.URL != "" {
		return fault.New(fault.Invalid, "store_elsewhere",
			"burgee backup copies the SQLite database of a data folder, and this store is a PostgreSQL database: back that up with its own tools, such as pg_dump --format=custom. To back up a folder all the same, name it with --data")
	}
	bar := newProgress(stdio, "copying")
	b, err := upkeep.MakeBackup(ctx, upkeep.BackupOptions{
		Data: at.Dir, File: o.file, Version: telemetry.Version, Progress: bar.at,
	})
	bar.end()
	if err != nil {
		return interrupted(ctx, err, "there is no backup")
	}
	for _, broken := range b.Broken {
		say(stdio.Err, "warning: %s\n", broken)
	}
	if o.asJSON {
		return printJSON(stdio.Out, map[string]any{
			"file": b.File, "bytes": b.Size, "at": b.Facts.BackupAt, "schema": b.Facts.Schema, "epoch": b.Facts.Epoch,
			"secretKey": b.Facts.SecretKey, "environments": b.Facts.Environments, "broken": append([]string{}, b.Broken...),
		})
	}
	say(stdio.Out, "%s  %s\n", b.File, size(b.Size))
	printEnvironments(stdio, b.Facts)
	printKeyRemark(stdio, b.Facts)
	return nil
}

func printEnvironments(stdio Stdio, facts store.Facts) {
	for _, e := range facts.Environments {
		say(stdio.Out, "  %s / %s at revision %d\n", e.Project, e.Environment, e.Revision)
	}
}

// size is a number of bytes for people.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

type restoreOptions struct {
	place               place
	file                string
	yes, broken, asJSON bool
}

func newRestore(stdio Stdio) *cobra.Command {
	var o restoreOptions
	cmd := &cobra.Command{
		Use:   "restore [FILE]",
		Short: "Put a backup in the place of a data folder's content; the server must be stopped",
		Long: `Put a backup in the place of what a data folder holds. Stop the server first. The backup
is checked before anything changes, and the command says what will be gone. What it
replaces stays in the folder under another name, and can be restored in the same way.
Connected programs follow the restored server by themselves, also to lower revisions.
People have to sign in again; keys and tokens revoked since the backup work again.

A PostgreSQL database is put back with its own tools, such as pg_restore. Run this
command afterwards with --store and without FILE: it leads the programs to what is there
now, ends all sessions, and writes into the record that it was put back.`,
		Example: `  burgee restore data/backups/burgee-20261126T213050Z.db --data ./data
  burgee restore /mnt/backups/burgee-2026-11-26.db --data /var/lib/burgee --yes
  burgee restore --store postgres://burgee@db.example.com/burgee`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.file = args[0]
			}
			return runRestore(cmd.Context(), stdio, o)
		},
	}
	o.place.bind(cmd)
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&o.broken, "accept-broken-record", false, "also restore a backup whose record was altered")
	bindJSON(cmd, &o.asJSON)
	return cmd
}

// errDeclined ends what somebody did not agree to.
var errDeclined = errors.New("declined")

func runRestore(ctx context.Context, stdio Stdio, o restoreOptions) error {
	if !o.yes && !terminal(stdio.In) {
		return fault.New(fault.Invalid, "not_confirmed", "nobody to ask: standard input is no terminal. Nothing was changed; add --yes")
	}
	at, err := o.place.find(stdio)
	switch {
	case err != nil:
		return err
	case at.URL != "":
		return runBeginAgain(ctx, stdio, at, o)
	case o.file == "":
		return fault.New(fault.Invalid, "file_not_named", "name the backup to restore: burgee restore FILE; without a file it is for a PostgreSQL database that was put back by its own tools, named with --store")
	}
	bar := newProgress(stdio, "copying")
	r, err := upkeep.Restore(ctx, upkeep.RestoreOptions{
		Data: at.Dir, File: o.file, Version: telemetry.Version, AcceptBroken: o.broken, Progress: bar.at,
		Confirm: func(p store.RestorePlan) error {
			bar.end()
			if !o.asJSON {
				printRestorePlan(stdio, o.file, p)
			}
			if o.yes {
				return nil
			}
			return agreed(ctx, stdio, "Restore it?")
		},
	})
	bar.end()
	switch {
	case errors.Is(err, errDeclined):
		say(stdio.Err, "nothing was changed\n")
		return nil
	case err != nil:
		return interrupted(ctx, err, "nothing was changed")
	case o.asJSON:
		return printJSON(stdio.Out, restoredJSON(o.file, r))
	}
	if r.Aside != "" {
		say(stdio.Out, "restored; what was there is kept as %s\n", r.Aside)
	} else {
		say(stdio.Out, "restored\n")
	}
	say(stdio.Out, "start the server: programs follow it, by its new epoch %d, to the revisions above\n", r.Epoch)
	return nil
}

func restoredJSON(file string, r store.Restored) map[string]any {
	gone := map[string]int64{}
	for _, g := range r.Gone {
		gone[g.Project] = g.Changes
	}
	return map[string]any{
		"file": file, "madeAt": r.Backup.BackupAt, "epoch": r.Epoch, "environments": r.Backup.Environments,
		"secretKey": r.SecretKey(), "changesGone": gone, "worksAgain": len(r.Revived), "replaced": r.Aside,
	}
}

// printRestorePlan says what a restore brings and what it takes.
func printRestorePlan(stdio Stdio, file string, p store.RestorePlan) {
	made := "at a time that it does not say"
	if p.Backup.BackupAt > 0 {
		made = instant(p.Backup.BackupAt, "") + " UTC"
	}
	say(stdio.Out, "%s was made %s; it has\n", file, made)
	printEnvironments(stdio, p.Backup)
	switch {
	case p.Replaced == nil && p.Unread == nil:
		say(stdio.Out, "the data folder is empty: nothing is replaced\n")
	case p.Replaced == nil:
		say(stdio.Out, "the data there now cannot be read: what it has beyond the backup is not known\n")
	case len(p.Gone) == 0:
		say(stdio.Out, "the data there now has no change beyond it\n")
	}
	for _, g := range p.Gone {
		say(stdio.Out, "%s of project %s are younger than it and will be gone\n", count(int(g.Changes), "change"), g.Project)
	}
	printSecretKey(stdio, p)
	for _, secret := range p.Revived {
		say(stdio.Out, "works again, though revoked since: %s %s\n", secret.What, strings.TrimSpace(secret.Name+" "+secret.Where))
	}
}

// printSecretKey says which secret key the restored server needs.
func printSecretKey(stdio Stdio, p store.RestorePlan) {
	switch {
	case p.Carried:
		say(stdio.Out, "nothing is sealed in it: it gets the sealed secrets of the data there now, the signing key among them\n")
	case p.Backup.SecretKey == "":
	case p.Replaced != nil && p.Replaced.SecretKey == p.Backup.SecretKey:
		say(stdio.Out, "its secrets are sealed with the same secret key as those there now\n")
	default:
		say(stdio.Out, "its secrets open only with the secret key of fingerprint %s: the server does not start without that as BURGEE_SECRET_KEY\n", p.Backup.SecretKey)
	}
}

// agreed asks a person.
func agreed(ctx context.Context, stdio Stdio, question string) error {
	say(stdio.Err, "%s [y/N] ", question)
	answer, err := wholeLine(ctx, bufio.NewReader(stdio.In))
	if err != nil {
		return err
	}
	if answer == "" { // as from /dev/null, which looks like a terminal
		return fault.New(fault.Invalid, "not_confirmed", "nobody answered: standard input is at its end. Nothing was changed; add --yes")
	}
	if word := strings.ToLower(strings.TrimSpace(answer)); word != "y" && word != "yes" {
		return errDeclined
	}
	return nil
}

// interrupted says what an interrupted command left.
func interrupted(ctx context.Context, err error, left string) error {
	if ctx.Err() != nil {
		return fault.Wrap(err, fault.Unavailable, "interrupted", "interrupted; %s", left)
	}
	return err
}

// progress shows on a terminal how far long work is.
type progress struct {
	stdio Stdio
	what  string
	shown time.Time
	on    bool
}

func newProgress(stdio Stdio, what string) *progress {
	return &progress{stdio: stdio, what: what, on: terminal(stdio.Err)}
}

func (p *progress) at(done, total int64) {
	if !p.on || total <= 0 || time.Since(p.shown) < 100*time.Millisecond {
		return
	}
	p.shown = time.Now()
	redraw(p.stdio.Err, "%s %3d %% of %s", p.what, done*100/total, size(total))
}

// end clears the line.
func (p *progress) end() {
	if p.on && !p.shown.IsZero() {
		redraw(p.stdio.Err, "")
		p.shown = time.Time{}
	}
}
