package catalog_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// Two nodes change a project at random, in turns of a few changes. What each comes
// to know by following the record is what it would have loaded.
func TestWhoFollowsTheRecordKnowsWhatIsThere(t *testing.T) {
	changes := testkit.Rounds(300, 5000)
	if storetest.OnPostgres() {
		changes = testkit.Rounds(100, 5000)
	}
	h := open(t)
	w := &world{home: h, random: rand.New(rand.NewPCG(11, 1704))}
	w.begin(t)
	nodes := []*catalog.Service{h.Service, catalog.New(h.store, catalog.Options{Clock: h.clock(), Announcer: h})}
	followed, withLines := 0, 0
	for made := 0; made < changes; {
		for range 1 + w.random.IntN(4) {
			if w.change(t) {
				made++
			}
			h.wait(time.Duration(w.random.IntN(3)) * time.Minute)
		}
		for _, node := range nodes {
			did, err := node.CatchUp(t.Context(), "default")
			if err != nil {
				t.Fatalf("after %d changes: %v", made, err)
			}
			if did {
				followed++
				withLines += node.KnownLines(1)
			}
		}
		h.Service = nodes[w.random.IntN(len(nodes))]
	}
	if followed < changes/10 || withLines < followed {
		t.Errorf("the record was followed %d times, with the lines of %d environments", followed, withLines)
	}
	t.Logf("%d changes %v; followed %d times, with the lines of %d environments", changes, w.made, followed, withLines)
	h.verify(t)
	if wrong, err := h.VerifyLines(t.Context(), ann, "default"); err != nil || len(wrong) > 0 {
		t.Errorf("lines: %v %v", wrong, err)
	}
}
