package receipts

import (
	"slices"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
)

// Report is what one instance tells of itself.
type Report struct {
	EnvironmentID int64
	Caller        presence.Caller
	Revision      int64     // the one it has applied; 0 is no news
	AgoMs         int64     // how long before this moment it did, in milliseconds
	Overrides     *[]string // the flags that it overrides; nil is no news
}

// Report takes a report. One that tells nothing new says that the instance is
// there. Without an instance's id it is not taken.
func (r *Registry) Report(report Report) {
	if report.Caller.Instance == "" {
		return
	}
	now := clock.Millis(r.opts.Clock)
	word := Word{
		EnvironmentID: report.EnvironmentID, Caller: report.Caller.Clipped(),
		Revision: report.Revision, At: now - max(report.AgoMs, 0), Timed: true, Overrides: cut(report.Overrides),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.knownLocked(r.environmentLocked(Environment{ID: report.EnvironmentID}), word.Caller, now)
	if i == nil {
		return
	}
	r.placeLocked(i)
	r.takeLocked(i, word)
	r.tellLocked(i, word, now)
}

// cut keeps as many overrides as are shown, and lets go of a longer list: what is
// told to other servers waits in memory.
func cut(overrides *[]string) *[]string {
	if overrides == nil || len(*overrides) <= maxOverrides {
		return overrides
	}
	kept := slices.Clone((*overrides)[:maxOverrides])
	return &kept
}

// takeLocked takes what is told of an instance, here or by another server.
func (r *Registry) takeLocked(i *instance, word Word) {
	if word.Revision > 0 {
		r.reachedLocked(i.environment, word.Revision)
		if word.Timed {
			r.appliedLocked(i, word.Revision, word.At)
		} else {
			r.holdsLocked(i, word.Revision, word.At)
		}
	}
	if word.Overrides != nil {
		r.overrideLocked(identity{i.environment.ID, word.Caller.Instance}, i, *word.Overrides)
	}
}

// Holds tells that an instance that connects here has a revision, 0 when it has
// none. When it applied that is not known, unless its own report says so later.
func (r *Registry) Holds(environmentID int64, caller presence.Caller, revision int64) {
	if caller.Instance == "" {
		return
	}
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.knownLocked(r.environmentLocked(Environment{ID: environmentID}), caller.Clipped(), now)
	if i == nil {
		return
	}
	i.connects()
	word := Word{EnvironmentID: environmentID, Caller: i.caller, Revision: revision, At: now}
	r.takeLocked(i, word)
	r.tellLocked(i, word, now)
}

// holdsLocked notes that the instance has a revision since some time before.
func (r *Registry) holdsLocked(i *instance, revision, now int64) {
	if revision <= i.has {
		return
	}
	for _, round := range i.environment.between(i.has, revision) {
		if r.metLocked(round, i) {
			i.untimed = append(i.untimed, round)
		}
	}
	i.has, i.hasAt, i.behind = revision, now, 0
}

// reachedLocked settles when a revision is a commit's, or a later one.
func (r *Registry) reachedLocked(e *environment, revision int64) {
	if len(e.commits) > 0 && revision >= e.commits[0].revision {
		r.settleLocked()
	}
}

// appliedLocked notes that the instance applied a revision at a time, and with
// it all earlier ones.
func (r *Registry) appliedLocked(i *instance, revision, at int64) {
	for _, round := range i.untimed {
		if round.revision <= revision {
			round.time(i, at)
			r.moved = true
		}
	}
	i.untimed = slices.DeleteFunc(i.untimed, func(round *round) bool { return round.revision <= revision })
	if revision <= i.has {
		return
	}
	for _, round := range i.environment.between(i.has, revision) {
		switch {
		case r.metLocked(round, i):
			round.time(i, at)
		case round.revision == revision && i.firstAt < round.committedAt:
			// It was there, and for a moment not connected, when this was
			// committed.
			round.expected++
			round.applied++
			round.time(i, at)
		}
	}
	i.has, i.hasAt, i.behind = revision, at, 0
	r.moved = true
}

// metLocked notes that the instance has what it was expected to have, and
// reports whether it was expected.
func (r *Registry) metLocked(in *round, i *instance) bool {
	if !in.pending.remove(i.slot) {
		return false
	}
	i.pending--
	r.pending--
	in.applied++
	in.dirty, r.moved = true, true
	return true
}

// overrideLocked replaces the flags that the instance overrides.
func (r *Registry) overrideLocked(id identity, i *instance, flags []string) {
	flags = slices.Sorted(slices.Values(flags[:min(len(flags), maxOverrides)]))
	flags = slices.Compact(flags)
	if r.overridden-len(i.overrides)+len(flags) > maxOverriden {
		flags = nil
	}
	if slices.Equal(flags, i.overrides) {
		return
	}
	r.overridden += len(flags) - len(i.overrides)
	i.overrides = flags
	r.overrides[id] = Override{
		EnvironmentID: id.environment, Caller: i.caller, Flags: flags, Direct: i.direct,
	}
	r.moved = true
}
