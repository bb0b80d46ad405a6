package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/testkit"
)

// Three nodes and a PostgreSQL, each on a host of its own: a network namespace.
// A hub joins them. The test's own programs run on the hosts of the nodes.

const nodesInCluster = 3

// cluster is the hosts and what runs on them.
type cluster struct {
	t        *testing.T
	hub      string
	database string // the host of PostgreSQL
	address  string // of the database, as the nodes reach it
	orders   io.Writer
	answers  *bufio.Scanner
	nodes    [nodesInCluster]*node
}

// node is one burgee server.
type node struct {
	host   string
	link   string // its end at the hub
	url    string
	data   string
	client *http.Client // of programs on the node's own host

	mu      sync.Mutex // guards process: it is killed and started by the test, and looked at by its end
	process *process
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("this test makes network namespaces: it needs root")
	}
	id := fmt.Sprintf("bn%d", os.Getpid())
	c := &cluster{t: t, hub: id + "h", database: id + "d"}
	for _, name := range []string{c.hub, c.database} {
		c.host(name)
	}
	ip(t, "-n", c.hub, "link", "add", "name", "hub", "type", "bridge")
	ip(t, "-n", c.hub, "link", "set", "hub", "up")
	c.join(c.database, "db", "10.232.0.10")
	for i := range c.nodes {
		n := &node{host: fmt.Sprintf("%s%d", id, i), link: fmt.Sprintf("n%d", i), url: fmt.Sprintf("http://10.232.0.%d:7878", 20+i), data: filepath.Join(t.TempDir(), "data")}
		c.host(n.host)
		c.join(n.host, n.link, fmt.Sprintf("10.232.0.%d", 20+i))
		n.client = clientOn(n.host)
		c.nodes[i] = n
	}
	c.startPostgres()
	t.Setenv("BURGEE_SECRET_KEY_FILE", secretFile(t, "key"))
	for _, n := range c.nodes {
		c.start(n)
		c.untilReady(n)
	}
	return c
}

func (c *cluster) host(name string) {
	c.t.Helper()
	ip(c.t, "netns", "add", name)
	c.t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
	ip(c.t, "-n", name, "link", "set", "lo", "up")
}

func (c *cluster) join(host, link, address string) {
	c.t.Helper()
	ip(c.t, "link", "add", "name", "wire", "netns", host, "type", "veth", "peer", "name", link, "netns", c.hub)
	ip(c.t, "-n", c.hub, "link", "set", link, "master", "hub", "up")
	ip(c.t, "-n", host, "addr", "add", address+"/24", "dev", "wire")
	ip(c.t, "-n", host, "link", "set", "wire", "up")
}

// startPostgres starts a durable server that the other hosts reach.
func (c *cluster) startPostgres() {
	c.t.Helper()
	cmd := exec.Command("ip", "netns", "exec", c.database, "../scripts/postgres", "hold")
	cmd.Env = append(os.Environ(), "DURABLE=1", "REACHED=1")
	orders, err := cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	said := &process{t: c.t}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = orders.Close()
		_ = cmd.Wait()
	})
	c.orders, c.answers = orders, bufio.NewScanner(out)
	if !c.answers.Scan() {
		c.t.Fatalf("no PostgreSQL: %s", said.output())
	}
	c.address = strings.Replace(c.answers.Text(), "127.0.0.1", "10.232.0.10", 1)
}

// order has the database crash or start.
func (c *cluster) order(what string) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.orders, what); err != nil {
		c.t.Fatal(err)
	}
	if !c.answers.Scan() {
		c.t.Fatalf("PostgreSQL did not %s", what)
	}
}

func (c *cluster) start(n *node) {
	c.t.Helper()
	path, err := binary()
	if err != nil {
		c.t.Fatal(err)
	}
	p := start(c.t, []string{"BURGEE_INIT_TOKEN=" + apiToken, "BURGEE_INIT_SERVER_KEY=" + serverKey, "BURGEE_STORE=" + c.address},
		"ip", "netns", "exec", n.host, path, "serve", "--addr", "0.0.0.0:7878", "--data", n.data, "--ops-addr", "")
	n.mu.Lock()
	n.process = p
	n.mu.Unlock()
}

func (n *node) running() *process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process
}

func (c *cluster) untilReady(n *node) {
	c.t.Helper()
	until(c.t, n.host+" to be ready", time.Minute, func() bool {
		if n.running().exited() {
			c.start(n) // the database was away when it started
		}
		status, _, err := n.ask(c.t.Context(), http.MethodGet, "/readyz", "", nil)
		return err == nil && status == http.StatusOK
	})
}

func (c *cluster) cut(n *node) { ip(c.t, "-n", c.hub, "link", "set", n.link, "down") }

func (c *cluster) heal(n *node) { ip(c.t, "-n", c.hub, "link", "set", n.link, "up") }

// clientOn is for programs on a host.
func clientOn(host string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: dialFrom(host), MaxIdleConnsPerHost: 8,
	}}
}

// dialFrom connects from a host.
func dialFrom(host string) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (conn net.Conn, err error) {
		err = on(host, func() error {
			conn, err = (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, network, address)
			return err
		})
		return conn, err
	}
}

// on calls fn on a thread that is on a host: a socket stays where it was made.
func on(host string, fn func() error) error {
	there, err := os.Open("/run/netns/" + host)
	if err != nil {
		return err
	}
	defer there.Close()
	runtime.LockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err // the thread ends with its goroutine, here and below, since it stays locked
	}
	defer home.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		return err
	}
	err = fn()
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		return back
	}
	runtime.UnlockOSThread()
	return err
}

// ask sends a request from the node's own host.
func (n *node) ask(ctx context.Context, method, path, requestID string, body any) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, n.url+path, bytes.NewReader(raw))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	request.Header.Set("Content-Type", "application/json")
	if requestID != "" {
		request.Header.Set("X-Request-Id", requestID)
	}
	response, err := n.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// numberDocument sets a flag of one writer.
const numberDocument = "apiVersion: burgee/v1\nproject: default\nflags:\n  %s: {type: integer, variations: [{id: v, value: %d}], environments: {production: {default: v}}}\n"

// set publishes a number. The fault's code is "" when it was acknowledged.
func (n *node) set(ctx context.Context, flag string, number int64, requestID string) (code string, err error) {
	status, answer, err := n.ask(ctx, http.MethodPost, "/api/v1/projects/default/apply", requestID,
		map[string]any{"text": fmt.Sprintf(numberDocument, flag, number), "file": "writer.yaml"})
	if err != nil {
		return "", err
	}
	if status == http.StatusOK {
		return "", nil
	}
	var problem struct{ Code string }
	_ = json.Unmarshal(answer, &problem)
	if status != http.StatusServiceUnavailable {
		return problem.Code, fmt.Errorf("status %d: %s", status, answer)
	}
	return problem.Code, errUnavailable
}

var errUnavailable = fmt.Errorf("503")

// sdk is a program on a node's host, and what its revisions were.
type sdk struct {
	client *burgee.Client
	back   atomic.Int64 // revisions that went back
}

func (c *cluster) program(n *node) *sdk {
	c.t.Helper()
	client, err := burgee.New(burgee.Options{
		Key: serverKey, URL: n.url, Application: "on-" + n.link, CacheDir: "off", HTTPClient: n.client,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	s := &sdk{client: client}
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() {
		for last := int64(0); ctx.Err() == nil; time.Sleep(time.Millisecond) {
			revision := client.Status().Revision
			if revision < last {
				s.back.Add(1)
			}
			last = revision
		}
	})
	c.t.Cleanup(func() {
		cancel()
		watching.Wait()
		_ = client.Close()
	})
	return s
}

// seen waits until a program has a number, or a later one.
func (s *sdk) seen(ctx context.Context, flag string, number int64) bool {
	for ctx.Err() == nil {
		if s.client.Int(ctx, flag, -1) >= number {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// times are durations that were measured.
type times struct {
	mu  sync.Mutex // guards all
	all []time.Duration
}

func (d *times) add(one time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, one)
}

func (d *times) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.all) == 0 {
		return "none"
	}
	slices.Sort(d.all)
	at := func(share float64) time.Duration {
		return d.all[int(share*float64(len(d.all)-1))].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v, p99 %v, worst %v (%d)", at(0.5), at(0.99), at(1), len(d.all))
}

// pythonProgram follows a node from its host.
type pythonProgram struct {
	mu   sync.Mutex // guards what follows
	id   string
	last int64
	back int
}

func (c *cluster) python(n *node) *pythonProgram {
	c.t.Helper()
	path, env := python(c.t)
	cmd := exec.Command("ip", "netns", "exec", n.host, path, "testdata/follower.py", "writer-0")
	cmd.Env = append(append(os.Environ(), env...), "BURGEE_KEY="+serverKey, "BURGEE_URL="+n.url)
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	p, read := &pythonProgram{}, make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var r struct {
				Revision int64
				ID       string
			}
			if json.Unmarshal(lines.Bytes(), &r) != nil {
				continue
			}
			p.mu.Lock()
			if r.Revision < p.last {
				p.back++
			}
			p.last, p.id = r.Revision, r.ID
			p.mu.Unlock()
		}
	}()
	c.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
	})
	return p
}

func (p *pythonProgram) now() (id string, back int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.id, p.back
}

// disturb does harm until ctx ends, and mends all of it.
func (c *cluster) disturb(ctx context.Context, rest time.Duration) map[string]int {
	did := map[string]int{}
	pause := func(d time.Duration) { // half to all of it
		select {
		case <-ctx.Done():
		case <-time.After(d/2 + rand.N(d/2)):
		}
	}
	for pause(rest); ctx.Err() == nil; pause(rest) {
		n := c.nodes[rand.IntN(len(c.nodes))]
		switch rand.IntN(4) {
		case 0, 1:
			did["kills"]++
			n.running().kill()
			pause(500 * time.Millisecond)
			c.start(n)
			c.untilReady(n)
		case 2:
			did["cuts"]++
			c.cut(n)
			pause(4 * time.Second)
			c.heal(n)
		case 3:
			did["database restarts"]++
			c.order("crash")
			pause(time.Second)
			c.order("start")
		}
	}
	return did
}

// writer changes its flag, on whichever node, until it was acknowledged often
// enough.
type writer struct {
	flag         string
	acknowledged []string // ids of requests
	last         int64    // the number acknowledged last
	refused      map[string]int
	unknown      int
}

func (w *writer) run(ctx context.Context, c *cluster, changes int, acknowledged func(flag string, number int64)) error {
	w.refused = map[string]int{}
	for number := int64(1); len(w.acknowledged) < changes; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		id := fmt.Sprintf("%s-%d", w.flag, number)
		code, err := c.nodes[rand.IntN(len(c.nodes))].set(ctx, w.flag, number, id)
		switch {
		case err == nil:
			w.acknowledged, w.last = append(w.acknowledged, id), number
			acknowledged(w.flag, number)
		case err == errUnavailable:
			w.refused[code]++
			time.Sleep(20 * time.Millisecond)
		case code != "":
			return fmt.Errorf("%s: %w", w.flag, err)
		default: // the node is gone, and whether it committed is not known
			w.unknown++
			time.Sleep(20 * time.Millisecond)
		}
	}
	return nil
}

// Nodes are killed, links cut, the database crashes, and three writers go on
// with whoever answers: no acknowledged change is lost, no program goes back,
// and all come to the same.
func TestNodesOfOneDatabaseConverge(t *testing.T) {
	c := newCluster(t)
	programs := make([]*sdk, 0, 2*nodesInCluster)
	for _, n := range c.nodes {
		programs = append(programs, c.program(n), c.program(n))
	}
	inPython := []*pythonProgram{c.python(c.nodes[0]), c.python(c.nodes[2])}
	const writers = 3
	changes := testkit.Rounds(20, 10_000/writers+1)

	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(testkit.Rounds(120, 3600))*time.Second)
	defer cancel()
	var convergence times
	var following, writing sync.WaitGroup
	follow := func(flag string, number int64) {
		began := time.Now()
		for _, s := range programs {
			following.Go(func() {
				if s.seen(ctx, flag, number) {
					convergence.add(time.Since(began))
				}
			})
		}
	}
	all := make([]*writer, writers)
	failures := make(chan error, writers) // capacity: one for each writer
	began := time.Now()
	for i := range all {
		all[i] = &writer{flag: fmt.Sprintf("writer-%d", i)}
		writing.Go(func() {
			if err := all[i].run(ctx, c, changes, follow); err != nil {
				failures <- err
			}
		})
	}
	harm, mend := context.WithCancel(ctx)
	go func() {
		writing.Wait()
		mend()
	}()
	did := c.disturb(harm, time.Duration(testkit.Rounds(1, 6))*time.Second)
	writing.Wait()
	close(failures)
	for err := range failures {
		t.Error(err)
	}
	took := time.Since(began)
	following.Wait()
	if ctx.Err() != nil {
		t.Fatal("not every program had every acknowledged change in time")
	}
	until(t, "all programs to be at the same revision and root", 90*time.Second, func() bool {
		first := programs[0].client.Status().ID
		return first != "" && !slices.ContainsFunc(programs, func(s *sdk) bool { return s.client.Status().ID != first }) &&
			!slices.ContainsFunc(inPython, func(p *pythonProgram) bool { id, _ := p.now(); return id != first })
	})
	for i, s := range programs {
		if n := s.back.Load(); n > 0 {
			t.Errorf("program %d went back %d times", i, n)
		}
	}
	for i, p := range inPython {
		if _, back := p.now(); back > 0 {
			t.Errorf("Python program %d went back %d times", i, back)
		}
	}
	c.checkRecord(all)
	total := 0
	for _, w := range all {
		total += len(w.acknowledged)
		t.Logf("%s: %d acknowledged, %d unknown, refused %v", w.flag, len(w.acknowledged), w.unknown, w.refused)
	}
	t.Logf("%d changes in %v amid %v; from the acknowledgement to each program: %s; all at %s",
		total, took.Round(time.Second), did, &convergence, programs[0].client.Status().ID)
	c.measureFlips(programs[len(programs)-1])
}

// checkRecord finds each acknowledged change in the record, once, and has the
// record's chain verified.
func (c *cluster) checkRecord(all []*writer) {
	c.t.Helper()
	status, exported, err := c.nodes[1].ask(c.t.Context(), http.MethodGet, "/api/v1/projects/default/changes/export", "", nil)
	if err != nil || status != http.StatusOK {
		c.t.Fatalf("export: %d %v", status, err)
	}
	recorded := map[string]bool{}
	for line := range bytes.Lines(exported) {
		var change struct {
			RequestID string `json:"requestId"`
		}
		if err := json.Unmarshal(line, &change); err != nil {
			c.t.Fatalf("export: %v in %s", err, line)
		}
		recorded[change.RequestID] = true
	}
	for _, w := range all {
		for _, id := range w.acknowledged {
			if !recorded[id] {
				c.t.Errorf("%s was acknowledged and is not in the record", id)
			}
		}
	}
	var chain struct {
		OK bool `json:"ok"`
	}
	_, answer, err := c.nodes[2].ask(c.t.Context(), http.MethodGet, "/api/v1/projects/default/changes/verify", "", nil)
	if err != nil || json.Unmarshal(answer, &chain) != nil || !chain.OK {
		c.t.Errorf("the chain: %v %s", err, answer)
	}
}

// measureFlips measures from the request at the first node until a program on
// the last one has it: as it is, and with the wake-up lost.
func (c *cluster) measureFlips(on *sdk) {
	c.t.Helper()
	number := int64(0)
	measure := func(flips int) *times {
		var took times
		for range flips {
			number++
			began := time.Now()
			if code, err := c.nodes[0].set(c.t.Context(), "flip", number, ""); err != nil {
				c.t.Fatalf("flip: %s %v", code, err)
			}
			ctx, cancel := context.WithTimeout(c.t.Context(), 30*time.Second)
			if !on.seen(ctx, "flip", number) {
				c.t.Fatal("a flip did not arrive within 30 s")
			}
			cancel()
			took.add(time.Since(began))
			time.Sleep(rand.N(50 * time.Millisecond)) // at another place of the poll's interval
		}
		return &took
	}
	measure(3) // which makes the flag, and connections
	c.t.Logf("a flip from the first node to a program on the last: %s", measure(testkit.Rounds(10, 500)))
	// A listener that does not run hears nothing, and nobody notices for a while.
	awake := c.deafen()
	c.t.Logf("the same with the wake-up lost: %s", measure(testkit.Rounds(5, 20)))
	awake()
}

// deafen stops the processes of PostgreSQL in which nodes listen.
func (c *cluster) deafen() (awake func()) {
	c.t.Helper()
	config, err := pgx.ParseConfig(c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	config.DialFunc = dialFrom(c.database)
	conn, err := pgx.ConnectConfig(c.t.Context(), config)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(c.t.Context()) //nolint:errcheck // nothing was written
	var pids []int
	// After a crash of the database a node listens again in its own time.
	until(c.t, "each node to listen", time.Minute, func() bool {
		rows, err := conn.Query(c.t.Context(), `SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'`)
		if err != nil {
			c.t.Fatal(err)
		}
		if pids, err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
			c.t.Fatal(err)
		}
		return len(pids) >= nodesInCluster
	})
	signal := func(s syscall.Signal) {
		for _, pid := range pids {
			_ = syscall.Kill(pid, s)
		}
	}
	c.t.Cleanup(func() { signal(syscall.SIGCONT) })
	signal(syscall.SIGSTOP)
	return func() { signal(syscall.SIGCONT) }
}

// A node whose line to the database is silent serves what it last had and says
// so, refuses changes, and catches up when the line is back. One that starts
// meanwhile ends and says why.
func TestANodeCutOffFromItsDatabaseServesAndCatchesUp(t *testing.T) {
	c := newCluster(t)
	cutOff, other := c.nodes[0], c.nodes[1]
	program := c.program(cutOff)
	if code, err := other.set(t.Context(), "flip", 1, ""); err != nil {
		t.Fatal(code, err)
	}
	until(t, "the program to have the first change", 30*time.Second, func() bool { return program.client.Int(t.Context(), "flip", -1) == 1 })

	c.cut(cutOff)
	until(t, "the node to say that its database is away", time.Minute, func() bool {
		status, body, err := cutOff.ask(t.Context(), http.MethodGet, "/readyz", "", nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("readyz: %d %v", status, err)
		}
		return strings.Contains(string(body), "the database cannot be used")
	})
	if code, err := cutOff.set(t.Context(), "flip", 2, ""); err != errUnavailable || code != "store_unreachable" {
		t.Errorf("a change at the node that is cut off: %q %v", code, err)
	}
	if code, err := other.set(t.Context(), "flip", 3, ""); err != nil {
		t.Fatal(code, err)
	}
	if s := program.client.Status(); !s.Connected || program.client.Int(t.Context(), "flip", -1) != 1 {
		t.Errorf("the program at the node that is cut off: %+v", s)
	}
	late := c.program(cutOff)
	until(t, "a program that starts meanwhile to be served", 30*time.Second, func() bool { return late.client.Int(t.Context(), "flip", -1) == 1 })

	c.heal(cutOff)
	until(t, "both programs to catch up", time.Minute, func() bool {
		return program.client.Int(t.Context(), "flip", -1) == 3 && late.client.Int(t.Context(), "flip", -1) == 3
	})

	cutOff.running().kill()
	c.cut(cutOff)
	c.start(cutOff)
	until(t, "a node that starts without its database to end", time.Minute, cutOff.running().exited)
	if said := cutOff.running().output(); !strings.Contains(said, "cannot be used") {
		t.Errorf("it said: %s", said)
	}
}
