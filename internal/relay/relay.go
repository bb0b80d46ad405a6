package relay

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Options say what a Relay carries and from where.
type Options struct {
	Upstream   string   // the address of a server or relay, without a slash at its end
	Token      string   // of scope relay
	Dir        string   // where everything is kept; made when absent
	VerifyKeys []string // public keys whose signatures count; none trusts what upstream names first
	Version    string   // of this program
	Logger     *slog.Logger
	Clock      clock.Clock
}

// Relay holds what upstream has. Make it with Open and call Run once; the other
// methods are for any goroutine.
type Relay struct {
	up    *upstream
	disk  folder
	trust ruleset.Trust
	log   *slog.Logger
	clock clock.Clock

	announce func()        // set by Announce before Run
	look     chan struct{} // capacity 1: ask for the list; a full channel means that it is due anyway
	dirty    chan struct{} // capacity 1: write to disk; the same

	mu      sync.Mutex
	held    map[place]*held // guarded by mu
	nextID  int64           // guarded by mu
	listed  bool            // guarded by mu: upstream has said what there is since the start
	refused string          // guarded by mu: why upstream refuses the token; "" while it does not
	away    string          // guarded by mu: why the list could not be read last time
	unsaved string          // guarded by mu: why the disk could not be written last time
	gone    []place         // guarded by mu: what is no longer held and still on disk
}

// saveEvery is the least time between two writes of the folder.
const saveEvery = time.Second

// Open reads what the folder holds. It asks upstream for nothing yet; Run does.
func Open(o Options) (*Relay, error) {
	trust, err := ruleset.Pinned(o.VerifyKeys)
	if err != nil {
		return nil, fault.New(fault.Invalid, "verify_keys", "--verify-keys: %v", err)
	}
	disk, err := openFolder(o.Dir)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "relay_folder", "The folder %s cannot be used: %v", o.Dir, err)
	}
	r := &Relay{
		up: newUpstream(o.Upstream, o.Token, o.Version), disk: disk, trust: trust,
		log: cmp.Or(o.Logger, slog.Default()), clock: o.Clock,
		announce: func() {},
		look:     make(chan struct{}, 1), dirty: make(chan struct{}, 1),
		held: map[place]*held{},
	}
	if r.clock == nil {
		r.clock = clock.System{}
	}
	kept, problems := disk.load(trust)
	for _, h := range kept {
		r.add(h)
	}
	for _, problem := range problems {
		r.log.Warn("a stored environment cannot be used; it comes again from upstream", "error", problem)
	}
	return r, nil
}

// Announce sets what is called after each change of what is held. Call it before
// Run.
func (r *Relay) Announce(announce func()) { r.announce = announce }

func (r *Relay) now() time.Time { return r.clock.Now() }

// add gives an environment its id.
func (r *Relay) add(h *held) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nextID++
	h.id = r.nextID
	r.held[h.place] = h
}

// Run follows upstream until ctx ends, and then writes what is not on disk yet.
func (r *Relay) Run(ctx context.Context) error {
	following := newCrew(ctx)
	for _, h := range r.all() {
		following.start(h.place, (&follower{relay: r, held: h}).run)
	}
	var saving sync.WaitGroup
	saving.Go(func() { r.keepSaving(ctx) })
	r.keepLooking(ctx, following)
	following.stopAll()
	saving.Wait()
	r.save()
	return nil
}

// keepLooking asks for the list of environments until ctx ends.
func (r *Relay) keepLooking(ctx context.Context, following *crew) {
	var p pace
	for {
		list, err := r.up.list(ctx)
		if ctx.Err() != nil {
			return
		}
		wait := around(lookEvery)
		r.noteList(err)
		if err == nil {
			p.failures = 0
			r.reconcile(list, following)
		} else {
			wait = p.afterFailure(err)
		}
		if !r.rest(ctx, wait) {
			return
		}
	}
}

// rest waits for the next look. Whoever asks for one early has it after a
// moment: many streams may end together.
func (r *Relay) rest(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	case <-r.look:
		return pause(ctx, firstCeiling)
	}
}

// lookAgain asks for the list soon.
func (r *Relay) lookAgain() { poke(r.look) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// noteList keeps how the list was answered, and logs what is news.
func (r *Relay) noteList(err error) {
	r.mu.Lock()
	refusedBefore, awayBefore := r.refused, r.away
	r.refused, r.away = "", ""
	switch {
	case err == nil:
	case tokenRefused(err):
		r.refused = err.Error()
	default:
		r.away = err.Error()
	}
	refused, away := r.refused, r.away
	r.mu.Unlock()
	switch {
	case refused != "" && refusedBefore == "":
		r.log.Error("upstream refuses the relay's token; what is here is served, and nothing new comes", "error", err)
	case away != "" && awayBefore == "" && refusedBefore == "":
		r.log.Warn("upstream does not answer", "error", err)
	case refused == "" && refusedBefore != "" && err == nil:
		r.log.Info("upstream takes the relay's token again")
	}
}

// reconcile follows what is new on the list and stops serving what is not on it.
func (r *Relay) reconcile(list []place, following *crew) {
	list = slices.DeleteFunc(list, func(p place) bool { return p.Project == "" || p.Environment == "" })
	for _, h := range r.all() {
		if slices.Contains(list, h.place) {
			continue
		}
		following.stop(h.place)
		r.mu.Lock()
		delete(r.held, h.place)
		r.gone = append(r.gone, h.place)
		r.mu.Unlock()
		poke(r.dirty)
		r.log.Warn("upstream does not list the environment any more; it is served no longer", "project", h.Project, "environment", h.Environment)
	}
	var fresh []*held
	for _, p := range list {
		if r.has(p) {
			continue
		}
		h := &held{place: p, trust: r.trust, replica: ruleset.NewReplica(r.trust)}
		r.add(h)
		fresh = append(fresh, h)
	}
	// Only now: whoever sees one served must see what is still missing too.
	for _, h := range fresh {
		following.start(h.place, (&follower{relay: r, held: h}).run)
	}
	r.mu.Lock()
	r.listed = true
	r.mu.Unlock()
	r.announce()
}

func (r *Relay) has(p place) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.held[p] != nil
}

// news tells delivery and the disk that something changed.
func (r *Relay) news() {
	r.announce()
	poke(r.dirty)
}

// Complete says whether a key that opens nothing here is wrong: since the start
// upstream has said which environments there are, and the keys of each. Until
// then it may be of another environment, or newer than what the disk held.
func (r *Relay) Complete() bool {
	r.mu.Lock()
	listed := r.listed
	r.mu.Unlock()
	if !listed {
		return false
	}
	return !slices.ContainsFunc(r.all(), func(h *held) bool { return !h.told() })
}

// keepSaving writes changes until ctx ends.
func (r *Relay) keepSaving(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.dirty:
		}
		r.save()
		if !pause(ctx, saveEvery) {
			return
		}
	}
}

// save writes what the disk does not have, and removes what is gone. A disk that
// cannot be written stops nothing: the next change tries again.
func (r *Relay) save() {
	var failed error
	for _, h := range r.all() {
		failed = errors.Join(failed, r.saveOne(h))
	}
	r.mu.Lock()
	gone := r.gone
	r.gone = nil
	r.mu.Unlock()
	for _, p := range gone {
		if !r.has(p) {
			failed = errors.Join(failed, r.disk.remove(p))
		}
	}
	text := ""
	if failed != nil {
		text = failed.Error()
	}
	r.mu.Lock()
	news := r.unsaved == "" && text != ""
	r.unsaved = text
	r.mu.Unlock()
	if news {
		r.log.Error("the relay's folder cannot be written; a restart would serve what was stored before", "error", failed)
	}
}

func (r *Relay) saveOne(h *held) error {
	h.mu.Lock()
	document, keys, now := h.replica.Document(), h.keysText, stamp{h.replica.ID(), h.generation}
	nothing := document == nil || h.generation == 0 || h.stored == now
	h.mu.Unlock()
	if nothing {
		return nil
	}
	snapshot := document.Encode()
	h.forget(len(snapshot))
	h.mu.Lock()
	deltas := slices.Clone(h.recent)
	h.mu.Unlock()
	if err := r.disk.save(h.place, keys, snapshot, deltas); err != nil {
		return err
	}
	h.mu.Lock()
	h.stored = now
	h.mu.Unlock()
	return nil
}

// crew is the followers at work, by place. It is for one goroutine.
type crew struct {
	ctx     context.Context
	working map[place]func() // stops it and waits
}

func newCrew(ctx context.Context) *crew { return &crew{ctx, map[place]func(){}} }

func (c *crew) start(p place, run func(context.Context)) {
	ctx, cancel := context.WithCancel(c.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx)
	}()
	c.working[p] = func() {
		cancel()
		<-done
	}
}

func (c *crew) stop(p place) {
	if stop := c.working[p]; stop != nil {
		stop()
		delete(c.working, p)
	}
}

func (c *crew) stopAll() {
	for p := range c.working {
		c.stop(p)
	}
}
