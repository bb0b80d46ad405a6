package ingest

import "burgee.dev/burgee/internal/meter"

// Stats are the sums of what an Ingest has done since it was made.
type Stats struct {
	// Batches by outcome: accepted, duplicate, invalid, or busy (for want of room).
	Batches *meter.Counters
	// Dropped evaluations by cause: full, for want of room here, no_room, for want
	// of room on the disk, old, or series, for more names than an environment may
	// have in an hour. A batch that was refused is not among them: it
	// comes again.
	Dropped       *meter.Counters
	Evaluations   *meter.Counter // that were counted
	FlushFailures *meter.Counter // of Run, each tried again
}

func newStats() Stats {
	return Stats{
		Batches:     meter.NewCounters("accepted", "duplicate", "invalid", "busy"),
		Dropped:     meter.NewCounters("full", "no_room", "old", "series"),
		Evaluations: &meter.Counter{}, FlushFailures: &meter.Counter{},
	}
}

// Stats returns the sums. They go on counting.
func (in *Ingest) Stats() Stats { return in.stats }

// Held is the number of sums that wait for the Sink or are with it.
func (in *Ingest) Held() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.away == nil {
		return len(in.load.rows)
	}
	return len(in.load.rows) + len(in.away.rows)
}

// Limit is how many sums may wait or be with the Sink.
func (in *Ingest) Limit() int { return 2 * in.opts.MaxRows }
