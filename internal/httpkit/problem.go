package httpkit

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// Problem is the body of every error answer of the JSON protocols, RFC 9457
// with four members of our own: code, errors, meanwhile and requestId.
type Problem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail"`
	Code      string           `json:"code"`
	Errors    []fault.Field    `json:"errors,omitempty"`
	Meanwhile *fault.Meanwhile `json:"meanwhile,omitempty"`
	RequestID string           `json:"requestId,omitempty"`
}

// ContentTypeProblem is the media type of a Problem.
const ContentTypeProblem = "application/problem+json"

// Status returns the HTTP status of a fault.
func Status(e *fault.Error) int {
	switch e.Kind {
	case fault.Invalid:
		if len(e.Fields) > 0 {
			return http.StatusUnprocessableEntity
		}
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Precondition:
		return http.StatusPreconditionFailed
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.NoRoom:
		return http.StatusInsufficientStorage
	}
	return http.StatusInternalServerError
}

// ProblemOf returns the body for err. An error that is no fault tells nothing
// but the request id.
func ProblemOf(err error, requestID string) Problem {
	e := fault.As(err)
	status := Status(e)
	return Problem{
		Type:      "about:blank",
		Title:     http.StatusText(status),
		Status:    status,
		Detail:    e.Message,
		Code:      e.Code,
		Errors:    e.Fields,
		Meanwhile: e.Meanwhile,
		RequestID: requestID,
	}
}

// WriteProblem answers r with err and leaves err to the access log.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	Note(r.Context(), err)
	p := ProblemOf(err, RequestID(r.Context()))
	SetRetryAfter(w.Header(), err)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="burgee"`)
	}
	writeBody(w, p.Status, ContentTypeProblem, p)
}

// SetRetryAfter sets Retry-After, in whole seconds and at least 1, when err is
// a fault that may be retried, or one that says when.
func SetRetryAfter(h http.Header, err error) {
	e := fault.As(err)
	if e.Kind != fault.Limited && e.Kind != fault.Unavailable && e.RetryAfter == 0 {
		return
	}
	h.Set("Retry-After", strconv.FormatInt(RetrySeconds(e.RetryAfter), 10))
}

// RetrySeconds rounds d up to whole seconds, at least 1.
func RetrySeconds(d time.Duration) int64 {
	return max(1, int64((d+time.Second-1)/time.Second))
}

// WriteJSON answers with v as JSON. Answers are private to their reader, so
// they are not to be stored by anyone between.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	writeBody(w, status, "application/json", v)
}

func writeBody(w http.ResponseWriter, status int, contentType string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		// Our own types always marshal; a value that does not is a defect that
		// the recovery of the edge reports.
		panic(err)
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	// A failed write means that the client has gone; nobody is left to tell.
	_, _ = w.Write(append(body, '\n'))
}
