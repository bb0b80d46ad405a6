package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
)

func leaseHolders(t *testing.T, s Store) {
	take := func(name, holder string, life time.Duration) (int64, bool) {
		number, held, err := s.TakeLease(t.Context(), name, holder, life)
		check(t, err)
		return number, held
	}
	first, held := take("x", "a", time.Hour)
	equal(t, true, held)
	again, held := take("x", "a", time.Hour)
	equal(t, true, held)
	equal(t, first, again)
	_, held = take("x", "b", time.Hour)
	equal(t, false, held)
	_, held = take("y", "b", time.Hour) // another lease
	equal(t, true, held)

	check(t, s.ReleaseLease(t.Context(), lease.Fence{Name: "x", Number: first + 1}))
	_, held = take("x", "b", time.Hour)
	equal(t, false, held) // that was nobody's
	check(t, s.ReleaseLease(t.Context(), lease.Fence{Name: "x", Number: first}))
	second, held := take("x", "b", 0)
	equal(t, true, held)
	equal(t, true, second > first)

	var winners atomic.Int32
	var rivals errgroup.Group
	for _, holder := range []string{"c", "d", "e", "f"} {
		rivals.Go(func() error {
			_, held, err := s.TakeLease(t.Context(), "z", holder, time.Hour)
			if held {
				winners.Add(1)
			}
			return err
		})
	}
	check(t, rivals.Wait())
	equal(t, int32(1), winners.Load())
}

// A holder that was paused: its lease ran out, another one took it, and then it
// goes on where it was.
func leaseFence(t *testing.T, s Store) {
	_, environment := project(t, s)
	now := day.Add(30 * 24 * time.Hour)
	load := &ingest.Load{}
	load.Plain(ingest.Row{EnvironmentID: environment, Minute: day.UnixMilli(), Flag: "x", Count: 1})
	check(t, s.AddCounts(t.Context(), load))
	counted := func() int {
		minutes, err := s.MinuteCounts(t.Context(), "p", "production", "x", day)
		check(t, err)
		return len(minutes)
	}
	paused, held, err := s.TakeLease(t.Context(), "retention", "a", 0)
	check(t, err)
	equal(t, true, held)
	var next int64
	for held = false; !held; { // until the database's clock has moved on
		next, held, err = s.TakeLease(t.Context(), "retention", "b", time.Hour)
		check(t, err)
	}
	if err := s.Prune(t.Context(), lease.Fence{Name: "retention", Number: paused}, now); !errors.Is(err, lease.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
	equal(t, 1, counted())
	if err := s.Prune(t.Context(), lease.Fence{}, now); !errors.Is(err, lease.ErrLost) {
		t.Errorf("without a fence: got %v, want ErrLost", err)
	}
	check(t, s.Prune(t.Context(), lease.Fence{Name: "retention", Number: next}, now))
	equal(t, 0, counted())
	_, held, err = s.TakeLease(t.Context(), "retention", "a", time.Hour)
	check(t, err)
	equal(t, false, held)
}
