package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// DatabaseFile is the database of a data folder.
func DatabaseFile(dir string) string { return filepath.Join(dir, databaseName) }

// Look opens the store of a folder for reading only, beside a running server
// or without one. It takes no lock and changes nothing; the schema may be of
// any version. NotFound when there is no store.
func Look(ctx context.Context, dir string) (*Store, error) {
	s, err := look(ctx, DatabaseFile(dir), false)
	if fault.IsKind(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "data_missing",
			"There is no store in %s; name the server's data folder with --data", dir)
	}
	return s, err
}

// LookAt opens the store of a PostgreSQL database for reading only, beside
// running servers or without one. The schema may be of any version.
func LookAt(ctx context.Context, address string) (*Store, error) {
	postgres, err := newPostgres(address)
	if err != nil {
		return nil, err
	}
	if err := postgres.examine(ctx); err != nil {
		return nil, err
	}
	return &Store{engine: postgres, name: postgres.String(), clock: clock.System{}, begin: unobserved, pools: pools{reader: postgres.readers(2)}}, nil
}

// DatabaseTime is what the database's clock says, where that is not this
// machine's.
func (s *Store) DatabaseTime(ctx context.Context) (at time.Time, known bool, err error) {
	err = s.glance(ctx, func(q query) error {
		at, known, err = s.engine.time(q)
		return err
	})
	return at, known, err
}

// OpenBackup opens a file that nobody writes to for reading only, and makes
// nothing beside it.
func OpenBackup(ctx context.Context, file string) (*Store, error) {
	s, err := look(ctx, file, true)
	return s, notAStore(err, file)
}

// notAStore names the file that is damaged or never was a database.
func notAStore(err error, file string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == codeDamaged {
		return fault.Wrap(err, fault.Invalid, codeNoStore, "%s is no database, or is damaged", file)
	}
	return err
}

func look(ctx context.Context, file string, frozen bool) (*Store, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "file_missing", "There is no file %s", file)
	case err != nil:
		return nil, fault.Wrap(err, fault.Forbidden, "file_unreadable", "%s cannot be read: %v", file, err)
	case !info.Mode().IsRegular():
		return nil, fault.New(fault.Invalid, codeNoStore, "%s is no file that could hold a store", file)
	}
	s := &Store{engine: sqliteEngine{file}, name: file, dir: filepath.Dir(file), file: file, clock: clock.System{}, begin: unobserved}
	if s.reader, err = openLooking(file, frozen); err != nil {
		return nil, err
	}
	if err := translate(s.reader.PingContext(ctx)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Facts are what can be said of a store without knowing its schema exactly.
type Facts struct {
	Schema       int64  // the newest migration applied
	Oldest       int64  // the schema that a Burgee must know to use it; 0: its own
	Version      string // the Burgee that brought it to this schema; "" is not known
	Epoch        int64  // 0: its first start was cut off before anything was in it
	CreatedAt    int64  // when the store was made, in milliseconds
	BackupAt     int64  // when this copy was made, in milliseconds; 0 is no backup
	BackupBy     string // the Burgee that made it
	Moving       string // of a store that another one was not moved into to the end: the name of that; "" is whole
	SecretKey    string // fingerprint of the key that its secrets are sealed with; "" when none are
	Environments []EnvironmentFacts
	Projects     []ProjectFacts
}

// UsableBy says whether a Burgee that knows a schema can use the store, be it older
// than the one that the store has.
func (f Facts) UsableBy(schema int64) bool {
	return schema >= f.Schema || f.Oldest > 0 && schema >= f.Oldest
}

// EnvironmentFacts are those of one environment.
type EnvironmentFacts struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
	Revision    int64  `json:"revision"`
}

// ProjectFacts are where a project's record ends.
type ProjectFacts struct {
	Key     string
	Changes int64
	Last    []byte // hash of the last entry
}

// Facts reads the facts. Invalid with the code codeNoStore when the file is
// none of Burgee's.
func (s *Store) Facts(ctx context.Context) (Facts, error) {
	var f Facts
	err := s.read(ctx, func(q query) (err error) {
		tables, err := q.tables(s.engine.tables())
		if err != nil {
			return err
		}
		for _, name := range []string{"goose_db_version", "meta", "project", "environment", "change"} {
			if !tables[name] {
				return fault.New(fault.Invalid, codeNoStore, "%s is no database of Burgee: it has no table %s", s.name, name)
			}
		}
		f, err = q.facts(tables)
		return err
	})
	return f, notAStore(err, s.name)
}

func (q query) tables(text string) (map[string]bool, error) {
	out := map[string]bool{}
	err := q.each(func(from scanner) error {
		var name string
		err := from.Scan(&name)
		out[name] = true
		return err
	}, text)
	return out, err
}

func (q query) facts(tables map[string]bool) (f Facts, err error) {
	if err := q.row(`SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).scan(&f.Schema); err != nil {
		return f, err
	}
	err = q.row(`SELECT epoch, created_at FROM meta WHERE id = 1`).scan(&f.Epoch, &f.CreatedAt)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return f, err
	}
	if tables["schema_reader"] {
		if err := q.row(`SELECT oldest FROM schema_reader`).scan(&f.Oldest); err != nil {
			return f, err
		}
	}
	if tables["schema_writer"] {
		if err := q.row(`SELECT COALESCE((SELECT version FROM schema_writer WHERE schema <= $1 ORDER BY schema DESC LIMIT 1), '')`, f.Schema).scan(&f.Version); err != nil {
			return f, err
		}
	}
	if tables["backup"] {
		if err := q.row(`SELECT made_at, version FROM backup WHERE id = 1`).scan(&f.BackupAt, &f.BackupBy); err != nil {
			return f, err
		}
	}
	if tables[movingTable] {
		marked, err := q.marker()
		if err != nil {
			return f, err
		}
		f.Moving = marked.source
	}
	if tables["data_key"] {
		w, _, err := q.dataKey()
		if err != nil {
			return f, err
		}
		f.SecretKey = w.Fingerprint
	}
	err = q.each(func(from scanner) error {
		var e EnvironmentFacts
		err := from.Scan(&e.Project, &e.Environment, &e.Revision)
		f.Environments = append(f.Environments, e)
		return err
	}, `SELECT p.key, e.key, e.revision FROM environment e JOIN project p ON p.id = e.project_id ORDER BY p.id, e.position, e.id`)
	if err != nil {
		return f, err
	}
	return f, q.each(func(from scanner) error {
		var p ProjectFacts
		err := from.Scan(&p.Key, &p.Changes, &p.Last)
		f.Projects = append(f.Projects, p)
		return err
	}, `SELECT key, chain_seq, chain_hash FROM project ORDER BY id`)
}

// Damage lists what is wrong with the database itself; of SQLite pages, indexes,
// references between rows. Empty is sound.
func (s *Store) Damage(ctx context.Context) (out []string, err error) {
	err = s.read(ctx, func(q query) error {
		out, err = s.engine.damage(q)
		return err
	})
	if damaged, ok := errors.AsType[*fault.Error](err); ok && damaged.Code == codeDamaged {
		return append(out, damaged.Message), nil
	}
	return out, err
}

// Secret is an SDK key or an API token that opens something.
type Secret struct {
	What  string // "server key", "client key", "API token"
	Name  string
	Where string // project / environment of a key
}

// Secrets returns the keys and tokens that have not been revoked, by hash.
func (s *Store) Secrets(ctx context.Context) (map[[32]byte]Secret, error) {
	out := map[[32]byte]Secret{}
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var hash []byte
			var secret Secret
			err := from.Scan(&hash, &secret.What, &secret.Name, &secret.Where)
			out[[32]byte(hash)] = secret
			return err
		}, `SELECT k.hash, k.kind || ' key', k.name, p.key || ' / ' || e.key FROM sdk_key k
				JOIN environment e ON e.id = k.environment_id JOIN project p ON p.id = e.project_id WHERE k.revoked_at = 0
			UNION ALL SELECT hash, 'API token', name, '' FROM token`)
	})
	return out, err
}

// HasEntry says whether a project's record has the entry with the number and
// the hash: whether one record is the beginning of another.
func (s *Store) HasEntry(ctx context.Context, project string, seq int64, hash []byte) (bool, error) {
	var n int
	err := s.read(ctx, func(q query) error {
		return q.row(`SELECT COUNT(*) FROM change c JOIN project p ON p.id = c.project_id WHERE p.key = $1 AND c.seq = $2 AND c.hash = $3`,
			project, seq, hash).scan(&n)
	})
	return n > 0, err
}

// ClockStep is where the time of a project's record went back.
type ClockStep struct {
	Project       string
	Seq           int64 // the entry that is earlier than the one before it
	Before, After int64 // milliseconds since 1970
}

// ClockSteps returns the time of the newest entry of any record, and where the
// time went back by more than a tolerance, the newest last.
func (s *Store) ClockSteps(ctx context.Context, tolerance time.Duration) (newest int64, steps []ClockStep, err error) {
	err = s.read(ctx, func(q query) error {
		if err := q.row(`SELECT COALESCE(MAX(at), 0) FROM change`).scan(&newest); err != nil {
			return err
		}
		return q.each(func(from scanner) error {
			var step ClockStep
			err := from.Scan(&step.Project, &step.Seq, &step.Before, &step.After)
			steps = append(steps, step)
			return err
		}, `SELECT p.key, c.seq, c.before_at, c.at FROM
				(SELECT id, project_id, seq, at, LAG(at) OVER (PARTITION BY project_id ORDER BY seq) AS before_at FROM change) c
			JOIN project p ON p.id = c.project_id WHERE c.before_at > c.at + $1 ORDER BY c.id`, tolerance.Milliseconds())
	})
	return newest, steps, err
}
