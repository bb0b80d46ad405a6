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
	"time"
)

const (
	token = "bgp_ingest0000000000000000000000000000000000"
	key   = "bgs_ingest0000000000000000000000000000000000"
)

// server is the process that is measured.
type server struct {
	cmd  *exec.Cmd
	addr string
	data string
	out  *bytes.Buffer
	want int64 // evaluations that must be stored
}

// start runs the binary on a new store with the flags that are counted.
func start(o options) (*server, error) {
	dir, err := os.MkdirTemp("", "burgee-ingest-")
	if err != nil {
		return nil, err
	}
	s := &server{addr: freeAddress(), data: filepath.Join(dir, "data"), out: &bytes.Buffer{}}
	s.cmd = exec.Command(o.burgee, "serve", "--addr", s.addr, "--data", s.data, "--ops-addr", "", "--log-level", "warn")
	s.cmd.Env = append(os.Environ(), "BURGEE_INIT_TOKEN="+token, "BURGEE_INIT_SERVER_KEY="+key)
	if o.store != "" {
		s.cmd.Env = append(s.cmd.Env, "BURGEE_STORE="+o.store, "BURGEE_SECRET_KEY="+strings.Repeat("k", 43)+"=")
	}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := s.call(http.MethodGet, "/readyz", nil); err == nil {
			break
		}
		if time.Since(began) > 20*time.Second {
			s.end()
			return nil, fmt.Errorf("the server does not get ready:\n%s", s.out)
		}
	}
	var text strings.Builder
	text.WriteString("apiVersion: burgee/v1\nproject: default\nflags:\n")
	for i := range flags {
		fmt.Fprintf(&text, "  %s: {type: boolean, environments: {production: {rules: [{when: {country: DE}, serve: true}], default: false}}}\n", flagKey(i))
	}
	_, err = s.call(http.MethodPost, "/api/v1/projects/default/apply", map[string]any{"text": text.String(), "file": "ingest.yaml"})
	return s, err
}

func (s *server) end() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
	_ = os.RemoveAll(filepath.Dir(s.data))
}

// call asks the management API; what is no success is an error.
func (s *server) call(method, path string, body any) ([]byte, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, "http://"+s.addr+path, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("%s %s: %s %s", method, path, response.Status, text)
	}
	return text, err
}

// settle waits until what was acknowledged is stored, and compares the two.
// Batches without an answer may be there or not.
func (s *server) settle(r *result) (took time.Duration, err error) {
	s.want += int64(r.taken * sums * each)
	most := s.want + int64(r.unknown*sums*each)
	began, got := time.Now(), int64(0)
	for time.Since(began) < time.Minute {
		if got, err = s.stored(); err != nil || got >= s.want {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err == nil && (got < s.want || got > most) {
		err = fmt.Errorf("%d evaluations are stored; %d were acknowledged, and %d sent\n%s", got, s.want, most, s.out)
	}
	took = time.Since(began)
	s.want = got
	return took, err
}

// stored is how many evaluations the database has.
func (s *server) stored() (sum int64, err error) {
	for i := range flags {
		text, err := s.call(http.MethodGet, "/api/v1/projects/default/flags/"+flagKey(i)+"/evaluations?environment=production", nil)
		if err != nil {
			return 0, err
		}
		var one struct{ Total int64 }
		if err := json.Unmarshal(text, &one); err != nil {
			return 0, err
		}
		sum += one.Total
	}
	return sum, nil
}

// usage is the resident memory and the processor time of the process.
type usage struct {
	resident int64
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

// watch looks at the memory every five seconds until the returned function is
// called, which gives the megabytes.
func (s *server) watch() func() []int64 {
	stop, done := make(chan struct{}), make(chan []int64, 1)
	go func() {
		var seen []int64
		for tick := time.NewTicker(5 * time.Second); ; {
			select {
			case <-tick.C:
				seen = append(seen, s.usage().resident>>20)
			case <-stop:
				tick.Stop()
				done <- seen
				return
			}
		}
	}()
	return func() []int64 {
		close(stop)
		return <-done
	}
}

// size is that of SQLite's files, 0 on PostgreSQL.
func (s *server) size() (bytes int64) {
	for _, name := range []string{"burgee.db", "burgee.db-wal"} {
		if info, err := os.Stat(filepath.Join(s.data, name)); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(text), " ")
	return first
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err) // without a port there is nothing to measure
	}
	defer l.Close()
	return l.Addr().String()
}
