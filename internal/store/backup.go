package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/wholefile"
)

const (
	backupStamp  = "20060102T150405Z"
	tempPrefix   = ".burgee-"
	tempSuffix   = ".tmp"
	progressTime = 100 * time.Millisecond
)

// BackupsFolder is where the backups of a data folder are by default.
func BackupsFolder(dir string) string { return filepath.Join(dir, "backups") }

var backupName = regexp.MustCompile(`^burgee-(\d{8}T\d{6}Z)(?:-([a-z0-9]+))?\.db$`)

// BackupName names a backup by its time and what made it: "" is a person,
// Scheduled the server, schemaN what came before a migration of schema N.
func BackupName(at time.Time, by string) string {
	if by != "" {
		by = "-" + by
	}
	return "burgee-" + at.UTC().Format(backupStamp) + by + ".db"
}

// Scheduled marks the backups that a running server makes and removes.
const Scheduled = "auto"

// BackupFile is a file that has the name of a backup.
type BackupFile struct {
	File string
	At   time.Time
	By   string
}

// ListBackups lists the files of a folder that have a backup's name, the newest
// first. A folder that is absent has none.
func ListBackups(folder string) ([]BackupFile, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, folderFault(folder, err)
	}
	var out []BackupFile
	for _, e := range entries {
		m := backupName.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		at, err := time.Parse(backupStamp, m[1])
		if err == nil {
			out = append(out, BackupFile{File: filepath.Join(folder, e.Name()), At: at, By: m[2]})
		}
	}
	slices.SortFunc(out, func(a, b BackupFile) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return strings.Compare(a.File, b.File)
	})
	return out, nil
}

// BackupOptions say how a backup is made.
type BackupOptions struct {
	File    string // where it goes; must not be there yet
	Version string // of this Burgee
	// Check looks at the finished copy beyond what the store itself does; nil
	// is nothing more.
	Check func(context.Context, *Store) error
	// Progress is told from time to time how many bytes are written of about
	// how many; nil is nobody.
	Progress func(done, total int64)
}

// Backup is a finished backup.
type Backup struct {
	File  string
	Size  int64
	Facts Facts
}

// Backup writes a consistent copy of the store into a file of its own, while
// others write to the store, and checks it. The file appears when it is whole,
// checked and on the disk; a backup that fails leaves nothing.
func (s *Store) Backup(ctx context.Context, o BackupOptions) (b Backup, err error) {
	file, err := filepath.Abs(o.File)
	if err != nil {
		return b, fmt.Errorf("store: name of the backup: %w", err)
	}
	if _, err := os.Lstat(file); err == nil {
		return b, fault.New(fault.Conflict, "file_exists", "%s is there already; name another file", file)
	}
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return b, folderFault(folder, err)
	}
	removeStale(folder, s.clock.Now())
	temp, err := os.CreateTemp(folder, tempPrefix+"*"+tempSuffix) // mode 0600
	if err != nil {
		return b, folderFault(folder, err)
	}
	defer os.Remove(temp.Name()) //nolint:errcheck // gone under this name when all went well
	if err := temp.Close(); err != nil {
		return b, folderFault(folder, err)
	}
	if err := s.copyTo(ctx, temp.Name(), o); err != nil {
		return b, noRoomFor(err, folder)
	}
	b = Backup{File: file}
	if b.Facts, err = checkBackup(ctx, temp.Name(), o.Check); err != nil {
		return b, err
	}
	if b.Size, err = syncFile(temp.Name()); err != nil {
		return b, noRoomFor(err, folder)
	}
	if err := os.Rename(temp.Name(), file); err != nil {
		return b, folderFault(folder, err)
	}
	return b, wholefile.SyncFolder(folder)
}

// copyTo copies the store of one moment into an empty file and stamps it.
func (s *Store) copyTo(ctx context.Context, file string, o BackupOptions) (err error) {
	source, err := openLooking(s.file, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	var pages, free, size int64
	for pragma, into := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := source.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(into); err != nil {
			return translate(err)
		}
	}
	stop := watchFile(file, (pages-free)*size, o.Progress)
	_, err = source.ExecContext(ctx, `VACUUM INTO $1`, file)
	stop()
	if err != nil {
		return translate(err)
	}
	return s.stamp(ctx, file, o.Version)
}

// stamp writes into a copy when and by whom it was made.
func (s *Store) stamp(ctx context.Context, file, version string) (err error) {
	db, err := openAlone(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, `CREATE TABLE backup (id BIGINT PRIMARY KEY CHECK (id = 1), made_at BIGINT NOT NULL, version TEXT NOT NULL)`)
	if err == nil {
		_, err = db.ExecContext(ctx, `INSERT INTO backup (id, made_at, version) VALUES (1, $1, $2)`, s.clock.Now().UnixMilli(), version)
	}
	return translate(err)
}

// checkBackup opens a copy, and refuses one that could not be restored.
func checkBackup(ctx context.Context, file string, more func(context.Context, *Store) error) (f Facts, err error) {
	s, err := OpenBackup(ctx, file)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if f, err = s.Facts(ctx); err != nil {
		return f, err
	}
	if f.Moving != "" {
		return f, unfinished(f.Moving, file)
	}
	if f.Epoch == 0 {
		return f, fault.New(fault.Invalid, codeNoStore, "%s holds nothing yet: the first start of its server was cut off", file)
	}
	damage, err := s.Damage(ctx)
	if err != nil {
		return f, err
	}
	if len(damage) > 0 {
		return f, fault.New(fault.Unavailable, codeDamaged, "The database is damaged (%s); restore an earlier backup", damage[0])
	}
	if more != nil {
		err = more(ctx, s)
	}
	return f, err
}

// watchFile tells how large a file has grown until the function it returns is
// called.
func watchFile(file string, total int64, progress func(done, total int64)) (stop func()) {
	if progress == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(progressTime)
		defer ticker.Stop()
		for {
			select {
			case <-end:
				return
			case <-ticker.C:
				if info, err := os.Stat(file); err == nil {
					progress(min(info.Size(), total), total)
				}
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// removeStale removes what a backup or a restore left that was killed; a younger
// file may be one at work.
func removeStale(folder string, now time.Time) {
	files, _ := filepath.Glob(filepath.Join(escapeGlob(folder), tempPrefix+"*"+tempSuffix))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && now.Sub(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(file)
		}
	}
}

// noRoomFor names the folder of a copy in an error that would else speak of the
// data folder.
func noRoomFor(err error, folder string) error {
	if fault.IsKind(err, fault.NoRoom) {
		return fault.Wrap(err, fault.NoRoom, "disk_full", "There is no room in %s for a copy of the database; make room, or name another place", folder)
	}
	return err
}

func syncFile(name string) (size int64, err error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err == nil {
		size = info.Size()
	}
	return size, errors.Join(err, f.Sync(), f.Close())
}
