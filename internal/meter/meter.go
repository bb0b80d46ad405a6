package meter

import (
	"sync/atomic"
	"time"
)

// Counter only ever grows. The zero value is ready; it is safe for concurrent
// use and must not be copied.
type Counter struct{ n atomic.Int64 }

// Inc adds one.
func (c *Counter) Inc() { c.n.Add(1) }

// Add adds n, which is not negative.
func (c *Counter) Add(n int64) { c.n.Add(n) }

// Load returns the sum so far.
func (c *Counter) Load() int64 { return c.n.Load() }

// Other is the kind of everything that a set of Counters has no name for.
const Other = "other"

// Counters are Counters by kind. The kinds never change after NewCounters, so
// finding one takes no lock.
type Counters struct {
	kinds  []string
	byKind map[string]*Counter
	other  Counter
}

// NewCounters returns a set with these kinds and Other.
func NewCounters(kinds ...string) *Counters {
	c := &Counters{kinds: kinds, byKind: make(map[string]*Counter, len(kinds))}
	for _, kind := range kinds {
		c.byKind[kind] = &Counter{}
	}
	return c
}

// Of returns the Counter of a kind. A caller on a hot path keeps it.
func (c *Counters) Of(kind string) *Counter {
	if counter := c.byKind[kind]; counter != nil {
		return counter
	}
	return &c.other
}

// Each calls visit with every kind's sum, Other last.
func (c *Counters) Each(visit func(kind string, n int64)) {
	for _, kind := range c.kinds {
		visit(kind, c.byKind[kind].Load())
	}
	visit(Other, c.other.Load())
}

// Histogram counts durations by size. It takes no lock: a reader may see one
// observation in the sum that is not yet in a bucket, or the other way round.
type Histogram struct {
	bounds []time.Duration // rising; upper ends, inclusive
	counts []atomic.Int64  // one more than bounds: the last is beyond all of them
	sum    atomic.Int64    // nanoseconds
}

// NewHistogram returns a Histogram with the upper ends of its buckets, rising.
func NewHistogram(bounds ...time.Duration) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Int64, len(bounds)+1)}
}

// Observe counts d.
func (h *Histogram) Observe(d time.Duration) { h.ObserveMany(d, 1) }

// ObserveMany counts n observations of d.
func (h *Histogram) ObserveMany(d time.Duration, n int64) {
	i := 0
	for i < len(h.bounds) && d > h.bounds[i] {
		i++
	}
	h.counts[i].Add(n)
	h.sum.Add(n * int64(d))
}

// Distribution is what a Histogram has counted.
type Distribution struct {
	Count   int64
	Sum     time.Duration
	Buckets []Bucket
}

// Bucket says how many observations are not above Bound.
type Bucket struct {
	Bound time.Duration
	Count int64
}

// Read returns what was counted so far.
func (h *Histogram) Read() Distribution {
	d := Distribution{Sum: time.Duration(h.sum.Load()), Buckets: make([]Bucket, len(h.bounds))}
	for i, bound := range h.bounds {
		d.Count += h.counts[i].Load()
		d.Buckets[i] = Bucket{bound, d.Count}
	}
	d.Count += h.counts[len(h.bounds)].Load()
	return d
}
