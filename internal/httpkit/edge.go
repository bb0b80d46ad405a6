package httpkit

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// Edge is what every request passes before it is routed. The zero value works:
// it logs to slog's default, trusts no proxy and observes nothing.
type Edge struct {
	Logger         *slog.Logger
	Clock          clock.Clock
	TrustedProxies []netip.Prefix    // whose X-Forwarded-* headers are believed
	Observe        func(Observation) // called once per finished request, for metrics
	OnPanic        func(value any)   // called for each recovered panic, for metrics
	OnlyHTTPS      bool              // tell browsers to come by https only, for a year
	// Trace begins a span for a request and returns its context, the trace's id
	// and what ends it; a nil end means that this request has none.
	Trace func(*http.Request) (ctx context.Context, traceID string, end func(Observation))
}

// Observation is what is known of a finished request.
type Observation struct {
	Method   string
	Pattern  string // the route, "" when none matched
	Status   int
	Duration time.Duration
	Err      error // what the handler noted; nil when all went well
}

// record is the request's own note pad: written by its one goroutine, read by
// the edge when the handler has returned.
type record struct {
	id      string
	address string
	secure  bool
	pattern string
	err     error
	rest    *rest // set when the handler took the connection over
}

// rest is what remains of a request whose handler has returned and whose
// connection goes on: one line of the log, when both the handler's return and
// the connection's end are known.
type rest struct {
	mu     sync.Mutex
	bytes  int64             // guarded by mu
	ended  bool              // guarded by mu
	finish func(bytes int64) // guarded by mu; nil until the handler has returned
}

// takenOver notes that the request ends with its connection, not with its
// handler.
func takenOver(r *http.Request) *rest {
	later := &rest{}
	if rec := recordOf(r.Context()); rec != nil {
		rec.rest = later
	}
	return later
}

// end is called when the connection has ended.
func (t *rest) end(bytes int64) {
	t.mu.Lock()
	t.bytes, t.ended = bytes, true
	finish := t.finish
	t.mu.Unlock()
	if finish != nil {
		finish(bytes)
	}
}

// then is called when the handler has returned.
func (t *rest) then(finish func(bytes int64)) {
	t.mu.Lock()
	bytes, ended := t.bytes, t.ended
	t.finish = finish
	t.mu.Unlock()
	if ended {
		finish(bytes)
	}
}

type recordKey struct{}

func recordOf(ctx context.Context) *record {
	rec, _ := ctx.Value(recordKey{}).(*record)
	return rec
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if rec := recordOf(ctx); rec != nil {
		return rec.id
	}
	return ""
}

// Address returns the client's address without port: the connection's, or what
// a trusted proxy says.
func Address(r *http.Request) string {
	if rec := recordOf(r.Context()); rec != nil {
		return rec.address
	}
	return hostOf(r.RemoteAddr)
}

// Secure reports whether the client's connection is encrypted, here or at a
// trusted proxy.
func Secure(r *http.Request) bool {
	if rec := recordOf(r.Context()); rec != nil {
		return rec.secure
	}
	return r.TLS != nil
}

// Note keeps err for the request's one log line. The last one wins.
func Note(ctx context.Context, err error) {
	if rec := recordOf(ctx); rec != nil {
		rec.err = err
	}
}

// Wrap returns next behind the edge.
func (e Edge) Wrap(next http.Handler) http.Handler {
	if e.Logger == nil {
		e.Logger = slog.Default()
	}
	if e.Clock == nil {
		e.Clock = clock.System{}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := e.Clock.Now()
		r, traceID, end := e.begin(r)
		rec := &record{id: requestID(r, traceID)}
		rec.address, rec.secure = e.client(r)
		r = r.WithContext(context.WithValue(r.Context(), recordKey{}, rec))
		collapseSlashes(r)
		answer := &response{ResponseWriter: w}
		commonHeaders(w.Header(), rec.id, start)
		if e.OnlyHTTPS && rec.secure { // over plain http browsers do not take it
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}

		e.serve(answer, r, next)
		done := finished{method: r.Method, path: r.URL.Path, status: answer.status, bytes: answer.bytes, record: *rec, span: end}
		if rec.rest == nil {
			e.finish(r.Context(), done, e.Clock.Now().Sub(start))
			return
		}
		rec.rest.then(func(bytes int64) {
			done.bytes = bytes
			e.finish(context.Background(), done, e.Clock.Now().Sub(start))
		})
	})
}

// begin puts the request into its span, where there is one.
func (e Edge) begin(r *http.Request) (in *http.Request, traceID string, end func(Observation)) {
	if e.Trace == nil {
		return r, "", nil
	}
	ctx, traceID, end := e.Trace(r)
	if end == nil {
		return r, "", nil
	}
	return r.WithContext(ctx), traceID, end
}

// serve runs the handler and turns a panic into one answer, or into a cut
// connection when the answer has begun.
func (e Edge) serve(w *response, r *http.Request, next http.Handler) {
	defer func() {
		value := recover()
		if value == nil {
			return
		}
		if value == http.ErrAbortHandler {
			panic(value)
		}
		if e.OnPanic != nil {
			e.OnPanic(value)
		}
		err := fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		if w.status == 0 {
			WriteProblem(w, r, err)
			return
		}
		Note(r.Context(), err)
	}()
	next.ServeHTTP(w, r)
}

// finished is what is said of a request at its end. It holds nothing of the
// request itself, which a stream would keep for hours.
type finished struct {
	record
	method, path string
	status       int
	bytes        int64
	span         func(Observation) // ends the request's span; nil where there is none
}

// clientGone is the status that is logged and counted of a request whose client has
// gone before it was answered, as nginx has it. Nobody hears it; what the handler
// said of the end, such as that the store was too slow, is not so.
const clientGone = 499

// finish counts and logs the request, and ends its span.
func (e Edge) finish(ctx context.Context, f finished, took time.Duration) {
	status := cmp.Or(f.status, http.StatusOK)
	if ctx.Err() != nil && errors.Is(f.err, context.Canceled) {
		status = clientGone
	}
	seen := Observation{Method: f.method, Pattern: f.pattern, Status: status, Duration: took, Err: f.err}
	if e.Observe != nil {
		e.Observe(seen)
	}
	if f.span != nil {
		defer f.span(seen)
	}
	level := slog.LevelDebug
	switch {
	case status >= 500 && fault.KindOf(f.err) != fault.Unavailable:
		level = slog.LevelError
	case f.err != nil:
		level = slog.LevelInfo
	}
	if !e.Logger.Enabled(ctx, level) {
		return
	}
	// The path only: a query may hold what must not be logged.
	attrs := []slog.Attr{
		slog.String("method", f.method), slog.String("path", f.path), slog.Int("status", status),
		slog.Int64("bytes", f.bytes), slog.Duration("took", took),
		slog.String("address", f.address), slog.String("request_id", f.id),
	}
	if f.err != nil {
		attrs = append(attrs, slog.String("error", f.err.Error()))
	}
	e.Logger.LogAttrs(ctx, level, "request", attrs...)
}

// client tells who is at the other end. X-Forwarded-For is read from the right
// and only as far as every hop is trusted.
func (e Edge) client(r *http.Request) (address string, secure bool) {
	address, secure = hostOf(r.RemoteAddr), r.TLS != nil
	if !e.trusted(address) {
		return address, secure
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
		secure = strings.EqualFold(strings.TrimSpace(proto), "https")
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && e.trusted(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		address = hop.Unmap().String()
	}
	return address, secure
}

func (e Edge) trusted(address string) bool {
	if len(e.TrustedProxies) == 0 {
		return false
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, prefix := range e.TrustedProxies {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

func hostOf(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	return at.Addr().Unmap().WithZone("").String()
}

// requestID keeps the id that a caller sent when it is a plain token, so that
// one id follows a request through proxies. Else a traced request is known by
// its trace, so that the id of an error finds it there; others get a new one.
func requestID(r *http.Request, traceID string) string {
	if id := r.Header.Get("X-Request-Id"); plainToken(id) {
		return id
	}
	if traceID != "" {
		return traceID
	}
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails, by its contract
	return hex.EncodeToString(raw[:])
}

func plainToken(s string) bool {
	if len(s) < 8 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// collapseSlashes makes //ofrep/v1 and /ofrep/v1 one path before routing: a
// redirect would turn the POST into a GET.
func collapseSlashes(r *http.Request) {
	if !strings.Contains(r.URL.Path, "//") {
		return
	}
	// An encoded slash ("%2F%2F") makes the decoded path hold "//" too; then
	// only the raw path tells which slashes separate.
	if r.URL.RawPath == "" {
		u := *r.URL
		u.Path = squeeze(u.Path)
		r.URL = &u
		return
	}
	if u, err := r.URL.Parse("/" + strings.TrimLeft(squeeze(r.URL.EscapedPath()), "/")); err == nil {
		u.RawQuery = r.URL.RawQuery
		r.URL = u
	}
}

func squeeze(path string) string {
	for strings.Contains(path, "//") {
		path = strings.ReplaceAll(path, "//", "/")
	}
	return path
}

// ContentSecurityPolicy is sent with every answer. Styles may be inline because
// the dashboard's components set them; scripts may not.
const ContentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// The values of headers that many answers have, as lists that all share. Who sets
// another value makes a list of its own.
var (
	contentSecurityPolicy = []string{ContentSecurityPolicy}
	sameOrigin            = []string{"same-origin"}
	nosniff               = []string{"nosniff"}
	deny                  = []string{"DENY"}
)

// commonHeaders sets what every answer has. They are few: up to eight, the map
// that holds them is one piece of memory.
func commonHeaders(h http.Header, requestID string, now time.Time) {
	h["Content-Security-Policy"] = contentSecurityPolicy
	h["Date"] = dateOf(now)
	h["X-Content-Type-Options"] = nosniff
	h["X-Request-Id"] = []string{requestID}
}

// PageHeaders sets what a browser minds of what it shows: of pages, of their parts,
// and of what they ask for.
func PageHeaders(h http.Header) {
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Referrer-Policy"] = sameOrigin
	h["X-Frame-Options"] = deny
}

// date is the header of one second.
type date struct {
	second int64
	line   []string
}

// lastDate spares the writing of the same line for each answer of a second.
var lastDate atomic.Pointer[date]

func dateOf(now time.Time) []string {
	second := now.Unix()
	if last := lastDate.Load(); last != nil && last.second == second {
		return last.line
	}
	made := &date{second, []string{now.UTC().Format(http.TimeFormat)}}
	lastDate.Store(made)
	return made.line
}

// response counts what is written. Unwrap lets http.ResponseController reach
// the connection, for flushes and deadlines.
type response struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap returns the wrapped writer.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader keeps the first final status.
func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}
