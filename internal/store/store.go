package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Place is where a store is.
type Place struct {
	URL string // a PostgreSQL database, postgres://…; "" is the SQLite database of Dir
	Dir string // the data folder
}

// Options say where a store is.
type Options struct {
	// URL names a PostgreSQL database, postgres://…; "" is SQLite in Dir.
	URL string
	Dir string // the data folder; made when absent
	// Shared opens the store beside a running server: without the folder's lock,
	// and without changing the schema under it.
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
	engine engine
	pools
	shared bool   // beside a running server, whose schema it is
	name   string // what people call it: the database's file, or its address without the password
	clock  clock.Clock
	begin  func(ctx context.Context, operation string) (done func(error))
	epoch  atomic.Int64 // as it was read last
	days   sync.Map     // int64, the days that have a partition as far as is known

	trouble atomic.Pointer[fault.Error] // why the last write failed for want of room; nil when it did not
	outage  atomic.Pointer[fault.Error] // why the database did not answer last; nil when it did

	patience time.Duration // for a commit whose answer was lost; 0 is settleTime

	// Of SQLite only.
	lock    *folderLock // nil when shared with a running server
	dir     string
	file    string // the database
	reserve int64  // bytes of the reserve; 0 is none
	newest  newest
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
	s.shared = options.Shared
	if err := s.open(ctx, options); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func unobserved(context.Context, string) func(error) { return func(error) {} }

func (s *Store) open(ctx context.Context, options Options) (err error) {
	if options.URL == "" {
		return s.openFolder(ctx, options)
	}
	postgres, err := newPostgres(options.URL)
	if err != nil {
		return err
	}
	s.engine, s.name = postgres, postgres.String()
	return s.openDatabase(ctx, options)
}

func (s *Store) openDatabase(ctx context.Context, options Options) (err error) {
	if s.pools, err = s.engine.open(ctx); err != nil {
		return err
	}
	if err := s.refuseUnfinished(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx, options); err != nil {
		return err
	}
	return s.ensureEpoch(ctx)
}

// ensureEpoch reads the second at which the store was made; a new one is made now.
func (s *Store) ensureEpoch(ctx context.Context) error {
	err := s.glance(ctx, s.readEpoch)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	now := s.clock.Now()
	return s.change(ctx, func(q query) error {
		if err := q.exec(`INSERT INTO meta (id, epoch, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING`, now.Unix(), now.UnixMilli()); err != nil {
			return err
		}
		return s.readEpoch(q)
	})
}

func (s *Store) readEpoch(q query) error {
	var epoch int64
	if err := q.row(`SELECT epoch FROM meta WHERE id = 1`).scan(&epoch); err != nil {
		return err
	}
	s.epoch.Store(epoch)
	return nil
}

// Close ends the connections; of SQLite it folds the write-ahead log into the
// database.
func (s *Store) Close() error {
	s.mark(context.Background())
	err := s.pools.close()
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return err
}

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	return translate(s.reader.PingContext(ctx))
}

// Name is what people call the store: the database's file, or its address
// without the password.
func (s *Store) Name() string { return s.name }

// Epoch is the Unix second at which the store was made or restored, as it was
// read last.
func (s *Store) Epoch() int64 { return s.epoch.Load() }

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
	return s.read(ctx, func(q query) error { return fn(newCatalogTx(q, s.engine)) })
}

// Write implements catalog.Store.
func (s *Store) Write(ctx context.Context, fn func(catalog.Tx) error) error {
	return s.change(ctx, func(q query) error { return fn(newCatalogTx(q, s.engine)) })
}
