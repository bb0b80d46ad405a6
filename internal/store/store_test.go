package store_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSQLitePassesTheSuite(t *testing.T) {
	day := clock.Func(func() time.Time { return time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC) })
	storetest.Run(t, func(t *testing.T, record func(catalog.Tx, account.Entry) error) storetest.Store {
		s, err := store.Open(t.Context(), store.Options{Dir: storetest.Migrated(t, t.TempDir()), Clock: day})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s.Accounts(record)
	})
}

func wantWords(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	f := fault.As(err)
	if err == nil || f.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	for _, w := range words {
		if !strings.Contains(f.Message, w) {
			t.Errorf("%q does not say %q", f.Message, w)
		}
	}
}

func TestAFolderThatCannotBeUsedIsToldInWords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), store.Options{Dir: file})
	wantWords(t, err, "data_folder", file, "is a file", "--data")

	_, err = store.Open(t.Context(), store.Options{Dir: filepath.Join(file, "below")})
	wantWords(t, err, "data_folder", "Cannot write", "not a directory", "--data")

	_, err = store.Open(t.Context(), store.Options{Dir: "/proc/burgee"})
	wantWords(t, err, "data_folder", "Cannot write", "--data")

	taken := t.TempDir()
	if err := os.Mkdir(filepath.Join(taken, "burgee.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{Dir: taken})
	wantWords(t, err, "data_folder", "burgee.db is a folder")
}

func TestASecondServerOnTheFolderIsRefusedAndACommandIsNot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a folder? 100%", "data")
	first := open(t, dir)
	_, err := store.Open(t.Context(), store.Options{Dir: dir})
	wantWords(t, err, "data_in_use", "Another burgee is using "+dir)

	beside, err := store.Open(t.Context(), store.Options{Dir: dir, Shared: true})
	if err != nil {
		t.Fatal(err)
	}
	accounts := beside.Accounts(func(catalog.Tx, account.Entry) error { return nil })
	if err := accounts.CreateOwner(t.Context(), account.MemberRecord{ID: "1", EmailKey: "a"}, nil, account.Entry{}); err != nil {
		t.Fatal(err)
	}
	if n, err := first.CountMembers(t.Context()); err != nil || n != 1 {
		t.Errorf("the server sees %d members, %v", n, err)
	}
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
}

// Who goes back to an older Burgee can, as long as the newer one only added.
func TestDataThatANewerVersionAlteredIsLeftAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	backup, err := s.Backup(t.Context(), store.BackupOptions{File: filepath.Join(store.BackupsFolder(dir), store.BackupName(time.Unix(0, 0), "schema4"))})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	exec := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
	if err := open(t, dir).Close(); err != nil {
		t.Errorf("a newer Burgee has only added to it, and this one cannot use it: %v", err)
	}
	exec(`UPDATE schema_reader SET oldest = 9998`)
	_, err = store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	wantWords(t, err, "schema_newer", "written by a newer Burgee", "9999", "Run that version", "burgee restore "+backup.File+" --data "+dir)
	exec(`INSERT INTO schema_writer (schema, version, at) VALUES (9999, '7.3.0', 1)`)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(backup.File); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	wantWords(t, err, "schema_newer", "Run Burgee 7.3.0 or newer", "no backup in "+store.BackupsFolder(dir))
}

func TestDataOfTheFirstSchemaIsBroughtUpToDate(t *testing.T) {
	dir := t.TempDir()
	token := account.TokenRecord{ID: "t", Hash: [32]byte{1}, Name: "ci", Kind: account.ServiceToken}
	db := raw(t, dir)
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`INSERT INTO meta (id, epoch, created_at) VALUES (1, 7, 7000);
		INSERT INTO token (id, hash, member_id, name, masked, role, created_at, last_used_at, expires_at) VALUES ('t', $1, '', 'ci', '', '', 0, 0, 0)`, token.Hash[:])
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Version: "0.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	schema, err := store.Schema()
	if facts, factsErr := s.Facts(t.Context()); errors.Join(err, factsErr) != nil || facts.Version != "0.2.0" || facts.Schema != schema {
		t.Errorf("facts %+v, schema %d, %v, %v", facts, schema, err, factsErr)
	}
	backups, err := store.ListBackups(store.BackupsFolder(dir))
	if err != nil || len(backups) != 1 || backups[0].By != "schema1" {
		t.Fatalf("backups %+v, %v", backups, err)
	}
	before, err := store.OpenBackup(t.Context(), backups[0].File)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close() //nolint:errcheck // the test is over
	if facts, err := before.Facts(t.Context()); err != nil || facts.Schema != 1 || facts.BackupBy != "0.2.0" {
		t.Errorf("the backup before the migration: %+v, %v", facts, err)
	}
	if got, err := s.TokenByID(t.Context(), "t"); err != nil || !reflect.DeepEqual(got, token) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := s.Write(t.Context(), func(tx catalog.Tx) error { return tx.PutWaiting(catalog.ChangeRow{}) }); err != nil {
		t.Error(err)
	}
}

func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "burgee.db"))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestACleanStopLeavesNoLogAndTheEpochStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	epoch := s.Epoch()
	if _, err := catalog.New(s, catalog.Options{}).EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{".": 0o700, "burgee.db": 0o600}
	for name, mode := range modes {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	for _, name := range []string{"burgee.db-wal", "burgee.db-shm"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	s = open(t, dir)
	defer s.Close() //nolint:errcheck // the test is over
	if s.Epoch() != epoch || epoch == 0 {
		t.Errorf("epoch %d, then %d", epoch, s.Epoch())
	}
}

func TestTheChainTellsWhenTheRecordWasAltered(t *testing.T) {
	actor := account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}
	for name, alter := range map[string]string{
		"a comment":              `UPDATE change SET comment = 'x' WHERE seq = 2`,
		"a value":                `UPDATE change SET after = '{}' WHERE seq = 2`,
		"a value with its hash":  `UPDATE change SET after = NULL, after_salt = x'', after_hash = x'00' WHERE seq = 2`,
		"a value with its salt":  `UPDATE change SET after = NULL, after_salt = x'' WHERE seq = 2`,
		"an entry taken out":     `DELETE FROM change WHERE seq = 2`,
		"the last entry gone":    `DELETE FROM change WHERE seq = (SELECT MAX(seq) FROM change)`,
		"two entries exchanged":  `UPDATE change SET seq = CASE seq WHEN 2 THEN 1002 ELSE 1003 END WHERE seq IN (2, 3)`,
		"a name put in an entry": `UPDATE change SET actor_name = 'eve' WHERE seq = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			defer s.Close() //nolint:errcheck // the test is over
			service := catalog.New(s, catalog.Options{})
			if _, err := service.EnsureFirstRun(t.Context(), catalog.FirstRun{}); err != nil {
				t.Fatal(err)
			}
			if state, err := service.VerifyChain(t.Context(), actor, "default"); err != nil || !state.OK || state.Checked != 4 {
				t.Fatalf("got %+v, %v", state, err)
			}
			db := raw(t, dir)
			defer db.Close() //nolint:errcheck // the test is over
			if _, err := db.Exec(`PRAGMA foreign_keys = 0; ` + alter); err != nil {
				t.Fatal(err)
			}
			state, err := service.VerifyChain(t.Context(), actor, "default")
			if err != nil || state.OK || state.Reason == "" {
				t.Errorf("got %+v, %v", state, err)
			}
		})
	}
}

func TestOtherSigningKeysRaiseTheEpoch(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	epoch := s.Epoch()
	for _, step := range []struct {
		keys   []string
		before []string
		raised bool
	}{
		{[]string{"a"}, nil, false}, // the first ones
		{[]string{"a"}, []string{"a"}, false},
		{[]string{"a", "b"}, []string{"a"}, true},
		{[]string{"b", "a"}, []string{"a", "b"}, false},
		{[]string{"b"}, []string{"a", "b"}, true},
	} {
		before, err := s.UseSigningKeys(t.Context(), step.keys)
		if err != nil {
			t.Fatal(err)
		}
		if (s.Epoch() > epoch) != step.raised || !slices.Equal(before, step.before) {
			t.Errorf("%v: before %v, epoch %d after %d", step.keys, before, s.Epoch(), epoch)
		}
		epoch = s.Epoch()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	t.Cleanup(func() { _ = s.Close() })
	if s.Epoch() != epoch {
		t.Errorf("epoch %d after the restart, want %d", s.Epoch(), epoch)
	}
}
