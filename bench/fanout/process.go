package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"burgee.dev/burgee/bench/subject"
)

// server is a process that is measured.
type server struct {
	*subject.Process
	data  string // empty of the reference
	start func() error
}

const (
	token = "bgp_fanout0000000000000000000000000000000000"
	key   = "bgs_fanout0000000000000000000000000000000000"
)

// patience is how long a server may take to start.
const patience = 20 * time.Second

// startBurgee starts the binary on a new folder and makes the flags.
func startBurgee(o options) (*server, error) {
	dir, err := os.MkdirTemp("", "burgee-fanout-")
	if err != nil {
		return nil, err
	}
	addr, err := subject.FreeAddress()
	if err != nil {
		return nil, err
	}
	s := &server{data: filepath.Join(dir, "data")}
	s.start = func() (err error) {
		s.Process, err = subject.Start(subject.Program{
			Binary: o.burgee, Args: []string{"serve", "--addr", addr, "--data", s.data, "--ops-addr", "", "--log-level", "warn"},
			Env: []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_SERVER_KEY=" + key}, CPU: o.serverOn, Addr: addr, Token: token,
		})
		if err != nil {
			return err
		}
		return s.Await("/readyz", patience)
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
	process, err := subject.StartReference(o.serverOn, patience)
	if err != nil {
		return nil, err
	}
	return &server{Process: process}, nil
}

// flip switches the first flag off or on, and returns when that is acknowledged.
func (s *server) flip(i int) error {
	what := [...]string{"off", "on"}[i%2]
	return s.post("/api/v1/projects/default/flags/fanout.flag-0/environments/production/"+what, map[string]any{})
}

func (s *server) post(path string, body any) error {
	_, err := s.Want(http.MethodPost, path, body)
	return err
}

// end stops the server for good.
func (s *server) end() {
	s.Kill()
	if s.data != "" {
		_ = os.RemoveAll(filepath.Dir(s.data))
	}
}
