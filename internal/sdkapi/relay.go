package sdkapi

import (
	"encoding/hex"
	"encoding/json"
	"net/http"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
)

// carried is an environment that a relay may carry.
type carried struct {
	Project     string `json:"project"`
	Environment string `json:"environment"`
}

type carriedList struct {
	Environments []carried `json:"environments"`
}

// environments lists what the token of a relay opens.
func (a *API) environments(w http.ResponseWriter, r *http.Request) {
	cells, err := a.gate.Carries(r, secretOf(r))
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	list := carriedList{Environments: make([]carried, 0, len(cells))}
	for _, cell := range cells {
		state := cell.State()
		list.Environments = append(list.Environments, carried{state.Project, state.Environment})
	}
	httpkit.WriteJSON(w, http.StatusOK, list)
}

// enterOrRelay lets server keys in and, for the environment that its address
// names, a relay.
func (a *API) enterOrRelay(w http.ResponseWriter, r *http.Request) (*gate.Pass, bool) {
	secret := secretOf(r)
	if !gate.IsToken(secret) || !r.URL.Query().Has("project") {
		return a.enter(w, r)
	}
	pass, err := a.gate.EnterRelay(r, secret)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return nil, false
	}
	return pass, true
}

// appendKeys appends the event that tells a relay who may enter.
func appendKeys(dst []byte, state *delivery.State) []byte {
	keys := state.Keys()
	body := struct {
		Project     string   `json:"project"`
		Environment string   `json:"environment"`
		Keys        [][3]any `json:"keys"`
	}{state.Project, state.Environment, make([][3]any, 0, len(keys))}
	for _, k := range keys {
		body.Keys = append(body.Keys, [3]any{hex.EncodeToString(k.Hash[:]), k.Kind, k.ExpiresAt})
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return httpkit.AppendEvent(dst, "", "keys", data)
}
