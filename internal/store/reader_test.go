package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// A node that runs while a newer one alters the schema writes no more, and says so
// until it is stopped; what only adds does not concern it.
func TestANodeStopsWritingWhenANewerOneAltersTheSchema(t *testing.T) {
	address := storetest.Postgres(t)
	s := openURL(t, store.Options{URL: address})
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	exec := func(text string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	exec(`ALTER TABLE project ADD COLUMN colour TEXT COLLATE "C"; INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	if err := addProject(t, s, "added-to", &runs); err != nil {
		t.Errorf("a column more: %v", err)
	}
	if err := openURL(t, store.Options{URL: address}).Close(); err != nil {
		t.Error(err)
	}

	exec(`UPDATE schema_reader SET oldest = 9999; ALTER TABLE flag RENAME COLUMN body TO text`)
	wantWords(t, addProject(t, s, "altered", &runs), "schema_newer", "at least 9999", "nothing was changed", "Start the newer version")
	if keys := projectKeys(t, s); keys["altered"] || !keys["added-to"] {
		t.Errorf("projects %v", keys)
	}
	wantWords(t, s.Outage(), "schema_newer")
	wantWords(t, s.Flags(t.Context()), "schema_newer", "Start the newer version")
	_, err = store.Open(t.Context(), store.Options{URL: address})
	wantWords(t, err, "schema_newer", "newer Burgee")

	exec(`UPDATE schema_reader SET oldest = 1; ALTER TABLE flag RENAME COLUMN text TO body`)
	if err := addProject(t, s, "again", &runs); err != nil || s.Outage() != nil {
		t.Errorf("put back: %v, %v", err, s.Outage())
	}
}

// readerStep is the step from which on each says whether an older Burgee may use
// what it leaves.
const readerStep = 14

func TestAStepThatTakesSomethingAwaySaysSo(t *testing.T) {
	steps, err := store.Steps()
	if err != nil {
		t.Fatal(err)
	}
	db, at := stepped(t)
	for _, step := range steps {
		before := at
		if at = db.upTo(t, step); step <= readerStep {
			continue
		}
		if taken := narrower(before.schema, at.schema); len(taken) > 0 && at.oldest <= before.oldest {
			t.Errorf("step %d alters what an older Burgee uses, and lets it: UPDATE schema_reader SET oldest = %d in the step, or only add:\n%s", step, step, strings.Join(taken, "\n"))
		}
	}
}

func TestWhatIsNarrowerForAnOlderBurgee(t *testing.T) {
	for text, want := range map[string]bool{
		`CREATE TABLE colour (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)`: false,
		`ALTER TABLE project ADD COLUMN colour TEXT`:                               false,
		`ALTER TABLE project ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'`:        false,
		`CREATE INDEX project_name ON project (name)`:                              false,
		`DROP INDEX change_kind`:                                                   false,
		`DROP TABLE lease`:                                                         true,
		`ALTER TABLE lease RENAME COLUMN holder TO owner`:                          true,
		`ALTER TABLE lease DROP COLUMN holder`:                                     true,
		`ALTER TABLE lease RENAME TO leases`:                                       true,
		`DROP TABLE lease; CREATE TABLE lease (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, until BIGINT NOT NULL, at BIGINT NOT NULL)`: true,
		`DROP TABLE lease; CREATE TABLE lease (name TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL UNIQUE, fence BIGINT NOT NULL, until BIGINT NOT NULL)`:              true,
	} {
		db, _ := stepped(t)
		before := db.upTo(t, readerStep)
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := narrower(before.schema, storetest.SQLiteSchema(t, db.DB)); (len(got) > 0) != want {
			t.Errorf("%s: %q", text, got)
		}
	}
}

// steppedDB is a database to which steps are applied one by one.
type steppedDB struct{ *sql.DB }

type schemaAt struct {
	schema string
	oldest string
}

func stepped(t *testing.T) (steppedDB, schemaAt) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "steps.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return steppedDB{db}, schemaAt{}
}

func (db steppedDB) upTo(t *testing.T, step int64) schemaAt {
	t.Helper()
	if err := store.StepTo(t.Context(), db.DB, step); err != nil {
		t.Fatal(err)
	}
	at := schemaAt{schema: storetest.SQLiteSchema(t, db.DB)}
	if step >= readerStep {
		at.oldest = fmt.Sprintf("%8s", storetest.Rows(t, db.DB, `SELECT oldest FROM schema_reader`)[0][0])
	}
	return at
}

// narrower lists what an older program may have used of a schema and can use no
// more, and what the newer asks for that the older does not give.
func narrower(before, after string) (out []string) {
	was, is := linesByTable(before), linesByTable(after)
	for table, lines := range was {
		for _, line := range lines {
			if !slices.Contains(is[table], line) && !strings.HasPrefix(line, "  index ") {
				out = append(out, "gone: "+table+line)
			}
		}
		for _, line := range is[table] {
			mayBeLeftOut := strings.HasPrefix(line, "  index ") || !strings.Contains(line, " not null") || strings.Contains(line, " default ")
			rule := strings.HasPrefix(line, "  unique ") || strings.HasPrefix(line, "  foreign key ") || strings.HasPrefix(line, "  primary key ")
			if !slices.Contains(lines, line) && (rule || !mayBeLeftOut) {
				out = append(out, "asked for: "+table+line)
			}
		}
	}
	return out
}

func linesByTable(schema string) map[string][]string {
	out, table := map[string][]string{}, ""
	for line := range strings.Lines(schema) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !strings.HasPrefix(line, "  ") {
			table = line
			continue
		}
		if line != "" {
			out[table] = append(out[table], line)
		}
	}
	return out
}
