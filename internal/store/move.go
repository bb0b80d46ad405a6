package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
)

// movingTable is in the destination of a move that is not finished, and nowhere
// else.
const movingTable = "moving"

// MoveOptions say what is moved where.
type MoveOptions struct {
	From, To Place
	Clock    clock.Clock // nil is the machine's
	// Frozen takes the caller's word that nobody writes to the source, although
	// servers are connected to it.
	Frozen bool
	// Secret opens what is sealed in the source, and seals in a PostgreSQL
	// database what was in files.
	Secret secret.Key
	// Secrets returns, by name, what a source keeps in files in which nothing is
	// sealed.
	Secrets func() (map[string][]byte, error)
	// Release writes the same into files: of a destination in a folder, where
	// nothing is sealed in the source, or where Unseal is set.
	Release func(plain map[string][]byte) error
	Unseal  bool
	// Check looks at the destination before it counts.
	Check func(context.Context, *Store) error
	// Plan hears what would be moved before anything is written; an error stops
	// the move.
	Plan func(MovePlan) error
	// Progress is told how many rows are read, moved or compared of how many.
	Progress func(phase string, done, total int64)

	batch int                     // rows of a transaction; 0 is as many as are good
	step  func(name string) error // tests end a move at each step
}

// MovedTable counts what is in a table of the source.
type MovedTable struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

// MovePlan is what a move finds before it begins.
type MovePlan struct {
	From, To string       // their names, without passwords
	Facts    Facts        // of the source
	Tables   []MovedTable // in the order in which they are moved
	Rows     int64
	Resumed  bool // the destination holds a part of it
	Done     bool // the destination holds all of it
}

// Move copies everything of a store into an empty one, of the same engine or
// another, while no server uses either. The source is only read, in one
// transaction. Programs and people notice nothing: revisions, epoch, keys,
// signatures and sessions stay the same.
//
// A move that fails or is killed leaves a destination that nobody can open as a
// store; the next Move of the same source goes on from there, or begins again
// when the source has changed. The destination counts when the rows of each
// table, compared by number and by a digest, are those of the source, and Check
// agrees.
func Move(ctx context.Context, o MoveOptions) (p MovePlan, err error) {
	if o.From.same(o.To) {
		return p, fault.New(fault.Invalid, "same_store", "The store is to be moved onto itself; name another place to move to")
	}
	o.Clock = cmp.Or[clock.Clock](o.Clock, clock.System{})
	m := &move{o: o}
	defer func() { err = errors.Join(err, m.close()) }()
	if m.from, err = o.openSource(ctx); err != nil {
		return p, err
	}
	p.From, p.To = m.from.name, o.To.name()
	if err := m.read(ctx, &p); err != nil {
		return p, err
	}
	if o.Plan != nil {
		if err := o.Plan(p); err != nil {
			return p, err
		}
	}
	if p.Done {
		return p, nil
	}
	if err := m.write(ctx); err != nil {
		return p, err
	}
	return p, m.finish(ctx)
}

// same says whether two places are one, as far as can be told without opening
// them.
func (p Place) same(other Place) bool {
	if p.URL != "" || other.URL != "" {
		return p.URL != "" && other.URL != "" && p.name() == other.name()
	}
	a, errA := os.Stat(p.Dir)
	b, errB := os.Stat(other.Dir)
	return errA == nil && errB == nil && os.SameFile(a, b)
}

// name is what people call a place.
func (p Place) name() string {
	if p.URL == "" {
		return p.Dir
	}
	if e, err := newPostgres(p.URL); err == nil {
		return e.String()
	}
	return "the database"
}

// move is one at work.
type move struct {
	o       MoveOptions
	from    *source
	to      *Store
	conn    *sql.Conn // the one that writes
	tables  []*layout
	digests map[string]digest // of the source
	facts   Facts
	state   string // of the source: a digest of all digests
	sealed  bool   // in the source
	plain   map[string][]byte
	rows    int64
}

func (m *move) close() (err error) {
	if m.conn != nil {
		err = m.conn.Close()
	}
	if m.to != nil {
		err = errors.Join(err, m.to.Close())
	}
	if m.from != nil {
		err = errors.Join(err, m.from.close())
	}
	return err
}

func (m *move) progress(phase string, done int64) {
	if m.o.Progress != nil {
		m.o.Progress(phase, done, m.rows)
	}
}

func (m *move) step(name string) error {
	if m.o.step == nil {
		return nil
	}
	return m.o.step(name)
}

// read looks at both ends and reads the source once: what is moved is compared
// with that.
func (m *move) read(ctx context.Context, p *MovePlan) (err error) {
	if m.facts, err = m.from.facts(); err != nil {
		return err
	}
	if m.tables, err = programTables(ctx); err != nil {
		return err
	}
	if err := m.from.q.has(m.from.engine, m.tables); err != nil {
		return err
	}
	there, err := m.o.lookAtTarget(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.close()) }()
	if err := m.secrets(); err != nil {
		return err
	}
	m.digests = map[string]digest{}
	state := sha256.New()
	for _, t := range m.tables {
		d, err := m.digest(m.from.q, t)
		if err != nil {
			return err
		}
		m.digests[t.name] = d
		m.rows += d.rows
		p.Tables = append(p.Tables, MovedTable{t.name, d.rows})
		fmt.Fprintf(state, "%s %d %x\n", t.name, d.rows, d.sum)
	}
	fmt.Fprintf(state, "schema %d", m.facts.Schema)
	m.state = hex.EncodeToString(state.Sum(nil))
	p.Facts, p.Rows = m.facts, m.rows
	return m.compareTarget(there, p)
}

// digest reads a table of the source. PostgreSQL keeps no text that is not UTF-8
// or holds U+0000: that is found before anything is written.
func (m *move) digest(q query, t *layout) (digest, error) {
	return t.digest(q, func(values []any) error {
		if m.o.To.URL == "" {
			return nil
		}
		for i, v := range values {
			if text, ok := v.(string); ok && (!utf8.ValidString(text) || strings.ContainsRune(text, 0)) {
				return fault.New(fault.Invalid, "text_invalid",
					"PostgreSQL cannot keep a text of %s: the column %s holds U+0000 or what is no UTF-8, in the row with (%s) = %q. Change or remove it first; nothing was moved",
					t.name, t.columns[i].name, t.list(t.key), t.keyOf(values))
			}
		}
		return nil
	})
}

func (t *layout) keyOf(values []any) []any {
	key := make([]any, len(t.key))
	for i, place := range t.key {
		key[i] = values[place]
	}
	return key
}

// digest is what a table holds, in a few bytes.
type digest struct {
	rows int64
	sum  [sha256.Size]byte
}

func (t *layout) digest(q query, visit func(values []any) error) (d digest, err error) {
	sum := sha256.New()
	var line []byte
	err = t.each(q, nil, func(values []any) error {
		d.rows++
		line = line[:0]
		for i, v := range values {
			line = fmt.Appendf(line, "%s ", t.columns[i].name)
			switch v := v.(type) {
			case nil:
				line = append(line, "null"...)
			case int64:
				line = fmt.Appendf(line, "i%d", v)
			case string:
				line = append(fmt.Appendf(line, "t%d:", len(v)), v...)
			case []byte:
				line = append(fmt.Appendf(line, "b%d:", len(v)), v...)
			}
			line = append(line, '\n')
		}
		_, _ = sum.Write(line)
		return visit(values)
	})
	sum.Sum(d.sum[:0])
	return d, err
}

// secrets opens what is sealed in the source, or reads what is in its files.
func (m *move) secrets() error {
	w, found, err := m.from.q.dataKey()
	if err != nil {
		return err
	}
	m.sealed = found
	if m.o.Secret.IsZero() && (found || m.o.To.URL != "") {
		return fault.New(fault.Invalid, "secret_key_missing", "%s", m.missingKey(w))
	}
	if !found {
		if m.o.Secrets != nil {
			m.plain, err = m.o.Secrets()
		}
		return err
	}
	box, err := m.o.Secret.Unwrap(w)
	if err != nil {
		return err
	}
	all, err := m.from.q.allSealed()
	m.plain = map[string][]byte{}
	for name, sealed := range all {
		if err == nil {
			m.plain[name], err = box.Open(name, sealed)
		}
	}
	return err
}

func (m *move) missingKey(w secret.Wrapped) string {
	if w.Fingerprint != "" {
		return "BURGEE_SECRET_KEY is missing: the secrets of the source are sealed with the key of fingerprint " + w.Fingerprint + ". Set BURGEE_SECRET_KEY or BURGEE_SECRET_KEY_FILE"
	}
	return "BURGEE_SECRET_KEY is missing: in a PostgreSQL database the signing key is kept sealed with it. Make one with `burgee secret-key new`, and give the server the same"
}

// write brings all rows into the destination.
func (m *move) write(ctx context.Context) (err error) {
	if m.to, err = m.o.openTarget(ctx); err != nil {
		return err
	}
	if m.conn, err = m.to.writer.Conn(ctx); err != nil {
		return translate(err)
	}
	q := query{ctx: ctx, db: m.conn}
	if err := m.to.engine.claim(q); err != nil {
		return err
	}
	if err := q.has(m.to.engine, m.tables); err != nil {
		return err
	}
	if err := m.begin(ctx); err != nil {
		return err
	}
	if err := m.step("begun"); err != nil {
		return err
	}
	if err := m.moveDays(); err != nil {
		return err
	}
	var done int64
	for _, t := range m.tables {
		if err := m.copy(q, t, &done); err != nil {
			return err
		}
	}
	return nil
}

// begin marks the destination, once it is sure that nobody else uses it. What a
// move of the source as it was before has left goes.
func (m *move) begin(ctx context.Context) error {
	return m.transact(ctx, func(q query) error {
		if err := refuseServers(q, m.to.engine, m.to.place()); err != nil {
			return err
		}
		marker, used, err := m.examine(q, m.to.engine)
		switch {
		case err != nil:
			return err
		case marker == nil && used != "":
			return notEmpty(m.to.place(), used)
		case marker != nil && marker.state == m.state:
			return nil
		}
		for i := range m.tables { // children first
			if err := q.exec("DELETE FROM " + quoted(m.tables[len(m.tables)-1-i].name)); err != nil {
				return err
			}
		}
		if marker == nil {
			if err := q.exec(`CREATE TABLE moving (id BIGINT PRIMARY KEY CHECK (id = 1), source TEXT NOT NULL, made_at BIGINT NOT NULL, state TEXT NOT NULL)`); err != nil {
				return err
			}
		}
		return q.exec(`INSERT INTO moving (id, source, made_at, state) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
			m.from.name, m.facts.CreatedAt, m.state)
	})
}

func (m *move) transact(ctx context.Context, fn func(query) error) error {
	tx, err := m.conn.BeginTx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit this does nothing
	if err := fn(query{ctx: ctx, db: tx}); err != nil {
		return err
	}
	return translate(tx.Commit())
}

func notEmpty(place, table string) error {
	return fault.New(fault.Conflict, "store_not_empty",
		"%s is not empty (there are rows in %s), and a store is moved into an empty place only. Name another one, or make this one empty first", place, table)
}

// How much goes into one transaction.
const (
	mostRows  = 1000
	mostBytes = 4 << 20
)

// copy brings the rows of a table that are not there yet. They are there in the
// order of their keys, so that the greatest one says how far the last move came.
func (m *move) copy(q query, t *layout, done *int64) error {
	after, err := t.last(q)
	if err != nil {
		return err
	}
	if after != nil {
		var there int64
		if err := q.row(`SELECT COUNT(*) FROM ` + quoted(t.name)).scan(&there); err != nil {
			return err
		}
		*done += there
	}
	into := bulk{name: quoted(t.name), columns: t.columns}
	var b batch
	send := func() error {
		if len(b.rows) == 0 {
			return nil
		}
		if err := m.transact(q.ctx, func(q query) error { return m.to.insert(q, into, b.rows, nil) }); err != nil {
			return err
		}
		*done += int64(len(b.rows))
		b = batch{rows: b.rows[:0]}
		m.progress("moved", *done)
		return m.step(t.name)
	}
	most := cmp.Or(m.o.batch, mostRows)
	err = t.each(m.from.q, after, func(values []any) error {
		b.add(values)
		if len(b.rows) < most && b.bytes < mostBytes {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

// batch is what goes into one transaction.
type batch struct {
	rows  [][]any
	bytes int
}

func (b *batch) add(values []any) {
	b.rows = append(b.rows, values)
	for _, v := range values {
		switch v := v.(type) {
		case string:
			b.bytes += len(v)
		case []byte:
			b.bytes += len(v)
		}
	}
}

// finish compares, and has the destination count.
func (m *move) finish(ctx context.Context) error {
	q := query{ctx: ctx, db: m.conn}
	if err := m.compare(q); err != nil {
		return err
	}
	if m.o.Check != nil {
		if err := m.o.Check(ctx, m.to); err != nil {
			return err
		}
	}
	if err := m.from.unchanged(ctx, m.facts, m.o.Frozen); err != nil {
		return err
	}
	if err := m.step("compared"); err != nil {
		return err
	}
	if err := m.release(); err != nil {
		return err
	}
	if err := m.step("released"); err != nil {
		return err
	}
	err := m.transact(ctx, func(q query) error {
		if err := m.counters(q); err != nil {
			return err
		}
		if err := m.seal(q); err != nil {
			return err
		}
		return q.exec(`DROP TABLE moving`)
	})
	if err != nil {
		return err
	}
	return m.step("finished")
}

// compare refuses a destination that holds anything else than the source.
func (m *move) compare(q query) error {
	var done int64
	for _, t := range m.tables {
		got, err := t.digest(q, func([]any) error { return nil })
		if err != nil {
			return err
		}
		if want := m.digests[t.name]; got != want {
			return fault.New(fault.Internal, "move_differs",
				"The table %s is not the same in both: %d rows in %s, %d in %s. The destination is left unfinished and the source is as it was; make the destination empty and try again",
				t.name, want.rows, m.from.name, got.rows, m.to.place())
		}
		done += got.rows
		m.progress("compared", done)
	}
	return nil
}

// counters has the destination make the keys that the source would have made.
func (m *move) counters(q query) error {
	for _, t := range m.tables {
		if t.counter == "" {
			continue
		}
		value, err := m.from.engine.counter(m.from.q, t)
		if err != nil {
			return err
		}
		if err := m.to.engine.setCounter(q, t, value); err != nil {
			return err
		}
	}
	return nil
}

// unsealed says whether the destination keeps its secrets in files.
func (m *move) unsealed() bool { return m.o.To.URL == "" && (!m.sealed || m.o.Unseal) }

func (m *move) release() error {
	if !m.unsealed() || len(m.plain) == 0 || m.o.Release == nil {
		return nil
	}
	return m.o.Release(m.plain)
}

// seal has the secrets of files sealed in a PostgreSQL database, and the sealed
// ones gone where they are in files now.
func (m *move) seal(q query) error {
	switch {
	case m.sealed && m.unsealed():
		if err := q.exec(`DELETE FROM secret`); err != nil {
			return err
		}
		return q.exec(`DELETE FROM data_key`)
	case m.sealed || m.unsealed():
		return nil
	}
	rows := &sealedRows{dataKey: m.o.Secret.NewDataKey(), secrets: map[string][]byte{}}
	box, err := m.o.Secret.Unwrap(rows.dataKey)
	if err != nil {
		return err
	}
	for name, plain := range m.plain {
		rows.secrets[name] = box.Seal(name, plain)
	}
	return q.carry(rows, m.o.Clock.Now().UnixMilli())
}
