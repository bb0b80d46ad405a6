package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// filled makes a folder whose database has rows in every table, with what is
// hard to carry: texts that sort in other ways than their bytes, every kind of
// number, NULL, empty bytes and bytes that are no text.
func filled(t *testing.T, rowsOf int, seed uint64) (dir string, key secret.Key) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Version: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	key, _, err = secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	vault, err := secret.Open(t.Context(), s, key)
	if err == nil {
		err = vault.Put(t.Context(), secret.SigningKey, []byte("\x00the key\xff"))
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	columns, err := store.MovedColumns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	for table, of := range byTable(columns) {
		if table.name == "data_key" || table.name == "secret" {
			continue // made above
		}
		for i := range rowsOf {
			insert(t, db, table.name, of, i, random)
		}
		if got := storetest.Rows(t, db, `SELECT COUNT(*) FROM "`+table.name+`"`)[0][0]; got == "0" {
			t.Fatalf("no row could be made in %s", table.name)
		}
	}
	return dir, key
}

type numbered struct {
	place int
	name  string
}

// byTable ranges over the tables in their order.
func byTable(columns []store.Column) func(func(numbered, []store.Column) bool) {
	return func(yield func(numbered, []store.Column) bool) {
		for start := 0; start < len(columns); {
			end := start
			for end < len(columns) && columns[end].Table == columns[start].Table {
				end++
			}
			if !yield(numbered{start, columns[start].Table}, columns[start:end]) {
				return
			}
			start = end
		}
	}
}

// names sort by bytes in another order than people or UTF-16 have it.
var names = []string{"a", "B", "ä", "Z z", "\uffee", "\U0001F600", "a'", "", "0", "a-b", "ab", "é", "e\u0301", "\t", "~", "A"}

// insert makes the row i of a table: rows of one number refer to each other.
// Where a constraint allows no such row there is none.
func insert(t *testing.T, db *sql.DB, table string, columns []store.Column, i int, random *rand.Rand) {
	t.Helper()
	fixed := map[string]any{"flag.source": "code", "sdk_key.kind": "client", "sdk_key.contexts": "signed"}
	texts := []string{"", "plain", `{"a":"\u0000 é 😀"}`, strings.Repeat("long ", 5000), "it's \"quoted\" \\ \n"}
	integers := []int64{0, 1, -1, math.MaxInt64, math.MinInt64, 1 << 53}
	var list, marks []string
	var values []any
	for n, c := range columns {
		list, marks = append(list, `"`+c.Name+`"`), append(marks, fmt.Sprintf("$%d", n+1))
		var v any
		refers := c.InKey || strings.HasSuffix(c.Name, "_id") || strings.HasSuffix(c.Name, "_key") || slices.Contains([]string{"id", "key", "seq", "revision"}, c.Name)
		switch {
		case fixed[c.Table+"."+c.Name] != nil:
			v = fixed[c.Table+"."+c.Name]
		case c.Kind == "integer" && refers:
			v = int64(i + 1)
		case c.Kind == "integer":
			v = integers[random.IntN(len(integers))]
		case c.Kind == "text" && refers:
			v = names[i%len(names)] + strings.Repeat("+", i/len(names))
		case c.Kind == "text":
			v = texts[random.IntN(len(texts))]
		case c.Name == "hash" && !refers:
			v = []byte{byte(i), 0, 0xff}
		default:
			v = bytes.Repeat([]byte{0, byte(i), 0x80}, random.IntN(3))
		}
		if c.InKey && c.Kind == "bytes" {
			v = []byte{byte(255 - i), 0}
		}
		values = append(values, v)
	}
	nullable := map[string]int{}
	for n, c := range columns {
		nullable[c.Name] = n
	}
	for _, c := range storetest.Rows(t, db, `SELECT name FROM pragma_table_info($1) WHERE "notnull" = 0 AND pk = 0`, table) {
		if random.IntN(2) == 0 {
			values[nullable[c[0]]] = nil
		}
	}
	text := fmt.Sprintf(`INSERT OR IGNORE INTO "%s" (%s) VALUES (%s)`, table, strings.Join(list, ", "), strings.Join(marks, ", "))
	if _, err := db.ExecContext(t.Context(), text, values...); err != nil {
		t.Fatalf("%s: %v", table, err)
	}
}

// dumped is everything in a folder's database as SQLite itself writes it down,
// with the counters of keys.
func dumped(t *testing.T, dir string, without ...string) string {
	t.Helper()
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	var b strings.Builder
	for _, table := range storetest.Rows(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`) {
		if slices.Contains(without, table[0]) || table[0] == "goose_db_version" {
			continue
		}
		var cells []string
		for _, c := range storetest.Rows(t, db, `SELECT name FROM pragma_table_info($1) ORDER BY name`, table[0]) {
			cells = append(cells, fmt.Sprintf(`quote("%s")`, c[0]))
		}
		fmt.Fprintf(&b, "%s\n", table[0])
		for _, row := range storetest.Rows(t, db, fmt.Sprintf(`SELECT %s AS row FROM "%s" ORDER BY row`, strings.Join(cells, " || ', ' || "), table[0])) {
			fmt.Fprintf(&b, "  %s\n", row[0])
		}
	}
	return b.String()
}

func wantSame(t *testing.T, what, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// fileBytes are the files of a database.
func fileBytes(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{"burgee.db", "burgee.db-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && len(data) > 0 {
			out[name] = data
		}
	}
	return out
}

func move(t *testing.T, o store.MoveOptions) store.MovePlan {
	t.Helper()
	plan, err := store.Move(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestEveryTableMovesOrItIsSaidWhyNot(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	columns, err := store.MovedColumns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]bool{}
	for table := range byTable(columns) {
		moved[table.name] = true
	}
	db := raw(t, dir)
	defer func() { _ = db.Close() }()
	for _, table := range storetest.Rows(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`) {
		if name := table[0]; moved[name] == (store.NotMoved()[name] != "") {
			t.Errorf("%s: moved %v, and why it is not: %q", name, moved[name], store.NotMoved()[name])
		}
	}
}

func TestAMoveToPostgresAndBackChangesNothing(t *testing.T) {
	for seed := range uint64(2) {
		from, key := filled(t, len(names)+3, seed)
		want, files := dumped(t, from), fileBytes(t, from)
		url := storetest.EmptyPostgres(t)
		first := move(t, store.MoveOptions{From: store.Place{Dir: from}, To: store.Place{URL: url}, Secret: key})
		if !maps.EqualFunc(files, fileBytes(t, from), bytes.Equal) {
			t.Error("the source was written to")
		}
		back := filepath.Join(t.TempDir(), "back")
		second := move(t, store.MoveOptions{From: store.Place{URL: url}, To: store.Place{Dir: back}, Secret: key})
		wantSame(t, "there and back", want, dumped(t, back))
		if first.Rows == 0 || first.Rows != second.Rows || first.Facts.Epoch != second.Facts.Epoch {
			t.Errorf("%+v, then %+v", first, second)
		}
		again := move(t, store.MoveOptions{From: store.Place{Dir: from}, To: store.Place{URL: url}, Secret: key})
		if !again.Done {
			t.Errorf("moved again: %+v", again)
		}
		s := openURL(t, store.Options{URL: url})
		if s.Epoch() != first.Facts.Epoch {
			t.Errorf("epoch %d, was %d", s.Epoch(), first.Facts.Epoch)
		}
	}
}

// errCut ends a move as a kill would: nothing after it happens.
var errCut = errors.New("cut off")

func TestAMoveThatIsCutOffGoesOn(t *testing.T) {
	from, key := filled(t, 9, 7)
	want := dumped(t, from)
	for name, to := range map[string]func() store.Place{
		"to a folder":   func() store.Place { return store.Place{Dir: filepath.Join(t.TempDir(), "data")} },
		"to PostgreSQL": func() store.Place { return store.Place{URL: storetest.EmptyPostgres(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			place := to()
			o := store.MoveOptions{From: store.Place{Dir: from}, To: place, Secret: key}
			finished, cuts := false, 0
			for length := 1; !finished; length = length*2 + 1 {
				left := length
				_, err := store.MoveSteps(t.Context(), o, 2, func(step string) error {
					finished = step == "finished"
					if left--; left == 0 && !finished {
						return errCut
					}
					return nil
				})
				if finished {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				if !errors.Is(err, errCut) {
					t.Fatalf("after %d cuts: %v", cuts, err)
				}
				cuts++
				_, err = store.Open(t.Context(), store.Options{URL: place.URL, Dir: place.Dir})
				wantWords(t, err, "move_unfinished", "Run burgee migrate-store again")
			}
			if cuts < 5 {
				t.Errorf("only %d cuts", cuts)
			}
			if place.URL != "" {
				back := store.Place{Dir: filepath.Join(t.TempDir(), "back")}
				move(t, store.MoveOptions{From: place, To: back, Secret: key})
				place = back
			}
			wantSame(t, "after all cuts", want, dumped(t, place.Dir))
		})
	}
}

func TestAMoveBeginsAgainWhenTheSourceChangedMeanwhile(t *testing.T) {
	from, key := filled(t, 5, 3)
	url := storetest.EmptyPostgres(t)
	o := store.MoveOptions{From: store.Place{Dir: from}, To: store.Place{URL: url}, Secret: key}
	_, err := store.MoveSteps(t.Context(), o, 2, func(step string) error {
		if step == "token" {
			return errCut
		}
		return nil
	})
	if !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	db := raw(t, from)
	_, err = db.ExecContext(t.Context(), `UPDATE project SET name = 'another' WHERE id = 2`)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if plan := move(t, o); plan.Resumed {
		t.Error("it went on with what was there")
	}
	back := filepath.Join(t.TempDir(), "back")
	move(t, store.MoveOptions{From: o.To, To: store.Place{Dir: back}, Secret: key})
	wantSame(t, "after the change", dumped(t, from), dumped(t, back))
}

func TestAMoveThatMustNotBeIsRefusedInWords(t *testing.T) {
	from, key := filled(t, 3, 1)
	empty := func() store.Place { return store.Place{Dir: filepath.Join(t.TempDir(), "data")} }
	other, _, err := secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	alter := func(text string) store.Place {
		dir, _ := filled(t, 2, 1)
		db := raw(t, dir)
		_, err := db.ExecContext(t.Context(), text)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		return store.Place{Dir: dir}
	}
	used, usedKey := filled(t, 2, 5)
	served := filepath.Join(t.TempDir(), "data")
	server := open(t, served)
	defer func() { _ = server.Close() }()
	node := store.Place{URL: storetest.Postgres(t)}
	running := openURL(t, store.Options{URL: node.URL})
	if err := running.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	half := empty()
	_, err = store.MoveSteps(t.Context(), store.MoveOptions{From: store.Place{Dir: from}, To: half, Secret: key}, 2, func(string) error { return errCut })
	if !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		from, to store.Place
		key      secret.Key
		code     string
		words    string
	}{
		"onto itself":                  {store.Place{Dir: from}, store.Place{Dir: from + "/."}, key, "same_store", "another place"},
		"from nowhere":                 {empty(), empty(), key, "data_missing", "There is no store"},
		"from under a server":          {store.Place{Dir: served}, empty(), key, "data_in_use", "Stop it first"},
		"into a server's folder":       {store.Place{Dir: from}, store.Place{Dir: served}, key, "data_in_use", "Stop it first"},
		"from under a node":            {node, empty(), key, "data_in_use", "Stop them first"},
		"under a node":                 {store.Place{Dir: from}, node, key, "data_in_use", "Stop them first"},
		"into what is used":            {store.Place{Dir: from}, store.Place{Dir: used}, key, "store_not_empty", "is not empty"},
		"into another one's half":      {store.Place{Dir: used}, half, usedKey, "move_of_another", from},
		"from what is half moved":      {half, empty(), key, "move_unfinished", from},
		"without the key":              {store.Place{Dir: from}, empty(), secret.Key{}, "secret_key_missing", "fingerprint " + key.Fingerprint()},
		"with another key":             {store.Place{Dir: from}, empty(), other, "secret_key_other", key.Fingerprint()},
		"from an older schema":         {alter(`DELETE FROM goose_db_version WHERE version_id > 7`), empty(), key, "schema_older", "Start this Burgee's server on it once"},
		"from a newer schema":          {alter(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, 1)`), empty(), key, "schema_newer", "Move it with that version"},
		"to a database without rights": {store.Place{Dir: from}, store.Place{URL: "postgres://nobody@127.0.0.1:1/none"}, key, "store_unreachable", "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Move(t.Context(), store.MoveOptions{From: tc.from, To: tc.to, Secret: tc.key})
			wantWords(t, err, tc.code, tc.words)
		})
	}
	t.Run("a text that PostgreSQL cannot keep", func(t *testing.T) {
		dir, key := filled(t, 2, 1)
		db := raw(t, dir)
		_, err := db.ExecContext(t.Context(), `UPDATE session SET user_agent = 'a' || char(0) || 'b' WHERE member_id = 'a'`)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		url := storetest.EmptyPostgres(t)
		_, err = store.Move(t.Context(), store.MoveOptions{From: store.Place{Dir: dir}, To: store.Place{URL: url}, Secret: key})
		wantWords(t, err, "text_invalid", "session", "user_agent")
		move(t, store.MoveOptions{From: store.Place{Dir: dir}, To: empty(), Secret: key}) // SQLite can
	})
	t.Run("a source that somebody changes", func(t *testing.T) {
		dir, key := filled(t, 2, 1)
		to := empty()
		_, err := store.MoveSteps(t.Context(), store.MoveOptions{From: store.Place{Dir: dir}, To: to, Secret: key}, 0, func(step string) error {
			if step != "begun" {
				return nil
			}
			db := raw(t, dir)
			_, err := db.ExecContext(context.WithoutCancel(t.Context()), `UPDATE project SET name = 'another'`)
			return errors.Join(err, db.Close())
		})
		wantWords(t, err, "source_changed", "run the command again")
		_, err = store.Open(t.Context(), store.Options{Dir: to.Dir})
		wantWords(t, err, "move_unfinished", dir)
	})
}

func TestSecretsInFilesAreSealedOnTheWayInAndFilesOnTheWayBack(t *testing.T) {
	from := filepath.Join(t.TempDir(), "data")
	if err := open(t, from).Close(); err != nil {
		t.Fatal(err)
	}
	key, _, err := secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]byte{secret.SigningKey: []byte("the key")}
	url := storetest.EmptyPostgres(t)
	in := store.MoveOptions{From: store.Place{Dir: from}, To: store.Place{URL: url}, Secrets: func() (map[string][]byte, error) { return want, nil }}
	_, err = store.Move(t.Context(), in)
	wantWords(t, err, "secret_key_missing", "BURGEE_SECRET_KEY", "secret-key new")
	in.Secret = key
	move(t, in)
	vault, err := secret.Open(t.Context(), openURL(t, store.Options{URL: url + "&application_name=test"}), key)
	if err != nil {
		t.Fatal(err)
	}
	if plain, found, err := vault.Get(t.Context(), secret.SigningKey); err != nil || !found || string(plain) != "the key" {
		t.Errorf("%q, %v, %v", plain, found, err)
	}
	var got map[string][]byte
	back := filepath.Join(t.TempDir(), "back")
	move(t, store.MoveOptions{From: in.To, To: store.Place{Dir: back}, Secret: key, Unseal: true, Release: func(plain map[string][]byte) error {
		got = plain
		return nil
	}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	wantSame(t, "there and back", dumped(t, from), dumped(t, back))
}

// BenchmarkMove is of 50,000 rows, one of which is some 200 bytes.
func BenchmarkMove(b *testing.B) {
	from := filepath.Join(b.TempDir(), "from")
	s, err := store.Open(b.Context(), store.Options{Dir: from})
	if err := errors.Join(err, s.Close()); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(from, "burgee.db"))
	if err != nil {
		b.Fatal(err)
	}
	_, err = db.ExecContext(b.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
		INSERT INTO link (hash, kind, email, member_id, roles, made_by, maker, created_at, expires_at)
		SELECT CAST(i AS BLOB), 'invitation', 'ann' || i || '@example.com', '', 'viewer', '', printf('%0100d', i), i, i FROM n`)
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	key, _, err := secret.NewKey()
	if err != nil {
		b.Fatal(err)
	}
	for name, to := range map[string]func() store.Place{
		"sqlite":   func() store.Place { return store.Place{Dir: filepath.Join(b.TempDir(), "to")} },
		"postgres": func() store.Place { return store.Place{URL: storetest.EmptyPostgres(b)} },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				o := store.MoveOptions{From: store.Place{Dir: from}, To: to(), Secret: key}
				b.StartTimer()
				if _, err := store.Move(b.Context(), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
