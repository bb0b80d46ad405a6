package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/internal/testkit/loopback"
)

// Secrets of the servers that these tests start on empty data folders.
const (
	apiToken  = "bgp_e2e0000000000000000000000000000000000000"
	serverKey = "bgs_e2e0000000000000000000000000000000000000"
	clientKey = "bgc_e2e0000000000000000000000000000000000000"
)

// binary is the Burgee to test: `make build` made it, or the first test that
// asks does.
var binary = sync.OnceValues(func() (string, error) {
	built, err := filepath.Abs("../bin/burgee")
	if err != nil {
		return "", err
	}
	if given := os.Getenv("BURGEE_BINARY"); given != "" {
		// The server refuses variables that are no setting of it.
		return given, os.Unsetenv("BURGEE_BINARY")
	}
	if _, err := os.Stat(built); err == nil {
		return built, nil
	}
	dir, err := os.MkdirTemp("", "burgee-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "burgee")
	out, err := exec.Command("go", "build", "-o", path, "../cmd/burgee").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %v\n%s", err, out)
	}
	return path, nil
})

// process is a running program of a test.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	mu   sync.Mutex // guards out
	out  bytes.Buffer
	done chan struct{}
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// output is what the program has printed so far, to either stream.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// start runs a program in the background until the test ends.
func start(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(name, args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s printed:\n%s", filepath.Base(name), p.output())
		}
	})
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.done
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// server is a Burgee on a data folder of its own.
type server struct {
	*process
	url, data, addr string
	store           string // postgres://…; "" is SQLite in data
	program         string // its binary; "" is the one to test
	ops             string // the address of its metrics; "" is none
	env             []string
}

// startServer starts the binary on an empty folder with known secrets.
func startServer(t *testing.T) *server {
	t.Helper()
	return startOn(t, "")
}

// startOn is startServer on a database, or on SQLite with "".
func startOn(t *testing.T, store string) *server {
	t.Helper()
	s := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), store: store}
	s.url = "http://" + s.addr
	s.start(t)
	return s
}

// start starts the server, again after a kill, and waits until it is ready.
func (s *server) start(t *testing.T) {
	t.Helper()
	s.launch(t)
	s.untilReady(t)
}

// launch starts the server without waiting.
func (s *server) launch(t *testing.T) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	path = cmp.Or(s.program, path)
	env := []string{"BURGEE_INIT_TOKEN=" + apiToken, "BURGEE_INIT_SERVER_KEY=" + serverKey, "BURGEE_INIT_CLIENT_KEY=" + clientKey,
		"BURGEE_INIT_OWNER_EMAIL=ann@example.test", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}
	if s.store != "" {
		env = append(env, "BURGEE_STORE="+s.store, "BURGEE_SECRET_KEY="+testkit.SecretKey)
	}
	s.process = start(t, append(env, s.env...),
		path, "serve", "--addr", s.addr, "--data", s.data, "--ops-addr", s.ops)
}

func (s *server) untilReady(t *testing.T) {
	t.Helper()
	until(t, "the server to be ready", 15*time.Second, func() bool {
		if s.exited() {
			t.Fatalf("the server ended:\n%s", s.output())
		}
		response, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// call sends JSON to the management API and decodes the answer into out.
func (s *server) call(t *testing.T, method, path string, body, out any) int {
	t.Helper()
	status, err := s.try(method, path, body, out)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return status
}

// must is call for answers that are a success.
func (s *server) must(t *testing.T, method, path string, body, out any) {
	t.Helper()
	var raw json.RawMessage
	if status := s.call(t, method, path, body, &raw); status >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, status, raw)
	}
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, raw)
		}
	}
}

func (s *server) try(method, path string, body, out any) (int, error) {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, s.url+path, reader)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	if strings.HasPrefix(path, "/ofrep/") {
		request.Header.Set("Authorization", "Bearer "+serverKey)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if out != nil && len(raw) > 0 {
		if err := json.Unmarshal(raw, out); err != nil {
			return response.StatusCode, fmt.Errorf("%w in %s", err, raw)
		}
	}
	return response.StatusCode, nil
}

// apply publishes a document, waits until programs get it, and returns the
// revisions.
func (s *server) apply(t *testing.T, text string) map[string]int64 {
	t.Helper()
	var result struct {
		Revisions map[string]int64 `json:"revisions"`
	}
	s.must(t, http.MethodPost, "/api/v1/projects/default/apply", map[string]any{"text": text, "file": "test.yaml"}, &result)
	if revision := result.Revisions["production"]; revision > 0 {
		s.untilServed(t, revision)
	}
	return result.Revisions
}

// untilServed waits until programs get a revision: what was acknowledged is
// committed, and published a moment later.
func (s *server) untilServed(t *testing.T, revision int64) {
	t.Helper()
	until(t, fmt.Sprintf("revision %d to be served", revision), 10*time.Second, func() bool {
		_, snapshot := s.get(t, "/sdk/v1/snapshot", serverKey)
		header, _, _ := strings.Cut(snapshot, "\n")
		var h struct{ Revision int64 }
		return json.Unmarshal([]byte(header), &h) == nil && h.Revision >= revision
	})
}

// get asks without a body and returns status and answer.
func (s *server) get(t *testing.T, path, key string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// burgee runs the command line against the server and returns what it prints
// on standard output.
func (s *server) burgee(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Env = append(os.Environ(), "BURGEE_URL="+s.url, "BURGEE_TOKEN="+apiToken)
	command.Stdin = strings.NewReader(stdin)
	var errText bytes.Buffer
	command.Stderr = &errText
	out, err := command.Output()
	if err != nil {
		t.Fatalf("burgee %s: %v\n%s%s", strings.Join(args, " "), err, out, errText.Bytes())
	}
	return string(out)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := loopback.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func until(t *testing.T, what string, limit time.Duration, done func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", limit, what)
		}
	}
}

// python is the interpreter of the test environment, with the SDK's source on
// its path; it falls back to the machine's own.
func python(t *testing.T) (path string, env []string) {
	t.Helper()
	source, err := filepath.Abs("../python/src")
	if err != nil {
		t.Fatal(err)
	}
	path = "python3"
	if venv, err := filepath.Abs("../build/venv/bin/python"); err == nil {
		if _, err := os.Stat(venv); err == nil {
			path = venv
		}
	}
	// All programs have the same key; none shall begin with what another test's server said.
	return path, []string{"PYTHONPATH=" + source, "PYTHONUNBUFFERED=1", "BURGEE_CACHE_DIR=off"}
}
