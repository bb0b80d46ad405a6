package server

import (
	"net/http"

	"burgee.dev/burgee/internal/httpkit"
)

// readiness is the body of /readyz.
type readiness struct {
	Status       string               `json:"status"` // ready, starting or stopping
	Version      string               `json:"version"`
	Environments []environmentReady   `json:"environments"`
	Nodes        *nodesReady          `json:"nodes,omitempty"` // where there can be several
	Problems     []environmentProblem `json:"problems"`
}

type environmentReady struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
	Revision    int64  `json:"revision"`
}

type environmentProblem struct {
	Project     string `json:"project,omitempty"`
	Environment string `json:"environment,omitempty"`
	Message     string `json:"message"`
}

// readyz answers 200 as long as this node can serve every environment, whatever
// the database does: the state is in the body. Before the first load and while
// stopping it is 503.
func (a *application) readyz(w http.ResponseWriter, _ *http.Request) {
	body := readiness{
		Status: "ready", Version: a.server.build.Version,
		Environments: []environmentReady{}, Problems: []environmentProblem{},
	}
	if a.exchange != nil {
		heard, silent, _ := a.nodesSeen()
		body.Nodes = &nodesReady{heard, silent}
	}
	for _, cell := range a.delivery.Cells() {
		if state := cell.State(); state != nil {
			body.Environments = append(body.Environments, environmentReady{state.Project, state.Environment, state.Revision()})
		}
	}
	for _, p := range a.delivery.Problems() {
		// The cause is for the log: it may name files and addresses.
		body.Problems = append(body.Problems, environmentProblem{p.Project, p.Environment, "not at the newest revision; the log says why"})
	}
	body.Problems = append(body.Problems, a.storeProblems()...)
	status := http.StatusOK
	switch {
	case a.server.stopping.Load():
		body.Status, status = "stopping", http.StatusServiceUnavailable
	case !a.delivery.Ready():
		body.Status, status = "starting", http.StatusServiceUnavailable
	}
	httpkit.WriteJSON(w, status, body)
}
