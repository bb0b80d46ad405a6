package ofrep

import (
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"burgee.dev/burgee/internal/fault"
)

// Client keys are public, so that anybody may ask as often as he likes; programs
// with server keys are the operator's own and are not limited. A whole office may
// stand behind one address and asks at once after a change: that is the burst.
const (
	clientRate  = 200   // requests a second of one client key from one address
	clientBurst = 2_000 // at once
	mostAsking  = 20_000
)

// asking is who is limited: an address, with a key.
type asking struct {
	key     [32]byte
	address string
}

// limiter limits what is asked with client keys. It may be used by many
// goroutines.
type limiter struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows
	buckets map[asking]*rate.Limiter
}

// take says whether one more request is within the limit.
func (l *limiter) take(who asking) error {
	now := l.now()
	l.mu.Lock()
	bucket := l.buckets[who]
	if bucket == nil {
		l.makeRoom(now)
		bucket = rate.NewLimiter(clientRate, clientBurst)
		l.buckets[who] = bucket
	}
	l.mu.Unlock()
	if bucket.AllowN(now, 1) {
		return nil
	}
	wait := time.Second + rand.N(4*time.Second) // not everybody at once
	return fault.New(fault.Limited, "too_many_requests",
		"More than %d requests a second came from this address with one client key; ask again later, and ask for all flags at once", clientRate).WithRetryAfter(wait)
}

// makeRoom forgets those who may ask as if they never had. The caller holds mu.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.buckets) < mostAsking {
		return
	}
	for who, bucket := range l.buckets {
		if bucket.TokensAt(now) >= clientBurst {
			delete(l.buckets, who)
		}
	}
	for who := range l.buckets { // still full: any, since it only gains by it
		if len(l.buckets) < mostAsking {
			return
		}
		delete(l.buckets, who)
	}
}
