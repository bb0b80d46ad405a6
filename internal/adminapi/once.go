package adminapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/once"
)

// unkeptAnswer says why an answer is not kept, and what to do without it.
type unkeptAnswer struct {
	why    string // the answer …
	made   string // what the answer's id is of; "" is nothing
	remedy string // what to do with that before asking anew; "" is nothing
}

// shownOnce is an answer with a secret, which is stored nowhere.
func shownOnce(made, remedy string) unkeptAnswer {
	return unkeptAnswer{"held a secret, which is shown once", made, remedy}
}

// takesKey says whether an operation may be sent with a key. Who is nobody yet has
// none: links and codes that make somebody work once by themselves.
func takesKey(o huma.Operation) bool {
	return o.Method == post && signedIn(o) && o.Metadata[markAsks] == nil
}

// withKey lets an operation be sent with a key, and says so in the document.
func (a *API) withKey(o huma.Operation) huma.Operation {
	shortest, longest := 1, 255
	o.Middlewares = append(o.Middlewares, a.onlyOnce)
	o.Parameters = append(o.Parameters, &huma.Param{
		Name: once.Header, In: "header",
		Description: "anything that no other request has, such as a UUID; sent again with it within 24 hours, the request is not done again",
		Schema:      &huma.Schema{Type: "string", MinLength: &shortest, MaxLength: &longest, Pattern: "^[!-~]([ -~]*[!-~])?$"},
	})
	for _, status := range []int{http.StatusConflict, http.StatusUnprocessableEntity} {
		if !slices.Contains(o.Errors, status) {
			o.Errors = append(o.Errors, status)
		}
	}
	return o
}

// onlyOnce does a request that has a key unless it was done before, and answers it
// as it was answered then.
func (a *API) onlyOnce(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	keys := r.Header.Values(once.Header)
	if len(keys) == 0 {
		next(ctx)
		return
	}
	claim, end, err := a.claim(ctx, r, strings.Join(keys, ", "))
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	defer end()
	if a.repeats(ctx, claim) {
		return
	}
	held := &heldAnswer{header: http.Header{}}
	next(humago.NewContext(ctx.Operation(), r.WithContext(once.With(ctx.Context(), claim)), held))
	if claim.Taken() && a.repeats(ctx, claim) {
		return
	}
	if claim.Written() && held.status < http.StatusMultipleChoices {
		httpkit.Note(ctx.Context(), a.keeper.Keep(ctx.Context(), claim, held.answer(ctx.Operation())))
	}
	held.sendTo(w)
}

// claim reads what is asked for, and waits for the turn of its key.
func (a *API) claim(ctx huma.Context, r *http.Request, key string) (*once.Claim, func(), error) {
	body, err := io.ReadAll(r.Body) // wellFormed has read it before, and bounded it
	if err != nil {
		return nil, nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	claim, err := once.NewClaim(callerOf(ctx.Context()).asking(), key, r.Method, r.URL.RequestURI(), body, a.deps.Clock.Now(), httpkit.RequestID(ctx.Context()))
	if err != nil {
		return nil, nil, err
	}
	end, err := a.keeper.Begin(ctx.Context(), claim)
	return claim, end, err
}

// repeats answers a request that was done before, or cannot be, and says whether
// it did.
func (a *API) repeats(ctx huma.Context, claim *once.Claim) bool {
	r, w := humago.Unwrap(ctx)
	before, found, err := a.keeper.Known(ctx.Context(), claim)
	if err == nil && found && !before.Answer.Kept {
		err = alreadyDone(ctx.Operation(), before)
	}
	switch {
	case err != nil:
		httpkit.WriteProblem(w, r, err)
	case found:
		w.Header().Set(once.Replayed, "true")
		if len(before.Answer.Body) > 0 {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(before.Answer.Status)
		_, _ = w.Write(before.Answer.Body) // a failed write means that the client is gone
	}
	return err != nil || found
}

// alreadyDone says what was done before, why that answer is not given again, and
// how to go on.
func alreadyDone(o *huma.Operation, before once.Record) *fault.Error {
	unkept, _ := o.Metadata[markUnkept].(unkeptAnswer)
	words := fmt.Sprintf("This request was done already, at %s, as request %s.",
		time.UnixMilli(before.At).UTC().Format("2006-01-02 15:04:05 UTC"), before.RequestID)
	if before.Answer.Made != "" {
		words += fmt.Sprintf(" It made %s %s.", unkept.made, before.Answer.Made)
	}
	if unkept.why == "" {
		return fault.New(fault.Conflict, once.CodeDone,
			"%s Its answer is not kept: read what is there now, and to do it once more send another %s", words, once.Header)
	}
	words += fmt.Sprintf(" Its answer %s, and is not kept. If you need it anew, ", unkept.why)
	if unkept.remedy != "" {
		words += unkept.remedy + " and "
	}
	return fault.New(fault.Conflict, once.CodeDone, "%ssend the request with another %s", words, once.Header)
}

// heldAnswer holds an answer back until it is known whether it counts.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (h *heldAnswer) Header() http.Header { return h.header }

// WriteHeader implements http.ResponseWriter.
func (h *heldAnswer) WriteHeader(status int) { h.status = status }

// Write implements http.ResponseWriter.
func (h *heldAnswer) Write(p []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	return h.body.Write(p)
}

func (h *heldAnswer) sendTo(w http.ResponseWriter) {
	for name, values := range h.header {
		w.Header()[name] = values
	}
	if h.status != 0 {
		w.WriteHeader(h.status)
	}
	_, _ = w.Write(h.body.Bytes()) // a failed write means that the client is gone
}

// answer is what is kept of the answer of an operation: all of one that is JSON and
// not too long, unless it must not be.
func (h *heldAnswer) answer(o *huma.Operation) once.Answer {
	body := h.body.Bytes()
	if unkept, is := o.Metadata[markUnkept].(unkeptAnswer); is {
		return once.Answer{Status: h.status, Made: madeBy(unkept, body)}
	}
	isJSON := len(body) == 0 || strings.HasPrefix(h.header.Get("Content-Type"), "application/json")
	if !isJSON || len(body) > once.MaxAnswer {
		return once.Answer{Status: h.status}
	}
	return once.Answer{Status: h.status, Kept: true, Body: body}
}

// madeBy is the id of what was made, where the answer names one.
func madeBy(unkept unkeptAnswer, body []byte) string {
	var made struct {
		ID string `json:"id"`
	}
	if unkept.made == "" || json.Unmarshal(body, &made) != nil {
		return ""
	}
	return made.ID
}
