package sdkapi

import (
	"time"

	"burgee.dev/burgee/internal/httpkit"
)

// tally adds up what one goroutine does for many streams in a row, so that it
// asks for the time and writes to the shared counters once for some of them.
type tally struct {
	stats Stats
	now   func() time.Time
	hand  *httpkit.Hand

	kind  string // of bytes
	bytes int64

	at     time.Time // the time, as it was not long ago
	age    int       // how often it was used since
	commit int64     // of delays
	delays int64     // streams that the change has reached at that time
}

// sameTime is for how many streams the time is asked once: writing to them takes
// less than a millisecond.
const sameTime = 16

func (a *API) tally() tally { return tally{stats: a.stats, now: a.opts.Now, hand: httpkit.NewHand()} }

// said counts events that are handed to a stream.
func (t *tally) said(kind string, events [][]byte) {
	if kind != t.kind {
		t.settleBytes()
		t.kind = kind
	}
	for _, event := range events {
		t.bytes += int64(len(event))
	}
}

// time is what time it is, one stream after the other.
func (t *tally) time() time.Time {
	if t.age%sameTime == 0 {
		t.settleDelays()
		t.at = t.now()
	}
	t.age++
	return t.at
}

// arrived counts that a stream has at this time a change, which was committed
// at a time in milliseconds since 1970.
func (t *tally) arrived(committedAt int64) {
	if committedAt != t.commit {
		t.settleDelays()
		t.commit = committedAt
	}
	t.delays++
}

// settle writes to the counters what is not there yet.
func (t *tally) settle() {
	t.settleBytes()
	t.settleDelays()
}

func (t *tally) settleBytes() {
	if t.bytes > 0 {
		t.stats.Bytes.Of(t.kind).Add(t.bytes)
		t.bytes = 0
	}
}

func (t *tally) settleDelays() {
	if t.delays > 0 {
		t.stats.Delay.ObserveMany(since(t.commit, t.at), t.delays)
	}
	t.delays = 0
}

// since is how long ago a commit was, at least nothing: another node's clock may
// run ahead.
func since(committedAt int64, now time.Time) time.Duration {
	return max(0, now.Sub(time.UnixMilli(committedAt)))
}
