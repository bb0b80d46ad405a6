package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/once"
)

// read runs fn in one read transaction: all its queries see one state.
func (s *Store) read(ctx context.Context, fn func(query) error) (err error) {
	done := s.begin(ctx, "read")
	defer func() { done(err) }()
	bound, cancel := s.engine.bound(ctx, longRead)
	defer cancel()
	err = s.reading(bound, fn)
	return s.note(ctx, false, err)
}

func (s *Store) reading(ctx context.Context, fn func(query) error) error {
	tx, err := s.beginRead(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(query{ctx: ctx, db: tx})
}

func (s *Store) beginRead(ctx context.Context) (*sql.Tx, error) {
	for over := s.passOver(ctx); ; {
		tx, err := s.reader.BeginTx(ctx, s.engine.isolation().read)
		if err == nil {
			return tx, nil
		}
		if !over(err) {
			return nil, translate(fmt.Errorf("begin: %w", err))
		}
	}
}

// passOver says of each error with which a read begins whether it is to begin
// again, on another connection: the database ends them all when it is stopped,
// and those who read need not hear of each.
func (s *Store) passOver(ctx context.Context) func(error) bool {
	ended := 0
	return func(err error) bool {
		if err == nil || ctx.Err() != nil {
			return false
		}
		ended++
		_, again := s.engine.again(translate(err), 1)
		return again && ended <= s.reader.Stats().MaxOpenConnections
	}
}

// glance is read for what is one statement: it sees one state by itself, and
// saves the way to the database and back that a transaction takes.
func (s *Store) glance(ctx context.Context, fn func(query) error) (err error) {
	done := s.begin(ctx, "read")
	defer func() { done(err) }()
	bound, cancel := s.engine.bound(ctx, shortRead)
	defer cancel()
	err = fn(query{ctx: bound, db: s.reader, passOver: s.passOver(bound)})
	return s.note(ctx, false, err)
}

// change is for what people and programs decide: as if nobody else wrote at the
// same time. fn may run more than once, each time from the start: when somebody
// else did write at the same time, when the connection was lost before the
// commit, and on a full disk, when the reserve is given up for it. A claim that
// ctx carries is written down with it.
func (s *Store) change(ctx context.Context, fn func(query) error) error {
	claim := once.Open(ctx)
	if claim == nil {
		return s.decide(ctx, fn)
	}
	err := s.decide(ctx, func(q query) error {
		if err := q.claim(claim); err != nil {
			return err
		}
		return fn(q)
	})
	if err == nil {
		claim.Write()
	}
	return err
}

func (s *Store) decide(ctx context.Context, fn func(query) error) error {
	how := writing{s.writer, s.engine.isolation().change, s.forPeople(ctx), s.engine.takePart}
	err := s.transact(ctx, how, fn)
	if fault.IsKind(err, fault.NoRoom) && mayUseReserve(ctx) && s.releaseReserve() {
		return s.transact(ctx, how, fn)
	}
	return err
}

// add is for what comes often and is right in whatever order it comes: counts,
// uses, last-seen times, receipts, and what retention deletes. Each statement
// of fn must be right by itself, whatever others wrote before it; none may
// depend on what fn has read. Where the engine can, it goes beside changes and
// never waits for one. fn may run more than once.
func (s *Store) add(ctx context.Context, fn func(query) error) error {
	return s.transact(ctx, writing{s.side, s.engine.isolation().add, s.forPeople(ctx), nil}, fn)
}

// addOnce is add for what would be counted twice if it came again: when the
// answer to its commit is lost, it waits for the database until ctx ends, to
// know what became of it.
func (s *Store) addOnce(ctx context.Context, fn func(query) error) error {
	untilTold := func() (context.Context, context.CancelFunc) { return context.WithCancel(ctx) }
	return s.transact(ctx, writing{s.side, s.engine.isolation().add, untilTold, nil}, fn)
}

// writing is how a write transaction goes.
type writing struct {
	pool     *sql.DB
	level    *sql.TxOptions
	settling func() (context.Context, context.CancelFunc)
	takePart func(q query, alone bool) error // nil: in whatever order
}

// forPeople waits as long as somebody waits for an answer.
func (s *Store) forPeople(ctx context.Context) func() (context.Context, context.CancelFunc) {
	return func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(s.patience, settleTime))
	}
}

// transact runs fn in one write transaction and commits when it returns nil.
// Waiting for the turn ends with ctx; what has begun is not cut off, since the
// answer to a commit that was cut off would be unknown.
func (s *Store) transact(ctx context.Context, how writing, fn func(query) error) error {
	if how.pool == nil {
		return errors.New("store: opened for reading only")
	}
	alone := false
	for try := 1; ; try++ {
		err := s.attempt(ctx, how, alone, fn)
		alone = isCode(err, codeContended)
		pause, again := s.engine.again(err, try)
		if !again || !sleep(ctx, pause) {
			return s.note(ctx, true, err)
		}
	}
}

func (s *Store) attempt(ctx context.Context, how writing, alone bool, fn func(query) error) (err error) {
	conn, err := s.turn(ctx, how.pool)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	defer func() {
		s.noteWrite(err)
		if isCode(err, codeReadOnly) { // the next one shall look for the primary
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
		}
	}()
	begun, cancel := s.engine.bound(context.WithoutCancel(ctx), longWrite)
	defer cancel()
	done := s.begin(begun, "write")
	defer func() { done(err) }()
	tx, err := conn.BeginTx(begun, how.level)
	if err != nil {
		return translate(fmt.Errorf("begin: %w", err))
	}
	defer tx.Rollback() //nolint:errcheck // after a commit this does nothing
	q := query{ctx: begun, db: tx, moved: &moves{}, later: s.engine.later(conn), settling: how.settling}
	if how.takePart != nil {
		if err := how.takePart(q, alone); err != nil {
			return err
		}
	}
	if err := fn(q); err != nil {
		return err
	}
	return s.commit(q, tx)
}

// turn waits for a connection that writes.
func (s *Store) turn(ctx context.Context, pool *sql.DB) (conn *sql.Conn, err error) {
	done := s.begin(ctx, "wait")
	defer func() { done(err) }()
	bound, cancel := s.engine.bound(ctx, longWrite)
	defer cancel()
	if conn, err = pool.Conn(bound); err != nil {
		return nil, translate(fmt.Errorf("wait for the writer: %w", err))
	}
	return conn, nil
}

func (s *Store) commit(q query, tx *sql.Tx) (err error) {
	done := s.begin(q.ctx, "commit")
	defer func() { done(err) }()
	return s.engine.commit(q, tx)
}

// note keeps whether the database answers, and returns err. A time of the
// store's own that has passed says the same of it as a connection that is lost;
// one of the caller's says nothing.
func (s *Store) note(ctx context.Context, wrote bool, err error) error {
	f, known := errors.AsType[*fault.Error](err)
	if known && f.Code == codeBusy && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		f = unreachable(err)
		err = f
	}
	switch {
	case known && outages[f.Code]:
		s.outage.Store(f)
	case known && f.Kind == fault.Unavailable: // busy says nothing
	case err != nil && !known && isCode(s.Outage(), codeNewer): // what was asked for is there no more
		return s.Outage()
	case wrote || !s.answersReaders():
		s.outage.Store(nil)
	}
	return err
}

// answersReaders says that a read which succeeds is no sign of an outage's end.
func (s *Store) answersReaders() bool {
	f := s.outage.Load()
	return f != nil && readable[f.Code]
}

// Outage is why the database did not answer last, or nil when it did: it cannot
// be reached, or takes no writes of this program.
func (s *Store) Outage() error {
	if f := s.outage.Load(); f != nil {
		return f
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
