package relay

import (
	"context"
	"math/rand/v2"
	"time"
)

// The waiting times of spec/stream.md, "Reconnecting".
const (
	firstCeiling   = time.Second
	lastCeiling    = 30 * time.Second
	usualSpread    = 5 * time.Second
	mostSpread     = 2 * time.Minute
	healthyAfter   = 60 * time.Second
	refusedCeiling = 5 * time.Minute
	deadAfter      = 70 * time.Second // almost three comments missed
	lookEvery      = 30 * time.Second // at the list of environments
	mostDoublings  = 9
)

// pace says how long to wait before trying again. It is for one goroutine.
type pace struct {
	failures int
	spread   time.Duration // of the last hint; 0 is none
}

// afterFailure is the wait after one more failure, at least what upstream asks
// for. A refusal may be over in a moment (a token that was just made) and is
// asked about ever less.
func (p *pace) afterFailure(err error) time.Duration {
	most := lastCeiling
	if tokenRefused(err) {
		most = refusedCeiling
	}
	ceiling := min(most, firstCeiling<<min(p.failures, mostDoublings))
	p.failures++
	return retryAfter(err) + within(ceiling)
}

// afterHealthy is the wait after a stream that was healthy, so that a server
// that restarts is not met by everybody at once.
func (p *pace) afterHealthy() time.Duration {
	p.failures = 0
	if p.spread > 0 {
		return within(p.spread)
	}
	return within(usualSpread)
}

func within(ceiling time.Duration) time.Duration { return rand.N(ceiling + 1) }

// around is a time that differs by a fifth, so that many do not ask at once.
func around(d time.Duration) time.Duration { return d - d/5 + rand.N(2*d/5+1) }

// pause waits; it reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
