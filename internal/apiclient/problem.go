package apiclient

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
)

// problemBody is the part of a problem+json answer that becomes a fault.
type problemBody struct {
	Detail    string           `json:"detail"`
	Code      string           `json:"code"`
	Errors    []fault.Field    `json:"errors"`
	Meanwhile *fault.Meanwhile `json:"meanwhile"`
	RequestID string           `json:"requestId"`
}

// kinds turn a status back into the kind of fault that made it.
var kinds = map[int]fault.Kind{
	http.StatusBadRequest:            fault.Invalid,
	http.StatusUnprocessableEntity:   fault.Invalid,
	http.StatusUnauthorized:          fault.Unauthenticated,
	http.StatusForbidden:             fault.Forbidden,
	http.StatusNotFound:              fault.NotFound,
	http.StatusConflict:              fault.Conflict,
	http.StatusGone:                  fault.Conflict,
	http.StatusPreconditionFailed:    fault.Precondition,
	http.StatusRequestEntityTooLarge: fault.TooLarge,
	http.StatusTooManyRequests:       fault.Limited,
	http.StatusServiceUnavailable:    fault.Unavailable,
	http.StatusInsufficientStorage:   fault.NoRoom,
	http.StatusBadGateway:            fault.Unavailable,
	http.StatusGatewayTimeout:        fault.Unavailable,
}

// problem turns an answer that is no success into a fault.
func (c *Client) problem(response *http.Response, body []byte) error {
	if to, err := response.Location(); err == nil && response.StatusCode < 400 {
		return fault.New(fault.Invalid, "url_moved", "%s sends on to %s://%s; use that address with --url or BURGEE_URL. Nothing was done", c.base, to.Scheme, to.Host)
	}
	var p problemBody
	isProblem := strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json")
	if err := json.Unmarshal(body, &p); err != nil || !isProblem {
		return c.strange(fmt.Errorf("%s with status %d", response.Header.Get("Content-Type"), response.StatusCode))
	}
	kind, known := kinds[response.StatusCode]
	if !known {
		kind = fault.Internal
	}
	f := fault.New(kind, p.Code, "%s", p.Detail)
	if kind == fault.Internal && p.RequestID != "" {
		f.Message += " (the server's log has it as request " + p.RequestID + ")"
	}
	f.Fields, f.Meanwhile = p.Errors, p.Meanwhile
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		f.RetryAfter = time.Duration(seconds) * time.Second
	}
	return f
}
