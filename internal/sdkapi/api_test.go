package sdkapi_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/sdkapi"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	serverKey = "bgs_0123456789012345678901234567890123456789"
	clientKey = "bgc_0123456789012345678901234567890123456789"
	token     = "bgp_0123456789012345678901234567890123456789"
)

func flag(key string, on int) string {
	return fmt.Sprintf(`{"flag":%q,"type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],`+
		`"off":1,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":%d}}`, key, on)
}

// control is the outside of sdkapi: it keeps what crosses to the control plane
// and to the store.
type control struct {
	mu     sync.Mutex
	busy   bool
	got    []sdkapi.Registration
	counts map[ingest.Row]int64
}

func (c *control) Register(_ context.Context, r sdkapi.Registration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy {
		return fault.New(fault.Unavailable, "register_busy", "The queue is full").WithRetryAfter(2 * time.Second)
	}
	c.got = append(c.got, r)
	return nil
}

func (c *control) AddCounts(_ context.Context, load *ingest.Load) error {
	for _, row := range load.Rows(nil) {
		c.counts[row] += row.Count
	}
	return nil
}
func (c *control) AddKeyUses(context.Context, []ingest.KeyUse) error { return nil }

func (c *control) SaveReceipts(context.Context, receipts.Changes) error { return nil }
func (c *control) Receipt(context.Context, int64, int64) (receipts.Record, bool, error) {
	return receipts.Record{}, false, nil
}
func (c *control) RecentReceipts(context.Context, int) ([]receipts.Record, error) { return nil, nil }
func (c *control) Overrides(context.Context) ([]receipts.Override, error)         { return nil, nil }

// world is a data plane with real delivery, presence and ingest behind HTTP.
type world struct {
	*httptest.Server
	reader   *deliverytest.Reader
	manager  *delivery.Manager
	presence *presence.Registry
	ingest   *ingest.Ingest
	receipts *receipts.Registry
	control  *control
	api      *sdkapi.API
}

func newWorld(t *testing.T, opts sdkapi.Options) *world {
	t.Helper()
	w := &world{reader: deliverytest.NewReader(), control: &control{counts: map[ingest.Row]int64{}}}
	w.reader.AddKey(1, 7, serverKey, delivery.ServerKey, 0)
	w.reader.AddKey(1, 8, clientKey, delivery.ClientKey, 0)
	w.reader.Publish(1, flag("a", 1))
	w.manager = delivery.New(w.reader, delivery.Options{Logger: slog.New(slog.DiscardHandler), Poll: 10 * time.Millisecond, Signer: delivery.NewSigner(private)})
	w.presence = presence.New(clock.System{})
	w.ingest = ingest.New(w.control, ingest.Options{})
	w.receipts = receipts.New(w.presence, w.control, receipts.Options{})
	w.api = sdkapi.New(gate.New(w.manager, w.presence, w.ingest, clock.System{}), w.presence, w.control, w.ingest, w.receipts, opts)
	mux := http.NewServeMux()
	w.api.Routes(mux)
	w.Server = httptest.NewServer(httpkit.Edge{Logger: slog.New(slog.DiscardHandler)}.Wrap(httpkit.Routes(mux)))

	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.manager.Run(ctx) }()
	t.Cleanup(func() {
		w.api.Drain()
		w.Close()
		w.api.Wait(t.Context())
		cancel()
		<-done
		http.DefaultClient.CloseIdleConnections()
	})
	for !w.manager.Ready() {
		time.Sleep(time.Millisecond)
	}
	return w
}

// call sends one request; headers are "Name: value" lines.
func (w *world) call(t *testing.T, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

const withKey = "Authorization: Bearer " + serverKey

func TestEachRouteAnswersEachCaller(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	etag := w.manager.ByEnvironment("default", "production").State().ETag
	minute := time.Now().UnixMilli() / 60_000 * 60_000
	events := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"application":{"name":"calendar"},"counts":[{"flag":"a","variation":null,"reason":"CODE_DEFAULT","minute":%d,"count":2}],"new":1}`, id, minute)
	}
	for _, tt := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		says                     string
	}{
		{"a snapshot", "GET", "/sdk/v1/snapshot", "", []string{withKey}, 200, `{"flag":"a",`},
		{"a snapshot that has not changed", "GET", "/sdk/v1/snapshot", "", []string{withKey, "If-None-Match: " + etag}, 304, ""},
		{"a snapshot without a key", "GET", "/sdk/v1/snapshot", "", nil, 401, `"code":"key_missing"`},
		{"a stream without a key", "GET", "/sdk/v1/stream", "", nil, 401, `"code":"key_missing"`},
		{"a placeholder for a key", "GET", "/sdk/v1/snapshot", "", []string{"Authorization: Bearer <your key>"}, 401, `"code":"key_malformed"`},
		{"a key that was cut", "GET", "/sdk/v1/snapshot", "", []string{"Authorization: Bearer bgs_0123"}, 401, `"code":"key_malformed"`},
		{"a key without the word Bearer", "GET", "/sdk/v1/snapshot", "", []string{"Authorization: Basic abc"}, 401, `"code":"key_malformed"`},
		{"a key of another server", "GET", "/sdk/v1/snapshot", "", []string{withKey + "x"}, 401, `"code":"key_unknown"`},
		{"a client key", "GET", "/sdk/v1/snapshot", "", []string{"Authorization: Bearer " + clientKey}, 403, `"code":"client_key"`},
		{"a client key registers nothing", "POST", "/sdk/v1/register", "{}", []string{"Authorization: Bearer " + clientKey}, 403, `"code":"client_key"`},
		{"an API token", "GET", "/sdk/v1/stream", "", []string{"Authorization: Bearer " + token}, 403, `"code":"token_not_key"`},
		{"a server key in a browser", "GET", "/sdk/v1/snapshot", "", []string{withKey, "Origin: https://shop.example"}, 403, `used from a browser at https://shop.example`},
		{"flags register", "POST", "/sdk/v1/register", `{"flags":[{"key":"Flags.isHoliday","type":"boolean","default":false}]}`, []string{withKey}, 202, `{"accepted":1}`},
		{"one bad flag does not keep the others out", "POST", "/sdk/v1/register", `{"flags":[{"key":"a","type":"boolean","default":0},{"key":"b","type":"double","default":1.0,"options":[2.5]}]}`, []string{withKey}, 202, `{"accepted":1,"errors":[{"field":"flags[0].default"`},
		{"only bad flags are refused", "POST", "/sdk/v1/register", `{"flags":[{"key":"a b","type":"bool","default":false}]}`, []string{withKey}, 422, `flags[0].type`},
		{"a flag declared twice", "POST", "/sdk/v1/register", `{"flags":[{"key":"a","type":"string","default":"x"},{"key":"a","type":"string","default":"y"}]}`, []string{withKey}, 202, `declared twice`},
		{"malformed JSON", "POST", "/sdk/v1/register", `{"flags":[`, []string{withKey}, 400, `"code":"json_malformed"`},
		{"a body of 1 MB", "POST", "/sdk/v1/register", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, []string{withKey}, 413, `over 1 MB`},
		{"JSON too deep", "POST", "/sdk/v1/events", strings.Repeat("[", 40) + strings.Repeat("]", 40), []string{withKey}, 400, `"code":"json_too_deep"`},
		{"counts", "POST", "/sdk/v1/events", events("b1"), []string{withKey}, 202, `{"accepted":1}`},
		{"the same counts again", "POST", "/sdk/v1/events", events("b1"), []string{withKey}, 202, `{"accepted":1}`},
		{"compressed counts", "POST", "/sdk/v1/events", zipped(t, events("b2")), []string{withKey, "Content-Encoding: gzip"}, 202, `{"accepted":1}`},
		{"a gzip bomb", "POST", "/sdk/v1/events", zipped(t, strings.Repeat(" ", 11<<20)), []string{withKey, "Content-Encoding: gzip"}, 413, `over 10 MB`},
		{"a batch of values without end", "POST", "/sdk/v1/events", zipped(t, `{"id":"b4","counts":[`+strings.Repeat("{},", 200_000)+`{}]}`), []string{withKey, "Content-Encoding: gzip"}, 413, `more than 200000 values`},
		{"counts without an id", "POST", "/sdk/v1/events", events(""), []string{withKey}, 422, `"field":"id"`},
		{"a revision's id that is none", "POST", "/sdk/v1/events", `{"id":"b3","applied":{"id":"12-abc","ago_ms":1}}`, []string{withKey}, 422, `"field":"applied.id"`},
		{"a report from the future", "POST", "/sdk/v1/events", `{"id":"b3","applied":{"id":"1-2-abcdef","ago_ms":-1}}`, []string{withKey}, 422, `"field":"applied.ago_ms"`},
		{"an override of what can be no flag", "POST", "/sdk/v1/events", `{"id":"b3","overrides":["a b"]}`, []string{withKey}, 422, `"field":"overrides"`},
		{"a method that is not there", "PUT", "/sdk/v1/events", "", []string{withKey}, 405, `use POST`},
		{"a path that is not there", "GET", "/sdk/v2/snapshot", "", []string{withKey}, 404, `no_such_path`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.call(t, tt.method, tt.path, tt.body, tt.headers...)
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != tt.status || !strings.Contains(string(body), tt.says) {
				t.Errorf("got %d %.300s\nwant %d that says %s", answer.StatusCode, body, tt.status, tt.says)
			}
			if answer.StatusCode >= 400 && answer.Header.Get("Content-Type") != httpkit.ContentTypeProblem {
				t.Errorf("content type %s", answer.Header.Get("Content-Type"))
			}
			if strings.Contains(string(body), serverKey) || strings.Contains(string(body), token) {
				t.Error("the answer repeats the secret")
			}
		})
	}
	if err := w.ingest.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for row, n := range w.control.counts {
		if row.Flag != "a" || row.Variation != "" || row.EnvironmentID != 1 || n != 4 {
			t.Errorf("counted %+v: %d; want 2 of b1, once, and 2 of b2", row, n)
		}
	}
	if got := w.control.got; len(got) != 3 || got[0].KeyID != 7 || got[0].Flags[0].Key != "Flags.isHoliday" || string(got[1].Flags[0].Options[0]) != "2.5" {
		t.Errorf("registered: %+v", got)
	}
	refused := w.presence.Refused()
	causes := map[string]int{}
	for _, f := range refused {
		causes[f.Cause]++
		if strings.Contains(f.Key, serverKey) || strings.Contains(f.Message, serverKey) {
			t.Errorf("a refusal shows the secret: %+v", f)
		}
	}
	if causes["used_from_browser"] != 1 || causes["key_malformed"] != 3 || causes["client_key"] != 2 {
		t.Errorf("refusals: %v", causes)
	}
}

func TestABusyControlPlaneIsSaidSo(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	w.control.busy = true
	answer := w.call(t, "POST", "/sdk/v1/register", `{"flags":[{"key":"a","type":"json","default":{}}]}`, withKey)
	if answer.StatusCode != 503 || answer.Header.Get("Retry-After") != "2" {
		t.Errorf("got %d, Retry-After %q", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
}

// Programs that send large bodies, and not their ends, fill the room; the next
// one is told when to come again, and is taken when there is room.
func TestBatchesBeyondTheRoomAreToldToComeAgain(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	post := func() *http.Response {
		return w.call(t, "POST", "/sdk/v1/events", fmt.Sprintf(`{"id":%q,"counts":[]}`, rand.Text()), withKey)
	}
	var slow []net.Conn
	most := strings.Repeat(" ", 999_999) // of which 33 leave no room for another
	for {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		slow = append(slow, conn)
		_, _ = fmt.Fprintf(conn, "POST /sdk/v1/events HTTP/1.1\r\nHost: x\r\n%s\r\nContent-Length: 1000000\r\n\r\n%s", withKey, most)
		answer := post()
		if answer.StatusCode == http.StatusAccepted && len(slow) < 100 {
			continue
		}
		after, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if answer.StatusCode != http.StatusServiceUnavailable || err != nil || after < 5 {
			t.Fatalf("beside %d programs: %d, to come again after %q", len(slow), answer.StatusCode, answer.Header.Get("Retry-After"))
		}
		break
	}
	for _, conn := range slow {
		_ = conn.Close()
	}
	for post().StatusCode != http.StatusAccepted {
		time.Sleep(time.Millisecond)
	}
}

func TestASnapshotIsCompressedWhenAskedAndShownAsPolling(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	answer := w.call(t, "GET", "/sdk/v1/snapshot", "", withKey, "Accept-Encoding: gzip",
		"Burgee-Application: Kalender%20%C3%BC", "Burgee-Sdk: python/0.1.0", "Burgee-Instance: i1")
	z, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatalf("%v; encoding %q", err, answer.Header.Get("Content-Encoding"))
	}
	plain, err := io.ReadAll(z)
	state := w.manager.ByEnvironment("default", "production").State()
	if err != nil || !bytes.Equal(plain, state.Raw) || answer.Header.Get("ETag") != state.ETag {
		t.Errorf("%v, ETag %s: %s", err, answer.Header.Get("ETag"), plain)
	}
	got := w.presence.Instances("default", "production")
	if len(got) != 1 || got[0].Application != "Kalender ü" || got[0].Transport != presence.Poll || got[0].Revision != 2 {
		t.Errorf("presence: %+v", got)
	}
}

// eventReader reads a stream's events as "name id data".
type eventReader struct{ *bufio.Reader }

// next passes over heartbeats and over "spread", which follows each first event.
func (e eventReader) next(t *testing.T) (event, id, data string) {
	t.Helper()
	for {
		if event, id, data = e.any(t); event != "spread" && event != "heartbeat" {
			return event, id, data
		}
	}
}

func (e eventReader) any(t *testing.T) (event, id, data string) {
	t.Helper()
	for {
		line, err := e.ReadString('\n')
		if err != nil {
			return "closed", "", ""
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			event = value
		case "id":
			id = value
		case "data":
			data += value + "\n"
		case "":
			if event != "" {
				return event, id, data
			}
		case ":":
			return "heartbeat", "", ""
		}
	}
}

func (w *world) stream(t *testing.T, headers ...string) eventReader {
	t.Helper()
	answer := w.call(t, "GET", "/sdk/v1/stream", "", append(headers, withKey)...)
	if answer.StatusCode != 200 || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("got %d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	return eventReader{bufio.NewReader(answer.Body)}
}

func TestAStreamSendsEachRevisionAndEndsWithItsKey(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	s := w.stream(t, "Burgee-Instance: i1")
	event, id, data := s.next(t)
	state := w.manager.ByEnvironment("default", "production").State()
	if event != "full" || id != state.EventID || data != string(state.Raw) {
		t.Fatalf("got %s %s %s", event, id, data)
	}
	w.manager.Announce(1, w.reader.Publish(1, flag("a", 0)))
	event, id, data = s.next(t)
	if event != "full" || !strings.HasPrefix(id, "1-3-") || !strings.Contains(data, `"default":{"variation":0}`) {
		t.Fatalf("got %s %s %s", event, id, data)
	}
	// A new key wakes the stream and sends nothing: the next event is "revoked".
	w.reader.AddKey(1, 9, serverKey+"2", delivery.ServerKey, 0)
	time.Sleep(30 * time.Millisecond)
	w.reader.RevokeKeys(1)
	if event, _, _ = s.next(t); event != "revoked" {
		t.Fatalf("got %s, want revoked", event)
	}
	if event, _, _ = s.next(t); event != "closed" {
		t.Fatalf("got %s after revoked", event)
	}
	for deadline := time.Now().Add(5 * time.Second); w.presence.Count("default", "production") > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the closed stream is still shown")
		}
	}
}

func TestAStreamThatIsUpToDateIsToldSo(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	id := w.manager.ByEnvironment("default", "production").State().EventID
	s := w.stream(t, "Last-Event-ID: "+id)
	if event, got, data := s.next(t); event != "uptodate" || got != id || data != "{}\n" {
		t.Errorf("got %s %s %s", event, got, data)
	}
	w.manager.Announce(1, w.reader.Publish(1, flag("a", 0)))
	if event, _, _ := s.next(t); event != "full" {
		t.Errorf("then %s, want full", event)
	}
}

func TestAQuietStreamBeats(t *testing.T) {
	w := newWorld(t, sdkapi.Options{Heartbeat: 10 * time.Millisecond})
	answer := w.call(t, "GET", "/sdk/v1/stream", "", withKey)
	lines := bufio.NewReader(answer.Body)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == ":\n" {
			return
		}
	}
}

func TestAStreamThatHasJustHeardSomethingIsSpared(t *testing.T) {
	var now atomic.Int64
	w := newWorld(t, sdkapi.Options{Heartbeat: 10 * time.Millisecond, Now: func() time.Time { return time.UnixMilli(now.Load()) }})
	now.Store(time.Now().Add(time.Hour).UnixMilli()) // no other clock says so
	s := w.stream(t)
	for _, want := range []string{"full", "spread"} {
		if event, _, _ := s.any(t); event != want {
			t.Fatalf("got %s, want %s", event, want)
		}
	}
	time.Sleep(100 * time.Millisecond) // ten beats, at one and the same time
	now.Add(1)
	w.manager.Announce(1, w.reader.Publish(1, flag("a", 0)))
	if event, _, _ := s.any(t); event != "full" {
		t.Errorf("got %s before the change", event)
	}
	w.awaitWritten(t, time.UnixMilli(now.Load()))
	now.Add(2) // a fifth of the beat
	if event, _, _ := s.any(t); event != "heartbeat" {
		t.Errorf("got %s when nothing was heard for a while, want a heartbeat", event)
	}
	now.Add(-time.Hour.Milliseconds() / 2) // the clock is set back
	if event, _, _ := s.any(t); event != "heartbeat" {
		t.Errorf("got %s after the clock was set back, want a heartbeat", event)
	}
}

func TestAStreamEndsWhenItsKeyDoes(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	brief := "bgs_brief678901234567890123456789012345678"
	w.reader.AddKey(1, 10, brief, delivery.ServerKey, time.Now().Add(400*time.Millisecond).UnixMilli())
	time.Sleep(50 * time.Millisecond)
	answer := w.call(t, "GET", "/sdk/v1/stream", "", "Authorization: Bearer "+brief)
	s := eventReader{bufio.NewReader(answer.Body)}
	if event, _, _ := s.next(t); event != "full" {
		t.Fatalf("got %s", event)
	}
	if event, _, _ := s.next(t); event != "revoked" {
		t.Errorf("got %s, want revoked", event)
	}
}

func TestAStoppingServerSendsItsStreamsAway(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	s := w.stream(t)
	if event, _, _ := s.next(t); event != "full" {
		t.Fatalf("got %s", event)
	}
	w.api.Drain()
	event, _, data := s.next(t)
	var away struct {
		Spread int64 `json:"spread_ms"`
	}
	if err := json.Unmarshal([]byte(data), &away); event != "goaway" || err != nil || away.Spread != 5000 {
		t.Errorf("got %s %s", event, data)
	}
	if event, _, _ = s.next(t); event != "closed" {
		t.Errorf("got %s after goaway", event)
	}
	late := w.call(t, "GET", "/sdk/v1/stream", "", withKey)
	if late.StatusCode != 503 || late.Header.Get("Retry-After") != "5" {
		t.Errorf("a late client got %d, Retry-After %q", late.StatusCode, late.Header.Get("Retry-After"))
	}
}

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
