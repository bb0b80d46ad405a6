package relay_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/relay"
	"burgee.dev/burgee/internal/sdkapi"
	"burgee.dev/burgee/sdk/ruleset"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	serverKey = "bgs_0123456789012345678901234567890123456789"
	token     = "bgp_0123456789012345678901234567890123456789"
)

var quiet = slog.New(slog.DiscardHandler)

func flag(key string, on int) string {
	return fmt.Sprintf(`{"flag":%q,"type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],`+
		`"off":1,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":%d}}`, key, on)
}

// counted is the end of the way of counts: it keeps the sums by flag.
type counted struct {
	mu   sync.Mutex
	sums map[string]int64
}

func (c *counted) AddCounts(_ context.Context, load *ingest.Load) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, row := range load.Rows(nil) {
		c.sums[row.Flag] += row.Count
	}
	return nil
}
func (*counted) AddKeyUses(context.Context, []ingest.KeyUse) error { return nil }

func (c *counted) sum(flag string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sums[flag]
}

// origin is an upstream: the real data plane of a server, signed, over a source
// that the test writes. It can be away and come back at its address.
type origin struct {
	t       *testing.T
	source  *deliverytest.Reader
	manager *delivery.Manager
	ingest  *ingest.Ingest
	counts  *counted
	public  string
	server  *httptest.Server
	api     *sdkapi.API
	mux     atomic.Pointer[http.ServeMux]
	away    atomic.Bool
	taken   []sdkapi.Registration

	mu      sync.Mutex
	reports []receipts.Report
}

// Report implements sdkapi.Reports.
func (o *origin) Report(r receipts.Report) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reports = append(o.reports, r)
}

// Holds implements sdkapi.Reports.
func (*origin) Holds(int64, presence.Caller, int64) {}

// Register implements sdkapi.Registrar.
func (o *origin) Register(_ context.Context, r sdkapi.Registration) error {
	o.taken = append(o.taken, r)
	return nil
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	return newOriginOf(t, make([]byte, ed25519.SeedSize))
}

// newOriginOf is newOrigin with a key of its own for signatures.
func newOriginOf(t *testing.T, seed []byte) *origin {
	t.Helper()
	private := ed25519.NewKeyFromSeed(seed)
	o := &origin{t: t, source: deliverytest.NewReader(), counts: &counted{sums: map[string]int64{}},
		public: ruleset.EncodeKey(private.Public().(ed25519.PublicKey))}
	o.source.AddKey(1, 7, serverKey, delivery.ServerKey, 0)
	o.source.AddKey(1, 0, token, delivery.RelayToken, 0)
	o.source.Publish(1, flag("a", 1), flag("b", 1))
	o.manager = delivery.New(o.source, delivery.Options{Logger: quiet, Poll: 5 * time.Millisecond, Signer: delivery.NewSigner(private)})
	o.ingest = ingest.New(o.counts, ingest.Options{Logger: quiet, Every: 10 * time.Millisecond})
	run(t, o.manager.Run)
	run(t, o.ingest.Run)
	o.open()
	o.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.away.Load() {
			panic(http.ErrAbortHandler) // no answer at all
		}
		httpkit.Edge{Logger: quiet}.Wrap(httpkit.Routes(o.mux.Load())).ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		o.api.Drain()
		o.server.Close()
	})
	await(t, "upstream", o.manager.Ready)
	return o
}

// open begins anew what serves; it had ended its streams.
func (o *origin) open() {
	seen := presence.New(clock.System{})
	o.api = sdkapi.New(gate.New(o.manager, seen, o.ingest, clock.System{}), seen, o, o.ingest, o, sdkapi.Options{Heartbeat: 20 * time.Millisecond, MinSpread: time.Millisecond})
	mux := http.NewServeMux()
	o.api.Routes(mux)
	o.mux.Store(mux)
}

func (o *origin) leave() {
	o.away.Store(true)
	o.api.Drain()
	o.server.CloseClientConnections()
}

func (o *origin) comeBack() {
	o.open()
	o.away.Store(false)
}

func (o *origin) state() *delivery.State {
	return o.manager.ByEnvironment("default", "production").State()
}

// edge is a relay with the data plane over it, as the composition root wires it.
type edge struct {
	relay   *relay.Relay
	outbox  *relay.Outbox
	manager *delivery.Manager
	ingest  *ingest.Ingest
	server  *httptest.Server
	stop    func()
}

func startEdge(t *testing.T, o relay.Options) *edge {
	t.Helper()
	o.Token, o.Logger = token, quiet
	r, err := relay.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	e := &edge{relay: r, outbox: r.Outbox()}
	e.manager = delivery.New(r, delivery.Options{Logger: quiet, Poll: 5 * time.Millisecond})
	e.ingest = ingest.New(r.Counts(e.outbox), ingest.Options{Logger: quiet, Every: 10 * time.Millisecond})
	r.Announce(func() { e.manager.Announce(0, 0) })
	seen := presence.New(clock.System{})
	door := gate.New(r.Directory(e.manager), seen, e.ingest, clock.System{})
	api := sdkapi.New(door, seen, nil, nil, nil, sdkapi.Options{})
	mux := http.NewServeMux()
	api.ReadingRoutes(mux)
	r.Intake(door, e.outbox).Routes(mux)
	e.server = httptest.NewServer(httpkit.Edge{Logger: quiet}.Wrap(httpkit.Routes(mux)))
	ends := []func(){run(t, e.ingest.Run), run(t, e.outbox.Run), run(t, r.Run), run(t, e.manager.Run)}
	e.stop = sync.OnceFunc(func() {
		api.Drain()
		e.server.Close()
		for _, end := range ends {
			end()
		}
	})
	t.Cleanup(e.stop)
	return e
}

// run runs a part until the test, or whoever calls end, is over.
func run(t *testing.T, part func(context.Context) error) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- part(ctx) }()
	end = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return end
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

// at waits until the edge serves a revision and returns its State.
func (e *edge) at(t *testing.T, revision int64) *delivery.State {
	t.Helper()
	await(t, fmt.Sprintf("revision %d at the relay", revision), func() bool {
		cell := e.manager.ByEnvironment("default", "production")
		return cell != nil && cell.State().Revision() == revision
	})
	return e.manager.ByEnvironment("default", "production").State()
}

func ask(t *testing.T, method, url, body, secret string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestARelayServesByteForByteWhatItsUpstreamDoes(t *testing.T) {
	up := newOrigin(t)
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir(), VerifyKeys: []string{up.public}})
	before := e.at(t, 2)
	for i := range 20 {
		up.source.Publish(1, flag("a", i%2), flag("b", 1))
		got, want := e.at(t, int64(3+i)), up.state()
		await(t, "upstream's own state", func() bool { want = up.state(); return want.Revision() == got.Revision() })
		if string(got.Raw) != string(want.Raw) || got.EventID != want.EventID {
			t.Fatalf("revision %d differs:\n%s\n%s", got.Revision(), got.Raw, want.Raw)
		}
		ours, ok := got.Since(before.EventID)
		theirs, _ := want.Since(before.EventID)
		if !ok || len(ours) != 1 || len(theirs) == 1 && string(ours[0]) != string(theirs[0]) {
			t.Fatalf("from %s to %s: %s\nwant\n%s", before.EventID, got.EventID, ours, theirs)
		}
		before = got
	}
	if sent := up.api.Stats().Bytes.Of("delta"); sent.Load() == 0 {
		t.Error("each revision came whole")
	}
	if _, _, ok := e.manager.ByKey(sha256.Sum256([]byte(serverKey))); !ok {
		t.Error("the key opens nothing at the relay")
	}
	up.source.RevokeKeys(1)
	up.source.AddKey(1, 0, token, delivery.RelayToken, 0)
	await(t, "the end of the key", func() bool {
		_, _, ok := e.manager.ByKey(sha256.Sum256([]byte(serverKey)))
		return !ok
	})
}

func TestARelayServesFromItsFolderWhileUpstreamIsAway(t *testing.T) {
	up, dir := newOrigin(t), t.TempDir()
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	old := e.at(t, 2)
	up.source.Publish(1, flag("a", 0), flag("b", 1))
	want := e.at(t, 3)
	e.stop()
	up.leave()
	checkFolder(t, dir)

	e = startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir, VerifyKeys: []string{up.public}})
	got := e.at(t, 3)
	if string(got.Raw) != string(want.Raw) {
		t.Errorf("after the restart:\n%s\nwant\n%s", got.Raw, want.Raw)
	}
	if events, ok := got.Since(old.EventID); ok && len(events) != 1 {
		t.Errorf("%d events lead from the revision before", len(events))
	}
	if status, body := ask(t, "GET", e.server.URL+"/sdk/v1/snapshot", "", serverKey); status != 200 || body != string(want.Raw) {
		t.Errorf("%d %s", status, body)
	}
	if s := e.relay.Status(); len(s.Environments) != 1 || s.Environments[0].Connected || s.Environments[0].HeardAt.IsZero() || e.relay.Complete() {
		t.Errorf("status %+v", s)
	}
	up.source.Publish(1, flag("a", 1), flag("b", 0))
	up.comeBack()
	if after := e.at(t, 4); string(after.Raw) != string(up.state().Raw) {
		t.Errorf("after upstream came back: %s", after.Raw)
	}
	await(t, "the stream", func() bool { return e.relay.Status().Environments[0].Connected })
	await(t, "the list", e.relay.Complete)
}

// What upstream sends is served a moment later. Until it is, nobody is told that
// a key opens nothing.
func TestAKeyOnItsWayToWhatIsServedIsNotRefused(t *testing.T) {
	up := newOrigin(t)
	r, err := relay.Open(relay.Options{Upstream: up.server.URL, Token: token, Dir: t.TempDir(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	manager := delivery.New(r, delivery.Options{Logger: quiet, Poll: time.Hour})
	run(t, manager.Run)
	await(t, "a look at nothing", manager.Ready)
	directory := r.Directory(manager)
	run(t, r.Run) // nobody announces: the Manager does not look again by itself
	await(t, "all of upstream", r.Complete)
	hash := sha256.Sum256([]byte(serverKey))
	if _, _, ok := manager.ByKey(hash); ok || directory.Ready() {
		t.Errorf("before the look: the key opens %t, everything is known: %t", ok, directory.Ready())
	}
	manager.Announce(0, 0)
	await(t, "the look", directory.Ready)
	if _, _, ok := manager.ByKey(hash); !ok {
		t.Error("everything is known, and the key opens nothing")
	}

	const second = "bgs_9876543210987654321098765432109876543210"
	up.source.AddKey(1, 8, second, delivery.ServerKey, 0)
	await(t, "the second key", func() bool { return !r.ServedBy(manager) })
	if directory.Ready() {
		t.Error("everything is known while a key is on its way")
	}
}

// A key that was made while the relay was off is not refused for what the folder
// does not know.
func TestAKeyThatTheFolderDoesNotKnowIsNotRefusedBeforeUpstreamSaysIt(t *testing.T) {
	up, dir := newOrigin(t), t.TempDir()
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	e.at(t, 2)
	e.stop()
	const second = "bgs_9876543210987654321098765432109876543210"
	up.source.AddKey(1, 8, second, delivery.ServerKey, 0)
	open := make(chan struct{})
	var listed atomic.Bool
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sdk/v1/stream") {
			select {
			case <-open:
			case <-r.Context().Done():
				return
			}
		}
		up.mux.Load().ServeHTTP(w, r)
		if strings.HasPrefix(r.URL.Path, "/sdk/v1/environments") {
			listed.Store(true)
		}
	}))
	t.Cleanup(slow.Close)
	e = startEdge(t, relay.Options{Upstream: slow.URL, Dir: dir})
	e.at(t, 2)
	await(t, "the list", listed.Load)
	for range 50 { // the list is with the relay meanwhile
		if status, body := ask(t, "GET", e.server.URL+"/sdk/v1/snapshot", "", second); status != http.StatusServiceUnavailable {
			t.Fatalf("%d %s", status, body)
		}
		time.Sleep(time.Millisecond)
	}
	close(open)
	await(t, "the second key", func() bool {
		status, body := ask(t, "GET", e.server.URL+"/sdk/v1/snapshot", "", second)
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Fatalf("%d %s", status, body)
		}
		return status == http.StatusOK
	})
}

func checkFolder(t *testing.T, dir string) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		info, err := file.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", file.Name(), info.Mode(), err)
		}
		data, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil || strings.Contains(string(data), serverKey) || strings.Contains(string(data), token) {
			t.Errorf("%s holds a secret (%v)", file.Name(), err)
		}
	}
}

func TestAFileThatWasChangedIsNotServed(t *testing.T) {
	up, dir := newOrigin(t), t.TempDir()
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	e.at(t, 2)
	e.stop()
	up.leave()
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], []byte(strings.Replace(string(data), `"variation":1`, `"variation":0`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	e = startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	await(t, "the first look", e.manager.Ready)
	if cells := e.manager.Cells(); len(cells) != 0 {
		t.Errorf("it is served: %s", cells[0].State().Raw)
	}
	up.comeBack()
	e.at(t, 2)
}

func TestASignatureOfAnotherIsRefused(t *testing.T) {
	up := newOrigin(t)
	stranger := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir(), VerifyKeys: []string{ruleset.EncodeKey(stranger.Public().(ed25519.PublicKey))}})
	await(t, "the refusal", func() bool {
		s := e.relay.Status()
		return len(s.Environments) == 1 && s.Environments[0].Rejected > 0 && strings.Contains(s.Environments[0].Problem, "signature")
	})
	if len(e.manager.Cells()) != 0 {
		t.Error("it is served")
	}
}

// Keys do not wait for rules: where the relay cannot take those, nobody enters
// with a revoked key all the same.
func TestAKeyEndsAtARelayThatCannotTakeTheRules(t *testing.T) {
	up, other := newOrigin(t), newOriginOf(t, []byte(strings.Repeat("x", ed25519.SeedSize)))
	other.source.RevokeKeys(1)
	other.source.AddKey(1, 0, token, delivery.RelayToken, 0)
	other.source.Publish(1, flag("a", 0), flag("b", 1)) // signed by another key
	var now atomic.Pointer[origin]
	now.Store(up)
	address := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpkit.Edge{Logger: quiet}.Wrap(httpkit.Routes(now.Load().mux.Load())).ServeHTTP(w, r)
	}))
	t.Cleanup(address.Close)
	e := startEdge(t, relay.Options{Upstream: address.URL, Dir: t.TempDir(), VerifyKeys: []string{up.public}})
	e.at(t, 2)
	await(t, "the other origin", func() bool {
		return len(other.manager.ByToken(sha256.Sum256([]byte(token)))) == 1 && other.state().Revision() == 3
	})
	now.Store(other)
	up.api.Drain()
	address.CloseClientConnections()
	await(t, "the end of the key", func() bool {
		_, _, ok := e.manager.ByKey(sha256.Sum256([]byte(serverKey)))
		return !ok
	})
	await(t, "the refusal of the rules", func() bool { return e.relay.Status().Environments[0].Rejected > 0 })
	e.at(t, 2)
}

func TestWhatUpstreamDoesNotListAnyMoreIsServedNoLonger(t *testing.T) {
	up, dir := newOrigin(t), t.TempDir()
	up.source.AddEnvironment(2, "default", "development")
	up.source.AddKey(2, 0, token, delivery.RelayToken, 0)
	await(t, "development", func() bool { return len(up.manager.ByToken(sha256.Sum256([]byte(token)))) == 2 })
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	await(t, "both environments", func() bool { return len(e.manager.Cells()) == 2 })
	up.source.RemoveEnvironment(2)
	await(t, "the end of development", func() bool { return len(e.manager.Cells()) == 1 })
	await(t, "its files to go", func() bool {
		files, err := os.ReadDir(dir)
		return err == nil && len(files) == 3
	})
	e.at(t, 2)
}

func TestARelayWhoseTokenWasRevokedServesWhatItHasAndSaysSo(t *testing.T) {
	up := newOrigin(t)
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir()})
	want := e.at(t, 2)
	up.source.RevokeKeys(1)
	await(t, "the refusal", func() bool { return strings.Contains(e.relay.Status().TokenRefused, "was revoked") })
	up.source.Publish(1, flag("a", 0))
	if got := e.at(t, 2); got.EventID != want.EventID {
		t.Errorf("serves %s", got.EventID)
	}
	if status, _ := ask(t, "GET", e.server.URL+"/sdk/v1/snapshot", "", serverKey); status != 200 {
		t.Errorf("a program gets %d", status)
	}
}

func counts(id, flag string, n int) string {
	return fmt.Sprintf(`{"id":%q,"application":{"name":"shop"},"counts":[{"flag":%q,"variation":"true","reason":"RULE","minute":%d,"count":%d}]}`,
		id, flag, time.Now().UnixMilli()/60_000*60_000, n)
}

func TestCountsOfAnOutageArriveOnce(t *testing.T) {
	up, dir := newOrigin(t), t.TempDir()
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	e.at(t, 2)
	up.leave()
	send := func(id, flag string, n int) {
		t.Helper()
		if status, body := ask(t, "POST", e.server.URL+"/sdk/v1/events", counts(id, flag, n), serverKey); status != 202 || !strings.Contains(body, `{"accepted":1}`) {
			t.Fatalf("%d %s", status, body)
		}
	}
	applied := strings.Replace(counts("applied", "c", 1), `"counts"`, `"applied":{"id":"`+up.state().EventID+`","ago_ms":100},"counts"`, 1)
	if status, body := ask(t, "POST", e.server.URL+"/sdk/v1/events", applied, serverKey); status != 202 {
		t.Fatalf("%d %s", status, body)
	}
	send("one", "a", 5)
	send("one", "a", 5) // the program did not hear the answer
	e.ingest.Served(1, ingest.Application{Name: "web"}, ingest.Count{Flag: "b", Variation: "true", Reason: "DEFAULT"})
	await(t, "what is counted here", func() bool { return e.outbox.Stats().Waiting+int(e.outbox.Stats().Failures) >= 4 })
	e.stop()
	kept, err := os.ReadFile(filepath.Join(dir, "waiting.ndjson"))
	if err != nil || strings.Contains(string(kept), serverKey) || strings.Contains(string(kept), token) {
		t.Fatalf("what waits is kept with a secret, or not at all: %s, %v", kept, err)
	}
	e = startEdge(t, relay.Options{Upstream: up.server.URL, Dir: dir})
	e.at(t, 2)
	send("two", "a", 2)
	up.comeBack()
	await(t, "the counts", func() bool { return up.counts.sum("a") == 7 && up.counts.sum("b") == 1 })
	await(t, "an empty outbox", func() bool { s := e.outbox.Stats(); return s.Waiting == 0 && s.Sent == 5 })
	if a, b := up.counts.sum("a"), up.counts.sum("b"); a != 7 || b != 1 {
		t.Errorf("counted a %d times and b %d times, want 7 and 1", a, b)
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	for _, r := range up.reports {
		if r.Revision == 2 && r.AgoMs > 100 {
			return
		}
	}
	t.Errorf("no receipt that says how long it was on its way: %+v", up.reports)
}

func TestWhatIsSentThroughARelayIsCheckedThere(t *testing.T) {
	up := newOrigin(t)
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir()})
	e.at(t, 2)
	const register = `{"application":{"name":"shop"},"flags":[{"key":"new","type":"boolean","default":false}]}`
	for _, tt := range []struct {
		name, path, body, secret string
		status                   int
		says                     string
	}{
		{"flags register", "/sdk/v1/register", register, serverKey, 202, `{"accepted":1}`},
		{"bad flags", "/sdk/v1/register", `{"flags":[{"key":"a b","type":"bool","default":false}]}`, serverKey, 422, "flags[0].type"},
		{"another key registers nothing", "/sdk/v1/register", register, serverKey + "x", 401, "key_unknown"},
		{"no JSON", "/sdk/v1/events", `{"id":`, serverKey, 400, "json_malformed"},
		{"no id", "/sdk/v1/events", `{"counts":[]}`, serverKey, 422, `"field":"id"`},
		{"another key counts nothing", "/sdk/v1/events", counts("x", "a", 1), serverKey + "x", 401, "key_unknown"},
		{"a relay of this relay", "/sdk/v1/events?project=default&environment=production", counts("y", "a", 1), token, 202, `{"accepted":1}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := ask(t, "POST", e.server.URL+tt.path, tt.body, tt.secret)
			if status != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	if len(up.taken) != 1 || up.taken[0].KeyID != 7 || up.taken[0].Flags[0].Key != "new" {
		t.Errorf("upstream took %+v", up.taken)
	}
	await(t, "the count of the relay's relay", func() bool { return up.counts.sum("a") == 1 })
	up.leave()
	if status, body := ask(t, "POST", e.server.URL+"/sdk/v1/register", register, serverKey); status != 503 || !strings.Contains(body, "upstream_away") {
		t.Errorf("while upstream is away: %d %s", status, body)
	}
}

func TestARelayMayTakeFromARelay(t *testing.T) {
	up := newOrigin(t)
	middle := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir()})
	middle.at(t, 2)
	e := startEdge(t, relay.Options{Upstream: middle.server.URL, Dir: t.TempDir(), VerifyKeys: []string{up.public}})
	e.at(t, 2)
	up.source.Publish(1, flag("a", 0), flag("b", 1))
	if got := e.at(t, 3); string(got.Raw) != string(up.state().Raw) {
		t.Errorf("%s\nwant\n%s", got.Raw, up.state().Raw)
	}
	if status, body := ask(t, "POST", e.server.URL+"/sdk/v1/events", counts("z", "a", 4), serverKey); status != 202 {
		t.Errorf("%d %s", status, body)
	}
	await(t, "the counts", func() bool { return up.counts.sum("a") == 4 })
}

// A program that goes back and forth between a server and a relay that is behind
// never goes back itself.
func TestAReaderThatHopsNeverGoesBack(t *testing.T) {
	up := newOrigin(t)
	e := startEdge(t, relay.Options{Upstream: up.server.URL, Dir: t.TempDir()})
	e.at(t, 2)
	trust, err := ruleset.Pinned([]string{up.public})
	if err != nil {
		t.Fatal(err)
	}
	reader, older := ruleset.NewReplica(trust), 0
	var last ruleset.Header
	// A relay may be as fast as whoever asks: then it takes more hops.
	const hops, patience = 1000, 50_000
	i := 0
	for ; i < hops || older == 0 && i < patience; i++ {
		if i%3 == 0 {
			up.source.Publish(1, flag("a", i%2), flag("b", 1))
		}
		from := []string{up.server.URL, e.server.URL}[i%2]
		status, body := ask(t, "GET", from+"/sdk/v1/snapshot", "", serverKey)
		if status != 200 {
			t.Fatalf("hop %d: %d %s", i, status, body)
		}
		next, err := reader.Full([]byte(body))
		switch {
		case errors.Is(err, ruleset.ErrNotNewer):
			var h ruleset.Header
			if err := json.Unmarshal([]byte(body[:strings.IndexByte(body, '\n')]), &h); err != nil {
				t.Fatal(err)
			}
			if h.Revision < last.Revision {
				older++
			}
		case err != nil:
			t.Fatalf("hop %d: %v", i, err)
		}
		if h := next.Document().Header(); i > 0 && h.Revision < last.Revision {
			t.Fatalf("hop %d: from revision %d to %d", i, last.Revision, h.Revision)
		}
		reader, last = next, next.Document().Header()
	}
	if older == 0 {
		t.Error("the two were never at different revisions: the test shows nothing")
	}
	t.Logf("%d of %d hops met an older revision", older, i)
}
