package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

// addingStep is what the next Burgee does to the schema: it only adds, also to a
// table that nodes write with each change.
const addingStep = `-- +goose Up
ALTER TABLE flag ADD COLUMN hint TEXT NOT NULL DEFAULT '';
CREATE TABLE hint (id BIGINT NOT NULL PRIMARY KEY);
`

// buildNext builds the Burgee after this one: the same, with one more step of
// the schema.
func buildNext(folder string, schema int64) (string, error) {
	step := filepath.Join(folder, "step.sql")
	migrations, err := filepath.Abs("../internal/store/migrations")
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, engine := range []string{"sqlite", "postgres"} {
		replace[filepath.Join(migrations, engine, fmt.Sprintf("%04d_hint.sql", schema))] = step
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(step, []byte(addingStep), 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(folder, "overlay.json"), overlay, 0o600); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "burgee")
	if out, err := exec.Command("go", "build", "-overlay", filepath.Join(folder, "overlay.json"), "-o", path, "../cmd/burgee").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
}

// balancer is one address for several nodes: each connection goes to the next
// that takes one.
type balancer struct {
	net.Listener
	mu    sync.Mutex // guards what follows
	nodes []*server
	turn  int
}

func newBalancer(t *testing.T, nodes ...*server) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{Listener: l, nodes: nodes}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go b.carry(conn)
		}
	}()
	return b
}

func (b *balancer) url() string { return "http://" + b.Addr().String() }

func (b *balancer) add(s *server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nodes = append(b.nodes, s)
}

// next are the nodes, beginning with another one each time.
func (b *balancer) next() []*server {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	at := b.turn % len(b.nodes)
	return append(slices.Clone(b.nodes[at:]), b.nodes[:at]...)
}

func (b *balancer) carry(conn net.Conn) {
	defer conn.Close()
	for _, s := range b.next() {
		node, err := net.Dial("tcp", s.addr)
		if err != nil {
			continue
		}
		defer node.Close()
		go func() {
			_, _ = io.Copy(node, conn)
			_ = node.Close()
		}()
		_, _ = io.Copy(conn, node)
		return
	}
}

// changes are made until the end, on one node after the other.
type changes struct {
	nodes *balancer
	mu    sync.Mutex // guards what follows
	made  []int      // numbers that were acknowledged
	by    map[*server]int
}

func comment(number int) string { return fmt.Sprintf("number %d", number) }

// run publishes rising numbers. A node that stops, or is too old, acknowledges
// nothing.
func (c *changes) run(t *testing.T, over <-chan struct{}) {
	for number := 2; ; number++ {
		select {
		case <-over:
			return
		default:
		}
		s := c.nodes.next()[0]
		status, err := s.try(http.MethodPost, "/api/v1/projects/default/apply",
			map[string]any{"text": numbered(number), "file": "test.yaml", "comment": comment(number)}, nil)
		switch {
		case err != nil, status == http.StatusServiceUnavailable:
			time.Sleep(5 * time.Millisecond)
		case status != http.StatusOK:
			t.Errorf("a change: status %d", status)
			return
		default:
			c.mu.Lock()
			c.made = append(c.made, number)
			c.by[s]++
			c.mu.Unlock()
		}
	}
}

// last is the number acknowledged last.
func (c *changes) last() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) == 0 {
		return 0
	}
	return c.made[len(c.made)-1]
}

// goOn waits until each node has acknowledged some more.
func (c *changes) goOn(t *testing.T, when string, nodes ...*server) {
	t.Helper()
	count := func() (of []int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range nodes {
			of = append(of, c.by[s])
		}
		return of
	}
	before := count()
	until(t, "each node to take changes "+when, 20*time.Second, func() bool {
		for i, n := range count() {
			if n < before[i]+3 {
				return false
			}
		}
		return true
	})
}

// followed is a program of the SDK for Go, and how often it went back.
type followed struct {
	*burgee.Client
	back atomic.Int64
}

func follow(t *testing.T, url string) *followed {
	t.Helper()
	client, err := burgee.New(burgee.Options{Key: serverKey, URL: url, Application: "follower", CacheDir: "off", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	f, over := &followed{Client: client}, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for last := int64(0); ; time.Sleep(time.Millisecond) {
			select {
			case <-over:
				return
			default:
			}
			revision := client.Status().Revision
			if revision < last {
				f.back.Add(1)
			}
			last = revision
		}
	})
	t.Cleanup(func() {
		close(over)
		watching.Wait()
		_ = client.Close()
	})
	return f
}

// told is what a program in Python has printed of what it was served.
func told(p *process) (id string, back int) {
	last := int64(0)
	for line := range strings.Lines(p.output()) {
		var r struct {
			Revision int64
			ID       string
		}
		if json.Unmarshal([]byte(line), &r) != nil {
			continue // it logs too
		}
		if r.Revision < last {
			back++
		}
		last, id = r.Revision, r.ID
	}
	return id, back
}

// Two nodes are replaced by one that has brought the schema further, one after
// the other, while programs follow and changes are made: no change that was
// acknowledged is lost, and no program goes back. An older node may come back as
// long as the newer one only added; when it has taken away, one that runs serves
// on and takes no changes, and none starts.
func TestNodesAreReplacedByNewerOnes(t *testing.T) {
	known, err := store.Schema()
	if err != nil {
		t.Fatal(err)
	}
	var next struct {
		path string
		err  error
	}
	var building sync.WaitGroup
	folder := t.TempDir()
	building.Go(func() { next.path, next.err = buildNext(folder, known+1) })
	t.Cleanup(building.Wait)

	address := storetest.Postgres(t)
	first, second := startOn(t, address), startOn(t, address)
	first.apply(t, numbered(1))
	front := newBalancer(t, first, second)
	programs := []*followed{follow(t, front.url()), follow(t, front.url())}
	path, env := python(t)
	inPython := start(t, append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+front.url()), path, "testdata/follower.py", "n")
	c := &changes{nodes: newBalancer(t, first, second), by: map[*server]int{}}
	var writing sync.WaitGroup
	over := make(chan struct{})
	end := sync.OnceFunc(func() {
		close(over)
		writing.Wait()
	})
	defer end()
	writing.Go(func() { c.run(t, over) })
	follows := func(when string) {
		t.Helper()
		last := c.last()
		for _, p := range programs {
			until(t, "a program to follow "+when, 20*time.Second, func() bool { return p.Int(t.Context(), "n", 0) >= int64(last) })
		}
	}
	c.goOn(t, "at first", first, second)
	follows("at first")

	building.Wait()
	if next.err != nil {
		t.Fatal(next.err)
	}
	newer := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), store: address, program: next.path}
	newer.url = "http://" + newer.addr
	newer.start(t)
	front.add(newer)
	c.nodes.add(newer)
	if schema, oldest := schemaOf(t, address); schema != known+1 || oldest > known {
		t.Fatalf("the newer node has brought the schema to %d, for at least %d", schema, oldest)
	}
	c.goOn(t, "beside a newer one", first, second, newer)
	for i, old := range []*server{first, second} {
		old.stop(t)
		follows(fmt.Sprintf("after %d nodes were stopped", i+1))
	}
	c.goOn(t, "alone", newer)

	returned := startOn(t, address)
	c.nodes.add(returned)
	c.goOn(t, "after an older one came back", newer, returned)
	takeAway(t, address, known+1)
	until(t, "the older node to say that it is too old", 20*time.Second, func() bool {
		var problem struct{ Code string }
		status, err := returned.try(http.MethodPatch, "/api/v1/projects/default/flags/n", map[string]any{"description": "x"}, &problem)
		return err == nil && status == http.StatusServiceUnavailable && problem.Code == "schema_newer"
	})
	late := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), store: address}
	late.launch(t)
	until(t, "an older node that starts to end", 20*time.Second, late.exited)
	if said := late.output(); !strings.Contains(said, "was written by a newer Burgee") {
		t.Errorf("it said: %s", said)
	}
	c.goOn(t, "when the older ones cannot", newer)
	end()

	newer.apply(t, numbered(1_000_000))
	until(t, "all programs and the older node to be where the newer one is", 30*time.Second, func() bool {
		inGo := programs[0].Status().ID
		_, here := newer.get(t, "/sdk/v1/snapshot", serverKey)
		_, there := returned.get(t, "/sdk/v1/snapshot", serverKey)
		id, _ := told(inPython)
		return here == there && strings.Contains(here, "1000000") && inGo == programs[1].Status().ID && inGo == id && programs[0].Int(t.Context(), "n", 0) == 1_000_000
	})
	if _, back := told(inPython); back+int(programs[0].back.Load()+programs[1].back.Load()) > 0 {
		t.Errorf("programs went back: %d, %d, in Python %d", programs[0].back.Load(), programs[1].back.Load(), back)
	}
	c.check(t, newer)
}

// check finds each acknowledged change in the record, and has that verified.
func (c *changes) check(t *testing.T, s *server) {
	t.Helper()
	_, record := s.get(t, "/api/v1/projects/default/changes/export", apiToken)
	recorded := map[string]bool{}
	for line := range strings.Lines(record) {
		var entry struct{ Comment string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		recorded[entry.Comment] = true
	}
	for _, number := range c.made {
		if !recorded[comment(number)] {
			t.Errorf("%d was acknowledged and is not in the record", number)
		}
	}
	var chain struct{ OK bool }
	s.must(t, http.MethodGet, "/api/v1/projects/default/changes/verify", nil, &chain)
	if !chain.OK || len(c.made) == 0 {
		t.Errorf("%d changes, and the record: %+v", len(c.made), chain)
	}
	t.Logf("%d changes", len(c.made))
}

func schemaOf(t *testing.T, address string) (schema, oldest int64) {
	t.Helper()
	onDatabase(t, address, func(conn *pgx.Conn) error {
		return conn.QueryRow(t.Context(), `SELECT MAX(version_id), (SELECT oldest FROM schema_reader) FROM goose_db_version`).Scan(&schema, &oldest)
	})
	return schema, oldest
}

// takeAway says of the database what a step does that takes something away.
func takeAway(t *testing.T, address string, oldest int64) {
	t.Helper()
	onDatabase(t, address, func(conn *pgx.Conn) error {
		_, err := conn.Exec(t.Context(), `UPDATE schema_reader SET oldest = $1`, oldest)
		return err
	})
}

func onDatabase(t *testing.T, address string, do func(*pgx.Conn) error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // what was done is done
	if err := do(conn); err != nil {
		t.Fatal(err)
	}
}
