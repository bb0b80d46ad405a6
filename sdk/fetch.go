package burgee

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// Fetched tells how getting the configuration went.
type Fetched struct {
	// HasChanges is whether any flag's configuration differs from before;
	// true for the first configuration.
	HasChanges bool
	// Changed are the flags that may serve something else than before, sorted:
	// those whose own configuration differs, and those that may read one of
	// them. Nil where nothing has changed, and where all may have: the first
	// configuration, a target group, or many flags at once.
	Changed []string
	// Source is "stream", "poll" or "fetch", and at the start also "disk" or
	// "bundle".
	Source string
	// Revision is the environment's revision now being served; 0 for none.
	Revision int64
	// Err is why it failed, nil on success.
	Err error
}

// Fetch asks the server for the configuration now, in addition to what the
// stream brings. Calls at the same time share one request. It never panics;
// what went wrong is in Fetched.Err.
func (c *Client) Fetch(ctx context.Context) Fetched {
	if c == nil || c.transport == nil {
		return Fetched{Source: sourceFetch, Err: errors.New("burgee: offline: " + c.Status().problem())}
	}
	changed, err := c.fetch(ctx, sourceFetch)
	return Fetched{HasChanges: changed, Source: sourceFetch, Revision: c.revision(), Err: err}
}

// fetchCall is a request that several callers wait for.
type fetchCall struct {
	done      chan struct{}
	changed   bool
	err       error
	abandoned bool // by the caller whose context it ran with
}

// fetch gets the snapshot and applies it. Simultaneous calls share one
// request, made with the first caller's context; when that one gives up, the
// next asks anew.
func (c *Client) fetch(ctx context.Context, source string) (changed bool, err error) {
	c.mu.Lock()
	if call := c.inFlight; call != nil {
		c.mu.Unlock()
		select {
		case <-call.done:
			if call.abandoned && ctx.Err() == nil {
				return c.fetch(ctx, source)
			}
			return call.changed, call.err
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	call := &fetchCall{done: make(chan struct{})}
	c.inFlight = call
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.inFlight = nil
		c.mu.Unlock()
		close(call.done)
	}()
	call.changed, call.err = c.fetchOnce(ctx, source)
	call.abandoned = call.err != nil && ctx.Err() != nil
	return call.changed, call.err
}

func (c *Client) fetchOnce(ctx context.Context, source string) (bool, error) {
	raw, err := c.transport.snapshot(ctx, c.id())
	if err != nil {
		if ctx.Err() == nil || source == sourceFetch {
			c.onFetched.tell(Fetched{Source: source, Revision: c.revision(), Err: err})
		}
		return false, err
	}
	before := c.current.Load()
	if raw != nil {
		changed, err := c.apply(takeFull(raw), source)
		if err != nil || c.current.Load() != before {
			return changed, err
		}
	} else {
		c.confirm()
	}
	if source == sourceFetch {
		c.onFetched.tell(Fetched{Source: source, Revision: c.revision()})
	}
	return false, nil
}

// notifier calls a user's handler, one call at a time, away from the
// goroutines that keep the configuration up to date.
type notifier[T any] struct {
	name    string // of the handler, as Options has it
	handler func(T)
	log     *slog.Logger
	// queue holds what the handler was not told yet. When a slow handler lets
	// it fill, the newest news waits no longer than the handler needs: older
	// ones are dropped.
	queue chan T
}

func newNotifier[T any](name string, handler func(T), log *slog.Logger) *notifier[T] {
	return &notifier[T]{name, handler, log, make(chan T, 64)}
}

// on says whether anybody listens.
func (n *notifier[T]) on() bool { return n.handler != nil }

func (n *notifier[T]) tell(news T) {
	if !n.on() {
		return
	}
	for {
		select {
		case n.queue <- news:
			return
		default:
		}
		select {
		case <-n.queue:
		default:
		}
	}
}

func (n *notifier[T]) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case news := <-n.queue:
			n.call(news)
		}
	}
}

func (n *notifier[T]) call(news T) {
	defer func() {
		if p := recover(); p != nil {
			n.log.Error("burgee: the "+n.name+" handler panicked", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	n.handler(news)
}
