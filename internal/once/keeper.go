package once

import (
	"context"
	"crypto/hmac"
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Codes of faults.
const (
	CodeDone     = "already_done"           // it was done before, and what was answered is not kept
	CodeProgress = "in_progress"            // it is being done
	CodeReused   = "idempotency_key_reused" // the key was sent with another request
)

// MaxAnswer is the largest body of an answer that is kept, in bytes.
const MaxAnswer = 64 << 10

// Answer is what was answered to a request.
type Answer struct {
	Status int    // of HTTP; 0 while none is known: the process that gives it is at work, or ended before it could
	Kept   bool   // Body is what was answered
	Body   []byte // JSON, or nothing
	Made   string // the id of what was made, where Body is not kept; "" is none
}

// Record is what is known of a request that was done.
type Record struct {
	Request   [32]byte
	At        int64 // in milliseconds since 1970
	RequestID string
	Answer    Answer
}

// Store keeps claims with their answers. A transaction whose context carries a
// Claim writes it down first, and fails with the fault of Claim.Take when one of
// the same actor and key is there that is younger than Kept.
type Store interface {
	// Claimed returns what is known of the claim's key, and false where that is
	// nothing, or is older than Kept.
	Claimed(ctx context.Context, c *Claim) (Record, bool, error)
	// KeepAnswer keeps the answer to a request beside its claim.
	KeepAnswer(ctx context.Context, c *Claim, a Answer) error
}

// How long a repetition waits, in this order: for the first to end where both are
// in this process, and for the answer to a request that another process has done.
const (
	turnPatience   = 10 * time.Second
	answerPatience = 2 * time.Second
	answerPause    = 50 * time.Millisecond // between two looks
)

// Keeper decides of each request with a key whether it is still to be done. It is
// safe for concurrent use.
type Keeper struct {
	store    Store
	clock    clock.Clock
	patience time.Duration

	mu    sync.Mutex
	turns map[slot]chan struct{} // guarded by mu; each is closed when the turn ends
}

// slot is what requests take turns for.
type slot struct {
	actor string
	key   [32]byte
}

// NewKeeper returns a Keeper over a store.
func NewKeeper(store Store, c clock.Clock) *Keeper {
	if c == nil {
		c = clock.System{}
	}
	return &Keeper{store: store, clock: c, patience: turnPatience, turns: map[slot]chan struct{}{}}
}

// Begin waits until no other request with the key is under way in this process.
// end lets the next one in. The fault of one that would wait too long has
// CodeProgress.
func (k *Keeper) Begin(ctx context.Context, c *Claim) (end func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, k.patience)
	defer cancel()
	for {
		busy, end := k.turn(slot{c.Actor, c.Key})
		if end != nil {
			return end, nil
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, fault.New(fault.Conflict, CodeProgress, "A request with this %s is under way; wait for its answer, or send it again", Header).
				WithRetryAfter(time.Second)
		}
	}
}

// turn takes the turn, or returns what is closed when another one ends.
func (k *Keeper) turn(s slot) (busy <-chan struct{}, end func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if busy := k.turns[s]; busy != nil {
		return busy, nil
	}
	done := make(chan struct{}) // capacity 0: it is only closed
	k.turns[s] = done
	return nil, func() {
		k.mu.Lock()
		delete(k.turns, s)
		k.mu.Unlock()
		close(done)
	}
}

// Known returns what is known of the claim's key, and false where the request is
// still to be done. For an answer that may be about to come it waits a moment. The
// fault of a key that was sent with another request has CodeReused.
func (k *Keeper) Known(ctx context.Context, c *Claim) (Record, bool, error) {
	for until := time.Now().Add(answerPatience); ; {
		r, found, err := k.store.Claimed(ctx, c)
		if err != nil || !found {
			return r, false, err
		}
		if !hmac.Equal(r.Request[:], c.Request[:]) {
			return r, false, fault.New(fault.Invalid, CodeReused, "This %s was sent before with another request; nothing was done", Header).
				WithField(Header, "belongs to another request; send a new one with each thing that you ask for")
		}
		young := clock.Millis(k.clock)-r.At < answerPatience.Milliseconds()
		if r.Answer.Status != 0 || !young || time.Now().After(until) || !pause(ctx) {
			return r, true, nil
		}
	}
}

func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(answerPause):
		return true
	}
}

// keepPatience is how long keeping an answer may take; who asked waits for it.
const keepPatience = 2 * time.Second

// Keep keeps what was answered, also for somebody who is gone: they may ask again.
func (k *Keeper) Keep(ctx context.Context, c *Claim, a Answer) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepPatience)
	defer cancel()
	return k.store.KeepAnswer(ctx, c, a)
}
