package testkit

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Event is one server-sent event.
type Event struct{ ID, Name, Data string }

// Events is an open stream.
type Events struct {
	C      <-chan Event // closed when the stream ends
	cancel context.CancelFunc
}

// Close ends the stream from this side.
func (e *Events) Close() { e.cancel() }

// Stream opens a server-sent event stream. As is a credential, or "-".
func (s *Server) Stream(path, as string, client *http.Client) *Events {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if as != "-" {
		request.Header.Set("Authorization", "Bearer "+as)
	}
	if client == nil {
		client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	}
	streaming := *client
	streaming.Timeout = 0
	response, err := streaming.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %d", path, response.StatusCode)
	}
	events := make(chan Event, 100)
	go func() {
		defer close(events)
		defer response.Body.Close()
		read(bufio.NewScanner(response.Body), events)
	}()
	s.t.Cleanup(cancel)
	return &Events{C: events, cancel: cancel}
}

func read(lines *bufio.Scanner, events chan<- Event) {
	lines.Buffer(nil, 16<<20)
	var e Event
	var data []string
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			data = append(data, value)
		}
		if lines.Text() == "" && len(data) > 0 {
			e.Data = strings.Join(data, "\n")
			events <- e
			e, data = Event{}, nil
		}
	}
}

// Next returns the next event that fits, or fails the test.
func (e *Events) Next(t testing.TB, what string, fits func(Event) bool) Event {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case event, open := <-e.C:
			if !open {
				t.Fatalf("the stream ended before %s", what)
			}
			if fits(event) {
				return event
			}
		case <-deadline:
			t.Fatalf("no %s within 10 s", what)
		}
	}
}
