package webhook_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/webhook"
)

// Nothing of a message is kept beside the record: an erasure reaches what is shown
// of it, and what a receiver answered.
func TestAnErasureReachesWhatWasSent(t *testing.T) {
	inBubble(t, func(t *testing.T, h *home) {
		h.receives("a.example", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = w.Write(body[len(body)/2:])
			_, _ = io.WriteString(w, " alice@example.org")
		}))
		w := h.hook("a.example", func(s *webhook.Settings) { s.Filter = webhook.Filter{Events: []string{"target_group"}} })
		if _, err := h.catalog.PutGroup(t.Context(), ann, "default", "beta", document.TargetGroup{Include: []string{"alice@example.org"}}, catalog.WriteOptions{Comment: "for alice@example.org"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		list := h.log(w.ID)
		if len(list) != 1 {
			t.Fatalf("%d deliveries", len(list))
		}
		shown := func() string {
			d, err := h.Delivery(t.Context(), ann, "default", w.ID, list[0].ID)
			if err != nil || len(d.Attempts) != 1 {
				t.Fatalf("%+v %v", d, err)
			}
			return string(d.Request) + d.Attempts[0].Answer + d.Newest.Answer
		}
		if !strings.Contains(shown(), "alice@example.org") {
			t.Fatalf("it was not in it: %s", shown())
		}
		if _, err := h.catalog.Erase(t.Context(), ann, catalog.EraseRequest{Unit: "alice@example.org"}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(shown(), "alice") {
			t.Errorf("after the erasure: %s", shown())
		}
	})
}

func TestDeliveriesAreKeptForTwoWeeksAndLongerWhileTheyWait(t *testing.T) {
	looking(t, time.Hour, func(t *testing.T, h *home) {
		in := &inbox{}
		h.receives("a.example", in)
		done, waits := h.hook("a.example"), h.hook("b.example")
		h.flag("f")
		time.Sleep(2 * time.Hour)
		prune := func() {
			number, held, err := h.store.TakeLease(t.Context(), "retention", "here", time.Minute)
			if err != nil || !held {
				t.Fatalf("lease: %v %v", held, err)
			}
			if err := h.store.Prune(t.Context(), lease.Fence{Name: "retention", Number: number}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		prune()
		if got := h.log(done.ID); len(got) != 1 || got[0].State != webhook.Delivered {
			t.Errorf("on the same day: %+v", got)
		}
		if _, err := h.Redeliver(t.Context(), ann, "default", waits.ID, h.log(waits.ID)[0].ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(webhook.Kept)
		if _, err := h.Redeliver(t.Context(), ann, "default", waits.ID, h.log(waits.ID)[0].ID); err != nil {
			t.Fatal(err)
		}
		prune()
		if got := h.log(done.ID); len(got) != 0 {
			t.Errorf("after two weeks: %+v", got)
		}
		if got := h.log(waits.ID); len(got) != 1 || got[0].State != webhook.Pending {
			t.Errorf("what waits: %+v", got)
		}
	})
}
