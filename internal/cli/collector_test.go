package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestAHeapGrowsByWhatIsSparedAndALargeOneDoubles(t *testing.T) {
	for _, c := range []struct {
		marked uint64
		want   int
	}{{0, 1600}, {8 << 20, 800}, {64 << 20, 100}, {1 << 30, 100}} {
		if got := collectAt(c.marked); got != c.want {
			t.Errorf("%d marked bytes: %d %%, want %d", c.marked, got, c.want)
		}
	}
}

// The runtime's own goal, for whatever this process holds just now.
func TestTheNextCollectionIsAfterWhatIsSpared(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	for range 2 { // what is marked is known after the first
		runtime.GC()
		afterEachCollection(func(marked uint64) { debug.SetGCPercent(collectAt(marked)) })
	}
	samples := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(samples)
	goal, live := samples[0].Value.Uint64(), samples[1].Value.Uint64()
	if spare := goal - live; spare < spareHeap/2 || spare > spareHeap*5/4 {
		t.Errorf("the goal is %d MB of which %d MB are alive, so %d MB are spared", goal>>20, live>>20, spare>>20)
	}
}

func TestTheCollectorIsFollowed(t *testing.T) {
	runs := make(chan uint64, 100)
	afterEachCollection(func(marked uint64) {
		select {
		case runs <- marked:
		default:
		}
	})
	<-runs // now
	for range 3 {
		runtime.GC()
		if marked := <-runs; marked == 0 {
			t.Error("nothing is alive after a collection")
		}
	}
}
