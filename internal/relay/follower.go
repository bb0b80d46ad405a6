package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// follower keeps one environment up to date. It is for one goroutine.
type follower struct {
	relay *Relay
	held  *held
	pace  pace
	whole bool // the next stream begins with a whole snapshot
	unfit int  // payloads in a row that did not fit
}

// run follows upstream until ctx ends.
func (f *follower) run(ctx context.Context) {
	for {
		wait := f.round(ctx)
		if !pause(ctx, wait) {
			return
		}
	}
}

// round follows one stream to its end and returns how long to wait before the
// next.
func (f *follower) round(ctx context.Context) time.Duration {
	began := f.relay.now()
	err := f.follow(ctx)
	if ctx.Err() != nil {
		return 0
	}
	if f.held.disconnect(err) {
		f.relay.log.Warn("upstream lost; what is here is served", "project", f.held.Project, "environment", f.held.Environment, "error", err)
	}
	var away *goAway
	var misfit *misfitError
	switch {
	case errors.As(err, &away):
		f.pace.failures = 0
		return within(away.spread)
	case errors.As(err, &misfit):
		f.held.reject()
		f.whole = true
		f.unfit++
		if f.unfit == 1 {
			return 0
		}
	case tokenRefused(err):
		f.relay.lookAgain()
	case f.relay.now().Sub(began) >= healthyAfter:
		return f.pace.afterHealthy()
	}
	return f.pace.afterFailure(err)
}

// goAway ends a stream at upstream's wish.
type goAway struct{ spread time.Duration }

func (*goAway) Error() string { return "upstream is stopping" }

// misfitError says that what came could not be taken.
type misfitError struct{ error }

func (m *misfitError) Unwrap() error { return m.error }

var (
	errRevoked = &refusal{status: 401, detail: "the token opens the environment no more"}
	errSilent  = fmt.Errorf("upstream was silent for %s", deadAfter)
)

// follow reads one stream until it ends, which is always an error.
func (f *follower) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	dead := time.AfterFunc(deadAfter, func() { cancel(errSilent) })
	defer dead.Stop()
	lastID := f.held.lastID()
	if f.whole {
		lastID = ""
	}
	body, err := f.relay.up.stream(ctx, f.held.place, lastID)
	if err != nil {
		return because(ctx, err)
	}
	defer func() { _ = body.Close() }()
	in := newEvents(alive{body, func() { dead.Reset(deadAfter); f.held.hear(f.relay.now()) }})
	for {
		next, err := in.next()
		if err != nil {
			return because(ctx, err)
		}
		if err := f.handle(next); err != nil {
			return err
		}
	}
}

// because prefers the reason for which ctx ended.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// alive calls heard for each piece that comes in.
type alive struct {
	io.Reader
	heard func()
}

// Read implements io.Reader.
func (a alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if n > 0 {
		a.heard()
	}
	return n, err
}

// handle takes one event. An error ends the stream.
func (f *follower) handle(e event) error {
	switch e.name {
	case "full":
		return f.take(e, f.held.full)
	case "delta":
		return f.take(e, f.held.delta)
	case "uptodate":
		return f.take(e, func([]byte) (bool, error) { return false, nil })
	case "keys":
		changed, err := f.held.setKeys(e.data)
		if err != nil {
			return &misfitError{err}
		}
		if changed {
			f.relay.news()
		}
	case "goaway":
		return &goAway{spreadOf(e.data)}
	case "revoked":
		return errRevoked
	case "spread":
		f.pace.spread = spreadOf(e.data)
	}
	return nil
}

// take hands a payload on. What does not fit, or leads to another revision than
// the event says, has the whole asked for.
func (f *follower) take(e event, do func([]byte) (bool, error)) error {
	before := f.held.lastID()
	changed, err := do(e.data)
	if err != nil {
		return &misfitError{err}
	}
	if changed || e.name == "uptodate" {
		if id := f.held.lastID(); e.id != id {
			return &misfitError{fmt.Errorf("the event is of revision %q and leads from %q to %q", e.id, before, id)}
		}
	}
	if e.name == "uptodate" {
		f.held.confirm()
	}
	f.whole, f.unfit = false, 0
	if f.held.connect(f.relay.now()) {
		f.relay.log.Info("following upstream", "project", f.held.Project, "environment", f.held.Environment, "revision", f.held.lastID())
	}
	if changed {
		f.relay.news()
	}
	return nil
}

// spreadOf reads {"spread_ms":…}; without it the usual spread holds.
func spreadOf(data []byte) time.Duration {
	hint := struct {
		Spread int64 `json:"spread_ms"`
	}{usualSpread.Milliseconds()}
	_ = json.Unmarshal(data, &hint)
	return time.Duration(min(max(hint.Spread, 0), mostSpread.Milliseconds())) * time.Millisecond
}
