// Command keep writes down one database of each engine in the schema of the tree
// that it is built from, for the tests that upgrade: the newest database that was
// kept, brought to that schema and used by this Burgee. scripts/keep-schema runs it.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
)

func main() {
	folder := flag.String("folder", "internal/store/testdata/landed", "where databases are kept")
	flag.Parse()
	ctx := context.Background()
	if err := errors.Join(keepSQLite(ctx, *folder), keepPostgres(ctx, *folder, os.Getenv("BURGEE_TEST_POSTGRES"))); err != nil {
		fmt.Fprintln(os.Stderr, "keep:", err)
		os.Exit(1)
	}
}

// rows are of tables that use does not fill: a server does, in ways that are far
// from here, or no Burgee of the schema yet. A step that adds a table adds its line
// here, or to use.
var rows = []struct {
	table, text string
	args        []any
}{
	{"sign_in_failure", `INSERT INTO sign_in_failure VALUES ($1, 3, 1795700000000, 1795700001000) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"membership", `INSERT INTO membership VALUES ((SELECT MIN(id) FROM member), $1, $1, $1) ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"custom_role", `INSERT INTO custom_role VALUES ($1, $1, $1, 0) ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"link", `INSERT INTO link VALUES ($1, 'reset', '', '', '', '', '', 0, 0) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"totp", `INSERT INTO totp VALUES ((SELECT MIN(id) FROM member), $1, 0, 0) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"recovery_code", `INSERT INTO recovery_code VALUES ((SELECT MIN(id) FROM member), $1) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"pending_sign_in", `INSERT INTO pending_sign_in VALUES ($1, (SELECT MIN(id) FROM member), 0, 1) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"cli_login", `INSERT INTO cli_login VALUES ($1, $1, 'laptop', '127.0.0.1', 0, 1, NULL) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"webhook", `INSERT INTO webhook VALUES ('kept', (SELECT MIN(id) FROM project), 'kept', 'standard', '{}', 0, $1, 1, 0, 0) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"webhook_progress", `INSERT INTO webhook_progress VALUES ($1, 0, 0, 0, 0, 0, 0, '') ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"webhook_delivery", `INSERT INTO webhook_delivery (webhook_id, message, first_seq, last_seq, state, created_at, queued_at, next_at, finished_at, attempts)
		VALUES ($1, $1, 0, 0, 'delivered', 0, 0, 0, 0, 1) ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"webhook_attempt", `INSERT INTO webhook_attempt VALUES ((SELECT MIN(id) FROM webhook_delivery), 1, 0, 0, 200, '', '') ON CONFLICT DO NOTHING`, []any{}},
	{"idempotency_key", `INSERT INTO idempotency_key VALUES ($1, $2, $2, 1795700000000, $1, 200, '', NULL) ON CONFLICT DO NOTHING`, []any{"kept", []byte("kept")}},
	{"single_sign_on", `INSERT INTO single_sign_on VALUES (1, '{}', $1, 0) ON CONFLICT DO NOTHING`, []any{[]byte("kept")}},
	{"identity", `INSERT INTO identity VALUES ($1, $1, (SELECT MIN(id) FROM member), 0) ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"node", `INSERT INTO node (id, beat, asks, newest) VALUES ($1, 1795700000000, 1, 1) ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"node_news", `INSERT INTO node_news VALUES ($1, 1, 1795700000000, '{}') ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"change_request", `INSERT INTO change_request (project_id, number, title, state, version, digest, base, environments, objects, changes,
		actor_kind, actor_id, actor_name, created_at, updated_at, publish_at, problem, revisions)
		VALUES ((SELECT MIN(id) FROM project), 1000, $1, 'open', 1, $2, '{}', '[]', 0, '[]', 'host', '', $1, 0, 0, 0, '', '{}') ON CONFLICT DO NOTHING`, []any{"kept", []byte("kept")}},
	{"change_request_event", `INSERT INTO change_request_event (project_id, number, seq, kind, version, at, actor_kind, actor_id, actor_name, person, environments, text)
		VALUES ((SELECT MIN(id) FROM project), 1000, 1, 'submitted', 1, 0, 'host', '', $1, '', '[]', '') ON CONFLICT DO NOTHING`, []any{"kept"}},
	{"rollout", `INSERT INTO rollout VALUES ((SELECT MIN(id) FROM project), 1000, (SELECT MIN(id) FROM environment), 'configuration', $1, '', $1, '', '', 'done',
		'[]', 0, 0, 0, '', '', '{}', 0, 0, 'host', '', $1, '', 0, 0, 0, 0) ON CONFLICT DO NOTHING`, []any{"kept"}},
}

// use does with a store what leaves a row in each table that the kept databases
// do not have yet.
func use(ctx context.Context, s *store.Store) error {
	owner := account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}
	key := fmt.Sprintf("kept.%d", time.Now().Unix())
	if _, err := catalog.New(s, catalog.Options{}).CreateFlag(ctx, owner, "default", key, document.Flag{Type: "boolean"}, catalog.WriteOptions{}); err != nil {
		return err
	}
	if _, held, err := s.TakeLease(ctx, "retention", "kept", time.Minute); err != nil || !held {
		return fmt.Errorf("no lease: %w", err)
	}
	return nil
}

func keepSQLite(ctx context.Context, folder string) error {
	dir, err := os.MkdirTemp("", "burgee-keep-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // of the system's folder for what is temporary
	file := store.DatabaseFile(dir)
	if err := load(ctx, "sqlite", file, folder, "sqlite"); err != nil {
		return err
	}
	if err := upgradeAndUse(ctx, store.Options{Dir: dir, Version: "0.1.0"}); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	const tables = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	return write(ctx, db, folder, "sqlite", tables, func() (string, error) { return dumpSQLite(ctx, db, tables) })
}

func keepPostgres(ctx context.Context, folder, server string) error {
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer admin.Close() //nolint:errcheck // nothing is under way
	name := "keep_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return err
	}
	address := strings.Replace(server, "/postgres?", "/"+name+"?", 1)
	if err := load(ctx, "pgx", address+"&default_query_exec_mode=simple_protocol", folder, "postgres"); err != nil {
		return err
	}
	if err := upgradeAndUse(ctx, store.Options{URL: address, Version: "0.1.0"}); err != nil {
		return err
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // only read
	const tables = `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`
	return write(ctx, db, folder, "postgres", tables, func() (string, error) { return dumpPostgres(ctx, address) })
}

// load fills a database with the newest one that was kept of its engine before
// this tree's schema.
func load(ctx context.Context, driver, name, folder, engine string) (err error) {
	files, err := filepath.Glob(filepath.Join(folder, engine+"-*.sql"))
	if err != nil {
		return err
	}
	steps, err := filepath.Glob("internal/store/migrations/" + engine + "/*.sql")
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(files, func(file string) bool { return strings.Count(filepath.Base(file), "-") >= len(steps) })
	if len(files) == 0 {
		return fmt.Errorf("no database of %s with fewer than %d steps is kept in %s", engine, len(steps), folder)
	}
	newest := slices.MaxFunc(files, func(a, b string) int {
		return cmp.Compare(strings.Count(filepath.Base(a), "-"), strings.Count(filepath.Base(b), "-"))
	})
	text, err := os.ReadFile(newest)
	if err != nil {
		return err
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, string(text))
	return err
}

func upgradeAndUse(ctx context.Context, o store.Options) error {
	s, err := store.Open(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(use(ctx, s), s.Close())
}

// write keeps a dump under the name of the steps that were applied. There must be
// something in every table: an upgrade of nothing shows nothing.
func write(ctx context.Context, db *sql.DB, folder, engine, tables string, dump func() (string, error)) error {
	names, err := column(ctx, db, tables)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if !slices.Contains(names, r.table) {
			continue
		}
		if _, err := db.ExecContext(ctx, r.text, r.args...); err != nil {
			return err
		}
	}
	for _, name := range names {
		n, err := column(ctx, db, fmt.Sprintf(`SELECT CAST(COUNT(*) AS TEXT) FROM "%s"`, name))
		if err != nil {
			return err
		}
		if n[0] == "0" {
			return fmt.Errorf("nothing is in the table %s: let rows, in internal/store/keep, have one", name)
		}
	}
	steps, err := column(ctx, db, `SELECT CAST(version_id AS TEXT) FROM goose_db_version s WHERE version_id > 0 ORDER BY s.version_id`)
	if err != nil {
		return err
	}
	text, err := dump()
	if err != nil {
		return err
	}
	text = fmt.Sprintf("-- A database of the schema with the steps %s, as that Burgee left it.\n%s", strings.Join(steps, ", "), text)
	file := filepath.Join(folder, engine+"-"+strings.Join(steps, "-")+".sql")
	fmt.Println(file)
	return os.WriteFile(file, []byte(text), 0o644)
}

// dumpSQLite is a database as the statements that make it: tables, rows, and then
// the indexes.
func dumpSQLite(ctx context.Context, db *sql.DB, tables string) (string, error) {
	made, err := column(ctx, db, `SELECT sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	if err != nil {
		return "", err
	}
	names, err := column(ctx, db, tables)
	if err != nil {
		return "", err
	}
	statements := append([]string{"BEGIN TRANSACTION"}, made...)
	for _, name := range append(names, "sqlite_sequence") {
		rows, err := rowsOf(ctx, db, name)
		if err != nil {
			return "", err
		}
		statements = append(statements, rows...)
	}
	indexes, err := column(ctx, db, `SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`)
	if err != nil {
		return "", err
	}
	statements = append(append(statements, indexes...), "COMMIT")
	return strings.Join(statements, ";\n") + ";\n", nil
}

// rowsOf are the statements for the rows of a table. That of the counters has rows
// already, for the tables that were filled before.
func rowsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	columns, err := column(ctx, db, `SELECT 'quote("' || name || '")' FROM pragma_table_info($1) ORDER BY cid`, table)
	if err != nil {
		return nil, err
	}
	rows, err := column(ctx, db, fmt.Sprintf(`SELECT %s FROM "%s" ORDER BY rowid`, strings.Join(columns, ` || ',' || `), table))
	if err != nil {
		return nil, err
	}
	var out []string
	if table == "sqlite_sequence" {
		out = append(out, `DELETE FROM sqlite_sequence`)
	}
	for _, row := range rows {
		out = append(out, fmt.Sprintf(`INSERT INTO "%s" VALUES(%s)`, table, row))
	}
	return out, nil
}

// dumpPostgres is what pg_dump says, without what depends on its version.
func dumpPostgres(ctx context.Context, address string) (string, error) {
	command := exec.CommandContext(ctx, "pg_dump", "--no-owner", "--no-privileges", "--inserts", "--dbname", address)
	command.Stderr = os.Stderr
	text, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("pg_dump: %w", err)
	}
	var b strings.Builder
	for line := range bytes.Lines(text) {
		l := string(line)
		if strings.TrimSpace(l) == "" || strings.HasPrefix(l, "--") || strings.HasPrefix(l, `\`) || strings.HasPrefix(l, "SET transaction_timeout") {
			continue
		}
		b.WriteString(l)
	}
	return b.String(), nil
}

func column(ctx context.Context, db *sql.DB, text string, args ...any) (out []string, err error) {
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	defer rows.Close() //nolint:errcheck // Err is asked
	for rows.Next() {
		var cell string
		if err := rows.Scan(&cell); err != nil {
			return nil, err
		}
		out = append(out, cell)
	}
	return out, rows.Err()
}
