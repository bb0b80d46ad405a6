package server

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/telemetry"
)

// People read a reference in place of the cause; the log has both.
func TestTheLogSaysWhyWhatWasDueFailed(t *testing.T) {
	var log bytes.Buffer
	a := &application{server: &Server{logger: slog.New(slog.NewTextHandler(&log, nil)), metrics: telemetry.NewMetrics(telemetry.Build{})}}
	a.fired(catalog.Fired{Done: 1, Failed: []catalog.Failure{
		{Reference: "0badcafe", Project: "default", Number: 7, Rollout: true, Attempts: 3, Cause: errors.New("catalog: the row is damaged")},
	}})
	for _, part := range []string{"level=ERROR", "reference=0badcafe", "project=default", "what=rollout", "number=7", "attempts=3", `error="catalog: the row is damaged"`} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log does not say %s:\n%s", part, &log)
		}
	}
}
