package httpkit_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"burgee.dev/burgee/internal/httpkit"
)

// deadlines is an answer that remembers until when it may be written.
type deadlines struct {
	*httptest.ResponseRecorder
	write, atFlush time.Time
}

func (d *deadlines) SetReadDeadline(time.Time) error { return nil }

func (d *deadlines) SetWriteDeadline(at time.Time) error {
	d.write = at
	return nil
}

func (d *deadlines) Flush() { d.atFlush = d.write }

// Of HTTP/2, a deadline that passes ends a stream that is idle.
func TestADeadlineIsForTheWriteAlone(t *testing.T) {
	answer := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	stream, err := httpkit.OpenStream(answer)
	if err != nil {
		t.Fatal(err)
	}
	if answer.atFlush.IsZero() || !answer.write.IsZero() {
		t.Errorf("after the head: %v while written, %v then", answer.atFlush, answer.write)
	}
	answer.atFlush = time.Time{}
	if err := stream.Heartbeat(); err != nil {
		t.Fatal(err)
	}
	if answer.atFlush.IsZero() || !answer.write.IsZero() {
		t.Errorf("after a heartbeat: %v while written, %v then", answer.atFlush, answer.write)
	}
}
