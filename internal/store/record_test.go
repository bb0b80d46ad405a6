package store_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// recordPages are the pages of the record that people open, in a record of
// longRecord entries, and the index that each reads. Environment 2 had its last
// change long ago.
var recordPages = map[string]struct {
	query catalog.ChangeQuery
	index []string
}{
	"all":                         {catalog.ChangeQuery{}, []string{"change_project"}},
	"deep":                        {catalog.ChangeQuery{Before: longRecord / 2}, []string{"change_project"}},
	"an object":                   {catalog.ChangeQuery{Object: "flag-3"}, []string{"change_object"}},
	"an object's kind":            {catalog.ChangeQuery{Object: "flag-3", Kind: document.ConfigurationKind, EnvironmentID: 2}, []string{"change_object"}},
	"nobody":                      {catalog.ChangeQuery{Actor: "nobody"}, []string{"change_actor"}},
	"a kind that never was":       {catalog.ChangeQuery{Kind: document.ExperimentKind}, []string{"change_kind"}},
	"a busy environment":          {catalog.ChangeQuery{EnvironmentID: 1}, []string{"change_environment", "revision_environment"}},
	"a quiet environment":         {catalog.ChangeQuery{EnvironmentID: 2}, []string{"change_environment", "revision_environment"}},
	"a quiet environment's kind":  {catalog.ChangeQuery{EnvironmentID: 2, Kind: document.ConfigurationKind}, []string{"change_environment"}},
	"nobody in an environment":    {catalog.ChangeQuery{EnvironmentID: 1, Actor: "nobody"}, []string{"change_actor"}},
	"a revision":                  {catalog.ChangeQuery{EnvironmentID: 2, Revision: 7}, []string{"sqlite_autoindex_revision_1"}},
	"the newest of a busy kind":   {catalog.ChangeQuery{Kind: document.ConfigurationKind}, []string{"change_kind"}},
	"deep in a quiet environment": {catalog.ChangeQuery{EnvironmentID: 2, Before: longRecord / 2}, []string{"change_environment", "revision_environment"}},
}

const (
	longRecord = 20_000
	recordPage = 51 // 50, and one to know whether there are more
)

func TestAPageOfTheRecordReadsTheIndexOfItsFilter(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	for name, page := range recordPages {
		page.query.ProjectID, page.query.Limit = 1, recordPage
		text, args := store.ChangeIDs(page.query)
		var plan []string
		for _, step := range storetest.Rows(t, db, "EXPLAIN QUERY PLAN "+text, args...) {
			plan = append(plan, step[3])
		}
		whole := strings.Join(plan, "\n")
		for _, index := range page.index {
			if !strings.Contains(whole, index+" (") {
				t.Errorf("%s does not read %s:\n%s", name, index, whole)
			}
		}
		tables := slices.DeleteFunc(plan, func(step string) bool { return !strings.HasPrefix(step, "SCAN") })
		for _, step := range tables {
			if !slices.Contains([]string{"SCAN a", "SCAN b", "SCAN u", "SCAN (subquery-1)", "SCAN (subquery-3)"}, step) {
				t.Errorf("%s reads a whole table: %s\n%s", name, step, whole)
			}
		}
		if !slices.Contains(page.index, "revision_environment") && strings.Contains(whole, "TEMP B-TREE") {
			t.Errorf("%s sorts what it reads:\n%s", name, whole)
		}
	}
}

func TestAPageOfALongRecordReadsFewOfItsRows(t *testing.T) {
	url := storetest.Postgres(t)
	if err := openURL(t, store.Options{URL: url}).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, text := range longRecordText() {
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	for name, page := range recordPages {
		page.query.ProjectID, page.query.Limit = 1, recordPage
		text, args := store.ChangeIDs(page.query)
		plan := storetest.Rows(t, db, "EXPLAIN (ANALYZE, FORMAT JSON) "+text, args...)[0][0]
		var explained []struct{ Plan planNode }
		if err := json.Unmarshal([]byte(plan), &explained); err != nil {
			t.Fatal(err)
		}
		if read := explained[0].Plan.read(); read > longRecord/10 {
			t.Errorf("%s reads %.0f rows; its plan:\n%s", name, read, plan)
		}
	}
}

// planNode is a step of PostgreSQL's plan, with what it read.
type planNode struct {
	Rows    float64    `json:"Actual Rows"`
	Loops   float64    `json:"Actual Loops"`
	Removed float64    `json:"Rows Removed by Filter"`
	Plans   []planNode `json:"Plans"`
}

func (n planNode) read() float64 {
	sum := (n.Rows + n.Removed) * max(n.Loops, 1)
	for _, below := range n.Plans {
		sum += below.read()
	}
	return sum
}

// longRecordText makes a record whose second environment has only its oldest
// hundredth. The hashes mean nothing here.
func longRecordText() []string {
	return []string{
		`INSERT INTO project (id, key, name, created_at) OVERRIDING SYSTEM VALUE VALUES (1, 'p', 'p', 0)`,
		`INSERT INTO environment (id, project_id, key, kind, name, position, revision, created_at) OVERRIDING SYSTEM VALUE
			VALUES (1, 1, 'busy', 'other', 'Busy', 0, 1, 0), (2, 1, 'quiet', 'other', 'Quiet', 1, 1, 0)`,
		fmt.Sprintf(`INSERT INTO change (id, project_id, seq, environment_id, at, actor_kind, actor_id, actor_name, kind, object, action,
				before_salt, after_salt, before_hash, after_hash, comment, request_id, prev_hash, hash) OVERRIDING SYSTEM VALUE
			SELECT i, 1, i, CASE WHEN i <= %d THEN 2 ELSE 1 END, i, 'member', 'm', 'person-' || i %% 5, 'configuration', 'flag-' || i %% 200, 'update',
				'', '', '', '', '', '', '', '' FROM generate_series(1, %d) i`, longRecord/100, longRecord),
		`INSERT INTO revision (environment_id, number, change_id) SELECT environment_id, seq, id FROM change`,
		`ANALYZE`,
	}
}
