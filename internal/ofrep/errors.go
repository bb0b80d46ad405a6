package ofrep

import (
	"encoding/json"
	"net/http"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// The protocol's error codes that this server sends. TYPE_MISMATCH is not among
// them (a request says no type), nor is TARGETING_KEY_MISSING.
const (
	codeNotFound       = "FLAG_NOT_FOUND"
	codeParse          = "PARSE_ERROR"
	codeInvalidContext = "INVALID_CONTEXT"
	codeGeneral        = "GENERAL"
)

// failure is the body of an error. Of a single evaluation it always has all
// three fields, since each provider misses another one.
type failure struct {
	Key     *string `json:"key,omitempty"`
	Code    string  `json:"errorCode,omitempty"`
	Details string  `json:"errorDetails"`
}

// refuse answers with err; key is nil for the bulk route.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, key *string, err error) {
	httpkit.Note(r.Context(), err)
	e := fault.As(err)
	status := httpkit.Status(e)
	if e.Kind == fault.Invalid {
		status = http.StatusBadRequest
	}
	body := failure{Key: key, Code: codeOf(e), Details: e.Message}
	if key == nil && status >= 500 {
		// With an error code, the web provider would throw its cached flags away.
		body.Code = ""
	}
	httpkit.SetRetryAfter(w.Header(), e)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="burgee"`)
	}
	writeFailure(w, status, body)
}

// survive is deferred: a panic is answered in the protocol's form, and goes on to
// whoever counts panics.
func (a *API) survive(w http.ResponseWriter, r *http.Request, key *string) {
	value := recover()
	if value == nil {
		return
	}
	a.refuse(w, r, key, fault.New(fault.Internal, "internal",
		"The server could not do this; its log has more under the request id %s", httpkit.RequestID(r.Context())))
	panic(value)
}

func codeOf(e *fault.Error) string {
	switch e.Code {
	case codeNotFound, codeInvalidContext:
		return e.Code
	}
	if e.Kind == fault.Invalid {
		return codeParse
	}
	return codeGeneral
}

// unknown answers for every other path under /ofrep: among them the
// configuration endpoint of earlier versions, which old providers ask for.
func unknown(w http.ResponseWriter, r *http.Request) {
	crossOrigin(w.Header())
	if r.URL.Path == streamPath {
		w.Header().Set("Allow", http.MethodGet)
		err := fault.New(fault.Invalid, "method_not_allowed", "The stream is asked for by GET, not %s", r.Method)
		httpkit.Note(r.Context(), err)
		writeFailure(w, http.StatusMethodNotAllowed, failure{Code: codeGeneral, Details: err.Message})
		return
	}
	if r.URL.Path == flagsPath || strings.HasPrefix(r.URL.Path, flagsPath+"/") {
		key := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, flagsPath), "/")
		w.Header().Set("Allow", http.MethodPost)
		err := fault.New(fault.Invalid, "method_not_allowed", "Evaluations are asked for by POST, not %s", r.Method)
		httpkit.Note(r.Context(), err)
		writeFailure(w, http.StatusMethodNotAllowed, failure{Key: &key, Code: codeGeneral, Details: err.Message})
		return
	}
	err := httpkit.NoRoute(r)
	httpkit.Note(r.Context(), err)
	writeFailure(w, http.StatusNotFound, failure{Code: codeGeneral, Details: err.Message +
		"; this server speaks OFREP 0.3: POST " + flagsPath + " and POST " + flagsPath + "/{key}"})
}

func writeFailure(w http.ResponseWriter, status int, body failure) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings always marshal
	}
	write(w, status, append(text, '\n'))
}

func clip(s string) string {
	const most = 128
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
