package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"burgee.dev/burgee/internal/fault"
)

// constraints are the names in PostgreSQL of the unique constraints that a user
// can run into, with their columns.
var constraints = map[string]string{
	"member_email_key_key":           "member.email_key",
	"project_key_key":                "project.key",
	"environment_project_id_key_key": "environment.project_id, environment.key",
	"webhook_project_id_name_key":    "webhook.project_id, webhook.name",
	"sdk_key_hash_key":               "sdk_key.hash",
	"token_hash_key":                 "token.hash",
}

// refusals are about who wants in, and to what: nothing mends them but a person.
var refusals = map[string]bool{"28000": true, "28P01": true, "3D000": true, "3F000": true, "42501": true}

// remedies are what to do about errors that keep this server out, or its work
// from being done.
var remedies = map[string]string{
	"28P01": "Correct the user and the password of --store",
	"28000": "Make the role (CREATE ROLE … LOGIN), or have pg_hba.conf let it in from this host, or correct --store",
	"3D000": "Make the database (CREATE DATABASE … OWNER … ENCODING 'UTF8' TEMPLATE template0), or correct --store",
	"3F000": "Make the schema of search_path, or correct --store",
	"42501": "Make the user of --store the owner of the database: ALTER DATABASE … OWNER TO …",
	"53300": "Raise max_connections of PostgreSQL, or the limit of the role or the database, for each node takes up to a dozen",
	"57P03": "It is starting or stopping; look at its log",
}

// translatePostgres makes a fault of what the database said. None of them means
// a commit: what is not known to have failed goes by settle.
func translatePostgres(err error, e *pgconn.PgError) error {
	switch e.Code {
	case "23505":
		return duplicate(err, constraints[e.ConstraintName])
	case "23503":
		return referenced(err)
	case "40001", "40P01": // serialization failure, deadlock
		return fault.Wrap(err, fault.Unavailable, codeContended, "Others were changing the same at the same time: nothing was changed. Try again").WithRetryAfter(time.Second)
	case "55P03", "57014": // a lock or the statement took too long
		return fault.Wrap(err, fault.Unavailable, codeBusy, "The database is busy; try again").WithRetryAfter(time.Second)
	case "53000", "53200", "53400": // no memory, or more than a limit of its own
		return fault.Wrap(err, fault.Unavailable, codeBusy, "The database server is short of memory or of what it allows: nothing was changed. Try again; its log says more").WithRetryAfter(time.Second)
	case "53100":
		return fault.Wrap(err, fault.NoRoom, "disk_full", "The disk of the database server is full: nothing was changed. Make room there and try again")
	case "25006":
		return readOnly(err)
	case "22021", "22P05":
		return fault.Wrap(err, fault.Invalid, "text_invalid", "A text holds a character that cannot be stored; take out what is no UTF-8, and the character U+0000")
	case "53300":
		return fault.Wrap(err, fault.Unavailable, codeUnreachable,
			"The database takes no more connections: nothing was changed, and what programs read is served as before. %s", remedies[e.Code]).WithRetryAfter(time.Second)
	case "XX001", "XX002":
		return fault.Wrap(err, fault.Unavailable, codeDamaged, "The database is damaged: nothing was changed. Look at its log, run pg_amcheck, restore a backup")
	case "26000", "42P05": // a statement prepared on another connection
		return fault.Wrap(err, fault.Unavailable, "store_pooler", "Something between this server and the database mixes connections up: nothing was changed. A pooler must pool sessions, not transactions").WithRetryAfter(time.Second)
	case "25P03", "25P04", "57P05": // ended for being idle, or for taking too long
		return unreachable(err)
	}
	if refusals[e.Code] {
		return fault.Wrap(err, fault.Unavailable, codeRefused,
			"The database refuses this server: nothing was changed, and what programs read is served as before. %s", remedies[e.Code]).WithRetryAfter(time.Second)
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "08", "53", "57", "58": // connection, resources, shut down, system
		return unreachable(err)
	}
	return fmt.Errorf("store: %w", err)
}

// readOnly is a database that takes no writes: a standby, or one that was set so.
func readOnly(err error) *fault.Error {
	return fault.Wrap(err, fault.Unavailable, codeReadOnly,
		"The database takes no changes now, as a standby or one set to read-only: nothing was changed, and what programs read is served as before. Try again when its primary is back").WithRetryAfter(time.Second)
}

func unreachable(err error) *fault.Error {
	return fault.Wrap(err, fault.Unavailable, codeUnreachable,
		"The database cannot be reached: nothing was changed, and what programs read is served as before. Try again").WithRetryAfter(time.Second)
}

// lost says whether an error is about the connection and not about what was
// asked.
func lost(err error) bool {
	for _, known := range []error{driver.ErrBadConn, sql.ErrConnDone, pgconn.ErrConnClosed, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, known) {
			return true
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok
}
