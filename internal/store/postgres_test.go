package store_test

import (
	"database/sql"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

func openURL(t *testing.T, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestPostgresPassesTheSuite(t *testing.T) {
	day := clock.Func(func() time.Time { return time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC) })
	storetest.Run(t, func(t *testing.T, record func(catalog.Tx, account.Entry) error) storetest.Store {
		return openURL(t, store.Options{URL: storetest.Postgres(t), Clock: day}).Accounts(record)
	})
}

func TestStoresThatStartTogetherMigrateOnce(t *testing.T) {
	url := storetest.EmptyPostgres(t)
	const nodes = 4
	epochs := make(chan int64, nodes)
	var starting errgroup.Group
	for range nodes {
		starting.Go(func() error {
			s, err := store.Open(t.Context(), store.Options{URL: url, Version: "0.2.0"})
			if err != nil {
				return err
			}
			epochs <- s.Epoch()
			return s.Close()
		})
	}
	if err := starting.Wait(); err != nil {
		t.Fatal(err)
	}
	close(epochs)
	first := <-epochs
	for epoch := range epochs {
		if epoch != first || epoch == 0 {
			t.Errorf("epochs %d and %d of one store", first, epoch)
		}
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	twice := storetest.Rows(t, db, `SELECT version_id::text FROM goose_db_version GROUP BY version_id HAVING COUNT(*) > 1`)
	writers := storetest.Rows(t, db, `SELECT version FROM schema_writer`)
	if len(twice) > 0 || len(writers) != 1 || writers[0][0] != "0.2.0" {
		t.Errorf("applied twice: %v; written by %v", twice, writers)
	}
}

// All texts sort by bytes, as they do in SQLite, whatever the database's own
// collation is: the order of lines, keys and pages is the same on both.
func TestTextSortsByBytesWhateverTheDatabaseSays(t *testing.T) {
	db, err := sql.Open("pgx", storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, column := range storetest.Rows(t, db, `SELECT t.relname::text, a.attname::text, c.collname::text
			FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_collation c ON c.oid = a.attcollation
			WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND t.relname <> 'goose_db_version'
				AND a.attnum > 0 AND NOT a.attisdropped AND c.collname <> 'C'`) {
		t.Errorf("%s.%s sorts by %s; say COLLATE \"C\"", column[0], column[1], column[2])
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO project (key, name, created_at) VALUES ('é', '', 1), ('a', '', 1), ('_', '', 1), ('B', '', 1), ('a-b', '', 1), ('ab', '', 1)`); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, row := range storetest.Rows(t, db, `SELECT key FROM project ORDER BY key`) {
		keys = append(keys, row[0])
	}
	if want := []string{"B", "_", "a", "a-b", "ab", "é"}; !slices.Equal(keys, want) {
		t.Errorf("keys sort as %q", keys)
	}
}

// Nodes that get one request at once do it once: the key is in an index that all
// of them write to.
func TestOneKeyAtTwoNodesIsOneRequest(t *testing.T) {
	url := storetest.Postgres(t)
	record := func(catalog.Tx, account.Entry) error { return nil }
	storetest.Rivals(t, openURL(t, store.Options{URL: url}).Accounts(record), openURL(t, store.Options{URL: url}).Accounts(record))
}
