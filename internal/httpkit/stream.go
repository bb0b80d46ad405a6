package httpkit

import (
	"bytes"
	"errors"
	"net/http"
	"time"
)

// WriteDeadline is how long one write to a stream may take. A client that does
// not read for so long loses its connection and delays nobody.
const WriteDeadline = 10 * time.Second

// Stream writes server-sent events to one client. One goroutine uses it.
type Stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// OpenStream answers with the head of an event stream and returns its writer.
func OpenStream(w http.ResponseWriter) (*Stream, error) {
	streamHeaders(w.Header())
	s := &Stream{w: w, control: http.NewResponseController(w)}
	w.WriteHeader(http.StatusOK)
	// The server's own timeouts are for requests that end; a stream does not.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	return s, s.Send(nil)
}

func streamHeaders(h http.Header) {
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
}

// Send writes events that are already encoded and flushes them. An error means
// that the client is gone or does not read.
func (s *Stream) Send(encoded []byte) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(WriteDeadline)); err != nil {
		return err
	}
	if len(encoded) > 0 {
		if _, err := s.w.Write(encoded); err != nil {
			return err
		}
	}
	if err := s.control.Flush(); err != nil {
		return err
	}
	return endDeadline(s.control)
}

// endDeadline takes the deadline of a write away when the write is done. Of
// HTTP/2, one that passes while nothing is written ends the stream all the same.
func endDeadline(control *http.ResponseController) error {
	if err := control.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// Heartbeat is a comment line, which clients ignore and which shows both ends
// that the connection lives.
func (s *Stream) Heartbeat() error { return s.Send(heartbeat) }

var heartbeat = []byte(":\n\n")

// AppendEvent appends one event to dst. An empty id or event leaves the field
// out. Each line of data becomes one data line, so that the reader joins them
// to the same bytes, less one line feed at the end.
func AppendEvent(dst []byte, id, event string, data []byte) []byte {
	if id != "" {
		dst = append(append(append(dst, "id: "...), id...), '\n')
	}
	if event != "" {
		dst = append(append(append(dst, "event: "...), event...), '\n')
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		dst = append(append(append(dst, "data: "...), line...), '\n')
	}
	return append(dst, '\n')
}
