package receipts

import (
	"cmp"
	"context"
	"slices"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
)

// Receipt says who has applied one revision. Times are milliseconds since 1970,
// durations milliseconds.
type Receipt struct {
	Revision    int64
	CommittedAt int64
	Expected    int // instances connected when it was committed
	Applied     int // of those
	Timed       int // of those: when they applied it is known
	P50Ms       int64
	P99Ms       int64
	SlowestMs   int64
	Slowest     presence.Caller
	Stale       int     // expected, and without it after the grace
	StaleSince  int64   // of the one that is behind the longest
	StaleOnes   []Stale // the longest behind first, at most 100
}

// Stale is one instance that lacks a revision.
type Stale struct {
	presence.Caller
	Revision   int64 // the newest that it is known to have applied; 0 when none is known
	Since      int64 // when it was last known to be up to date
	LastSeenAt int64
	Connected  bool
}

// Receipt returns the receipt of a revision; false when none is kept.
func (r *Registry) Receipt(ctx context.Context, environmentID, revision int64) (Receipt, bool, error) {
	if receipt, ok := r.followed(environmentID, revision); ok {
		return receipt, true, nil
	}
	record, ok, err := r.sink.Receipt(ctx, environmentID, revision)
	if err != nil || !ok {
		return Receipt{}, false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	of := Environment{ID: environmentID}
	if e := r.environments[environmentID]; e != nil {
		of = e.Environment
	}
	return r.showLocked(r.detachedLocked(of, record)), true, nil
}

// Newest returns the receipt of the newest revision that is followed; false when
// none is. It asks no Sink, and so never waits.
func (r *Registry) Newest(environmentID int64) (Receipt, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	e := r.environments[environmentID]
	if e == nil || len(e.rounds) == 0 {
		return Receipt{}, false
	}
	return r.showLocked(e.rounds[len(e.rounds)-1]), true
}

func (r *Registry) followed(environmentID, revision int64) (Receipt, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	e := r.environments[environmentID]
	if e == nil {
		return Receipt{}, false
	}
	at := e.place(revision)
	if at == len(e.rounds) || e.rounds[at].revision != revision {
		return Receipt{}, false
	}
	return r.showLocked(e.rounds[at]), true
}

// detachedLocked makes a round that is not followed, with instances of its own.
func (r *Registry) detachedLocked(of Environment, record Record) *round {
	e := &environment{Environment: of}
	out := restore(record, e)
	for _, p := range record.Pending {
		i := &instance{caller: p.Caller, heardAt: p.LastSeenAt, has: p.Revision, behind: p.BehindSince, direct: true}
		e.enrol(i)
		out.pending.add(i.slot)
	}
	return out
}

func (r *Registry) showLocked(in *round) Receipt {
	now := clock.Millis(r.opts.Clock)
	v := Receipt{
		Revision: in.revision, CommittedAt: in.committedAt, Expected: in.expected, Applied: in.applied,
		Timed: int(in.latencies.total), SlowestMs: in.slowestMs, Slowest: in.slowest,
		P50Ms: min(in.latencies.within(0.5), in.slowestMs), P99Ms: min(in.latencies.within(0.99), in.slowestMs),
	}
	stale := in.stale(now)
	v.Stale = len(stale)
	// Those that were too many to be kept one by one are stale as well.
	v.Stale += max(in.expected-in.applied-in.pending.len(), 0)
	for _, i := range stale[:min(len(stale), maxListed)] {
		v.StaleOnes = append(v.StaleOnes, r.staleLocked(i, i.behindSince(in.committedAt), now))
	}
	if len(v.StaleOnes) > 0 {
		v.StaleSince = v.StaleOnes[0].Since
	}
	return v
}

func (r *Registry) staleLocked(i *instance, since, now int64) Stale {
	connected := r.connectedLocked(i, now)
	return Stale{Caller: i.caller, Revision: i.has, Since: since, LastSeenAt: i.heardAt, Connected: connected}
}

// Standing is what is known of one instance.
type Standing struct {
	Applied    int64    // the newest revision that it is known to have applied; 0 when none is known
	StaleSince int64    // when it was last up to date; 0 when it is not stale
	Overrides  []string // the flags that it overrides, sorted
}

// Standing returns what is known of an instance.
func (r *Registry) Standing(environmentID int64, id string) Standing {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	i := r.instances[identity{environmentID, id}]
	if i == nil || id == "" {
		return Standing{}
	}
	return i.standing(now)
}

func (i *instance) standing(now int64) Standing {
	s := Standing{Applied: i.has, Overrides: i.overrides}
	if since := i.behindSince(now); now-since >= i.grace && i.pending > 0 {
		s.StaleSince = since
	}
	return s
}

// Relayed is an instance that is known through its reports only.
type Relayed struct {
	presence.Caller
	Standing
	FirstSeenAt int64
	LastSeenAt  int64
}

// Relayed lists the instances of an environment that connect through a relay.
func (r *Registry) Relayed(environmentID int64) []Relayed {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	var list []Relayed
	for id, i := range r.instances {
		if id.environment == environmentID && i.throughRelay(now) {
			list = append(list, Relayed{Caller: i.caller, Standing: i.standing(now), FirstSeenAt: i.firstAt, LastSeenAt: i.heardAt})
		}
	}
	slices.SortFunc(list, func(a, b Relayed) int { return cmp.Compare(a.Instance, b.Instance) })
	return list
}

// Overridden lists the connected instances that override a flag, and how many
// are connected in all.
func (r *Registry) Overridden(environmentID int64, flag string) (by []presence.Caller, of int) {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.environments[environmentID]
	if e == nil {
		return nil, 0
	}
	present := r.presentLocked(e, now)
	for _, i := range present {
		if _, overrides := slices.BinarySearch(i.overrides, flag); overrides {
			by = append(by, i.caller)
		}
	}
	slices.SortFunc(by, func(a, b presence.Caller) int {
		return cmp.Or(cmp.Compare(a.Application, b.Application), cmp.Compare(a.Instance, b.Instance))
	})
	return by, len(present)
}
