package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// engine is what differs between the databases. The SQL of the services is the
// same text on all of them; what an engine may still need to be asked for is
// added here and nowhere else.
type engine interface {
	// open connects, and says in words why it cannot.
	open(ctx context.Context) (pools, error)
	// migrator prepares the steps from the schema that is there to this program's.
	migrator(ctx context.Context, p pools) (*migrator, error)
	// tables is the query for the names of all tables.
	tables() string
	// columns is the query for all columns of all tables, in their order: table,
	// column, kind, place in the primary key from 1 (0 is not in it), and 1 where
	// the database makes the values.
	columns() string
	// references is the query for which table refers to which.
	references() string
	// counter is the greatest value that the database made for a column, or was
	// given by setCounter.
	counter(q query, t *layout) (int64, error)
	setCounter(q query, t *layout, value int64) error
	// give returns n values, in growing order, of a column whose values the
	// database makes: they are this transaction's to insert.
	give(q query, table, column string, n int) ([]int64, error)
	// others counts the connections of servers to the database.
	others(q query) (int, error)
	// claim keeps other moves from the database as long as the connection lives.
	claim(q query) error
	// damage is what is wrong with the database itself, as far as it can be asked.
	damage(q query) ([]string, error)
	// time is the database's clock; false where that is this machine's.
	time(q query) (at time.Time, known bool, err error)
	// server is what the doctor looks at of a database server; false where there
	// is none.
	server(q query) (f ServerFacts, known bool, err error)
	// now is the SQL for that clock, in milliseconds since 1970.
	now() string
	// isolation says how far transactions see each other.
	isolation() isolation
	// takePart is the first thing that a change does: it lets it in beside others,
	// or, when one of them was faster than it before, alone.
	takePart(q query, alone bool) error
	// bound ends work that would else wait for ever.
	bound(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc)
	// later gathers statements of a transaction; nil runs each at once.
	later(conn *sql.Conn) *later
	// commit ends a transaction. nil is committed, any fault but outcome_unknown
	// is not committed.
	commit(q query, tx *sql.Tx) error
	// again says whether a transaction that failed shall run once more, and
	// after which pause.
	again(err error, try int) (pause time.Duration, again bool)
	// atOnce is how many rows of so many columns one statement takes.
	atOnce(columns int) int
	// list is rows as a FROM of a statement without other arguments.
	list(columns []column, rows [][]any) (from string, args []any)
	// makeDays makes the partitions of a table for days, numbered since 1970,
	// where there are none. Where a table is one, it does nothing.
	makeDays(q query, table string, days []int64) error
	// dropDays drops the partitions of a table that end before a time (ms). It
	// says false where there are none to drop, and rows are to be deleted.
	dropDays(q query, table string, before int64) (partitioned bool, err error)
	// watch calls changed as Store.Watch does.
	watch(ctx context.Context, changed func(environmentID, revision int64)) error
}

// How long work may take before the database counts as away. SQLite is asked in
// the process and has no such bounds.
const (
	shortRead = 10 * time.Second
	longRead  = 2 * time.Minute
	longWrite = 2 * time.Minute // an import of thousands of flags is one transaction
)

// isolation are the levels of transactions; nil is the engine's own.
type isolation struct {
	read   *sql.TxOptions // all queries see one state
	change *sql.TxOptions // as if changes came one after the other
	add    *sql.TxOptions // each statement by itself
}

// pools are the connections of a store.
type pools struct {
	reader *sql.DB
	writer *sql.DB // one connection: changes take turns; nil when opened for reading only
	side   *sql.DB // for Store.add; the writer, where an engine has one writer only
}

func (p pools) close() error {
	var errs []error
	for _, db := range []*sql.DB{p.reader, p.writer} { // the last connection of SQLite folds the log
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if p.side != nil && p.side != p.writer {
		errs = append(errs, p.side.Close())
	}
	return errors.Join(errs...)
}

// moves are the environments that a transaction changed.
type moves struct{ revisions map[int64]int64 }

// note keeps that an environment has a new revision; 0 is about its keys.
func (m *moves) note(environmentID, revision int64) {
	if m == nil {
		return
	}
	if m.revisions == nil {
		m.revisions = map[int64]int64{}
	}
	m.revisions[environmentID] = max(m.revisions[environmentID], revision)
}

// Watch calls changed when somebody, this process or another, has committed a
// configuration: soon, not always, and perhaps twice. Zeros mean that anything
// may have changed, as they do after a connection was lost. Watch returns when
// ctx ends. Where only one process writes it never calls.
func (s *Store) Watch(ctx context.Context, changed func(environmentID, revision int64)) error {
	return s.engine.watch(ctx, changed)
}
