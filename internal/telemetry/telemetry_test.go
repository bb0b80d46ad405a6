package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/meter"
)

func scrape(m *Metrics) string {
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	return rec.Body.String()
}

func TestMetricsAreServedWithTheirLabels(t *testing.T) {
	m := NewMetrics(Build{Version: "9.9.9", Go: "go1.26"})
	streams := 3.0
	m.Gauge("burgee_streams", "Open streams.", func() float64 { return streams })
	m.Counter("burgee_evaluations_total", "Evaluations counted.", func() int64 { return 42 })
	causes := meter.NewCounters("key_unknown")
	causes.Of("key_unknown").Inc()
	m.Counters("burgee_keys_refused_total", "Refused.", "cause", causes)
	m.Gauges("burgee_environment_revision", "Served.", []string{"project", "environment"}, func(set Set) { set(812, "default", "production") })
	delay := meter.NewHistogram(time.Millisecond, time.Second)
	delay.Observe(500 * time.Millisecond)
	m.Histogram("burgee_stream_delay_seconds", "Delay.", delay)
	m.Request("GET", "/sdk/v1/snapshot", 304, 3*time.Millisecond, false, nil)
	m.Request("GET", "/sdk/v1/stream", 200, time.Hour, true, nil)
	m.Request("GET", "", 404, time.Millisecond, false, fault.New(fault.NotFound, "no_such_path", "no"))
	m.Request("POST", "/sdk/v1/events", 503, time.Millisecond, false, fault.New(fault.Unavailable, "events_busy", "busy"))
	m.Panic("http")
	m.Registration("done", 1)
	m.Published(20 * time.Millisecond)
	body := scrape(m)
	for _, want := range []string{
		`burgee_build_info{go="go1.26",revision="",version="9.9.9"} 1`,
		`burgee_streams 3`, `burgee_evaluations_total 42`,
		`burgee_http_requests_total{method="GET",route="/sdk/v1/snapshot",status="3xx"} 1`,
		`burgee_http_requests_total{method="GET",route="none",status="4xx"} 1`,
		`burgee_http_requests_refused_total{cause="events_busy",route="/sdk/v1/events"} 1`,
		`burgee_http_request_duration_seconds_count{route="/sdk/v1/snapshot"} 1`,
		`burgee_panics_total{where="http"} 1`, `burgee_registrations_total{outcome="done"} 1`,
		`burgee_environment_revision{environment="production",project="default"} 812`,
		`burgee_keys_refused_total{cause="key_unknown"} 1`, `burgee_keys_refused_total{cause="other"} 0`,
		`burgee_stream_delay_seconds_bucket{le="0.001"} 0`, `burgee_stream_delay_seconds_bucket{le="1"} 1`, `burgee_stream_delay_seconds_sum 0.5`,
		`burgee_publish_duration_seconds_bucket{le="0.025"} 1`,
		"go_goroutines",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, `duration_seconds_count{route="/sdk/v1/stream"}`) {
		t.Error("the life of a stream counts as time to answer")
	}
	if strings.Contains(body, `cause="no_such_path"`) {
		t.Error("what a caller got wrong counts as turned away")
	}
}

func TestOnlyTheStoresOwnFailuresCountAsSuch(t *testing.T) {
	m := NewMetrics(Build{})
	for _, err := range []error{
		nil,
		fault.New(fault.NotFound, "flag_not_found", "no"),
		fault.Wrap(fmt.Errorf("wait: %w", context.Canceled), fault.Unavailable, "store_busy", "nobody waits any more"),
	} {
		m.Store("read", time.Millisecond, err)
	}
	m.Store("commit", time.Millisecond, fault.New(fault.Unavailable, "disk_full", "full"))
	m.Store("commit", time.Millisecond, errors.New("what nobody thought of"))
	body := scrape(m)
	if !strings.Contains(body, `burgee_store_errors_total{operation="commit"} 2`) || !strings.Contains(body, `burgee_store_errors_total{operation="read"} 0`) {
		t.Error(body)
	}
	if !strings.Contains(body, `burgee_store_duration_seconds_count{operation="read"} 3`) {
		t.Error("what failed was not measured")
	}
}

func TestLogsAreTextOrJSONFromALevelOn(t *testing.T) {
	var text, json bytes.Buffer
	NewLogger(&text, slog.LevelWarn, "text").Info("quiet")
	NewLogger(&text, slog.LevelWarn, "text").Warn("loud", "n", 1)
	NewLogger(&json, slog.LevelInfo, "json").Info("hello", "n", 1)
	if s := text.String(); strings.Contains(s, "quiet") || !strings.Contains(s, "level=WARN msg=loud n=1") {
		t.Errorf("text: %s", s)
	}
	if !strings.Contains(json.String(), `"msg":"hello","n":1`) {
		t.Errorf("json: %s", json.String())
	}
}
