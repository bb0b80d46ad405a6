package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// spareHeap is how many bytes are allocated, at the least, between two runs of the
// garbage collector. By its own rule it runs when the heap has doubled: of a small
// server, which lives in a few MB and allocates 100 MB a second for programs that
// ask, that is twenty times a second, and each run makes some of them wait.
const spareHeap = 64 << 20

// easeCollector has the collector leave spareHeap between its runs. A heap that is
// larger is collected when it has doubled, as always. Who sets GOGC knows better;
// GOMEMLIMIT holds besides.
func easeCollector() {
	if _, set := os.LookupEnv("GOGC"); set {
		return
	}
	afterEachCollection(func(marked uint64) { debug.SetGCPercent(collectAt(marked)) })
}

// leastHeap is the heap below which the runtime does not collect at 100 per cent. It
// grows with the percentage.
const leastHeap = 4 << 20

// collectAt is by how many per cent a heap may grow of which so many bytes are
// marked: found alive, or where the collector looks for what is.
func collectAt(marked uint64) int {
	const usual = 100
	return max(usual, int(spareHeap*100/max(marked, leastHeap)))
}

// afterEachCollection calls react with the number of bytes that the runtime takes the
// percentage of, now and after each run of the collector, on the runtime's goroutine
// of finalizers.
func afterEachCollection(react func(marked uint64)) {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	metrics.Read(samples)
	var marked uint64
	for _, s := range samples {
		marked += s.Value.Uint64()
	}
	react(marked)
	// What nothing holds is found dead by the next run, and then makes another.
	runtime.SetFinalizer(new(tracer), func(*tracer) { afterEachCollection(react) })
}

// tracer is something to be found dead. It has a pointer, since the smallest pieces
// without one share their memory and their end.
type tracer struct{ _ *tracer }
