package backoff

import (
	"testing"
	"time"
)

func TestTheCeilingDoublesUpToTheCap(t *testing.T) {
	p := Policy{Random: func() float64 { return 1 }}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
		if got := p.AfterFailure(0); got != want*time.Second {
			t.Errorf("failure %d: got %v, want %v s", i+1, got, want)
		}
	}
	p.Reset()
	if got := p.AfterFailure(0); got != time.Second {
		t.Errorf("after a reset: %v", got)
	}
}

func TestTheServersWishIsAFloor(t *testing.T) {
	p := Policy{Random: func() float64 { return 0 }}
	if got := p.AfterFailure(7 * time.Second); got != 7*time.Second {
		t.Errorf("got %v", got)
	}
}

func TestAHealthyStreamIsFollowedByTheServersSpread(t *testing.T) {
	p := Policy{Random: func() float64 { return 0.5 }}
	if got := p.AfterHealthy(); got != DefaultSpread/2 {
		t.Errorf("without a hint: %v", got)
	}
	p.Spread(20 * time.Second)
	if got := p.AfterHealthy(); got != 10*time.Second {
		t.Errorf("with a hint: %v", got)
	}
}
