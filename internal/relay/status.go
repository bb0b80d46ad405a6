package relay

import "time"

// Status says how a relay stands with its upstream.
type Status struct {
	Upstream     string
	TokenRefused string // why upstream refuses the token; "" while it does not
	Away         string // why upstream does not answer; "" while it does
	Unsaved      string // why the folder could not be written; "" while it can
	Environments []EnvironmentStatus
}

// EnvironmentStatus is how one environment stands.
type EnvironmentStatus struct {
	Project     string
	Environment string
	Served      bool // something has come, now or before a restart
	Revision    int64
	Connected   bool
	HeardAt     time.Time // when upstream was last heard; after a restart, when this was stored; zero is never
	Problem     string    // why it is not connected
	Rejected    int64     // snapshots and deltas of upstream that did not pass
}

// Status returns how the relay stands now.
func (r *Relay) Status() Status {
	r.mu.Lock()
	s := Status{Upstream: r.up.base, TokenRefused: r.refused, Away: r.away, Unsaved: r.unsaved}
	r.mu.Unlock()
	for _, h := range r.all() {
		served := h.complete()
		h.mu.Lock()
		e := EnvironmentStatus{
			Project: h.Project, Environment: h.Environment, Served: served,
			Connected: h.connected, HeardAt: h.heard, Problem: h.problem, Rejected: h.rejected,
		}
		if document := h.replica.Document(); document != nil {
			e.Revision = document.Header().Revision
		}
		h.mu.Unlock()
		s.Environments = append(s.Environments, e)
	}
	return s
}
