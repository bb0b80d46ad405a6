package account

import (
	"container/list"
	"context"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Attempts counts failed attempts to sign in, and slows who fails often: the
// first few are free, then each failure doubles the wait. Where several servers
// are one Burgee they count together, in the store; one alone counts in memory.
type Attempts interface {
	// CountAttempt counts an attempt of all subjects as failed before its outcome
	// is known, so that attempts made at once are counted too. When one of them
	// must wait, it counts nothing and returns for how long. Each call names its
	// subjects in the same order of kinds.
	CountAttempt(ctx context.Context, subjects ...Subject) (wait time.Duration, err error)
	// ForgetAttempts forgets the failures of subjects.
	ForgetAttempts(ctx context.Context, subjects ...Subject) error
	// ForgiveAttempts takes so many attempts of a subject back, and the wait that
	// they brought.
	ForgiveAttempts(ctx context.Context, subject Subject, attempts int64) error
}

// Subject is whose attempts are counted. What was typed is not kept: people type
// passwords where an e-mail address belongs.
type Subject struct {
	Hash [32]byte // SHA-256
	Free int64    // failures that cost no wait
}

const (
	// ForgetAfter is how long a subject must be quiet to begin anew.
	ForgetAfter  = time.Hour
	maxSubjects  = 20_000
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
	freeAccount  = 5
	freeAddress  = 20
	maxDoublings = 20

	// What an address is forgiven when an attempt from it was none. It is never
	// forgiven all: who holds a link or an account of their own would use it to go
	// on guessing others' passwords.
	forgivenLink   = 1 // the attempt itself: a link may be read at will
	forgivenSignIn = 2 // and the mistake before it, of which offices behind one address make many
)

// Wait is how long a subject has to wait after so many failures.
func (s Subject) Wait(failures int64) time.Duration {
	over := failures - s.Free
	if over <= 0 {
		return 0
	}
	return min(firstWait<<min(over-1, maxDoublings), longestWait)
}

func accountSubject(emailKey string) Subject {
	return Subject{sha256.Sum256([]byte("account " + emailKey)), freeAccount}
}

// addressSubject is who is at an address.
func addressSubject(address string) Subject {
	return Subject{sha256.Sum256([]byte("address " + Network(address))), freeAddress}
}

// Network is what one who is at an address has. With IPv6 that is its network: whoever
// has one address has the 2^64 beside it.
func Network(address string) string {
	if ip, err := netip.ParseAddr(address); err == nil && ip.Is6() && !ip.Is4In6() {
		if network, err := ip.WithZone("").Prefix(networkBits); err == nil {
			return network.String()
		}
	}
	return address
}

// networkBits is the smallest network that a provider gives somebody.
const networkBits = 64

// slow counts an attempt, or refuses it. Who cannot be counted is refused too.
func (s *Service) slow(ctx context.Context, subjects ...Subject) error {
	wait, err := s.attempts.CountAttempt(ctx, subjects...)
	if err != nil || wait <= 0 {
		return err
	}
	seconds := int64((wait + time.Second - 1) / time.Second)
	return fault.New(fault.Limited, "sign_in_throttled",
		"Too many failed attempts to sign in. Try again in %d s", seconds).WithRetryAfter(wait)
}

// throttle is the Attempts of one server. It forgets a subject that was quiet,
// and the one least lately seen when there are too many.
type throttle struct {
	clock clock.Clock

	mu       sync.Mutex // guards the two below
	subjects map[[32]byte]*list.Element
	recent   *list.List // of *failures, the latest first
}

type failures struct {
	subject [32]byte
	count   int64
	until   time.Time // the next attempt is refused before
	last    time.Time
}

func newThrottle(c clock.Clock) *throttle {
	return &throttle{clock: c, subjects: map[[32]byte]*list.Element{}, recent: list.New()}
}

// CountAttempt implements Attempts. It never fails.
func (t *throttle) CountAttempt(_ context.Context, subjects ...Subject) (time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	for _, s := range subjects {
		if wait := t.waits(s, now); wait > 0 {
			return wait, nil
		}
	}
	for _, s := range subjects {
		t.count(s, now)
	}
	return 0, nil
}

func (t *throttle) waits(s Subject, now time.Time) time.Duration {
	e, known := t.subjects[s.Hash]
	if !known {
		return 0
	}
	f := e.Value.(*failures)
	if now.Sub(f.last) > ForgetAfter {
		t.forget(e)
		return 0
	}
	return f.until.Sub(now)
}

func (t *throttle) count(s Subject, now time.Time) {
	e, known := t.subjects[s.Hash]
	if !known {
		e = t.recent.PushFront(&failures{subject: s.Hash})
		t.subjects[s.Hash] = e
		t.trim()
	}
	t.recent.MoveToFront(e)
	f := e.Value.(*failures)
	f.count++
	f.last, f.until = now, now.Add(s.Wait(f.count))
}

// ForgetAttempts implements Attempts. It never fails.
func (t *throttle) ForgetAttempts(_ context.Context, subjects ...Subject) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range subjects {
		if e, known := t.subjects[s.Hash]; known {
			t.forget(e)
		}
	}
	return nil
}

// ForgiveAttempts implements Attempts. It never fails.
func (t *throttle) ForgiveAttempts(_ context.Context, subject Subject, attempts int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, known := t.subjects[subject.Hash]
	if !known {
		return nil
	}
	f := e.Value.(*failures)
	f.count, f.until = f.count-attempts, time.Time{}
	if f.count <= 0 {
		t.forget(e)
	}
	return nil
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
