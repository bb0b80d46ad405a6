package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/fault"
)

// notMoved are the tables that a move leaves out, with why.
var notMoved = map[string]string{
	"goose_db_version": "each database counts the steps of its own schema",
	"schema_reader":    "the steps of each database write it",
	"lease":            "who holds one is a process of the source",
	movingTable:        "it says that a move is not finished",
	"backup":           "it says when a file was made, and is in no store that is served",
}

// The kinds of columns, whatever an engine calls them.
const (
	kindInteger = "integer"
	kindText    = "text"
	kindBytes   = "bytes"
)

// kinds are the engines' names of the kinds.
var kinds = map[string]string{
	"BIGINT": kindInteger, "INTEGER": kindInteger, "TEXT": kindText, "BLOB": kindBytes, // SQLite
	"bigint": kindInteger, "text": kindText, "bytea": kindBytes, // PostgreSQL
}

// layout is a table as a move sees it.
type layout struct {
	name    string
	columns []column
	key     []int  // places in columns of the primary key, in its order
	counter string // the column whose values the database makes; "" is none
	parents []string
}

type column struct{ name, kind string }

// layouts reads from the database's own catalog which tables there are. A table
// that a later migration adds needs no word here.
func (q query) layouts(e engine) (map[string]*layout, error) {
	tables := map[string]*layout{}
	keys := map[string]map[int]int{} // place in the key: place in columns
	err := q.each(func(from scanner) error {
		var table, name, kind string
		var inKey, made int
		if err := from.Scan(&table, &name, &kind, &inKey, &made); err != nil {
			return err
		}
		if notMoved[table] != "" {
			return nil
		}
		if tables[table] == nil {
			tables[table], keys[table] = &layout{name: table}, map[int]int{}
		}
		t := tables[table]
		if inKey > 0 {
			keys[table][inKey] = len(t.columns)
		}
		if made > 0 {
			t.counter = name
		}
		t.columns = append(t.columns, column{name, kinds[kind]})
		return nil
	}, e.columns())
	if err != nil {
		return nil, err
	}
	for name, t := range tables {
		for _, place := range slices.Sorted(maps.Keys(keys[name])) {
			t.key = append(t.key, keys[name][place])
		}
	}
	return tables, q.each(func(from scanner) error {
		var table, parent string
		err := from.Scan(&table, &parent)
		if t := tables[table]; t != nil && parent != table && !slices.Contains(t.parents, parent) {
			t.parents = append(t.parents, parent)
		}
		return err
	}, e.references())
}

// programTables are the tables of this program's schema, parents first. What else
// is in a schema of PostgreSQL may be of another program.
func programTables(ctx context.Context) (tables []*layout, err error) {
	e := sqliteEngine{}
	db, err := openOne("file::memory:")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m, err := e.migratorOf(ctx, db)
	if err != nil {
		return nil, err
	}
	if err := m.up(ctx); err != nil {
		return nil, err
	}
	all, err := query{ctx: ctx, db: db}.layouts(e)
	return inOrder(all), err
}

// has refuses a database in which a table is missing, or is another one.
func (q query) has(e engine, tables []*layout) error {
	there, err := q.layouts(e)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if there[t.name] == nil || !slices.Equal(t.sorted(), there[t.name].sorted()) {
			return fault.New(fault.Internal, "schema_differs", "The table %s is not as this Burgee has it", t.name)
		}
	}
	return nil
}

// sorted are the columns by name: a column that a migration adds may be at
// another place.
func (t *layout) sorted() []column {
	return slices.SortedFunc(slices.Values(t.columns), func(a, b column) int { return strings.Compare(a.name, b.name) })
}

// inOrder sorts tables by name, parents first.
func inOrder(tables map[string]*layout) (out []*layout) {
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		t := tables[name]
		if t == nil || done[name] {
			return
		}
		done[name] = true
		for _, parent := range slices.Sorted(slices.Values(t.parents)) {
			visit(parent)
		}
		out = append(out, t)
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		visit(name)
	}
	return out
}

// quoted is a name as SQL takes any.
func quoted(name string) string { return `"` + name + `"` }

func (t *layout) list(of []int) string {
	names := make([]string, len(of))
	for i, place := range of {
		names[i] = quoted(t.columns[place].name)
	}
	return strings.Join(names, ", ")
}

func (t *layout) all() []int {
	all := make([]int, len(t.columns))
	for i := range all {
		all[i] = i
	}
	return all
}

// numbers are n placeholders after the first so many.
func numbers(after, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", after+i+1)
	}
	return strings.Join(out, ", ")
}

// each visits the rows after a key, in the order of keys, which is that of
// bytes on every engine. The values are nil, int64, string and []byte, and stay
// the caller's.
func (t *layout) each(q query, after []any, visit func(values []any) error) error {
	where := ""
	if after != nil {
		where = fmt.Sprintf(" WHERE (%s) > (%s)", t.list(t.key), numbers(0, len(t.key)))
	}
	into := make([]any, len(t.columns))
	return q.each(func(from scanner) error {
		values := make([]any, len(t.columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := from.Scan(into...); err != nil {
			return err
		}
		for i, c := range t.columns {
			var err error
			if values[i], err = c.value(values[i]); err != nil {
				return fmt.Errorf("store: %s.%s: %w", t.name, c.name, err)
			}
		}
		return visit(values)
	}, fmt.Sprintf("SELECT %s FROM %s%s ORDER BY %s", t.list(t.all()), quoted(t.name), where, t.list(t.key)), after...)
}

// value brings what a driver gives to the column's kind: SQLite keeps bytes in
// a column of text when it is given bytes.
func (c column) value(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if c.kind == kindInteger {
			return v, nil
		}
	case string:
		switch c.kind {
		case kindText:
			return v, nil
		case kindBytes:
			return []byte(v), nil
		}
	case []byte:
		switch c.kind {
		case kindText:
			return string(v), nil
		case kindBytes:
			return append([]byte{}, v...), nil // never nil, which would be NULL
		}
	}
	return nil, fmt.Errorf("a %T in a column of kind %s", v, c.kind)
}

// last is the greatest key of a table, nil when it is empty.
func (t *layout) last(q query) (key []any, err error) {
	into := make([]any, len(t.key))
	key = make([]any, len(t.key))
	for i := range key {
		into[i] = &key[i]
	}
	order := strings.ReplaceAll(t.list(t.key), ", ", " DESC, ") + " DESC"
	err = q.row(fmt.Sprintf("SELECT %s FROM %s ORDER BY %s LIMIT 1", t.list(t.key), quoted(t.name), order)).scan(into...)
	if err != nil {
		return nil, unlessNone(err)
	}
	for i, place := range t.key {
		if key[i], err = t.columns[place].value(key[i]); err != nil {
			return nil, err
		}
	}
	return key, nil
}
