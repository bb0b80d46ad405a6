package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
)

// timedReader measures the reads of delivery that cost something.
type timedReader struct {
	*store.Store
	metrics *telemetry.Metrics
}

// Environments implements delivery.Reader.
func (t timedReader) Environments(ctx context.Context) ([]delivery.EnvironmentState, error) {
	defer t.metrics.Store("environments", time.Now())
	return t.Store.Environments(ctx)
}

// Ruleset implements delivery.Reader.
func (t timedReader) Ruleset(ctx context.Context, environmentID int64) (delivery.Ruleset, error) {
	defer t.metrics.Store("ruleset", time.Now())
	return t.Store.Ruleset(ctx, environmentID)
}

// Deltas implements delivery.Reader.
func (t timedReader) Deltas(ctx context.Context, environmentID, from int64, room int) ([]delivery.Delta, error) {
	defer t.metrics.Store("deltas", time.Now())
	return t.Store.Deltas(ctx, environmentID, from, room)
}

// timedSink measures the writes of ingest.
type timedSink struct {
	*store.Store
	metrics *telemetry.Metrics
}

// AddCounts implements ingest.Sink.
func (t timedSink) AddCounts(ctx context.Context, batchIDs []string, rows []ingest.Row) error {
	defer t.metrics.Store("add_counts", time.Now())
	return t.Store.AddCounts(ctx, batchIDs, rows)
}

// observe adds the numbers that are read when somebody asks for the metrics.
func (a *application) observe() {
	m := a.server.metrics
	m.Gauge("burgee_streams", "Open streams of programs.", func() float64 { return float64(a.sdk.Streams()) })
	m.Gauge("burgee_instances", "Programs connected, by stream or lately by request.", func() float64 {
		return float64(len(a.presence.Instances("", "")))
	})
	m.Counter("burgee_evaluations_dropped_total", "Evaluations not counted, for want of room or for their age.", func() float64 {
		return float64(a.ingest.Dropped())
	})
	m.Gauge("burgee_disk_free_bytes", "Room on the disk of the data folder.", func() float64 {
		space, _ := a.store.Space()
		return float64(space.Free)
	})
	m.Gauge("burgee_disk_size_bytes", "Size of the disk of the data folder; 0 where it is not known.", func() float64 {
		space, _ := a.store.Space()
		return float64(space.Total)
	})
	m.Gauge("burgee_disk_refuses", "1 while the disk of the data folder takes no changes.", func() float64 {
		if a.store.Trouble() != nil {
			return 1
		}
		return 0
	})
	m.Gauge("burgee_registrations_waiting", "Registrations that wait for the database.", func() float64 {
		return float64(len(a.declared.waiting))
	})
}
