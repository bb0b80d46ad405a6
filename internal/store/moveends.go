package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// codeUnfinished is the fault's code of a store into which another one was not
// moved to the end.
const codeUnfinished = "move_unfinished"

// refuseUnfinished keeps everybody from a store that is not whole yet.
func (s *Store) refuseUnfinished(ctx context.Context) error {
	return s.glance(ctx, func(q query) error {
		tables, err := q.tables(s.engine.tables())
		if err != nil || !tables[movingTable] {
			return err
		}
		marker, err := q.marker()
		if err != nil {
			return err
		}
		return unfinished(marker.source, s.place())
	})
}

func unfinished(from, to string) error {
	return fault.New(fault.Unavailable, codeUnfinished,
		"Moving %s into %s was not finished, so it cannot be used yet. Run burgee migrate-store again with the same places: it goes on where it was cut off", from, to)
}

// marker is what the destination of an unfinished move says of it.
type marker struct {
	source string // its name
	madeAt int64  // when it was made, which tells stores apart
	state  string
}

func (q query) marker() (*marker, error) {
	m := &marker{}
	err := q.row(`SELECT source, made_at, state FROM moving WHERE id = 1`).scan(&m.source, &m.madeAt, &m.state)
	return m, err
}

// source is the store that is moved, as it is at one moment.
type source struct {
	name   string
	engine engine
	db     *sql.DB
	tx     *sql.Tx
	q      query

	lock   *folderLock // of a folder
	file   string
	before string
}

func (s *source) close() error {
	var errs []error
	if s.tx != nil {
		_ = s.tx.Rollback() // nothing was written
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}

// openSource opens the source for reading only, and keeps servers from its
// folder meanwhile.
func (o MoveOptions) openSource(ctx context.Context) (s *source, err error) {
	s = &source{name: o.From.name()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
			s = nil
		}
	}()
	if o.From.URL != "" {
		err = s.openDatabase(ctx, o)
	} else {
		err = s.openFolder(ctx, o.From.Dir)
	}
	if err != nil {
		return s, err
	}
	if s.tx, err = s.db.BeginTx(ctx, s.engine.isolation().read); err != nil {
		return s, translate(err)
	}
	s.q = query{ctx: ctx, db: s.tx}
	return s, nil
}

func (s *source) openDatabase(ctx context.Context, o MoveOptions) error {
	e, err := newPostgres(o.From.URL)
	if err != nil {
		return err
	}
	if err := e.examine(ctx); err != nil {
		return err
	}
	e = e.forMoving()
	s.engine, s.db = e, e.pool(2)
	if o.Frozen {
		return nil
	}
	return refuseServers(query{ctx: ctx, db: s.db}, e, s.name)
}

// openFolder opens the database of a folder without making anything beside it,
// where its last server has left no log.
func (s *source) openFolder(ctx context.Context, dir string) (err error) {
	s.file = DatabaseFile(dir)
	if _, err := os.Stat(s.file); err != nil {
		return fault.New(fault.NotFound, "data_missing", "There is no store in %s; name the server's data folder", dir)
	}
	if s.lock, err = lockFolder(ctx, dir); err != nil {
		return err
	}
	if pending, _ := filepath.Glob(filepath.Join(escapeGlob(dir), pendingPrefix+"*.db")); len(pending) > 0 {
		return fault.New(fault.Unavailable, CodeInUse, "A restore of %s was cut off; start its server once, which finishes it, and stop it", dir)
	}
	s.before = s.fileState()
	log, err := os.Stat(s.file + "-wal")
	whole := errors.Is(err, fs.ErrNotExist) || err == nil && log.Size() == 0
	s.engine = sqliteEngine{s.file}
	s.db, err = openLooking(s.file, whole)
	return err
}

// fileState changes when somebody writes to the database.
func (s *source) fileState() (state string) {
	for _, name := range []string{s.file, s.file + "-wal"} {
		if info, err := os.Stat(name); err == nil && info.Size() > 0 {
			state += fmt.Sprintln(name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return state
}

// facts refuses a source that is of another schema, or not whole.
func (s *source) facts() (f Facts, err error) {
	tables, err := s.q.tables(s.engine.tables())
	if err != nil {
		return f, notAStore(err, s.name)
	}
	if !tables["meta"] || !tables["goose_db_version"] {
		return f, fault.New(fault.Invalid, codeNoStore, "%s is no database of Burgee", s.name)
	}
	if f, err = s.q.facts(tables); err != nil {
		return f, err
	}
	known, err := Schema()
	switch {
	case err != nil:
		return f, err
	case f.Moving != "":
		return f, unfinished(f.Moving, s.name)
	case f.Epoch == 0:
		return f, fault.New(fault.Invalid, codeNoStore, "%s holds nothing yet: the first start of its server was cut off", s.name)
	case f.Schema < known:
		return f, fault.New(fault.Unavailable, "schema_older",
			"The data in %s is of schema %d, and this Burgee moves schema %d. Start this Burgee's server on it once, which brings it up to date, and stop it", s.name, f.Schema, known)
	case f.Schema > known:
		return f, fault.New(fault.Unavailable, "schema_newer", "The data in %s was written by a newer Burgee (schema %d; this one knows %d). Move it with that version", s.name, f.Schema, known)
	}
	return f, nil
}

// unchanged makes sure that what was read is still what is there.
func (s *source) unchanged(ctx context.Context, before Facts, frozen bool) error {
	if s.file != "" {
		if s.fileState() != s.before {
			return sourceChanged(s.name)
		}
		return nil
	}
	now := query{ctx: ctx, db: s.db}
	if !frozen {
		if err := refuseServers(now, s.engine, s.name); err != nil {
			return err
		}
	}
	tables, err := now.tables(s.engine.tables())
	if err != nil {
		return err
	}
	facts, err := now.facts(tables)
	if err == nil && !reflect.DeepEqual(facts, before) {
		err = sourceChanged(s.name)
	}
	return err
}

func sourceChanged(name string) error {
	return fault.New(fault.Conflict, "source_changed", "Somebody changed %s while it was being moved: the destination does not count. Stop what uses it, and run the command again", name)
}

// serversTime is how long the connections of a server that was just stopped may
// take to go.
const serversTime = 5 * time.Second

// refuseServers refuses a database that servers are connected to.
func refuseServers(q query, e engine, name string) error {
	for end := time.Now().Add(serversTime); ; {
		n, err := e.others(q)
		if err != nil || n == 0 {
			return err
		}
		if !time.Now().Before(end) || !sleep(q.ctx, 100*time.Millisecond) {
			return fault.New(fault.Unavailable, CodeInUse, "Servers use %s: there are %d connections of theirs. Stop them first", name, n)
		}
	}
}

// target is the destination before anything is written to it.
type target struct {
	engine engine
	db     *sql.DB // nil where there is no database yet
	q      query
	name   string
}

func (t *target) close() error {
	if t.db == nil {
		return nil
	}
	return t.db.Close()
}

// lookAtTarget opens the destination for reading only.
func (o MoveOptions) lookAtTarget(ctx context.Context) (t *target, err error) {
	t = &target{name: o.To.name()}
	if o.To.URL != "" {
		e, err := newPostgres(o.To.URL)
		if err != nil {
			return nil, err
		}
		if err := e.examine(ctx); err != nil {
			return nil, err
		}
		e = e.forMoving()
		t.engine, t.db = e, e.pool(1)
		t.q = query{ctx: ctx, db: t.db}
		return t, nil
	}
	file := DatabaseFile(o.To.Dir)
	t.engine = sqliteEngine{file}
	if info, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return t, nil
	}
	if t.db, err = openLooking(file, false); err != nil {
		return nil, err
	}
	t.q = query{ctx: ctx, db: t.db}
	return t, nil
}

// examine says what is in a destination: the marker of an unfinished move, and
// a table that has rows. What a server makes of itself before anybody uses it
// does not count.
func (m *move) examine(q query, e engine) (marked *marker, used string, err error) {
	tables, err := q.tables(e.tables())
	if err != nil {
		return nil, "", err
	}
	if tables[movingTable] {
		if marked, err = q.marker(); err != nil {
			return nil, "", err
		}
		if marked.madeAt != m.facts.CreatedAt {
			return nil, "", fault.New(fault.Conflict, "move_of_another",
				"Another store, %s, was being moved there, and that is not finished. Finish it, or name an empty place", marked.source)
		}
		return marked, "", nil
	}
	for _, t := range m.tables {
		if !tables[t.name] || t.name == "meta" || t.name == "schema_writer" {
			continue
		}
		key, err := t.last(q)
		if err != nil {
			return nil, "", err
		}
		if key != nil {
			return nil, t.name, nil
		}
	}
	return nil, "", nil
}

// compareTarget finds out how far an earlier move has come.
func (m *move) compareTarget(to *target, p *MovePlan) error {
	if to.db == nil {
		return nil
	}
	marked, used, err := m.examine(to.q, to.engine)
	if err != nil {
		return err
	}
	p.Resumed = marked != nil && marked.state == m.state
	if marked != nil || used == "" {
		return nil
	}
	if to.q.has(to.engine, m.tables) == nil {
		p.Done, err = m.arrived(to.q)
	}
	if err == nil && !p.Done {
		err = notEmpty(to.name, used)
	}
	return err
}

// arrived says whether everything is there already: a move whose end nobody was
// told of. Only how secrets are kept may differ.
func (m *move) arrived(q query) (bool, error) {
	for _, t := range m.tables {
		if t.name == "secret" || t.name == "data_key" {
			continue
		}
		d, err := t.digest(q, func([]any) error { return nil })
		if err != nil || d != m.digests[t.name] {
			return false, err
		}
	}
	return true, nil
}

// openTarget opens the destination for writing, in this program's schema.
func (o MoveOptions) openTarget(ctx context.Context) (s *Store, err error) {
	s = &Store{clock: o.Clock, begin: unobserved}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	if o.To.URL != "" {
		e, err := newPostgres(o.To.URL)
		if err != nil {
			return s, err
		}
		e = e.forMoving()
		s.engine, s.name = e, e.String()
	} else if err := s.prepareTarget(ctx, o.To.Dir); err != nil {
		return s, err
	}
	if s.pools, err = s.engine.open(ctx); err != nil {
		return s, err
	}
	return s, s.migrate(ctx, Options{Dir: o.To.Dir})
}

func (s *Store) prepareTarget(ctx context.Context, dir string) (err error) {
	s.dir = dir
	if err := prepareFolder(dir); err != nil {
		return err
	}
	if s.lock, err = lockFolder(ctx, dir); err != nil {
		return err
	}
	if err := s.settleRestore(); err != nil {
		return err
	}
	if s.file, err = prepareFile(dir); err != nil {
		return err
	}
	s.name, s.engine = s.file, sqliteEngine{s.file}
	return nil
}
