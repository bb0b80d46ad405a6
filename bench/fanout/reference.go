package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
)

// published is the newest event; next is closed when there is another.
type published struct {
	number int
	event  []byte
	next   chan struct{}
}

// reference serves events with net/http and nothing else: one goroutine for
// each stream, woken through one channel that is closed, one flush for each
// event. GET /stream, POST /publish?size=N.
func reference(addr string) error {
	var publishing sync.Mutex
	var state atomic.Pointer[published]
	state.Store(&published{next: make(chan struct{})})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		current := state.Load()
		data := []byte("id: 0\nevent: uptodate\ndata: {}\n\n")
		for {
			if _, err := w.Write(data); err != nil || control.Flush() != nil {
				return
			}
			select {
			case <-current.next:
			case <-r.Context().Done():
				return
			}
			current = state.Load()
			data = current.event
		}
	})
	mux.HandleFunc("POST /publish", func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Query().Get("size"))
		publishing.Lock()
		defer publishing.Unlock()
		last := state.Load()
		number := last.number + 1
		state.Store(&published{
			number: number, next: make(chan struct{}),
			event: fmt.Appendf(nil, "id: %d\nevent: delta\ndata: %0*d\n\n", number, max(size, 1), number),
		})
		close(last.next)
	})
	return http.ListenAndServe(addr, mux)
}
