package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"burgee.dev/burgee/internal/fault"
)

// oldestPostgres is the first version that says what became of a transaction by
// its 64-bit number.
const oldestPostgres = 13

// How long things may take on a connection to PostgreSQL.
const (
	connectTime  = 5 * time.Second
	startTime    = 30 * time.Second // for a server that says that it is starting
	stepWait     = 2 * time.Second  // of a schema's step for a table that others use
	stepPause    = time.Second      // in which their work goes through
	stepPatience = 10 * time.Minute
	lockTime     = 15 * time.Second // for a row that another node writes
	idleTime     = time.Minute      // of a transaction whose client is gone
	settleTime   = 15 * time.Second // to learn what became of a commit
	silentTime   = 15 * time.Second // without a sign of the other end
)

// postgresEngine is the engine of a PostgreSQL database that many processes share.
type postgresEngine struct {
	config *pgx.ConnConfig
	named  string // of a move: what servers call themselves
	schema int64  // this program's

	durability string // synchronous_commit as examine found it
}

// newPostgres reads the address of a database. Its errors hold no password.
func newPostgres(address string) (*postgresEngine, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.New(fault.Invalid, "store_address",
			"The address of --store cannot be understood%s. Write postgres://USER:PASSWORD@HOST:5432/DATABASE, and in a password %%40 for @, %%2F for /, %%3A for :",
			parsingDetail(err))
	}
	setDefault := func(name, value string) {
		if _, given := config.RuntimeParams[name]; !given {
			config.RuntimeParams[name] = value
		}
	}
	setDefault("application_name", "burgee")
	setDefault("lock_timeout", milliseconds(lockTime))
	setDefault("idle_in_transaction_session_timeout", milliseconds(idleTime))
	setDefault("statement_timeout", milliseconds(longRead))
	config.ConnectTimeout = cmp.Or(config.ConnectTimeout, connectTime)
	config.DialFunc = (&net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silentTime / 3, Interval: silentTime / 6, Count: 4},
		Control:         giveUpOnSilence,
	}).DialContext
	config.ValidateConnect = writable(config.ValidateConnect)
	schema, err := Schema()
	return &postgresEngine{config: config, schema: schema}, err
}

// parsingDetail is what pgx says of the settings for TLS. What it says of the
// rest may repeat a part of the password.
func parsingDetail(err error) string {
	_, detail, _ := strings.Cut(err.Error(), "`: ")
	if !strings.HasPrefix(detail, "failed to configure TLS") {
		return ""
	}
	return ": " + detail
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// String is the address without the password.
func (e *postgresEngine) String() string {
	hosts := []string{hostPort(e.config.Host, e.config.Port)}
	for _, f := range e.config.Fallbacks { // without TLS, it may be the same once more
		if host := hostPort(f.Host, f.Port); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return fmt.Sprintf("postgres://%s@%s/%s", e.config.User, strings.Join(hosts, ","), e.config.Database)
}

func hostPort(host string, port uint16) string {
	if strings.HasPrefix(host, "/") { // the folder of a socket
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

func (e *postgresEngine) open(ctx context.Context) (p pools, err error) {
	if err := e.examine(ctx); err != nil {
		return p, err
	}
	p.writer = e.pool(1)
	p.side = e.pool(2)
	p.reader = e.readers(readers())
	return p, nil
}

func readers() int { return max(4, runtime.GOMAXPROCS(0)) }

// mostConnections is how many a node takes: beside those of its pools one that
// listens, and one that asks for a lost commit.
func mostConnections() int { return 1 + 2 + readers() + 2 }

// pool is for connections that may write.
func (e *postgresEngine) pool(connections int) *sql.DB {
	return pooled(stdlib.GetConnector(*e.config), connections)
}

func (e *postgresEngine) readers(connections int) *sql.DB { return pooled(e.reading(), connections) }

func pooled(connector driver.Connector, connections int) *sql.DB {
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(30 * time.Minute)
	return db
}

// examine connects once and refuses a server that could not be used.
func (e *postgresEngine) examine(ctx context.Context) error {
	conn, err := e.firstConnection(ctx)
	if err != nil {
		return e.cannotConnect(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing was written
	var version int
	var encoding string
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), current_setting('synchronous_commit')`).
		Scan(&version, &encoding, &e.durability)
	if err != nil {
		return e.cannotConnect(err)
	}
	if e.durability == "off" { // what was acknowledged would be lost in a crash
		e.config.RuntimeParams["synchronous_commit"] = "on"
	}
	return e.unfit(version, encoding)
}

// unfit says why a server cannot be used, by its server_version_num and the
// encoding of the database; nil when it can.
func (e *postgresEngine) unfit(version int, encoding string) error {
	switch {
	case version < oldestPostgres*10_000:
		return fault.New(fault.Unavailable, "store_version", "PostgreSQL of %s is version %d; Burgee needs %d or newer", e, version/10_000, oldestPostgres)
	case encoding != "UTF8":
		return fault.New(fault.Unavailable, "store_encoding", "The database %s has the encoding %s; Burgee needs UTF8. Make another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0", e, encoding)
	}
	return nil
}

// firstConnection waits for a server that is starting; of any other that does
// not answer it says so at once.
func (e *postgresEngine) firstConnection(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		conn, err := pgx.ConnectConfig(ctx, e.config)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "57P03" && sleep(ctx, 250*time.Millisecond) {
			continue
		}
		return conn, err
	}
}

// cannotConnect says which database does not answer, why, and what to do.
func (e *postgresEngine) cannotConnect(err error) error {
	if readOnly, ok := errors.AsType[*readOnlyError](err); ok {
		return e.takesNoWrites(err, readOnly)
	}
	refused, told := errors.AsType[*pgconn.PgError](err)
	if !told {
		return fault.Wrap(err, fault.Unavailable, codeUnreachable, "The database %s cannot be used: %v. Look at --store, and whether PostgreSQL runs and lets this host and user in", e, err)
	}
	code, do := codeUnreachable, "Look at --store, and whether PostgreSQL runs and lets this host and user in"
	if refusals[refused.Code] {
		code = codeRefused
	}
	if remedy, known := remedies[refused.Code]; known {
		do = remedy
	}
	return fault.Wrap(err, fault.Unavailable, code, "The database %s cannot be used: %s. %s", e, refused.Message, do)
}

func (e *postgresEngine) takesNoWrites(err error, why *readOnlyError) error {
	do := "Name the primary, or several hosts of which one is: postgres://a,b/burgee"
	if !why.standby {
		do = "Some services set that when their disk is full. Make room, then ALTER DATABASE … RESET default_transaction_read_only, of the role too, or in postgresql.conf"
	}
	return fault.Wrap(err, fault.Unavailable, codeReadOnly, "The database %s cannot be used: %v. %s", e, why, do)
}

// migrator works on a connection without bounds but one: a step may take its
// time, and so may waiting for the node that runs it, but while it waits for a
// table, all that comes after it waits too.
func (e *postgresEngine) migrator(ctx context.Context, _ pools) (*migrator, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600)) // each second, for ten minutes
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	config := e.unbound()
	config.RuntimeParams["lock_timeout"] = milliseconds(stepWait)
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(1)
	m, err := newMigrator(ctx, db, goose.DialectPostgres, "migrations/postgres", e.tables(), goose.WithSessionLocker(locker))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	m.patience, m.close = stepPatience, db.Close
	return m, nil
}

// tables leaves out the partitions too.
func (*postgresEngine) tables() string {
	return `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`
}

// columns leaves out the partitions of a table, which are in it.
func (*postgresEngine) columns() string {
	return `SELECT t.relname, a.attname, format_type(a.atttypid, NULL),
			COALESCE((SELECT k.place FROM unnest(i.indkey) WITH ORDINALITY k (number, place) WHERE k.number = a.attnum), 0),
			CASE WHEN a.attidentity <> '' THEN 1 ELSE 0 END
		FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
		ORDER BY t.relname, a.attnum`
}

func (*postgresEngine) references() string {
	return `SELECT t.relname, r.relname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
		WHERE c.contype = 'f' AND t.relnamespace = current_schema()::regnamespace`
}

func (*postgresEngine) counter(q query, t *layout) (value int64, err error) {
	var sequence string
	if err := q.row(`SELECT pg_get_serial_sequence($1, $2)`, quoted(t.name), t.counter).scan(&sequence); err != nil {
		return 0, err
	}
	err = q.row(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ` + sequence).scan(&value)
	return value, err
}

func (*postgresEngine) setCounter(q query, t *layout, value int64) error {
	var set int64
	return q.row(`SELECT setval(pg_get_serial_sequence($1, $2), GREATEST($3::bigint, 1), $3::bigint > 0)`, quoted(t.name), t.counter, value).scan(&set)
}

func (*postgresEngine) give(q query, table, column string, n int) (values []int64, err error) {
	err = q.each(func(from scanner) error {
		var value int64
		err := from.Scan(&value)
		values = append(values, value)
		return err
	}, `SELECT nextval(pg_get_serial_sequence($1, $2)) FROM generate_series(1, $3)`, quoted(table), column, n)
	return values, err
}

// others are the connections that say to be a server's, this one aside.
func (e *postgresEngine) others(q query) (n int, err error) {
	err = q.row(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`,
		cmp.Or(e.named, e.config.RuntimeParams["application_name"])).scan(&n)
	return n, err
}

// claim waits a while: the connection of a move that was killed goes when the
// database finds out.
func (*postgresEngine) claim(q query) error {
	for end := time.Now().Add(settleTime); ; {
		var claimed bool
		err := q.row(`SELECT pg_try_advisory_lock(hashtext('burgee migrate-store'))`).scan(&claimed)
		if err != nil || claimed {
			return err
		}
		if !time.Now().Before(end) || !sleep(q.ctx, 100*time.Millisecond) {
			return fault.New(fault.Unavailable, CodeInUse, "Another burgee migrate-store is at work on this database; wait for it to end")
		}
	}
}

// forMoving is the engine for a move: its connections have no bounds, since
// work takes as long as there is data, and do not pass for a server's.
func (e *postgresEngine) forMoving() *postgresEngine {
	moving := &postgresEngine{config: e.unbound(), named: e.config.RuntimeParams["application_name"], schema: e.schema}
	moving.config.RuntimeParams["application_name"] = "burgee migrate-store"
	return moving
}

func (e *postgresEngine) unbound() *pgx.ConnConfig {
	config := e.config.Copy()
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		delete(config.RuntimeParams, name)
	}
	return config
}

// damage is for PostgreSQL's own tools: pg_amcheck, checksums.
func (*postgresEngine) damage(query) ([]string, error) { return nil, nil }

func (*postgresEngine) now() string {
	return `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint`
}

func (e *postgresEngine) time(q query) (time.Time, bool, error) {
	var ms int64
	err := q.row(`SELECT ` + e.now()).scan(&ms)
	return time.UnixMilli(ms), true, err
}

// isolation: a change is serializable, so that the rules which several rows
// make together hold whichever nodes write; what is added is right statement by
// statement, and must not fail because somebody published meanwhile.
func (*postgresEngine) isolation() isolation {
	return isolation{
		read:   &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
		change: &sql.TxOptions{Isolation: sql.LevelSerializable},
		add:    &sql.TxOptions{Isolation: sql.LevelReadCommitted},
	}
}

// takePart locks the table that every change of configuration writes to. A LOCK
// is what a transaction can wait for before it sees anything: what it reads after
// it is as the one before has left it. A node that has to read much after each
// change of another would else be overtaken again and again.
func (*postgresEngine) takePart(q query, alone bool) error {
	mode := "ROW EXCLUSIVE"
	if alone {
		mode = "EXCLUSIVE"
	}
	// At once, not with the first question: to prepare that one would be to see.
	_, err := q.db.ExecContext(q.ctx, "LOCK TABLE project IN "+mode+" MODE")
	return translate(err)
}

func (*postgresEngine) bound(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func (*postgresEngine) later(conn *sql.Conn) *later { return &later{conn: conn} }

// The most tries of a transaction that others kept from committing, and of one
// that lost its connection.
const (
	mostTries     = 12
	mostLostTries = 3
)

// again is about transactions that certainly were not committed: those that met
// another one, and those whose connection broke before the commit. Who cannot
// even connect is told at once.
func (*postgresEngine) again(err error, try int) (time.Duration, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return 0, false
	}
	pause := rand.N(min(2*time.Millisecond<<try, 250*time.Millisecond))
	switch f.Code {
	case codeContended, codeExists:
		// A key that nobody can run into by hand was taken by who was faster: the
		// next try sees what is there now.
		return pause, try < mostTries
	case codeUnreachable, codeReadOnly: // on a connection that led to a standby, perhaps
		_, connecting := errors.AsType[*pgconn.ConnectError](err)
		return pause, !connecting && try < mostLostTries
	}
	return 0, false
}

// channel is where commits of configuration are told.
const channel = "burgee"

// commit tells who listens and commits, unless a newer program has altered the
// schema meanwhile. When the answer is lost it finds out what became of the
// transaction.
func (e *postgresEngine) commit(q query, tx *sql.Tx) error {
	var t transaction
	var oldest int64
	err := q.row(`SELECT pg_backend_pid(), pg_current_xact_id_if_assigned()::text, (SELECT oldest FROM schema_reader),
		(SELECT COUNT(pg_notify($1, payload)) FROM unnest(string_to_array($2, ',')) AS payload)`, channel, q.moved.payloads()).
		scan(&t.backend, &t.id, &oldest, new(int64))
	if err != nil {
		return err
	}
	if oldest > e.schema {
		return fault.New(fault.Unavailable, codeNewer,
			"A newer Burgee has altered the database (this one has schema %d, at least %d is needed): nothing was changed, and what programs read is served as before. Start the newer version here too", e.schema, oldest)
	}
	err = tx.Commit()
	refused, told := errors.AsType[*pgconn.PgError](err)
	switch {
	case err == nil:
		return nil
	case told && refused.SeverityUnlocalized == "ERROR", errors.Is(err, pgx.ErrTxCommitRollback), !t.id.Valid:
		return translate(err)
	}
	return e.settle(q, t, err)
}

// payloads are "ENVIRONMENT REVISION", with commas between.
func (m *moves) payloads() string {
	var all []string
	for id, revision := range m.revisions {
		all = append(all, fmt.Sprintf("%d %d", id, revision))
	}
	return strings.Join(all, ",")
}

// transaction is one whose commit was sent.
type transaction struct {
	backend int            // the process that ran it
	id      sql.NullString // its number; none when it wrote nothing
}

// settle finds out what became of a transaction whose answer was lost.
func (e *postgresEngine) settle(q query, t transaction, lost error) error {
	ctx, cancel := q.settling()
	defer cancel()
	for {
		switch status := e.ask(ctx, t); status {
		case "committed":
			return nil
		case "aborted":
			return unreachable(lost)
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return fault.Wrap(lost, fault.Unavailable, codeUnknown,
				"The database was lost while the change was being committed, and whether it was cannot be learnt. Load it again before you repeat the change")
		}
	}
}

// ask returns what the database says of a transaction, "" when it does not say.
// A process that still waits for its end is ended: it would only roll back.
func (e *postgresEngine) ask(ctx context.Context, t transaction) (status string) {
	conn, err := e.connectAnywhere(ctx)
	if err != nil {
		return ""
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing was written
	var standby bool
	err = conn.QueryRow(ctx, `SELECT COALESCE(pg_xact_status($1::text::xid8), ''), pg_is_in_recovery()`, t.id.String).Scan(&status, &standby)
	if err != nil || standby { // a standby may not have heard of it yet
		return ""
	}
	if status == "in progress" {
		_, _ = conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE pid = $1 AND state LIKE 'idle in transaction%' AND usename = current_user AND datname = current_database()`, t.backend)
	}
	return status
}

// watch listens on a connection of its own.
func (e *postgresEngine) watch(ctx context.Context, changed func(environmentID, revision int64)) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		heard := e.listen(ctx, changed)
		if heard {
			pause = 100 * time.Millisecond
		}
		if !sleep(ctx, pause/2+rand.N(pause/2)) {
			return nil
		}
	}
}

// listen hears commits until the connection is lost; it says whether it had one.
func (e *postgresEngine) listen(ctx context.Context, changed func(environmentID, revision int64)) bool {
	conn, err := pgx.ConnectConfig(ctx, e.config)
	if err != nil {
		return false
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it may be lost already
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return false
	}
	changed(0, 0) // whatever was told before this is not heard
	for {
		n, err := e.next(ctx, conn)
		if err != nil {
			return true
		}
		if n != nil {
			changed(parsePayload(n.Payload))
		}
	}
}

// next waits for what is told next; nil when nothing was for a while and the
// other end is still there.
func (e *postgresEngine) next(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet, cancel := context.WithTimeout(ctx, 2*silentTime)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err == nil || !pgconn.Timeout(err) || ctx.Err() != nil {
		return n, err
	}
	asked, cancel := context.WithTimeout(ctx, silentTime)
	defer cancel()
	_, err = conn.Exec(asked, "LISTEN "+channel) // once more does no harm, and tells those who look what this one is for
	return nil, err
}

// parsePayload reads "ENVIRONMENT REVISION"; what it does not know means that
// anything may have changed.
func parsePayload(text string) (environmentID, revision int64) {
	first, second, _ := strings.Cut(text, " ")
	environmentID, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0
	}
	if revision, err = strconv.ParseInt(second, 10, 64); err != nil {
		return 0, 0
	}
	return environmentID, revision
}
