package gate

import (
	"crypto/sha256"
	"net/http"
	"strings"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
)

// IsToken says whether a credential is an API token: on the routes of relays it
// may enter.
func IsToken(secret string) bool { return strings.HasPrefix(secret, tokenPrefix) }

// Carries lists the environments that the token of a relay opens. While not
// everything is loaded there is no list: a relay drops what is not on it.
func (g *Gate) Carries(r *http.Request, secret string) ([]*delivery.Cell, error) {
	cells, refused := g.carries(r, secret)
	if refused != nil {
		return nil, g.refuse(r, secret, refused)
	}
	return cells, nil
}

func (g *Gate) carries(r *http.Request, secret string) ([]*delivery.Cell, *fault.Error) {
	if err := checkToken(r, secret); err != nil {
		return nil, err
	}
	if !g.directory.Ready() { // before the look: what comes between the two would be missing
		return nil, notReady()
	}
	cells := g.directory.ByToken(sha256.Sum256([]byte(secret)))
	if len(cells) == 0 {
		return nil, fault.New(fault.Unauthenticated, "token_not_relay",
			"%s is not the token of a relay here: it is from another server, has other rights, was revoked or has expired. "+
				"Make one: burgee token create NAME --scope relay", Mask(secret))
	}
	return cells, nil
}

// EnterRelay checks the token of a relay for the environment that the query of r
// names by project and environment.
func (g *Gate) EnterRelay(r *http.Request, secret string) (*Pass, error) {
	pass, refused := g.checkRelay(r, secret)
	if refused != nil {
		return nil, g.refuse(r, secret, refused)
	}
	return pass, nil
}

func (g *Gate) checkRelay(r *http.Request, secret string) (*Pass, *fault.Error) {
	if err := checkToken(r, secret); err != nil {
		return nil, err
	}
	query := r.URL.Query()
	project, environment := query.Get("project"), query.Get("environment")
	if pass := g.passOf(r, secret, g.directory.ByToken(sha256.Sum256([]byte(secret))), project, environment); pass != nil {
		return pass, nil
	}
	cells, err := g.carries(r, secret)
	if err != nil {
		return nil, err
	}
	if pass := g.passOf(r, secret, cells, project, environment); pass != nil { // it came since the first look
		return pass, nil
	}
	if project == "" || environment == "" {
		return nil, fault.New(fault.Invalid, "environment_missing",
			"Which environment? A relay says it in the address: ?project=default&environment=production")
	}
	return nil, fault.New(fault.Forbidden, "relay_scope",
		"The relay's token %s may not carry %s/%s. Make one that may: burgee token create NAME --scope relay", Mask(secret), clip(project), clip(environment))
}

// passOf is the pass to one of the cells that a token opens; nil when it is not
// among them.
func (g *Gate) passOf(r *http.Request, secret string, cells []*delivery.Cell, project, environment string) *Pass {
	for _, cell := range cells {
		state := cell.State()
		key, ok := state.Key(sha256.Sum256([]byte(secret)), clock.Millis(g.clock))
		if ok && state.Project == project && state.Environment == environment {
			return &Pass{Cell: cell, State: state, Key: key, Caller: CallerOf(r), clock: g.clock}
		}
	}
	return nil
}

// checkToken refuses what cannot be the token of a relay, and what may be one but
// must not come from where it came.
func checkToken(r *http.Request, secret string) *fault.Error {
	switch {
	case secret == "":
		return fault.New(fault.Unauthenticated, "token_missing",
			"The request has no token; send the header Authorization: Bearer bgp_…, with a token of scope relay")
	case !IsToken(secret):
		return fault.New(fault.Forbidden, "key_not_token",
			"%s is no API token; this route is for relays. Make a token: burgee token create NAME --scope relay", Mask(secret))
	case r.Header.Get("Origin") != "":
		return usedFromBrowser(secret, r.Header.Get("Origin"))
	}
	return nil
}
