package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/ingest"
)

var errLost = errors.New("the answer was lost")

// lossy is a store whose answers get lost now and then, before or after the
// work.
type lossy struct {
	Store
	before, after bool
}

func (l *lossy) AddCounts(ctx context.Context, load *ingest.Load) error {
	if l.before {
		return errLost
	}
	if err := l.Store.AddCounts(ctx, load); err != nil {
		return err
	}
	if l.after {
		return errLost
	}
	return nil
}

// node is a server with what it has accepted and not flushed.
type node struct {
	sink    *lossy
	in      *ingest.Ingest
	waiting map[string]bool
	served  int64
}

// onceEach has nodes take, flush and die in any order, programs send batches
// again to any of them, and answers of the store get lost. What is stored at the
// end are the batches that a flush has brought there, each once.
func onceEach(t *testing.T, s Store) {
	_, id := project(t, s)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	at := time.Date(2026, 11, 3, 10, 30, 0, 0, time.UTC)
	now := clock.Func(func() time.Time { return at })
	start := func() *node {
		sink := &lossy{Store: s}
		return &node{sink: sink, in: ingest.New(sink, ingest.Options{Clock: now}), waiting: map[string]bool{}}
	}
	nodes := []*node{start(), start(), start()}
	size, stored := map[string]int64{}, map[string]bool{}
	var served int64
	flush := func(n *node) {
		if err := n.in.Flush(t.Context()); err != nil && !errors.Is(err, errLost) {
			t.Fatal(err)
		}
		if n.sink.before {
			return
		}
		for batch := range n.waiting {
			stored[batch] = true
		}
		served += n.served
		n.served = 0
		clear(n.waiting)
	}
	for range 400 {
		i := random.IntN(len(nodes))
		n := nodes[i]
		switch what := random.IntN(20); {
		case what == 0: // kill -9
			nodes[i] = start()
		case what < 4:
			flush(n)
		case what == 4:
			// Of a flush whose answer gets lost the rest of what came in stays
			// away; so there is nothing else in it.
			flush(n)
			n.sink.before, n.sink.after = random.IntN(2) == 0, true
			flush(n)
			n.sink.before, n.sink.after = false, false
			flush(n)
		case what == 5:
			n.in.Served(id, ingest.Application{}, ingest.Count{Flag: "x", Reason: "RULE"})
			n.served++
		default:
			batch := fmt.Sprint(random.IntN(60))
			if size[batch] == 0 {
				size[batch] = random.Int64N(9) + 1
			}
			_, err := n.in.Offer(ingest.Batch{ID: batch, EnvironmentID: id, Counts: []ingest.Count{
				{Flag: "x", Reason: "RULE", Minute: at.UnixMilli(), Count: size[batch]},
				{Flag: "y" + batch, Reason: "RULE", Minute: at.UnixMilli(), Count: 1},
			}})
			check(t, err)
			n.waiting[batch] = true
		}
	}
	for _, n := range nodes {
		flush(n)
	}
	want := served
	for batch := range stored {
		want += size[batch]
	}
	minutes, err := s.MinuteCounts(t.Context(), "p", "production", "x", at)
	check(t, err)
	var got int64
	for _, m := range minutes {
		got += m.Count
	}
	equal(t, want, got)
	all, err := s.HourlyCounts(t.Context(), "p", "", "~", at, 1)
	check(t, err)
	hours := all["production"]
	equal(t, want, hours["x"].Counts[0])
	equal(t, len(stored)+1, len(hours))
}

// manyNodes has nodes add to the same rows at the same time, in loads that hold
// some of the same batches.
func manyNodes(t *testing.T, s Store) {
	_, id := project(t, s)
	at := time.Date(2026, 11, 3, 10, 30, 0, 0, time.UTC)
	const nodes, loads, flags = 6, 8, 150
	var adding errgroup.Group
	var ready sync.WaitGroup
	ready.Add(nodes)
	for n := range nodes {
		adding.Go(func() error {
			ready.Done()
			ready.Wait()
			for l := range loads {
				load := &ingest.Load{}
				for _, f := range rand.Perm(flags) {
					row := ingest.Row{EnvironmentID: id, Minute: at.UnixMilli(), Flag: fmt.Sprint("f", f), Reason: "RULE", Count: 1}
					load.Batch(fmt.Sprintf("of all, %d, %d", l, f), row)
					load.Batch(fmt.Sprintf("of %d, %d, %d", n, l, f), row)
				}
				if err := s.AddCounts(t.Context(), load); err != nil {
					return err
				}
			}
			return nil
		})
	}
	check(t, adding.Wait())
	all, err := s.HourlyCounts(t.Context(), "p", "", "~", at, 1)
	check(t, err)
	hours := all["production"]
	equal(t, flags, len(hours))
	for flag, h := range hours {
		if h.Counts[0] != loads*(nodes+1) {
			t.Errorf("%s: %d, want %d", flag, h.Counts[0], loads*(nodes+1))
		}
	}
}
