// Package store is the only place with SQL. It implements what the services and
// the data plane ask for: catalog.Store, account.Store, delivery.Reader,
// ingest.Sink and secret.Store. It holds no policy: rights, limits and rules are the callers'.
//
// The SQL text is one for both engines ($n, BIGINT milliseconds, JSON as TEXT);
// what differs is the engine, in sqlite.go and postgres.go, and the migrations.
// Errors are translated by constraint, in errors.go and postgreserrors.go.
//
// SQLite: one database in a data folder, a pool of one writing connection whose
// transactions are immediate, and a pool of readers. PostgreSQL: one database
// that many processes share; each lets its changes take turns and makes them
// serializable. On both a commit is durable before it is acknowledged.
package store
