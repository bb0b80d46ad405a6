package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// network is a client's host, a router and a server's host, each in a network
// namespace of its own. Nothing of it reaches another machine.
type network struct{ client, router, server string }

// serverAddress is where the server is reached in a network.
const serverAddress = "10.231.2.2:7878"

func newNetwork(t *testing.T) network {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("this test makes network namespaces: it needs root")
	}
	id := fmt.Sprintf("bt%d-%s", os.Getpid(), t.Name()[len(t.Name())-2:])
	n := network{id + "c", id + "r", id + "s"}
	for _, name := range []string{n.client, n.router, n.server} {
		ip(t, "netns", "add", name)
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", name).Run() })
		ip(t, "-n", name, "link", "set", "lo", "up")
	}
	ip(t, "link", "add", "name", "wire", "netns", n.client, "type", "veth", "peer", "name", "client", "netns", n.router)
	ip(t, "link", "add", "name", "wire", "netns", n.server, "type", "veth", "peer", "name", "server", "netns", n.router)
	for _, end := range [][3]string{
		{n.client, "wire", "10.231.1.2/24"}, {n.router, "client", "10.231.1.1/24"},
		{n.server, "wire", "10.231.2.2/24"}, {n.router, "server", "10.231.2.1/24"},
	} {
		ip(t, "-n", end[0], "addr", "add", end[2], "dev", end[1])
		ip(t, "-n", end[0], "link", "set", end[1], "up")
	}
	ip(t, "-n", n.client, "route", "add", "default", "via", "10.231.1.1")
	ip(t, "-n", n.server, "route", "add", "default", "via", "10.231.2.1")
	ip(t, "netns", "exec", n.router, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
	return n
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v %s (on Debian: apt-get install iproute2)", strings.Join(args, " "), err, out)
	}
}

// cut makes the router's way to the client silent: no answer, no refusal.
func (n network) cut(t *testing.T) { ip(t, "-n", n.router, "link", "set", "client", "down") }

func (n network) heal(t *testing.T) { ip(t, "-n", n.router, "link", "set", "client", "up") }

// in starts a program in a namespace.
func (n network) in(t *testing.T, where string, env []string, name string, args ...string) *process {
	t.Helper()
	return start(t, env, "ip", append([]string{"netns", "exec", where, name}, args...)...)
}

// serveIn starts the binary on the server's host.
func (n network) serve(t *testing.T) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := n.in(t, n.server, []string{"BURGEE_INIT_TOKEN=" + apiToken, "BURGEE_INIT_SERVER_KEY=" + serverKey},
		path, "serve", "--addr", "0.0.0.0:7878", "--data", filepath.Join(t.TempDir(), "data"), "--ops-addr", "")
	until(t, "the server to print where it is", 15*time.Second, func() bool {
		if p.exited() {
			t.Fatalf("the server ended:\n%s", p.output())
		}
		return strings.Contains(p.output(), "http://")
	})
}

// apply publishes a document from the server's host itself.
func (n network) apply(t *testing.T, text string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ip", "netns", "exec", n.server, path, "apply", "--yes", "-f", "-")
	cmd.Env = append(os.Environ(), "BURGEE_URL=http://127.0.0.1:7878", "BURGEE_TOKEN="+apiToken)
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
}

// report is a line of follower.
type report struct {
	SinceStart  int64 `json:"since_start_ms"`
	Value       bool  `json:"value"`
	Different   bool  `json:"different"`
	Evaluations int   `json:"evaluations"`
	Connected   bool  `json:"connected"`
	Stale       bool  `json:"stale"`
	Revision    int64 `json:"revision"`
}

// follower is a running one and what it has reported.
type follower struct {
	mu      sync.Mutex // guards what follows
	first   *report
	last    report
	lines   int
	changed int // reports whose value was another one than the report's before
	ended   bool
}

func (n network) follow(t *testing.T, cache string, env []string, command ...string) *follower {
	t.Helper()
	f := &follower{}
	cmd := exec.Command("ip", append([]string{"netns", "exec", n.client}, command...)...)
	cmd.Env = append(append(os.Environ(), env...), "BURGEE_KEY="+serverKey, "BURGEE_URL=http://"+serverAddress, "BURGEE_CACHE_DIR="+cache)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	problems := &process{t: t}
	cmd.Stderr = problems
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		f.read(out)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s printed:\n%s", filepath.Base(command[0]), problems.output())
		}
	})
	return f
}

func (f *follower) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var r report
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			continue
		}
		f.mu.Lock()
		if f.first == nil {
			f.first = &r
		} else if r.Value != f.last.Value || r.Different {
			f.changed++
		}
		f.last = r
		f.lines++
		f.mu.Unlock()
	}
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
}

func (f *follower) now() (last report, lines, changed int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last, f.lines, f.changed
}

func (f *follower) start() *report {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

// Guarantees G4 and G11: behind a line that went silent evaluations go on with
// the same answers, the silence is noticed within 70 s, a program that starts
// meanwhile starts from disk, and once the line is back all catch up.
func TestBehindASilentLineEvaluationsGoOn(t *testing.T) {
	t.Parallel()
	goProgram := filepath.Join(t.TempDir(), "follower")
	if out, err := exec.Command("go", "build", "-o", goProgram, "./follower").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	python3, env := python(t)
	programs := map[string][]string{
		"go":     {goProgram, "net.flag"},
		"python": {python3, "testdata/follower.py", "net.flag"},
	}
	n := newNetwork(t)
	n.serve(t)
	n.apply(t, fmt.Sprintf(oneFlagDocument, true))
	running, caches := map[string]*follower{}, map[string]string{}
	for name, command := range programs {
		caches[name] = t.TempDir()
		running[name] = n.follow(t, caches[name], env, command...)
		until(t, name+" to be served", 20*time.Second, func() bool {
			r, _, _ := running[name].now()
			return r.Connected && r.Value
		})
	}
	// What is on the disk is written a moment later.
	until(t, "both caches to be written", 20*time.Second, func() bool { return written(caches["go"]) && written(caches["python"]) })

	n.cut(t)
	began := time.Now()
	n.apply(t, fmt.Sprintf(oneFlagDocument, false)) // which nobody hears
	least := time.Duration(testkit.Rounds(0, 600)) * time.Second
	changes, lines := map[string]int{}, map[string]int{}
	for name, f := range running {
		_, lines[name], changes[name] = f.now()
	}
	noticed := map[string]time.Duration{}
	for len(noticed) < len(running) || time.Since(began) < least {
		for name, f := range running {
			if r, _, _ := f.now(); !r.Connected && noticed[name] == 0 {
				noticed[name] = time.Since(began)
			}
		}
		if time.Since(began) > 75*time.Second && len(noticed) < len(running) {
			t.Fatalf("after 75 s the silence was noticed by %v only", noticed)
		}
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(began)
	for name, f := range running {
		r, now, changed := f.now()
		if !r.Value || !r.Stale || changed != changes[name] || r.Evaluations == 0 || time.Duration(now-lines[name])*100*time.Millisecond < took/2 {
			t.Errorf("%s behind the silent line: %+v, %d changes, %d reports in %v", name, r, changed-changes[name], now-lines[name], took)
		}
		t.Logf("%s noticed the silence after %v", name, noticed[name].Round(100*time.Millisecond))
	}
	for name, command := range programs {
		restarted := n.follow(t, caches[name], env, command...)
		until(t, "a restarted "+name+" program to report", 20*time.Second, func() bool { return restarted.start() != nil })
		r := restarted.start()
		if !r.Value || !r.Stale || r.Connected {
			t.Errorf("%s restarted behind the silent line: %+v", name, *r)
		}
		t.Logf("a restarted %s program served from disk after %d ms", name, r.SinceStart)
		running["restarted "+name] = restarted
	}
	n.heal(t)
	healed := time.Now()
	for name, f := range running {
		until(t, name+" to catch up", 60*time.Second, func() bool {
			r, _, _ := f.now()
			return r.Connected && !r.Value
		})
		t.Logf("%s caught up within %v", name, time.Since(healed).Round(100*time.Millisecond))
	}
}

func written(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	return err == nil && len(files) == 1
}
