package httpkit

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"runtime"
	"sync"
	"time"

	"burgee.dev/burgee/internal/fault"
)

const (
	// intakeBytes is how much the bodies may have that are read or wait.
	intakeBytes = 32 << 20
	// parcelBytes is what a request takes of it beside its body.
	parcelBytes = 16 << 10
	// intakeWait is how long a body waits to be decoded. It is shorter than the
	// sender waits: who has gone would come again, and make the crowd larger.
	intakeWait = time.Second
)

// Intake bounds what many requests take at a time whose bodies are small as they
// are sent and large when they are decoded: the bytes of the bodies that are read
// or wait, and how many are decoded. Who does not fit is told to come again. It
// may be used by many goroutines.
type Intake struct {
	decoding chan struct{} // as many tokens as may be decoded at a time

	mu   sync.Mutex
	left int64 // guarded by mu: bytes
}

// NewIntake returns an Intake for so many bytes of bodies, 0 is 32 MB, and so
// many that are decoded at a time, 0 is one for each processor.
func NewIntake(bytes int64, decoding int) *Intake {
	return &Intake{
		decoding: make(chan struct{}, cmp.Or(decoding, runtime.GOMAXPROCS(0))),
		left:     cmp.Or(bytes, intakeBytes),
	}
}

// Parcel is a body that was let in. It belongs to one goroutine.
type Parcel struct {
	// Sent is the body as it came, perhaps compressed.
	Sent []byte

	intake   *Intake
	request  *http.Request
	limits   Limits
	bytes    int64
	decoding bool
}

// Receive reads the body of r, if there is room for it. Call Done when nothing of
// the Parcel is needed any more.
func (in *Intake) Receive(r *http.Request, limits Limits) (*Parcel, error) {
	p := &Parcel{intake: in, request: r, limits: limits, bytes: parcelBytes + limits.body()}
	if r.ContentLength >= 0 {
		p.bytes = parcelBytes + min(r.ContentLength, limits.body())
	}
	if !in.take(p.bytes) {
		return nil, crowded()
	}
	var err error
	if p.Sent, err = receive(r, limits); err != nil {
		p.Done()
		return nil, err
	}
	return p, nil
}

func (in *Intake) take(bytes int64) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.left < bytes {
		return false
	}
	in.left -= bytes
	return true
}

// Decode is httpkit.Decode when it is this body's turn, which it keeps until
// Done. After a second without a turn it is an error.
func (p *Parcel) Decode(v any) error {
	if err := p.awaitTurn(p.request.Context()); err != nil {
		return err
	}
	body, err := unpack(p.request, p.Sent, p.limits)
	if err != nil {
		return err
	}
	return DecodeBytes(body, v, p.limits)
}

func (p *Parcel) awaitTurn(ctx context.Context) error {
	wait := time.NewTimer(intakeWait)
	defer wait.Stop()
	select {
	case p.intake.decoding <- struct{}{}:
		p.decoding = true
		return nil
	case <-wait.C:
	case <-ctx.Done():
	}
	return crowded()
}

// Done gives the room to others. It is for the end, and may come once only.
func (p *Parcel) Done() {
	if p.decoding {
		<-p.intake.decoding
	}
	p.intake.mu.Lock()
	p.intake.left += p.bytes
	p.intake.mu.Unlock()
}

// crowded tells who does not fit to come again, not all at the same moment.
func crowded() error {
	after := time.Duration(5+rand.IntN(6)) * time.Second
	return fault.New(fault.Unavailable, "crowded",
		"The server reads as much as it can at a time; send the same again later").WithRetryAfter(after)
}
