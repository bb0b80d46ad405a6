// Package backoff decides how long a client waits before it tries again. It
// is pure: the caller brings the randomness and does the waiting.
package backoff

import "time"

// The waiting times of the SDK contract.
const (
	Base          = time.Second      // the first ceiling
	Cap           = 30 * time.Second // no ceiling is higher
	DefaultSpread = 5 * time.Second  // after a healthy stream, unless the server said another
	Healthy       = 60 * time.Second // a stream that lasted this long was healthy
	Refused       = 5 * time.Minute  // after 401 or 403: keys get restored
)

// Policy counts failures and gives waiting times with full jitter:
// rand(0, min(Cap, Base·2^n)). It is for one goroutine.
type Policy struct {
	// Random returns a number in [0, 1).
	Random   func() float64
	failures int
	spread   time.Duration
}

// Spread notes the server's hint for the first reconnect after a healthy
// stream.
func (p *Policy) Spread(d time.Duration) { p.spread = d }

// AfterHealthy resets the count and returns the wait before the first
// reconnect: rand(0, spread), so that a server that restarts is not met by
// everyone at once.
func (p *Policy) AfterHealthy() time.Duration {
	p.failures = 0
	spread := p.spread
	if spread <= 0 {
		spread = DefaultSpread
	}
	return p.jitter(spread)
}

// AfterFailure counts a failure and returns the wait before the next try.
// retryAfter, the server's own wish, is a floor.
func (p *Policy) AfterFailure(retryAfter time.Duration) time.Duration {
	ceiling := Cap
	if p.failures < 5 {
		ceiling = min(Cap, Base<<p.failures)
	}
	p.failures++
	return retryAfter + p.jitter(ceiling)
}

// Reset forgets the failures.
func (p *Policy) Reset() { p.failures = 0 }

func (p *Policy) jitter(ceiling time.Duration) time.Duration {
	return time.Duration(p.Random() * float64(ceiling))
}
