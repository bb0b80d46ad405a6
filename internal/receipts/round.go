package receipts

import (
	"cmp"
	"iter"
	"slices"

	"burgee.dev/burgee/internal/presence"
)

const (
	// maxListed is how many stale instances a Receipt names.
	maxListed = 100
	// maxKept is how many pending instances a Record names.
	maxKept = 1000
)

// round is one revision of one environment and who has applied it.
type round struct {
	environment *environment
	revision    int64
	committedAt int64
	expected    int
	applied     int
	latencies   Latencies
	slowestMs   int64
	slowest     presence.Caller
	pending     slots // expected, and not applied as far as is known

	dirty bool // not in the Sink as it is
	late  bool // somebody was told that it has stale instances
}

// waited visits the pending instances.
func (r *round) waited() iter.Seq[*instance] {
	return func(yield func(*instance) bool) {
		for slot := range r.pending.all() {
			if !yield(r.environment.members[slot]) {
				return
			}
		}
	}
}

// ripe says whether the round is worth keeping as it is: while reports are still
// to be expected it would soon be another one.
func (r *round) ripe(now int64) bool {
	return r.pending.len() == 0 || now-r.committedAt >= graceStream.Milliseconds()
}

// time adds how long after the commit one instance applied the revision.
func (r *round) time(i *instance, at int64) {
	ms := max(at-r.committedAt, 0)
	if r.latencies.total == 0 || ms > r.slowestMs {
		r.slowestMs, r.slowest = ms, i.caller
	}
	r.latencies.add(ms)
	r.dirty = true
}

// overdue says whether anybody lacks the revision although the grace has passed.
func (r *round) overdue(now int64) bool {
	late := now - r.committedAt
	if late < graceStream.Milliseconds() { // nobody has less
		return false
	}
	for i := range r.waited() {
		if late >= i.grace {
			return true
		}
	}
	return false
}

// stale lists who lacks the revision although the grace has passed.
func (r *round) stale(now int64) []*instance {
	list := slices.DeleteFunc(slices.Collect(r.waited()), func(i *instance) bool {
		return now-r.committedAt < i.grace
	})
	slices.SortFunc(list, func(a, b *instance) int {
		return cmp.Or(cmp.Compare(a.behindSince(r.committedAt), b.behindSince(r.committedAt)),
			cmp.Compare(a.caller.Application, b.caller.Application), cmp.Compare(a.caller.Instance, b.caller.Instance))
	})
	return list
}

// record is the round as the Sink keeps it.
func (r *round) record() Record {
	out := Record{
		EnvironmentID: r.environment.ID, Revision: r.revision, CommittedAt: r.committedAt,
		Expected: r.expected, Applied: r.applied, Latencies: slices.Clone(r.latencies.buckets),
		SlowestMs: r.slowestMs, Slowest: r.slowest,
	}
	for _, w := range r.longest(maxKept) {
		out.Pending = append(out.Pending, Pending{
			Caller: w.caller, Revision: w.has, BehindSince: w.since, LastSeenAt: w.heardAt, Direct: w.direct,
		})
	}
	return out
}

// waiting is a pending instance and since when it is behind.
type waiting struct {
	*instance
	since int64
}

// longest lists the pending instances that are behind for the longest time, at
// most so many.
func (r *round) longest(most int) []waiting {
	list := make([]waiting, 0, r.pending.len())
	for i := range r.waited() {
		list = append(list, waiting{i, i.behindSince(r.committedAt)})
	}
	if len(list) > most { // texts are dear to compare, and most are left out
		slices.SortFunc(list, func(a, b waiting) int { return cmp.Compare(a.since, b.since) })
		list = list[:most]
	}
	slices.SortFunc(list, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.caller.Instance, b.caller.Instance))
	})
	return list
}

// instance is one running process in one environment.
type instance struct {
	environment *environment
	slot        int // there
	caller      presence.Caller
	firstAt     int64 // when it was first known
	heardAt     int64
	direct      bool  // it has connected here, rather than through a relay
	grace       int64 // how long after a commit it may be without it, in milliseconds
	has         int64 // the newest revision that it is known to have applied
	hasAt       int64 // when it applied that, as far as is known
	behind      int64 // since when it is behind, as far as an earlier start knew; 0 is not known to be
	pending     int   // rounds in which it is pending
	untimed     []*round
	toldAt      int64 // when other servers were last told of it
	overrides   []string
}

// behindSince is when the oldest revision that the instance lacks was committed:
// until then it was up to date. Without any it is the time given.
func (i *instance) behindSince(otherwise int64) int64 {
	if i.behind > 0 {
		return i.behind
	}
	if i.pending == 0 {
		return otherwise
	}
	for _, r := range i.environment.rounds {
		if r.pending.has(i.slot) {
			return r.committedAt
		}
	}
	return otherwise
}
