package ofrep

import (
	"math/rand/v2"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// Client keys are public, so that anybody may ask as often as he likes; programs
// with server keys are the operator's own and are not limited. A whole office may
// stand behind one address and asks at once after a change: that is the burst.
const (
	clientRate  = 200   // requests a second of one client key from one address
	clientBurst = 2_000 // at once
)

// asking is who is limited: an address, with a key.
type asking struct {
	key     [32]byte
	address string
}

// take says whether one more request is within the limit.
func (a *API) take(who asking) error {
	if a.limiter.Take(who).OK {
		return nil
	}
	wait := time.Second + rand.N(4*time.Second) // not everybody at once
	return fault.New(fault.Limited, "too_many_requests",
		"More than %d requests a second came from this address with one client key; ask again later, and ask for all flags at once", clientRate).WithRetryAfter(wait)
}
