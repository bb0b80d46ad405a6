package lease

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"
)

// Life is how long a lease is held without being renewed. Others ask
// three times in that time: work is taken over within a third of it after its
// node has stopped, and a third more than it after its node was lost.
const Life = 15 * time.Second

// Fence is what the writes of a holder are checked by.
type Fence struct {
	Name   string // of the lease
	Number int64  // larger with each holder
}

// ErrLost is the error of a write whose Fence is not the newest: somebody else
// holds the lease, or has held it. Nothing was written.
var ErrLost = errors.New("lease: another node has taken over")

// Store keeps leases. Times are of its own clock.
type Store interface {
	// TakeLease takes the lease for a holder, or renews it, for as long as life
	// from now on; false is that somebody else holds it. The number stays the
	// same while nobody else held it.
	TakeLease(ctx context.Context, name, holder string, life time.Duration) (number int64, held bool, err error)
	// ReleaseLease lets others take the lease at once. A Fence that is not the
	// newest releases nothing and is no error.
	ReleaseLease(ctx context.Context, fence Fence) error
}

// Options are a Holder's optional inputs.
type Options struct {
	Logger *slog.Logger
	Life   time.Duration // 0 is Life; it is asked for three times in that time
}

// Holder is one process that would hold a lease. Its goroutine is Run.
type Holder struct {
	store Store
	name  string
	id    string // of this process, new at each start
	opts  Options
	held  atomic.Int64 // the Fence's number while the work runs, else 0
}

// New returns a Holder of the lease of a name, which holds nothing yet.
func New(store Store, name string, opts Options) *Holder {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	opts.Life = cmp.Or(opts.Life, Life)
	return &Holder{store: store, name: name, id: rand.Text(), opts: opts}
}

// Held says whether the work runs here. It is safe for any goroutine.
func (h *Holder) Held() bool { return h.held.Load() != 0 }

// Run does the work whenever this process holds the lease, until ctx ends; then
// it gives the lease back. The context of the work ends when the lease could
// not be renewed in time. Work that returns before is begun again at the next
// renewal, after a failure and after ErrLost too; it shall return once its
// context has ended. Where it panics the lease is given back and Run panics, in the
// goroutine of its caller.
func (h *Holder) Run(ctx context.Context, work func(ctx context.Context, fence Fence) error) error {
	ticker := time.NewTicker(h.opts.Life / 3)
	defer ticker.Stop()
	for ctx.Err() == nil { // select does not prefer the end
		if fence, until, held := h.take(ctx); held {
			h.hold(ctx, ticker, fence, until, work)
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
	return nil
}

// take asks for the lease. until is when it ends at the earliest, by this
// machine's running time.
func (h *Holder) take(ctx context.Context) (fence Fence, until time.Time, held bool) {
	asked := time.Now()
	number, held, err := h.store.TakeLease(ctx, h.name, h.id, h.opts.Life)
	if err != nil && ctx.Err() == nil {
		h.opts.Logger.DebugContext(ctx, "lease not asked for", "lease", h.name, "error", err)
	}
	return Fence{h.name, number}, asked.Add(h.opts.Life), held && err == nil
}

// hold runs the work once and renews the lease meanwhile. It returns when the
// work has.
func (h *Holder) hold(ctx context.Context, ticker *time.Ticker, fence Fence, until time.Time, work func(context.Context, Fence) error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h.held.Store(fence.Number)
	defer h.held.Store(0)
	done := make(chan outcome, 1) // capacity 1: the one answer never waits
	go func() { done <- outcomeOf(func() error { return work(ctx, fence) }) }()
	end := time.NewTimer(time.Until(until))
	defer end.Stop()
	for {
		select {
		case o := <-done:
			h.ended(ctx, fence, o)
			return
		case <-end.C:
			h.opts.Logger.WarnContext(ctx, "lease not renewed; its work ends here", "lease", h.name)
			cancel()
			h.ended(ctx, fence, <-done)
			return
		case <-ctx.Done():
			h.ended(ctx, fence, <-done)
			return
		case <-ticker.C:
			next, until, held := h.take(ctx)
			if held && next == fence {
				end.Reset(time.Until(until))
			} else if held {
				end.Reset(0) // somebody held it between; this is a new beginning
			}
		}
	}
}

// releasePatience is how long giving a lease back may take; else it ends by itself.
const releasePatience = 2 * time.Second

// outcome is how work ended.
type outcome struct {
	err      error
	panicked string // with what, and where; "" is not
}

func outcomeOf(work func() error) (o outcome) {
	defer func() {
		if value := recover(); value != nil {
			o.panicked = fmt.Sprintf("%v\n%s", value, debug.Stack())
		}
	}()
	return outcome{err: work()}
}

// ended gives the lease back. A panic of the work goes on in the goroutine of Run,
// where it is the caller's to survive.
func (h *Holder) ended(ctx context.Context, fence Fence, o outcome) {
	if err := o.err; err != nil && !errors.Is(err, ErrLost) && ctx.Err() == nil {
		h.opts.Logger.WarnContext(ctx, "work under a lease failed; it is tried again", "lease", h.name, "error", err)
	}
	h.release(ctx, fence)
	if o.panicked != "" {
		panic(o.panicked)
	}
}

func (h *Holder) release(ctx context.Context, fence Fence) {
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), releasePatience)
	defer cancel()
	if err := h.store.ReleaseLease(fresh, fence); err != nil {
		h.opts.Logger.DebugContext(fresh, "lease not given back", "lease", h.name, "error", err)
	}
}

// Once does the work if this process can take the lease, and gives the lease back:
// for what has to be done seldom, with no lease held meanwhile. held is false where
// somebody else holds it. The context of the work ends with the lease's life.
func (h *Holder) Once(ctx context.Context, work func(ctx context.Context, fence Fence) error) (held bool, err error) {
	fence, until, held := h.take(ctx)
	if !held {
		return false, nil
	}
	h.held.Store(fence.Number)
	defer h.held.Store(0)
	bound, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	err = work(bound, fence)
	h.release(ctx, fence)
	return true, err
}

// Each is work that runs a job at once and then at each interval. A failure
// ends it, so that it is tried again, here or elsewhere.
func Each(interval time.Duration, job func(ctx context.Context, fence Fence) error) func(context.Context, Fence) error {
	return func(ctx context.Context, fence Fence) error {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			if err := job(ctx, fence); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
	}
}
