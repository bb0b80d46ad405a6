package relay

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxEvent is the longest event that is read: twice the largest snapshot.
const maxEvent = 64 << 20

var errEventTooLong = errors.New("the stream sent an event that is too long")

// event is one server-sent event. A comment, which only shows that the stream
// lives, has no name.
type event struct {
	name, id string
	data     []byte // nobody else holds it
}

// events reads server-sent events. It is for one goroutine.
type events struct{ in *bufio.Reader }

func newEvents(r io.Reader) *events { return &events{bufio.NewReaderSize(r, 64<<10)} }

// next returns the next event or comment. What the stream cuts off is never
// returned.
func (e *events) next() (event, error) {
	var next event
	for {
		line, err := e.line()
		if err != nil {
			return event{}, err
		}
		if len(line) == 0 {
			if next.name == "" && next.data == nil {
				continue
			}
			next.data = bytes.TrimSuffix(next.data, []byte("\n"))
			return next, nil
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "":
			if next.name == "" && next.data == nil {
				return event{}, nil
			}
		case "event":
			next.name = string(value)
		case "id":
			next.id = string(value)
		case "data":
			next.data = append(append(next.data, value...), '\n')
		}
		if len(next.data) > maxEvent {
			return event{}, errEventTooLong
		}
	}
}

// line returns the next line without its end. It is valid until the next call.
func (e *events) line() ([]byte, error) {
	line, err := e.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = e.longLine(bytes.Clone(line))
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}

func (e *events) longLine(line []byte) ([]byte, error) {
	for {
		more, err := e.in.ReadSlice('\n')
		line = append(line, more...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxEvent:
			return nil, errEventTooLong
		}
	}
}
