package ofrep_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/ofrep"
)

// address is where a bulk evaluation says that changes are announced.
func (w *world) address(t *testing.T, key string) string {
	t.Helper()
	var body struct {
		EventStreams []struct {
			Type     string
			Endpoint struct{ RequestURI string }
		}
	}
	answer := w.call("POST", flags, alice, key)
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || len(body.EventStreams) != 1 || body.EventStreams[0].Type != "sse" {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	return body.EventStreams[0].Endpoint.RequestURI
}

// listener reads a stream as an EventSource does.
type listener struct {
	answer *http.Response
	lines  *bufio.Reader
	id     string // that it would come back with
}

// listen opens a stream of a world that a server serves, from after an event.
func listen(t *testing.T, server *httptest.Server, path, after string) *listener {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://shop.example")
	if after != "" {
		r.Header.Set("Last-Event-ID", after)
	}
	answer, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	if answer.StatusCode != 200 || answer.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("got %d %v", answer.StatusCode, answer.Header)
	}
	return &listener{answer: answer, lines: bufio.NewReader(answer.Body)}
}

// block reads up to the next empty line; data is "" when there is none.
func (l *listener) block() (data string, err error) {
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return "", err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			return data, nil
		}
		if id, ok := strings.CutPrefix(line, "id: "); ok {
			l.id = id
		}
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			data = text
		}
	}
}

// begin reads what a stream begins with: the time to come back after, and a
// message or only where the environment stands.
func (l *listener) begin(t *testing.T) (data string) {
	t.Helper()
	for range 2 {
		var err error
		if data, err = l.block(); err != nil {
			t.Fatal(err)
		}
	}
	return data
}

func (l *listener) ended() bool {
	_, err := io.ReadAll(l.lines)
	return err == nil
}

func serve(t *testing.T, w *world) *httptest.Server {
	server := httptest.NewServer(w.handler)
	t.Cleanup(server.Close)
	return server
}

func TestAStreamOfAnyNodeAnnouncesChanges(t *testing.T) {
	one := newWorld(t, rules...)
	other := one.node(t, clock.System{}) // another server of the same store
	server := serve(t, other)
	l := listen(t, server, one.address(t, asBrowser), "")
	if data := l.begin(t); data != "" || l.id == "" {
		t.Fatalf("who has just asked is told %q, id %q", data, l.id)
	}
	other.manager.Announce(1, one.reader.Publish(1, rules[:3]...))
	data, err := l.block()
	if err != nil {
		t.Fatal(err)
	}
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.checkJSON("#/components/schemas/Refetch", []byte(data)); err != nil {
		t.Error(err)
	}
	var said struct{ ETag string }
	if err := json.Unmarshal([]byte(data), &said); err != nil || said.ETag != l.id || !strings.HasPrefix(l.id, "1-3-") {
		t.Errorf("%v: said %s with id %s", err, data, l.id)
	}
	t.Run("a node that is behind waits for what the stream spoke of", func(t *testing.T) {
		// one was not told; its own look comes within a second.
		answer := one.call("POST", flags+"?flagConfigEtag="+said.ETag+"&flagConfigLastModified=1771622898", alice, asBrowser)
		if got := answer.Header().Get("Burgee-Revision"); got != "3" {
			t.Errorf("got revision %s", got)
		}
	})
	t.Run("who comes back is told only what he does not know", func(t *testing.T) {
		if data := listen(t, server, one.address(t, withKey), l.id).begin(t); data != "" {
			t.Errorf("told %s", data)
		}
		if data := listen(t, server, one.address(t, withKey), "1-2-abcdef").begin(t); data == "" {
			t.Error("not told of what he missed")
		}
	})
	t.Run("it ends with its key", func(t *testing.T) {
		one.reader.RevokeKeys(1)
		other.manager.Announce(1, 0)
		if !l.ended() {
			t.Error("it was cut")
		}
	})
}

// Between the answer that held the ticket and the stream something may have
// changed.
func TestWhoMayHaveMissedAChangeIsToldToLook(t *testing.T) {
	w := newWorldAt(t, clock.Func(func() time.Time { return time.Unix(10, 0) }), rules...) // committed in the first second of 1970
	l := listen(t, serve(t, w), w.address(t, asBrowser), "")
	if data := l.begin(t); !strings.Contains(data, `"refetchEvaluation"`) || !strings.HasPrefix(l.id, "1-2-") {
		t.Errorf("told %q, id %q", data, l.id)
	}
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	w := newWorld(t, rules...)
	server, address := serve(t, w), w.address(t, asBrowser)
	l := listen(t, server, address, "")
	l.begin(t)
	w.api.Drain()
	if !l.ended() {
		t.Error("it was cut")
	}
	answer := w.call("GET", address, "")
	if answer.Code != 503 || answer.Header().Get("Retry-After") != "1" {
		t.Errorf("a new one: %d %v", answer.Code, answer.Header())
	}
	server.Close() // waits for the handlers
	if n := w.api.Streams(); n != 0 {
		t.Errorf("%d streams are open", n)
	}
}

func TestATicketIsShortLivedAndOpensNothingElse(t *testing.T) {
	var passed atomic.Int64
	begin := time.Date(2026, 11, 27, 8, 0, 1, 0, time.UTC)
	now := clock.Func(func() time.Time { return begin.Add(time.Duration(passed.Load())) })
	w := newWorldAt(t, now, rules...)
	address := w.address(t, asBrowser)
	if again := w.address(t, asBrowser); again != address {
		t.Error("another ticket, though nothing has changed: no answer would ever be 304")
	}
	if other := w.address(t, withKey); other == address {
		t.Error("two keys have one ticket")
	}
	_, ticket, _ := strings.Cut(address, "=")
	if answer := w.call("POST", flags, alice, "Authorization: Bearer "+ticket); answer.Code != 401 {
		t.Errorf("as a key: %d", answer.Code)
	}
	path, _, _ := strings.Cut(address, "?")
	for name, bad := range map[string]string{
		"none": "", "a key": "?ticket=" + clientKey, "half": "?ticket=" + ticket[:20], "one of no key": "?ticket=" + strings.Repeat("A", 43),
		"another end": "?ticket=" + ticket[:18] + "zzz" + ticket[21:], "another MAC": "?ticket=" + ticket[:30] + "zzz" + ticket[33:],
	} {
		if answer := w.call("GET", path+bad, ""); answer.Code != 401 {
			t.Errorf("%s: got %d %s", name, answer.Code, answer.Body)
		}
	}
	if answer := w.call("POST", address, ""); answer.Code != 405 {
		t.Errorf("POST: %d", answer.Code)
	}
	server := serve(t, w)
	passed.Store(int64(15 * time.Minute))
	if next := w.address(t, asBrowser); next == address {
		t.Error("the ticket lives for ever")
	}
	if data := listen(t, server, address, "").begin(t); data != "" {
		t.Errorf("of what was long before it is told %s", data)
	}
	passed.Store(int64(30 * time.Minute))
	if answer := w.call("GET", address, ""); answer.Code != 401 || !strings.Contains(answer.Body.String(), "bulk evaluation") {
		t.Errorf("after its end: %d %s", answer.Code, answer.Body)
	}
}

func TestPagesOfEveryOriginMayAsk(t *testing.T) {
	w := newWorld(t, rules...)
	answer := w.call("OPTIONS", flags, "", "Origin: https://shop.example", "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization,content-type,if-none-match")
	h := answer.Header()
	if answer.Code != 204 || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("got %d %v", answer.Code, h)
	}
	for _, name := range []string{"authorization", "content-type", "if-none-match", "x-api-key"} {
		if !strings.Contains(strings.ToLower(h.Get("Access-Control-Allow-Headers")), name) {
			t.Errorf("%s may not be sent", name)
		}
	}
	// That every other answer may be read, with ETag and Retry-After, is held by
	// the contract.
}

func TestClientKeysAreLimitedAndServerKeysAreNot(t *testing.T) {
	w := newWorldAt(t, clock.Func(func() time.Time { return time.Unix(1_800_000_000, 0) }), rules...)
	limited := func(key, path string) (answer *httptest.ResponseRecorder) {
		for range 2_001 {
			if answer = w.call("POST", path, "", key); answer.Code != 200 {
				return answer
			}
		}
		return answer
	}
	if answer := limited(withKey, flags+"/plain"); answer.Code != 200 {
		t.Errorf("a server key got %d", answer.Code)
	}
	answer := limited(asBrowser, flags+"/plain")
	if answer.Code != 429 {
		t.Fatalf("a client key got %d", answer.Code)
	}
	if answer := w.call("POST", flags, "", asBrowser); answer.Code != 429 || !strings.Contains(answer.Body.String(), `"errorCode":"GENERAL"`) {
		t.Errorf("bulk: %d %s", answer.Code, answer.Body)
	}
	if answer := w.call("POST", flags, "", withKey); answer.Code != 200 {
		t.Errorf("another key from the same address: %d", answer.Code)
	}
}

// broken is a counter with a defect.
type broken struct{}

func (broken) Served(int64, ingest.Application, ingest.Count) { panic("defect") }
func (broken) NewTally(int64, ingest.Application, int, func(int) ingest.Count) *ingest.Tally {
	return nil
}

func TestADefectIsAnsweredInTheProtocolsForm(t *testing.T) {
	w := newWorld(t, rules...)
	mux := http.NewServeMux()
	ofrep.New(gate.New(w.manager, w.presence, w.ingest, clock.System{}), w.presence, broken{}, clock.System{}).Routes(mux)
	panics := 0
	w.handler = httpkit.Edge{OnPanic: func(any) { panics++ }}.Wrap(httpkit.Routes(mux))
	if answer := w.call("POST", flags+"/plain", alice, withKey); answer.Code != 500 {
		t.Errorf("single: %d %s", answer.Code, answer.Body)
	}
	if answer := w.call("POST", flags, alice, withKey); answer.Code != 500 {
		t.Errorf("bulk: %d %s", answer.Code, answer.Body)
	}
	if panics != 2 {
		t.Errorf("%d panics are counted", panics)
	}
}

// node is one more server of a world's store.
func (w *world) node(t testing.TB, at clock.Clock) *world {
	t.Helper()
	n := *w
	n.start(t, w.reader, at)
	return &n
}

func (w *world) start(t testing.TB, reader *deliverytest.Reader, at clock.Clock) {
	t.Helper()
	w.manager = delivery.New(reader, delivery.Options{Logger: quiet})
	w.api = ofrep.New(gate.New(w.manager, w.presence, w.ingest, at), w.presence, w.ingest, at)
	mux := http.NewServeMux()
	w.api.Routes(mux)
	w.handler = httpkit.Edge{Logger: quiet}.Wrap(httpkit.Routes(mux))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.manager.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	for !w.manager.Ready() {
		time.Sleep(time.Millisecond)
	}
	if p := w.manager.Problems(); len(p) > 0 {
		t.Log("problems:", p[0].Err)
	}
}

// slowly is a body that says nothing until its connection's deadline.
type slowly struct{ until chan time.Time }

func (s slowly) Read([]byte) (int, error) {
	time.Sleep(time.Until(<-s.until))
	return 0, os.ErrDeadlineExceeded
}

func (s slowly) Close() error { return nil }

// deadlined is a writer of a connection that has a deadline.
type deadlined struct {
	*httptest.ResponseRecorder
	until chan time.Time
}

func (d deadlined) SetReadDeadline(at time.Time) error {
	d.until <- at
	return nil
}

func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	w := newWorld(t, rules...)
	synctest.Test(t, func(t *testing.T) {
		for _, path := range []string{flags, flags + "/plain"} {
			until := make(chan time.Time, 1)
			r := httptest.NewRequest("POST", path, slowly{until})
			r.Header.Set("Authorization", "Bearer "+serverKey)
			answer := deadlined{httptest.NewRecorder(), until}
			began := time.Now()
			w.handler.ServeHTTP(answer, r)
			if waited := time.Since(began); answer.Code != 503 || answer.Header().Get("Retry-After") == "" || waited > 10*time.Second {
				t.Errorf("%s: %d after %v: %s", path, answer.Code, waited, answer.Body)
			}
			held(t, "POST", path, answer.ResponseRecorder)
		}
	})
}
