package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"burgee.dev/burgee/internal/catalog"
)

// SettleWithin has the store ask no longer for what became of a commit.
func (s *Store) SettleWithin(d time.Duration) { s.patience = d }

// Pragma sets something of the writing connection.
func (s *Store) Pragma(ctx context.Context, text string) (value int64, err error) {
	err = s.writer.QueryRowContext(ctx, "PRAGMA "+text).Scan(&value)
	return value, translate(err)
}

// RestoreSteps is Restore with a step at which it may end.
func RestoreSteps(ctx context.Context, o RestoreOptions, step func(name string) error) (Restored, error) {
	o.step = step
	return Restore(ctx, o)
}

// MoveSteps is Move in statements of so many rows, with a step at which it may
// end.
func MoveSteps(ctx context.Context, o MoveOptions, batch int, step func(name string) error) (MovePlan, error) {
	o.batch, o.step = batch, step
	return Move(ctx, o)
}

// Column is one of a table, as a move sees it.
type Column struct {
	Table, Name, Kind string
	InKey             bool
}

// MovedColumns are the columns of all tables that move, parents first.
func MovedColumns(ctx context.Context) (out []Column, err error) {
	tables, err := programTables(ctx)
	for _, t := range tables {
		for i, c := range t.columns {
			out = append(out, Column{t.name, c.name, c.kind, slices.Contains(t.key, i)})
		}
	}
	return out, err
}

// NotMoved are the tables that a move leaves out, with why.
func NotMoved() map[string]string { return notMoved }

// ChangeIDs is the query for the ids of a page of the record.
func ChangeIDs(q catalog.ChangeQuery) (text string, args []any) { return changeIDs(q) }

// Steps are the numbers of the steps to this program's schema.
func Steps() (out []int64, err error) {
	db, err := openOne("file::memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m, err := sqliteEngine{}.migratorOf(context.Background(), db)
	if err != nil {
		return nil, err
	}
	for _, source := range m.provider.ListSources() {
		out = append(out, source.Version)
	}
	return out, nil
}

// StepTo applies the steps to an SQLite database up to one.
func StepTo(ctx context.Context, db *sql.DB, step int64) error {
	m, err := sqliteEngine{}.migratorOf(ctx, db)
	if err != nil {
		return err
	}
	_, err = m.provider.UpTo(ctx, step)
	return err
}

// Flags reads a column that every version of the program reads.
func (s *Store) Flags(ctx context.Context) error {
	return s.read(ctx, func(q query) error {
		return q.each(func(scanner) error { return nil }, `SELECT body FROM flag`)
	})
}

// Unfit says why a server of a version and an encoding cannot be used.
func Unfit(address string, version int, encoding string) error {
	e, err := newPostgres(address)
	if err != nil {
		return err
	}
	return e.unfit(version, encoding)
}
