package store_test

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// whole matches a step of a plan that reads all of a table which grows with
// every change, by its name or by what the statements call it. latest_change is none: it has a row for each object.
var whole = map[string]*regexp.Regexp{
	"SQLite":     regexp.MustCompile(`(?m)^SCAN (change|revision|delta|delta_line|c|x|r|v)\b`),
	"PostgreSQL": regexp.MustCompile(`Seq Scan on (change|revision)\b`),
}

// What people and programs wait for takes as long with a long record as with a
// short one: no statement of a change or of a page reads all of it.
func TestNothingReadsTheWholeRecord(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		s := open(t, t.TempDir())
		err := s.Write(t.Context(), func(tx catalog.Tx) error {
			id, err := tx.InsertProject("p", "p", 0)
			if err == nil {
				_, err = tx.InsertEnvironment(id, catalog.EnvironmentRow{Key: "busy", Name: "Busy", Kind: catalog.Other, Revision: 1}, 0)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		readsNoWholeTable(t, s)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		url := storetest.Postgres(t)
		s := openURL(t, store.Options{URL: url})
		db, err := sql.Open("pgx", url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		for _, text := range append(longRecordText(), `UPDATE change SET before = '{"enabled":true}', after = '{"enabled":false}'`, `ANALYZE`,
			`UPDATE environment SET revision = 1000000`, `UPDATE project SET chain_seq = 1000000, chain_hash = ''`,
			`SELECT setval(pg_get_serial_sequence('change', 'id'), 1000000)`) {
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		readsNoWholeTable(t, s)
	})
}

func readsNoWholeTable(t *testing.T, s *store.Store) {
	explained := &store.Explained{Store: s}
	c := catalog.New(explained, catalog.Options{})
	ann := account.Actor{Kind: account.Member, ID: "m", Name: "ann", Role: account.Owner}
	engine := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"create", func(ctx context.Context) error {
			_, err := c.CreateFlag(ctx, ann, "p", "flag-3", document.Flag{Type: "boolean"}, catalog.WriteOptions{})
			return err
		}},
		{"off", func(ctx context.Context) error {
			_, err := c.SwitchOff(ctx, ann, "p", "flag-3", "busy", catalog.WriteOptions{})
			return err
		}},
		{"list", func(ctx context.Context) error {
			page, err := c.Flags(ctx, ann, "p", catalog.FlagFilter{})
			if err == nil && (len(page.Items) != 1 || page.Items[0].Environments["busy"].LastChange == nil) {
				t.Errorf("the list is %+v", page)
			}
			return err
		}},
		{"flag", func(ctx context.Context) error { _, err := c.Flag(ctx, ann, "p", "flag-3"); return err }},
		{"history", func(ctx context.Context) error {
			_, err := c.Changes(ctx, ann, catalog.ChangeFilter{Project: "p", Object: "flag-3"})
			return err
		}},
		{"revisions", func(ctx context.Context) error {
			revisions, err := c.Revisions(ctx, ann, "p", "busy", 0, 50)
			if err == nil && (len(revisions) < 2 || len(revisions[0].Sentences) != 1 || len(revisions[1].Sentences) != 1) {
				t.Errorf("the revisions are %+v", revisions)
			}
			return err
		}},
		{"projects", func(ctx context.Context) error {
			projects, err := c.Projects(ctx, ann)
			if err == nil && projects[0].Environments[0].LastChange == nil {
				t.Errorf("the projects are %+v", projects)
			}
			return err
		}},
	} {
		explained.Plans = nil
		if err := step.do(t.Context()); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if n := len(explained.Plans); n == 0 || n > 30 {
			t.Errorf("%s asks the store %d times", step.name, n)
		}
		for _, plan := range explained.Plans {
			if whole[engine].MatchString(plan) {
				t.Errorf("%s reads a whole table:\n%s", step.name, plan)
			}
		}
	}
}
