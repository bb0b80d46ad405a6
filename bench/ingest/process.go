package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/bench/subject"
)

const (
	token = "bgp_ingest0000000000000000000000000000000000"
	key   = "bgs_ingest0000000000000000000000000000000000"
)

// server is the process that is measured.
type server struct {
	*subject.Process
	data string
	want int64 // evaluations that must be stored
}

// start runs the binary on a new store with the flags that are counted.
func start(o options) (*server, error) {
	dir, err := os.MkdirTemp("", "burgee-ingest-")
	if err != nil {
		return nil, err
	}
	addr, err := subject.FreeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{data: filepath.Join(dir, "data")}
	env := []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_SERVER_KEY=" + key}
	if o.store != "" {
		env = append(env, "BURGEE_STORE="+o.store, "BURGEE_SECRET_KEY="+strings.Repeat("k", 43)+"=")
	}
	s.Process, err = subject.Start(subject.Program{
		Binary: o.burgee, Args: []string{"serve", "--addr", addr, "--data", s.data, "--ops-addr", "", "--log-level", "warn"},
		Env: env, Addr: addr, Token: token,
	})
	if err != nil {
		return nil, err
	}
	if err := s.Await("/readyz", 20*time.Second); err != nil {
		return nil, err
	}
	var text strings.Builder
	text.WriteString("apiVersion: burgee/v1\nproject: default\nflags:\n")
	for i := range flags {
		fmt.Fprintf(&text, "  %s: {type: boolean, environments: {production: {rules: [{when: {country: DE}, serve: true}], default: false}}}\n", flagKey(i))
	}
	_, err = s.Want(http.MethodPost, "/api/v1/projects/default/apply", map[string]any{"text": text.String(), "file": "ingest.yaml"})
	return s, err
}

func (s *server) end() {
	s.Kill()
	_ = os.RemoveAll(filepath.Dir(s.data))
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
		err = fmt.Errorf("%d evaluations are stored; %d were acknowledged, and %d sent\n%s", got, s.want, most, s.Out)
	}
	took = time.Since(began)
	s.want = got
	return took, err
}

// stored is how many evaluations the database has.
func (s *server) stored() (sum int64, err error) {
	for i := range flags {
		text, err := s.Want(http.MethodGet, "/api/v1/projects/default/flags/"+flagKey(i)+"/evaluations?environment=production", nil)
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

// watch looks at the memory every five seconds until the returned function is
// called, which gives the megabytes.
func (s *server) watch() func() []int64 {
	stop, done := make(chan struct{}), make(chan []int64, 1)
	go func() {
		var seen []int64
		for tick := time.NewTicker(5 * time.Second); ; {
			select {
			case <-tick.C:
				seen = append(seen, s.Usage().Resident>>20)
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
