package cli

import (
	"runtime"
	"testing"
)

func TestAHeapGrowsByWhatIsSparedAndALargeOneDoubles(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 6400}, {5 << 20, 1280}, {64 << 20, 100}, {1 << 30, 100}} {
		if got := collectAt(c.live); got != c.want {
			t.Errorf("%d live bytes: %d %%, want %d", c.live, got, c.want)
		}
	}
}

func TestTheCollectorIsFollowed(t *testing.T) {
	runs := make(chan uint64, 100)
	afterEachCollection(func(live uint64) {
		select {
		case runs <- live:
		default:
		}
	})
	<-runs // now
	for range 3 {
		runtime.GC()
		if live := <-runs; live == 0 {
			t.Error("nothing is alive after a collection")
		}
	}
}
