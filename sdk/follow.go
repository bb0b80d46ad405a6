package burgee

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"burgee.dev/burgee/sdk/internal/backoff"
	"burgee.dev/burgee/sdk/internal/sse"
)

const (
	failuresBeforePolling = 3
	failureWindow         = 60 * time.Second
	streamRetry           = 5 * time.Minute // while polling works and streaming does not
)

// follower keeps a client's configuration up to date. It belongs to one
// goroutine, the one that runs it.
type follower struct {
	client    *Client
	policy    backoff.Policy
	failures  []time.Time // failed streams of the last failureWindow
	pollUntil time.Time   // no streaming before this
	lost      bool        // a lost connection was reported
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
	if f.client.set.streaming && !time.Now().Before(f.pollUntil) {
		return f.stream(ctx)
	}
	err := f.poll(ctx)
	if err == nil {
		f.policy.Reset()
		return jittered(f.client.set.interval)
	}
	f.pollUntil = time.Time{} // the server is away, not the stream
	return f.failed(err)
}

func (f *follower) stream(ctx context.Context) time.Duration {
	var opened time.Time
	err := f.client.transport.stream(ctx, f.client.etag(), func() { opened = time.Now() }, f.handle)
	if ctx.Err() != nil {
		return 0
	}
	f.disconnected(err)
	if away, ok := errors.AsType[*goAway](err); ok {
		f.policy.Spread(away.spread)
		return f.policy.AfterHealthy()
	}
	if !opened.IsZero() && time.Since(opened) >= backoff.Healthy {
		return f.policy.AfterHealthy()
	}
	if f.streamsKeepFailing() && f.poll(ctx) == nil {
		f.pollUntil = time.Now().Add(streamRetry)
		f.policy.Reset()
		f.client.log.Warn("burgee: streaming does not work here; polling instead", "every", f.client.set.interval, "error", err)
		return jittered(f.client.set.interval)
	}
	return f.failed(err)
}

// goAway ends a stream at the server's wish.
type goAway struct{ spread time.Duration }

func (*goAway) Error() string { return "the server is going away" }

var errRevoked = &refusal{Status: 401, Code: "key_revoked", Detail: "the key was revoked"}

func (f *follower) handle(event sse.Event) error {
	switch event.Name {
	case "full":
		if _, err := f.client.apply(event.Data, "stream"); err != nil {
			return err
		}
	case "uptodate":
	case "goaway":
		var hint struct {
			Spread int64 `json:"spread_ms"`
		}
		_ = json.Unmarshal(event.Data, &hint) // without a hint the default spread holds
		return &goAway{time.Duration(min(max(hint.Spread, 0), 120_000)) * time.Millisecond}
	case "revoked":
		return errRevoked
	default:
		return nil
	}
	f.connected()
	return nil
}

func (f *follower) poll(ctx context.Context) error {
	_, err := f.client.fetch(ctx, "poll")
	if err == nil {
		f.connected()
	}
	return err
}

// failed says how long to wait after err.
func (f *follower) failed(err error) time.Duration {
	f.disconnected(err)
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		return f.policy.AfterFailure(0)
	}
	if refused.keyRefused() {
		return jittered(backoff.Refused)
	}
	return f.policy.AfterFailure(refused.RetryAfter)
}

func (f *follower) streamsKeepFailing() bool {
	now := time.Now()
	kept := f.failures[:0]
	for _, at := range f.failures {
		if now.Sub(at) < failureWindow {
			kept = append(kept, at)
		}
	}
	f.failures = append(kept, now)
	return len(f.failures) >= failuresBeforePolling
}

// connected notes that the server was heard, and says so once.
func (f *follower) connected() {
	c := f.client
	if !c.setConnected() {
		return
	}
	f.lost = false
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
