package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// sqliteEngine is the engine of a file that one process writes to.
type sqliteEngine struct{ file string }

func (e sqliteEngine) open(context.Context) (p pools, err error) {
	if p.writer, err = openWriter(e.file); err != nil {
		return p, err
	}
	p.side = p.writer // there is one writer to a file
	p.reader, err = openReaders(e.file)
	return p, err
}

func (e sqliteEngine) migrator(ctx context.Context, p pools) (*migrator, error) {
	return e.migratorOf(ctx, p.writer)
}

func (e sqliteEngine) migratorOf(ctx context.Context, db *sql.DB) (*migrator, error) {
	return newMigrator(ctx, db, goose.DialectSQLite3, "migrations/sqlite", e.tables())
}

func (sqliteEngine) tables() string { return `SELECT name FROM sqlite_master WHERE type = 'table'` }

func (sqliteEngine) columns() string {
	return `SELECT m.name, c.name, c.type, c.pk, CASE WHEN c.pk > 0 AND m.sql LIKE '%AUTOINCREMENT%' THEN 1 ELSE 0 END
		FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY m.name, c.cid`
}

func (sqliteEngine) references() string {
	return `SELECT m.name, f."table" FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`
}

func (sqliteEngine) counter(q query, t *layout) (value int64, err error) {
	err = q.row(`SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = $1`, t.name).scan(&value)
	return value, err
}

func (sqliteEngine) setCounter(q query, t *layout, value int64) error {
	if err := q.exec(`DELETE FROM sqlite_sequence WHERE name = $1`, t.name); err != nil || value == 0 {
		return err
	}
	return q.exec(`INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)`, t.name, value)
}

// give: there is one writer, and what it inserts counts.
func (sqliteEngine) give(q query, table, _ string, n int) ([]int64, error) {
	var last int64
	if err := q.row(`SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = $1`, table).scan(&last); err != nil {
		return nil, err
	}
	values := make([]int64, n)
	for i := range values {
		values[i] = last + int64(i) + 1
	}
	return values, nil
}

// others: a server holds the lock of its folder.
func (sqliteEngine) others(query) (int, error) { return 0, nil }

// claim: so does a move.
func (sqliteEngine) claim(query) error { return nil }

// damage looks at pages, indexes and references between rows.
func (sqliteEngine) damage(q query) (out []string, err error) {
	err = q.each(func(from scanner) error {
		var text string
		err := from.Scan(&text)
		if text != "ok" {
			out = append(out, text)
		}
		return err
	}, `PRAGMA integrity_check(20)`)
	if err != nil {
		return out, err
	}
	return out, q.each(func(from scanner) error {
		var table, parent string
		var row, key any
		err := from.Scan(&table, &row, &parent, &key)
		out = append(out, fmt.Sprintf("a row of %s refers to one of %s that is not there", table, parent))
		return err
	}, `PRAGMA foreign_key_check`)
}

func (sqliteEngine) time(query) (time.Time, bool, error) { return time.Time{}, false, nil }

func (sqliteEngine) now() string { return `CAST(unixepoch('subsec') * 1000 AS INTEGER)` }

// isolation is what one writer, and readers of one state each, give anyway.
func (sqliteEngine) isolation() isolation { return isolation{} }

// takePart has nothing to do: there is one writer.
func (sqliteEngine) takePart(query, bool) error { return nil }

func (sqliteEngine) bound(ctx context.Context, _ time.Duration) (context.Context, context.CancelFunc) {
	return ctx, func() {}
}

func (sqliteEngine) later(*sql.Conn) *later { return nil }

func (sqliteEngine) commit(_ query, tx *sql.Tx) error { return translate(tx.Commit()) }

func (sqliteEngine) server(query) (ServerFacts, bool, error) { return ServerFacts{}, false, nil }

func (sqliteEngine) again(error, int) (time.Duration, bool) { return 0, false }

// atOnce: more values in one statement are not faster, and 32766 are the most.
func (sqliteEngine) atOnce(columns int) int { return 1000 / columns }

// list has parameters without numbers: SQLite takes $1 for a name, and looks for
// each among all names before it.
func (sqliteEngine) list(columns []column, rows [][]any) (from string, args []any) {
	row := ", (?" + strings.Repeat(", ?", len(columns)-1) + ")"
	args = make([]any, 0, len(rows)*len(columns))
	for _, values := range rows {
		args = append(args, values...)
	}
	return "(VALUES " + strings.Repeat(row, len(rows))[len(", "):] + ")", args
}

func (sqliteEngine) makeDays(query, string, []int64) error { return nil }

func (sqliteEngine) dropDays(query, string, int64) (bool, error) { return false, nil }

func (sqliteEngine) watch(ctx context.Context, _ func(environmentID, revision int64)) error {
	<-ctx.Done()
	return nil
}

// dsn names a database file with the pragmas of each new connection, the busy
// timeout first, so that the others already wait.
func dsn(file string, pragmas ...string) string {
	values := url.Values{"_pragma": append([]string{
		"busy_timeout(5000)",
		"synchronous(FULL)", // a commit is on the disk before it is acknowledged
		"foreign_keys(1)",
	}, pragmas...)}
	return fileURI(file) + "?" + values.Encode()
}

// fileURI names a file whose path may hold any character.
func fileURI(file string) string { return "file:" + (&url.URL{Path: file}).EscapedPath() }

// openWriter opens the one connection that writes.
func openWriter(file string) (*sql.DB, error) {
	return openOne(dsn(file, "journal_mode(WAL)", "wal_autocheckpoint(1000)", "journal_size_limit(67108864)") + "&_txlock=immediate")
}

// openAlone opens a file that nobody else knows of: one connection, which
// leaves nothing beside the file.
func openAlone(file string) (*sql.DB, error) {
	return openOne(dsn(file, "journal_mode(DELETE)") + "&_txlock=immediate")
}

// openLooking opens one connection that cannot write, beside whoever does. A
// frozen file is one that nobody writes to: nothing is made beside it.
func openLooking(file string, frozen bool) (*sql.DB, error) {
	name := dsn(file) + "&mode=ro"
	if frozen {
		name += "&immutable=1"
	}
	return openOne(name)
}

func openOne(name string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, translate(err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openReaders opens the pool of connections that read and cannot write.
func openReaders(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(file, "journal_mode(WAL)", "query_only(1)", "cache_size(-"+strconv.Itoa(8<<10)+")"))
	if err != nil {
		return nil, translate(err)
	}
	n := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
