package sdkapi_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/meter"
	"burgee.dev/burgee/internal/sdkapi"
)

func sums(of *meter.Counters) map[string]int64 {
	got := map[string]int64{}
	of.Each(func(kind string, n int64) { got[kind] = n })
	return got
}

// awaitSums waits for what is counted a moment after its event was read.
func awaitSums(t *testing.T, what string, counted func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !counted(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s not counted", what)
		}
	}
}

// news reads until an event about the configuration.
func (e eventReader) news(t *testing.T) string {
	t.Helper()
	for {
		switch event, _, _ := e.next(t); event {
		case "full", "delta", "uptodate":
			return event
		case "closed":
			t.Fatal("the stream ended")
		}
	}
}

func TestTheSumsTellWhatStreamsGotAndWhenTheLastOneHadIt(t *testing.T) {
	w := newWorld(t, sdkapi.Options{})
	stats := w.api.Stats()
	current := w.manager.ByEnvironment("default", "production").State().EventID
	streams := []eventReader{
		w.stream(t, "Burgee-Delta: 1", "Last-Event-ID: "+current),
		w.stream(t),
		w.stream(t, "Burgee-Delta: 1", "Last-Event-ID: 1-1-ffffff"),
	}
	for i, want := range []string{"uptodate", "full", "full"} {
		if got := streams[i].news(t); got != want {
			t.Fatalf("stream %d got %s, want %s", i, got, want)
		}
	}
	awaitSums(t, "the connects", func() bool { c := sums(stats.Connects); return c["full"]+c["uptodate"] == 3 })
	if diff := cmp.Diff(map[string]int64{"full": 2, "delta": 0, "uptodate": 1, "other": 0}, sums(stats.Connects)); diff != "" {
		t.Error(diff)
	}
	if n := stats.Resyncs.Load(); n != 1 {
		t.Errorf("%d resyncs, want the one that had something", n)
	}
	if n := stats.Delay.Read().Count + stats.Fanout.Read().Count; n != 0 {
		t.Errorf("%d of the first events count as changes that were waited for", n)
	}

	before := sums(stats.Bytes)
	for change := range 2 {
		w.manager.Announce(1, w.reader.Publish(1, flag("a", change)))
		for _, s := range streams {
			s.news(t)
		}
		awaitSums(t, "the change", func() bool {
			return stats.Delay.Read().Count == int64(3*(change+1)) && stats.Fanout.Read().Count == int64(change+1)
		})
	}
	after := sums(stats.Bytes)
	if before["full"] == 0 || after["full"]+after["delta"] <= before["full"]+before["delta"] {
		t.Errorf("bytes: %v, then %v", before, after)
	}
	if n := stats.Slow.Load(); n != 0 {
		t.Errorf("%d slow readers", n)
	}
}
