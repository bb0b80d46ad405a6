package sdkapi

import (
	"cmp"
	"context"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/delivery"
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
	Patience  time.Duration // how long a reader may take for one write; 0 is httpkit.WriteDeadline
	// Wholes is how many whole snapshots of 64 kB are sent in a second; who asks
	// for more is told to come again. Smaller and larger ones count by their size.
	// 0 is 200 for each processor.
	Wholes  int
	Now     func() time.Time
	OnPanic func(value any, stack []byte) // called for each panic of a stream that was recovered
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
	stats     Stats

	admission *admission
	intake    *httpkit.Intake
	streams   atomic.Int64
	running   sync.WaitGroup // audiences, and writes that wait for their readers

	mu        sync.Mutex // guards audiences, and draining while a stream joins
	audiences map[*delivery.Cell]*audience
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
	opts.Patience = cmp.Or(opts.Patience, httpkit.WriteDeadline)
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.OnPanic == nil {
		opts.OnPanic = func(any, []byte) {}
	}
	return &API{
		gate: g, presence: p, registrar: registrar, events: events, reports: reports, opts: opts,
		admission: newAdmission(opts.Wholes, opts.Now), intake: httpkit.NewIntake(0, 0), stats: newStats(),
		audiences: map[*delivery.Cell]*audience{}, draining: make(chan struct{}),
	}
}

// survive is deferred where streams are written. After a panic it tells of it and
// calls then.
func (a *API) survive(then func()) {
	if value := recover(); value != nil {
		a.opts.OnPanic(value, debug.Stack())
		then()
	}
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

// Drain tells every stream to go away, and refuses new ones. It does not wait.
func (a *API) Drain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.stopping() {
		close(a.draining)
	}
}

func (a *API) stopping() bool {
	select {
	case <-a.draining:
		return true
	default:
		return false
	}
}

// Wait returns when every stream has ended after Drain. When ctx ends before, it
// cuts the rest off. The HTTP server's Shutdown does not wait for streams.
func (a *API) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		a.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	a.mu.Lock()
	for _, u := range a.audiences {
		u.cut()
	}
	a.mu.Unlock()
	<-done
}

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
	if !a.admission.admit(len(state.Raw)) {
		h.Del("ETag")
		httpkit.WriteProblem(w, r, refused(a.spread()))
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
