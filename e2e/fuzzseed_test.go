package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ann signs in some times, and adds what is hers to the words. It returns a token
// of herself, who is a member and has sessions.
func (s *server) ann(t *testing.T, words map[string][]any) (token string) {
	t.Helper()
	var cookie *http.Cookie
	for range 8 {
		response, err := http.Post(s.url+"/api/v1/session", "application/json", strings.NewReader(`{"email":"ann@example.test","password":"correct horse battery"}`))
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		cookie = response.Cookies()[0]
	}
	var made struct{ Token string }
	s.asAnn(t, cookie, http.MethodPost, "/api/v1/tokens", `{"name":"fuzz","kind":"personal"}`, &made)
	var list struct{ Items []struct{ ID string } }
	s.asAnn(t, cookie, http.MethodGet, "/api/v1/sessions", "", &list)
	for _, session := range list.Items {
		words["endSession id"] = append(words["endSession id"], session.ID)
	}
	for i := range spares {
		words["withdrawChangeRequest number"] = append(words["withdrawChangeRequest number"], s.proposedBy(t, made.Token, i))
	}
	return made.Token
}

// proposedBy makes a change request with a token, and returns its number.
func (s *server) proposedBy(t *testing.T, token string, i int) any {
	t.Helper()
	body, err := json.Marshal(proposal("withdraw", i))
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, s.url+defaults+"/change-requests", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var made struct{ Number int64 }
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.Number == 0 {
		t.Fatalf("a change request of ann: %d %v", response.StatusCode, err)
	}
	return made.Number
}

func (s *server) asAnn(t *testing.T, cookie *http.Cookie, method, path, body string, out any) {
	t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(out); err != nil || response.StatusCode > 201 {
		t.Fatalf("%s %s by ann: %d %v", method, path, response.StatusCode, err)
	}
}

// furnish fills the server, so that what is fuzzed is found. It returns what is
// there, by the parameter that names it, and for operations that take something
// away, or that want it in some state, by "operation parameter".
func (s *server) furnish(t *testing.T) map[string][]any {
	t.Helper()
	words := map[string][]any{
		"project": {"default"}, "environment": {"production", "development"}, "flag": {"Flags.isHoliday"}, "group": {"beta"}, "experiment": {"checkout"},
		"revision": {1, 2, 3}, "role": {"duty"}, "at": {4_000_000_000_000}, "from": {1}, "to": {2},
		"body.flag": {"Flags.isHoliday"}, "body.email": {"ben@example.test"}, "body.version": {1},
		// Elsewhere it would take the right to publish from all that comes after.
		"setApprovals environment": {"development"}, "undo environment": {"production"},
		"scheduleChangeRequest body.at": {time.Now().Add(24 * time.Hour).UnixMilli()},
	}
	s.objects(t, "Flags.isHoliday", "beta", "checkout", "duty")
	s.must(t, "POST", defaults+"/flags", falseOf("begun"), nil)
	words["compareEnvironments environment"], words["compareEnvironments from"] = []any{"production"}, []any{"development"}
	words["promote environment"], words["promote body.from"] = []any{"production"}, []any{"development"}
	for i := range spares {
		n := fmt.Sprintf("spare%d", i)
		s.objects(t, n, n, n, n)
		for _, parameter := range []string{
			"archiveFlag flag", "restoreFlag flag", "deleteConfiguration flag", "deleteGroup group", "deleteExperiment experiment",
			"startExperiment experiment", "stopExperiment experiment", "deleteRole role",
		} {
			words[parameter] = append(words[parameter], n)
		}
		s.people(t, i, words)
		s.rollouts(t, n, words)
		s.places(t, n, words)
		s.webhooks(t, n, words)
		for _, operation := range []string{"getChangeRequest", "openChangeRequest", "approveChangeRequest", "rejectChangeRequest", "publishChangeRequest", "scheduleChangeRequest", "commentChangeRequest", "resubmit"} {
			words[operation+" number"] = append(words[operation+" number"], s.made(t, defaults+"/change-requests", "number", proposal(operation, i)))
		}
		s.must(t, "POST", defaults+"/flags", map[string]any{"key": "undo" + n, "type": "boolean", "environments": map[string]any{"production": map[string]any{"default": true}}}, nil)
		words["undo body.revision"] = append(words["undo body.revision"], s.switchedOff(t, "undo"+n))
	}
	return words
}

const (
	defaults = "/api/v1/projects/default"
	// spares is how many there are of what can be used once.
	spares = 8
)

func (s *server) objects(t *testing.T, flag, group, experiment, role string) {
	t.Helper()
	on := map[string]any{"default": true}
	s.must(t, "POST", defaults+"/flags", map[string]any{"key": flag, "type": "boolean", "client": true, "environments": map[string]any{"production": on, "development": on}}, nil)
	s.must(t, "PUT", defaults+"/groups/"+group, map[string]any{"include": []string{"alice"}}, nil)
	s.must(t, "PUT", defaults+"/experiments/"+experiment, map[string]any{"environment": "production", "serve": map[string]any{flag: true}}, nil)
	s.must(t, "PUT", "/api/v1/roles/"+role, map[string]any{"actions": []string{"off"}}, nil)
}

// raisingOf is a rollout of a flag that serves false to everybody.
func raisingOf(flag, variation string) map[string]any {
	return map[string]any{
		"environment": "production", "flag": flag, "variation": variation,
		"steps": []map[string]any{{"percent": 10, "wait": 3_600_000}, {"percent": 100}},
	}
}

// rollouts makes a rollout for each operation on one, in the state that it takes,
// and a flag for one that is not begun.
func (s *server) rollouts(t *testing.T, name string, words map[string][]any) {
	t.Helper()
	for _, operation := range []string{"startRollout", "getRollout", "advanceRollout", "pauseRollout", "resumeRollout", "rollbackRollout", "stopRollout"} {
		flag := operation + name
		s.must(t, "POST", defaults+"/flags", falseOf(flag), nil)
		if operation == "startRollout" {
			words["startRollout body.flag"] = append(words["startRollout body.flag"], flag)
			continue
		}
		number := s.made(t, defaults+"/rollouts", "number", raisingOf(flag, "true"))
		if operation == "resumeRollout" {
			s.must(t, "POST", fmt.Sprintf("%s/rollouts/%v/pause", defaults, number), nil, nil)
		}
		words[operation+" number"] = append(words[operation+" number"], number)
	}
}

func falseOf(flag string) map[string]any {
	return map[string]any{"key": flag, "type": "boolean", "environments": map[string]any{"production": map[string]any{"default": false}}}
}

// webhooks makes a webhook for each operation on one, with a delivery that waits.
// Nobody listens where they lead.
func (s *server) webhooks(t *testing.T, name string, words map[string][]any) {
	t.Helper()
	for _, operation := range []string{"getWebhook", "updateWebhook", "deleteWebhook", "rotateWebhook", "testWebhook", "listDeliveries", "getDelivery", "redeliver"} {
		id := s.made(t, defaults+"/webhooks", "id", map[string]any{"name": operation + name, "url": "http://127.0.0.1:1/", "events": []string{"store"}})
		words[operation+" webhook"] = append(words[operation+" webhook"], id)
		if operation == "getDelivery" || operation == "redeliver" {
			delivery := s.made(t, fmt.Sprintf("%s/webhooks/%v/test", defaults, id), "id", nil)
			words[operation+" delivery"] = append(words[operation+" delivery"], delivery)
		}
	}
}

// startProviderThatIsNamed starts a provider of single sign-on that says where it
// is, and no more. It returns its address.
func startProviderThatIsNamed(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	provider := httptest.NewServer(mux)
	t.Cleanup(provider.Close)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": provider.URL, "authorization_endpoint": provider.URL + "/auth", "token_endpoint": provider.URL + "/token", "jwks_uri": provider.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	return provider.URL
}

// places makes projects and environments to archive and to restore. Environments
// are made in projects of their own: one more makes each change of its project dearer.
func (s *server) places(t *testing.T, name string, words map[string][]any) {
	t.Helper()
	made := func(operation string) string {
		project := strings.ToLower(operation) + name
		s.must(t, "POST", "/api/v1/projects", map[string]any{"key": project}, nil)
		words[operation+" project"] = append(words[operation+" project"], project)
		return "/api/v1/projects/" + project
	}
	made("createEnvironment")
	made("orderEnvironments")
	made("archiveProject")
	s.must(t, "POST", made("restoreProject")+"/archive", nil, nil)
	for _, operation := range []string{"archiveEnvironment", "restoreEnvironment"} {
		project := made(operation)
		s.must(t, "POST", project+"/environments", map[string]any{"key": "spare"}, nil)
		words[operation+" environment"] = []any{"spare"}
		if operation == "restoreEnvironment" {
			s.must(t, "POST", project+"/environments/spare/archive", nil, nil)
		}
	}
}

// people makes a member, an invitation, a token and a key.
func (s *server) people(t *testing.T, i int, words map[string][]any) {
	t.Helper()
	member := s.joined(t, i)
	for _, operation := range []string{"removeMember", "setRoles", "resetPassword", "resetTOTP"} {
		words[operation+" id"] = append(words[operation+" id"], member)
	}
	key := s.made(t, defaults+"/environments/production/keys", "id", map[string]any{"kind": "server", "name": "spare"})
	words["revokeKey id"], words["rotateKey id"] = append(words["revokeKey id"], key), append(words["rotateKey id"], key)
	words["revokeKey environment"], words["rotateKey environment"] = []any{"production"}, []any{"production"}
	words["deleteToken id"] = append(words["deleteToken id"], s.made(t, "/api/v1/tokens", "id", map[string]any{"name": "spare", "kind": "service", "scope": "viewer"}))
	words["deleteLink id"] = append(words["deleteLink id"], s.made(t, "/api/v1/links", "id", invitation("link", i)))
}

func fileWith(flag string) string {
	return "apiVersion: burgee/v1\nflags: {" + flag + ": {type: boolean}}\n"
}

func proposal(operation string, i int) map[string]any {
	return map[string]any{"title": operation, "text": fileWith(fmt.Sprint(operation, i)), "draft": operation == "openChangeRequest"}
}

// switchedOff switches a flag off, and returns the revision.
func (s *server) switchedOff(t *testing.T, flag string) any {
	t.Helper()
	return s.made(t, defaults+"/flags/"+flag+"/environments/production/off", "revision", nil)
}

func invitation(name string, i int) map[string]any {
	return map[string]any{"email": fmt.Sprintf("%s%d@example.test", name, i), "roles": []string{"viewer"}}
}

// made posts, and returns one field of what was made.
func (s *server) made(t *testing.T, path, field string, body any) any {
	t.Helper()
	var out map[string]any
	s.must(t, http.MethodPost, path, body, &out)
	return out[field]
}

// joined makes a member, and returns the id.
func (s *server) joined(t *testing.T, i int) any {
	t.Helper()
	_, secret, _ := strings.Cut(s.made(t, "/api/v1/links", "url", invitation("member", i)).(string), "#t=")
	member := s.made(t, "/api/v1/links/use", "member", map[string]any{"token": secret, "password": "correct horse battery"})
	return member.(map[string]any)["id"]
}
