package upkeep_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
)

var owner = account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}

// used makes a data folder with a project of one flag in it, and a backup.
func used(t *testing.T) (dir, backup string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	service := catalog.New(s, catalog.Options{})
	_, err = service.EnsureFirstRun(t.Context(), catalog.FirstRun{})
	_, createErr := service.CreateFlag(t.Context(), owner, "default", "pay.api", document.Flag{Type: "boolean"}, catalog.WriteOptions{})
	if err := errors.Join(err, createErr, s.Close()); err != nil {
		t.Fatal(err)
	}
	b, err := upkeep.MakeBackup(t.Context(), upkeep.BackupOptions{Data: dir, Version: "0.1.0"})
	if err != nil || len(b.Broken) > 0 {
		t.Fatalf("backup: %+v, %v", b, err)
	}
	return dir, b.File
}

func alter(t *testing.T, file string, texts ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
}

func examine(t *testing.T, o upkeep.DoctorOptions) *upkeep.Report {
	t.Helper()
	r, err := upkeep.Examine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASoundFolderHasNoFindings(t *testing.T) {
	dir, _ := used(t)
	if r := examine(t, upkeep.DoctorOptions{Data: dir}); r.Level() != upkeep.Fine || len(r.Checks) != 12 {
		t.Errorf("stopped: %+v", r)
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	if r := examine(t, upkeep.DoctorOptions{Data: dir}); r.Level() != upkeep.Fine {
		t.Errorf("beside a server: %+v", r)
	}
}

func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	now := time.Now()
	inDays := func(days int) clock.Clock {
		return clock.Func(func() time.Time { return now.AddDate(0, 0, days) })
	}
	key := func(expires, used time.Duration) []string {
		at := func(d time.Duration) string { return strconv.FormatInt(now.Add(d).UnixMilli(), 10) }
		return []string{`UPDATE sdk_key SET expires_at = ` + at(expires) + `, last_used_at = ` + at(used) + ` WHERE id = 1`}
	}
	chmod := func(name string, mode fs.FileMode) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tc := range map[string]struct {
		sql   []string
		files func(t *testing.T, dir string)
		clock clock.Clock
		check string
		level upkeep.Level
		what  string
	}{
		"an altered entry":          {sql: []string{`UPDATE change SET comment = 'x' WHERE seq = 2`}, check: "record", level: upkeep.Problem, what: "entry 2 was altered"},
		"an entry taken out":        {sql: []string{`DELETE FROM revision WHERE change_id = 2`, `DELETE FROM latest_change WHERE change_id = 2`, `DELETE FROM change WHERE seq = 2`}, check: "record", level: upkeep.Problem, what: "entry 2 is missing"},
		"a line altered":            {sql: []string{`UPDATE ruleset_line SET line = '{}' WHERE key = 'pay.api' AND environment_id = 1`}, check: "lines", level: upkeep.Problem, what: "flag pay.api in production is sent otherwise"},
		"a line gone":               {sql: []string{`DELETE FROM ruleset_line WHERE key = 'pay.api' AND environment_id = 1`}, check: "lines", level: upkeep.Problem, what: "flag pay.api in production is not sent"},
		"a line too many":           {sql: []string{`INSERT INTO ruleset_line (environment_id, kind, key, line) VALUES (1, 'flag', 'gone', '{}')`}, check: "lines", level: upkeep.Problem, what: "flag gone in production is sent, but is no longer there"},
		"an object that is no JSON": {sql: []string{`UPDATE flag SET body = '{'`}, check: "lines", level: upkeep.Problem, what: "could not be made"},
		"a reference to nothing":    {sql: []string{`PRAGMA foreign_keys = 0`, `INSERT INTO configuration VALUES (1, 99, 'pay.api', '{}')`}, check: "store", level: upkeep.Problem, what: "a row of configuration refers to one of environment"},
		"data of a newer schema":    {sql: []string{`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`, `UPDATE schema_reader SET oldest = 9999`, `INSERT INTO schema_writer VALUES (9999, '7.3.0', 1)`}, check: "store", level: upkeep.Problem, what: "schema 9999 of Burgee 7.3.0"},
		"a change in the future":    {clock: inDays(-1), check: "clock", level: upkeep.Problem, what: "in the future"},
		"a clock that went back":    {sql: []string{`UPDATE change SET at = at - 60000 WHERE seq = 3`}, check: "clock", level: upkeep.Warning, what: "went back between changes once, last by "},
		"a key that ends soon":      {sql: key(time.Hour, -time.Minute), check: "keys", level: upkeep.Warning, what: "expires at"},
		"a key that ended in use":   {sql: key(-time.Hour, -61*time.Minute), check: "keys", level: upkeep.Warning, what: "was in use until then"},
		"a key that ends unused":    {sql: key(time.Hour, -100*time.Hour), check: "keys", level: upkeep.Fine},
		"an open folder":            {files: chmod(".", 0o755), check: "files", level: upkeep.Warning, what: "has mode 0755"},
		"an open database":          {files: chmod("burgee.db", 0o644), check: "files", level: upkeep.Warning, what: "burgee.db has mode 0644"},
		"an open backup":            {files: openBackup, check: "backups", level: upkeep.Warning, what: "has mode 0644"},
		"an open signing key":       {files: signing(0o640), check: "signing", level: upkeep.Problem, what: "signing.key has mode 0640"},
		"a signing key":             {files: signing(0o600), check: "signing", level: upkeep.Fine},
		"a signing key cut short": {files: func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "signing.key"), []byte("-----BEGIN PRIVATE KEY-----\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, check: "signing", level: upkeep.Problem, what: "holds no Ed25519 key"},
		"a folder as signing key":    {files: func(t *testing.T, dir string) { mkdir(t, filepath.Join(dir, "signing.key")) }, check: "signing", level: upkeep.Problem, what: "is no file"},
		"an old backup":              {clock: inDays(30), check: "backups", level: upkeep.Warning, what: "newest backup is "},
		"no backup":                  {files: noBackups, clock: inDays(2), check: "backups", level: upkeep.Warning, what: "there is no backup"},
		"no backup on the first day": {files: noBackups, check: "backups", level: upkeep.Fine},
		"a database that is none": {files: func(t *testing.T, dir string) {
			if err := os.WriteFile(store.DatabaseFile(dir), []byte(strings.Repeat("damaged ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, check: "store", level: upkeep.Problem, what: "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _ := used(t)
			alter(t, store.DatabaseFile(dir), tc.sql...)
			if tc.files != nil {
				tc.files(t, dir)
			}
			r := examine(t, upkeep.DoctorOptions{Data: dir, Clock: tc.clock})
			at := slices.IndexFunc(r.Checks, func(c upkeep.Check) bool { return c.Name == tc.check })
			if r.Checks[at].Level != tc.level {
				t.Errorf("%s is %s; report %+v", tc.check, r.Checks[at].Level, r)
			}
			found := slices.ContainsFunc(r.Findings, func(f upkeep.Finding) bool {
				return f.Check == tc.check && f.Level == tc.level && strings.Contains(f.What, tc.what) && f.Why != "" && f.Do != ""
			})
			if tc.level != upkeep.Fine && !found {
				t.Errorf("no finding %q in %+v", tc.what, r.Findings)
			}
		})
	}
}

func signing(mode fs.FileMode) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		_, private, err := ed25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, "signing.key")
		text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
		if err := errors.Join(os.WriteFile(name, text, mode), os.Chmod(name, mode)); err != nil {
			t.Fatal(err)
		}
	}
}

func openBackup(t *testing.T, dir string) {
	t.Helper()
	list, err := store.ListBackups(store.BackupsFolder(dir))
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if err := os.Chmod(list[0].File, 0o644); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func noBackups(t *testing.T, dir string) {
	t.Helper()
	if err := os.RemoveAll(store.BackupsFolder(dir)); err != nil {
		t.Fatal(err)
	}
}

func TestThereMustBeAStoreToLookAt(t *testing.T) {
	_, err := upkeep.Examine(t.Context(), upkeep.DoctorOptions{Data: t.TempDir()})
	if !fault.IsKind(err, fault.NotFound) {
		t.Errorf("doctor: %v", err)
	}
	if _, err := upkeep.MakeBackup(t.Context(), upkeep.BackupOptions{Data: t.TempDir()}); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("backup: %v", err)
	}
}

func TestABackupOfAnAlteredRecordIsMadeAndNotRestoredUnasked(t *testing.T) {
	dir, _ := used(t)
	alter(t, store.DatabaseFile(dir), `UPDATE change SET comment = 'x' WHERE seq = 2`)
	b, err := upkeep.MakeBackup(t.Context(), upkeep.BackupOptions{Data: dir})
	if err != nil || len(b.Broken) != 1 || !strings.Contains(b.Broken[0], "entry 2 was altered") {
		t.Fatalf("backup: %+v, %v", b, err)
	}
	o := upkeep.RestoreOptions{Data: dir, File: b.File}
	if _, err := upkeep.Restore(t.Context(), o); !fault.IsKind(err, fault.Invalid) || !strings.Contains(err.Error(), "--accept-broken-record") {
		t.Errorf("restore: %v", err)
	}
	o.AcceptBroken = true
	if _, err := upkeep.Restore(t.Context(), o); err != nil {
		t.Error(err)
	}
}

func TestARestoreIsPartOfTheRecord(t *testing.T) {
	dir, backup := used(t)
	if _, err := upkeep.Restore(t.Context(), upkeep.RestoreOptions{Data: dir, File: backup}); err != nil {
		t.Fatal(err)
	}
	s, err := store.Look(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	service := catalog.New(s, catalog.Options{})
	page, err := service.Changes(t.Context(), owner, catalog.ChangeFilter{Project: "default", Limit: 1})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	newest := page.Items[0]
	if newest.Kind != catalog.StoreKind || len(newest.Sentences) != 1 ||
		!strings.HasPrefix(newest.Sentences[0], "everything was restored from a backup: "+filepath.Base(backup)+", made ") {
		t.Errorf("the newest entry is %+v", newest)
	}
	if r := examine(t, upkeep.DoctorOptions{Data: dir}); r.Level() != upkeep.Fine {
		t.Errorf("%+v", r)
	}
}

func TestTheScheduleKeepsTheNewestOfItsOwn(t *testing.T) {
	dir, _ := used(t)
	folder := store.BackupsFolder(dir)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // the test is over
		for _, name := range []string{"notes.txt", store.BackupName(time.Now().Add(-9000*time.Hour), ""), store.BackupName(time.Now().Add(-9000*time.Hour), "schema1")} {
			if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		others := len(names(t, folder))
		schedule := upkeep.NewSchedule(s, upkeep.ScheduleOptions{
			Folder: folder, Every: 24 * time.Hour, Keep: 2, Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler),
		})
		run := func(d time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			if err := schedule.Run(ctx); err != nil {
				t.Error(err)
			}
		}
		own := func() (own []string) {
			for _, name := range names(t, folder) {
				if strings.HasSuffix(name, "-auto.db") {
					own = append(own, name)
				}
			}
			return own
		}
		run(time.Minute)
		first := own()
		if len(first) != 1 || schedule.Last() == 0 {
			t.Fatalf("at the start: %v, last %d", first, schedule.Last())
		}
		run(20 * time.Hour) // a server that starts again waits for its time
		if !slices.Equal(first, own()) {
			t.Errorf("a day is not over, and there are %v", own())
		}
		run(80 * time.Hour)
		if list := own(); len(list) != 2 || slices.Contains(list, first[0]) {
			t.Errorf("after four days: %v", list)
		}
		if n := len(names(t, folder)); n != others+2 {
			t.Errorf("%d files, %d of them others'", n, others)
		}
		if schedule.Failures() != 0 {
			t.Errorf("%d failures", schedule.Failures())
		}
	})
}

func TestAScheduledBackupThatFailsIsCountedAndTriedAgain(t *testing.T) {
	dir, _ := used(t)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), store.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close() //nolint:errcheck // the test is over
		folder := filepath.Join(t.TempDir(), "there")
		if err := os.WriteFile(folder, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		var log strings.Builder
		schedule := upkeep.NewSchedule(s, upkeep.ScheduleOptions{
			Folder: folder, Every: 24 * time.Hour, Keep: 1, Clock: clock.System{}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		ctx, cancel := context.WithTimeout(t.Context(), 45*time.Minute)
		defer cancel()
		mended := time.AfterFunc(25*time.Minute, func() { _ = os.Remove(folder) })
		defer mended.Stop()
		if err := schedule.Run(ctx); err != nil {
			t.Error(err)
		}
		if schedule.Failures() != 3 || schedule.Last() == 0 || !strings.Contains(log.String(), "backup failed") {
			t.Errorf("%d failures, last %d, log\n%s", schedule.Failures(), schedule.Last(), log.String())
		}
	})
}

func names(t *testing.T, folder string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
