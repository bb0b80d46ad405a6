package store

import (
	"context"
	"database/sql"

	"burgee.dev/burgee/internal/catalog"
)

// Explained is a store for the catalog that asks the database how it would run
// each statement before it runs it.
type Explained struct {
	*Store
	Plans []string // the statement, and below it the steps of its plan
}

// Read implements catalog.Store.
func (e *Explained) Read(ctx context.Context, fn func(catalog.Reader) error) error {
	return e.Write(ctx, func(tx catalog.Tx) error { return fn(tx) })
}

// Write implements catalog.Store.
func (e *Explained) Write(ctx context.Context, fn func(catalog.Tx) error) error {
	tx, err := e.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit this does nothing
	if err := fn(newCatalogTx(query{ctx: ctx, db: explaining{tx, e}}, e.engine)); err != nil {
		return err
	}
	return tx.Commit()
}

type explaining struct {
	*sql.Tx
	to *Explained
}

func (e explaining) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if err := e.explain(ctx, text, args); err != nil {
		return nil, err
	}
	return e.Tx.ExecContext(ctx, text, args...)
}

func (e explaining) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if err := e.explain(ctx, text, args); err != nil {
		return nil, err
	}
	return e.Tx.QueryContext(ctx, text, args...)
}

func (e explaining) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	_ = e.explain(ctx, text, args) // what is wrong with the text, its own answer says
	return e.Tx.QueryRowContext(ctx, text, args...)
}

func (e explaining) explain(ctx context.Context, text string, args []any) error {
	verb, columns := "EXPLAIN ", 1
	if _, ok := e.to.engine.(sqliteEngine); ok {
		verb, columns = "EXPLAIN QUERY PLAN ", 4
	}
	rows, err := e.Tx.QueryContext(ctx, verb+text, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what matters
	plan := text
	for rows.Next() {
		row := make([]any, columns)
		var step string
		for i := range row {
			row[i] = new(any)
		}
		row[columns-1] = &step // the last column is the words
		if err := rows.Scan(row...); err != nil {
			return err
		}
		plan += "\n" + step
	}
	e.to.Plans = append(e.to.Plans, plan)
	return rows.Err()
}
