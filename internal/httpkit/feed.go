package httpkit

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Feed is an event stream for very many readers: whoever has an event writes it
// to each, and no goroutine waits beside a connection to be woken.
//
// Of HTTP/1.1 the connection is taken over: net/http's buffers are given back,
// and what is sent is what was encoded, without chunks around it. Where that
// cannot be, which is HTTP/2, the handler's goroutine holds the stream open and
// events go through its ResponseWriter.
//
// The zero Feed is one to Open. Try and Send are for one caller at a time; Close
// may be called by anyone.
type Feed struct {
	// Patience is how long Send waits for the reader; WriteDeadline where it is
	// zero.
	Patience time.Duration

	raw  syscall.RawConn // nil where a write cannot be tried without waiting
	sent atomic.Int64
	conn net.Conn // nil where the connection was not taken over
	rest *rest    // of the request's log line, where the connection was taken over

	response *responseWriter // nil where the connection was taken over
	closed   chan struct{}
	once     sync.Once
}

// Open answers with the head of an event stream. The handler then calls Hold,
// and nothing else that concerns w. It is called once.
func (f *Feed) Open(w http.ResponseWriter, r *http.Request) error {
	streamHeaders(w.Header())
	f.closed = make(chan struct{})
	if f.Patience == 0 {
		f.Patience = WriteDeadline
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		f.response = &responseWriter{w: w, control: http.NewResponseController(w)}
		return f.response.open()
	}
	if err != nil {
		return err
	}
	f.conn, f.raw, f.rest = conn, rawOf(conn), takenOver(r)
	if err := f.Send(head(w.Header())); err != nil {
		f.Close()
		f.rest.end(0)
		return err
	}
	return nil
}

// head is the answer's status line and header. The end of the connection is the
// end of the body.
func head(h http.Header) []byte {
	h.Set("Connection", "close")
	h.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	out := headWriter("HTTP/1.1 200 OK\r\n")
	_ = h.Write(&out) // into memory
	return append(out, "\r\n"...)
}

type headWriter []byte

func (w *headWriter) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}

// Hold keeps the stream until the reader is gone or Close is called, and then
// calls ended once. On a connection that was taken over it returns at once and
// calls ended from a goroutine of its own.
func (f *Feed) Hold(r *http.Request, ended func()) {
	if f.conn != nil {
		go func() {
			awaitEnd(f.conn)
			f.Close()
			ended()
			f.rest.end(f.sent.Load())
		}()
		return
	}
	select {
	case <-r.Context().Done():
	case <-f.closed:
	}
	f.Close()
	f.response.close()
	ended()
}

// talk is how many bytes a reader of events may send after its request before
// it is taken for something else.
const talk = 1 << 10

// awaitEnd returns when the other end is gone. A reader of events has nothing to
// say; what it says is passed over.
func awaitEnd(conn net.Conn) {
	var b [16]byte
	for heard := 0; heard < talk; {
		n, err := conn.Read(b[:])
		if err != nil {
			return
		}
		heard += n
	}
}

// Try writes as much as the connection takes at once, and returns what is left.
func (f *Feed) Try(h *Hand, b []byte) (left []byte, err error) {
	if f.raw == nil {
		return b, nil
	}
	n, err := h.write(f.raw, b)
	f.sent.Add(int64(n))
	return b[n:], err
}

// Send writes events that are already encoded, and waits for the reader to take
// them, but not for longer than Patience. An error means that the reader is gone
// or does not read. The list of events is used up.
func (f *Feed) Send(events ...[]byte) error {
	if f.conn == nil {
		return f.response.send(events, f.Patience)
	}
	if err := f.conn.SetWriteDeadline(time.Now().Add(f.Patience)); err != nil {
		return err
	}
	buffers := net.Buffers(events)
	n, err := buffers.WriteTo(f.conn)
	f.sent.Add(n)
	if err != nil {
		return err
	}
	return f.conn.SetWriteDeadline(time.Time{})
}

// Close ends the stream.
func (f *Feed) Close() {
	f.once.Do(func() {
		close(f.closed)
		if f.conn != nil {
			_ = f.conn.Close()
		}
	})
}

// responseWriter writes through a ResponseWriter, whose handler must not return
// while somebody writes.
type responseWriter struct {
	mu      sync.Mutex // held for a whole write, which its deadline bounds
	w       http.ResponseWriter
	control *http.ResponseController
	closed  bool // guarded by mu: the handler has returned
}

func (s *responseWriter) open() error {
	s.w.WriteHeader(http.StatusOK)
	// The server's own timeouts are for requests that end; a stream does not.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return s.send(nil, WriteDeadline)
}

func (s *responseWriter) send(events [][]byte, patience time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return net.ErrClosed
	}
	if err := s.control.SetWriteDeadline(time.Now().Add(patience)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	for _, event := range events {
		if _, err := s.w.Write(event); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	if err := s.control.Flush(); err != nil {
		return err
	}
	return endDeadline(s.control)
}

func (s *responseWriter) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}
