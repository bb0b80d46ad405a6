package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
)

// What a killed server loses is what it acknowledged since its last flush, and
// nothing when it is asked to stop. Whatever comes again counts once, also what
// another life of the server has counted.
func TestCountsOfAKilledServerAreThoseSinceItsLastFlush(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		keepCounts(t, startServer(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		keepCounts(t, startOn(t, storetest.EmptyPostgres(t)))
	})
}

func keepCounts(t *testing.T, s *server) {
	s.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": "counted", "type": "boolean"}, nil)
	c := &crowd{url: s.url}
	c.sendFor(t, 100, func() {})
	flushed := c.acknowledged.Load()
	until(t, "a flush", time.Minute, func() bool { return stored(t, s) >= flushed })

	c.sendFor(t, 100, s.kill)
	s.start(t)
	if got := stored(t, s); got < flushed || got > c.sum() {
		t.Errorf("%d are stored after the kill; %d were before, and %d sent", got, flushed, c.sum())
	}
	c.sendAgain(t)
	c.sendFor(t, 100, func() { s.restart(t) })
	if got := stored(t, s); got < c.acknowledged.Load() || got > c.sum() {
		t.Errorf("%d are stored after a stop in order; %d were acknowledged, and %d sent", got, c.acknowledged.Load(), c.sum())
	}
	c.sendAgain(t)
	s.restart(t)
	if got := stored(t, s); got != c.sum() {
		t.Errorf("%d are stored of %d", got, c.sum())
	}
}

// restart stops the server in order and starts it.
func (s *server) restart(t *testing.T) {
	t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.done
	s.start(t)
}

// stored is how often the flag was served, as the database has it.
func stored(t *testing.T, s *server) int64 {
	t.Helper()
	var evaluations struct{ Total int64 }
	s.must(t, http.MethodGet, "/api/v1/projects/default/flags/counted/evaluations?environment=production", nil, &evaluations)
	return evaluations.Total
}

// crowd are programs that send batches, each one after the other.
type crowd struct {
	url          string
	acknowledged atomic.Int64 // evaluations

	mu   sync.Mutex // guards sent
	sent []countsOf
}

// countsOf is a batch of so many evaluations in a minute.
type countsOf struct {
	id            string
	minute, count int64
}

// sendFor sends until end has returned, which is called when the server has
// acknowledged so many more batches.
func (c *crowd) sendFor(t *testing.T, batches int64, end func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var sending sync.WaitGroup
	var taken atomic.Int64
	enough := make(chan struct{})
	for range 4 {
		sending.Go(func() {
			for n := int64(1); ctx.Err() == nil; n++ {
				b := countsOf{rand.Text(), time.Now().Truncate(time.Minute).UnixMilli(), n}
				c.mu.Lock()
				c.sent = append(c.sent, b)
				c.mu.Unlock()
				if c.post(ctx, b) != nil {
					return // the server has gone
				}
				c.acknowledged.Add(b.count)
				if taken.Add(1) == batches {
					close(enough)
				}
			}
		})
	}
	select {
	case <-enough:
	case <-time.After(time.Minute):
		t.Error("the server does not take counts")
	}
	end()
	stop()
	sending.Wait()
}

// sendAgain sends every batch once more, as programs do whose answer was lost.
func (c *crowd) sendAgain(t *testing.T) {
	t.Helper()
	for _, b := range c.sent {
		if err := c.post(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	c.acknowledged.Store(c.sum())
}

func (c *crowd) post(ctx context.Context, b countsOf) error {
	body, err := json.Marshal(map[string]any{
		"id": b.id, "application": map[string]any{"name": "crowd"},
		"counts": []map[string]any{{
			"flag": "counted", "variation": "true", "reason": "DEFAULT", "minute": b.minute, "count": b.count,
		}},
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/sdk/v1/events", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+serverKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("batch %s: %s", b.id, response.Status)
	}
	return nil
}

func (c *crowd) sum() (all int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.sent {
		all += b.count
	}
	return all
}
