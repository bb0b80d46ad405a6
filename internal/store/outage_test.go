package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// wire stands between a store and its database, and cuts the connection where a
// commit is on its way.
type wire struct {
	listener net.Listener
	to       atomic.Pointer[string] // the database's host and port
	cut      atomic.Pointer[string] // beforeCommit, afterCommit; nil cuts nothing
	dead     atomic.Bool            // nobody gets through
}

const (
	beforeCommit = "the commit is lost"
	afterCommit  = "the answer is lost"
)

// throughWire returns the address of a database behind a wire.
func throughWire(t *testing.T, address string) (*wire, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener}
	w.lead(t, address)
	var open sync.WaitGroup
	t.Cleanup(func() { _ = listener.Close(); open.Wait() })
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { w.carry(client) })
		}
	})
	u.Host = listener.Addr().String()
	return w, u.String()
}

// lead has those who come from now on get through to another database.
func (w *wire) lead(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	w.to.Store(&u.Host)
}

func (w *wire) carry(client net.Conn) {
	defer func() { _ = client.Close() }()
	if w.dead.Load() {
		return
	}
	server, err := net.Dial("tcp", *w.to.Load())
	if err != nil {
		return
	}
	var answers sync.WaitGroup
	defer answers.Wait()
	defer func() { _ = server.Close() }()
	answers.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	})
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		cut := w.cut.Load()
		committing := cut != nil && bytes.Contains(buffer[:n], []byte("commit\x00")) && w.cut.CompareAndSwap(cut, nil)
		if committing && *cut == beforeCommit {
			return
		}
		if committing {
			_ = client.Close() // no answer reaches it
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if committing {
			answers.Wait() // the database has answered, to nobody
		}
	}
}

func addProject(t *testing.T, s *store.Store, key string, runs *int) error {
	t.Helper()
	return s.Write(t.Context(), func(tx catalog.Tx) error {
		*runs++
		_, err := tx.InsertProject(key, key, 1)
		return err
	})
}

func addNamed(t *testing.T, s *store.Store, key, name string) error {
	t.Helper()
	return s.Write(t.Context(), func(tx catalog.Tx) error {
		_, err := tx.InsertProject(key, name, 1)
		return err
	})
}

func projectKeys(t *testing.T, s *store.Store) map[string]bool {
	t.Helper()
	keys := map[string]bool{}
	err := s.Read(t.Context(), func(r catalog.Reader) error {
		list, err := r.Projects()
		for _, p := range list {
			keys[p.Key] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestACommitWhoseAnswerIsLostIsFoundOut(t *testing.T) {
	for name, tt := range map[string]struct {
		cut  string
		runs int
	}{
		"the answer is lost": {afterCommit, 1},
		"the commit is lost": {beforeCommit, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w, address := throughWire(t, storetest.Postgres(t))
			s := openURL(t, store.Options{URL: address})
			w.cut.Store(&tt.cut)
			runs := 0
			if err := addProject(t, s, "a", &runs); err != nil || runs != tt.runs {
				t.Errorf("ran %d times, %v", runs, err)
			}
			if keys := projectKeys(t, s); !keys["a"] {
				t.Error("it was acknowledged and is not there")
			}
			if s.Outage() != nil {
				t.Errorf("all is well, and the store says %v", s.Outage())
			}
		})
	}
}

func TestWhatCannotBeFoundOutIsSaidSo(t *testing.T) {
	w, address := throughWire(t, storetest.Postgres(t))
	s := openURL(t, store.Options{URL: address})
	s.SettleWithin(300 * time.Millisecond)
	cut := afterCommit
	err := s.Write(t.Context(), func(tx catalog.Tx) error {
		w.cut.Store(&cut)
		w.dead.Store(true)
		_, err := tx.InsertProject("a", "a", 1)
		return err
	})
	if f := fault.As(err); f.Kind != fault.Unavailable || f.Code != "outcome_unknown" || f.RetryAfter != 0 {
		t.Errorf("got %v, which says retry after %v", err, f.RetryAfter)
	}
	if s.Outage() == nil {
		t.Error("the store says that the database answers")
	}
	w.dead.Store(false)
	if keys := projectKeys(t, s); !keys["a"] || s.Outage() != nil {
		t.Errorf("afterwards: %v, %v", keys, s.Outage())
	}
}

// Counts that come again would be counted twice: they wait until it is known.
func TestCountsWaitForTheirOutcome(t *testing.T) {
	w, address := throughWire(t, storetest.Postgres(t))
	s := openURL(t, store.Options{URL: address})
	s.SettleWithin(time.Millisecond)
	var environment int64
	err := s.Write(t.Context(), func(tx catalog.Tx) error {
		project, err := tx.InsertProject("p", "p", 1)
		if err == nil {
			environment, err = tx.InsertEnvironment(project, catalog.EnvironmentRow{Key: "e", Revision: 1}, 1)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddCounts(t.Context(), &ingest.Load{}); err != nil { // makes the days
		t.Fatal(err)
	}
	cut := afterCommit
	w.cut.Store(&cut)
	at := time.Now().Truncate(time.Minute) // counts of long ago are not kept
	if err := s.AddCounts(t.Context(), plain(ingest.Row{EnvironmentID: environment, Minute: at.UnixMilli(), Flag: "f", Count: 7})); err != nil {
		t.Fatal(err)
	}
	counts, err := s.MinuteCounts(t.Context(), "p", "e", "f", at)
	if err != nil || len(counts) != 1 || counts[0].Count != 7 {
		t.Errorf("counted %+v, %v", counts, err)
	}
}

// What was acknowledged is there, what was refused is not, and only of what is
// said to be unknown it may be either, while the server crashes again and again.
func TestAcknowledgedChangesSurviveCrashesOfTheServer(t *testing.T) {
	server := storetest.Hold(t, "DURABLE=1")
	s := openURL(t, store.Options{URL: server.Address})
	s.SettleWithin(5 * time.Second)
	ctx, stop := context.WithCancel(t.Context())
	outcomes := make(chan outcome, 100_000)
	var writing sync.WaitGroup
	for writer := range 3 {
		writing.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				key := fmt.Sprintf("w%d-%d", writer, i)
				err := s.Write(t.Context(), func(tx catalog.Tx) error {
					_, err := tx.InsertProject(key, key, 1)
					return err
				})
				outcomes <- outcome{key, err}
			}
		})
	}
	var acknowledged []string
	refused, unknown := map[string]bool{}, 0
	take := func(o outcome) {
		switch f := fault.As(o.err); {
		case o.err == nil:
			acknowledged = append(acknowledged, o.key)
		case f.Code == "outcome_unknown":
			unknown++
		case f.Kind == fault.Unavailable:
			refused[o.key] = true
		default:
			t.Errorf("%s: %v", o.key, o.err)
		}
	}
	for range 3 {
		for n := len(acknowledged) + 50; len(acknowledged) < n; {
			take(<-outcomes)
		}
		server.Order(t, "crash")
		for n := len(refused) + 1; len(refused) < n; {
			take(<-outcomes)
		}
		if s.Outage() == nil {
			t.Error("the database is down, and the store says that it answers")
		}
		server.Order(t, "start")
	}
	for n := len(acknowledged) + 50; len(acknowledged) < n; {
		take(<-outcomes)
	}
	stop()
	writing.Wait()
	close(outcomes)
	for o := range outcomes {
		take(o)
	}
	keys := projectKeys(t, s)
	for _, key := range acknowledged {
		if !keys[key] {
			t.Errorf("%s was acknowledged and is lost", key)
		}
	}
	for key := range refused {
		if keys[key] {
			t.Errorf("%s was refused and is there", key)
		}
	}
	if s.Outage() != nil {
		t.Errorf("the database answers, and the store says %v", s.Outage())
	}
	t.Logf("%d acknowledged, %d refused, %d unknown", len(acknowledged), len(refused), unknown)
}

type outcome struct {
	key string
	err error
}

func TestADatabaseThatIsAwayIsToldAndNamesNoPassword(t *testing.T) {
	w, address := throughWire(t, storetest.Postgres(t))
	w.dead.Store(true)
	_, err := store.Open(t.Context(), store.Options{URL: address})
	wantWords(t, err, "store_unreachable", "postgres://burgee@127.0.0.1:", "cannot be used", "--store")
	if bytes.Contains([]byte(err.Error()), []byte("throw-away")) {
		t.Errorf("the password is in %v", err)
	}
	for name, address := range map[string]string{
		"a port that is none":     "postgres://burgee:throw-away@127.0.0.1:port/x",
		"a password with a slash": "postgres://burgee:throw-away/x@127.0.0.1:1/x",
		"TLS that does not exist": "postgres://burgee:throw-away@127.0.0.1:1/x?sslmode=never",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: address})
		if err == nil || bytes.Contains([]byte(err.Error()), []byte("throw-away")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWatchersHearOfCommitsAndLookAfterEachLoss(t *testing.T) {
	address := storetest.Postgres(t)
	watching, writing := openURL(t, store.Options{URL: address}), openURL(t, store.Options{URL: address})
	type moved struct{ environment, revision int64 }
	heard := make(chan moved, 100)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- watching.Watch(ctx, func(environment, revision int64) { heard <- moved{environment, revision} })
	}()
	wait := func(want moved) {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for {
			select {
			case m := <-heard:
				if m == want {
					return
				}
			case <-deadline:
				t.Fatalf("did not hear %+v", want)
			}
		}
	}
	wait(moved{}) // it listens
	var environment, revision int64
	write := func(fn func(tx catalog.Tx) error) {
		t.Helper()
		if err := writing.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx catalog.Tx) error {
		project, err := tx.InsertProject("p", "p", 1)
		if err != nil {
			return err
		}
		if environment, err = tx.InsertEnvironment(project, catalog.EnvironmentRow{Key: "e", Revision: 1}, 1); err != nil {
			return err
		}
		revision, err = tx.RaiseRevision(environment)
		return err
	})
	wait(moved{environment, revision})
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`); err != nil {
		t.Fatal(err)
	}
	wait(moved{}) // it listens again
	write(func(tx catalog.Tx) error { return tx.RaiseKeyGeneration(environment) })
	wait(moved{environment, 0})
	stop()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
