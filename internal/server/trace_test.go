package server_test

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"burgee.dev/burgee/internal/testkit"
)

// receiver takes traces over OTLP/HTTP as a collector does.
type receiver struct {
	*httptest.Server

	mu       sync.Mutex
	spans    []*tracepb.Span // guarded by mu
	services map[string]bool // guarded by mu
	headers  http.Header     // guarded by mu; of the last request
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{services: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if err := r.take(req); err != nil {
			t.Errorf("%s %s: %v", req.Method, req.URL.Path, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(req *http.Request) error {
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(req.Body)
		if err != nil {
			return err
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var export collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(data, &export); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.headers = req.Header.Clone()
	for _, of := range export.ResourceSpans {
		for _, attribute := range of.Resource.Attributes {
			if attribute.Key == "service.name" {
				r.services[attribute.Value.GetStringValue()] = true
			}
		}
		for _, scope := range of.ScopeSpans {
			r.spans = append(r.spans, scope.Spans...)
		}
	}
	return nil
}

// named returns the only span with a name in a trace; an empty trace is any.
func (r *receiver) named(t *testing.T, trace, name string) *tracepb.Span {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *tracepb.Span
	for _, span := range r.spans {
		if span.Name != name || trace != "" && hex.EncodeToString(span.TraceId) != trace {
			continue
		}
		if found != nil {
			t.Fatalf("two spans %q", name)
		}
		found = span
	}
	if found == nil {
		t.Fatalf("no span %q among %d", name, len(r.spans))
	}
	return found
}

const (
	callerTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callerSpan  = "00f067aa0ba902b7"
	traceparent = "00-" + callerTrace + "-" + callerSpan + "-01"
)

func TestAChangeIsTracedFromItsCallerToItsPublication(t *testing.T) {
	r := newReceiver(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", r.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=shop")
	var log testkit.Buffer
	s := testkit.Start(t, testkit.Options{Log: &log})
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	a := s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Header: map[string]string{"Traceparent": traceparent}, Body: obj{
		"key": "a.b", "type": "boolean", "environments": obj{"production": obj{"default": true}},
	}})
	if a.Status != 201 || a.Header.Get("X-Request-Id") != callerTrace {
		t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
	}
	program.Next(t, "the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, `"a.b"`) })
	wrong := s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Body: obj{"key": "a b", "type": "boolean"}})
	if wrong.Status != 422 || len(wrong.At("requestId").(string)) != 32 {
		t.Errorf("the id of an error does not find its trace: %s", wrong.Body)
	}
	s.Stop()

	request := r.named(t, callerTrace, "POST /api/v1/projects/{project}/flags")
	if hex.EncodeToString(request.ParentSpanId) != callerSpan || request.Kind != tracepb.Span_SPAN_KIND_SERVER {
		t.Errorf("the request is not in its caller's span: %v", request)
	}
	for _, name := range []string{"store wait", "store write", "store commit", "delivery announce"} {
		if len(r.below(request, name)) == 0 {
			t.Errorf("no span %q below the request", name)
		}
	}
	if !r.services["burgee"] || r.headers.Get("X-Tenant") != "shop" {
		t.Errorf("services %v, headers %v", r.services, r.headers)
	}
	if !strings.Contains(log.String(), "trace_id="+callerTrace) {
		t.Errorf("no line of the log names the trace:\n%s", log.String())
	}
	r.wantPublication(t, r.below(request, "delivery announce"))
	r.wantNothingOfTheDataPlane(t)
}

// below returns the spans with a name that belong to a request.
func (r *receiver) below(request *tracepb.Span, name string) []*tracepb.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []*tracepb.Span
	for _, span := range r.spans {
		if span.Name == name && string(span.ParentSpanId) == string(request.SpanId) && string(span.TraceId) == string(request.TraceId) {
			found = append(found, span)
		}
	}
	return found
}

// wantPublication looks for a publication that one of the announcements led to:
// the flag's own fields are of every environment, and each is published.
func (r *receiver) wantPublication(t *testing.T, announced []*tracepb.Span) {
	t.Helper()
	for _, span := range r.spans {
		if span.Name != "delivery publish" {
			continue
		}
		if len(span.Links) != 1 || len(span.ParentSpanId) != 0 || span.EndTimeUnixNano < span.StartTimeUnixNano {
			t.Errorf("a publication without its cause: %v", span)
			continue
		}
		if slices.ContainsFunc(announced, func(a *tracepb.Span) bool {
			return string(a.SpanId) == string(span.Links[0].SpanId) && string(a.TraceId) != string(span.TraceId)
		}) {
			return
		}
	}
	t.Error("no publication is linked to its announcement")
}

func (r *receiver) wantNothingOfTheDataPlane(t *testing.T) {
	t.Helper()
	for _, span := range r.spans {
		if strings.Contains(span.Name, "/sdk/") || strings.HasPrefix(span.Name, "store") && len(span.ParentSpanId) == 0 {
			t.Errorf("a span that nobody asked for: %s", span.Name)
		}
	}
}

func TestTheEnvironmentNamesTheServiceAndSwitchesTracesOff(t *testing.T) {
	r := newReceiver(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", r.URL+"/v1/traces")
	t.Setenv("OTEL_SERVICE_NAME", "flags-eu")
	s := testkit.Start(t, testkit.Options{})
	s.Want(200, "GET", project, nil)
	s.Stop()
	if !r.services["flags-eu"] || r.services["burgee"] {
		t.Errorf("services: %v", r.services)
	}
	r.named(t, "", "GET /api/v1/projects/{project}")

	t.Setenv("OTEL_SDK_DISABLED", "true")
	quiet := testkit.Start(t, testkit.Options{})
	before := len(r.spans)
	a := quiet.Do(testkit.Request{Method: "GET", Path: project, Header: map[string]string{"Traceparent": traceparent}})
	quiet.Stop()
	if a.Header.Get("X-Request-Id") == callerTrace || len(r.spans) != before {
		t.Errorf("traced although switched off: %v", a.Header)
	}
}

// A collector that is away must not cost a request or the stop.
func TestACollectorThatIsAwayDisturbsNobody(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", gone.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
	var log testkit.Buffer
	s := testkit.Start(t, testkit.Options{Log: &log})
	s.Want(200, "GET", project, nil)
	s.Stop()
	if !strings.Contains(log.String(), "traces") {
		t.Errorf("nobody is told:\n%s", log.String())
	}
}
