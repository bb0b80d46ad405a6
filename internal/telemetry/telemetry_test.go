package telemetry

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMetricsAreServedWithTheirLabels(t *testing.T) {
	m := NewMetrics(Build{Version: "9.9.9", Go: "go1.26"})
	streams := 3.0
	m.Gauge("burgee_streams", "Open streams.", func() float64 { return streams })
	m.Counter("burgee_evaluations_total", "Evaluations counted.", func() float64 { return 42 })
	m.Request("GET", "/sdk/v1/snapshot", 304, 3*time.Millisecond, false)
	m.Request("GET", "/sdk/v1/stream", 200, time.Hour, true)
	m.Request("GET", "", 404, time.Millisecond, false)
	m.Panic("http")
	m.Registration("done", 1)
	m.Revision("default", "production", 812)
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`burgee_build_info{go="go1.26",revision="",version="9.9.9"} 1`,
		`burgee_streams 3`, `burgee_evaluations_total 42`,
		`burgee_http_requests_total{method="GET",route="/sdk/v1/snapshot",status="3xx"} 1`,
		`burgee_http_requests_total{method="GET",route="none",status="4xx"} 1`,
		`burgee_http_request_duration_seconds_count{route="/sdk/v1/snapshot"} 1`,
		`burgee_panics_total{where="http"} 1`, `burgee_registrations_total{outcome="done"} 1`,
		`burgee_environment_revision{environment="production",project="default"} 812`,
		"go_goroutines",
	} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(rec.Body.String(), `duration_seconds_count{route="/sdk/v1/stream"}`) {
		t.Error("the life of a stream counts as time to answer")
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
