package sdkapi_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/sdkapi"
	"burgee.dev/burgee/sdk/ruleset"
)

var private = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))

const takesDeltas = "Burgee-Delta: 1"

// many are the lines of n flags; on says which one serves true.
func many(n, on int) []string {
	lines := make([]string, n)
	for i := range lines {
		value := 1
		if i == on {
			value = 0
		}
		lines[i] = flag("f"+strconv.Itoa(i), value)
	}
	return lines
}

func (w *world) publish(lines ...string) { w.manager.Announce(1, w.reader.Publish(1, lines...)) }

func (w *world) state() *delivery.State {
	return w.manager.ByEnvironment("default", "production").State()
}

// await waits until the manager serves a revision.
func (w *world) awaitRevision(t *testing.T, revision int64) *delivery.State {
	t.Helper()
	for state := w.state(); ; state = w.state() {
		if state.Revision() >= revision {
			return state
		}
		select {
		case <-state.Next():
		case <-time.After(time.Minute):
			t.Fatalf("revision %d after a minute, want %d", state.Revision(), revision)
		}
	}
}

func TestAReaderThatTakesDeltasGetsThem(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	w.publish(many(10, -1)...)
	w.awaitRevision(t, 3)
	modern, older := w.stream(t, takesDeltas), w.stream(t)
	pinned, err := ruleset.Pinned([]string{ruleset.EncodeKey(private.Public().(ed25519.PublicKey))})
	if err != nil {
		t.Fatal(err)
	}
	event, id, data := modern.any(t)
	if event != "full" {
		t.Fatalf("first came %s", event)
	}
	replica, err := ruleset.NewReplica(pinned).Full([]byte(data))
	if err != nil || replica.ID() != id {
		t.Fatalf("%v; id %s, want %s", err, replica.ID(), id)
	}
	if event, _, data := modern.any(t); event != "spread" || data != `{"spread_ms":5000}`+"\n" {
		t.Errorf("then came %s %s, want the spread", event, data)
	}
	if event, _, _ := older.next(t); event != "full" {
		t.Errorf("who does not say that it takes deltas got %s", event)
	}

	w.publish(many(10, 4)...)
	if event, _, _ := older.next(t); event != "full" {
		t.Errorf("who does not say that it takes deltas got %s", event)
	}
	event, id, data = modern.next(t)
	if event != "delta" || strings.Count(data, "\n") != 3 {
		t.Fatalf("got %s\n%s", event, data)
	}
	if replica, err = replica.Delta([]byte(data)); err != nil || replica.ID() != id {
		t.Fatalf("%v; id %s, want %s", err, replica.ID(), id)
	}
	if !bytes.Equal(replica.Document().Encode(), w.state().Raw) {
		t.Errorf("got\n%s\nwant\n%s", replica.Document().Encode(), w.state().Raw)
	}
}

func TestWhoComesBackGetsWhatItMissed(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	w.publish(many(30, -1)...)
	had := w.awaitRevision(t, 3).EventID
	for i := range 3 {
		w.publish(many(30, i)...)
	}
	newest := w.awaitRevision(t, 6)
	s := w.stream(t, takesDeltas, "Last-Event-ID: "+had)
	for revision := int64(4); revision <= 6; revision++ {
		event, id, data := s.next(t)
		if event != "delta" || !strings.HasPrefix(id, fmt.Sprintf("1-%d-", revision)) || !strings.Contains(data, fmt.Sprintf(`"from":%d}`, revision-1)) {
			t.Fatalf("revision %d: got %s %s\n%s", revision, event, id, data)
		}
	}
	for _, unknown := range []string{"1-3-ffffff", "0-6-" + newest.EventID[4:], "nonsense"} {
		if event, _, _ := w.stream(t, takesDeltas, "Last-Event-ID: "+unknown).next(t); event != "full" {
			t.Errorf("who says it has %s got %s", unknown, event)
		}
	}
}

// No flipped bit of what a stream carries gets past a reader that pins the key.
func TestNoFlippedBitIsTaken(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	w.publish(many(2, -1)...)
	w.awaitRevision(t, 3)
	s := w.stream(t, takesDeltas)
	_, _, whole := s.next(t)
	w.publish(many(2, 1)...)
	event, _, delta := s.next(t)
	if event != "delta" {
		t.Fatalf("got %s", event)
	}
	pinned, err := ruleset.Pinned([]string{ruleset.EncodeKey(private.Public().(ed25519.PublicKey))})
	if err != nil {
		t.Fatal(err)
	}
	first, err := ruleset.NewReplica(pinned).Full([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.Delta([]byte(delta))
	if err != nil {
		t.Fatal(err)
	}
	flips(whole, func(bad []byte) {
		if got, err := ruleset.NewReplica(pinned).Full(bad); err == nil && !bytes.Equal(got.Document().Encode(), first.Document().Encode()) {
			t.Errorf("taken:\n%s", bad)
		}
	})
	flips(delta, func(bad []byte) {
		if got, err := first.Delta(bad); err == nil && !bytes.Equal(got.Document().Encode(), second.Document().Encode()) {
			t.Errorf("taken:\n%s", bad)
		}
	})
}

// flips calls try with each byte of text changed in one bit, each bit in its
// turn.
func flips(text string, try func([]byte)) {
	for i := range text {
		bad := []byte(text)
		bad[i] ^= 1 << (i % 8)
		try(bad)
	}
}

// large is a flag whose line is about a number of kilobytes long.
func large(key string, kilobytes int) string {
	return strings.Replace(flag(key, 1), `"targets":[]`, `"targets":[["targetingKey",{"`+strings.Repeat("x", kilobytes<<10)+`":0}]]`, 1)
}

func TestAReaderThatDoesNotReadDelaysNobodyAndIsClosed(t *testing.T) {
	w := newWorld(t, sdkapi.Options{Patience: 200 * time.Millisecond})
	w.publish(large("a", 200), large("b", 200))
	w.awaitRevision(t, 3)
	quick := w.stream(t)
	if event, _, _ := quick.next(t); event != "full" {
		t.Fatalf("got %s", event)
	}
	slow := w.crawl(t, "")
	for i := range 20 { // more than the buffers between them hold
		w.publish(large("a", 240+i%8), large("b", 240))
		if event, _, _ := quick.next(t); event != "full" {
			t.Fatalf("got %s", event)
		}
	}
	w.awaitStreams(t, 1)
	if n := w.api.Stats().Slow.Load(); n != 1 {
		t.Errorf("%d readers count as slow, want 1", n)
	}
	_ = slow.Close()
	if n := len(w.presence.Instances("", "")); n != 1 {
		t.Errorf("%d instances are shown, want 1", n)
	}
}

// crawl opens a stream over a connection with small buffers, and reads nothing.
func (w *world) crawl(t *testing.T, headers string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", w.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	if _, err := fmt.Fprintf(conn, "GET /sdk/v1/stream HTTP/1.1\r\nHost: x\r\n%s\r\nBurgee-Instance: slow\r\n%s\r\n", withKey, headers); err != nil {
		t.Fatal(err)
	}
	w.awaitStreams(t, 2)
	return conn
}

func (w *world) awaitStreams(t *testing.T, n int64) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); w.api.Streams() != n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d streams are open, want %d", w.api.Streams(), n)
		}
	}
}

// awaitWritten waits until the one stream's last write is done and noted, at a
// time: the reader may have it before.
func (w *world) awaitWritten(t *testing.T, at time.Time) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		seen := w.presence.Instances("default", "production")
		if slices.ContainsFunc(seen, func(i presence.Instance) bool { return i.LastSeen == at.UnixMilli() }) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing was written at %v: %+v", at, seen)
		}
	}
}

func TestWholeSnapshotsAreLimitedAndNothingElseIs(t *testing.T) {
	now := time.Now().Add(time.Hour) // no other clock says so
	var passed atomic.Int64
	w := newWorld(t, sdkapi.Options{
		Wholes: 8, Heartbeat: 25 * time.Millisecond, MinSpread: 5 * time.Second,
		Now: func() time.Time { return now.Add(time.Duration(passed.Load())) },
	})
	w.publish(large("a", 130), large("b", 130)) // about four of eight
	had := w.awaitRevision(t, 3)
	first := w.stream(t, takesDeltas)
	if event, _, _ := first.next(t); event != "full" {
		t.Fatalf("got %s", event)
	}
	for _, path := range []string{"/sdk/v1/stream", "/sdk/v1/snapshot"} {
		answer := w.call(t, "GET", path, "", withKey)
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != 503 || err != nil || seconds < 1 || seconds > 5 || !strings.Contains(string(body), `"code":"busy"`) {
			t.Errorf("%s: %d, Retry-After %q, %s", path, answer.StatusCode, answer.Header.Get("Retry-After"), body)
		}
	}
	if answer := w.call(t, "GET", "/sdk/v1/snapshot", "", withKey, "If-None-Match: "+had.ETag); answer.StatusCode != 304 {
		t.Errorf("who has the snapshot got %d", answer.StatusCode)
	}
	second := w.call(t, "GET", "/sdk/v1/stream", "", withKey, takesDeltas, "Last-Event-ID: "+had.EventID)
	if event, _, _ := (eventReader{bufio.NewReader(second.Body)}).next(t); event != "uptodate" {
		t.Errorf("who is up to date got %s", event)
	}
	_ = second.Body.Close()
	w.awaitStreams(t, 1)
	// An open stream that needs a whole snapshot waits for its turn, and beats.
	w.publish(large("c", 300))
	for beats := 0; beats < 3; {
		w.awaitWritten(t, now.Add(time.Duration(passed.Load())))
		passed.Store(int64(beats+1) * int64(5*time.Millisecond)) // long enough for another
		switch event, _, _ := first.any(t); event {
		case "heartbeat":
			beats++
		case "spread":
		default:
			t.Fatalf("got %s before its turn", event)
		}
	}
	passed.Store(int64(time.Minute))
	if event, _, _ := first.next(t); event != "full" {
		t.Fatalf("got %s", event)
	}
}

// logs keeps what the edge logs.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logs) lines(with string) (lines []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, with) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Streams work alike over each protocol, and are logged and observed once, when
// they end.
func TestStreamsWorkOverEachProtocol(t *testing.T) {
	for name, begin := range map[string]func(*httptest.Server){
		"HTTP/1.1":          func(s *httptest.Server) { s.Start() },
		"HTTP/1.1 over TLS": func(s *httptest.Server) { s.StartTLS() },
		"HTTP/2":            func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sdkapi.Options{})
			log := &logs{}
			var observed atomic.Int64
			mux := http.NewServeMux()
			w.api.Routes(mux)
			edge := httpkit.Edge{
				Logger:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				Observe: func(httpkit.Observation) { observed.Add(1) },
			}
			server := httptest.NewUnstartedServer(edge.Wrap(httpkit.Routes(mux)))
			begin(server)
			defer server.Close()
			w.publish(many(10, -1)...)
			w.awaitRevision(t, 3)

			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/sdk/v1/stream", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+serverKey)
			r.Header.Set("Burgee-Delta", "1")
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if !strings.HasPrefix(name, strings.TrimSuffix(answer.Proto, ".0")) {
				t.Errorf("spoken: %s", answer.Proto)
			}
			if answer.Header.Get("X-Content-Type-Options") != "nosniff" || answer.Header.Get("X-Request-Id") == "" {
				t.Errorf("header: %v", answer.Header)
			}
			s := eventReader{bufio.NewReader(answer.Body)}
			if event, _, _ := s.next(t); event != "full" {
				t.Fatalf("got %s", event)
			}
			w.publish(many(10, 5)...)
			if event, _, _ := s.next(t); event != "delta" {
				t.Fatalf("got %s", event)
			}
			if lines := log.lines("/sdk/v1/stream"); len(lines) != 0 || observed.Load() != 0 {
				t.Errorf("logged while it lives: %q", lines)
			}
			cancel()
			// It is counted first and logged last.
			var lines []string
			for deadline := time.Now().Add(10 * time.Second); observed.Load() == 0 || w.api.Streams() > 0 || len(lines) == 0; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the stream that its reader left is still open, or nothing was logged of it")
				}
				lines = log.lines("/sdk/v1/stream")
			}
			if len(lines) != 1 || !strings.Contains(lines[0], "status=200") || strings.Contains(lines[0], "bytes=0 ") {
				t.Errorf("logged: %q", lines)
			}
		})
	}
}

// Over HTTP/2 a deadline that passes ends a stream whether something is written
// or not, so it must be for the write alone.
func TestAStreamOverHTTP2OutlivesTheDeadlineOfItsLastWrite(t *testing.T) {
	w := newWorld(t, sdkapi.Options{Patience: 250 * time.Millisecond, Heartbeat: 600 * time.Millisecond})
	mux := http.NewServeMux()
	w.api.Routes(mux)
	server := httptest.NewUnstartedServer(mux)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/sdk/v1/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+serverKey)
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.ProtoMajor != 2 {
		t.Fatalf("spoken: %s", answer.Proto)
	}
	s := eventReader{bufio.NewReader(answer.Body)}
	for heartbeats := 0; heartbeats < 2; {
		switch event, _, _ := s.any(t); event {
		case "heartbeat":
			heartbeats++
		case "closed":
			t.Fatalf("closed after %d heartbeats", heartbeats)
		}
	}
}

// Readers that come and go while flags change all end with the same bytes.
func TestReadersOverHTTPEndAtTheSameBytes(t *testing.T) {
	w := newWorld(t, sdkapi.Options{Wholes: 10_000})
	stop := make(chan struct{})
	var readers sync.WaitGroup
	var deltas atomic.Int64
	ends := make([]ruleset.Replica, 8)
	for i := range ends {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for again := true; again; {
				select {
				case <-stop:
					again = false // the last time, to the end
				default:
				}
				r, n, err := w.read(t, ends[i], random.IntN(10), !again)
				if err != nil {
					t.Errorf("reader %d: %v", i, err)
					return
				}
				ends[i] = r
				deltas.Add(int64(n))
			}
		})
	}
	random := rand.New(rand.NewPCG(9, 9))
	for i := range 100 {
		lines := many(12, random.IntN(12))
		w.publish(lines[random.IntN(3):]...)
		w.awaitRevision(t, int64(i)+3)
	}
	close(stop)
	readers.Wait()
	for i, r := range ends {
		if r.Document() == nil || !bytes.Equal(r.Document().Encode(), w.state().Raw) {
			t.Errorf("reader %d ended at %s, want %s", i, r.ID(), w.state().EventID)
		}
	}
	if deltas.Load() < 50 {
		t.Errorf("%d deltas were taken: the test shows nothing", deltas.Load())
	}
}

// read takes a number of events, or all up to the newest revision.
func (w *world) read(t *testing.T, r ruleset.Replica, events int, toTheEnd bool) (_ ruleset.Replica, deltas int, err error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", w.URL+"/sdk/v1/stream", nil)
	if err != nil {
		return r, 0, err
	}
	request.Header.Set("Authorization", "Bearer "+serverKey)
	request.Header.Set("Burgee-Delta", "1")
	request.Header.Set("Last-Event-ID", r.ID())
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return r, 0, err
	}
	defer answer.Body.Close()
	s := eventReader{bufio.NewReader(answer.Body)}
	for n := 0; n <= events || toTheEnd; n++ {
		event, id, data := s.next(t)
		switch event {
		case "full":
			r, err = r.Full([]byte(data))
		case "delta":
			deltas++
			r, err = r.Delta([]byte(data))
		case "uptodate":
		default:
			err = errors.New(event)
		}
		if err != nil || r.ID() != id {
			return r, deltas, fmt.Errorf("%s %s: at %s: %w", event, id, r.ID(), err)
		}
		if r.ID() == w.state().EventID {
			break // or it would wait for what does not come
		}
	}
	return r, deltas, nil
}

// A defect that one stream meets ends that stream, and nothing else.
func TestAPanicEndsOneStreamOnly(t *testing.T) {
	var armed atomic.Bool
	told := make(chan string, 4)
	w := newWorld(t, sdkapi.Options{
		Now: func() time.Time {
			if armed.CompareAndSwap(true, false) {
				panic("the clock broke")
			}
			return time.Now()
		},
		OnPanic: func(value any, stack []byte) {
			told <- fmt.Sprint(value, " ", strings.Contains(string(stack), "sdkapi"))
		},
	})
	streams := []eventReader{w.stream(t, takesDeltas), w.stream(t, takesDeltas)}
	for _, s := range streams {
		if event, _, _ := s.next(t); event != "full" {
			t.Fatalf("got %s", event)
		}
	}
	armed.Store(true)
	w.publish(flag("a", 0))
	if got := <-told; got != "the clock broke true" {
		t.Errorf("told %q", got)
	}
	w.awaitStreams(t, 1)
	before := w.state().EventID
	w.publish(flag("a", 1))
	for w.state().EventID == before {
		time.Sleep(time.Millisecond)
	}
	closed := 0
	for _, s := range streams {
		for newest := false; !newest; { // by two deltas, or at once by the whole
			event, id, _ := s.next(t)
			if event == "closed" {
				closed++
				break
			}
			newest = id == w.state().EventID
		}
	}
	if closed != 1 {
		t.Errorf("%d streams are closed, want 1", closed)
	}
}
