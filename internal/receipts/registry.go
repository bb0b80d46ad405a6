package receipts

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
)

// Kept is how long receipts are kept.
const Kept = 14 * 24 * time.Hour

const (
	// graceStream is a report each 5 s ± 20 %, one that is lost, and some.
	graceStream = 15 * time.Second
	// gracePoll adds the time between two polls, 30 s ± 20 %.
	gracePoll = 55 * time.Second
	// relayed is for how long after its last report an instance behind a relay
	// counts as connected.
	relayed = presence.Lost

	// forget is how long after it was last heard of an instance is remembered:
	// it may come back with news of what it has. One that overrides is
	// remembered longer, because it tells that only once.
	forget          = 10 * time.Minute
	forgetOverrides = 24 * time.Hour

	maxInstances = 50_000  // newcomers beyond it are not followed
	maxRounds    = 256     // revisions followed in each environment; older receipts stay as they are
	maxPending   = 200_000 // expectations open in all; beyond it the oldest revisions are followed no more
	maxOverrides = 500     // flags of one instance
	maxOverriden = 200_000 // flags of all instances together
)

// Connected tells which instances of SDKs are connected. presence.Registry is
// one.
type Connected interface {
	// Programs visits those that say which instance they are. The visit does not
	// call back.
	Programs(project, environment string, visit func(presence.Instance))
	// Program finds one.
	Program(project, environment, instance string) (presence.Instance, bool)
	// Membership grows whenever Programs may visit others.
	Membership() int64
	// BeforeChange names what is called before an instance joins or leaves. It
	// may ask Programs and Program.
	BeforeChange(func())
}

// Options are the optional inputs.
type Options struct {
	Logger *slog.Logger
	Clock  clock.Clock
	Every  time.Duration // between saves; 0 is 5 s
	// Room says whether the disk has room for receipts; nil is always. While it
	// says no, they stay in memory.
	Room func() bool
}

// Registry follows the instances of all environments. Its goroutine is Run; all
// other methods are for any goroutine, and none but Receipt reads the Sink.
type Registry struct {
	connected Connected
	sink      Sink
	opts      Options

	unsettled atomic.Int64 // commits of all environments that are not rounds yet; written with mu held

	mu           sync.Mutex
	environments map[int64]*environment // guarded by mu, as is all that they hold
	instances    map[identity]*instance // guarded by mu
	pending      int                    // guarded by mu: open expectations
	overridden   int                    // guarded by mu: flags overridden in all instances
	closed       []Record               // guarded by mu: followed no more, and not in the Sink yet
	overrides    map[identity]Override  // guarded by mu: not in the Sink yet
	sharing      bool                   // guarded by mu: other servers are told
	words        []Word                 // guarded by mu: what they are not told yet
	tidings      []Commit               // guarded by mu: commits that they are not told of yet
	moved        bool                   // guarded by mu: something changed since changed was closed
	changed      chan struct{}          // guarded by mu
}

type identity struct {
	environment int64
	instance    string
}

// Environment names an environment as each side knows it.
type Environment struct {
	ID      int64
	Project string
	Key     string
}

type environment struct {
	Environment
	loaded bool     // its revision at the start is known
	newest int64    // revision
	rounds []*round // by revision

	commits []commit // newer than the rounds, and not among them yet

	members []*instance // by slot; nil is a free one
	free    []int       // slots
	relayed int         // how many have never connected here

	direct     []*instance // those connected here
	asked      bool        // direct is what Connected said at membership
	membership int64
}

// commit is a revision of which nobody has asked yet who is to apply it.
type commit struct{ revision, at int64 }

// enrol gives an instance its slot.
func (e *environment) enrol(i *instance) {
	i.environment = e
	if !i.direct {
		e.relayed++
	}
	if last := len(e.free) - 1; last >= 0 {
		i.slot, e.free = e.free[last], e.free[:last]
		e.members[i.slot] = i
		return
	}
	i.slot = len(e.members)
	e.members = append(e.members, i)
}

// dismiss frees the slot of an instance that no round waits for.
func (e *environment) dismiss(i *instance) {
	e.members[i.slot] = nil
	e.free = append(e.free, i.slot)
	if !i.direct {
		e.relayed--
	}
}

// between lists the rounds after one revision up to another.
func (e *environment) between(after, upTo int64) []*round {
	return e.rounds[e.place(after+1):e.place(upTo+1)]
}

// place is where the round of a revision is, or would be.
func (e *environment) place(revision int64) int {
	at, _ := slices.BinarySearchFunc(e.rounds, revision, func(r *round, n int64) int { return cmp.Compare(r.revision, n) })
	return at
}

// New returns a Registry that follows nobody yet.
func New(connected Connected, sink Sink, opts Options) *Registry {
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	opts.Every = cmp.Or(opts.Every, 5*time.Second)
	r := &Registry{
		connected: connected, sink: sink, opts: opts,
		environments: map[int64]*environment{}, instances: map[identity]*instance{},
		overrides: map[identity]Override{}, changed: make(chan struct{}),
	}
	connected.BeforeChange(r.settle)
	return r
}

// breath is how often at most a change is told.
const breath = 500 * time.Millisecond

// Run saves what changed and tells who waits, until ctx ends; then it saves once
// more with a few seconds of its own.
func (r *Registry) Run(ctx context.Context) error {
	tell, save := time.NewTicker(breath), time.NewTicker(r.opts.Every)
	defer tell.Stop()
	defer save.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return r.Save(last)
		case <-tell.C:
			r.tell()
		case <-save.C:
			r.sweep()
			if err := r.save(ctx, (*round).ripe); err != nil && ctx.Err() == nil {
				r.opts.Logger.WarnContext(ctx, "receipts kept in memory: the store did not take them", "error", err)
			}
		}
	}
}

// Changed returns a channel that is closed, at most twice a second, when what
// the Registry says has changed.
func (r *Registry) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// Recall takes up what was kept before this start. Call it before anything else.
func (r *Registry) Recall(ctx context.Context) error {
	records, err := r.sink.RecentReceipts(ctx, maxRounds)
	if err != nil {
		return fmt.Errorf("recall receipts: %w", err)
	}
	overrides, err := r.sink.Overrides(ctx)
	if err != nil {
		return fmt.Errorf("recall overrides: %w", err)
	}
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range records {
		e := r.environmentLocked(Environment{ID: record.EnvironmentID})
		e.rounds = append(e.rounds, r.restoreLocked(e, record))
		e.newest = max(e.newest, record.Revision)
	}
	for _, o := range overrides {
		// Who overrides tells it only once, so it has time to come back.
		i := r.knownLocked(r.environmentLocked(Environment{ID: o.EnvironmentID}), o.Caller, now)
		if i == nil {
			break
		}
		if o.Direct {
			i.connects()
		}
		i.overrides = o.Flags
		r.overridden += len(o.Flags)
	}
	return nil
}

func (r *Registry) restoreLocked(e *environment, record Record) *round {
	restored := restore(record, e)
	for _, p := range record.Pending {
		i := r.knownLocked(e, p.Caller, p.LastSeenAt)
		if i == nil {
			break
		}
		if p.Direct {
			i.connects()
		}
		i.has = max(i.has, p.Revision)
		if i.behind == 0 {
			i.behind = p.BehindSince
		}
		r.expectLocked(restored, i)
	}
	return restored
}

// restore makes a round without its pending instances.
func restore(record Record, of *environment) *round {
	return &round{
		environment: of, revision: record.Revision, committedAt: record.CommittedAt, expected: record.Expected, applied: record.Applied,
		latencies: latenciesOf(record.Latencies), slowestMs: record.SlowestMs, slowest: record.Slowest,
	}
}

// environmentLocked returns the environment and learns its names.
func (r *Registry) environmentLocked(of Environment) *environment {
	e := r.environments[of.ID]
	if e == nil {
		e = &environment{}
		r.environments[of.ID] = e
	}
	if of.Key != "" || e.ID == 0 {
		e.Environment = of
	}
	return e
}

// knownLocked returns the instance of a caller, and makes it if there is room;
// nil if there is none.
func (r *Registry) knownLocked(e *environment, c presence.Caller, heardAt int64) *instance {
	id := identity{e.ID, c.Instance}
	i := r.instances[id]
	if i == nil {
		if len(r.instances) >= maxInstances {
			return nil
		}
		i = &instance{firstAt: heardAt, grace: gracePoll.Milliseconds()}
		e.enrol(i)
		r.instances[id] = i
	}
	if i.caller != c {
		i.caller = c
	}
	i.heardAt = max(i.heardAt, heardAt)
	return i
}

func (r *Registry) expectLocked(in *round, i *instance) {
	in.pending.add(i.slot)
	i.pending++
	r.pending++
}

// Published tells the revision that an environment serves. The first one after
// the start is what was there before it; a newer one that Committed did not
// tell was committed just now.
func (r *Registry) Published(e Environment, revision int64) {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.environmentLocked(e)
	if known.loaded {
		r.openLocked(known, revision, now)
		return
	}
	known.loaded, known.newest = true, max(known.newest, revision)
}

// Committed tells that a revision was committed at a time in milliseconds since
// 1970. Who is connected now is expected to apply it.
func (r *Registry) Committed(e Environment, revision, at int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.environmentLocked(e)
	known.loaded = true
	r.openLocked(known, revision, at)
	if r.sharing && len(r.tidings) < maxTold {
		r.tidings = append(r.tidings, Commit{e.ID, revision, at})
	}
}

// openLocked notes a revision. Who is to apply it is asked later: while it is on
// its way to all of them there are better things to do.
func (r *Registry) openLocked(e *environment, revision, at int64) {
	if revision <= e.newest {
		return
	}
	e.newest = revision
	e.commits = append(e.commits, commit{revision, at})
	r.unsettled.Add(1)
	r.moved = true
}

// settle makes rounds of all commits. It must come before anybody joins or
// leaves: then who is connected is still who was.
func (r *Registry) settle() {
	if r.unsettled.Load() == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
}

func (r *Registry) settleLocked() {
	if r.unsettled.Load() == 0 {
		return
	}
	for _, e := range r.environments {
		r.unsettled.Add(-int64(len(e.commits)))
		for _, c := range e.commits {
			r.followLocked(e, c)
		}
		e.commits = nil
	}
}

// followLocked makes a round of a commit.
func (r *Registry) followLocked(e *environment, c commit) {
	opened := &round{environment: e, revision: c.revision, committedAt: c.at, dirty: true}
	for _, i := range r.presentLocked(e, c.at) {
		opened.expected++
		if i.has < c.revision {
			r.expectLocked(opened, i)
			continue
		}
		opened.applied++ // its report was faster than the news of the commit
		opened.time(i, i.hasAt)
	}
	e.rounds = append(e.rounds, opened)
	for len(e.rounds) > maxRounds || r.pending > maxPending && len(e.rounds) > 1 {
		r.closeLocked(e)
	}
}

// presentLocked lists the instances of an environment that are connected, by
// themselves or through a relay.
func (r *Registry) presentLocked(e *environment, now int64) []*instance {
	r.askLocked(e)
	if e.relayed == 0 {
		return e.direct
	}
	list := slices.Clone(e.direct)
	for _, i := range e.members {
		if i != nil && i.throughRelay(now) {
			list = append(list, i)
		}
	}
	return list
}

// askLocked brings up to date who is connected here. To list ten thousand takes
// as long as to send a hundred of them a change, so it is done only when they
// are others.
func (r *Registry) askLocked(e *environment) {
	membership := r.connected.Membership()
	if e.asked && e.membership == membership {
		return
	}
	e.direct, e.asked, e.membership = nil, true, membership
	r.connected.Programs(e.Project, e.Key, func(p presence.Instance) {
		i := r.knownLocked(e, p.Caller, p.LastSeen)
		if i == nil {
			return
		}
		i.connects()
		i.grace = graceStream.Milliseconds()
		if p.Transport == presence.Poll {
			i.grace = gracePoll.Milliseconds()
		}
		e.direct = append(e.direct, i)
	})
}

// connects notes that the instance connects here, rather than through a relay.
func (i *instance) connects() {
	if !i.direct {
		i.direct = true
		i.environment.relayed--
	}
}

// throughRelay says whether the instance counts as connected through a relay.
func (i *instance) throughRelay(now int64) bool {
	return !i.direct && now-i.heardAt <= relayed.Milliseconds()
}

// closeLocked follows the oldest revision of an environment no more. Who is
// pending in it stays so in its receipt.
func (r *Registry) closeLocked(e *environment) {
	oldest := e.rounds[0]
	if oldest.dirty {
		r.closed = append(r.closed, oldest.record())
	}
	for i := range oldest.waited() {
		i.pending--
		r.pending--
	}
	e.rounds[0] = nil
	e.rounds = e.rounds[1:]
}

// tell wakes who waits when something has changed, also when all that happened
// is that a grace has passed.
func (r *Registry) tell() {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	for _, e := range r.environments {
		for _, round := range e.rounds {
			if !round.late && round.overdue(now) {
				round.late, r.moved = true, true
			}
		}
	}
	if r.moved {
		r.moved = false
		close(r.changed)
		r.changed = make(chan struct{})
	}
}

// sweep forgets instances that are gone and receipts that are too old.
func (r *Registry) sweep() {
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settleLocked()
	for _, e := range r.environments {
		for len(e.rounds) > 0 && now-e.rounds[0].committedAt > Kept.Milliseconds() {
			r.closeLocked(e)
		}
	}
	for id, i := range r.instances {
		keep := forget
		if len(i.overrides) > 0 {
			keep = forgetOverrides
		}
		if i.pending > 0 || now-i.heardAt <= keep.Milliseconds() || r.connectedLocked(i, now) {
			continue
		}
		if len(i.overrides) > 0 {
			r.overrideLocked(id, i, nil)
		}
		i.environment.dismiss(i)
		i.environment.asked = false
		delete(r.instances, id)
	}
}

// connectedLocked says whether the instance is connected, and notes when it was
// last heard of.
func (r *Registry) connectedLocked(i *instance, now int64) bool {
	if p, ok := r.connected.Program(i.environment.Project, i.environment.Key, i.caller.Instance); ok {
		i.heardAt = max(i.heardAt, p.LastSeen)
		return true
	}
	return i.throughRelay(now)
}

// Save hands all that changed to the Sink. When that fails it is kept for the
// next time. Only Run calls it while Run runs.
func (r *Registry) Save(ctx context.Context) error {
	return r.save(ctx, func(*round, int64) bool { return true })
}

// save hands over the rounds that are chosen, and all else that changed.
func (r *Registry) save(ctx context.Context, choose func(in *round, now int64) bool) error {
	if r.opts.Room != nil && !r.opts.Room() {
		return nil
	}
	now := clock.Millis(r.opts.Clock)
	r.mu.Lock()
	r.settleLocked()
	changes := Changes{Receipts: r.closed}
	var saving []*round
	for _, e := range r.environments {
		for _, round := range e.rounds {
			if round.dirty && choose(round, now) {
				round.dirty = false
				saving = append(saving, round)
				changes.Receipts = append(changes.Receipts, round.record())
			}
		}
	}
	overrides := r.overrides
	for _, o := range overrides {
		changes.Overrides = append(changes.Overrides, o)
	}
	closed := r.closed
	r.closed, r.overrides = nil, map[identity]Override{}
	r.mu.Unlock()

	if changes.empty() {
		return nil
	}
	err := r.sink.SaveReceipts(ctx, changes)
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, round := range saving {
		round.dirty = true
	}
	r.closed = slices.Concat(closed, r.closed)
	r.closed = r.closed[max(0, len(r.closed)-maxRounds):]
	for id, o := range overrides {
		if _, later := r.overrides[id]; !later {
			r.overrides[id] = o
		}
	}
	return fmt.Errorf("save receipts: %w", err)
}
