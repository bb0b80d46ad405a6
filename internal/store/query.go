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
	later *later // nil where each statement runs at once

	// passOver says whether a question that failed before its first row is asked
	// again; nil in a transaction, which has one connection.
	passOver func(error) bool

	// settling bounds how long a commit whose answer was lost is asked after.
	settling func() (context.Context, context.CancelFunc)
}

type runner interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

// exec runs a statement, at the latest before the next question of the
// transaction or its commit; its error may come from there.
func (q query) exec(text string, args ...any) error {
	if q.later != nil {
		return q.later.queue(q.ctx, text, args)
	}
	_, err := q.db.ExecContext(q.ctx, text, args...)
	return translate(err)
}

// execLast is exec for a statement that sets what an earlier one of the same
// text and first argument has set: where both wait, only the last one runs.
func (q query) execLast(text string, args ...any) error {
	if q.later != nil {
		q.later.replace(text, args)
		return nil
	}
	return q.exec(text, args...)
}

// touched runs a statement and says how many rows it concerned.
func (q query) touched(text string, args ...any) (int64, error) {
	if err := q.later.flush(q.ctx); err != nil {
		return 0, err
	}
	result, err := q.db.ExecContext(q.ctx, text, args...)
	if err != nil {
		return 0, translate(err)
	}
	return result.RowsAffected()
}

func (q query) row(text string, args ...any) row {
	if err := q.later.flush(q.ctx); err != nil {
		return row{err: err}
	}
	for {
		asked := q.db.QueryRowContext(q.ctx, text, args...)
		if q.passOver == nil || !q.passOver(asked.Err()) {
			return row{Row: asked}
		}
	}
}

// row is one row, or sql.ErrNoRows, or why the question was not asked.
type row struct {
	*sql.Row
	err error
}

// Scan implements scanner.
func (r row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.Row.Scan(into...)
}

func (r row) scan(into ...any) error { return translate(r.Scan(into...)) }

// scanner is a row that is at hand.
type scanner interface{ Scan(into ...any) error }

// each calls visit for every row of a query.
func (q query) each(visit func(scanner) error, text string, args ...any) error {
	if err := q.later.flush(q.ctx); err != nil {
		return err
	}
	rows, err := q.db.QueryContext(q.ctx, text, args...)
	for q.passOver != nil && q.passOver(err) {
		rows, err = q.db.QueryContext(q.ctx, text, args...)
	}
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

// argument appends an argument and returns how the text names it.
func (c *conditions) argument(arg any) string {
	c.args = append(c.args, arg)
	return fmt.Sprintf("$%d", len(c.args))
}

// add appends a condition; its one verb %d stands for the argument's number.
func (c *conditions) add(format string, arg any) {
	c.args = append(c.args, arg)
	c.text += " AND " + fmt.Sprintf(format, len(c.args))
}
