package sdkapi

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// wholeBytes is the size of a snapshot that counts as one in Options.Wholes.
const wholeBytes = 64 << 10

// wholesPerCore is how many whole snapshots of wholeBytes one processor sends in
// a second without being slow for anybody.
const wholesPerCore = 200

// admission is a bucket of tokens for whole snapshots, measured in bytes: what
// they cost is their length. Everything else a stream sends is small and goes
// without. It may be used by many goroutines.
type admission struct {
	rate float64 // bytes in a second, and the most that the bucket holds
	now  func() time.Time

	mu   sync.Mutex
	left float64   // guarded by mu
	at   time.Time // guarded by mu: when left was right
}

func newAdmission(wholes int, now func() time.Time) *admission {
	if wholes == 0 {
		wholes = wholesPerCore * runtime.GOMAXPROCS(0)
	}
	rate := float64(wholes) * wholeBytes
	return &admission{rate: rate, left: rate, now: now}
}

// admit takes the tokens for a snapshot of a size, or says that there are not
// enough. One that is larger than the bucket takes all of it.
func (a *admission) admit(size int) bool {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if passed := now.Sub(a.at); passed > 0 {
		a.left = min(a.rate, a.left+a.rate*passed.Seconds())
		a.at = now
	}
	cost := min(float64(size), a.rate)
	if a.left < cost {
		return false
	}
	a.left -= cost
	return true
}

// refused is the answer to who is not admitted: come again at a random moment
// within the spread.
func refused(spread time.Duration) error {
	after := time.Duration(1+rand.Int64N(int64(spread/time.Second))) * time.Second
	return fault.New(fault.Unavailable, "busy",
		"The server is sending whole configurations to many programs; come again").WithRetryAfter(after)
}
