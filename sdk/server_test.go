package burgee

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/sdk/ruleset"
)

const testKey = "bgs_0123456789abcdefghijklmnopqrstuv"

// protocolServer speaks the SDK protocol from lines that a test gives it.
type protocolServer struct {
	*httptest.Server
	mu            sync.Mutex // guards what follows
	body          []byte
	changed       chan struct{} // closed and replaced by publish
	status        int           // other than 0: answered to everything
	problem       string
	noStreams     bool
	registrations []registration
	reports       []eventReport
	requests      map[string]int
}

func newProtocolServer(t testing.TB) *protocolServer {
	t.Helper()
	s := &protocolServer{changed: make(chan struct{}), requests: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// publish makes flag lines the configuration at a revision.
func (s *protocolServer) publish(epoch, revision int64, lines ...string) {
	raw := make([][]byte, len(lines))
	for i, line := range lines {
		raw[i] = []byte(line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = ruleset.Encode(ruleset.Header{Burgee: ruleset.WireVersion, Hash: ruleset.HashP32, Project: "default", Environment: "production", Epoch: epoch, Revision: revision}, raw)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *protocolServer) refuse(status int, problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.problem = status, problem
}

func (s *protocolServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests[r.URL.Path]++
	status, problem, noStreams := s.status, s.problem, s.noStreams
	s.mu.Unlock()
	if status == 0 && r.Header.Get("Authorization") != "Bearer "+testKey {
		status, problem = http.StatusUnauthorized, `{"code":"key_unknown","detail":"this key is unknown here"}`
	}
	switch {
	case status != 0:
		w.WriteHeader(status)
		_, _ = io.WriteString(w, problem)
	case r.URL.Path == snapshotPath:
		s.mu.Lock()
		defer s.mu.Unlock()
		_, _ = w.Write(s.body)
	case r.URL.Path == streamPath && noStreams:
		w.WriteHeader(http.StatusBadGateway)
	case r.URL.Path == streamPath:
		s.stream(w, r)
	case r.URL.Path == registerPath:
		accept(s, w, r.Body, &s.registrations)
	case r.URL.Path == eventsPath:
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		accept(s, w, unpacked, &s.reports)
	}
}

func accept[T any](s *protocolServer, w http.ResponseWriter, body io.Reader, into *[]T) {
	var v T
	if err := json.NewDecoder(body).Decode(&v); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	*into = append(*into, v)
	s.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

func (s *protocolServer) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		s.mu.Lock()
		body, changed := s.body, s.changed
		s.mu.Unlock()
		if body != nil {
			data := strings.ReplaceAll(strings.TrimSuffix(string(body), "\n"), "\n", "\ndata: ")
			fmt.Fprintf(w, "event: full\ndata: %s\n\n", data)
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
	}
}

func (s *protocolServer) seen(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[path]
}

// boolean is a flag line that serves one value.
func boolean(key string, on bool) string {
	return fmt.Sprintf(`{"flag":%q,"type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":%d}}`, key, map[bool]int{true: 0, false: 1}[on])
}

// connect returns a client of the server that has its first configuration.
func connect(t testing.TB, s *protocolServer, options Options) *Client {
	t.Helper()
	client := open(t, s, options)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return client
}

func open(t testing.TB, s *protocolServer, options Options) *Client {
	t.Helper()
	options.URL = s.URL
	if options.Key == "" {
		options.Key = testKey
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(8 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited for %s", what)
		}
	}
}
