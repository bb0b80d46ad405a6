package burgee

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestARunningProgramFollowsEveryRevision(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", false))
	client := connect(t, s, Options{})
	if client.Bool(t.Context(), "f", true) {
		t.Fatal("revision 1 says false")
	}
	s.publish(1, 2, boolean("f", true))
	eventually(t, "revision 2", func() bool { return client.Bool(t.Context(), "f", false) })
	if st := client.Status(); !st.Connected || st.Revision != 2 || st.Stale || st.Environment != "production" {
		t.Errorf("status %+v", st)
	}
}

func TestVersionsNeverGoBackButANewerEpochWins(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(100, 5, boolean("f", true))
	client := connect(t, s, Options{})
	s.publish(100, 4, boolean("f", false))
	if f := client.Fetch(t.Context()); f.Err != nil || f.HasChanges || f.Revision != 5 {
		t.Errorf("an older revision: %+v", f)
	}
	if !client.Bool(t.Context(), "f", false) {
		t.Error("an older revision was taken")
	}
	s.publish(101, 1, boolean("f", false))
	eventually(t, "the newer epoch", func() bool { return !client.Bool(t.Context(), "f", true) })
}

func TestTheHandlerIsToldWhetherAnythingChanged(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", false))
	var mu sync.Mutex
	var told []Fetched
	client := connect(t, s, Options{OnFetched: func(f Fetched) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, f)
		if len(told) == 1 {
			panic("a handler may be wrong")
		}
	}})
	last := func(n int) Fetched {
		t.Helper()
		eventually(t, "the handler", func() bool { mu.Lock(); defer mu.Unlock(); return len(told) >= n })
		mu.Lock()
		defer mu.Unlock()
		return told[n-1]
	}
	if f := last(1); !f.HasChanges || f.Changed != nil || f.Revision != 1 || f.Err != nil {
		t.Errorf("the first configuration: %+v", f)
	}
	s.publish(1, 2, boolean("f", false))
	if f := last(2); f.HasChanges || f.Revision != 2 {
		t.Errorf("a revision without a change of flags: %+v", f)
	}
	s.publish(1, 3, boolean("f", true))
	if f := last(3); !f.HasChanges || f.Revision != 3 || !slices.Equal(f.Changed, []string{"f"}) {
		t.Errorf("a change: %+v", f)
	}
	s.refuse(http.StatusServiceUnavailable, "")
	if f := client.Fetch(t.Context()); f.Err == nil {
		t.Error("Fetch hid an error")
	}
	if f := last(4); f.Err == nil || f.Revision != 3 {
		t.Errorf("a failed fetch: %+v", f)
	}
}

func TestWithoutAServerTheProgramStartsAtOnceAndCatchesUpLater(t *testing.T) {
	s := newProtocolServer(t)
	s.refuse(http.StatusServiceUnavailable, `{"detail":"starting"}`)
	began := time.Now()
	client := open(t, s, Options{})
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("New took %v", took)
	}
	if client.Bool(t.Context(), "f", false) || !client.Bool(t.Context(), "f", true) {
		t.Error("the default in the code must be served")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := client.Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Ready: %v", err)
	}
	s.publish(1, 1, boolean("f", true))
	s.refuse(0, "")
	eventually(t, "the client to catch up", func() bool { return client.Bool(t.Context(), "f", false) })
}

func TestTheLastValuesOutliveTheServer(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	client := connect(t, s, Options{})
	eventually(t, "the stream", func() bool { return client.Status().Connected })
	s.refuse(http.StatusServiceUnavailable, "")
	s.CloseClientConnections()
	eventually(t, "the client to notice", func() bool { return client.Status().Stale })
	if !client.Bool(t.Context(), "f", false) {
		t.Error("the last value is lost")
	}
	if d := client.Detail(t.Context(), "f", false); !d.Stale {
		t.Errorf("the detail does not say that it is stale: %+v", d)
	}
}

func TestKeysThatCannotWorkAreSaidMaskedAndTheProgramGoesOn(t *testing.T) {
	t.Setenv("BURGEE_KEY", "")
	for _, c := range []struct{ name, key, words string }{
		{"no key", "", "no key is set"},
		{"a client key", "bgc_0123456789abcdefghijklmnopqrstuv", "is a client key"},
		{"a token", "bgp_0123456789abcdefghijklmnopqrstuv", "is an API token"},
		{"a placeholder", "<your key>", "is not a Burgee key"},
		{"a cut key", "bgs_short", "is not a Burgee key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			client, err := New(Options{Key: c.key, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if !strings.Contains(log.String(), c.words) {
				t.Errorf("log: %s", log.String())
			}
			if len(c.key) > 20 && strings.Contains(log.String(), c.key) {
				t.Error("the key stands in the log")
			}
			if !client.Bool(t.Context(), "f", true) || client.Ready(t.Context()) == nil {
				t.Error("offline serves defaults and is never ready")
			}
		})
	}
}

func TestARefusedKeyIsSaidOnceAndNotHammered(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	var mu sync.Mutex
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(b)
	}), nil))
	client := open(t, s, Options{Key: "bgs_another6789abcdefghijklmnopqrstuvw", Logger: logger})
	eventually(t, "the refusal", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return strings.Contains(log.String(), "was refused: this key is unknown here")
	})
	time.Sleep(100 * time.Millisecond)
	if n := s.seen(streamPath); n != 1 {
		t.Errorf("%d tries", n)
	}
	if client.Status().Err == nil {
		t.Error("the status hides the refusal")
	}
}

func TestACallerWhoGivesUpTakesNobodyAlong(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	asked := make(chan struct{})
	var once sync.Once
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first := false
		if r.URL.Path == snapshotPath {
			once.Do(func() { first = true; close(asked) })
		}
		if first {
			<-r.Context().Done()
			return
		}
		s.serve(w, r)
	}))
	t.Cleanup(func() { slow.CloseClientConnections(); slow.Close() })
	client, err := New(Options{Key: testKey, URL: slow.URL, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	hasty, giveUp := context.WithCancel(t.Context())
	gone := make(chan Fetched, 1)
	go func() { gone <- client.Fetch(hasty) }()
	<-asked
	patient := make(chan Fetched, 1)
	go func() { patient <- client.Fetch(t.Context()) }()
	time.Sleep(50 * time.Millisecond)
	giveUp()
	if f := <-gone; f.Err == nil {
		t.Error("the one who gave up was told of success")
	}
	if f := <-patient; f.Err != nil || f.Revision != 1 {
		t.Errorf("the other: %+v", f)
	}
}

func TestAnAddressOfSomethingElseIsSaid(t *testing.T) {
	for name, status := range map[string]int{"a page for everything": http.StatusOK, "a web server": http.StatusNotFound} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.WriteHeader(status)
				_, _ = w.Write([]byte("<!doctype html><p>Welcome</p>"))
			}))
			defer s.Close()
			client, err := New(Options{Key: testKey, URL: s.URL, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			eventually(t, "the reason", func() bool { return client.Status().Err != nil })
			if got := client.Status().Err.Error(); !strings.Contains(got, "check that ") && !strings.Contains(got, "check the address") {
				t.Errorf("status: %s", got)
			}
		})
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestAFlagOfAnotherTypeIsSaidOnce(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	var mu sync.Mutex
	var log bytes.Buffer
	client := connect(t, s, Options{Logger: slog.New(slog.NewTextHandler(writerFunc(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(b)
	}), nil))})
	for range 3 {
		if got := client.String(t.Context(), "f", "blue"); got != "blue" {
			t.Errorf("got %q", got)
		}
	}
	if d := client.Detail(t.Context(), "f", 7); d.Value != 7 || d.Reason != "TYPE_MISMATCH" {
		t.Errorf("detail %+v", d)
	}
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(log.String(), "f serves a value of the type boolean where the program wants string"); n != 1 {
		t.Errorf("said %d times: %s", n, log.String())
	}
}

func TestOnlyAMalformedOptionIsAnError(t *testing.T) {
	for _, c := range []struct {
		options Options
		words   string
	}{
		{Options{URL: "burgee.example"}, "is not an address"},
		{Options{URL: "ftp://burgee.example"}, "is not an address"},
		{Options{FetchInterval: -time.Second}, "is negative"},
		{Options{HTTPClient: &http.Client{Timeout: time.Second}}, "would cut the stream"},
		{Options{Application: strings.Repeat("x", 200)}, "128 at most"},
	} {
		if _, err := New(c.options); err == nil || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v: %v", c.options, err)
		}
	}
}

func TestPollingTakesOverWhereStreamsAreCut(t *testing.T) {
	s := newProtocolServer(t)
	s.noStreams = true
	s.publish(1, 1, boolean("f", true))
	client := open(t, s, Options{FetchInterval: 20 * time.Millisecond})
	eventually(t, "a configuration by polling", func() bool { return client.Bool(t.Context(), "f", false) })
	s.publish(1, 2, boolean("f", false))
	eventually(t, "the change by polling", func() bool { return !client.Bool(t.Context(), "f", true) })
}

func TestEvaluationsAreCountedAndReportedWhenTheClientCloses(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	client := connect(t, s, Options{Application: "shop", Version: "1.4.0"})
	for range 7 {
		client.Bool(t.Context(), "f", false)
	}
	client.String(t.Context(), "f", "x") // a mismatch
	client.Bool(t.Context(), "unknown", false)
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[string]int64{}
	for _, report := range s.reports {
		if report.ID == "" || report.Application.Name != "shop" || report.Application.Version != "1.4.0" {
			t.Errorf("report %+v", report)
		}
		for _, c := range report.Counts {
			variation := "none"
			if c.Variation != nil {
				variation = *c.Variation
			}
			counts[c.Flag+" "+c.Reason+" "+variation] += c.Count
		}
	}
	want := map[string]int64{"f DEFAULT true": 7, "f TYPE_MISMATCH none": 1, "unknown FLAG_NOT_FOUND none": 1}
	for key, n := range want {
		if counts[key] != n {
			t.Errorf("%s: %d, want %d (all: %v)", key, counts[key], n, counts)
		}
	}
}

func TestEvaluationsAreCountedOnceWhileTheConfigurationChanges(t *testing.T) {
	const workers, each, revisions = 4, 5000, 20
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	client := connect(t, s, Options{})
	pinned := client.Pin(t.Context())
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for i := range each {
				client.Bool([]context.Context{t.Context(), pinned}[i%2], "f", false)
			}
		})
	}
	for revision := range int64(revisions) {
		// Sets of other flags, so that a number means another outcome in each.
		s.publish(1, 2+revision, boolean(fmt.Sprint("a", revision), true), boolean("f", revision%2 == 0), boolean("g", true))
		eventually(t, "the revision", func() bool { return client.Status().Revision == 2+revision })
	}
	working.Wait()
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	total := int64(0)
	for _, report := range s.batches() {
		for _, c := range report.Counts {
			if c.Flag != "f" || c.Reason != "DEFAULT" {
				t.Errorf("counted %+v", c)
			}
			total += c.Count
		}
	}
	if total != workers*each {
		t.Errorf("%d evaluations were reported, want %d", total, workers*each)
	}
}

func TestTheMiddlewareSetsTheContextOfARequest(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, `{"flag":"f","type":"boolean","enabled":true,"variations":[["true",true],["false",false]],"off":1,"targets":[["targetingKey",{"alice":0}]],"default":{"variation":1}}`)
	client := connect(t, s, Options{})
	handler := client.Middleware(func(r *http.Request) map[string]any {
		return map[string]any{"targetingKey": r.Header.Get("X-User")}
	})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if client.Bool(r.Context(), "f", false) {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	for user, want := range map[string]int{"alice": http.StatusTeapot, "bob": http.StatusOK} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Header.Set("X-User", user)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%s: %d", user, answer.Code)
		}
	}
}

func TestContextsNestAndTheInnerWins(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, `{"flag":"f","type":"string","enabled":true,"variations":[["a","a"],["b","b"]],"off":null,"rules":[{"id":"r","when":{"all":[{"attr":"plan","op":"in","values":["pro"]},{"attr":"country","op":"in","values":["DE"]},{"attr":"region","op":"in","values":["eu"]},{"attr":"service.name","op":"in","values":["shop"]}]},"serve":{"variation":0}}],"default":{"variation":1}}`)
	client := connect(t, s, Options{Application: "shop", Context: map[string]any{"region": "eu", "plan": "free"}})
	outer := NewContext(t.Context(), map[string]any{"plan": "pro", "country": "AT"})
	if got := client.String(outer, "f", ""); got != "b" {
		t.Errorf("outer: %q", got)
	}
	if got := client.String(NewContext(outer, map[string]any{"country": "DE"}), "f", ""); got != "a" {
		t.Errorf("inner: %q", got)
	}
}

func TestEvaluatingABoundContextDoesNotAllocate(t *testing.T) {
	s := newProtocolServer(t)
	s.publish(1, 1, boolean("f", true))
	client := connect(t, s, Options{})
	ctx := NewContext(context.Background(), map[string]any{"targetingKey": "alice"})
	client.Bool(ctx, "f", false)
	if n := testing.AllocsPerRun(1000, func() { client.Bool(ctx, "f", false) }); n > 0.05 { // a cut of the counts allocates anew
		t.Errorf("%v allocations", n)
	}
}

func TestANilClientServesDefaults(t *testing.T) {
	var client *Client
	if !client.Bool(t.Context(), "f", true) || client.Close() != nil || client.Ready(t.Context()) == nil {
		t.Error("a nil client is not usable")
	}
	if d := client.Detail(t.Context(), "f", 3); d.Value != 3 || d.Reason != "NOT_READY" {
		t.Errorf("detail %+v", d)
	}
	if f := client.Fetch(t.Context()); f.Err == nil {
		t.Error("Fetch of a nil client")
	}
}
