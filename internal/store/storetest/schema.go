package storetest

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// physical is what one engine has and the other does not need: the partitions of
// a table are in it, and an index by time serves retention only where rows are
// deleted one by one.
var physical = map[string]bool{"evaluation_count_minute": true}

// dump is a schema in words.
type dump struct{ tables map[string][]string }

func (d *dump) add(table, format string, args ...any) {
	if d.tables == nil {
		d.tables = map[string][]string{}
	}
	d.tables[table] = append(d.tables[table], "  "+strings.TrimRight(fmt.Sprintf(format, args...), " ")+"\n")
}

func (d *dump) String() string {
	var b strings.Builder
	var names []string
	for name := range d.tables {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lines := d.tables[name]
		slices.Sort(lines)
		fmt.Fprintf(&b, "%s\n%s\n", name, strings.Join(lines, ""))
	}
	return b.String()
}

// Rows runs a query whose columns are all text.
func Rows(t testing.TB, db *sql.DB, text string, args ...any) (out [][]string) {
	t.Helper()
	result, err := db.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer func() { _ = result.Close() }()
	columns, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for result.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := result.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(cells))
		for i, cell := range cells {
			row[i] = cell.String
		}
		out = append(out, row)
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func column(name, kind string, null bool, byDefault string) string {
	if !null {
		kind += " not null"
	}
	if byDefault != "" {
		kind += " default " + byDefault
	}
	return name + " " + kind
}

// SQLiteSchema says in words which schema a database has: what a row can hold, and
// what rows may be together.
func SQLiteSchema(t testing.TB, db *sql.DB) string {
	t.Helper()
	kinds := map[string]string{"BIGINT": "integer", "INTEGER": "integer", "TEXT": "text", "BLOB": "bytes"}
	var d dump
	for _, table := range Rows(t, db, `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version'`) {
		name, made := table[0], strings.Contains(table[1], "AUTOINCREMENT")
		var key []string
		for _, c := range Rows(t, db, `SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info($1) ORDER BY pk`, name) {
			kind := kinds[c[1]]
			if c[4] != "0" {
				key = append(key, c[0])
				if made {
					kind += " made by the database"
				}
			}
			d.add(name, "%s", column(c[0], kind, c[2] == "0" && c[4] == "0", c[3]))
		}
		d.add(name, "primary key (%s)", strings.Join(key, ", "))
		for _, index := range Rows(t, db, `SELECT l.name, l.origin, (SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY seqno))
			FROM pragma_index_list($1) l`, name) {
			switch index[1] {
			case "u":
				d.add(name, "unique (%s)", index[2])
			case "c":
				if physical[index[0]] {
					continue
				}
				d.add(name, "index %s (%s)", index[0], index[2])
			}
		}
		for _, f := range Rows(t, db, `SELECT group_concat("from", ', '), "table", group_concat("to", ', '), on_delete
			FROM (SELECT * FROM pragma_foreign_key_list($1) ORDER BY id, seq) GROUP BY id`, name) {
			d.add(name, "foreign key (%s) to %s (%s), on delete %s", f[0], f[1], f[2], strings.ToLower(f[3]))
		}
	}
	return d.String()
}

// PostgresSchema is SQLiteSchema for PostgreSQL; for equal schemas the words are equal.
func PostgresSchema(t testing.TB, db *sql.DB) string {
	t.Helper()
	kinds := map[string]string{"bigint": "integer", "text": "text", "bytea": "bytes"}
	var d dump
	for _, c := range Rows(t, db, `SELECT table_name, column_name, data_type, is_nullable, COALESCE(column_default, ''), is_identity, COALESCE(collation_name, '')
		FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> 'goose_db_version'
			AND NOT (SELECT relispartition FROM pg_class WHERE oid = format('%I.%I', table_schema, table_name)::regclass)`) {
		kind := kinds[c[2]]
		if c[5] == "YES" {
			kind += " made by the database"
		}
		if kind == "text" && c[6] != "C" {
			kind += " sorted by people" // must be COLLATE "C", as SQLite sorts
		}
		d.add(c[0], "%s", column(c[1], kind, c[3] == "YES", strings.TrimSuffix(c[4], "::text")))
	}
	for _, c := range Rows(t, db, `SELECT t.relname, c.contype, r.relname, CASE c.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' ELSE c.confdeltype::text END,
			(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k (number, place)
				JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number),
			(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY k (number, place)
				JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number)
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid LEFT JOIN pg_class r ON r.oid = c.confrelid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'goose_db_version' AND NOT t.relispartition`) {
		switch c[1] {
		case "p":
			d.add(c[0], "primary key (%s)", c[4])
		case "u":
			d.add(c[0], "unique (%s)", c[4])
		case "f":
			d.add(c[0], "foreign key (%s) to %s (%s), on delete %s", c[4], c[2], c[5], c[3])
		}
	}
	for _, i := range Rows(t, db, `SELECT t.relname, n.relname,
			(SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY k (number, place)
				JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
		FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'goose_db_version' AND NOT t.relispartition
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))`) {
		d.add(i[0], "index %s (%s)", i[1], i[2])
	}
	return d.String()
}
