package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
)

// observeStore measures every transaction, and makes it a step of the trace
// that it belongs to.
func (s *Server) observeStore(ctx context.Context, operation string) func(error) {
	began, step := time.Now(), s.tracer.Step(ctx, "store", operation)
	return func(err error) {
		s.metrics.Store(operation, time.Since(began), err)
		step.End(err)
	}
}

// timed measures the operations of the data plane by name.
type timed struct{ metrics *telemetry.Metrics }

// done ends a measurement; it is deferred, so err is read when it is known.
func (t timed) done(operation string, began time.Time, err *error) {
	t.metrics.Store(operation, time.Since(began), *err)
}

// timedReader measures the reads of delivery, and learns from them where every
// environment stands.
type timedReader struct {
	*store.Store
	timed
	lag *lag
}

// Environments implements delivery.Reader.
func (t timedReader) Environments(ctx context.Context) (list []delivery.EnvironmentState, err error) {
	defer t.done("environments", time.Now(), &err)
	if list, err = t.Store.Environments(ctx); err == nil {
		t.lag.seen(list)
	}
	return list, err
}

// Ruleset implements delivery.Reader.
func (t timedReader) Ruleset(ctx context.Context, environmentID int64) (_ delivery.Ruleset, err error) {
	defer t.done("ruleset", time.Now(), &err)
	return t.Store.Ruleset(ctx, environmentID)
}

// Deltas implements delivery.Reader.
func (t timedReader) Deltas(ctx context.Context, environmentID, from int64, room int) (_ []delivery.Delta, err error) {
	defer t.done("deltas", time.Now(), &err)
	return t.Store.Deltas(ctx, environmentID, from, room)
}

// Keys implements delivery.Reader.
func (t timedReader) Keys(ctx context.Context, environmentID int64) (_ []delivery.KeyRef, err error) {
	defer t.done("keys", time.Now(), &err)
	return t.Store.Keys(ctx, environmentID)
}

// timedSink measures the writes of ingest and receipts.
type timedSink struct {
	*store.Store
	timed
}

// AddCounts implements ingest.Sink.
func (t timedSink) AddCounts(ctx context.Context, load *ingest.Load) (err error) {
	defer t.done("add_counts", time.Now(), &err)
	return t.Store.AddCounts(ctx, load)
}

// AddKeyUses implements ingest.Sink.
func (t timedSink) AddKeyUses(ctx context.Context, uses []ingest.KeyUse) (err error) {
	defer t.done("add_key_uses", time.Now(), &err)
	return t.Store.AddKeyUses(ctx, uses)
}

// SaveReceipts implements receipts.Sink.
func (t timedSink) SaveReceipts(ctx context.Context, changes receipts.Changes) (err error) {
	defer t.done("save_receipts", time.Now(), &err)
	return t.Store.SaveReceipts(ctx, changes)
}
