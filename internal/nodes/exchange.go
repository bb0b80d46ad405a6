package nodes

import (
	"cmp"
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
)

const (
	turnEvery = time.Second
	beatEvery = 5 * time.Second
	// Silent is without a sign of life for two beats. What a server told is shown
	// until Lost: whoever streamed from it has been elsewhere for long by then.
	Silent = 2*beatEvery + turnEvery
	Lost   = presence.Lost
	// Kept is for how long after its last sign of life a server is counted.
	Kept = 10 * time.Minute
	// Told is how long what was told can be read.
	Told = time.Minute
	// patience is for one turn.
	patience = 10 * time.Second
	leaving  = 2 * time.Second
)

// Node is a server of the store.
type Node struct {
	ID        string        // of the process
	Name      string        // for people
	SecretKey string        // fingerprint of the secret key that it has opened the sealed secrets with; "" is none
	Asks      int64         // grows when it asks for everything
	Newest    int64         // number of what it told last; 0 is nothing
	Age       time.Duration // of its last sign of life
}

// Silent says whether it was not heard of for so long that something is wrong
// with it. One that stops in order is not silent: it is gone.
func (n Node) Silent() bool { return n.Age >= Silent }

// Entry is what a server told at a time.
type Entry struct {
	Number int64
	Age    time.Duration
	Body   []byte
}

// Store is where servers meet. Ages are by its clock.
type Store interface {
	// Nodes lists the other servers that gave a sign of life not longer ago than
	// Kept, and says whether this one is known.
	Nodes(ctx context.Context, id string) (others []Node, known bool, err error)
	// Told returns what a server told after a number, in order.
	Told(ctx context.Context, id string, after int64) ([]Entry, error)
	// Tell gives a sign of life, with what the server tells unless body is nil.
	// What has a number that was told already is not told again.
	Tell(ctx context.Context, self Node, body []byte) error
	// Leave says that the server stops.
	Leave(ctx context.Context, id string) error
}

// Options are the optional inputs.
type Options struct {
	Name      string // of this server, for people
	SecretKey string // fingerprint of the secret key that it has opened the sealed secrets with
	Logger    *slog.Logger
	Clock     clock.Clock
}

// Exchange is one server's part. Its goroutine is Run.
type Exchange struct {
	store    Store
	presence *presence.Registry
	receipts *receipts.Registry
	opts     Options
	me       Node // as New made it

	// Of Run.
	self   Node
	peers  map[string]*peer
	unsent *batch
	owe    bool      // somebody needs everything
	told   time.Time // when the store last took a sign of life

	mu     sync.Mutex
	others []Node    // guarded by mu
	asOf   time.Time // guarded by mu: when the store was asked for them
}

// peer is another server as far as it was heard.
type peer struct{ asks, newest int64 }

// New returns an Exchange that has heard nobody.
func New(store Store, p *presence.Registry, r *receipts.Registry, opts Options) *Exchange {
	opts.Logger = cmp.Or(opts.Logger, slog.Default())
	if opts.Clock == nil {
		opts.Clock = clock.System{}
	}
	me := Node{ID: rand.Text(), Name: opts.Name, SecretKey: opts.SecretKey}
	return &Exchange{store: store, presence: p, receipts: r, opts: opts, me: me, self: me, peers: map[string]*peer{}}
}

// Self is this server, by its names only. It is safe for any goroutine.
func (x *Exchange) Self() Node { return x.me }

// Others lists the other servers that are there, or were within Kept, with their
// ages now: while the store cannot be asked, nobody is heard of. It is safe for any
// goroutine.
func (x *Exchange) Others() []Node {
	x.mu.Lock()
	defer x.mu.Unlock()
	since := time.Since(x.asOf)
	others := slices.Clone(x.others)
	for i := range others {
		others[i].Age += since
	}
	return others
}

// Run listens and tells until ctx ends; then it takes its leave.
func (x *Exchange) Run(ctx context.Context) error {
	ticker := time.NewTicker(turnEvery)
	defer ticker.Stop()
	for {
		x.turn(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaving)
			defer cancel()
			if err := x.store.Leave(last, x.self.ID); err != nil {
				x.opts.Logger.DebugContext(last, "other nodes not told of the stop", "error", err)
			}
			return nil
		case <-ticker.C:
		}
	}
}

// turn listens and tells once. A failure is told again by everything that needs
// the store, so here it is only noted.
func (x *Exchange) turn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := x.listen(ctx)
	if err == nil {
		err = x.tell(ctx)
	}
	if err != nil && ctx.Err() == nil {
		x.opts.Logger.DebugContext(ctx, "nothing exchanged with other nodes", "error", err)
	}
}

func (x *Exchange) listen(ctx context.Context) error {
	nodes, known, err := x.store.Nodes(ctx, x.self.ID)
	if err != nil {
		return err
	}
	x.note(nodes)
	if !known {
		x.told, x.owe = time.Time{}, true // at the start, or taken for dead
	}
	now := clock.Millis(x.opts.Clock)
	there := map[string]bool{}
	for _, n := range nodes {
		if n.Age >= Lost {
			continue
		}
		there[n.ID] = true
		if err := x.hear(ctx, n); err != nil {
			return err
		}
		x.presence.Heard(n.ID, now-n.Age.Milliseconds())
	}
	for id := range x.peers {
		if !there[id] {
			delete(x.peers, id)
			x.presence.Forget(id)
		}
	}
	x.presence.Share(len(x.peers) > 0)
	x.receipts.Share(len(x.peers) > 0)
	return nil
}

func (x *Exchange) note(others []Node) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.others, x.asOf = others, time.Now()
}

// hear takes what a server told since it was last heard.
func (x *Exchange) hear(ctx context.Context, n Node) error {
	p := x.peers[n.ID]
	if p == nil {
		p = &peer{asks: n.Asks}
		x.peers[n.ID], x.owe = p, true
	}
	if p.asks != n.Asks {
		p.asks, x.owe = n.Asks, true
	}
	if n.Newest <= p.newest {
		return nil
	}
	entries, err := x.store.Told(ctx, n.ID, p.newest)
	if err != nil {
		return err
	}
	whole := len(entries) > 0 && entries[0].Number == p.newest+1
	for _, e := range entries {
		p.newest = e.Number
		b, err := decode(e.Body, clock.Millis(x.opts.Clock)-e.Age.Milliseconds())
		if err != nil { // by another version, perhaps: the rest is heard all the same
			x.opts.Logger.WarnContext(ctx, "what another node told cannot be read", "node", n.ID, "number", e.Number, "error", err)
			continue
		}
		whole = whole || b.presence.All
		x.presence.Hear(n.ID, b.presence) // first: what is reported needs to know by whom
		x.receipts.Hear(b.words, b.commits)
	}
	if !whole {
		x.self.Asks, x.told = x.self.Asks+1, time.Time{}
	}
	p.newest = max(p.newest, n.Newest)
	return nil
}

// tell hands over what is new, or gives a sign of life when it is time.
func (x *Exchange) tell(ctx context.Context) error {
	quiet := time.Since(x.told)
	if quiet > Lost/2 {
		x.owe = true // others may have forgotten this server
	}
	if x.unsent == nil && len(x.peers) > 0 {
		x.unsent = x.gather()
	}
	if x.unsent == nil && quiet < beatEvery {
		return nil
	}
	self, body := x.self, []byte(nil)
	if x.unsent != nil {
		self.Newest++
		var err error
		if body, err = x.unsent.encode(clock.Millis(x.opts.Clock)); err != nil {
			return err
		}
	}
	if err := x.store.Tell(ctx, self, body); err != nil {
		return err // what is unsent goes with the next turn, under the same number
	}
	x.self, x.unsent, x.told = self, nil, time.Now()
	return nil
}

// gather is what is new; nil is nothing. Reports come first: who is named in
// them has been connected before.
func (x *Exchange) gather() *batch {
	all := x.owe
	x.owe = false
	b := &batch{}
	b.words, b.commits = x.receipts.News(all)
	b.presence = x.presence.News(all)
	if len(b.words)+len(b.commits) == 0 && b.presence.Empty() {
		return nil
	}
	return b
}
