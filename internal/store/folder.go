package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"burgee.dev/burgee/internal/fault"
)

const (
	databaseName = "burgee.db"
	lockName     = "burgee.lock"
)

// CodeInUse is the fault's code when another process holds the folder.
const CodeInUse = "data_in_use"

// openFolder opens the SQLite database of a folder.
func (s *Store) openFolder(ctx context.Context, options Options) (err error) {
	s.dir = options.Dir
	if err := prepareFolder(options.Dir); err != nil {
		return err
	}
	s.lock, err = lockFolder(ctx, options.Dir)
	if err != nil && (!options.Shared || fault.As(err).Code != CodeInUse) {
		return err
	}
	s.shared = s.lock == nil
	if err := s.settleRestore(); err != nil {
		return err
	}
	if s.file, err = prepareFile(options.Dir); err != nil {
		return err
	}
	s.name, s.engine = s.file, sqliteEngine{s.file}
	if s.lock != nil {
		s.reserve = options.Reserve
	}
	err = s.openDatabase(ctx, options)
	if fault.IsKind(err, fault.NoRoom) && s.releaseReserve() {
		// Without room for the log a server could not even start and serve what it has.
		err = errors.Join(s.pools.close(), s.openDatabase(ctx, options))
	}
	if err == nil {
		s.keepReserve()
	}
	return err
}

// settleRestore finishes a restore that was cut off. Who holds no lock must not
// make a database while somebody else exchanges it.
func (s *Store) settleRestore() error {
	if s.lock != nil {
		return finishRestore(s.dir)
	}
	if _, err := os.Stat(DatabaseFile(s.dir)); err != nil {
		return fault.Wrap(err, fault.Unavailable, CodeInUse, "A restore is at work in %s; try again when it is done", s.dir)
	}
	return nil
}

// prepareFolder makes the data folder, for its owner only, and tries whether it
// can be written to.
func prepareFolder(dir string) error {
	if dir == "" {
		return fault.New(fault.Invalid, "data_folder", "No data folder is named; give one with --data")
	}
	info, err := os.Stat(dir)
	switch {
	case err == nil && !info.IsDir():
		return fault.New(fault.Unavailable, "data_folder", "The data folder %s is a file; move it away, or name another folder with --data", dir)
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return folderFault(dir, err)
	}
	probe, err := os.CreateTemp(dir, ".write-*")
	if err != nil {
		return folderFault(dir, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

func folderFault(dir string, err error) error {
	why := err.Error()
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		why = path.Err.Error()
	}
	return fault.Wrap(err, fault.Unavailable, "data_folder",
		"Cannot write to the data folder %s: %s. Mend its owner or mode, or name another folder with --data", dir, why)
}

// prepareFile makes the database file, for its owner only.
func prepareFile(dir string) (string, error) {
	file := filepath.Join(dir, databaseName)
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return "", fault.New(fault.Unavailable, "data_folder", "%s is a folder, but the database is a file of this name; move it away", file)
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", folderFault(dir, err)
	}
	return file, f.Close()
}

// folderLock keeps a second server out of a data folder. It is a transaction
// that is never committed: the system ends it with the process, however the
// process ends, on every platform.
type folderLock struct {
	db   *sql.DB
	conn *sql.Conn
}

// LockFolder keeps every other server and relay out of a folder that is there,
// until release is called or the process ends. Unavailable when one uses it.
func LockFolder(ctx context.Context, dir string) (release func() error, err error) {
	lock, err := lockFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	return lock.release, nil
}

func lockFolder(ctx context.Context, dir string) (*folderLock, error) {
	file := filepath.Join(dir, lockName)
	if err := privateFile(file); err != nil {
		return nil, folderFault(dir, err)
	}
	// A journal in memory: the lock takes no room, also on a full disk.
	db, err := sql.Open("sqlite", fileURI(file)+"?_pragma=busy_timeout(0)&_pragma=journal_mode(MEMORY)")
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err == nil {
		return &folderLock{db, conn}, nil
	}
	_ = db.Close()
	if busy(err) {
		return nil, fault.Wrap(err, fault.Unavailable, CodeInUse,
			"Another burgee is using %s. Stop it first, or name another folder with --data", dir)
	}
	return nil, folderFault(dir, err)
}

// privateFile makes a file for its owner only. One that is there is not opened:
// closing it would end the locks that this process has on it.
func privateFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		_ = os.Chmod(name, 0o600) // not possible where it belongs to somebody else
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func (l *folderLock) release() error { return errors.Join(l.conn.Close(), l.db.Close()) }
