package relay

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
)

// Intake serves what programs send: counts and registrations.
type Intake struct {
	gate   *gate.Gate
	up     *upstream
	outbox *Outbox
	bodies *httpkit.Intake
}

// Intake returns the handlers of what programs send.
func (r *Relay) Intake(g *gate.Gate, o *Outbox) *Intake {
	return &Intake{g, r.up, o, httpkit.NewIntake(0, 0)}
}

// Routes adds the routes to mux.
func (in *Intake) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /sdk/v1/events", in.events)
	mux.HandleFunc("POST /sdk/v1/register", in.register)
}

// batchLimits are what a compressed batch may grow to, as upstream has it.
var batchLimits = httpkit.Limits{Inflated: 10 << 20, Values: 20 * ingest.MaxCounts, AllowUnknown: true, AnyText: true}

type accepted struct {
	Accepted int `json:"accepted"`
}

// events takes a batch in and keeps it for upstream. Its form is looked at here,
// so that a program hears at once of what upstream would refuse later.
func (in *Intake) events(w http.ResponseWriter, r *http.Request) {
	pass, err := in.enter(r)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	parcel, err := in.bodies.Receive(w, r, batchLimits)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	defer parcel.Done()
	var body struct {
		ID     string            `json:"id"`
		Counts []json.RawMessage `json:"counts"`
	}
	err = parcel.Decode(&body)
	if err == nil {
		err = ingest.CheckID(body.ID)
	}
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	in.outbox.add(batch{
		place: place{pass.State.Project, pass.State.Environment}, header: handedOn(r), body: parcel.Sent,
		own: pass.Relay(), since: time.Now(),
	})
	httpkit.WriteJSON(w, http.StatusAccepted, accepted{len(body.Counts)})
}

// withoutEncoding is the request with its body as it was sent.
func withoutEncoding(r *http.Request) *http.Request {
	plain := *r
	plain.Header = http.Header{}
	return &plain
}

// enter checks the credential: a server key, or the token of a relay that takes
// from this one.
func (in *Intake) enter(r *http.Request) (*gate.Pass, error) {
	secret := secretOf(r)
	if gate.IsToken(secret) && r.URL.Query().Has("project") {
		return in.gate.EnterRelay(r, secret)
	}
	return in.gate.Enter(r, secret, false)
}

func secretOf(r *http.Request) string {
	if secret, ok := httpkit.Bearer(r); ok {
		return secret
	}
	return strings.TrimSpace(r.Header.Get("Authorization"))
}

// handedOn is the header that upstream gets: the program's own credential and
// what it tells about itself.
func handedOn(r *http.Request) http.Header {
	header := http.Header{}
	for _, name := range []string{
		"Authorization", "Content-Type", "Content-Encoding", "User-Agent", "Burgee-Application",
		"Burgee-Application-Version", "Burgee-Platform", "Burgee-Sdk", "Burgee-Instance", waitedHeader,
	} {
		if values := r.Header.Values(name); len(values) > 0 {
			header[name] = values
		}
	}
	header.Set("X-Forwarded-For", httpkit.Address(r))
	return header
}

// registerPatience is less than SDKs wait for an answer.
const registerPatience = 8 * time.Second

// register hands declarations on and answers as upstream does. While upstream is
// away nobody can take them: the SDK keeps them and comes again.
func (in *Intake) register(w http.ResponseWriter, r *http.Request) {
	if _, err := in.gate.Enter(r, secretOf(r), false); err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	httpkit.Pace(w, r)
	raw, err := httpkit.ReadBody(withoutEncoding(r), httpkit.Limits{})
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), registerPatience)
	defer cancel()
	answer, err := in.up.pass(ctx, "/sdk/v1/register", handedOn(r), raw)
	if err != nil {
		httpkit.WriteProblem(w, r, fault.Wrap(err, fault.Unavailable, "upstream_away",
			"The server behind this relay does not answer now; flags are registered when it does").WithRetryAfter(5*time.Second))
		return
	}
	defer drop(answer)
	for _, name := range []string{"Content-Type", "Retry-After", "WWW-Authenticate"} {
		if value := answer.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(answer.StatusCode)
	// A failed copy means that one of the two has gone.
	_, _ = io.Copy(w, io.LimitReader(answer.Body, maxAnswer))
}
