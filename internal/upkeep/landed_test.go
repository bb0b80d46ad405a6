package upkeep_test

import (
	"database/sql"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/upkeep"
	"burgee.dev/burgee/sdk/ruleset"
)

// landed are databases as each schema that landed had them, named by the steps
// applied: scripts/keep-schema makes the file of a schema, and it is never changed.
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
	defer func() { wantSchema(t, o, db) }()
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
	const lost = `SELECT id FROM member m WHERE NOT EXISTS (SELECT 1 FROM membership g WHERE g.member_id = m.id AND g.role = 'owner' AND g.project = '')`
	if members := column(t, db, lost); len(members) > 0 {
		t.Errorf("%v owned everything before the upgrade", members)
	}
	if _, err := service.CreateFlag(t.Context(), owner, "default", "made.after", document.Flag{Type: "boolean"}, catalog.WriteOptions{}); err != nil {
		t.Errorf("a change afterwards: %v", err)
	}
}

// editedStep is of a step that was changed on the day it landed, long before the
// first release: some indexes, and the order of a key's columns. What rows can
// hold is the same.
const editedStep = "sqlite-1.sql"

var ordered = regexp.MustCompile(`(?m)^  (index change_|primary key \(project_id, ).*\n`)

// wantSchema: a database that was upgraded has the schema of a new one.
func wantSchema(t *testing.T, o store.Options, db *sql.DB) {
	t.Helper()
	want, err := os.ReadFile("../store/testdata/schema.txt")
	if err != nil {
		t.Fatal(err)
	}
	of := storetest.SQLiteSchema
	if o.URL != "" {
		of = storetest.PostgresSchema
	}
	same := func(text string) string { return text }
	if strings.HasSuffix(t.Name(), "/"+editedStep) {
		same = func(text string) string { return ordered.ReplaceAllString(text, "") }
	}
	if diff := cmp.Diff(same(string(want)), same(of(t, db))); diff != "" {
		t.Errorf("another schema than a new database has (-want +got):\n%s", diff)
	}
}

func landedFiles(t *testing.T, engine string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(landed, engine+"-*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d kept databases, %v", len(files), err)
	}
	return files
}

// fewestSteps is how many steps the first schema of each engine had that landed.
var fewestSteps = map[string]int{"sqlite": 1, "postgres": 6}

// Only the schema that landed last may be without a database: it can be kept
// beside the next step, when nothing of it can change any more.
func TestOfEverySchemaButTheNewestADatabaseIsKept(t *testing.T) {
	for engine, fewest := range fewestSteps {
		kept := map[int]bool{}
		for _, file := range landedFiles(t, engine) {
			kept[len(steps(file))] = true
		}
		for n := fewest; n < len(programSteps(t, engine)); n++ {
			if !kept[n] {
				t.Errorf("no database of %s is kept of the schema with %d steps: run scripts/keep-schema and commit what it wrote (CONTRIBUTING.md, A migration)", engine, n)
			}
		}
	}
}

// programSteps are the files of this program's own schema.
func programSteps(t *testing.T, engine string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("../store/migrations", engine, "*.sql"))
	if err != nil || len(all) == 0 {
		t.Fatalf("%d steps of %s, %v", len(all), engine, err)
	}
	return all
}

func TestADatabaseOfEachSchemaThatLandedIsUpgraded(t *testing.T) {
	for _, file := range landedFiles(t, "sqlite") {
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
	for _, file := range landedFiles(t, "postgres") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			url := storetest.EmptyPostgres(t)
			load(t, openDB(t, "pgx", url+"&default_query_exec_mode=simple_protocol"), file)
			upgraded(t, store.Options{URL: url}, openDB(t, "pgx", url), postgresTables)
		})
	}
}

// What waits for a table holds back all that comes after it: a step must let
// what others read through before it tries again.
func TestAStepThatWaitsForATableHoldsNobodyBack(t *testing.T) {
	url := storetest.EmptyPostgres(t)
	oldest := slices.MinFunc(landedFiles(t, "postgres"), func(a, b string) int { return len(steps(a)) - len(steps(b)) })
	load(t, openDB(t, "pgx", url+"&default_query_exec_mode=simple_protocol"), oldest)
	reader, err := openDB(t, "pgx", url).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Exec(`LOCK TABLE member, token, environment IN ACCESS SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error, 1)
	go func() {
		s, err := store.Open(t.Context(), store.Options{URL: url})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	other := openDB(t, "pgx", url)
	const waiting = `SELECT relation::regclass FROM pg_locks WHERE NOT granted AND locktype = 'relation'`
	var tables []string
	for end := time.Now().Add(time.Minute); len(tables) == 0; tables = column(t, other, waiting) {
		if time.Now().After(end) {
			t.Fatal("no step waits for a table")
		}
	}
	column(t, other, `SELECT COUNT(*) FROM "`+tables[0]+`"`) // ends although the reader goes on
	if err := reader.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatal(err)
	}
}

// steps are those that a file's name says.
func steps(file string) []string {
	return strings.Split(strings.TrimSuffix(filepath.Base(file), ".sql"), "-")[1:]
}

// current says whether a file is of this program's own schema.
func current(t *testing.T, file string) bool {
	t.Helper()
	return len(programSteps(t, "sqlite")) == len(steps(file))
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
