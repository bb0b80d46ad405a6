// Package subject runs the process that a benchmark measures, and asks it and the
// system what it does.
package subject

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Program is what is started.
type Program struct {
	Binary string
	Args   []string
	Env    []string // beside this process's own
	CPU    string   // the processor that it has, where taskset is there; empty leaves that to the system
	Addr   string   // where it listens
	Token  string   // for its management API
}

// Process is a running Program. It is for one goroutine, but for Call, Want and
// Usage.
type Process struct {
	Program
	Out  *bytes.Buffer // what it prints; not to be read before it has ended, but for an error
	cmd  *exec.Cmd
	over chan struct{} // closed when the process has ended
	exit error         // what Wait returned; read after over
}

// Start starts a program. The caller ends it with Stop or Kill.
func Start(p Program) (*Process, error) {
	name, args := p.Binary, p.Args
	if _, err := exec.LookPath("taskset"); err == nil && p.CPU != "" {
		name, args = "taskset", append([]string{"-c", p.CPU, p.Binary}, p.Args...)
	}
	run := &Process{Program: p, Out: &bytes.Buffer{}, cmd: exec.Command(name, args...), over: make(chan struct{})}
	run.cmd.Stdout, run.cmd.Stderr = run.Out, run.Out
	run.cmd.Env = append(os.Environ(), p.Env...)
	if err := run.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		run.exit = run.cmd.Wait()
		close(run.over)
	}()
	return run, nil
}

// StartReference starts this program itself, with the arguments "ref -addr
// ADDRESS", as what Burgee is measured beside, and waits until it answers.
func StartReference(cpu string, patience time.Duration) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	addr, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	process, err := Start(Program{Binary: self, Args: []string{"ref", "-addr", addr}, CPU: cpu, Addr: addr})
	if err != nil {
		return nil, err
	}
	return process, process.Await("/", patience)
}

// Await waits until a path is answered, with whatever is no failure of the
// server. A process that ends before, or takes longer than patience, is killed.
func (p *Process) Await(path string, patience time.Duration) error {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if status, _, err := p.Call(http.MethodGet, path, nil); err == nil && status < http.StatusInternalServerError {
			return nil
		}
		select {
		case <-p.over:
			return fmt.Errorf("the server at %s has ended (%v):\n%s", p.Addr, p.exit, p.Out)
		case <-time.After(5 * time.Millisecond):
		}
	}
	p.Kill()
	return fmt.Errorf("the server at %s does not answer:\n%s", p.Addr, p.Out)
}

// Call sends a request with a body in JSON, nil for none, and reads the whole
// answer.
func (p *Process) Call(method, path string, body any) (status int, answer []byte, err error) {
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		payload = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, "http://"+p.Addr+path, payload)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// Want is Call for an answer that must be good.
func (p *Process) Want(method, path string, body any) ([]byte, error) {
	status, answer, err := p.Call(method, path, body)
	if err == nil && status >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, status, answer)
	}
	return answer, err
}

// Stop ends the process in order, and is an error where it did not end well.
func (p *Process) Stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-p.over
	if p.exit != nil {
		return fmt.Errorf("%w\n%s", p.exit, p.Out)
	}
	return nil
}

// Kill ends the process at once.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.over
}

// Usage is what a process has used.
type Usage struct {
	Resident, Peak int64 // bytes, now and at its highest
	CPU            time.Duration
}

// Usage reads it from /proc; all is 0 where there is none.
func (p *Process) Usage() (u Usage) {
	dir := "/proc/" + strconv.Itoa(p.cmd.Process.Pid)
	status, _ := os.ReadFile(dir + "/status")
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			u.Resident = kb << 10
		case "VmHWM:":
			u.Peak = kb << 10
		}
	}
	stat, _ := os.ReadFile(dir + "/stat")
	_, rest, _ := strings.Cut(string(stat), ") ")
	if fields := strings.Fields(rest); len(fields) > 12 {
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		u.CPU = time.Duration(user+system) * 10 * time.Millisecond // the clock ticks of Linux
	}
	return u
}

// FreeAddress is an address of this machine that nobody listens at.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
