package sdkapi

import (
	"errors"
	"os"
	"time"

	"burgee.dev/burgee/internal/meter"
)

// What a stream gets, by the name of the event.
const (
	gotFull     = "full"
	gotDelta    = "delta"
	gotUpToDate = "uptodate"
	gotComment  = "heartbeat"
)

// Stats are the sums of what the streams have done since the API was made.
type Stats struct {
	// Connects by what the reader got first: full, delta or uptodate.
	Connects *meter.Counters
	// Bytes sent by kind of event, heartbeats included.
	Bytes *meter.Counters
	// Resyncs are readers that had something and got the whole all the same.
	Resyncs *meter.Counter
	// Slow are streams that were closed because a write passed its deadline.
	Slow *meter.Counter
	// Delay is the time from a change's commit until a stream had it, once for
	// each stream; Fanout until all of an environment's that take what is written
	// had it, once for each change.
	Delay, Fanout *meter.Histogram
}

func newStats() Stats {
	return Stats{
		Connects: meter.NewCounters(gotFull, gotDelta, gotUpToDate),
		Bytes:    meter.NewCounters(gotFull, gotDelta, gotUpToDate, gotComment),
		Resyncs:  &meter.Counter{}, Slow: &meter.Counter{},
		Delay: meter.NewHistogram(delays()...), Fanout: meter.NewHistogram(delays()...),
	}
}

// delays are the bounds within which changes arrive.
func delays() []time.Duration {
	const ms = time.Millisecond
	return []time.Duration{ms, 2 * ms, 5 * ms, 10 * ms, 25 * ms, 50 * ms, 100 * ms, 250 * ms, 500 * ms, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second}
}

// Stats returns the sums. They go on counting.
func (a *API) Stats() Stats { return a.stats }

// arrived observes how long ago a change was committed, in milliseconds since
// 1970; 0 is not known.
func (a *API) arrived(h *meter.Histogram, committedAt int64) {
	if committedAt != 0 {
		h.Observe(since(committedAt, a.opts.Now()))
	}
}

// failed counts a write that its reader did not take in time.
func (s Stats) failed(err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.Slow.Inc()
	}
}
