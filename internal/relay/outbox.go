package relay

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
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
	place  place // of the credential
	header http.Header
	body   []byte
	own    bool // sent under the relay's token, and not under the program's key
	since  time.Time
}

// waitedHeader tells upstream how long a batch was on its way, so that what it
// says of moments before its request stays true.
const waitedHeader = "Burgee-Waited"

// waited is how long, in milliseconds, the batch was kept here and by relays
// before.
func (b batch) waited() int64 {
	before, err := strconv.ParseInt(b.header.Get(waitedHeader), 10, 64)
	if err != nil {
		before = 0
	}
	return max(before, 0) + time.Since(b.since).Milliseconds()
}

// Outbox keeps batches of counts until upstream has taken them. Run sends; add
// never waits. What waits is in memory: a graceful end writes it to the folder,
// any other loses it.
type Outbox struct {
	up   *upstream
	disk folder
	log  *slog.Logger

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

// Outbox returns an outbox to the relay's upstream, with what waited when the
// relay was stopped last.
func (r *Relay) Outbox() *Outbox {
	o := &Outbox{up: r.up, disk: r.disk, log: r.log, wake: make(chan struct{}, senders)}
	kept, err := r.disk.takeBatches()
	if err != nil {
		r.log.Warn("counts that waited for upstream cannot be read; they are lost", "error", err)
	}
	for _, b := range kept {
		o.add(b)
	}
	return o
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

// Run sends until ctx ends, then for a short while what still waits, and writes
// the rest to the folder.
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
		if !pause(ctx, p.afterFailure(retry)) {
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
			o.keep(err)
			return
		}
	}
}

// keep writes what waits to the folder, for the next start.
func (o *Outbox) keep(why error) {
	o.mu.Lock()
	waiting := o.waiting
	o.mu.Unlock()
	if err := o.disk.keepBatches(waiting); err != nil {
		o.log.Error("counts are lost: upstream does not take them, nor does the folder", "batches", len(waiting), "error", err)
		return
	}
	o.log.Info("counts are kept for the next start: upstream did not take them", "batches", len(waiting), "error", why)
}

// send sends one batch. It returns an error when it is worth trying again.
func (o *Outbox) send(ctx context.Context, b batch) error {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	path, header := eventsPath, b.header.Clone()
	header.Set(waitedHeader, strconv.FormatInt(b.waited(), 10))
	if b.own {
		path += b.place.query()
		header.Set("Authorization", "Bearer "+o.up.token)
	}
	answer, err := o.up.send(ctx, http.MethodPost, path, header, b.body)
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
