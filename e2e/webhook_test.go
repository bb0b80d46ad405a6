package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// inbox is a receiver of webhooks that takes some requests and answers late or badly.
type inbox struct {
	*httptest.Server
	mu    sync.Mutex          // guards the rest
	ids   map[string][]string // of an object: the ids of its messages
	first []int64             // the sequences, in the order of their first arrival
	seen  map[string]bool
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{ids: map[string][]string{}, seen: map[string]bool{}}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var event struct {
			Data struct {
				Object   string
				Sequence int64
			}
		}
		if err := json.Unmarshal(body, &event); err != nil {
			t.Errorf("%v: %s", err, body)
		}
		in.mu.Lock()
		defer in.mu.Unlock()
		id := r.Header.Get("Webhook-Id")
		in.ids[event.Data.Object] = append(in.ids[event.Data.Object], id)
		if !in.seen[id] {
			in.seen[id] = true
			in.first = append(in.first, event.Data.Sequence)
		}
	}))
	t.Cleanup(in.Close)
	return in
}

func (i *inbox) has(object string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.ids[object]) > 0
}

const webhooks = "/api/v1/projects/default/webhooks"

// startTelling starts a server that may send to this machine, on a database or on
// SQLite with "".
func startTelling(t *testing.T, store string) *server {
	t.Helper()
	s := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), store: store, env: []string{
		"BURGEE_SECRET_KEY=" + testkit.SecretKey, "BURGEE_OUTBOUND_ALLOW=127.0.0.1",
	}}
	s.url = "http://" + s.addr
	s.start(t)
	return s
}

// Each change that the API acknowledged reaches the webhook, also when the server
// was killed between its commit and the message, and what comes twice has one id.
func TestWebhooksHearOfEachAcknowledgedChangeAfterKills(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) { hearAfterKills(t, startTelling(t, "")) })
	t.Run("PostgreSQL", func(t *testing.T) { hearAfterKills(t, startTelling(t, storetest.Hold(t, "DURABLE=1").Address)) })
}

func hearAfterKills(t *testing.T, s *server) {
	in := newInbox(t)
	s.must(t, http.MethodPost, webhooks, map[string]any{"name": "told", "url": in.URL, "events": []string{"flag"}}, nil)
	var acknowledged []string
	for round := range testkit.Rounds(5, 100) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := 0; ; i++ {
				key := fmt.Sprintf("f-%d-%d", round, i)
				status, err := s.try(http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": key, "type": "boolean"}, nil)
				if err != nil {
					return // the server was killed
				}
				if status != http.StatusCreated {
					t.Errorf("%s: status %d", key, status)
					return
				}
				acknowledged = append(acknowledged, key)
			}
		}()
		time.Sleep(time.Duration(50+rand.IntN(1500)) * time.Millisecond) // around the second in which the sender looks
		s.kill()
		<-done
		s.start(t)
	}
	if len(acknowledged) < 5 {
		t.Fatalf("%d changes only", len(acknowledged))
	}
	until(t, "every change to arrive", 2*time.Minute, func() bool {
		return !slices.ContainsFunc(acknowledged, func(key string) bool { return !in.has(key) })
	})
	in.mu.Lock()
	defer in.mu.Unlock()
	twice := 0
	for object, ids := range in.ids {
		if twice += len(ids) - 1; len(slices.Compact(slices.Clone(ids))) != 1 {
			t.Errorf("%s came as %v", object, ids)
		}
	}
	if len(in.seen) != len(in.ids) {
		t.Errorf("%d ids for %d changes", len(in.seen), len(in.ids))
	}
	if !slices.IsSorted(in.first) {
		t.Error("they came in another order than they were made")
	}
	t.Logf("%d changes, %d messages came twice", len(in.ids), twice)
}

// When the node that sends is killed, another goes on.
func TestAnotherNodeGoesOnWithWebhooks(t *testing.T) {
	store := storetest.Hold(t).Address
	one, other := startTelling(t, store), startTelling(t, store)
	in := newInbox(t)
	one.must(t, http.MethodPost, webhooks, map[string]any{"name": "told", "url": in.URL, "events": []string{"flag"}}, nil)
	for _, node := range []*server{one, other} {
		node.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": "f" + node.addr[len(node.addr)-5:], "type": "boolean"}, nil)
	}
	until(t, "both changes to arrive", 30*time.Second, func() bool { in.mu.Lock(); defer in.mu.Unlock(); return len(in.ids) == 2 })
	for n, killed := range []*server{one, other} {
		left := []*server{other, one}[n]
		killed.kill()
		key := fmt.Sprintf("after-%d", n)
		left.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": key, "type": "boolean"}, nil)
		until(t, "the other node to send "+key, time.Minute, func() bool { return in.has(key) })
		killed.start(t)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.ids) != 4 || !slices.IsSorted(in.first) {
		t.Errorf("%d changes, in the order %v", len(in.ids), in.first)
	}
}
