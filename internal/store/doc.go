// Package store is the only place with SQL. It implements what the services and
// the data plane ask for: catalog.Store, account.Store, delivery.Reader,
// ingest.Sink and secret.Store. It holds no policy: rights, limits and rules are the callers'.
//
// There is one SQLite database per data folder: a pool of one writing
// connection, whose transactions are immediate, and a pool of readers. Commits
// are synced to the disk before they are acknowledged. The SQL text is written
// for PostgreSQL too ($n, BIGINT milliseconds, JSON as TEXT); what belongs to
// the engine is in sqlite.go, and errors are translated by constraint in
// errors.go.
package store
