package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/pressly/goose/v3"

	"burgee.dev/burgee/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// migrator brings one database to this program's schema.
type migrator struct {
	provider      *goose.Provider
	found, newest int64
	oldest        int64         // the schema that a program must know to use the database; 0 where that is not said
	behind        bool          // a step of this program's is missing, be it before the newest one found
	patience      time.Duration // with tables that others use
	close         func() error
}

func newMigrator(ctx context.Context, db *sql.DB, dialect goose.Dialect, folder, tables string, options ...goose.ProviderOption) (*migrator, error) {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	m := &migrator{close: func() error { return nil }}
	// Steps have landed out of the order of their numbers; none depends on another
	// one that landed later.
	options = append(options, goose.WithAllowOutofOrder(true))
	if m.provider, err = goose.NewProvider(dialect, db, files, options...); err != nil {
		return nil, fmt.Errorf("store: migrations: %w", translate(err))
	}
	sources := m.provider.ListSources()
	m.newest = sources[len(sources)-1].Version
	applied, oldest, err := appliedSteps(query{ctx: ctx, db: db}, tables)
	m.oldest = oldest
	if err != nil {
		return nil, fmt.Errorf("store: read the schema's version: %w", err)
	}
	for version := range applied {
		m.found = max(m.found, version)
	}
	m.behind = slices.ContainsFunc(sources, func(s *goose.Source) bool { return !applied[s.Version] })
	return m, nil
}

// appliedSteps are the numbers of the steps applied, and the schema that a
// program must know. It takes no lock: a node that has nothing to do waits for
// nobody.
func appliedSteps(q query, tables string) (applied map[int64]bool, oldest int64, err error) {
	applied = map[int64]bool{}
	names, err := q.tables(tables)
	if err != nil || !names["goose_db_version"] {
		return applied, 0, err
	}
	if names["schema_reader"] {
		if err := q.row(`SELECT oldest FROM schema_reader`).scan(&oldest); err != nil {
			return applied, 0, err
		}
	}
	return applied, oldest, q.each(func(from scanner) error {
		var version int64
		err := from.Scan(&version)
		applied[version] = true
		return err
	}, `SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0`)
}

// up runs the steps that are missing. A step that finds a table in use gives up
// before those behind it wait long, lets their work through, and is tried again,
// for as long as m.patience.
func (m *migrator) up(ctx context.Context) error {
	end := time.Now().Add(m.patience)
	for {
		_, err := m.provider.Up(ctx)
		if err == nil {
			return nil
		}
		err = translate(err)
		inUse := isCode(err, codeBusy)
		if !inUse || !time.Now().Before(end) || !sleep(ctx, stepPause) {
			return fmt.Errorf("store: migrate from schema %d to %d: %w", m.found, m.newest, err)
		}
	}
}

// usable says whether this program may use what a newer one has brought further:
// all of its own steps are there, and what it uses is as it was.
func (m *migrator) usable() bool { return !m.behind && m.oldest > 0 && m.oldest <= m.newest }

// migrate brings the schema up to date, of SQLite after a backup of what is
// there. A store beside a running server only looks: the schema is that
// server's.
func (s *Store) migrate(ctx context.Context, o Options) (err error) {
	m, err := s.engine.migrator(ctx, s.pools)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.close()) }()
	switch {
	case m.found > m.newest && !m.usable():
		return s.newerSchema(ctx, m, o)
	case m.behind && s.shared:
		return fault.New(fault.Unavailable, "schema_older",
			"The burgee that is using %s is of another version (schema %d; this one has %d). Use its own binary, or stop it first", s.place(), m.found, m.newest)
	case m.found > 0 && m.behind:
		if err := s.backupBefore(ctx, m, o); err != nil {
			return err
		}
	}
	if m.behind {
		if err := m.up(ctx); err != nil {
			return err
		}
	}
	return s.noteWriter(ctx, m.newest, o.Version)
}

// noteWriter keeps which Burgee brought the data to a schema.
func (s *Store) noteWriter(ctx context.Context, schema int64, version string) error {
	if version == "" || s.shared {
		return nil
	}
	var n int
	err := s.glance(ctx, func(q query) error {
		return q.row(`SELECT COUNT(*) FROM schema_writer WHERE schema = $1`, schema).scan(&n)
	})
	if err != nil || n > 0 {
		return err
	}
	return s.change(ctx, func(q query) error {
		return q.exec(`INSERT INTO schema_writer (schema, version, at) VALUES ($1, $2, $3) ON CONFLICT (schema) DO NOTHING`, schema, version, s.clock.Now().UnixMilli())
	})
}

// backupBefore writes the backup that a migration starts from, if there is
// anything to keep.
func (s *Store) backupBefore(ctx context.Context, m *migrator, o Options) error {
	if s.file == "" {
		return nil // another database's backups are its own matter
	}
	facts, err := s.Facts(ctx)
	if err != nil {
		return err
	}
	if facts.Epoch == 0 {
		return nil // its first start was cut off: there is nothing to keep
	}
	file := filepath.Join(o.backups(), BackupName(s.clock.Now(), fmt.Sprintf("schema%d", m.found)))
	_, err = s.Backup(ctx, BackupOptions{File: file, Version: o.Version})
	if err == nil || fault.IsKind(err, fault.Conflict) { // there from a start of the same second
		return nil
	}
	f := fault.As(err)
	return fault.Wrap(err, f.Kind, f.Code, "The data in %s is of an older schema (%d; this Burgee has %d) and is changed only after a backup, which failed: %s",
		s.dir, m.found, m.newest, f.Message)
}

// newerSchema says which Burgee can use the data, and which backup this one
// can.
func (s *Store) newerSchema(ctx context.Context, m *migrator, o Options) error {
	facts, err := s.Facts(ctx)
	if err != nil {
		return err
	}
	remedy := "or restore a backup from before it"
	if s.file != "" {
		remedy = s.usableRemedy(ctx, m, o)
	}
	version := "that version"
	if facts.Version != "" {
		version = "Burgee " + facts.Version + " or newer"
	}
	return fault.New(fault.Unavailable, "schema_newer",
		"The data in %s was written by a newer Burgee (schema %d; this one knows %d). Run %s; %s", s.place(), m.found, m.newest, version, remedy)
}

func (s *Store) usableRemedy(ctx context.Context, m *migrator, o Options) string {
	if file := usableBackup(ctx, o.backups(), m.newest); file != "" {
		return fmt.Sprintf("or go back, losing what was changed since, with: burgee restore %s --data %s", file, s.dir)
	}
	return fmt.Sprintf("there is no backup in %s that this one could use", o.backups())
}

// place is where people say that the data is.
func (s *Store) place() string { return cmp.Or(s.dir, s.name) }

// usableBackup finds the newest backup of a schema that this program knows.
func usableBackup(ctx context.Context, folder string, newest int64) string {
	files, err := ListBackups(folder)
	if err != nil {
		return ""
	}
	for _, b := range files {
		if schema, err := backupSchema(ctx, b.File); err == nil && schema <= newest {
			return b.File
		}
	}
	return ""
}

func backupSchema(ctx context.Context, file string) (int64, error) {
	s, err := OpenBackup(ctx, file)
	if err != nil {
		return 0, err
	}
	defer s.Close() //nolint:errcheck // only read
	facts, err := s.Facts(ctx)
	return facts.Schema, err
}

// Schema is the schema that this program knows.
func Schema() (int64, error) {
	files, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, fmt.Errorf("store: migration %s: %w", file, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}
