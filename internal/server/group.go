package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// restartAfter is how long a part that panicked rests before it runs again.
const restartAfter = time.Second

// group runs the long-lived parts, each in its goroutine, and stops them one
// by one in the order that the caller says.
type group struct {
	logger  *slog.Logger
	onPanic func(where string)
	failed  chan error // capacity 1: the first failure counts, later ones are logged
}

func newGroup(logger *slog.Logger, onPanic func(string)) *group {
	return &group{logger: logger, onPanic: onPanic, failed: make(chan error, 1)}
}

// part is one running part.
type part struct {
	cancel context.CancelFunc
	done   chan struct{}
}

// start runs a part until it is stopped. An error before that fails the group.
// The part keeps the values of ctx but not its end: stop is the only end.
func (g *group) start(ctx context.Context, name string, run func(context.Context) error) *part {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &part{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			err := g.protect(ctx, name, run)
			if ctx.Err() != nil {
				return
			}
			if errors.Is(err, errPanicked) && pause(ctx, restartAfter) {
				continue
			}
			g.fail(name, err)
			return
		}
	}()
	return p
}

var errPanicked = errors.New("panicked")

func (g *group) protect(ctx context.Context, name string, run func(context.Context) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			g.onPanic(name)
			g.logger.Error("panic", "part", name, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			err = errPanicked
		}
	}()
	return run(ctx)
}

func (g *group) fail(name string, err error) {
	if err == nil {
		err = errors.New("ended by itself")
	}
	select {
	case g.failed <- fmt.Errorf("%s: %w", name, err):
	default:
		g.logger.Error("a part failed", "part", name, "error", err)
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// stop ends a part and waits for it. A nil part was never started.
func (p *part) stop() {
	if p == nil {
		return
	}
	p.cancel()
	<-p.done
}
