// Package sse reads server-sent events, as the HTML standard defines the
// format ("9.2 Server-sent events"), from any reader. It knows nothing of HTTP
// and nothing of Burgee.
package sse

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// MaxEvent is the longest event that Next accepts, in bytes: twice the
// largest snapshot that a server sends.
const MaxEvent = 64 << 20

// ErrTooLong is returned for an event longer than MaxEvent.
var ErrTooLong = errors.New("sse: event too long")

// Event is one dispatched event. Comments become events with an empty Name
// and nil Data, so that a reader can tell that the line is alive.
type Event struct {
	Name string
	ID   string
	Data []byte
}

// Comment reports whether the event only shows that the stream is alive.
func (e Event) Comment() bool { return e.Data == nil && e.Name == "" }

// Reader reads events from a stream. It is for one goroutine.
type Reader struct {
	in     *bufio.Reader
	lastID string
}

// NewReader returns a Reader over r.
func NewReader(r io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(r, 64<<10)}
}

// Next returns the next event or comment, or the error of the stream. An event
// that the stream cuts off is never returned.
func (r *Reader) Next() (Event, error) {
	var (
		event Event
		data  []byte
		some  bool
	)
	for {
		line, err := r.line()
		if err != nil {
			return Event{}, err
		}
		switch {
		case len(line) == 0:
			if !some {
				event = Event{} // a name without data is dropped
				continue
			}
			event.Data, event.ID = bytes.TrimSuffix(data, []byte("\n")), r.lastID
			if event.Name == "" {
				event.Name = "message"
			}
			return event, nil
		case line[0] == ':':
			if !some && event.Name == "" {
				return Event{}, nil
			}
		default:
			field, value := split(line)
			switch field {
			case "event":
				event.Name = string(value)
			case "data":
				some = true
				data = append(append(data, value...), '\n')
			case "id":
				if bytes.IndexByte(value, 0) < 0 {
					r.lastID = string(value)
				}
			}
		}
		if len(data) > MaxEvent {
			return Event{}, ErrTooLong
		}
	}
}

// line returns the next line without its end, which is \n or \r\n.
func (r *Reader) line() ([]byte, error) {
	line, err := r.in.ReadSlice('\n')
	if err == nil {
		return trimEnd(line), nil
	}
	if !errors.Is(err, bufio.ErrBufferFull) {
		return nil, ended(err)
	}
	whole := append([]byte(nil), line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.in.ReadSlice('\n')
		whole = append(whole, line...)
		if len(whole) > MaxEvent {
			return nil, ErrTooLong
		}
	}
	if err != nil {
		return nil, ended(err)
	}
	return trimEnd(whole), nil
}

// ended makes a stream that stops inside a line an unexpected end.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

func split(line []byte) (field string, value []byte) {
	name, rest, found := bytes.Cut(line, []byte(":"))
	if !found {
		return string(line), nil
	}
	return string(name), bytes.TrimPrefix(rest, []byte(" "))
}
