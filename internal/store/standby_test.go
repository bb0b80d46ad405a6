package store_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// execute runs a statement on a connection of its own.
func execute(t *testing.T, address, text string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // a clean-up too may call it
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// replicated waits until a standby, which is a little behind, has a project.
func replicated(t *testing.T, standby, key string) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, standby)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		var there bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM project WHERE key = $1)`, key).Scan(&there); err != nil {
			t.Fatal(err)
		}
		if there {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the standby does not get %s", key)
		}
	}
}

// altered is an address with something else in it.
func altered(t *testing.T, address string, alter func(*url.URL)) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	alter(u)
	return u.String()
}

// refusesWrites fails the test unless a change is refused as by a database that
// takes none, and what is there is read all the same.
func refusesWrites(t *testing.T, s *store.Store, key string) {
	t.Helper()
	err := addProject(t, s, key, new(int))
	if f := fault.As(err); f.Kind != fault.Unavailable || f.Code != "store_read_only" || f.RetryAfter == 0 {
		t.Errorf("a change: %v, %s", err, f.Code)
	}
	if keys := projectKeys(t, s); !keys["first"] || keys[key] {
		t.Errorf("what is read: %v", keys)
	}
	if f := fault.As(s.Outage()); f == nil || f.Code != "store_read_only" {
		t.Errorf("the store says %v", s.Outage())
	}
}

// takesWrites fails the test unless the store finds out by itself that the
// database takes changes again, and soon reads from that one.
func takesWrites(t *testing.T, s *store.Store, key string) {
	t.Helper()
	s.Tend(t.Context())
	if s.Outage() != nil {
		t.Errorf("it is over, and the store says %v", s.Outage())
	}
	if err := addProject(t, s, key, new(int)); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); !projectKeys(t, s)[key]; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s was acknowledged and is not read", key)
		}
	}
}

func TestAStoreFollowsItsDatabaseThroughAFailover(t *testing.T) {
	server := storetest.Hold(t, "DURABLE=1")
	standby := server.Order(t, "standby")
	_, err := store.Open(t.Context(), store.Options{URL: standby})
	wantWords(t, err, "store_read_only", "standby", "several hosts")

	both := altered(t, server.Address, func(u *url.URL) {
		second, _ := url.Parse(standby)
		u.Host = second.Host + "," + u.Host // the standby is asked first
	})
	s := openURL(t, store.Options{URL: both})
	if err := addProject(t, s, "first", new(int)); err != nil {
		t.Fatal(err)
	}
	replicated(t, standby, "first")

	// One address that leads now here and now there, as behind a load balancer.
	w, moving := throughWire(t, server.Address)
	single := openURL(t, store.Options{URL: altered(t, moving, func(u *url.URL) { u.RawQuery += "&application_name=single&target_session_attrs=any" })})
	lead := func(to string) {
		w.lead(t, to)
		execute(t, server.Address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'single'`)
	}
	lead(standby)
	refusesWrites(t, single, "led astray")
	lead(server.Address)
	takesWrites(t, single, "led back")

	server.Order(t, "stop") // which waits until the standby has everything
	refusesWrites(t, s, "without a primary")
	server.Order(t, "promote")
	takesWrites(t, s, "promoted")
	keys := projectKeys(t, s)
	if !keys["first"] || !keys["led back"] || keys["led astray"] || keys["without a primary"] {
		t.Errorf("after the failover: %v", keys)
	}
}

func TestADatabaseSetToReadOnlyIsToldAndLeftByItself(t *testing.T) {
	address := storetest.Postgres(t)
	s := openURL(t, store.Options{URL: address})
	if err := addProject(t, s, "first", new(int)); err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(altered(t, address, func(u *url.URL) { *u = url.URL{Path: u.Path} }), "/")
	set := func(to string) {
		execute(t, altered(t, address, func(u *url.URL) { u.Path = "/postgres" }), `ALTER DATABASE `+database+` SET default_transaction_read_only = `+to)
		execute(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	set("on")
	refusesWrites(t, s, "read-only")
	_, err := store.Open(t.Context(), store.Options{URL: address})
	wantWords(t, err, "store_read_only", "default_transaction_read_only", "RESET")
	set("off")
	takesWrites(t, s, "writable")
}

func TestReadsPassOverConnectionsThatTheServerEnded(t *testing.T) {
	address := storetest.Postgres(t)
	s := openURL(t, store.Options{URL: address})
	for range 3 {
		var many errgroup.Group // so that there are several connections
		for range 16 {
			many.Go(func() error {
				return s.Read(t.Context(), func(r catalog.Reader) error { _, err := r.Projects(); return err })
			})
		}
		if err := many.Wait(); err != nil {
			t.Fatal(err)
		}
		execute(t, address, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if _, _, err := s.DatabaseTime(t.Context()); err != nil { // a question without a transaction
			t.Error(err)
		}
		projectKeys(t, s)
		if s.Outage() != nil {
			t.Errorf("nobody was told of an outage, and the store says %v", s.Outage())
		}
	}
}
