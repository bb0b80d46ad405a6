package upkeep_test

import (
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/upkeep"
)

// atPostgres makes a database with a project in it.
func atPostgres(t *testing.T) (address string) {
	t.Helper()
	address = storetest.Postgres(t)
	s, err := store.Open(t.Context(), store.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	_, err = catalog.New(s, catalog.Options{}).EnsureFirstRun(t.Context(), catalog.FirstRun{})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return address
}

// found are the findings of an examination that are not about how the server of
// the tests is run.
func found(t *testing.T, o upkeep.DoctorOptions) (all []string, unsafe int) {
	t.Helper()
	for _, f := range examine(t, o).Findings {
		if f.Level != upkeep.Warning || f.Why == "" || f.Do == "" {
			t.Errorf("%+v", f)
		}
		if f.Check == "server" && strings.HasSuffix(f.What, " = off") {
			unsafe++
			continue
		}
		all = append(all, f.What)
	}
	return all, unsafe
}

func TestTheDoctorLooksAtTheServerOfPostgres(t *testing.T) {
	address := atPostgres(t)
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	execute := func(text string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	var off int
	err = conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'`).Scan(&off)
	if err != nil {
		t.Fatal(err)
	}
	all, unsafe := found(t, upkeep.DoctorOptions{Store: address})
	if unsafe != off || off != 3 { // scripts/postgres runs it so
		t.Errorf("%d of %d settings that may lose something are named", unsafe, off)
	}
	for _, what := range all {
		if !strings.Contains(what, "the support of PostgreSQL") {
			t.Errorf("found %q", what)
		}
	}

	role := "few_" + strings.ToLower(rand.Text())
	execute(`CREATE ROLE ` + role + ` LOGIN CONNECTION LIMIT 5; GRANT SELECT ON ALL TABLES IN SCHEMA public TO ` + role)
	defer execute(`DROP OWNED BY ` + role + `; DROP ROLE ` + role)
	few, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	few.User = url.User(role)
	for name, tt := range map[string]struct {
		o    upkeep.DoctorOptions
		what string
	}{
		"few connections": {upkeep.DoctorOptions{Store: few.String()}, "PostgreSQL leaves 5 connections to Burgee, and 1 node may take"},
		"an old version":  {upkeep.DoctorOptions{Store: address, Clock: clock.Func(func() time.Time { return time.Now().AddDate(20, 0, 0) })}, "the support of PostgreSQL"},
		"clocks apart":    {upkeep.DoctorOptions{Store: address, Clock: clock.Func(func() time.Time { return time.Now().Add(2 * time.Minute) })}, "the clocks of this machine and of the database are 2m0s apart"},
	} {
		all, _ := found(t, tt.o)
		if !strings.Contains(strings.Join(all, "\n"), tt.what) {
			t.Errorf("%s: found %q", name, all)
		}
	}
}
