package storetest

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"burgee.dev/burgee/internal/store"
)

// Postgres returns the address of a database of its own in this program's
// schema with nothing in it, which goes with the test. The server is that of
// BURGEE_TEST_POSTGRES, or one that scripts/postgres runs for this test binary.
func Postgres(t testing.TB) string {
	t.Helper()
	s := sharedServer(t)
	template, err := s.template()
	if err != nil {
		t.Fatal(err)
	}
	return s.database(t, "TEMPLATE "+template)
}

// EmptyPostgres is Postgres without a schema.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return sharedServer(t).database(t, "")
}

// PostgresWith is EmptyPostgres with options of CREATE DATABASE.
func PostgresWith(t testing.TB, options string) string {
	t.Helper()
	return sharedServer(t).database(t, options)
}

// OnPostgres says whether the tests that take either engine run on PostgreSQL:
// BURGEE_TEST_STORE=postgres, as scripts/twice has it the second time.
func OnPostgres() bool { return os.Getenv("BURGEE_TEST_STORE") == "postgres" }

// At returns options for the engine that this run is about, of a database that has
// this program's schema. A folder that a test opens again is the same database again.
func At(t testing.TB, o store.Options) store.Options {
	t.Helper()
	if !OnPostgres() {
		Migrated(t, o.Dir)
		return o
	}
	places.Lock()
	defer places.Unlock()
	if places.byDir[o.Dir] == "" {
		places.byDir[o.Dir] = sharedServer(t).lend(t)
		t.Cleanup(func() {
			places.Lock()
			defer places.Unlock()
			delete(places.byDir, o.Dir)
		})
	}
	o.URL = places.byDir[o.Dir]
	return o
}

var places = struct {
	sync.Mutex
	byDir map[string]string
}{byDir: map[string]string{}}

// server is a PostgreSQL server for tests.
type server struct {
	address string // of its database postgres
	made    func() (string, error)
	lent    lent
	held    *Held // nil for one of BURGEE_TEST_POSTGRES; else it ends when nobody refers to it
}

var sharedServerOnce = sync.OnceValues(func() (*server, error) {
	if address := os.Getenv("BURGEE_TEST_POSTGRES"); address != "" {
		return newServer(address), nil
	}
	held, err := hold()
	if err != nil {
		return nil, err
	}
	s := newServer(held.Address)
	s.held = held
	return s, nil
})

func sharedServer(t testing.TB) *server {
	t.Helper()
	s, err := sharedServerOnce()
	if err != nil {
		t.Fatalf("no PostgreSQL for the tests: %v", err)
	}
	return s
}

func newServer(address string) *server {
	s := &server{address: address}
	s.made = sync.OnceValues(s.makeTemplate)
	return s
}

func (s *server) template() (string, error) { return s.made() }

// makeTemplate makes the database that others are copied from, once for all
// test binaries of the server.
func (s *server) makeTemplate() (name string, err error) {
	ctx := context.Background()
	schema, err := store.Schema()
	if err != nil {
		return "", err
	}
	name = fmt.Sprintf("burgee_schema_%d", schema)
	conn, err := pgx.Connect(ctx, s.address)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }() // and so gives the lock up
	if err := execute(ctx, conn, `SELECT pg_advisory_lock(1)`); err != nil {
		return "", err
	}
	var n int
	if err := conn.QueryRow(ctx, `SELECT COUNT(*) FROM pg_database WHERE datname = $1`, name).Scan(&n); err != nil || n > 0 {
		return name, err
	}
	for _, step := range []func() error{
		func() error { return execute(ctx, conn, "DROP DATABASE IF EXISTS "+name+"_new") },
		func() error { return execute(ctx, conn, "CREATE DATABASE "+name+"_new") },
		func() error { return s.migrate(ctx, name+"_new") },
		func() error { return execute(ctx, conn, "ALTER DATABASE "+name+"_new RENAME TO "+name) },
	} {
		if err := step(); err != nil {
			return "", err
		}
	}
	return name, nil
}

func execute(ctx context.Context, conn *pgx.Conn, text string) error {
	_, err := conn.Exec(ctx, text)
	return err
}

// do runs a statement on a connection of its own: nothing stays open behind a
// test.
func do(ctx context.Context, address, text string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(execute(ctx, conn, text), conn.Close(ctx))
}

// migrate brings a database to this program's schema and leaves it empty: who
// opens a copy makes its epoch by a clock of its own.
func (s *server) migrate(ctx context.Context, name string) error {
	opened, err := store.Open(ctx, store.Options{URL: s.of(name)})
	if err != nil {
		return err
	}
	if err := opened.Close(); err != nil {
		return err
	}
	return do(ctx, s.of(name), `DELETE FROM meta`)
}

// of is the address of another database of the server.
func (s *server) of(name string) string {
	return strings.Replace(s.address, "/postgres?", "/"+name+"?", 1)
}

func (s *server) database(t testing.TB, options string) string {
	t.Helper()
	name := newName()
	if err := s.create(t.Context(), name, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.drop(name); err != nil {
			t.Error(err)
		}
	})
	return s.of(name)
}

func newName() string { return "test_" + strings.ToLower(rand.Text()) }

func (s *server) create(ctx context.Context, name, options string) error {
	return do(ctx, s.address, "CREATE DATABASE "+name+" "+options)
}

func (s *server) drop(name string) error {
	return do(context.Background(), s.address, "DROP DATABASE "+name+" WITH (FORCE)")
}

// Held is a PostgreSQL server of this process, which ends with it.
type Held struct {
	Address string

	orders  io.Writer
	answers *bufio.Scanner
	said    *os.File // its standard error
}

// Hold runs a PostgreSQL server of the test's own, which may be stopped and
// started. A durable one syncs to the disk.
func Hold(t testing.TB, environ ...string) *Held {
	t.Helper()
	held, err := hold(environ...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(held.end)
	return held
}

func hold(environ ...string) (*Held, error) {
	script, err := findScript()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(script, "hold")
	cmd.Env = append(os.Environ(), environ...)
	said, err := os.CreateTemp("", "burgee-postgres-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(said.Name()); err != nil { // it lives as long as it is open
		return nil, err
	}
	held := &Held{said: said}
	cmd.Stderr = said
	orders, err := cmd.StdinPipe() // stays open as long as this process lives
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	held.orders, held.answers = orders, bufio.NewScanner(out)
	if !held.answers.Scan() {
		return nil, errors.Join(fmt.Errorf("scripts/postgres hold: %s", held.words()), cmd.Wait())
	}
	held.Address = held.answers.Text()
	return held, nil
}

// Order has the server stop, crash or start, make a standby, whose address is
// the answer, or promote that.
func (h *Held) Order(t testing.TB, order string) (answer string) {
	t.Helper()
	if _, err := fmt.Fprintln(h.orders, order); err != nil {
		t.Fatal(err)
	}
	if !h.answers.Scan() {
		t.Fatalf("%s: %s", order, h.words())
	}
	return h.answers.Text()
}

func (h *Held) words() string {
	text, _ := io.ReadAll(io.NewSectionReader(h.said, 0, 1<<16))
	return string(text)
}

func (h *Held) end() { _ = h.orders.(io.Closer).Close() }

// findScript finds scripts/postgres above the folder of the test.
func findScript() (string, error) {
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		file := filepath.Join(dir, "scripts", "postgres")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", errors.Join(errors.New("scripts/postgres is nowhere above the test's folder"), err)
}
