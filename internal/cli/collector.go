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
	afterEachCollection(func(live uint64) { debug.SetGCPercent(collectAt(live)) })
}

// collectAt is by how many per cent a heap may grow that has so many live bytes.
func collectAt(live uint64) int {
	const usual = 100
	return max(usual, int(spareHeap*100/max(live, 1<<20)))
}

// afterEachCollection calls react with the size of what was found alive, now and
// after each run of the collector, on the runtime's goroutine of finalizers.
func afterEachCollection(react func(live uint64)) {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	react(sample[0].Value.Uint64())
	// What nothing holds is found dead by the next run, and then makes another.
	runtime.SetFinalizer(new(tracer), func(*tracer) { afterEachCollection(react) })
}

// tracer is something to be found dead. It has a pointer, since the smallest pieces
// without one share their memory and their end.
type tracer struct{ _ *tracer }
