package httpkit

import (
	"net/http"
	"strings"

	"burgee.dev/burgee/internal/fault"
)

// Routes serves mux and answers in problem+json what mux does not know: an
// unknown path, or a method that the path does not take.
func Routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rec := recordOf(r.Context()); rec != nil {
			defer func() { rec.pattern = r.Pattern }()
		}
		answer := &routed{ResponseWriter: w, request: r}
		mux.ServeHTTP(answer, r)
		if answer.unsent != nil {
			unrouted(w, r, answer.unsent)
		}
	})
}

// routed is the writer of a request that the mux routes. What the mux answers
// itself to a request without a route is kept from the client. It is cheaper than
// to ask the mux first, which would route each request twice.
type routed struct {
	http.ResponseWriter
	request *http.Request
	unsent  *headerOnly // the mux's own answer; nil when a route has the request
}

// own is where the mux's own answer goes; nil when a route has the request.
func (w *routed) own() *headerOnly {
	if w.unsent == nil && w.request.Pattern == "" {
		w.unsent = &headerOnly{header: http.Header{}}
	}
	return w.unsent
}

// Unwrap returns the wrapped writer.
func (w *routed) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Header implements http.ResponseWriter.
func (w *routed) Header() http.Header {
	if own := w.own(); own != nil {
		return own.Header()
	}
	return w.ResponseWriter.Header()
}

// WriteHeader implements http.ResponseWriter.
func (w *routed) WriteHeader(status int) {
	if own := w.own(); own != nil {
		own.WriteHeader(status)
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *routed) Write(p []byte) (int, error) {
	if own := w.own(); own != nil {
		return own.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// unrouted learns from the mux's own answer which of the two it is.
func unrouted(w http.ResponseWriter, r *http.Request, own *headerOnly) {
	allow := own.header.Get("Allow")
	if own.status != http.StatusMethodNotAllowed || allow == "" {
		WriteProblem(w, r, NoRoute(r))
		return
	}
	w.Header().Set("Allow", allow)
	err := fault.New(fault.Invalid, "method_not_allowed", "%s does not take %s; use %s", r.URL.Path, r.Method, allow)
	Note(r.Context(), err)
	p := ProblemOf(err, RequestID(r.Context()))
	p.Status, p.Title = http.StatusMethodNotAllowed, http.StatusText(http.StatusMethodNotAllowed)
	writeBody(w, p.Status, ContentTypeProblem, p)
}

// NoRoute is the fault for a path that nothing serves.
func NoRoute(r *http.Request) *fault.Error {
	return fault.New(fault.NotFound, "no_such_path", "Nothing is served at %s %s", r.Method, r.URL.Path)
}

// headerOnly takes the header of an answer and drops its body.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }

// Bearer returns the credential of an Authorization: Bearer header.
func Bearer(r *http.Request) (string, bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, found && strings.EqualFold(scheme, "Bearer") && token != ""
}
