package sse

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func read(t *testing.T, text string) ([]Event, error) {
	t.Helper()
	r := NewReader(strings.NewReader(text))
	var events []Event
	for {
		e, err := r.Next()
		if err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

func TestEventsAsTheStandardDefinesThem(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Event
	}{
		{"data lines are joined", "event: full\nid: 7\ndata: a\ndata: b\n\n", []Event{{"full", "7", []byte("a\nb")}}},
		{"without a name it is a message", "data:x\n\n", []Event{{"message", "", []byte("x")}}},
		{"only one space is trimmed", "data:  x\n\n", []Event{{"message", "", []byte(" x")}}},
		{"a comment shows life", ":\n\n: ping\n", []Event{{}, {}}},
		{"a comment inside an event does not break it", "event: full\n: ping\ndata: a\n\n", []Event{{"full", "", []byte("a")}}},
		{"carriage returns are line ends too", "event: full\r\ndata: a\r\n\r\n", []Event{{"full", "", []byte("a")}}},
		{"an id lasts", "id: 1\ndata: a\n\ndata: b\n\n", []Event{{"message", "1", []byte("a")}, {"message", "1", []byte("b")}}},
		{"a name without data is dropped", "event: gone\n\ndata: a\n\n", []Event{{"message", "", []byte("a")}}},
		{"unknown fields are ignored", "retry: 5\nfoo\ndata: a\n\n", []Event{{"message", "", []byte("a")}}},
		{"empty data is data", "data\n\n", []Event{{"message", "", []byte{}}}},
		{"an event that is cut off is not returned", "data: a\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(t, c.text)
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("err = %v", err)
			}
			if len(got) != len(c.want) || (len(got) > 0 && !reflect.DeepEqual(got, c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestALineLongerThanTheBufferIsWhole(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	got, _ := read(t, "data: "+long+"\n\n")
	if len(got) != 1 || string(got[0].Data) != long {
		t.Fatalf("got %d events", len(got))
	}
}

func FuzzReader(f *testing.F) {
	f.Add("event: full\nid: 7\ndata: a\n\n: x\n")
	f.Fuzz(func(t *testing.T, text string) {
		events, err := read(t, text)
		if err == nil {
			t.Fatal("a finite stream must end with an error")
		}
		if len(events) > len(text) {
			t.Fatal("more events than bytes")
		}
	})
}
