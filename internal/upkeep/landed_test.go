package upkeep_test

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/upkeep"
	"burgee.dev/burgee/sdk/ruleset"
)

// landed are databases as each schema that landed had them, named by the steps
// applied: the file of a schema is made when it lands, and never changed.
const landed = "../store/testdata/landed"

// landedSQLite makes a data folder of a file.
func landedSQLite(t *testing.T, file string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	load(t, openDB(t, "sqlite", store.DatabaseFile(dir)), file)
	return dir
}

func openDB(t *testing.T, driver, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func load(t *testing.T, db *sql.DB, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(string(text)); err != nil {
		t.Fatal(err)
	}
}

// contents counts the rows of each table and keeps the lines that are sent.
func contents(t *testing.T, db *sql.DB, tables string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range column(t, db, tables) {
		if name != "goose_db_version" && name != "schema_writer" { // the upgrade adds a row to each
			out[name] = column(t, db, fmt.Sprintf(`SELECT COUNT(*) FROM "%s"`, name))[0]
		}
	}
	out["lines"] = strings.Join(column(t, db, `SELECT line FROM ruleset_line ORDER BY environment_id, kind, key`), "\n")
	return out
}

func column(t *testing.T, db *sql.DB, text string) (out []string) {
	t.Helper()
	result, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = result.Close() }()
	for result.Next() {
		var cell string
		if err := result.Scan(&cell); err != nil {
			t.Fatal(err)
		}
		out = append(out, cell)
	}
	return out
}

const (
	sqliteTables   = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	postgresTables = `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`
)

// upgraded opens a database with this Burgee and asks whether everything is
// still there and right.
func upgraded(t *testing.T, o store.Options, db *sql.DB, tables string) {
	t.Helper()
	before := contents(t, db, tables)
	for name, rows := range before {
		if rows == "0" {
			t.Errorf("the kept database has nothing in %s", name)
		}
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	after := contents(t, db, tables)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if before[name] != after[name] {
			t.Errorf("%s: %s before, %s after the upgrade", name, before[name], after[name])
		}
	}
	known, err := store.Schema()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := s.Facts(t.Context())
	if err != nil || facts.Schema != known {
		t.Errorf("facts %+v, %v", facts, err)
	}
	service := catalog.New(s, catalog.Options{})
	chain, err := service.VerifyChain(t.Context(), owner, "default")
	if err != nil || !chain.OK || chain.Checked == 0 {
		t.Errorf("the chain: %+v, %v", chain, err)
	}
	if differing, err := service.VerifyLines(t.Context(), owner, "default"); err != nil || len(differing) > 0 {
		t.Errorf("lines: %v, %v", differing, err)
	}
	set, err := s.Ruleset(t.Context(), 1)
	if err != nil || len(set.Lines) == 0 {
		t.Fatalf("ruleset: %+v, %v", set, err)
	}
	noted := column(t, db, `SELECT root FROM delta WHERE environment_id = 1 ORDER BY revision DESC LIMIT 1`)
	if root := ruleset.Root(set.Lines); len(noted) > 0 && noted[0] != root {
		t.Errorf("the root of the lines is %s, the newest revision was committed with %s", root, noted[0])
	}
	if _, err := service.CreateFlag(t.Context(), owner, "default", "made.after", document.Flag{Type: "boolean"}, catalog.WriteOptions{}); err != nil {
		t.Errorf("a change afterwards: %v", err)
	}
}

func landedFiles(t *testing.T, engine string, most int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(landed, engine+"-*.sql"))
	if err != nil || len(files) < most {
		t.Fatalf("%d kept databases, %v", len(files), err)
	}
	return files
}

func TestADatabaseOfEachSchemaThatLandedIsUpgraded(t *testing.T) {
	for _, file := range landedFiles(t, "sqlite", 7) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := landedSQLite(t, file)
			upgraded(t, store.Options{Dir: dir}, openDB(t, "sqlite", store.DatabaseFile(dir)), sqliteTables)
			backups, err := store.ListBackups(store.BackupsFolder(dir))
			if known := steps(file); err != nil || len(backups) != 1 || backups[0].By != "schema"+known[len(known)-1] {
				if current(t, file) {
					return // nothing to upgrade
				}
				t.Errorf("backups before the upgrade: %+v, %v", backups, err)
			}
		})
	}
}

func TestAPostgresDatabaseOfEachSchemaThatLandedIsUpgraded(t *testing.T) {
	for _, file := range landedFiles(t, "postgres", 2) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			url := storetest.EmptyPostgres(t)
			load(t, openDB(t, "pgx", url+"&default_query_exec_mode=simple_protocol"), file)
			upgraded(t, store.Options{URL: url}, openDB(t, "pgx", url), postgresTables)
		})
	}
}

// steps are those that a file's name says.
func steps(file string) []string {
	return strings.Split(strings.TrimSuffix(filepath.Base(file), ".sql"), "-")[1:]
}

// current says whether a file is of this program's own schema.
func current(t *testing.T, file string) bool {
	t.Helper()
	all, err := filepath.Glob("../store/migrations/sqlite/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return len(all) == len(steps(file))
}

// A kept database moves as any other, once a server has upgraded it.
func TestAnUpgradedDatabaseMoves(t *testing.T) {
	dir := landedSQLite(t, filepath.Join(landed, "sqlite-1.sql"))
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	url := storetest.EmptyPostgres(t)
	plan, err := upkeep.MoveStore(t.Context(), upkeep.MoveOptions{From: store.Place{Dir: dir}, To: store.Place{URL: url}, Secret: newKey(t)})
	if err != nil || plan.Rows == 0 {
		t.Fatalf("%+v, %v", plan, err)
	}
	upgraded(t, store.Options{URL: url}, openDB(t, "pgx", url), `SELECT 'project'`)
}
