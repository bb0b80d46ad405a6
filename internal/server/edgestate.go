package server

import (
	"net/http"
	"time"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/relay"
	"burgee.dev/burgee/internal/telemetry"
)

// edgeReadiness is the body of a relay's /readyz.
type edgeReadiness struct {
	Status       string                 `json:"status"` // ready, starting or stopping
	Version      string                 `json:"version"`
	Upstream     string                 `json:"upstream"`
	Environments []edgeEnvironmentReady `json:"environments"`
	Problems     []environmentProblem   `json:"problems"`
	Events       edgeEvents             `json:"events"`
}

type edgeEnvironmentReady struct {
	Project     string    `json:"project"`
	Environment string    `json:"environment"`
	Revision    int64     `json:"revision"`
	Connected   bool      `json:"connected"`        // upstream's stream is open
	HeardAt     time.Time `json:"heardAt,omitzero"` // when upstream was last heard; after a restart, when this was stored
}

type edgeEvents struct {
	Waiting int   `json:"waiting"` // batches that upstream has not taken yet
	Dropped int64 `json:"dropped"` // batches given up because too many waited
}

// readyz answers 200 as long as everything that is known can be served, however
// old: how upstream stands is in the body.
func (e *edge) readyz(w http.ResponseWriter, _ *http.Request) {
	now := e.relay.Status()
	out := e.outbox.Stats()
	body := edgeReadiness{
		Status: "ready", Version: e.server.build.Version, Upstream: now.Upstream,
		Environments: []edgeEnvironmentReady{}, Problems: edgeProblems(now), Events: edgeEvents{out.Waiting, out.Dropped},
	}
	for _, env := range now.Environments {
		if env.Served {
			body.Environments = append(body.Environments, edgeEnvironmentReady{env.Project, env.Environment, env.Revision, env.Connected, env.HeardAt.UTC()})
		}
	}
	for _, p := range e.delivery.Problems() {
		body.Problems = append(body.Problems, environmentProblem{p.Project, p.Environment, "not at the newest revision; the log says why"})
	}
	status := http.StatusOK
	switch {
	case e.server.stopping.Load():
		body.Status, status = "stopping", http.StatusServiceUnavailable
	case !e.ready(now):
		body.Status, status = "starting", http.StatusServiceUnavailable
	}
	httpkit.WriteJSON(w, status, body)
}

// ready says whether this relay has served everything once. An environment that
// comes later and cannot be taken is a problem, and no reason to turn away the
// programs of the others.
func (e *edge) ready(now relay.Status) bool {
	if e.complete.Load() {
		return true
	}
	for _, env := range now.Environments {
		if !env.Served {
			return false
		}
	}
	if len(now.Environments) == 0 || !e.relay.ServedBy(e.delivery) {
		return false
	}
	e.complete.Store(true)
	return true
}

// edgeProblems says in words what keeps the relay from being up to date.
func edgeProblems(now relay.Status) []environmentProblem {
	problems := []environmentProblem{}
	if now.TokenRefused != "" {
		problems = append(problems, environmentProblem{Message: "upstream refuses the relay's token, so nothing new comes: " + now.TokenRefused})
	}
	if now.Away != "" {
		problems = append(problems, environmentProblem{Message: "upstream does not answer; the log says why"})
	}
	if now.Unsaved != "" {
		problems = append(problems, environmentProblem{Message: "the folder cannot be written; the log says why"})
	}
	for _, env := range now.Environments {
		if !env.Connected {
			problems = append(problems, environmentProblem{env.Project, env.Environment, "no stream from upstream; what was received before is served"})
		}
	}
	return problems
}

// observe adds a relay's own metrics.
func (e *edge) observe() {
	m := e.server.metrics
	m.Gauge("burgee_streams", "Open streams of programs.", func() float64 { return float64(e.sdk.Streams()) })
	m.Gauge("burgee_ofrep_streams", "Open streams of pages and apps, which are told over OFREP that flags have changed.", func() float64 { return float64(e.remote.Streams()) })
	m.Gauge("burgee_ready", "1 while this node serves everything that it knows, as /readyz says; else 0.", func() float64 {
		return oneIf(e.ready(e.relay.Status()) && !e.server.stopping.Load())
	})
	m.Gauge("burgee_relay_token_refused", "1 while upstream refuses the relay's token; else 0.", func() float64 {
		return oneIf(e.relay.Status().TokenRefused != "")
	})
	m.Gauges("burgee_environment_revision", "The revision that this node serves.", byEnvironment, e.each(func(s relay.EnvironmentStatus) float64 {
		return float64(s.Revision)
	}))
	m.Gauges("burgee_relay_connected", "1 while the stream from upstream is open; else 0.", byEnvironment, e.each(func(s relay.EnvironmentStatus) float64 {
		return oneIf(s.Connected)
	}))
	m.Gauges("burgee_relay_heard_timestamp_seconds", "When upstream was last heard, in seconds since 1970.", byEnvironment, e.each(func(s relay.EnvironmentStatus) float64 {
		return float64(s.HeardAt.UnixMilli()) / 1000
	}))
	m.Gauges("burgee_relay_rejected", "Snapshots and deltas of upstream that did not pass, since the start.", byEnvironment, e.each(func(s relay.EnvironmentStatus) float64 {
		return float64(s.Rejected)
	}))
	m.Gauge("burgee_relay_events_waiting", "Batches of counts that upstream has not taken yet.", func() float64 { return float64(e.outbox.Stats().Waiting) })
	m.Counter("burgee_relay_events_sent_total", "Batches of counts that upstream took.", func() int64 { return e.outbox.Stats().Sent })
	m.Counter("burgee_relay_events_refused_total", "Batches of counts that upstream did not take and that were given up.", func() int64 { return e.outbox.Stats().Refused })
	m.Counter("burgee_relay_events_dropped_total", "Batches of counts given up because too many waited.", func() int64 { return e.outbox.Stats().Dropped })
}

// each reads a number of every environment that is served.
func (e *edge) each(of func(relay.EnvironmentStatus) float64) func(telemetry.Set) {
	return func(set telemetry.Set) {
		for _, s := range e.relay.Status().Environments {
			if s.Served {
				set(of(s), s.Project, s.Environment)
			}
		}
	}
}
