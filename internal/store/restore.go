package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/wholefile"
)

// The names of a restore at work: once burgee-restored-TIME.db is there, the
// restore counts, and whoever opens the folder finishes it; the database that
// it replaces becomes burgee-replaced-TIME.db.
const (
	pendingPrefix  = "burgee-restored-"
	replacedPrefix = "burgee-replaced-"
)

// RestoreOptions say how a backup is brought back.
type RestoreOptions struct {
	Dir     string // the data folder
	File    string // the backup
	Version string // of this Burgee
	Clock   clock.Clock
	// Check looks at the copy of the backup beyond what the store itself does;
	// nil is nothing more.
	Check func(context.Context, *Store) error
	// Record writes into the restored store that it was restored; nil is
	// nothing.
	Record func(tx catalog.Tx, backup Facts) error
	// Confirm hears what would happen before anything does; an error stops it.
	// nil goes on.
	Confirm func(RestorePlan) error
	// Progress is told how many bytes are copied of how many; nil is nobody.
	Progress func(done, total int64)

	step func(name string) error // tests end a restore at each step
}

// RestorePlan is what a restore would do.
type RestorePlan struct {
	Backup   Facts
	Replaced *Facts // nil when there is none, or it cannot be read
	Unread   error  // why it cannot be read, or not be compared
	Gone     []Gone // what the data to replace has and the backup does not
	Revived  []Secret
	// Carried says that the backup, which is from before secrets were sealed,
	// gets those of the data that it replaces.
	Carried bool

	carried *sealedRows
}

// SecretKey is the fingerprint of the secret key that the restored store needs;
// "" is none.
func (p RestorePlan) SecretKey() string {
	if p.Carried {
		return p.Replaced.SecretKey
	}
	return p.Backup.SecretKey
}

// Gone counts the entries of a project's record that a restore takes away.
type Gone struct {
	Project string
	Changes int64
}

// Restored is a finished restore.
type Restored struct {
	RestorePlan
	Epoch int64
	Aside string // the replaced database; "" when there was none
}

// Restore puts a backup in the place of a folder's database while no server
// uses it. The backup is checked first and left as it is; the restored store
// gets an epoch greater than any that SDKs may have seen. A restore that fails
// or is killed has happened whole or not at all.
func Restore(ctx context.Context, o RestoreOptions) (r Restored, err error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.step == nil {
		o.step = func(string) error { return nil }
	}
	if err := notBesideLog(o.File); err != nil {
		return r, err
	}
	if err := prepareFolder(o.Dir); err != nil {
		return r, err
	}
	lock, err := lockFolder(ctx, o.Dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	if err := finishRestore(o.Dir); err != nil {
		return r, err
	}
	removeStale(o.Dir, o.Clock.Now())
	staged, err := stage(o)
	if err != nil {
		return r, noRoomFor(err, o.Dir)
	}
	defer os.Remove(staged) //nolint:errcheck // gone under this name when all went well
	return o.replace(ctx, staged)
}

// replace checks the staged copy, asks, and puts it in place.
func (o RestoreOptions) replace(ctx context.Context, staged string) (r Restored, err error) {
	if err := o.step("copied"); err != nil {
		return r, err
	}
	if r.RestorePlan, err = o.plan(ctx, staged); err != nil {
		return r, err
	}
	if err := o.step("checked"); err != nil {
		return r, err
	}
	if o.Confirm != nil {
		if err := o.Confirm(r.RestorePlan); err != nil {
			return r, err
		}
	}
	now := o.Clock.Now()
	r.Epoch = r.nextEpoch(now)
	if err := o.begin(ctx, staged, r); err != nil {
		return r, err
	}
	if _, err := syncFile(staged); err != nil {
		return r, folderFault(o.Dir, err)
	}
	if err := o.step("prepared"); err != nil {
		return r, err
	}
	stamp := freeStamp(o.Dir, now)
	if _, err := os.Stat(DatabaseFile(o.Dir)); err == nil {
		r.Aside = filepath.Join(o.Dir, replacedPrefix+stamp)
	}
	pending := filepath.Join(o.Dir, pendingPrefix+stamp)
	if err := os.Rename(staged, pending); err != nil {
		return r, folderFault(o.Dir, err)
	}
	if err := wholefile.SyncFolder(o.Dir); err != nil {
		return r, folderFault(o.Dir, err)
	}
	if err := o.step("decided"); err != nil {
		return r, err
	}
	return r, finish(o.Dir, pending, o.step)
}

// freeStamp is the end of the names of a restore, such that no earlier one has
// it: what was replaced is never overwritten.
func freeStamp(dir string, now time.Time) string {
	for ; ; now = now.Add(time.Second) {
		stamp := now.UTC().Format(backupStamp) + ".db"
		if _, err := os.Lstat(filepath.Join(dir, replacedPrefix+stamp)); err != nil {
			return stamp
		}
	}
}

// nextEpoch is greater than every epoch known, and not before now.
func (p RestorePlan) nextEpoch(now time.Time) int64 {
	epoch := p.Backup.Epoch
	if p.Replaced != nil {
		epoch = max(epoch, p.Replaced.Epoch)
	}
	return max(epoch+1, now.Unix())
}

// notBesideLog refuses a database that was copied, or is in use, together with
// its log: alone it lacks what is in the log.
func notBesideLog(file string) error {
	if info, err := os.Stat(file + "-wal"); err == nil && info.Size() > 0 {
		return fault.New(fault.Invalid, "not_a_backup",
			"%s has a log beside it (%s-wal): it is a database in use or a copy of one, not a backup. Make a backup with burgee backup", file, file)
	}
	return nil
}

// stage copies the backup into the data folder.
func stage(o RestoreOptions) (name string, err error) {
	source, err := os.Open(o.File)
	if err != nil {
		return "", fault.Wrap(err, fault.NotFound, "file_missing", "The backup cannot be read: %v", err)
	}
	defer source.Close() //nolint:errcheck // only read
	info, err := source.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", fault.New(fault.Invalid, codeNoStore, "%s is no file that could hold a backup", o.File)
	}
	temp, err := os.CreateTemp(o.Dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		return "", folderFault(o.Dir, err)
	}
	_, err = io.Copy(&counted{temp, 0, info.Size(), o.Progress}, source)
	if err = errors.Join(err, temp.Close()); err != nil {
		_ = os.Remove(temp.Name())
		return "", fault.Wrap(err, fault.NoRoom, "disk_full", "The backup cannot be copied into %s: %v", o.Dir, err)
	}
	return temp.Name(), nil
}

// counted tells how much was written.
type counted struct {
	io.Writer
	done, total int64
	progress    func(done, total int64)
}

// Write implements io.Writer.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Writer.Write(b)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
	return n, err
}

// plan checks the staged copy, brings it to this program's schema, and compares
// it with what it would replace.
func (o RestoreOptions) plan(ctx context.Context, staged string) (p RestorePlan, err error) {
	if p.Backup, err = checkBackup(ctx, staged, nil); err != nil {
		return p, named(err, staged, o.File)
	}
	if err := o.modernise(ctx, staged, p.Backup); err != nil {
		return p, err
	}
	copied, err := OpenBackup(ctx, staged)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, copied.Close()) }()
	if o.Check != nil {
		if err := o.Check(ctx, copied); err != nil {
			return p, named(err, staged, o.File)
		}
	}
	present, err := foldLog(ctx, o.Dir)
	if err != nil {
		p.Unread = err
		return p, nil
	}
	if !present {
		return p, nil
	}
	replaced, err := OpenBackup(ctx, DatabaseFile(o.Dir)) // the lock is ours: nobody writes to it
	if err == nil {
		err = errors.Join(p.compare(ctx, copied, replaced), replaced.Close())
	}
	p.Unread = err
	return p, nil
}

// named puts the backup's own name into an error that speaks of its copy.
func named(err error, staged, file string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	message := strings.ReplaceAll(f.Message, staged, file)
	if message == f.Message {
		message = file + ": " + message
	}
	return fault.Wrap(err, fault.Invalid, f.Code, "%s", message)
}

// modernise brings the staged copy to this program's schema and takes out what
// belongs to a copy, and what must not come back: the sessions of people, and links
// that may have been used since.
func (o RestoreOptions) modernise(ctx context.Context, staged string, facts Facts) error {
	return alone(staged, func(db *sql.DB) error {
		m, err := sqliteEngine{staged}.migratorOf(ctx, db)
		if err != nil {
			return err
		}
		if m.found > m.newest {
			return fault.New(fault.Unavailable, "schema_newer", "%s was made by a newer Burgee (%s, schema %d; this one knows %d). Restore it with that version",
				o.File, orUnknown(facts.BackupBy), m.found, m.newest)
		}
		if err := m.up(ctx); err != nil {
			return err
		}
		for _, text := range []string{`DROP TABLE IF EXISTS backup`, `DELETE FROM session`, `DELETE FROM link`, `DELETE FROM cli_login`} {
			if _, err := db.ExecContext(ctx, text); err != nil {
				return translate(err)
			}
		}
		return nil
	})
}

func orUnknown(version string) string {
	if version == "" {
		return "version not known"
	}
	return version
}

// begin gives the staged store its epoch, and the entry of its record.
func (o RestoreOptions) begin(ctx context.Context, staged string, r Restored) error {
	return alone(staged, func(db *sql.DB) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return translate(err)
		}
		defer tx.Rollback() //nolint:errcheck // after a commit this does nothing
		q := query{ctx: ctx, db: tx}
		if err := q.exec(`UPDATE meta SET epoch = $1 WHERE id = 1`, r.Epoch); err != nil {
			return err
		}
		if r.carried != nil {
			if err := q.carry(r.carried, o.Clock.Now().UnixMilli()); err != nil {
				return err
			}
		}
		if o.Record != nil {
			if err := o.Record(newCatalogTx(q, sqliteEngine{}), r.Backup); err != nil {
				return err
			}
		}
		return translate(tx.Commit())
	})
}

func alone(file string, do func(*sql.DB) error) error {
	db, err := openAlone(file)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// foldLog folds the log of the folder's database into it, so that the file is
// whole by itself; it says whether there is a database.
func foldLog(ctx context.Context, dir string) (present bool, err error) {
	file := DatabaseFile(dir)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	db, err := openWriter(file)
	if err != nil {
		return true, err
	}
	var busy, pages, folded int
	err = db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &folded)
	return true, errors.Join(translate(err), db.Close())
}

// compare says what the data to replace has and the backup does not, and which
// keys that no longer work would work again. A backup in which nothing is sealed
// gets what is sealed in the data to replace: the key that signs is the
// server's, as the file signing.key is, which a restore leaves alone.
func (p *RestorePlan) compare(ctx context.Context, backup, replaced *Store) error {
	facts, err := replaced.Facts(ctx)
	if err != nil {
		return err
	}
	p.Replaced = &facts
	ends := map[string]ProjectFacts{}
	for _, project := range p.Backup.Projects {
		ends[project.Key] = project
	}
	for _, project := range facts.Projects {
		gone := Gone{Project: project.Key, Changes: project.Changes}
		end := ends[project.Key]
		common, err := replaced.HasEntry(ctx, project.Key, end.Changes, end.Last)
		if err != nil {
			return err
		}
		if common {
			gone.Changes -= end.Changes
		}
		if gone.Changes > 0 {
			p.Gone = append(p.Gone, gone)
		}
	}
	if err := p.revive(ctx, backup, replaced); err != nil {
		return err
	}
	if p.Backup.SecretKey != "" || facts.SecretKey == "" {
		return nil
	}
	p.carried, err = replaced.sealedRows(ctx)
	p.Carried = p.carried != nil
	return err
}

func (p *RestorePlan) revive(ctx context.Context, backup, replaced *Store) error {
	then, err := backup.Secrets(ctx)
	if err != nil {
		return err
	}
	now, err := replaced.Secrets(ctx)
	if err != nil {
		return err
	}
	for hash, secret := range then {
		if _, works := now[hash]; !works {
			p.Revived = append(p.Revived, secret)
		}
	}
	return nil
}

// finishRestore finishes a restore that was decided and then cut off. The lock
// of the folder must be held.
func finishRestore(dir string) error {
	pending, err := filepath.Glob(filepath.Join(escapeGlob(dir), pendingPrefix+"*.db"))
	if err != nil {
		return fmt.Errorf("store: look for a restore: %w", err)
	}
	for _, file := range pending { // by time
		if err := finish(dir, file, func(string) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// finish takes the old database away and puts the pending one in its place.
// Each step may already be done.
func finish(dir, pending string, step func(string) error) error {
	stamp := strings.TrimPrefix(filepath.Base(pending), pendingPrefix)
	file, aside := DatabaseFile(dir), filepath.Join(dir, replacedPrefix+stamp)
	// The log first: a database must never meet the log of another.
	for _, move := range []struct{ from, to, step string }{
		{file + "-wal", aside + "-wal", "log aside"},
		{file + "-shm", aside + "-shm", "index aside"},
		{file, aside, "replaced aside"},
		{pending, file, "in place"},
	} {
		if err := os.Rename(move.from, move.to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return folderFault(dir, err)
		}
		if err := step(move.step); err != nil {
			return err
		}
	}
	_ = os.Remove(aside + "-shm") // an index of the log, made anew when needed
	_ = os.Chmod(aside, 0o600)    // where there was one; it may have been open to others
	if err := wholefile.SyncFolder(dir); err != nil {
		return folderFault(dir, err)
	}
	return step("finished")
}

// escapeGlob keeps the characters of a path from being a pattern's.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
