package ingest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/clock"
)

func numbered(n int) Count { return Count{Flag: fmt.Sprint("f", n), Variation: "on", Reason: "RULE"} }

func TestATallyIsWhatServedWouldHaveCounted(t *testing.T) {
	now := time.UnixMilli(10 * minuteMs)
	at := clock.Func(func() time.Time { return now })
	single, tallied := newLedger(), newLedger()
	one, many := New(single, Options{Clock: at}), New(tallied, Options{Clock: at})
	app := Application{Name: "shop", Version: "1", SDK: "ofrep"}
	for range 3 {
		tally := many.NewTally(7, app, 4, numbered)
		for _, n := range []int{0, 3, 3, 1} {
			one.Served(7, app, numbered(n))
			tally.Add(n)
		}
		for _, in := range []*Ingest{one, many} {
			if err := in.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		tally.Add(2) // between two flushes, of a minute that may be over at the next
		one.Served(7, app, numbered(2))
		now = now.Add(time.Minute)
		if tally.Takes(now.UnixMilli()) {
			t.Error("a tally takes evaluations of another minute")
		}
	}
	for _, in := range []*Ingest{one, many} {
		if err := in.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(single.rows, tallied.rows); diff != "" {
		t.Error(diff)
	}
	if len(tallied.rows) != 12 {
		t.Errorf("there are %d rows, want 4 of each of 3 minutes", len(tallied.rows))
	}
}

func TestATallyWithMoreSumsThanALoadHoldsLosesNone(t *testing.T) {
	l := newLedger()
	in := New(l, Options{MaxRows: 10})
	tally := in.NewTally(1, Application{}, 35, numbered)
	var adding sync.WaitGroup
	for n := range 35 {
		adding.Go(func() { tally.Add(n) })
	}
	adding.Wait()
	if err := in.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(l.rows) != 35 {
		t.Errorf("%d sums were stored, want 35", len(l.rows))
	}
}

func TestTalliesHaveAMostAndGiveItBack(t *testing.T) {
	now := time.UnixMilli(10 * minuteMs)
	in := New(newLedger(), Options{Clock: clock.Func(func() time.Time { return now })})
	large := maxTallied/2 - tallyHead
	for i := range 2 {
		if in.NewTally(1, Application{}, large, numbered) == nil {
			t.Fatalf("tally %d has no room", i)
		}
	}
	if in.NewTally(1, Application{}, 1, numbered) != nil {
		t.Fatal("there is room for more than the most")
	}
	now = now.Add(2 * time.Minute)
	if err := in.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if in.NewTally(1, Application{}, large, numbered) == nil {
		t.Error("the room of minutes that are over is not given back")
	}
}
