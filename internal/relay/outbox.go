package relay

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// What waits for upstream is bounded by number and size; beyond, the oldest goes.
const (
	maxWaiting      = 20_000
	maxWaitingBytes = 32 << 20
	senders         = 8 // requests at a time
	sendPatience    = 15 * time.Second
	lastSends       = 5 * time.Second // at the stop of the process
)

const eventsPath = "/sdk/v1/events"

// batch is one request for upstream's intake of counts, ready to be sent, as
// often as it takes: its id counts once.
type batch struct {
	query  string
	header http.Header
	body   []byte
}

// Outbox keeps batches of counts until upstream has taken them. Run sends; Add
// never waits. What waits is in memory: an end that is not graceful loses it.
type Outbox struct {
	up  *upstream
	log *slog.Logger

	wake chan struct{} // capacity senders: something waits; a full channel means that all know

	mu      sync.Mutex
	waiting []batch // guarded by mu, like all below; the oldest first
	bytes   int
	stats   OutboxStats
}

// OutboxStats are sums since the start, but for Waiting.
type OutboxStats struct {
	Waiting  int
	Sent     int64 // batches that upstream took
	Refused  int64 // batches that upstream did not take, for a reason that stays
	Dropped  int64 // batches given up because too many waited
	Failures int64 // attempts that failed and are made again
}

// Outbox returns an outbox to the relay's upstream.
func (r *Relay) Outbox() *Outbox {
	return &Outbox{up: r.up, log: r.log, wake: make(chan struct{}, senders)}
}

// Stats returns the sums.
func (o *Outbox) Stats() OutboxStats {
	o.mu.Lock()
	defer o.mu.Unlock()
	stats := o.stats
	stats.Waiting = len(o.waiting)
	return stats
}

// add puts a batch at the end.
func (o *Outbox) add(b batch) {
	o.mu.Lock()
	o.waiting = append(o.waiting, b)
	o.bytes += len(b.body)
	o.trim()
	o.mu.Unlock()
	poke(o.wake)
}

// putBack puts a batch where it was taken from.
func (o *Outbox) putBack(b batch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stats.Failures++
	o.waiting = append([]batch{b}, o.waiting...)
	o.bytes += len(b.body)
	o.trim()
}

// trim gives the oldest up while too much waits. The caller holds mu.
func (o *Outbox) trim() {
	for len(o.waiting) > maxWaiting || o.bytes > maxWaitingBytes {
		o.bytes -= len(o.waiting[0].body)
		o.waiting = o.waiting[1:]
		o.stats.Dropped++
	}
}

// take takes the oldest batch.
func (o *Outbox) take() (batch, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return batch{}, false
	}
	b := o.waiting[0]
	o.waiting = o.waiting[1:]
	o.bytes -= len(b.body)
	return b, true
}

// Run sends until ctx ends, and then for a short while what still waits.
func (o *Outbox) Run(ctx context.Context) error {
	var sending sync.WaitGroup
	for range senders {
		sending.Go(func() { o.keepSending(ctx) })
	}
	sending.Wait()
	o.sendLast(context.WithoutCancel(ctx))
	return nil
}

func (o *Outbox) keepSending(ctx context.Context) {
	var p pace
	for {
		b, ok := o.take()
		if !ok {
			select {
			case <-ctx.Done():
				return
			case <-o.wake:
				continue
			}
		}
		retry := o.send(ctx, b)
		if retry == nil {
			p.failures = 0
			poke(o.wake) // more may wait than wake-ups were kept
			continue
		}
		o.putBack(b)
		if !pause(ctx, p.afterFailure(retryAfter(retry))) {
			return
		}
	}
}

// sendLast sends what waits until something fails or the time is over.
func (o *Outbox) sendLast(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastSends)
	defer cancel()
	for {
		b, ok := o.take()
		if !ok {
			return
		}
		if err := o.send(ctx, b); err != nil {
			o.putBack(b)
			o.log.Warn("counts are lost: upstream did not take them before the stop", "batches", o.Stats().Waiting, "error", err)
			return
		}
	}
}

// send sends one batch. It returns an error when it is worth trying again.
func (o *Outbox) send(ctx context.Context, b batch) error {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	answer, err := o.up.send(ctx, http.MethodPost, eventsPath+b.query, b.header.Clone(), b.body)
	if err == nil {
		drop(answer)
		o.count(func(s *OutboxStats) { s.Sent++ })
		return nil
	}
	if worthRetry(err) {
		return err
	}
	o.count(func(s *OutboxStats) { s.Refused++ })
	o.log.Warn("upstream refuses a batch of counts; it is given up", "application", b.header.Get("Burgee-Application"), "error", err)
	return nil
}

func (o *Outbox) count(change func(*OutboxStats)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(&o.stats)
}

// worthRetry says whether the same request may succeed later: whatever is not an
// answer, and answers about upstream's own state.
func worthRetry(err error) bool {
	r, answered := errors.AsType[*refusal](err)
	return !answered || r.status >= 500 || r.status == http.StatusTooManyRequests || r.status == http.StatusRequestTimeout || r.status < 400
}
