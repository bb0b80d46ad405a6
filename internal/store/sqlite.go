package store

import (
	"database/sql"
	"net/url"
	"runtime"
	"strconv"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// dsn names a database file; the pragmas run on each new connection, the busy
// timeout first, so that the others already wait.
func dsn(file string, more ...string) string {
	pragmas := append([]string{
		"busy_timeout(5000)",
		"journal_mode(WAL)",
		"synchronous(FULL)", // a commit is on the disk before it is acknowledged
		"foreign_keys(1)",
	}, more...)
	values := url.Values{"_pragma": pragmas}
	return fileURI(file) + "?" + values.Encode()
}

// fileURI names a file whose path may hold any character.
func fileURI(file string) string { return "file:" + (&url.URL{Path: file}).EscapedPath() }

// openWriter opens the one connection that writes.
func openWriter(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(file, "wal_autocheckpoint(1000)", "journal_size_limit(67108864)")+"&_txlock=immediate")
	if err != nil {
		return nil, translate(err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// openReaders opens the pool of connections that read and cannot write.
func openReaders(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(file, "query_only(1)", "cache_size(-"+strconv.Itoa(8<<10)+")"))
	if err != nil {
		return nil, translate(err)
	}
	n := max(4, runtime.GOMAXPROCS(0))
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
