package storetest

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/store"
)

// Migrated puts an SQLite database of this program's schema with nothing in it into a
// folder that has none, and returns the folder: the steps to the schema run once for a
// test binary, since they take most of the time of opening a new store. A test about
// the steps, or about the first start of a folder, does not use it.
func Migrated(t testing.TB, dir string) string {
	t.Helper()
	if err := putMigrated(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func putMigrated(dir string) error {
	if _, err := os.Stat(store.DatabaseFile(dir)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	database, err := migrated()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(store.DatabaseFile(dir), database, 0o600)
}

// migrated is the file that others are copies of. It holds no epoch: who opens a copy
// makes that by a clock of its own.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "burgee-schema-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", store.DatabaseFile(dir))
	if err != nil {
		return nil, err
	}
	if _, err := db.Exec(`DELETE FROM meta`); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil { // which folds the write-ahead log into the file
		return nil, err
	}
	return os.ReadFile(store.DatabaseFile(dir))
})
