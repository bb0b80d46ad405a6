package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Options say where a store is.
type Options struct {
	Dir string // the data folder; made when absent
	// Shared opens the folder beside a running server: without its lock, and
	// without changing the schema under it.
	Shared bool
	Clock  clock.Clock // nil is the machine's
	// Version is this Burgee's, kept with each schema that it writes.
	Version string
	// Backups is the folder of backups; "" is BackupsFolder of Dir.
	Backups string
	// Reserve is the size of a file, in bytes, that is given up for a change of
	// configuration on a full disk. 0 is none.
	Reserve int64
	// Observe is called when a piece of work begins, and what it returns when
	// the work ends: read, a read transaction; of a write transaction wait, for
	// its turn, then write, the whole of it, and within it commit. Nil observes
	// nothing.
	Observe func(ctx context.Context, operation string) (done func(error))
}

func (o Options) backups() string { return cmp.Or(o.Backups, BackupsFolder(o.Dir)) }

// Store keeps everything. It is safe for concurrent use.
type Store struct {
	writer *sql.DB // one connection; nil when opened for reading only
	reader *sql.DB
	lock   *folderLock // nil when shared with a running server
	clock  clock.Clock
	dir    string
	file   string // the database
	begin  func(ctx context.Context, operation string) (done func(error))
	epoch  int64
	pruned atomic.Int64 // when retention ran last, in milliseconds

	reserve int64                       // bytes of the reserve; 0 is none
	trouble atomic.Pointer[fault.Error] // why the last write failed for want of room; nil when it did not
}

// Open opens the store of a folder, makes it when there is none, and brings its
// schema up to date. Its errors are faults whose words say what to do.
func Open(ctx context.Context, options Options) (*Store, error) {
	s := &Store{clock: options.Clock, begin: options.Observe}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.begin == nil {
		s.begin = unobserved
	}
	if err := s.open(ctx, options); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func unobserved(context.Context, string) func(error) { return func(error) {} }

func (s *Store) open(ctx context.Context, options Options) (err error) {
	s.dir = options.Dir
	if err := prepareFolder(options.Dir); err != nil {
		return err
	}
	s.lock, err = lockFolder(ctx, options.Dir)
	if err != nil && (!options.Shared || fault.As(err).Code != codeInUse) {
		return err
	}
	if err := s.settleRestore(); err != nil {
		return err
	}
	if s.file, err = prepareFile(options.Dir); err != nil {
		return err
	}
	if s.lock != nil {
		s.reserve = options.Reserve
	}
	err = s.openDatabase(ctx, options)
	if fault.IsKind(err, fault.NoRoom) && s.releaseReserve() {
		// Without room for the log a server could not even start and serve what it has.
		err = errors.Join(s.closeDatabase(), s.openDatabase(ctx, options))
	}
	if err == nil {
		s.keepReserve()
	}
	return err
}

// settleRestore finishes a restore that was cut off. Who holds no lock must not
// make a database while somebody else exchanges it.
func (s *Store) settleRestore() error {
	if s.lock != nil {
		return finishRestore(s.dir)
	}
	if _, err := os.Stat(DatabaseFile(s.dir)); err != nil {
		return fault.Wrap(err, fault.Unavailable, codeInUse, "A restore is at work in %s; try again when it is done", s.dir)
	}
	return nil
}

func (s *Store) openDatabase(ctx context.Context, options Options) (err error) {
	if s.writer, err = openWriter(s.file); err != nil {
		return err
	}
	if s.reader, err = openReaders(s.file); err != nil {
		return err
	}
	if err := s.migrate(ctx, options); err != nil {
		return err
	}
	s.epoch, err = s.ensureEpoch(ctx)
	return err
}

// ensureEpoch reads the second at which the store was made; a new one is made now.
func (s *Store) ensureEpoch(ctx context.Context) (epoch int64, err error) {
	now := s.clock.Now()
	err = s.change(ctx, func(q query) error {
		if err := q.exec(`INSERT INTO meta (id, epoch, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`, now.Unix(), now.UnixMilli()); err != nil {
			return err
		}
		return q.row(`SELECT epoch FROM meta WHERE id = 1`).scan(&epoch)
	})
	return epoch, err
}

// Close folds the write-ahead log into the database and closes it.
func (s *Store) Close() error {
	err := s.closeDatabase()
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}

func (s *Store) closeDatabase() error {
	var errs []error
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close()) // the last connection folds the log
	}
	return errors.Join(errs...)
}

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	return translate(s.reader.PingContext(ctx))
}

// Epoch is the Unix second at which the store was made.
func (s *Store) Epoch() int64 { return s.epoch }

// Empty says whether nobody has used the store yet.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var n int
	err := s.read(ctx, func(q query) error {
		return q.row(`SELECT (SELECT COUNT(*) FROM project) + (SELECT COUNT(*) FROM member) + (SELECT COUNT(*) FROM token)`).scan(&n)
	})
	return n == 0, err
}

// Read implements catalog.Store.
func (s *Store) Read(ctx context.Context, fn func(catalog.Reader) error) error {
	return s.read(ctx, func(q query) error { return fn(catalogTx{q}) })
}

// Write implements catalog.Store.
func (s *Store) Write(ctx context.Context, fn func(catalog.Tx) error) error {
	return s.change(ctx, func(q query) error { return fn(catalogTx{q}) })
}

// read runs fn in one read transaction: all its queries see one state.
func (s *Store) read(ctx context.Context, fn func(query) error) (err error) {
	done := s.begin(ctx, "read")
	defer func() { done(err) }()
	tx, err := s.reader.BeginTx(ctx, nil)
	if err != nil {
		return translate(fmt.Errorf("begin: %w", err))
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(query{ctx, tx})
}

// change is write for what people and programs decide: on a full disk the
// reserve is given up for it, and fn runs once more, from the start.
func (s *Store) change(ctx context.Context, fn func(query) error) error {
	err := s.write(ctx, fn)
	if fault.IsKind(err, fault.NoRoom) && mayUseReserve(ctx) && s.releaseReserve() {
		return s.write(ctx, fn)
	}
	return err
}

// write runs fn in one write transaction and commits when it returns nil.
// Waiting for the turn ends with ctx; what has begun is not cut off, since the
// answer to a commit that was cut off would be unknown.
func (s *Store) write(ctx context.Context, fn func(query) error) (err error) {
	if s.writer == nil {
		return errors.New("store: opened for reading only")
	}
	conn, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // gives the connection back
	defer func() { s.noteWrite(err) }()
	begun := context.WithoutCancel(ctx)
	done := s.begin(begun, "write")
	defer func() { done(err) }()
	tx, err := conn.BeginTx(begun, nil)
	if err != nil {
		return translate(fmt.Errorf("begin: %w", err))
	}
	defer tx.Rollback() //nolint:errcheck // after a commit this does nothing
	if err := fn(query{begun, tx}); err != nil {
		return err
	}
	return s.commit(begun, tx)
}

// turn waits for the one connection that writes.
func (s *Store) turn(ctx context.Context) (conn *sql.Conn, err error) {
	done := s.begin(ctx, "wait")
	defer func() { done(err) }()
	if conn, err = s.writer.Conn(ctx); err != nil {
		return nil, translate(fmt.Errorf("wait for the writer: %w", err))
	}
	return conn, nil
}

func (s *Store) commit(ctx context.Context, tx *sql.Tx) (err error) {
	done := s.begin(ctx, "commit")
	defer func() { done(err) }()
	return translate(tx.Commit())
}
