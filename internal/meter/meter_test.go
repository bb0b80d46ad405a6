package meter

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatHasNoNameCountsAsOther(t *testing.T) {
	c := NewCounters("full", "delta")
	c.Of("full").Inc()
	c.Of("full").Add(2)
	c.Of("never heard of").Inc()
	c.Of("").Inc()
	got := map[string]int64{}
	c.Each(func(kind string, n int64) { got[kind] = n })
	if diff := cmp.Diff(map[string]int64{"full": 3, "delta": 0, Other: 2}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAHistogramSaysHowManyAreNotAboveEachBound(t *testing.T) {
	h := NewHistogram(time.Millisecond, 10*time.Millisecond)
	for _, d := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond, time.Second} {
		h.Observe(d)
	}
	want := Distribution{Count: 4, Sum: time.Second + 3*time.Millisecond, Buckets: []Bucket{{time.Millisecond, 2}, {10 * time.Millisecond, 3}}}
	if diff := cmp.Diff(want, h.Read()); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsLostWhenManyCount(t *testing.T) {
	h, c := NewHistogram(time.Second), NewCounters("a")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				h.Observe(time.Millisecond)
				c.Of("a").Inc()
			}
		})
	}
	wg.Wait()
	if d := h.Read(); d.Count != 8000 || d.Sum != 8*time.Second || c.Of("a").Load() != 8000 {
		t.Errorf("%+v, %d", d, c.Of("a").Load())
	}
}

func TestCountingNeedsNoMemory(t *testing.T) {
	h, c := NewHistogram(time.Millisecond, time.Second), NewCounters("a", "b")
	if n := testing.AllocsPerRun(100, func() { h.Observe(time.Minute); c.Of("b").Inc() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
