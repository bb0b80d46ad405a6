package once

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// Header is the name of the header that a key is in, and Replayed that of the
// header of an answer that was given before.
const (
	Header   = "Idempotency-Key"
	Replayed = "Idempotency-Replayed"
)

// Kept is how long a key is remembered.
const Kept = 24 * time.Hour

// maxKey is the longest key, in bytes.
const maxKey = 255

// Claim is one request with a key. It is safe for concurrent use.
type Claim struct {
	Actor     string   // who sends it: the same key of somebody else is another
	Key       [32]byte // the hash of the key
	Request   [32]byte // a MAC of what is asked for, under the key: a body may hold a password
	At        int64    // in milliseconds since 1970
	RequestID string   // names the request in the log and in the record

	state atomic.Int32
}

// The states of a Claim.
const (
	open    = iota // nothing was written yet
	written        // it is in the store, with what was asked for
	taken          // another request with the key was there before
)

// NewClaim returns the claim of a request: its method, its address and its body.
// A key that cannot be one is a fault that names the header.
func NewClaim(actor, key, method, address string, body []byte, at time.Time, requestID string) (*Claim, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = io.WriteString(mac, method+" "+address+"\n") // a hash never fails
	_, _ = mac.Write(body)
	return &Claim{
		Actor: actor, Key: sha256.Sum256([]byte(key)), Request: [32]byte(mac.Sum(nil)), At: at.UnixMilli(), RequestID: requestID,
	}, nil
}

func checkKey(key string) error {
	fits := key != "" && len(key) <= maxKey
	for i := 0; fits && i < len(key); i++ {
		fits = key[i] >= ' ' && key[i] <= '~'
	}
	if fits {
		return nil
	}
	return fault.New(fault.Invalid, "idempotency_key_malformed",
		"The %s header takes 1 to %d printable ASCII characters; send something that no other request has, such as a UUID", Header, maxKey)
}

type claimKey struct{}

// With returns a context that carries a claim to the store.
func With(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

// Open returns the claim that ctx carries while it is still to be written down, or
// nil.
func Open(ctx context.Context) *Claim {
	c, _ := ctx.Value(claimKey{}).(*Claim)
	if c == nil || c.state.Load() == written {
		return nil
	}
	return c
}

// Write notes that the claim was committed.
func (c *Claim) Write() { c.state.Store(written) }

// Written says whether what was asked for was committed.
func (c *Claim) Written() bool { return c.state.Load() == written }

// Take notes that another request with the key was there before, and returns the
// fault that ends this one.
func (c *Claim) Take() error {
	c.state.Store(taken)
	return fault.New(fault.Conflict, CodeDone, "A request with this %s was done already", Header)
}

// Taken says whether another request with the key was there before.
func (c *Claim) Taken() bool { return c.state.Load() == taken }
