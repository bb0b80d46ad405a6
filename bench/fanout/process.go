package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a process that is measured.
type server struct {
	cmd   *exec.Cmd
	addr  string
	out   *bytes.Buffer
	data  string
	start func() error
}

const (
	token = "bgp_fanout0000000000000000000000000000000000"
	key   = "bgs_fanout0000000000000000000000000000000000"
)

// run starts a program, on one processor where that is asked for.
func run(cpu, name string, env []string, args ...string) (*exec.Cmd, *bytes.Buffer, error) {
	if _, err := exec.LookPath("taskset"); err == nil && cpu != "" {
		args = append([]string{"-c", cpu, name}, args...)
		name = "taskset"
	}
	cmd := exec.Command(name, args...)
	out := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(os.Environ(), env...)
	return cmd, out, cmd.Start()
}

// startBurgee starts the binary on a new folder and makes the flags.
func startBurgee(o options) (*server, error) {
	dir, err := os.MkdirTemp("", "burgee-fanout-")
	if err != nil {
		return nil, err
	}
	s := &server{addr: freeAddress(), data: filepath.Join(dir, "data")}
	s.start = func() (err error) {
		s.cmd, s.out, err = run(o.serverOn, o.burgee, []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_SERVER_KEY=" + key},
			"serve", "--addr", s.addr, "--data", s.data, "--ops-addr", "", "--log-level", "warn")
		if err != nil {
			return err
		}
		return s.await("/readyz")
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString("apiVersion: burgee/v1\nproject: default\nflags:\n")
	for i := range o.flags {
		fmt.Fprintf(&text, "  fanout.flag-%d: {type: boolean, environments: {production: {rules: [{when: {country: DE}, serve: true}], default: false}}}\n", i)
	}
	return s, s.post("/api/v1/projects/default/apply", map[string]any{"text": text.String(), "file": "fanout.yaml"})
}

// startReference starts this program's own reference.
func startReference(o options) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{addr: freeAddress()}
	if s.cmd, s.out, err = run(o.serverOn, self, nil, "ref", "-addr", s.addr); err != nil {
		return nil, err
	}
	return s, s.await("/")
}

// await waits until the server answers; a 404 is an answer.
func (s *server) await(path string) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		response, err := http.Get("http://" + s.addr + path)
		if err != nil {
			continue
		}
		_ = response.Body.Close()
		if response.StatusCode < http.StatusInternalServerError {
			return nil
		}
	}
	return fmt.Errorf("the server at %s does not answer:\n%s", s.addr, s.out)
}

// flip switches the first flag off or on, and returns when that is acknowledged.
func (s *server) flip(i int) error {
	what := [...]string{"off", "on"}[i%2]
	return s.post("/api/v1/projects/default/flags/fanout.flag-0/environments/production/"+what, map[string]any{})
}

func (s *server) post(path string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, "http://"+s.addr+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		text, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s: %s %s", path, response.Status, text)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// end stops the server for good.
func (s *server) end() {
	s.kill()
	if s.data != "" {
		_ = os.RemoveAll(filepath.Dir(s.data))
	}
}

// usage is the resident memory and the processor time that a process has used.
type usage struct {
	resident int64 // bytes
	cpu      time.Duration
}

func (s *server) usage() (u usage) {
	dir := "/proc/" + strconv.Itoa(s.cmd.Process.Pid)
	status, _ := os.ReadFile(dir + "/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			u.resident = kb << 10
		}
	}
	stat, _ := os.ReadFile(dir + "/stat")
	_, rest, _ := strings.Cut(string(stat), ") ")
	if fields := strings.Fields(rest); len(fields) > 12 {
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		u.cpu = time.Duration(user+system) * 10 * time.Millisecond // the clock ticks of Linux
	}
	return u
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		exit(errors.Join(errors.New("no port is free"), err))
	}
	defer l.Close()
	return l.Addr().String()
}

func raiseFileLimit() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
}
