package burgee

import (
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
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
	client        *http.Client       // reaches it; nil for any client
	author        ed25519.PrivateKey // signs what is published; nil for an unsigned environment
	old           bool               // it knows neither deltas nor ids, as servers before them
	mu            sync.Mutex         // guards what follows
	history       []*ruleset.Document
	said          []string                  // events beside the configuration
	changed       chan struct{}             // closed and replaced when there is news for streams
	tamper        func(event string) string // what becomes of an event on its way
	status        int                       // other than 0: answered to everything
	problem       string
	retryAfter    string
	backAfter     int  // with status: after so many streams it is answered no more
	loseAnswers   int  // so many batches of events are taken without an answer
	hang          bool // no answer comes to anything
	noStreams     bool
	holds         time.Duration // what a stream says is held back, until it is cut after this
	registrations []registration
	reports       []eventReport
	refused       []arrival // the batches of events that were answered with status
	requests      map[string]int
	resumed       []string // the Last-Event-ID of each stream
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

// arrival is a batch of events and when it came.
type arrival struct {
	id string
	at time.Time
}

// newBubbleServer is a server for testing/synctest: real HTTP over connections
// in memory, so that the bubble's clock goes on while both ends wait.
func newBubbleServer(t testing.TB) *protocolServer {
	t.Helper()
	s := &protocolServer{changed: make(chan struct{}), requests: map[string]int{}}
	in := &memoryListener{connections: make(chan net.Conn), closed: make(chan struct{})}
	s.Server = &httptest.Server{Listener: in, Config: &http.Server{Handler: http.HandlerFunc(s.serve)}}
	s.Start()
	pool := &http.Transport{DialContext: in.dial}
	s.client = &http.Client{Transport: pool}
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
		pool.CloseIdleConnections()
	})
	return s
}

// memoryListener is a net.Listener of connections that never leave the process.
type memoryListener struct {
	connections chan net.Conn
	once        sync.Once
	closed      chan struct{}
}

func (l *memoryListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.connections <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// publish makes flag lines the configuration at a revision.
func (s *protocolServer) publish(epoch, revision int64, lines ...string) *ruleset.Document {
	document := documentOf(s.author, epoch, revision, lines...)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = append(s.history, document)
	s.wake()
	return document
}

func documentOf(author ed25519.PrivateKey, epoch, revision int64, lines ...string) *ruleset.Document {
	raw := make([][]byte, len(lines))
	for i, line := range lines {
		raw[i] = []byte(line)
	}
	h := ruleset.Header{Burgee: ruleset.WireVersion, Hash: ruleset.HashP32, Project: "default", Environment: "production", Epoch: epoch, Revision: revision}
	if author != nil {
		h.Keys = []string{publicKey(author)}
	}
	document, err := ruleset.NewDocument(h, raw)
	if err != nil {
		panic(err) // a test that publishes nonsense
	}
	if author != nil {
		document = document.WithSignature(ruleset.Sign(author, document.HeaderLine()))
	}
	return document
}

// signer is a key that is the same in each run.
func signer(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func publicKey(private ed25519.PrivateKey) string {
	return ruleset.EncodeKey(private.Public().(ed25519.PublicKey))
}

// say sends an event beside the configuration to the streams that are open.
func (s *protocolServer) say(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, event)
	s.wake()
}

// wake is for a caller who holds mu.
func (s *protocolServer) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// alter changes what the server does.
func (s *protocolServer) alter(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func (s *protocolServer) refuse(status int, problem string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.problem = status, problem
}

func (s *protocolServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests[r.URL.Path]++
	status, problem, noStreams, retryAfter, hang := s.status, s.problem, s.noStreams, s.retryAfter, s.hang
	if r.URL.Path == streamPath && s.backAfter > 0 {
		if s.backAfter--; s.backAfter == 0 {
			s.status = 0
		}
	}
	s.mu.Unlock()
	if status == 0 && r.Header.Get("Authorization") != "Bearer "+testKey {
		status, problem = http.StatusUnauthorized, `{"code":"key_unknown","detail":"this key is unknown here"}`
	}
	switch {
	case hang:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case status != 0:
		if r.URL.Path == eventsPath {
			s.noteRefused(r)
		}
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, problem)
	case r.URL.Path == snapshotPath:
		s.snapshot(w, r)
	case r.URL.Path == streamPath && noStreams:
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
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

// batches are the reports as a server counts them: one that came again, because the
// client did not hear the answer, only once. The caller holds mu.
func (s *protocolServer) batches() []eventReport {
	seen := map[string]bool{}
	var once []eventReport
	for _, report := range s.reports {
		if !seen[report.ID] {
			seen[report.ID] = true
			once = append(once, report)
		}
	}
	return once
}

func (s *protocolServer) noteRefused(r *http.Request) {
	var report eventReport
	unpacked, err := gzip.NewReader(r.Body)
	if err != nil || json.NewDecoder(unpacked).Decode(&report) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = append(s.refused, arrival{report.ID, time.Now()})
}

func accept[T any](s *protocolServer, w http.ResponseWriter, body io.Reader, into *[]T) {
	var v T
	if err := json.NewDecoder(body).Decode(&v); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	*into = append(*into, v)
	lose := s.loseAnswers > 0
	s.loseAnswers = max(0, s.loseAnswers-1)
	s.mu.Unlock()
	if lose {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(http.StatusAccepted)
}

func (s *protocolServer) snapshot(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	newest := s.newest()
	s.mu.Unlock()
	switch {
	case newest == nil:
		w.WriteHeader(http.StatusServiceUnavailable)
	case !s.old && r.Header.Get("If-None-Match") == `"`+newest.Header().ID()+`"`:
		w.WriteHeader(http.StatusNotModified)
	default:
		_, _ = w.Write(newest.Encode())
	}
}

// newest is for a caller who holds mu.
func (s *protocolServer) newest() *ruleset.Document {
	if len(s.history) == 0 {
		return nil
	}
	return s.history[len(s.history)-1]
}

func (s *protocolServer) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if s.holds > 0 {
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-time.After(s.holds):
		}
		return
	}
	has := r.Header.Get("Last-Event-ID")
	s.mu.Lock()
	s.resumed = append(s.resumed, has)
	heard := len(s.said)
	s.mu.Unlock()
	for greet := true; ; greet = false {
		s.mu.Lock()
		news := s.lead(&has, greet, r.Header.Get("Burgee-Delta") == "1")
		news += strings.Join(s.said[heard:], "")
		heard = len(s.said)
		changed, tamper := s.changed, s.tamper
		s.mu.Unlock()
		if tamper != nil && news != "" {
			news = tamper(news)
		}
		if _, err := io.WriteString(w, news); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		if strings.Contains(news, "event: goaway") {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		}
	}
}

// lead is the event that leads a reader from what it has to the newest revision.
// The caller holds mu.
func (s *protocolServer) lead(has *string, greet, deltas bool) string {
	newest := s.newest()
	if newest == nil {
		return ""
	}
	id := newest.Header().ID()
	if s.old {
		id = ""
	}
	if *has == newest.Header().ID() {
		if greet && !s.old {
			return event("uptodate", id, "{}")
		}
		return ""
	}
	from := *has
	*has = newest.Header().ID()
	for _, document := range slices.Backward(s.history) {
		if deltas && !s.old && document.Header().ID() == from && document.Header().Epoch == newest.Header().Epoch && newest.Header().Newer(document.Header()) {
			return event("delta", id, string(ruleset.Between(document, newest).Encode()))
		}
	}
	return event("full", id, string(newest.Encode()))
}

// event writes an event.
func event(name, id, data string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "event: %s\n", name)
	if id != "" {
		fmt.Fprintf(&out, "id: %s\n", id)
	}
	for line := range strings.Lines(data) {
		fmt.Fprintf(&out, "data: %s\n", strings.TrimSuffix(line, "\n"))
	}
	return out.String() + "\n"
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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return client
}

func open(t testing.TB, s *protocolServer, options Options) *Client {
	t.Helper()
	options.URL = s.URL
	if options.HTTPClient == nil {
		options.HTTPClient = s.client
	}
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
