package burgee

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"burgee.dev/burgee/sdk/internal/backoff"
	"burgee.dev/burgee/sdk/internal/sse"
	"burgee.dev/burgee/sdk/ruleset"
)

const (
	failuresBeforePolling = 3 // the last of them after a poll that worked
	failureWindow         = 60 * time.Second
	streamRetry           = 5 * time.Minute  // while polling works and streaming does not
	muteAfter             = 30 * time.Second // the server says something at once, and each 25 s
	maxSpreadMS           = 120_000
)

// follower keeps a client's configuration up to date. It belongs to one
// goroutine, the one that runs it.
type follower struct {
	client    *Client
	policy    backoff.Policy
	failures  []time.Time // failed streams of the last failureWindow
	asks      bool        // one poll comes next, to find out whether the server is there
	answers   bool        // it was, between two failed streams
	pollUntil time.Time   // no streaming before this; zero while streams are trusted
	givenUp   error       // why not, until it is said
	lost      bool        // a lost connection was reported
	whole     bool        // the next stream asks for a whole snapshot
	resynced  time.Time   // when one was last asked for
}

func newFollower(c *Client) *follower {
	return &follower{client: c, policy: backoff.Policy{Random: rand.Float64}}
}

// run follows the server until ctx ends.
func (f *follower) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait := f.round(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// round tries once, by stream or by poll, and returns how long to wait before
// the next try.
func (f *follower) round(ctx context.Context) time.Duration {
	asks := f.asks
	if f.client.set.streaming && !asks && !time.Now().Before(f.pollUntil) {
		return f.stream(ctx)
	}
	f.asks = false
	err := f.poll(ctx)
	switch {
	case ctx.Err() != nil:
		return 0
	case err != nil: // the server is away, not the stream
		f.trustStreams()
		return f.failed(err)
	}
	f.policy.Reset()
	if asks {
		f.answers = true
		return f.policy.AfterFailure(0)
	}
	if f.givenUp != nil {
		f.client.log.Warn("burgee: streaming does not work here; polling instead", "every", f.client.set.interval, "error", f.givenUp)
		f.givenUp = nil
	}
	return jittered(f.client.set.interval)
}

// visit is one stream: when it was opened, and when it was last heard.
type visit struct{ opened, heard time.Time }

// healthy says whether it showed life for long enough to be trusted again.
func (v visit) healthy() bool { return v.heard.Sub(v.opened) >= backoff.Healthy }

// mute says whether something holds streams back, such as a proxy that waits for
// their end. That needs no three attempts to be known.
func (v visit) mute() bool {
	return v.heard.IsZero() && !v.opened.IsZero() && time.Since(v.opened) >= muteAfter
}

func (f *follower) stream(ctx context.Context) time.Duration {
	lastID := f.client.id()
	if f.whole {
		lastID = ""
	}
	var v visit
	err := f.client.transport.stream(ctx, lastID, func() { v.opened = time.Now() }, func(e sse.Event) error {
		v.heard = time.Now()
		return f.handle(e)
	})
	if ctx.Err() != nil {
		return 0
	}
	if v.healthy() {
		f.policy.Reset()
		f.trustStreams()
	}
	return f.afterStream(v, err)
}

// afterStream says how long to wait after a stream that ended with err.
func (f *follower) afterStream(v visit, err error) time.Duration {
	away, isAway := errors.AsType[*goAway](err)
	refused, isRefusal := errors.AsType[*refusal](err)
	misfit, isMisfit := errors.AsType[*misfit](err)
	switch {
	case isAway:
		f.disconnected(err)
		f.trustStreams()
		if away.spread > 0 {
			f.policy.Spread(away.spread)
		}
		return f.policy.AfterHealthy()
	case isRefusal && refused.keyRefused():
		return f.failed(err)
	case isMisfit && f.resync(misfit):
		return 0
	case !isMisfit && v.healthy():
		f.disconnected(err)
		return f.policy.AfterHealthy()
	}
	return f.afterFailedStream(v, err)
}

// afterFailedStream has a poll find out which of the two is away: the server, as in
// a restart behind a proxy, which answers 502 meanwhile, or only the stream.
func (f *follower) afterFailedStream(v visit, err error) time.Duration {
	failures := f.countFailure()
	fellBack := !f.pollUntil.IsZero()
	switch {
	case fellBack || v.mute() || f.answers && failures >= failuresBeforePolling:
		if !fellBack {
			f.givenUp = err
		}
		f.pollUntil = time.Now().Add(streamRetry + retryAfter(err))
	case failures >= failuresBeforePolling-1:
		f.asks = true
	default:
		return f.failed(err)
	}
	wait := retryAfter(err)
	if wait > 0 { // else a poll tells at once
		f.disconnected(err)
	}
	return wait
}

// trustStreams forgets what spoke against them.
func (f *follower) trustStreams() {
	f.failures, f.answers, f.pollUntil, f.givenUp = f.failures[:0], false, time.Time{}, nil
}

// misfit ends a stream on which something came that does not follow from what
// is here.
type misfit struct{ cause error }

func (m *misfit) Error() string { return m.cause.Error() }
func (m *misfit) Unwrap() error { return m.cause }

// resync notes that the next stream asks for a whole snapshot, and reports
// whether it may do so at once: that it did not within the last minute.
func (f *follower) resync(m *misfit) (atOnce bool) {
	c := f.client
	c.resyncs.Add(1)
	c.log.Warn("burgee: what the server sent does not follow from what is here; asking for all of it", "revision", c.revision(), "error", m.cause)
	now := time.Now()
	atOnce = f.resynced.IsZero() || now.Sub(f.resynced) >= backoff.Healthy
	f.whole, f.resynced = true, now
	return atOnce
}

// goAway ends a stream at the server's wish.
type goAway struct{ spread time.Duration }

func (*goAway) Error() string { return "the server is going away" }

var errRevoked = &refusal{Status: 401, Code: "key_revoked", Detail: "the key was revoked"}

// handle takes one event or comment in. An error ends the stream.
func (f *follower) handle(event sse.Event) error {
	f.client.heard()
	switch event.Name {
	case "full":
		return f.take(event, takeFull(event.Data))
	case "delta":
		return f.take(event, takeDelta(event.Data))
	case "uptodate":
		if event.ID != "" && event.ID != f.client.id() {
			return &misfit{fmt.Errorf("the server takes revision %q for the newest one here, which is %q", event.ID, f.client.id())}
		}
		f.client.confirm()
		f.connected()
	case "spread":
		f.policy.Spread(spreadOf(event.Data))
	case "goaway":
		return &goAway{spreadOf(event.Data)}
	case "revoked":
		return errRevoked
	}
	return nil
}

// take applies what an event carries. An event that says another id than what
// it carries, or than what is here, was made for somebody else.
func (f *follower) take(event sse.Event, next step) error {
	if _, err := f.client.apply(next, sourceStream); err != nil {
		return &misfit{err}
	}
	if event.ID != "" && event.ID != f.client.id() && event.ID != idOf(event.Data) {
		return &misfit{fmt.Errorf("the event %q does not lead to the revision that it names", event.ID)}
	}
	f.whole = false
	f.connected()
	return nil
}

// idOf reads the id of the revision that a snapshot or a delta leads to.
func idOf(payload []byte) string {
	line, _, _ := bytes.Cut(payload, []byte("\n"))
	var h ruleset.Header
	_ = json.Unmarshal(line, &h) // it was read before; without an id nothing fits
	return h.ID()
}

// spreadOf reads the time over which clients come back; 0 when there is none.
func spreadOf(data []byte) time.Duration {
	var hint struct {
		Spread int64 `json:"spread_ms"`
	}
	_ = json.Unmarshal(data, &hint)
	return time.Duration(min(max(hint.Spread, 0), maxSpreadMS)) * time.Millisecond
}

func (f *follower) poll(ctx context.Context) error {
	_, err := f.client.fetch(ctx, "poll")
	if err == nil {
		f.whole = false
		f.connected()
	}
	return err
}

// failed says how long to wait after err.
func (f *follower) failed(err error) time.Duration {
	f.disconnected(err)
	if refused, ok := errors.AsType[*refusal](err); ok && refused.keyRefused() {
		return jittered(backoff.Refused)
	}
	return f.policy.AfterFailure(retryAfter(err))
}

// retryAfter is the server's own wish, where err carries one.
func retryAfter(err error) time.Duration {
	if refused, ok := errors.AsType[*refusal](err); ok {
		return refused.RetryAfter
	}
	return 0
}

// countFailure notes a failed stream and returns how many there were of late.
func (f *follower) countFailure() int {
	now := time.Now()
	kept := f.failures[:0]
	for _, at := range f.failures {
		if now.Sub(at) < failureWindow {
			kept = append(kept, at)
		}
	}
	if len(kept) == 0 {
		f.answers = false
	}
	f.failures = append(kept, now)
	return len(f.failures)
}

// connected notes that the server was heard, and says so once.
func (f *follower) connected() {
	c := f.client
	if !c.setConnected() {
		return
	}
	f.lost = false
	c.onStatus.tell(c.Status())
	conf := c.current.Load()
	if conf == nil {
		return
	}
	h := conf.snapshot.Header()
	c.log.Info("burgee: connected", "url", c.set.url, "project", h.Project, "environment", h.Environment,
		"revision", h.Revision, "flags", len(conf.snapshot.Keys()), "application", c.set.application)
}

// disconnected notes that the server was lost, and says so once.
func (f *follower) disconnected(err error) {
	c := f.client
	c.setDisconnected(err)
	if f.lost {
		return
	}
	f.lost = true
	c.onStatus.tell(c.Status())
	if refused, ok := errors.AsType[*refusal](err); ok && refused.keyRefused() {
		c.log.Error(fmt.Sprintf("burgee: key %s was refused: %s", masked(c.set.key), first(refused.Detail, refused.Title)), "url", c.set.url)
		return
	}
	if conf := c.current.Load(); conf != nil {
		c.log.Warn("burgee: connection lost; the last configuration is served, retrying",
			"url", c.set.url, "revision", conf.snapshot.Revision(), "error", err)
	}
}

func jittered(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
