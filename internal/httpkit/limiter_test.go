package httpkit

import (
	"net/http"
	"testing"
	"time"
)

func TestWhoAsksTooOftenIsTold(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	l := NewLimiter[string](10, 3, func() time.Time { return now })
	for left := 2; left >= 0; left-- {
		if a := l.Take("ann"); !a.OK || a.Left != left || a.Limit != 3 {
			t.Fatalf("got %+v, want %d left", a, left)
		}
	}
	a := l.Take("ann")
	if a.OK || a.Left != 0 || a.Reset != 300*time.Millisecond {
		t.Errorf("got %+v", a)
	}
	if other := l.Take("ben"); !other.OK || other.Left != 2 {
		t.Errorf("another is limited too: %+v", other)
	}
	h := http.Header{}
	a.SetHeaders(h)
	if h.Get("RateLimit-Limit") != "3" || h.Get("RateLimit-Remaining") != "0" || h.Get("RateLimit-Reset") != "1" {
		t.Errorf("got %v", h)
	}
	now = now.Add(100 * time.Millisecond)
	if a := l.Take("ann"); !a.OK {
		t.Errorf("a tenth of a second later: %+v", a)
	}
}

func TestALimiterForgets(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	l := NewLimiter[int](1, 2, func() time.Time { return now })
	for who := range mostAsking + 100 {
		l.Take(who)
	}
	if n := len(l.buckets); n > mostAsking {
		t.Errorf("%d are remembered, want at most %d", n, mostAsking)
	}
	now = now.Add(time.Hour) // all may ask as if they never had
	l.Take(-1)
	if n := len(l.buckets); n != 1 {
		t.Errorf("%d are remembered, want the last", n)
	}
}
