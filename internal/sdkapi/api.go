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
	reports   Reports
	opts      Options
	newFlags  allowance

	streams   atomic.Int64
	drainOnce sync.Once
	draining  chan struct{} // closed by Drain
}

// New returns an API. Reports may be nil where only the reading routes are
// served.
func New(g *gate.Gate, p *presence.Registry, registrar Registrar, events Events, reports Reports, opts Options) *API {
	if opts.Heartbeat == 0 {
		opts.Heartbeat = 25 * time.Second
	}
	if opts.MinSpread == 0 {
		opts.MinSpread = 5 * time.Second
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &API{gate: g, presence: p, registrar: registrar, events: events, reports: reports, opts: opts, draining: make(chan struct{})}
}

// Routes adds the routes to mux.
func (a *API) Routes(mux *http.ServeMux) {
	a.ReadingRoutes(mux)
	mux.HandleFunc("POST /sdk/v1/register", a.register)
	mux.HandleFunc("POST /sdk/v1/events", a.takeEvents)
}

// ReadingRoutes adds the routes that only read. A relay serves these, and hands
// the others on.
func (a *API) ReadingRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sdk/v1/snapshot", a.snapshot)
	mux.HandleFunc("GET /sdk/v1/stream", a.stream)
	mux.HandleFunc("GET /sdk/v1/environments", a.environments)
}

// Drain tells every stream to go away, and refuses new ones. Call it before
// the HTTP server's Shutdown, which then waits for the streams to return.
func (a *API) Drain() { a.drainOnce.Do(func() { close(a.draining) }) }

// Streams is the number of open streams.
func (a *API) Streams() int64 { return a.streams.Load() }

// enter lets server keys in and answers everyone else.
func (a *API) enter(w http.ResponseWriter, r *http.Request) (*gate.Pass, bool) {
	pass, err := a.gate.Enter(r, secretOf(r), false)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return nil, false
	}
	return pass, true
}

// secretOf is the credential of a request. Whatever the header holds instead is
// looked at as a key, so that the refusal names what was sent.
func secretOf(r *http.Request) string {
	if secret, ok := httpkit.Bearer(r); ok {
		return secret
	}
	return strings.TrimSpace(r.Header.Get("Authorization"))
}

// snapshot answers with the whole ruleset, or that it has not changed.
func (a *API) snapshot(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enterOrRelay(w, r)
	if !ok {
		return
	}
	state := pass.State
	if !pass.Relay() {
		a.presence.Seen(pass.Instance(presence.Poll, state.Revision()))
		a.holds(pass, strings.Trim(r.Header.Get("If-None-Match"), `"`))
	}
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
