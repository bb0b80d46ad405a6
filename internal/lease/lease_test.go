package lease_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/lease"
)

// table is a lease's row in memory.
type table struct {
	mu     sync.Mutex // guards what follows
	holder string
	number int64
	until  time.Time
}

var errCut = errors.New("cut")

func (s *table) TakeLease(_ context.Context, _, holder string, life time.Duration) (int64, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holder != holder {
		if !time.Now().After(s.until) {
			return 0, false, nil
		}
		s.number++
	}
	s.holder, s.until = holder, time.Now().Add(life)
	return s.number, true, nil
}

func (s *table) ReleaseLease(_ context.Context, fence lease.Fence) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.number == fence.Number {
		s.holder, s.until = "", time.Time{}
	}
	return nil
}

// link is the way of one node to the table, which may be down.
type link struct {
	*table
	down *bool // read by the node's goroutine only between steps of the bubble's clock
}

func (l link) TakeLease(ctx context.Context, name, holder string, life time.Duration) (int64, bool, error) {
	if *l.down {
		return 0, false, errCut
	}
	return l.table.TakeLease(ctx, name, holder, life)
}

func (l link) ReleaseLease(ctx context.Context, fence lease.Fence) error {
	if *l.down {
		return errCut
	}
	return l.table.ReleaseLease(ctx, fence)
}

func TestWorkMovesWhenItsNodeIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, cutOff, whole := &table{}, false, false
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		running, fences := 0, []int64{}
		work := func(ctx context.Context, fence lease.Fence) error {
			mu.Lock()
			running++
			fences = append(fences, fence.Number)
			if running > 1 {
				t.Error("the work runs twice")
			}
			mu.Unlock()
			<-ctx.Done()
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}
		first := lease.New(link{rows, &cutOff}, "x", lease.Options{})
		second := lease.New(link{rows, &whole}, "x", lease.Options{})
		var nodes sync.WaitGroup
		nodes.Go(func() { _ = first.Run(ctx, work) })
		synctest.Wait()
		nodes.Go(func() { _ = second.Run(ctx, work) })
		time.Sleep(10 * lease.Life)
		synctest.Wait()
		if !first.Held() || second.Held() {
			t.Fatal("the first node does not keep the work")
		}
		cutOff = true
		time.Sleep(2 * lease.Life)
		synctest.Wait()
		if first.Held() || !second.Held() {
			t.Error("the work did not move to the node that reaches the store")
		}
		cutOff = false
		time.Sleep(2 * lease.Life)
		cancel()
		nodes.Wait()
		if len(fences) != 2 || fences[0] >= fences[1] {
			t.Errorf("fences %v, want two that rise", fences)
		}
	})
}

func TestANodeThatStopsGivesTheWorkUpAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &table{}
		ctx, stop := context.WithCancel(t.Context())
		h := lease.New(rows, "x", lease.Options{})
		ended := make(chan error, 1)
		go func() {
			ended <- h.Run(ctx, func(ctx context.Context, _ lease.Fence) error { <-ctx.Done(); return nil })
		}()
		synctest.Wait()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, held, err := rows.TakeLease(t.Context(), "x", "other", time.Second); !held || err != nil {
			t.Errorf("taken %v, %v; want at once", held, err)
		}
	})
}

// Whoever survives a panic of a part survives one of work under a lease.
func TestAPanicOfTheWorkIsTheCallersAndLeavesTheLeaseFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := &table{}
		h := lease.New(rows, "x", lease.Options{})
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.HasPrefix(said, "a defect\n") || !strings.Contains(said, "lease_test.go") {
					t.Errorf("panicked with %s", said)
				}
			}()
			_ = h.Run(t.Context(), func(context.Context, lease.Fence) error { panic("a defect") })
		}()
		if _, held, err := rows.TakeLease(t.Context(), "x", "other", time.Second); !held || err != nil || h.Held() {
			t.Errorf("taken %v, %v; here %v", held, err, h.Held())
		}
	})
}

func TestAJobThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows, runs := &table{}, 0
		ctx, stop := context.WithCancel(t.Context())
		h := lease.New(rows, "x", lease.Options{})
		ended := make(chan error, 1)
		go func() {
			ended <- h.Run(ctx, lease.Each(time.Hour, func(context.Context, lease.Fence) error {
				if runs++; runs == 1 {
					return errCut
				}
				return nil
			}))
		}()
		time.Sleep(2*time.Hour + lease.Life)
		stop()
		<-ended
		if runs != 4 { // the failure, its repetition, and two hours
			t.Errorf("%d runs", runs)
		}
	})
}

func TestWorkDoneOnceLeavesTheLeaseFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		row := &table{}
		here, there := lease.New(row, "x", lease.Options{}), lease.New(row, "x", lease.Options{})
		held, err := here.Once(t.Context(), func(ctx context.Context, _ lease.Fence) error {
			if end, bound := ctx.Deadline(); !bound || end.After(time.Now().Add(lease.Life)) || !here.Held() {
				t.Errorf("the work ends at %v, held %v", end, here.Held())
			}
			if held, err := there.Once(ctx, func(context.Context, lease.Fence) error { t.Error("both work"); return nil }); held || err != nil {
				t.Errorf("there: %v %v", held, err)
			}
			return errCut
		})
		if !held || !errors.Is(err, errCut) || here.Held() {
			t.Errorf("here: %v %v", held, err)
		}
		if held, err := there.Once(t.Context(), func(context.Context, lease.Fence) error { return nil }); !held || err != nil {
			t.Errorf("there, after it: %v %v", held, err)
		}
	})
}
