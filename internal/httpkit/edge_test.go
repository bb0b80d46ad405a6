package httpkit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// edge serves mux behind an Edge that logs to the returned buffer.
func edge(mux *http.ServeMux, proxies ...string) (http.Handler, *bytes.Buffer) {
	log := &bytes.Buffer{}
	e := Edge{Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, p := range proxies {
		e.TrustedProxies = append(e.TrustedProxies, netip.MustParsePrefix(p))
	}
	return e.Wrap(Routes(mux)), log
}

func TestErrorsAreProblemsThatTellOnlyWhatIsSafe(t *testing.T) {
	mux := http.NewServeMux()
	errs := map[string]error{
		"plain":   errors.New("the password is hunter2"),
		"field":   fault.New(fault.Invalid, "flag_invalid", "Not saved").WithField("key", "has a space"),
		"limited": fault.New(fault.Limited, "slow_down", "Wait").WithRetryAfter(1500 * time.Millisecond),
		"away":    fault.New(fault.Unavailable, "away", "Later"),
		"nobody":  fault.New(fault.Unauthenticated, "no_session", "Sign in"),
	}
	mux.HandleFunc("GET /fail/{which}", func(w http.ResponseWriter, r *http.Request) {
		WriteProblem(w, r, errs[r.PathValue("which")])
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("hunter2") })
	handler, log := edge(mux)

	for _, tt := range []struct {
		name, method, path string
		status             int
		code, header, want string
	}{
		{"an error that is no fault tells nothing", "GET", "/fail/plain", 500, "internal", "", ""},
		{"a field at fault makes it 422", "GET", "/fail/field", 422, "flag_invalid", "", ""},
		{"a retry is said in whole seconds, rounded up", "GET", "/fail/limited", 429, "slow_down", "Retry-After", "2"},
		{"a retry is at least a second away", "GET", "/fail/away", 503, "away", "Retry-After", "1"},
		{"who is unknown learns how to be known", "GET", "/fail/nobody", 401, "no_session", "WWW-Authenticate", `Bearer realm="burgee"`},
		{"a panic is an error like any other", "GET", "/panic", 500, "internal", "", ""},
		{"a path that nothing serves", "GET", "/nowhere", 404, "no_such_path", "", ""},
		{"a method that the path does not take", "DELETE", "/panic", 405, "method_not_allowed", "Allow", "GET, HEAD"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("%v in %s", err, w.Body)
			}
			if w.Code != tt.status || p.Status != tt.status || p.Code != tt.code {
				t.Errorf("got %d %+v, want %d %s", w.Code, p, tt.status, tt.code)
			}
			if got := w.Header().Get("Content-Type"); got != ContentTypeProblem {
				t.Errorf("content type %q", got)
			}
			if p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-Id") {
				t.Errorf("request id %q, header %q", p.RequestID, w.Header().Get("X-Request-Id"))
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Error("the answer tells the cause")
			}
			if tt.header != "" && w.Header().Get(tt.header) != tt.want {
				t.Errorf("%s: %q, want %q", tt.header, w.Header().Get(tt.header), tt.want)
			}
		})
	}
	if n := strings.Count(log.String(), "hunter2"); n < 2 {
		t.Errorf("the log has the cause %d times, want it for the error and the panic", n)
	}
}

func TestRepeatedSlashesAreOneBeforeRouting(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ofrep/{key}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("key")+"?"+r.URL.RawQuery)
	})
	handler, _ := edge(mux)
	for target, want := range map[string]string{
		"//ofrep//a":        "a?",
		"/ofrep/a?x=1//2":   "a?x=1//2",
		"//ofrep/a%2Fb":     "a/b?",
		"//ofrep/a%2F%2Fb?": "a//b?",
	} {
		r := httptest.NewRequest("POST", "http://host"+target, nil)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.String() != want {
			t.Errorf("%s: got %d %q, want %q", target, w.Code, w.Body, want)
		}
	}
}

func TestOnlyTrustedProxiesSayWhoTheClientIs(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, Address(r))
		if Secure(r) {
			_, _ = io.WriteString(w, " secure")
		}
	})
	for _, tt := range []struct{ name, remote, forwarded, proto, want string }{
		{"without a proxy", "203.0.113.5:99", "", "", "203.0.113.5"},
		{"a stranger's claim is not believed", "203.0.113.5:99", "198.51.100.1", "https", "203.0.113.5"},
		{"a trusted proxy is believed", "10.0.0.1:99", "198.51.100.1", "https", "198.51.100.1 secure"},
		{"what the client wrote itself is behind an untrusted hop", "10.0.0.1:99", "6.6.6.6, 198.51.100.1, 10.0.0.2", "http", "198.51.100.1"},
		{"nonsense ends the chain", "10.0.0.1:99", "unknown", "", "10.0.0.1"},
		{"a mapped address is the address", "[::ffff:203.0.113.5]:99", "", "", "203.0.113.5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			handler, _ := edge(mux, "10.0.0.0/8")
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.remote
			r.Header.Set("X-Forwarded-For", tt.forwarded)
			r.Header.Set("X-Forwarded-Proto", tt.proto)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Body.String() != tt.want {
				t.Errorf("got %q, want %q", w.Body, tt.want)
			}
		})
	}
}

func TestARequestIsObservedByItsRouteAndLoggedWithoutItsQuery(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /flags/{key}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	log := &bytes.Buffer{}
	var seen []Observation
	e := Edge{
		Logger:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Observe: func(o Observation) { seen = append(seen, o) },
	}
	r := httptest.NewRequest("GET", "/flags/a?token=hunter2", nil)
	r.Header.Set("X-Request-Id", "from-a-proxy-1")
	e.Wrap(Routes(mux)).ServeHTTP(httptest.NewRecorder(), r)

	if len(seen) != 1 || seen[0].Pattern != "GET /flags/{key}" || seen[0].Status != http.StatusAccepted {
		t.Errorf("observed %+v", seen)
	}
	if strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "request_id=from-a-proxy-1") {
		t.Errorf("log: %s", log)
	}
}

func TestAStreamFlushesEachEventThroughTheEdge(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, _ *http.Request) {
		s, err := OpenStream(w)
		if err != nil {
			t.Error(err)
			return
		}
		if err := s.Send(AppendEvent(nil, "7", "full", []byte("a\nb\n"))); err != nil {
			t.Error(err)
		}
		<-release // the event must be at the client before the handler ends
	})
	handler, _ := edge(mux)
	server := httptest.NewServer(handler)
	defer server.Close()
	defer close(release)
	answer, err := http.Get(server.URL + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	want := "id: 7\nevent: full\ndata: a\ndata: b\n\n"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(answer.Body, got); err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestConditionalHeaders(t *testing.T) {
	for _, tt := range []struct {
		header, value string
		want          bool
	}{
		{"If-None-Match", `"a"`, true},
		{"If-None-Match", `"b", W/"a"`, true},
		{"If-None-Match", `*`, true},
		{"If-None-Match", `"ab"`, false},
		{"If-None-Match", ``, false},
		{"Accept-Encoding", `br, gzip;q=0.5`, true},
		{"Accept-Encoding", `gzip;q=0`, false},
		{"Accept-Encoding", `identity`, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set(tt.header, tt.value)
		got := MatchesETag(r, `"a"`)
		if tt.header == "Accept-Encoding" {
			got = AcceptsGzip(r)
		}
		if got != tt.want {
			t.Errorf("%s: %s: got %v", tt.header, tt.value, got)
		}
	}
}

// What fails because nobody waits for it any more is no failure of the server.
func TestAClientThatHasGoneIsNoFault(t *testing.T) {
	var seen []int
	slow := func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		WriteProblem(w, r, fault.Wrap(r.Context().Err(), fault.Unavailable, "store_busy", "The store did not answer in time"))
	}
	e := Edge{Logger: slog.New(slog.DiscardHandler), Observe: func(o Observation) { seen = append(seen, o.Status) }}
	handler := e.Wrap(http.HandlerFunc(slow))
	gone, leave := context.WithCancel(t.Context())
	leave()
	late, end := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer end()
	for _, ctx := range []context.Context{gone, late} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	}
	if len(seen) != 2 || seen[0] != 499 || seen[1] != 503 {
		t.Errorf("observed %v, want 499 of who has gone and 503 of a deadline", seen)
	}
}
