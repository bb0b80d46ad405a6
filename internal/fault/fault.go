package fault

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Kind says whose turn it is to act on an error, and selects the status code
// of each protocol.
type Kind string

// The kinds of fault.
const (
	Invalid         Kind = "invalid"         // the request is wrong; change it
	Unauthenticated Kind = "unauthenticated" // no valid credential
	Forbidden       Kind = "forbidden"       // a valid credential without the right
	NotFound        Kind = "not_found"       // the object does not exist
	Conflict        Kind = "conflict"        // the object changed or exists already
	Precondition    Kind = "precondition"    // an If-Match did not hold
	TooLarge        Kind = "too_large"       // over a limit of size
	Limited         Kind = "limited"         // too many requests; wait
	Unavailable     Kind = "unavailable"     // a part of the server is away; retry
	NoRoom          Kind = "no_room"         // the server's disk is full or read-only; make room
	Internal        Kind = "internal"        // a defect of ours
)

// Field is one part of a request that is wrong, and how to mend it.
type Field struct {
	// Field is the path of the part as the user wrote it, for example
	// "flags.theme.environments.production.rules[0].serve".
	Field string `json:"field"`
	// Message says what is wrong and what to write instead.
	Message string `json:"message"`
}

// Meanwhile is a change that somebody else made first.
type Meanwhile struct {
	By          string `json:"by" doc:"who made it"`
	Object      string `json:"object" doc:"what they changed"`
	Environment string `json:"environment,omitempty" doc:"where; absent where it is no environment's"`
	Revision    int64  `json:"revision,omitempty" doc:"the environment's, with the change"`
	What        string `json:"what,omitempty" doc:"what they did, in words"`
	At          int64  `json:"at" doc:"when, in milliseconds since 1970"`
}

// Words says the change in a sentence, with its time as at writes it.
func (m Meanwhile) Words(at func(time.Time) string) string {
	words := m.By + " changed " + m.Object
	if m.Environment != "" {
		words += " in " + m.Environment
	}
	words += " at " + at(time.UnixMilli(m.At))
	if m.Revision == 0 {
		return words
	}
	words += " (revision " + strconv.FormatInt(m.Revision, 10)
	if m.What != "" {
		words += ": " + m.What
	}
	return words + ")"
}

// Error is a fault. Its Message and Fields are safe to show to a user; its
// cause is for logs only.
type Error struct {
	Kind       Kind
	Code       string // stable, snake_case, for programs
	Message    string // what, why, next step
	Fields     []Field
	Meanwhile  *Meanwhile    // of Conflict and Precondition; nil is not known
	RetryAfter time.Duration // when a retry makes sense; 0 is "not said"
	cause      error
}

// New returns a fault with a formatted message for people.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns a fault that keeps err as its cause, for the log.
func Wrap(err error, kind Kind, code, format string, args ...any) *Error {
	e := New(kind, code, format, args...)
	e.cause = err
	return e
}

// WithField adds one field at fault and returns e.
func (e *Error) WithField(field, format string, args ...any) *Error {
	e.Fields = append(e.Fields, Field{Field: field, Message: fmt.Sprintf(format, args...)})
	return e
}

// WithMeanwhile says who was faster and returns e.
func (e *Error) WithMeanwhile(m Meanwhile) *Error {
	e.Meanwhile = &m
	return e
}

// WithRetryAfter says when a retry makes sense and returns e.
func (e *Error) WithRetryAfter(d time.Duration) *Error {
	e.RetryAfter = d
	return e
}

// Error returns the message, followed by each field at fault and, last, the
// cause: the form for logs and for the command line's own errors.
func (e *Error) Error() string {
	s := e.Message
	for _, f := range e.Fields {
		s += "; " + f.Field + ": " + f.Message
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// As returns err as a fault. An error that is none becomes an Internal fault
// whose message tells nothing and whose cause is err.
func As(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(err, Internal, "internal", "Something went wrong on the server")
}

// KindOf returns the kind of err; an error that is no fault is Internal.
func KindOf(err error) Kind { return As(err).Kind }

// IsKind reports whether err is a fault of the kind.
func IsKind(err error, kind Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == kind
}
