package main

import (
	"bytes"
	"encoding/json"
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

const (
	token = "bgp_scale0000000000000000000000000000000000"
	key   = "bgs_scale0000000000000000000000000000000000"
)

// burgee is a running server.
type burgee struct {
	cmd  *exec.Cmd
	addr string
	out  *bytes.Buffer
	up   time.Duration // from its start to a 200 of /readyz
}

// isURL tells a database from a folder.
func isURL(store string) bool { return strings.Contains(store, "://") }

// start runs the binary on a store until it is ready.
func start(binary, store string) (*burgee, error) {
	b := &burgee{addr: freeAddress(), out: &bytes.Buffer{}}
	args := []string{"serve", "--addr", b.addr, "--ops-addr", "", "--log-level", "warn"}
	environment := append(os.Environ(), "BURGEE_INIT_TOKEN="+token, "BURGEE_INIT_SERVER_KEY="+key)
	if isURL(store) {
		environment = append(environment, "BURGEE_STORE="+store)
		store = filepath.Join(os.TempDir(), "burgee-scale-"+strconv.Itoa(os.Getpid()))
	}
	b.cmd = exec.Command(binary, append(args, "--data", store)...)
	b.cmd.Env, b.cmd.Stdout, b.cmd.Stderr = environment, b.out, b.out
	began := time.Now()
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < 10*time.Minute {
		if status, _, err := b.call(http.MethodGet, "/readyz", nil); err == nil && status == http.StatusOK {
			b.up = time.Since(began)
			return b, nil
		}
		if b.cmd.Process.Signal(syscall.Signal(0)) != nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = b.cmd.Process.Kill()
	_ = b.cmd.Wait()
	return nil, fmt.Errorf("the server does not get ready:\n%s", b.out)
}

// stop ends the server in order.
func (b *burgee) stop() error {
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := b.cmd.Wait(); err != nil {
		return fmt.Errorf("%w\n%s", err, b.out)
	}
	return nil
}

// call sends a request and reads the whole answer.
func (b *burgee) call(method, path string, body any) (status int, answer []byte, err error) {
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		payload = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, "http://"+b.addr+path, payload)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// want is call for an answer that must be good.
func (b *burgee) want(method, path string, body any) ([]byte, error) {
	status, answer, err := b.call(method, path, body)
	if err == nil && status >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, status, answer)
	}
	return answer, err
}

// memory is the resident memory in bytes, now and at its highest.
func (b *burgee) memory() (now, peak int64) {
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(b.cmd.Process.Pid) + "/status")
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kb, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			now = kb << 10
		case "VmHWM:":
			peak = kb << 10
		}
	}
	return now, peak
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err) // without a port there is nothing to measure
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}
