package store

import (
	"database/sql"
	"net/url"
	"runtime"
	"strconv"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

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
