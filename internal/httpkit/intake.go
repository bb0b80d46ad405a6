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
// or wait, and how many are decoded. Bytes count when they have come: who announces
// many and sends none takes no room from others. Who does not fit is told to come
// again. It may be used by many goroutines.
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

// Receive reads the body of r at a pace, as Pace has it, if there is room for it.
// Call Done when nothing of the Parcel is needed any more.
func (in *Intake) Receive(w http.ResponseWriter, r *http.Request, limits Limits) (*Parcel, error) {
	p := &Parcel{intake: in, request: r, limits: limits}
	if !in.fits(parcelBytes+min(max(r.ContentLength, 0), limits.body())) || !p.take(parcelBytes) {
		return nil, crowded()
	}
	if r.ContentLength > limits.body() {
		Pace(w, r) // it is only heard out
	} else {
		pace(w, r, p.take)
	}
	var err error
	if p.Sent, err = receive(r, limits); err != nil {
		p.Done()
		return nil, err
	}
	return p, nil
}

// fits says whether there is room now; none is taken.
func (in *Intake) fits(bytes int64) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.left >= bytes
}

// take takes room until Done.
func (p *Parcel) take(bytes int64) bool {
	p.intake.mu.Lock()
	defer p.intake.mu.Unlock()
	if p.intake.left < bytes {
		return false
	}
	p.intake.left -= bytes
	p.bytes += bytes
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
	return fault.New(fault.Unavailable, "crowded",
		"The server reads as much as it can at a time; send the same again later").WithRetryAfter(retryAfter())
}

func retryAfter() time.Duration { return time.Duration(5+rand.IntN(6)) * time.Second }
