package httpkit

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"burgee.dev/burgee/internal/fault"
)

const (
	// paceHead is how long a body may say nothing at its beginning.
	paceHead = 5 * time.Second
	// paceRate is how many bytes buy a second more: one that comes more slowly in
	// all is given up.
	paceRate = 32 << 10
)

// Pace has the body of r come at a pace: who sends nothing for seconds, or drop by
// drop, holds no goroutine and no memory for longer. The error of a body that is
// too slow says to come again.
func Pace(w http.ResponseWriter, r *http.Request) { pace(w, r, func(int64) bool { return true }) }

// pace is Pace with room that is taken as bytes come; false is that there is none.
func pace(w http.ResponseWriter, r *http.Request, room func(int64) bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	p := &paced{ReadCloser: r.Body, control: http.NewResponseController(w), until: time.Now().Add(paceHead), room: room}
	r.Body = p
}

// paced is a body that is read until a deadline, which moves with each byte.
type paced struct {
	io.ReadCloser
	control *http.ResponseController
	until   time.Time
	room    func(int64) bool
}

// Read implements io.Reader. At the end of the body the deadline goes: the server
// watches the connection meanwhile, and would take it for gone. After an error it
// stays, so that what is left of the body is not waited for either.
func (p *paced) Read(b []byte) (int, error) {
	_ = p.control.SetReadDeadline(p.until) // where there is none, the server's own holds
	n, err := p.ReadCloser.Read(b)
	if n > 0 && !p.room(int64(n)) {
		return n, crowded()
	}
	p.until = p.until.Add(time.Duration(n) * time.Second / paceRate)
	switch {
	case errors.Is(err, io.EOF):
		_ = p.control.SetReadDeadline(time.Time{})
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, fault.Wrap(err, fault.Unavailable, "body_slow",
			"The body came too slowly to be waited for; send it again, at once").WithRetryAfter(retryAfter())
	}
	return n, err
}
