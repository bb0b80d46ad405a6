package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

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
	ends  []end // run after the batch
}

// end is a statement that says where a row stands in the end.
type end struct {
	text string
	args []any // the first one names the row
}

func (l *later) queue(ctx context.Context, text string, args []any) error {
	l.batch.Queue(text, args...)
	if l.batch.Len() < mostLater {
		return nil
	}
	return l.flush(ctx)
}

// replace has a statement run in place of the one that waits with the same text
// and first argument. A row that is written again and again in one transaction
// is slower to find with each time. Rows are locked in the order in which they
// were named first, on all nodes alike.
func (l *later) replace(text string, args []any) {
	at := slices.IndexFunc(l.ends, func(e end) bool { return e.text == text && e.args[0] == args[0] })
	if at < 0 {
		l.ends = append(l.ends, end{text, args})
		return
	}
	l.ends[at].args = args
}

// flush runs what waits, in order; the first error is returned, and then
// nothing after it has run. A nil later has nothing.
func (l *later) flush(ctx context.Context) error {
	if l == nil || l.batch.Len() == 0 && len(l.ends) == 0 {
		return nil
	}
	batch := l.batch
	for _, e := range l.ends {
		batch.Queue(e.text, e.args...)
	}
	l.batch, l.ends = pgx.Batch{}, nil
	return translate(l.conn.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a connection of PostgreSQL is a %T", driver)
		}
		return conn.Conn().SendBatch(ctx, &batch).Close()
	}))
}
