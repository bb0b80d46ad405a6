// Package outbox counts evaluations and hands them out as batches for the
// server. An outage costs memory in the number of flags, not of evaluations.
package outbox

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
)

// Limit is how many rows an Outbox holds; beyond it the oldest batch goes, and
// its evaluations are counted as dropped.
const Limit = 10_000

// Row says what was evaluated and with what outcome.
type Row struct {
	Flag       string
	Variation  string // empty when none was served
	Served     bool   // whether a variation was served
	Reason     string
	Experiment string
	Arm        string
	Minute     int64 // the start of the minute, Unix milliseconds
}

// Count is a Row and how often it happened.
type Count struct {
	Row
	N int64
}

// Batch is a set of counts that is sent, and sent again, under one id, so
// that the server counts it once.
type Batch struct {
	ID     string
	Counts []Count
}

// most is how many rows a Batch has; servers take five times as many.
const most = 2_000

const shards = 16

// Outbox counts, in what it is told itself and in its tallies. Its methods may be called by many goroutines.
type Outbox struct {
	shards [shards]shard

	mu      sync.Mutex // guards what follows
	open    []*window
	waiting []Batch
	rows    int
	dropped int64
}

type shard struct {
	mu     sync.Mutex // guards counts; held for one map access
	counts map[Row]int64
	_      [40]byte // keeps neighbours off one cache line
}

// Add counts one evaluation that no Tally can count: of a flag that is in no
// configuration, or of a minute that is over. It never blocks on I/O and
// allocates only for a row that it has not seen since the last Cut.
func (o *Outbox) Add(row Row) {
	s := &o.shards[spread(row.Flag)]
	s.mu.Lock()
	if s.counts == nil {
		s.counts = make(map[Row]int64)
	}
	s.counts[row]++
	s.mu.Unlock()
}

// spread picks a shard from the end of a key, where keys differ.
func spread(key string) int {
	h := uint32(2166136261)
	for i := max(0, len(key)-8); i < len(key); i++ {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return int(h>>4) % shards
}

// Cut closes the counts so far into a batch that waits to be sent.
func (o *Outbox) Cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut()
}

// cut is Cut for a caller who holds mu. Batches behind the first were never sent:
// what they hold is added up anew with what has come, so that an outage costs
// memory by flags and minutes.
func (o *Outbox) cut() {
	rows := map[Row]int64{}
	for _, unsent := range o.waiting[min(1, len(o.waiting)):] {
		o.rows -= len(unsent.Counts)
		for _, c := range unsent.Counts {
			rows[c.Row] = c.N
		}
	}
	o.waiting = o.waiting[:min(1, len(o.waiting))]
	for i := range o.shards {
		s := &o.shards[i]
		s.mu.Lock()
		taken := s.counts
		s.counts = nil
		s.mu.Unlock()
		for row, n := range taken {
			rows[row] += n
		}
	}
	o.drain(rows)
	o.wait(rows)
}

// wait puts rows into new batches, the oldest minutes first. The caller holds mu.
func (o *Outbox) wait(rows map[Row]int64) {
	counts := make([]Count, 0, len(rows))
	for row, n := range rows {
		counts = append(counts, Count{row, n})
	}
	slices.SortFunc(counts, func(a, b Count) int { return cmp.Compare(a.Minute, b.Minute) })
	for part := range slices.Chunk(counts, most) {
		o.waiting = append(o.waiting, Batch{ID: newID(), Counts: part})
		o.rows += len(part)
	}
	for o.rows > Limit && len(o.waiting) > 1 {
		o.drop()
	}
}

// Next returns the oldest batch that waits; ok is false when none does.
func (o *Outbox) Next() (batch Batch, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return Batch{}, false
	}
	return o.waiting[0], true
}

// Done takes the batch out: it was sent, or the server will never take it.
func (o *Outbox) Done(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) > 0 && o.waiting[0].ID == id {
		o.rows -= len(o.waiting[0].Counts)
		o.waiting = o.waiting[1:]
	}
}

// Dropped returns how many evaluations were never reported.
func (o *Outbox) Dropped() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.dropped
}

// drop removes the oldest batch. The caller holds mu.
func (o *Outbox) drop() {
	for _, c := range o.waiting[0].Counts {
		o.dropped += c.N
	}
	o.rows -= len(o.waiting[0].Counts)
	o.waiting = o.waiting[1:]
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return hex.EncodeToString(b[:])
}
