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
	"sdk_key_hash_key":               "sdk_key.hash",
	"token_hash_key":                 "token.hash",
}

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
	case "53100":
		return fault.Wrap(err, fault.NoRoom, "disk_full", "The disk of the database server is full: nothing was changed. Make room there and try again")
	case "25006":
		return fault.Wrap(err, fault.Unavailable, codeReadOnly, "The database takes no changes now, since it is a standby: nothing was changed. Try again when its primary is back").WithRetryAfter(time.Second)
	case "22021", "22P05":
		return fault.Wrap(err, fault.Invalid, "text_invalid", "A text holds a character that cannot be stored; take out what is no UTF-8, and the character U+0000")
	case "28000", "28P01", "3D000", "42501":
		return fault.Wrap(err, fault.Unavailable, codeUnreachable, "The database refuses this server: nothing was changed. Look at the user, the password and the rights of --store").WithRetryAfter(time.Second)
	}
	switch e.Code[:min(2, len(e.Code))] {
	case "08", "53", "57", "58": // connection, resources, shut down, system
		return unreachable(err)
	}
	return fmt.Errorf("store: %w", err)
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
