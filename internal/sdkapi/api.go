package sdkapi

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
)

// Registrar takes declarations of flags in. It does not wait: a full queue is a
// fault of kind Unavailable.
type Registrar interface {
	Register(ctx context.Context, r Registration) error
}

// Events takes batches of counts in.
type Events interface {
	Offer(ingest.Batch) (accepted int, err error)
}

// Options are the optional inputs.
type Options struct {
	Heartbeat time.Duration // between comments on a quiet stream; 0 is 25 s
	MinSpread time.Duration // shortest time over which clients come back after a stop; 0 is 5 s
	Now       func() time.Time
}

// API serves the routes.
type API struct {
	gate      *gate.Gate
	presence  *presence.Registry
	registrar Registrar
	events    Events
	opts      Options
	newFlags  allowance

	streams   atomic.Int64
	drainOnce sync.Once
	draining  chan struct{} // closed by Drain
}

// New returns an API.
func New(g *gate.Gate, p *presence.Registry, registrar Registrar, events Events, opts Options) *API {
	if opts.Heartbeat == 0 {
		opts.Heartbeat = 25 * time.Second
	}
	if opts.MinSpread == 0 {
		opts.MinSpread = 5 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &API{gate: g, presence: p, registrar: registrar, events: events, opts: opts, draining: make(chan struct{})}
}

// Routes adds the routes to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sdk/v1/snapshot", a.snapshot)
	mux.HandleFunc("GET /sdk/v1/stream", a.stream)
	mux.HandleFunc("POST /sdk/v1/register", a.register)
	mux.HandleFunc("POST /sdk/v1/events", a.takeEvents)
}

// Drain tells every stream to go away, and refuses new ones. Call it before
// the HTTP server's Shutdown, which then waits for the streams to return.
func (a *API) Drain() { a.drainOnce.Do(func() { close(a.draining) }) }

// Streams is the number of open streams.
func (a *API) Streams() int64 { return a.streams.Load() }

// enter lets server keys in and answers everyone else.
func (a *API) enter(w http.ResponseWriter, r *http.Request) (*gate.Pass, bool) {
	secret, ok := httpkit.Bearer(r)
	if !ok {
		// Whatever the header holds instead is looked at as a key, so that the
		// refusal names what was sent.
		secret = strings.TrimSpace(r.Header.Get("Authorization"))
	}
	pass, err := a.gate.Enter(r, secret, false)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return nil, false
	}
	return pass, true
}

// snapshot answers with the whole ruleset, or that it has not changed.
func (a *API) snapshot(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enter(w, r)
	if !ok {
		return
	}
	state := pass.State
	a.presence.Seen(pass.Instance(presence.Poll, state.Revision()))
	h := w.Header()
	h.Set("ETag", state.ETag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "private, no-cache")
	if httpkit.MatchesETag(r, state.ETag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", "application/x-ndjson")
	body := state.Raw
	if httpkit.AcceptsGzip(r) {
		body = state.Gzip()
		h.Set("Content-Encoding", "gzip")
	}
	// A failed write means that the client has gone.
	_, _ = w.Write(body)
}
