package store_test

import (
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// raising makes a database raise an error when a project is added: the SQLSTATE
// is its key, at once or, with "at commit" for a name, at the commit. "57P01"
// ends the connection as a server does that is stopped.
const raising = `
CREATE FUNCTION raise_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.key = '57P01' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); END IF;
	RAISE EXCEPTION 'raised' USING ERRCODE = NEW.key;
END $$;
CREATE TRIGGER at_once BEFORE INSERT ON project FOR EACH ROW WHEN (NEW.key ~ '^[0-9A-Z]{5}$' AND NEW.name <> 'at commit') EXECUTE FUNCTION raise_it();
CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON project INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.key ~ '^[0-9A-Z]{5}$' AND NEW.name = 'at commit') EXECUTE FUNCTION raise_it();`

func TestWhatGoesWrongInTheDatabaseIsNoDefectOfOursAndNoCommit(t *testing.T) {
	address := storetest.Postgres(t)
	s := openURL(t, store.Options{URL: address})
	execute(t, address, raising)
	for state, want := range map[string]struct {
		kind   fault.Kind
		code   string
		outage bool
	}{
		"25006": {fault.Unavailable, "store_read_only", true},   // read-only transaction
		"25P03": {fault.Unavailable, "store_unreachable", true}, // idle in transaction for too long
		"25P04": {fault.Unavailable, "store_unreachable", true}, // transaction took too long
		"26000": {fault.Unavailable, "store_pooler", false},     // prepared statement is not there
		"40001": {fault.Unavailable, "store_contended", false},  // serialization failure
		"40P01": {fault.Unavailable, "store_contended", false},  // deadlock
		"42501": {fault.Unavailable, "store_refused", true},     // no right
		"53000": {fault.Unavailable, "store_busy", false},       // resources
		"53100": {fault.NoRoom, "disk_full", false},             // disk full
		"53200": {fault.Unavailable, "store_busy", false},       // out of memory
		"53300": {fault.Unavailable, "store_unreachable", true}, // too many connections
		"53400": {fault.Unavailable, "store_busy", false},       // temp_file_limit
		"55P03": {fault.Unavailable, "store_busy", false},       // lock not available
		"57014": {fault.Unavailable, "store_busy", false},       // statement timeout
		"57P01": {fault.Unavailable, "store_unreachable", true}, // admin shutdown
		"57P02": {fault.Unavailable, "store_unreachable", true}, // crash shutdown
		"57P03": {fault.Unavailable, "store_unreachable", true}, // cannot connect now
		"58030": {fault.Unavailable, "store_unreachable", true}, // input or output
		"08006": {fault.Unavailable, "store_unreachable", true}, // connection
		"XX001": {fault.Unavailable, "store_damaged", false},    // data corrupted
		"XX002": {fault.Unavailable, "store_damaged", false},    // index corrupted
	} {
		for _, when := range []string{"at once", "at commit"} {
			t.Run(state+" "+when, func(t *testing.T) {
				err := addNamed(t, s, state, when)
				f := fault.As(err)
				if f.Kind != want.kind || f.Code != want.code || (s.Outage() != nil) != want.outage {
					t.Errorf("%v (%s), the store says %v", err, f.Code, s.Outage())
				}
				if f.Kind == fault.Unavailable && f.RetryAfter == 0 && f.Code != "store_damaged" {
					t.Error("it does not say when to try again")
				}
				if (s.Trouble() != nil) != (want.kind == fault.NoRoom) {
					t.Errorf("trouble %v", s.Trouble())
				}
				if projectKeys(t, s)[state] {
					t.Error("it is there")
				}
				if err := addNamed(t, s, "good "+state+when, when); err != nil || s.Outage() != nil || s.Trouble() != nil {
					t.Errorf("the next change: %v, %v, %v", err, s.Outage(), s.Trouble())
				}
			})
		}
	}
}

func TestALockedTableIsBusyAndNotAway(t *testing.T) {
	address := storetest.Postgres(t)
	locking, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locking.Close(t.Context()) }()
	for _, bound := range []string{"lock_timeout", "statement_timeout"} {
		s := openURL(t, store.Options{URL: altered(t, address, func(u *url.URL) { u.RawQuery += "&" + bound + "=1000" })})
		if _, err := locking.Exec(t.Context(), `BEGIN; LOCK TABLE project`); err != nil {
			t.Fatal(err)
		}
		err := addProject(t, s, bound, new(int))
		if f := fault.As(err); f.Kind != fault.Unavailable || f.Code != "store_busy" || f.RetryAfter == 0 || s.Outage() != nil {
			t.Errorf("%s: %v, the store says %v", bound, err, s.Outage())
		}
		if _, err := locking.Exec(t.Context(), `ROLLBACK`); err != nil {
			t.Fatal(err)
		}
		if err := addProject(t, s, bound, new(int)); err != nil {
			t.Errorf("%s, afterwards: %v", bound, err)
		}
	}
}

// Each start that cannot be says what it is about, and what to do.
func TestAStartThatPostgresRefusesSaysWhatToDo(t *testing.T) {
	address := storetest.EmptyPostgres(t)
	name := "role_" + strings.ToLower(rand.Text())
	plain, none := name+"_plain", name+"_none"
	execute(t, address, `CREATE ROLE `+none+` LOGIN CONNECTION LIMIT 0; CREATE ROLE `+plain+` LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
	t.Cleanup(func() { execute(t, address, `DROP ROLE `+none+`; DROP ROLE `+plain) })
	as := func(user string) string {
		return altered(t, address, func(u *url.URL) { u.User = url.UserPassword(user, "wrong") })
	}
	for name, tt := range map[string]struct {
		address string
		code    string
		words   []string
	}{
		"a wrong password": {as("asked"), "store_refused", []string{"asked", "password", "--store"}},
		"no such role":     {as("nobody_of_that_name"), "store_refused", []string{"nobody_of_that_name", "CREATE ROLE"}},
		"no such database": {altered(t, address, func(u *url.URL) { u.Path = "/none_of_that_name" }), "store_refused", []string{"none_of_that_name", "CREATE DATABASE"}},
		"no connection":    {as(none), "store_unreachable", []string{"too many connections", "max_connections"}},
		"no right":         {as(plain), "store_refused", []string{"OWNER TO"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := store.Open(t.Context(), store.Options{URL: tt.address})
			if err == nil {
				_ = s.Close()
			}
			wantWords(t, err, tt.code, tt.words...)
			if strings.Contains(fmt.Sprint(err), "wrong") {
				t.Errorf("the password is in %v", err)
			}
		})
	}
}

func TestADatabaseOfAnotherEncodingIsRefused(t *testing.T) {
	_, err := store.Open(t.Context(), store.Options{URL: storetest.PostgresWith(t, "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0")})
	wantWords(t, err, "store_encoding", "SQL_ASCII", "ENCODING 'UTF8'")
}

func TestAServerThatIsTooOldIsRefused(t *testing.T) {
	wantWords(t, store.Unfit("postgres://u@h1,h2:5433/b", 120_022, "UTF8"), "store_version", "postgres://u@h1:5432,h2:5433/b", "version 12", "13 or newer")
	if err := store.Unfit("postgres://u@h/b", 130_000, "UTF8"); err != nil {
		t.Error(err)
	}
}
