package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// mostLater bounds what waits in memory.
const mostLater = 1000

// later holds the statements of a transaction whose results nobody has asked
// for yet. They go to the database together, before the next question and
// before the commit: a way there and back for each would make an import of
// thousands of flags take minutes.
type later struct {
	conn  *sql.Conn
	batch pgx.Batch
}

func (l *later) queue(ctx context.Context, text string, args []any) error {
	l.batch.Queue(text, args...)
	if l.batch.Len() < mostLater {
		return nil
	}
	return l.flush(ctx)
}

// flush runs what waits, in order; the first error is returned, and then
// nothing after it has run. A nil later has nothing.
func (l *later) flush(ctx context.Context) error {
	if l == nil || l.batch.Len() == 0 {
		return nil
	}
	batch := l.batch
	l.batch = pgx.Batch{}
	return translate(l.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of PostgreSQL is a %T", driver)
		}
		return conn.Conn().SendBatch(ctx, &batch).Close()
	}))
}
