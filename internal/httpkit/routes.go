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
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			if rec := recordOf(r.Context()); rec != nil {
				rec.pattern = pattern
			}
			mux.ServeHTTP(w, r)
			return
		}
		unrouted(w, r, handler)
	})
}

// unrouted asks the mux's own answer which of the two it is.
func unrouted(w http.ResponseWriter, r *http.Request, answer http.Handler) {
	probe := &headerOnly{header: http.Header{}}
	answer.ServeHTTP(probe, r)
	allow := probe.header.Get("Allow")
	if probe.status != http.StatusMethodNotAllowed || allow == "" {
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
