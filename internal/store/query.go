package store

import (
	"context"
	"database/sql"
	"fmt"
)

// query runs SQL, inside a transaction but for a glance, and translates its
// errors.
type query struct {
	ctx   context.Context // of the transaction; it lives as long
	db    runner
	moved *moves // nil where nothing is written

	// settling bounds how long a commit whose answer was lost is asked after.
	settling func() (context.Context, context.CancelFunc)
}

type runner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

func (q query) exec(text string, args ...any) error {
	_, err := q.db.ExecContext(q.ctx, text, args...)
	return translate(err)
}

// touched runs a statement and says how many rows it concerned.
func (q query) touched(text string, args ...any) (int64, error) {
	result, err := q.db.ExecContext(q.ctx, text, args...)
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}

func (q query) row(text string, args ...any) row {
	return row{q.db.QueryRowContext(q.ctx, text, args...)}
}

// row is one row, or sql.ErrNoRows.
type row struct{ *sql.Row }

func (r row) scan(into ...any) error { return translate(r.Scan(into...)) }

// scanner is a row that is at hand.
type scanner interface{ Scan(into ...any) error }

// each calls visit for every row of a query.
func (q query) each(visit func(scanner) error, text string, args ...any) error {
	rows, err := q.db.QueryContext(q.ctx, text, args...)
	if err != nil {
		return translate(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what matters
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return translate(rows.Err())
}

// conditions collects the parts of a WHERE with their arguments.
type conditions struct {
	text string
	args []any
}

// add appends a condition; its one verb %d stands for the argument's number.
func (c *conditions) add(format string, arg any) {
	c.args = append(c.args, arg)
	c.text += " AND " + fmt.Sprintf(format, len(c.args))
}
