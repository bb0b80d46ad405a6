package ofrep

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/sdk/eval"
)

// Counter counts evaluations. It never waits.
type Counter interface {
	Served(environmentID int64, app ingest.Application, c ingest.Count)
	// NewTally is what counts many evaluations; nil when there is no room for it.
	NewTally(environmentID int64, app ingest.Application, n int, outcome func(n int) ingest.Count) *ingest.Tally
}

// API serves the routes.
type API struct {
	gate     *gate.Gate
	presence *presence.Registry
	counter  Counter
	clock    clock.Clock
	buffers  sync.Pool // of *[]byte, for answers
	limiter  *httpkit.Limiter[asking]
	streams  atomic.Int64
	drain    sync.Once
	draining chan struct{} // closed by Drain
}

// New returns an API.
func New(g *gate.Gate, p *presence.Registry, counter Counter, c clock.Clock) *API {
	return &API{
		gate: g, presence: p, counter: counter, clock: c, draining: make(chan struct{}),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
		limiter: httpkit.NewLimiter[asking](clientRate, clientBurst, c.Now),
	}
}

const flagsPath = "/ofrep/v1/evaluate/flags"

// Routes adds the routes to mux.
func (a *API) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST "+flagsPath, a.bulk)
	mux.HandleFunc("POST "+flagsPath+"/{key...}", a.single)
	mux.HandleFunc("GET "+streamPath, a.stream)
	mux.HandleFunc("OPTIONS /ofrep/", preflight)
	mux.HandleFunc("/ofrep/", unknown)
}

// caller is one request let in: who asks, of which State, about whom.
type caller struct {
	pass    *gate.Pass
	context *eval.Context
	app     ingest.Application
	clients bool // a client key: client flags only

	now   int64 // the one clock reading of the answer, milliseconds since 1970
	sheet *sheet
	tally *ingest.Tally // nil when there is no room for one
}

// begin takes what the answer is made with, of the State as it is now.
func (a *API) begin(c *caller) {
	c.now = clock.Millis(a.clock)
	c.sheet = sheetOf(c.pass.State)
	c.tally = c.sheet.tally(a.counter, c.app, c.now)
}

// enter checks the credential and binds the context.
func (a *API) enter(w http.ResponseWriter, r *http.Request) (*caller, error) {
	pass, err := a.gate.Enter(r, secretOf(r), true)
	if err != nil {
		return nil, err
	}
	clients := pass.Key.Client()
	if clients {
		if err := a.take(asking{pass.Key.Hash, pass.Caller.Address}); err != nil {
			return nil, err
		}
	}
	httpkit.Pace(w, r)
	attributes, err := readContext(r, clients)
	if err == nil && clients {
		attributes, err = a.trusted(r, pass, attributes)
	}
	if err != nil {
		return nil, err
	}
	a.presence.Seen(pass.Instance(presence.OFREP, pass.State.Revision()))
	app := ingest.Application{Name: pass.Caller.Application, Version: pass.Caller.Version, SDK: cmp.Or(pass.Caller.SDK, "ofrep")}
	return &caller{pass: pass, context: eval.NewContext(attributes), app: app, clients: clients}, nil
}

// secretOf takes the key from either header that the protocol knows.
func secretOf(r *http.Request) string {
	if token, ok := httpkit.Bearer(r); ok {
		return token
	}
	return cmp.Or(strings.TrimSpace(r.Header.Get("X-API-Key")), strings.TrimSpace(r.Header.Get("Authorization")))
}

// single answers with one flag.
func (a *API) single(w http.ResponseWriter, r *http.Request) {
	crossOrigin(w.Header())
	key := r.PathValue("key")
	defer a.survive(w, r, &key)
	c, err := a.enter(w, r)
	if err != nil {
		a.refuse(w, r, &key, err)
		return
	}
	info, visible := c.pass.State.Flag(key)
	if !visible || c.clients && !info.Client {
		a.countUnknown(c, key)
		a.refuse(w, r, &key, notFound(key))
		return
	}
	body := a.buffers.Get().(*[]byte)
	defer a.buffers.Put(body)
	a.begin(c)
	var ok bool
	*body, ok = a.appendItem((*body)[:0], c, key, c.pass.State.Snapshot.Evaluate(key, c.context, c.now), true)
	status := http.StatusOK
	if !ok {
		status = http.StatusBadRequest
	}
	write(w, status, *body)
}

// bulk answers with every flag that the key may see, in one pass over one
// State, so that the values agree with each other.
func (a *API) bulk(w http.ResponseWriter, r *http.Request) {
	crossOrigin(w.Header())
	defer a.survive(w, r, nil)
	c, err := a.enter(w, r)
	if err != nil {
		a.refuse(w, r, nil, err)
		return
	}
	if r.URL.RawQuery != "" {
		a.catchUp(r, c.pass)
	}
	body := a.buffers.Get().(*[]byte)
	defer a.buffers.Put(body)
	*body = a.appendAll((*body)[:0], c)
	// The hash of the answer is the one tag that stays right when the context
	// changes, or the clock, and no revision does.
	sum := sha256.Sum256(*body)
	etag := `"` + hex.EncodeToString(sum[:16]) + `"`
	w.Header().Set("ETag", etag)
	w.Header().Set("Burgee-Revision", strconv.FormatInt(c.pass.State.Revision(), 10))
	if httpkit.MatchesETag(r, etag) {
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, *body)
}

func (a *API) appendAll(body []byte, c *caller) []byte {
	a.begin(c)
	all := c.pass.State.Snapshot.EvaluateAll
	if c.clients {
		all = c.pass.State.Snapshot.EvaluateClient
	}
	body = append(body, `{"flags":[`...)
	start := len(body)
	for key, result := range all(c.context, c.now) {
		if len(body) > start {
			body = append(body, ',')
		}
		body, _ = a.appendItem(body, c, key, result, false)
	}
	return append(appendStreams(append(body, `],"metadata":{}`...), c.pass), "}\n"...)
}

// countUnknown counts a question about a flag that is not there. Only programs
// with a server key are believed: anybody can send a client key.
func (a *API) countUnknown(c *caller, key string) {
	if c.clients || !ingest.IsKey(key) {
		return
	}
	a.counter.Served(c.pass.State.EnvironmentID, c.app, ingest.Count{Flag: key, Reason: eval.FlagNotFound.String()})
}

// The headers of every answer, as one list that all share. Setting another value
// makes a list of its own.
var (
	asJSON  = []string{"application/json"}
	noStore = []string{"no-store"}
)

// counted is how long a body net/http counts by itself, and more cheaply: its
// buffer, with room to spare.
const counted = 2000

func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = asJSON
	h["Cache-Control"] = noStore
	if len(body) > counted {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	// A failed write means that the client has gone.
	_, _ = w.Write(body)
}

func notFound(key string) *fault.Error {
	return fault.New(fault.NotFound, codeNotFound,
		"There is no flag %q in this environment that this key may see; check the key's spelling in the dashboard", clip(key))
}
