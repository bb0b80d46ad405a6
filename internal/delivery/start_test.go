package delivery_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
)

// held lets nobody read an environment until it is told to.
type held struct {
	*deliverytest.Reader
	reading atomic.Int32
	let     chan struct{}
}

func (h *held) Ruleset(ctx context.Context, id int64) (delivery.Ruleset, error) {
	h.reading.Add(1)
	defer h.reading.Add(-1)
	<-h.let
	return h.Reader.Ruleset(ctx, id)
}

func TestAsManyEnvironmentsAreReadAtATimeAsThereAreProcessors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		many := 3*runtime.GOMAXPROCS(0) + 1
		r := &held{Reader: deliverytest.NewReader(), let: make(chan struct{})}
		for id := 2; id <= many; id++ {
			r.AddEnvironment(int64(id), "default", fmt.Sprintf("env-%d", id))
			r.Publish(int64(id), flag("a", true))
		}
		m := start(t, r, delivery.Options{})
		synctest.Wait()
		if n := int(r.reading.Load()); n != runtime.GOMAXPROCS(0) {
			t.Errorf("%d environments are read at a time with %d processors", n, runtime.GOMAXPROCS(0))
		}
		r.let <- struct{}{}
		synctest.Wait()
		if n := int(r.reading.Load()); n != runtime.GOMAXPROCS(0) || m.Ready() {
			t.Errorf("one is read: %d more are being read, ready: %t", n, m.Ready())
		}
		close(r.let)
		synctest.Wait()
		if !m.Ready() || len(m.Cells()) != many || len(m.Problems()) != 0 {
			t.Fatalf("ready: %t, %d of %d environments, problems: %v", m.Ready(), len(m.Cells()), many, m.Problems())
		}
		for _, cell := range m.Cells() {
			if s := cell.State(); s.EnvironmentID > 1 && !on(t, s, "a") {
				t.Errorf("%s has another environment's rules", s.Environment)
			}
		}
	})
}
