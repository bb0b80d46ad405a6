package presence

import (
	"maps"
	"slices"

	"burgee.dev/burgee/internal/clock"
)

// News is what one Registry tells those of other servers of the same store: each
// statement stands for itself, and may come twice. Times are of the clock of
// whoever holds it.
type News struct {
	All     bool       // Here is everybody: who is not named has left
	Here    []Instance // connected
	Left    []Instance // not connected any more; only what identifies it
	Refused []Refusal
}

// Empty says whether there is nothing to tell.
func (n News) Empty() bool { return !n.All && len(n.Here)+len(n.Left)+len(n.Refused) == 0 }

// held is an instance that another server told of.
type held struct {
	node string
	Instance
}

// attempt is a refused one and the server that refused it, "" for this one.
type attempt struct {
	node string
	Refusal
}

func identityOf(i Instance) identity {
	id := identity{i.Project, i.Environment, i.Instance, i.Application, i.Address}
	if i.Instance != "" {
		id.application, id.address = "", ""
	}
	return id
}

// Share has the Registry gather what is new for other servers, or ends that. At
// first it does not.
func (r *Registry) Share(on bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !on:
		r.unshared = nil
	case r.unshared == nil:
		r.unshared = map[identity]bool{}
	}
}

// News returns what is new since it was last asked, or everything.
func (r *Registry) News(all bool) News {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := News{All: all || len(r.unshared) > maxInstances, Refused: r.ownRefusedLocked(all)}
	ids := maps.Keys(r.unshared)
	if n.All {
		ids = maps.Keys(r.instances)
	}
	for id := range ids {
		if e := r.instances[id]; e != nil {
			n.Here = append(n.Here, e.instance())
			continue
		}
		n.Left = append(n.Left, Instance{
			Project: id.project, Environment: id.environment,
			Caller: Caller{Instance: id.instance, Application: id.application, Address: id.address},
		})
	}
	clear(r.unshared)
	return n
}

func (r *Registry) ownRefusedLocked(all bool) (list []Refusal) {
	for _, a := range r.refused[len(r.refused)-min(r.untold, len(r.refused)):] {
		if a.node == "" && !all {
			list = append(list, a.Refusal)
		}
	}
	r.untold = 0
	if !all {
		return list
	}
	for _, a := range r.refused {
		if a.node == "" {
			list = append(list, a.Refusal)
		}
	}
	return list
}

// Hear takes what another server tells.
func (r *Registry) Hear(node string, news News) {
	r.before()
	r.mu.Lock()
	defer r.mu.Unlock()
	if news.All {
		r.forgetLocked(node)
		r.refused = slices.DeleteFunc(r.refused, func(a attempt) bool { return a.node == node })
	}
	for _, i := range news.Left {
		r.leftLocked(node, identityOf(i))
	}
	for _, i := range news.Here {
		id := identityOf(i)
		r.leftLocked(node, id)
		if len(r.elsewhere) < maxInstances {
			r.elsewhere[id] = append(r.elsewhere[id], held{node, i})
		}
	}
	for _, f := range news.Refused {
		r.refuseLocked(attempt{node, f})
	}
	r.membership.Add(1)
	r.signal()
}

// Heard notes when another server was last heard of: until then, as it said, its
// streams were open.
func (r *Registry) Heard(node string, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard[node] = at
}

// Forget forgets whom another server told of. What it refused stays.
func (r *Registry) Forget(node string) {
	r.before()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.forgetLocked(node)
	delete(r.heard, node)
	r.membership.Add(1)
	r.signal()
}

func (r *Registry) forgetLocked(node string) {
	for id := range r.elsewhere {
		r.leftLocked(node, id)
	}
}

func (r *Registry) leftLocked(node string, id identity) {
	there, known := r.elsewhere[id]
	if !known {
		return
	}
	there = slices.DeleteFunc(there, func(h held) bool { return h.node == node })
	if r.elsewhere[id] = there; len(there) == 0 {
		delete(r.elsewhere, id)
	}
}

// changedLocked notes that there is something to tell of an instance here.
func (r *Registry) changedLocked(id identity) {
	if r.unshared != nil && len(r.unshared) <= maxInstances { // more is told as everything
		r.unshared[id] = true
	}
}

// elsewhereLocked is an instance as another server knows it: one that holds a
// stream knows it best, and of several the one that told last.
func (r *Registry) elsewhereLocked(id identity) (Instance, bool) {
	there := r.elsewhere[id]
	if len(there) == 0 {
		return Instance{}, false
	}
	best := there[len(there)-1]
	for _, h := range there {
		if h.Transport == Stream && best.Transport != Stream {
			best = h
		}
	}
	// A server forgets others than streams when they were not heard of for Lost.
	at := r.heard[best.node]
	if best.Transport != Stream {
		at -= Lost.Milliseconds()
	}
	best.LastSeen = max(best.LastSeen, at)
	return best.Instance, true
}

// eachLocked visits every instance once, wherever it is connected. An empty
// project or environment means all.
func (r *Registry) eachLocked(project, environment string, visit func(Instance)) {
	now := clock.Millis(r.clock)
	wanted := func(id identity) bool {
		return (project == "" || id.project == project) && (environment == "" || id.environment == environment)
	}
	for id, e := range r.instances {
		if !wanted(id) {
			continue
		}
		if i, ok := r.knownLocked(id, e, now); ok {
			visit(i)
		}
	}
	for id := range r.elsewhere {
		if e := r.instances[id]; e != nil || !wanted(id) {
			continue // visited above, or another's
		}
		if i, ok := r.elsewhereLocked(id); ok {
			visit(i)
		}
	}
}

// knownLocked is an instance of which this server may hold an entry: who asks
// here and streams elsewhere is known best there.
func (r *Registry) knownLocked(id identity, e *entry, now int64) (Instance, bool) {
	here := e != nil && !e.lost(now)
	if here && (e.who.Transport == Stream || len(r.elsewhere) == 0) {
		return e.instance(), true
	}
	there, ok := r.elsewhereLocked(id)
	if here && (!ok || there.Transport != Stream) {
		return e.instance(), true
	}
	return there, ok
}

// program says whether it is an instance of an SDK that says which it is.
func (i Instance) program() bool { return i.Caller.Instance != "" && i.Transport != OFREP }
