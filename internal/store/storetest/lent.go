package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// lent are databases that a test is done with and that are empty again. Making one
// takes the server several times as long as emptying it, and there are hundreds of
// tests; what a deleted row leaves behind is why none is lent for ever. Those that are
// free when the test binary ends stay: a server for tests goes with its databases.
type lent struct {
	mu   sync.Mutex
	free []*loan
}

// loan is a database that is lent from test to test.
type loan struct {
	name  string
	lends int
}

// maxLends bounds what deleted rows leave behind in a database.
const maxLends = 20

// lend gives the test a database of this program's schema with nothing in it, and
// takes it back afterwards.
func (s *server) lend(t testing.TB) (address string) {
	t.Helper()
	d, err := s.take(t)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.lends++
		// Who failed may have left anything behind, and who is still connected may yet.
		if t.Failed() || d.lends == maxLends || empty(context.Background(), s.of(d.name)) != nil {
			if err := s.drop(d.name); err != nil {
				t.Error(err)
			}
			return
		}
		s.lent.mu.Lock()
		defer s.lent.mu.Unlock()
		s.lent.free = append(s.lent.free, d)
	})
	return s.of(d.name)
}

func (s *server) take(t testing.TB) (*loan, error) {
	s.lent.mu.Lock()
	defer s.lent.mu.Unlock()
	if n := len(s.lent.free); n > 0 {
		d := s.lent.free[n-1]
		s.lent.free = s.lent.free[:n-1]
		return d, nil
	}
	template, err := s.template()
	if err != nil {
		return nil, err
	}
	d := &loan{name: newName()}
	return d, s.create(t.Context(), d.name, "TEMPLATE "+template)
}

// emptied takes every row away but those about the schema, every partition, and what
// the sequences counted.
// No rule between tables holds meanwhile.
const emptied = `DO $$
DECLARE r record;
BEGIN
	SET LOCAL session_replication_role = replica;
	SET LOCAL lock_timeout = '1s';
	FOR r IN SELECT oid::regclass AS name, relkind, relispartition FROM pg_class WHERE relnamespace = current_schema()::regnamespace
		AND relkind IN ('r', 'p', 'S') AND relname !~ '^(goose_db_version|schema_)' LOOP
		IF r.relkind = 'S' THEN PERFORM setval(r.name, 1, false);
		ELSIF r.relispartition THEN EXECUTE 'DROP TABLE ' || r.name;
		ELSE EXECUTE 'DELETE FROM ' || r.name;
		END IF;
	END LOOP;
END $$`

var errConnected = errors.New("storetest: somebody is still connected")

// empty waits for the connections of the test before, which end a moment after it.
func empty(ctx context.Context, address string) (err error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	others := 1
	for end := time.Now().Add(time.Second); others > 0; {
		if time.Now().After(end) {
			return errConnected
		}
		if err := conn.QueryRow(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
			AND backend_type = 'client backend'`).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			time.Sleep(2 * time.Millisecond)
		}
	}
	return execute(ctx, conn, emptied)
}
