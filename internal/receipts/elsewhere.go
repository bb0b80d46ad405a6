package receipts

import (
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
)

const (
	// maxTold bounds what waits to be told; beyond it everything is told anew.
	maxTold = maxInstances
	// toldEvery is how often other servers are told that an instance behind a
	// relay is there, at most.
	toldEvery = relayed / 3
)

// Word is what one server tells another of an instance. Times are of the clock
// of whoever holds it.
type Word struct {
	EnvironmentID int64
	// Caller has the instance's id only, when the instance is connected to a
	// server: presence tells the rest.
	Caller    presence.Caller
	Revision  int64     // that it has; 0 is no news
	At        int64     // when it applied that
	Timed     bool      // else At only says that it was before
	Overrides *[]string // the flags that it overrides; nil is no news
}

// Commit is when a revision was committed on one server.
type Commit struct{ EnvironmentID, Revision, At int64 }

// Share has the Registry gather what is new for other servers, or ends that. At
// first it does not.
func (r *Registry) Share(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sharing = on
	if !on {
		r.words, r.tidings = nil, nil
	}
}

// placeLocked notes that an instance which reports here is connected to another
// server: it is behind no relay.
func (r *Registry) placeLocked(i *instance) {
	if !r.sharing || i.direct {
		return
	}
	if _, ok := r.connected.Program(i.environment.Project, i.environment.Key, i.caller.Instance); ok {
		i.connects()
	}
}

// tellLocked keeps what this server was told, for the others.
func (r *Registry) tellLocked(i *instance, word Word, now int64) {
	news := word.Revision > 0 || word.Overrides != nil
	if !r.sharing || len(r.words) > maxTold || !news && (i.direct || now-i.toldAt < toldEvery.Milliseconds()) {
		return
	}
	if i.direct {
		word.Caller = presence.Caller{Instance: word.Caller.Instance}
	}
	i.toldAt = now
	r.words = append(r.words, word)
}

// News returns what is new since it was last asked, or everything: then when an
// instance applied what it has is not told.
func (r *Registry) News(all bool) ([]Word, []Commit) {
	r.mu.Lock()
	defer r.mu.Unlock()
	words, commits := r.words, r.tidings
	r.words, r.tidings = nil, nil
	if !all && len(words) <= maxTold {
		return words, commits
	}
	return r.everythingLocked(), commits
}

func (r *Registry) everythingLocked() (words []Word) {
	now := clock.Millis(r.opts.Clock)
	for _, i := range r.instances {
		if !i.direct && !i.throughRelay(now) {
			continue
		}
		word := Word{EnvironmentID: i.environment.ID, Caller: i.caller, Revision: i.has, At: i.hasAt}
		if i.direct {
			word.Caller = presence.Caller{Instance: i.caller.Instance}
		}
		if len(i.overrides) > 0 {
			flags := i.overrides
			word.Overrides = &flags
		}
		words = append(words, word)
	}
	return words
}

// Hear takes what another server tells. Of an instance that nobody says is
// connected, and whose word does not say which program it is, nothing is taken.
func (r *Registry) Hear(words []Word, commits []Commit) {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range commits {
		r.hearCommitLocked(c)
	}
	for _, word := range words {
		e := r.environmentLocked(Environment{ID: word.EnvironmentID})
		caller, ok := r.callerLocked(e, word.Caller)
		if !ok {
			continue
		}
		i := r.knownLocked(e, caller, now)
		if i == nil {
			continue
		}
		if caller != word.Caller {
			i.connects() // to a server, and not through a relay
		}
		r.takeLocked(i, word)
	}
}

// callerLocked completes a caller of whom only the id is told.
func (r *Registry) callerLocked(e *environment, c presence.Caller) (presence.Caller, bool) {
	if c != (presence.Caller{Instance: c.Instance}) {
		return c, true
	}
	if p, ok := r.connected.Program(e.Project, e.Key, c.Instance); ok {
		return p.Caller, true
	}
	if i := r.instances[identity{e.ID, c.Instance}]; i != nil {
		return i.caller, true
	}
	return c, false
}

// hearCommitLocked learns when another server committed a revision: this one may
// have read it later. What was measured already stays.
func (r *Registry) hearCommitLocked(c Commit) {
	e := r.environments[c.EnvironmentID]
	if e == nil || !e.loaded {
		return
	}
	for i := range e.commits {
		if e.commits[i].revision == c.Revision {
			e.commits[i].at = c.At
		}
	}
	if at := e.place(c.Revision); at < len(e.rounds) && e.rounds[at].revision == c.Revision && e.rounds[at].latencies.total == 0 {
		e.rounds[at].committedAt, e.rounds[at].dirty = c.At, true
	}
	r.openLocked(e, c.Revision, c.At)
}
