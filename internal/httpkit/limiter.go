package httpkit

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// mostAsking bounds whom a Limiter remembers.
const mostAsking = 20_000

// Limiter limits how often each of many may ask: a rate, and a burst on top of it. It
// forgets who may ask as if they never had. It may be used by many goroutines.
type Limiter[Who comparable] struct {
	rate  rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex // guards what follows
	buckets map[Who]*rate.Limiter
}

// NewLimiter makes a Limiter of so many requests a second each, and so many at once. The
// clock must go on by itself: one that stands lets nobody ask beyond the burst.
func NewLimiter[Who comparable](perSecond, burst int, now func() time.Time) *Limiter[Who] {
	return &Limiter[Who]{rate: rate.Limit(perSecond), burst: burst, now: now, buckets: map[Who]*rate.Limiter{}}
}

// Allowance is how much somebody may still ask.
type Allowance struct {
	OK    bool
	Limit int           // requests at once
	Left  int           // requests that are left of it now
	Reset time.Duration // until there are Limit again
}

// Take takes one request of who's.
func (l *Limiter[Who]) Take(who Who) Allowance {
	now := l.now()
	l.mu.Lock()
	bucket := l.buckets[who]
	if bucket == nil {
		l.makeRoom(now)
		bucket = rate.NewLimiter(l.rate, l.burst)
		l.buckets[who] = bucket
	}
	l.mu.Unlock()
	a := Allowance{OK: bucket.AllowN(now, 1), Limit: l.burst}
	left := max(0, bucket.TokensAt(now))
	a.Left = int(left)
	a.Reset = time.Duration((float64(l.burst) - left) / float64(l.rate) * float64(time.Second))
	return a
}

// makeRoom forgets those who may ask as if they never had. The caller holds mu.
func (l *Limiter[Who]) makeRoom(now time.Time) {
	if len(l.buckets) < mostAsking {
		return
	}
	for who, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(l.burst) {
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

// SetHeaders says the allowance in the fields of the IETF's draft on rate limits:
// RateLimit-Limit, -Remaining and -Reset, the last in whole seconds.
func (a Allowance) SetHeaders(h http.Header) {
	h.Set("RateLimit-Limit", strconv.Itoa(a.Limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(a.Left))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil(a.Reset.Seconds()))))
}
