package once_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/once"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

func claim(t *testing.T, key, body string, at time.Time) *once.Claim {
	t.Helper()
	c, err := once.NewClaim("token 1", key, "POST", "/api/v1/x", []byte(body), at, "r1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// do writes something under a claim, as a request does that is cut off before its
// answer is kept.
func do(t *testing.T, s *store.Store, c *once.Claim) {
	t.Helper()
	if err := s.Write(once.With(t.Context(), c), func(catalog.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAKeyIsPrintableAndNotTooLong(t *testing.T) {
	for key, fits := range map[string]bool{
		"a": true, "0f8fad5b-d9cb-469f-a165-70867728950e": true, `"quoted, with ~"`: true, strings.Repeat("k", 255): true,
		"": false, strings.Repeat("k", 256): false, "schlüssel": false, "a\tb": false, "a\x7f": false,
	} {
		_, err := once.NewClaim("a", key, "POST", "/x", nil, time.Now(), "")
		if fits != (err == nil) {
			t.Errorf("%q: %v", key, err)
		}
		if f := fault.As(err); err != nil && (f.Kind != fault.Invalid || !strings.Contains(f.Message, once.Header)) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestAClaimIsOfWhatIsAskedForAndTellsNothingOfIt(t *testing.T) {
	now := time.Now()
	one := claim(t, "k", "body", now)
	if same := claim(t, "k", "body", now.Add(time.Hour)); same.Key != one.Key || same.Request != one.Request {
		t.Error("the same request is another one later")
	}
	if other := claim(t, "k", "bodY", now); other.Request == one.Request || other.Key != one.Key {
		t.Error("another body is the same request")
	}
	if other := claim(t, "l", "body", now); other.Request == one.Request {
		t.Error("what is kept of a body can be compared with that of another key")
	}
}

func TestARepetitionIsToldWhatBecameOfTheFirst(t *testing.T) {
	s := opened(t)
	var passed atomic.Int64
	start := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	now := clock.Func(func() time.Time { return start.Add(time.Duration(passed.Load())) })
	keeper := once.NewKeeper(s, now)
	first := claim(t, "k", "body", start)
	if _, found, err := keeper.Known(t.Context(), first); found || err != nil {
		t.Fatalf("before it was done: %v %v", found, err)
	}
	do(t, s, first)

	if _, _, err := keeper.Known(t.Context(), claim(t, "k", "other", start)); fault.As(err).Code != once.CodeReused || len(fault.As(err).Fields) != 1 {
		t.Errorf("another request with the key: %v", err)
	}
	// The process that did it is giving the answer.
	time.AfterFunc(20*time.Millisecond, func() {
		_ = keeper.Keep(context.Background(), first, once.Answer{Status: 201, Kept: true, Body: []byte("{}")})
	})
	if r, found, err := keeper.Known(t.Context(), claim(t, "k", "body", start)); err != nil || !found || r.Answer.Status != 201 || string(r.Answer.Body) != "{}" {
		t.Errorf("the answer that came: %+v %v %v", r, found, err)
	}
	// It ended before it could.
	lost := claim(t, "lost", "body", start)
	do(t, s, lost)
	passed.Store(int64(time.Minute))
	began := time.Now()
	if r, found, err := keeper.Known(t.Context(), lost); err != nil || !found || r.Answer.Status != 0 || r.RequestID != "r1" {
		t.Errorf("an answer that nobody gave: %+v %v %v", r, found, err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("an answer that will not come was waited for: %v", took)
	}
}

func TestRequestsWithOneKeyTakeTurns(t *testing.T) {
	keeper := once.NewKeeper(opened(t), nil)
	c := claim(t, "k", "", time.Now())
	end, err := keeper.Begin(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	other, err := keeper.Begin(t.Context(), claim(t, "another", "", time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	other()
	hurried, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := keeper.Begin(hurried, c); fault.As(err).Code != once.CodeProgress || fault.As(err).RetryAfter != time.Second {
		t.Errorf("while the first is under way: %v", err)
	}
	waited := make(chan error, 1) // capacity 1: its one answer never waits
	go func() {
		next, err := keeper.Begin(t.Context(), c)
		if err == nil {
			next()
		}
		waited <- err
	}()
	end()
	if err := <-waited; err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
}
