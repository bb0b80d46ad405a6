package store

import (
	"context"
	"database/sql"
	"testing"

	"burgee.dev/burgee/internal/catalog"
)

// questions counts those of a transaction: on PostgreSQL each is a way there and
// back, and what is no question waits for the next one.
type questions struct {
	runner
	asked int
}

func (a *questions) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	a.asked++
	return a.runner.QueryContext(ctx, text, args...)
}

func (a *questions) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	a.asked++
	return a.runner.QueryRowContext(ctx, text, args...)
}

func TestAnImportDoesNotAskForEachEntry(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // the test is over
	err = s.Write(t.Context(), func(tx catalog.Tx) error {
		id, err := tx.InsertProject("p", "p", 0)
		if err == nil {
			_, err = tx.InsertEnvironment(id, catalog.EnvironmentRow{Key: "e", Name: "E", Kind: catalog.Other, Revision: 1}, 0)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	const entries = 2000
	var asked int
	err = s.change(t.Context(), func(q query) error {
		counted := &questions{runner: q.db}
		q.db = counted
		defer func() { asked = counted.asked }()
		return appendMany(newCatalogTx(q, s.engine), entries)
	})
	if err != nil {
		t.Fatal(err)
	}
	if asked > 30 {
		t.Errorf("an import of %d entries asks the database %d times", entries, asked)
	}
}

func appendMany(tx catalog.Tx, entries int) error {
	p, err := tx.Project("p")
	if err != nil {
		return err
	}
	e := p.Environments[0]
	for i := range entries {
		id, err := tx.AppendChange(catalog.ChangeRow{
			ProjectID: p.ID, Seq: int64(i) + 1, EnvironmentID: e.ID, Object: "x",
			BeforeSalt: []byte{1}, AfterSalt: []byte{1}, BeforeHash: []byte{1}, AfterHash: []byte{1}, PrevHash: []byte{1}, Hash: []byte{1},
		})
		if err != nil {
			return err
		}
		revision, err := tx.RaiseRevision(e.ID)
		if err != nil {
			return err
		}
		if err := tx.LinkRevision(e.ID, revision, id); err != nil {
			return err
		}
	}
	return nil
}
