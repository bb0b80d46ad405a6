package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/fault"
)

const (
	// registrationQueue is how many declarations wait at most; a full queue
	// answers 503, and the SDK tries again.
	registrationQueue = 256
	// registrationBatch is how many share one transaction.
	registrationBatch = 64
	// registrationTries is how often a batch is tried while the store is away.
	registrationTries = 10
	registrationPause = time.Second
	registrationTime  = 10 * time.Second
)

// queue hands what programs declare to the control plane in batches, so that
// their set-up never waits for the database.
type queue[T any] struct {
	waiting chan T // capacity registrationQueue; full = refused
	handle  func(context.Context, []T) error
	report  func(outcome string, n int, err error)
}

func newQueue[T any](handle func(context.Context, []T) error, report func(string, int, error)) *queue[T] {
	return &queue[T]{waiting: make(chan T, registrationQueue), handle: handle, report: report}
}

// offer takes one without waiting, or refuses.
func (q *queue[T]) offer(item T) error {
	select {
	case q.waiting <- item:
		return nil
	default:
		return fault.New(fault.Unavailable, "registration_busy",
			"Too many programs register their flags at once; try again").WithRetryAfter(5 * time.Second)
	}
}

// run handles what comes until it is stopped, and then what waits still.
func (q *queue[T]) run(ctx context.Context) error {
	for {
		select {
		case item := <-q.waiting:
			q.deliver(ctx, q.batch(item))
		case <-ctx.Done():
			for len(q.waiting) > 0 {
				q.deliver(ctx, q.batch(<-q.waiting))
			}
			return nil
		}
	}
}

// batch takes what waits beside the first, up to a batch.
func (q *queue[T]) batch(first T) []T {
	items := []T{first}
	for len(items) < registrationBatch {
		select {
		case item := <-q.waiting:
			items = append(items, item)
		default:
			return items
		}
	}
	return items
}

// deliver tries a batch again while the store is away, unless the server stops.
func (q *queue[T]) deliver(ctx context.Context, items []T) {
	var err error
	for range registrationTries {
		if err = q.once(ctx, items); err == nil {
			q.report("done", len(items), nil)
			return
		}
		switch fault.KindOf(err) {
		case fault.Unavailable, fault.NoRoom, fault.Internal:
		default:
			q.report("refused", len(items), err)
			return
		}
		if !pause(ctx, registrationPause) {
			break
		}
	}
	q.report("failed", len(items), err)
}

// once runs to its end even while the server stops.
func (q *queue[T]) once(ctx context.Context, items []T) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), registrationTime)
	defer cancel()
	return q.handle(ctx, items)
}
