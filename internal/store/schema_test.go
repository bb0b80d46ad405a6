package store_test

import (
	"database/sql"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// schemaFile is the schema as both engines must have it: what a row can hold,
// and what rows may be together.
const schemaFile = "testdata/schema.txt"

func TestSQLiteHasTheSchema(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	got := storetest.SQLiteSchema(t, db)
	if *update {
		if err := os.MkdirAll(filepath.Dir(schemaFile), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(schemaFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wantSchema(t, got)
}

func TestPostgresHasTheSchema(t *testing.T) {
	db, err := sql.Open("pgx", storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	wantSchema(t, storetest.PostgresSchema(t, db))
}

func wantSchema(t *testing.T, got string) {
	t.Helper()
	want, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the schema is another than in %s (-want +got); a migration is written for both engines, and then go test ./internal/store -update:\n%s", schemaFile, diff)
	}
}
