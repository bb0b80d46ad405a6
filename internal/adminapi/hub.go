package adminapi

import "sync"

// Topic is a kind of news for live streams.
type Topic int

// The topics.
const (
	Revisions     Topic = iota // an environment has a new revision
	Presences                  // a program came, went, or was refused
	Evaluated                  // counts were stored
	KeysMoved                  // SDK keys were made or revoked
	Applied                    // instances reported what they applied or override
	RequestsMoved              // something happened to a change request or a rollout

	topics
)

// News counts what happened on each topic. A reader compares two of them: no
// queue, so a slow reader skips.
type News [topics]uint64

// Hub wakes the live streams. Nothing is lost by a missed wake-up: the counters
// are the truth. It is safe for concurrent use.
type Hub struct {
	mu   sync.Mutex // guards the two below
	news News
	next chan struct{} // closed at the next change, then replaced
}

// NewHub returns a hub without news.
func NewHub() *Hub { return &Hub{next: make(chan struct{})} }

// Announce tells that something happened on a topic. It never waits.
func (h *Hub) Announce(topic Topic) {
	h.mu.Lock()
	h.news[topic]++
	woken := h.next
	h.next = make(chan struct{})
	h.mu.Unlock()
	close(woken)
}

// Now returns the counters and a channel that is closed at the next change.
func (h *Hub) Now() (News, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.news, h.next
}
