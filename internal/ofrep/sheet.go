package ofrep

import (
	"maps"
	"strconv"
	"sync"
	"sync/atomic"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/sdk/eval"
)

// sheet is what is made of a State once: the items of its flags as text, each when
// it is first asked for, and who is counted. An evaluation then is one look at the
// outcome's number.
type sheet struct {
	state    *delivery.State // its keys may be old
	revision string          // what the item of a single evaluation has beside that of a bulk one
	// items by the number of the outcome, twice: without and with shares that
	// decided, which outcomes do not tell apart.
	items []atomic.Pointer[item]

	mu      sync.RWMutex
	tallies map[ingest.Application]*ingest.Tally // guarded by mu; the newest of each
}

// item is what is said of one flag, up to the end of its metadata.
type item struct {
	text   []byte
	failed bool
}

func sheetOf(state *delivery.State) *sheet { return state.Derive(newSheet).(*sheet) }

func newSheet(state *delivery.State) any {
	return &sheet{
		state: state, revision: `,"revision":` + strconv.FormatInt(state.Revision(), 10),
		items:   make([]atomic.Pointer[item], 2*state.Snapshot.Outcomes()),
		tallies: map[ingest.Application]*ingest.Tally{},
	}
}

// item returns the item of a result of the State's snapshot, which has the number n.
func (s *sheet) item(key string, result eval.Result, n int) *item {
	place := 2 * n
	if result.Split() {
		place++
	}
	if known := s.items[place].Load(); known != nil {
		return known
	}
	info, _ := s.state.Flag(key)
	made := newItem(info, result)
	s.items[place].Store(made)
	return made
}

// tally returns what counts the evaluations of an application at now; nil when
// there is no room for it.
func (s *sheet) tally(counter Counter, app ingest.Application, now int64) *ingest.Tally {
	s.mu.RLock()
	t := s.tallies[app]
	s.mu.RUnlock()
	if t != nil && t.Takes(now) {
		return t
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t = s.tallies[app]; t != nil && t.Takes(now) {
		return t
	}
	maps.DeleteFunc(s.tallies, func(_ ingest.Application, old *ingest.Tally) bool { return !old.Takes(now) })
	if t = counter.NewTally(s.state.EnvironmentID, app, s.state.Snapshot.Outcomes(), s.countOf); t == nil {
		return nil
	}
	s.tallies[app] = t
	return t
}

// countOf says what is counted under a number.
func (s *sheet) countOf(n int) ingest.Count {
	o := s.state.Snapshot.Outcome(n)
	return ingest.Count{Flag: o.Flag, Variation: o.Variation, Reason: o.Reason.String(), Experiment: o.Experiment, Arm: o.Arm}
}
