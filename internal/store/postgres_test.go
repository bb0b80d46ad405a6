package store_test

import (
	"database/sql"
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
