package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// provisionalTime is how long a connection to a database that takes no writes
// is used: what is read there may be behind, and a primary may be back.
const provisionalTime = 2 * time.Second

// readOnlyError is why a connection was not taken: it leads to a database that
// takes no writes.
type readOnlyError struct{ standby bool }

func (e *readOnlyError) Error() string {
	if e.standby {
		return "it is a standby, which takes no writes"
	}
	return "its transactions are read-only (default_transaction_read_only)"
}

func isReadOnly(err error) bool {
	_, ok := errors.AsType[*readOnlyError](err)
	return ok
}

// writable adds to what a connection must be that it takes writes. Of several
// hosts the first one counts where it does. Who asks for more with
// target_session_attrs gets that too.
func writable(asked pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		if err := refuseReadOnly(ctx, conn); err != nil || asked == nil {
			return err
		}
		return asked(ctx, conn)
	}
}

func refuseReadOnly(ctx context.Context, conn *pgconn.PgConn) error {
	results, err := conn.Exec(ctx, `SELECT current_setting('transaction_read_only'), pg_is_in_recovery()::text`).ReadAll()
	switch {
	case err != nil:
		return err
	case string(results[0].Rows[0][0]) == "on":
		return &readOnlyError{standby: string(results[0].Rows[0][1]) == "true"}
	}
	return nil
}

// anyHost is the configuration for reading from whatever database answers.
func (e *postgresEngine) anyHost() *pgx.ConnConfig {
	config := e.config.Copy()
	config.ValidateConnect = nil
	return config
}

// connectAnywhere connects to the primary, or where only a database answers that
// takes no writes, to that.
func (e *postgresEngine) connectAnywhere(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, e.config)
	if isReadOnly(err) {
		return pgx.ConnectConfig(ctx, e.anyHost())
	}
	return conn, err
}

// reading connects as connectAnywhere does, for a pool of readers: people see
// what is there also while nothing can be changed.
type reading struct{ primary, any driver.Connector }

func (e *postgresEngine) reading() driver.Connector {
	since := func(_ context.Context, conn *pgx.Conn) error {
		conn.PgConn().CustomData()[provisional] = time.Now()
		return nil
	}
	return reading{
		stdlib.GetConnector(*e.config),
		stdlib.GetConnector(*e.anyHost(), stdlib.OptionAfterConnect(since), stdlib.OptionResetSession(replaceProvisional)),
	}
}

// provisional names the time since when a connection to a database that takes no
// writes is used.
const provisional = "burgee.provisional"

func replaceProvisional(_ context.Context, conn *pgx.Conn) error {
	if since, _ := conn.PgConn().CustomData()[provisional].(time.Time); time.Since(since) > provisionalTime {
		return driver.ErrBadConn
	}
	return nil
}

// Connect implements driver.Connector.
func (r reading) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.primary.Connect(ctx)
	if isReadOnly(err) {
		return r.any.Connect(ctx)
	}
	return conn, err
}

// Driver implements driver.Connector.
func (r reading) Driver() driver.Driver { return r.primary.Driver() }
