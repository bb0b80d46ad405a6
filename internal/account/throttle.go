package account

import (
	"container/list"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// throttle slows repeated failures of one subject: the first few are free,
// then each failure doubles the wait. It forgets a subject that was quiet, and
// the one least lately seen when there are too many.
type throttle struct {
	clock clock.Clock
	free  int           // failures that cost no wait
	most  time.Duration // the longest wait

	mu       sync.Mutex // guards the two below
	subjects map[string]*list.Element
	recent   *list.List // of *failures, the latest first
}

type failures struct {
	subject string
	count   int
	until   time.Time // the next attempt is refused before
	last    time.Time
}

const (
	maxSubjects  = 10_000
	forgetAfter  = time.Hour
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
	freeAccount  = 5
	freeAddress  = 20
	maxDoublings = 20
)

func newThrottle(c clock.Clock, free int) *throttle {
	return &throttle{clock: c, free: free, most: longestWait, subjects: map[string]*list.Element{}, recent: list.New()}
}

// allow returns a fault with the time to wait when the subject must wait.
func (t *throttle) allow(subject string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, known := t.subjects[subject]
	if !known {
		return nil
	}
	f := e.Value.(*failures)
	now := t.clock.Now()
	if now.Sub(f.last) > forgetAfter {
		t.forget(e)
		return nil
	}
	if wait := f.until.Sub(now); wait > 0 {
		seconds := int64((wait + time.Second - 1) / time.Second)
		return fault.New(fault.Limited, "sign_in_throttled",
			"Too many failed attempts to sign in. Try again in %d s", seconds).WithRetryAfter(wait)
	}
	return nil
}

// begin counts an attempt as failed before its outcome is known, so that
// attempts made at once are counted too; succeed takes it back.
func (t *throttle) begin(subject string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, known := t.subjects[subject]
	if !known {
		e = t.recent.PushFront(&failures{subject: subject})
		t.subjects[subject] = e
		t.trim()
	}
	t.recent.MoveToFront(e)
	f := e.Value.(*failures)
	f.count++
	f.last = t.clock.Now()
	if over := f.count - t.free; over > 0 {
		wait := min(firstWait<<min(over-1, maxDoublings), t.most)
		f.until = f.last.Add(wait)
	}
}

// succeed forgets the subject's failures.
func (t *throttle) succeed(subject string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e, known := t.subjects[subject]; known {
		t.forget(e)
	}
}

func (t *throttle) trim() {
	for t.recent.Len() > maxSubjects {
		t.forget(t.recent.Back())
	}
}

func (t *throttle) forget(e *list.Element) {
	delete(t.subjects, e.Value.(*failures).subject)
	t.recent.Remove(e)
}
