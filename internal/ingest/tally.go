package ingest

import (
	"slices"
	"sync/atomic"
)

// maxTallied bounds the memory of all tallies: so many numbers, of 8 bytes each. A
// tally takes as much as tallyHead of them beside its own.
const (
	maxTallied = 1 << 20
	tallyHead  = 64
)

// Tally counts what one application is served in one minute, by the number that
// each outcome has: an addition for each evaluation, where Served looks a whole
// row up. An Ingest takes its sums in when it flushes. It is for any goroutine.
type Tally struct {
	environmentID int64
	app           Application
	minute        int64
	outcome       func(n int) Count
	counts        []atomic.Int64
}

// NewTally returns a tally of the minute that it is now, for outcomes with the
// numbers from 0 to one less than n; outcome says what a number stands for, but
// for the minute and the count, and may be called until a few minutes later. It is
// nil when there is no room for one more: then Served is what counts.
func (in *Ingest) NewTally(environmentID int64, app Application, n int, outcome func(n int) Count) *Tally {
	now := in.opts.Clock.Now().UnixMilli()
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.tallied+n+tallyHead > maxTallied {
		return nil
	}
	t := &Tally{environmentID: environmentID, app: app.clipped(), minute: now - now%minuteMs, outcome: outcome, counts: make([]atomic.Int64, n)}
	in.tallies = append(in.tallies, t)
	in.tallied += n + tallyHead
	return t
}

// Takes says whether an evaluation of now, in milliseconds since 1970, is of the
// tally's minute.
func (t *Tally) Takes(now int64) bool { return now-now%minuteMs == t.minute }

// Add counts one evaluation.
func (t *Tally) Add(n int) { t.counts[n].Add(1) }

// drain takes the sums of the tallies in, and forgets those that nobody adds to
// any more: an evaluation takes less than a minute. all is whether there was room
// for every sum. The caller holds mu.
func (in *Ingest) drain(now int64) (all bool) {
	for _, t := range in.tallies {
		if !in.take(t, now) {
			return false
		}
	}
	in.tallies = slices.DeleteFunc(in.tallies, func(t *Tally) bool {
		over := now-t.minute >= 2*minuteMs
		if over {
			in.tallied -= len(t.counts) + tallyHead
		}
		return over
	})
	return true
}

func (in *Ingest) take(t *Tally, now int64) (all bool) {
	for n := range t.counts {
		if t.counts[n].Load() == 0 {
			continue
		}
		if len(in.load.rows) >= in.opts.MaxRows {
			return false
		}
		c := t.outcome(n)
		c.Minute, c.Count = t.minute, t.counts[n].Swap(0)
		if place, ok := in.placeOf(t.environmentID, t.app, &c, now); ok {
			in.load.plain(place, c.Count)
		}
	}
	return true
}
