package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// registrationQueue is how many declarations wait at most; a full queue answers
// 503, and the SDK tries again.
const registrationQueue = 256

// queue hands what programs declare to the control plane, one after another,
// so that their set-up never waits for the database.
type queue[T any] struct {
	waiting chan T // capacity registrationQueue; full = refused
	handle  func(context.Context, T) error
	report  func(outcome string, err error)
}

func newQueue[T any](handle func(context.Context, T) error, report func(string, error)) *queue[T] {
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
			q.one(context.WithoutCancel(ctx), item)
		case <-ctx.Done():
			q.drain(context.WithoutCancel(ctx))
			return nil
		}
	}
}

func (q *queue[T]) drain(ctx context.Context) {
	for {
		select {
		case item := <-q.waiting:
			q.one(ctx, item)
		default:
			return
		}
	}
}

func (q *queue[T]) one(ctx context.Context, item T) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	err := q.handle(ctx, item)
	switch {
	case err == nil:
		q.report("done", nil)
	case fault.KindOf(err) == fault.Internal || fault.IsKind(err, fault.Unavailable):
		q.report("failed", err)
	default:
		q.report("refused", err)
	}
}
