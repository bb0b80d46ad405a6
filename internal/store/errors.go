package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"burgee.dev/burgee/internal/fault"
)

// uniques are the constraints that a user can run into, by the columns that
// they are over, with the fault that each of them is.
var uniques = map[string]func(error) error{
	"member.email_key": conflict("email_taken", "There is already an account with this e-mail address"),
	"project.key":      conflict("project_exists", "There is already a project with this key"),
	"environment.project_id, environment.key": conflict("environment_exists", "The project has an environment with this key already"),
	"webhook.project_id, webhook.name":        conflict("webhook_exists", "The project has a webhook of this name already"),
	"sdk_key.hash":                            conflict("key_exists", "This key is in use already; make another one"),
	"token.hash":                              conflict("token_exists", "This token exists already; make another one"),
}

func conflict(code, words string) func(error) error {
	return func(cause error) error { return fault.Wrap(cause, fault.Conflict, code, "%s", words) }
}

// codeDamaged is the fault's code when the file is no sound database.
const codeDamaged = "store_damaged"

// codeNoStore is the fault's code when the file is nothing of Burgee's.
const codeNoStore = "not_a_store"

// The codes of faults that say how the database is.
const (
	codeBusy        = "store_busy"        // it did not answer in time
	codeUnreachable = "store_unreachable" // it cannot be reached; nothing was committed
	codeReadOnly    = "store_read_only"   // it is a standby, or read-only; nothing was committed
	codeRefused     = "store_refused"     // it does not let this server in; nothing was committed
	codeContended   = "store_contended"   // others wrote at the same time; nothing was committed
	codeUnknown     = "outcome_unknown"   // it was lost at the commit; what became of that is not known
	codeNewer       = "schema_newer"      // a newer Burgee has altered what this one uses; nothing was committed
	codeExists      = "already_exists"    // a key is taken that nobody chose
)

// outages are the codes after which the database does not answer, or takes no
// writes.
var outages = map[string]bool{codeUnreachable: true, codeReadOnly: true, codeRefused: true, codeUnknown: true, codeNewer: true}

// readable are the outages during which the database still answers who reads.
var readable = map[string]bool{codeReadOnly: true, codeNewer: true}

func isCode(err error, code string) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Code == code
}

// IsDamaged says whether an error is about a file that is no sound store.
func IsDamaged(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && (f.Code == codeDamaged || f.Code == codeNoStore)
}

// translate turns an error of a driver into a fault where its reason is known;
// others stay, and are internal. What is a fault already stays too.
func translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if _, done := errors.AsType[*fault.Error](err); done {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(err, fault.Unavailable, codeBusy, "The store did not answer in time; try again").WithRetryAfter(time.Second)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return translateSQLite(err, e)
	}
	if isReadOnly(err) {
		return readOnly(err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePostgres(err, e)
	}
	if lost(err) {
		return unreachable(err)
	}
	return fmt.Errorf("store: %w", err)
}

func translateSQLite(err error, e *sqlite.Error) error {
	switch e.Code() {
	case lib.SQLITE_CONSTRAINT_UNIQUE, lib.SQLITE_CONSTRAINT_PRIMARYKEY:
		return duplicate(err, columns(e.Error()))
	case lib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return referenced(err)
	}
	switch e.Code() & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
		return fault.Wrap(err, fault.Unavailable, codeBusy, "The store is busy; try again").WithRetryAfter(time.Second)
	case lib.SQLITE_FULL:
		return fault.Wrap(err, fault.NoRoom, "disk_full", "The disk of the server's data folder is full: nothing was changed. Make room there and try again")
	case lib.SQLITE_READONLY, lib.SQLITE_CANTOPEN, lib.SQLITE_PERM:
		return fault.Wrap(err, fault.NoRoom, "store_readonly", "The database cannot be written: nothing was changed. Look at the data folder's owner, mode and disk")
	case lib.SQLITE_IOERR:
		if unwritten[e.Code()] {
			return fault.Wrap(err, fault.NoRoom, "disk_refuses", "The disk of the server's data folder did not take the change: nothing was changed. Look whether it is full, over a quota, read-only or failing, and try again")
		}
		return unreadable(err)
	case lib.SQLITE_PROTOCOL: // no lock could be had
		return unreadable(err)
	case lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB:
		return fault.Wrap(err, fault.Unavailable, codeDamaged, "The database file is damaged; restore a backup")
	}
	return fmt.Errorf("store: %w", err)
}

func duplicate(err error, columns string) error {
	if known := uniques[columns]; known != nil {
		return known(err)
	}
	return fault.Wrap(err, fault.Conflict, codeExists, "It exists already; load it again")
}

func referenced(err error) error {
	return fault.Wrap(err, fault.Conflict, "referenced", "Something else refers to this, or what it refers to is gone; load it again")
}

func unreadable(err error) error {
	return fault.Wrap(err, fault.Unavailable, codeUnreachable,
		"The store cannot be reached; what programs read is served as before. Look at the disk of the server's data folder, and try again").WithRetryAfter(time.Second)
}

// unwritten are the errors of input and output in which a write failed. A disk
// without room answers some of them with these and not with SQLITE_FULL.
var unwritten = map[int]bool{
	lib.SQLITE_IOERR_WRITE: true, lib.SQLITE_IOERR_FSYNC: true, lib.SQLITE_IOERR_DIR_FSYNC: true,
	lib.SQLITE_IOERR_TRUNCATE: true, lib.SQLITE_IOERR_SHMSIZE: true, lib.SQLITE_IOERR_SHMOPEN: true,
	lib.SQLITE_IOERR_SHMMAP: true, lib.SQLITE_IOERR_COMMIT_ATOMIC: true,
}

// columns reads from the driver's words which unique constraint it was:
// "constraint failed: UNIQUE constraint failed: member.email_key (2067)".
func columns(text string) string {
	_, rest, ok := strings.Cut(text, "constraint failed: ")
	for ok {
		text = rest
		_, rest, ok = strings.Cut(rest, "constraint failed: ")
	}
	text, _, _ = strings.Cut(text, " (")
	return text
}

func busy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == lib.SQLITE_BUSY || e.Code()&0xff == lib.SQLITE_LOCKED)
}

// missing makes a fault of a query that found nothing.
func missing(err error, code, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, code, format, args...)
	}
	return err
}
