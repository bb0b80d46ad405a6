package presence

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
)

const (
	// Lost is how long an instance stays without being heard of.
	Lost = 70 * time.Second
	// maxInstances bounds the memory of a Registry; beyond it, newcomers are
	// served but not shown.
	maxInstances = 50_000
	// maxRefusals is the size of the ring of refused attempts.
	maxRefusals = 200
	// maxText bounds each text that a caller gives about itself.
	maxText = 200
)

// Transport is how an instance gets its values.
type Transport string

// The transports.
const (
	Stream Transport = "stream"
	Poll   Transport = "poll"
	OFREP  Transport = "ofrep"
)

// Caller is what a program tells about itself, and from where it calls.
type Caller struct {
	Application string
	Version     string
	Platform    string
	SDK         string
	Instance    string // random per process; empty for a caller that sends none
	Address     string
}

// Instance is one running program in one environment.
type Instance struct {
	Caller
	Project     string
	Environment string
	Transport   Transport
	Revision    int64 // the newest one sent to it
	Since       int64 // milliseconds since 1970
	LastSeen    int64
}

// Refusal is one attempt that was turned away.
type Refusal struct {
	At      int64 // milliseconds since 1970
	Address string
	Key     string // masked
	Cause   string // the code of the error
	Message string // the cause in words, with what to do
	Origin  string // of a browser, else empty
}

// Registry holds who is connected. It is safe for concurrent use.
type Registry struct {
	clock  clock.Clock
	before func() // see BeforeChange

	awaited    atomic.Bool  // somebody holds changed
	membership atomic.Int64 // see Membership

	mu        sync.Mutex
	instances map[identity]*entry // guarded by mu
	refused   []attempt           // guarded by mu; in the order in which this server learnt of them
	changed   chan struct{}       // guarded by mu; closed at the next change

	// Of other servers of the store; guarded by mu too.
	unshared  map[identity]bool   // what they do not know yet; nil while nobody asks
	untold    int                 // how many of the newest in refused they may not know
	elsewhere map[identity][]held // what they told, the latest last
	heard     map[string]int64    // when each was last heard of, in milliseconds since 1970
}

// identity tells instances apart. A caller without an instance id is one
// instance per application and address.
type identity struct {
	project, environment           string
	instance, application, address string
}

// entry is an instance with the streams it holds: a program that reconnects may
// for a moment have two. The Registry's mu guards it.
type entry struct {
	who     Instance      // but for what its streams know better
	streams []*Connection // the newest last
}

// instance is the entry as it is shown.
func (e *entry) instance() Instance {
	i := e.who
	i.LastSeen = e.lastSeen()
	for _, c := range e.streams {
		if revision := c.revision.Load(); revision != 0 {
			i.Revision = revision
		}
	}
	return i
}

func (e *entry) lastSeen() int64 {
	at := e.who.LastSeen
	for _, c := range e.streams {
		at = max(at, c.lastSeen.Load())
	}
	return at
}

// New returns an empty Registry.
func New(c clock.Clock) *Registry {
	return &Registry{
		clock: c, before: func() {}, instances: map[identity]*entry{}, changed: make(chan struct{}),
		elsewhere: map[identity][]held{}, heard: map[string]int64{},
	}
}

// BeforeChange names what is called before an instance joins or leaves, on the
// goroutine that brings that about. It may ask the Registry. Call it before
// anything else.
func (r *Registry) BeforeChange(call func()) { r.before = call }

// Run removes, until ctx ends, those that are not heard of any more, so that
// whoever waits for a change learns of it.
func (r *Registry) Run(ctx context.Context) error {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			r.sweep()
		}
	}
}

// Changed returns a channel that is closed at the next change of what Instances
// or Refused return.
func (r *Registry) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.awaited.Store(true)
	return r.changed
}

// Membership is a number that grows whenever an instance joins or leaves, or
// tells something else of itself: while it is the same, Programs visits the
// same ones.
func (r *Registry) Membership() int64 { return r.membership.Load() }

// Connection is one stream's hold on its Instance. The zero Connection holds
// nothing: a relay is not shown, it is no program. Once connected it must not be
// copied.
//
// What the stream reports is kept here, so that thousands of them do not queue
// up at the Registry's lock, and first, since each has to be fetched from memory
// for each change.
type Connection struct {
	revision atomic.Int64
	lastSeen atomic.Int64 // milliseconds since 1970
	entry    *entry       // nil for a newcomer beyond the most
	registry *Registry
	id       identity
}

// Connect records a stream, and lets c hold it. The caller closes c when the
// stream ends.
func (r *Registry) Connect(c *Connection, i Instance) {
	i.Transport = Stream
	c.registry = r
	r.note(i, c)
}

// Sent records that the revision was written to the stream at a time, in
// milliseconds since 1970.
func (c *Connection) Sent(revision, at int64) {
	if c.entry == nil {
		return
	}
	c.lastSeen.Store(at)
	if c.revision.Swap(revision) != revision {
		c.registry.moved()
	}
}

// Close records the end of the stream. The instance leaves at once unless it
// has another stream.
func (c *Connection) Close() {
	if c.entry == nil {
		return
	}
	r := c.registry
	r.before()
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.instances[c.id]
	if e == nil || e != c.entry {
		return
	}
	e.who = e.instance()
	e.streams = slices.DeleteFunc(e.streams, func(other *Connection) bool { return other == c })
	if len(e.streams) == 0 {
		delete(r.instances, c.id)
		r.changedLocked(c.id)
		r.membership.Add(1)
		r.signal()
	}
}

// Seen records a single request of a caller that polls or evaluates remotely.
func (r *Registry) Seen(i Instance) { r.note(i, nil) }

// note records an instance and, unless it is nil, one more of its streams.
func (r *Registry) note(i Instance, stream *Connection) {
	i.Caller = i.Clipped()
	id := identityOf(i)
	i.LastSeen = clock.Millis(r.clock)
	if !r.knows(id) {
		r.before()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.instances[id]
	if e == nil {
		if len(r.instances) >= maxInstances {
			return
		}
		i.Since = i.LastSeen
		e = &entry{who: i}
		r.instances[id] = e
		r.changedLocked(id)
		r.membership.Add(1)
		r.signal()
	}
	if stream != nil {
		stream.entry, stream.id = e, id
		e.streams = append(e.streams, stream)
	}
	if len(e.streams) > 0 {
		i.Transport = Stream // a program that streams may fetch besides
	}
	was := e.instance()
	i.Since = was.Since
	e.who = i
	another := was.Caller != i.Caller || was.Transport != i.Transport
	if another {
		r.changedLocked(id)
		r.membership.Add(1)
	}
	if another || was.Revision != e.instance().Revision {
		r.signal()
	}
}

func (r *Registry) knows(id identity) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.instances[id] != nil
}

// Refuse records an attempt that was turned away.
func (r *Registry) Refuse(f Refusal) {
	f.At = clock.Millis(r.clock)
	f.Origin = clip(f.Origin)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuseLocked(attempt{"", f})
	r.signal()
}

func (r *Registry) refuseLocked(a attempt) {
	if len(r.refused) == maxRefusals {
		r.refused = slices.Delete(r.refused, 0, 1)
	}
	r.refused = append(r.refused, a)
	r.untold++
}

// Instances lists who is connected, here or to another server that this one
// hears of, by application, version, instance and address. An empty project or
// environment means all.
func (r *Registry) Instances(project, environment string) []Instance {
	list := []Instance{}
	r.mu.Lock()
	r.eachLocked(project, environment, func(i Instance) { list = append(list, i) })
	r.mu.Unlock()
	slices.SortFunc(list, func(a, b Instance) int {
		return cmp.Or(cmp.Compare(a.Application, b.Application), cmp.Compare(a.Version, b.Version),
			cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Instance, b.Instance), cmp.Compare(a.Address, b.Address))
	})
	return list
}

// Here is the number of instances that are connected to this server.
func (r *Registry) Here() (n int) {
	now := clock.Millis(r.clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.instances {
		if !e.lost(now) {
			n++
		}
	}
	return n
}

// IsHere says whether a program is connected to this server.
func (r *Registry) IsHere(project, environment, instance string) bool {
	now := clock.Millis(r.clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.instances[identity{project: project, environment: environment, instance: instance}]
	return e != nil && !e.lost(now)
}

// Count is the number of instances in one environment.
func (r *Registry) Count(project, environment string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.eachLocked(project, environment, func(Instance) { n++ })
	return n
}

// Programs visits, in no order, the instances of SDKs in one environment that say
// which they are. There may be very many, hence no list. The visit must not call
// the Registry.
func (r *Registry) Programs(project, environment string, visit func(Instance)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.eachLocked(project, environment, func(i Instance) {
		if i.program() {
			visit(i)
		}
	})
}

// Program finds one of Programs by its id.
func (r *Registry) Program(project, environment, instance string) (Instance, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := identity{project: project, environment: environment, instance: instance}
	i, ok := r.knownLocked(id, r.instances[id], clock.Millis(r.clock))
	if !ok || !i.program() {
		return Instance{}, false
	}
	return i, true
}

// Refused lists the newest refused attempts, newest first.
func (r *Registry) Refused() []Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Refusal, len(r.refused))
	for i, a := range r.refused {
		list[len(list)-1-i] = a.Refusal
	}
	slices.SortStableFunc(list, func(a, b Refusal) int { return cmp.Compare(b.At, a.At) })
	return list
}

func (r *Registry) sweep() {
	r.before()
	now := clock.Millis(r.clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	before := len(r.instances)
	for id, e := range r.instances {
		if e.lost(now) {
			delete(r.instances, id)
			r.changedLocked(id)
		}
	}
	if len(r.instances) != before {
		r.membership.Add(1)
		r.signal()
	}
}

// signal wakes whoever waits. The caller holds mu.
func (r *Registry) signal() {
	if !r.awaited.Load() {
		return
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.awaited.Store(false)
}

// moved signals; the caller does not hold mu, which is taken only when somebody
// waits.
func (r *Registry) moved() {
	if !r.awaited.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signal()
}

func (e *entry) lost(now int64) bool { return now-e.lastSeen() > Lost.Milliseconds() }

// Clipped returns the caller with each text cut to what a Registry keeps.
func (c Caller) Clipped() Caller {
	for _, text := range []*string{&c.Application, &c.Version, &c.Platform, &c.SDK, &c.Instance, &c.Address} {
		*text = clip(*text)
	}
	return c
}

// clip cuts at a character, so that the text stays UTF-8.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	cut := maxText
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut]
}
