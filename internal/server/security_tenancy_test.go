package server_test

import (
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// Each operation of the OpenAPI document that names an environment, with one that
// only the other project has.
func TestAnEnvironmentOfAProjectOpensNothingInAnother(t *testing.T) {
	m, _ := newMatrix(t)
	tried := 0
	for _, o := range described(m) {
		if !strings.Contains(o.path, "{environment}") {
			continue
		}
		tried++
		n := operations[o.id]
		values, query, body := map[string]string{}, "", any(nil)
		if n.with != nil {
			values, query, body = n.with(m)
		}
		path := fill(o.path, values)
		path = strings.Replace(strings.Replace(path, "/projects/default", "/projects/shop", 1), "/environments/production", "/environments/development", 1)
		if a := m.do(o.method, path+query, body, ""); a.Status != 404 || strings.Contains(string(a.Body), hidden) {
			t.Errorf("%s: %s %s: %d %s", o.id, o.method, path, a.Status, a.Body)
		}
	}
	if tried < 12 {
		t.Errorf("only %d operations were tried", tried)
	}
}

// What stands in a body or a query names nothing of another project either, nor
// gives what who sends it does not have there.
func TestABodyNamesNothingOfAnotherProject(t *testing.T) {
	m, actors := newMatrix(t)
	const there = "/api/v1/projects/shop"
	admin := actors[slices.IndexFunc(actors, func(a tried) bool {
		return strings.Contains(a.name, "admin@shop]") && !strings.Contains(a.name, "viewer")
	})]
	mine := m.ask("POST", there+"/flags", obj{"key": "own", "type": "boolean"}, admin, false)
	if mine.Status != 201 {
		t.Fatalf("a flag of one's own: %d %s", mine.Status, mine.Body)
	}
	file := func(project string) string {
		return "apiVersion: burgee/v1\nproject: " + project + "\nflags: {stolen: {type: boolean}}\n"
	}
	for name, c := range map[string]struct {
		method, path string
		body         any
		statuses     []int
	}{
		"a group in a rule":                {"PUT", there + "/flags/own/environments/production", obj{"rules": []obj{{"when": obj{"group": "group"}, "serve": true}}}, []int{422}},
		"a flag as prerequisite":           {"PUT", there + "/flags/own/environments/production", obj{"default": true, "prerequisites": []obj{{"flag": "f", "variations": []string{"true"}}}}, []int{422}},
		"a flag in an experiment":          {"PUT", there + "/experiments/x", obj{"environment": "production", "serve": obj{"g": true}}, []int{422}},
		"an environment in an experiment":  {"PUT", there + "/experiments/x", obj{"environment": "development", "serve": obj{"own": true}}, []int{404, 422}},
		"an environment of a new flag":     {"POST", there + "/flags", obj{"key": "x", "type": "boolean", "environments": obj{"development": obj{"default": true}}}, []int{404, 422}},
		"a file of the other project":      {"POST", there + "/apply", obj{"text": file("default")}, []int{422}},
		"its plan":                         {"POST", there + "/apply", obj{"text": file("default"), "dryRun": true}, []int{422}},
		"a proposal for the other project": {"POST", there + "/change-requests", obj{"title": "x", "text": file("default")}, []int{422}},
		"a flag to evaluate":               {"POST", there + "/environments/production/evaluate", obj{"flag": "f"}, []int{404}},
		"an object to roll back":           {"POST", there + "/environments/production/rollback", obj{"revision": 1, "kind": "flag", "object": "f"}, []int{404, 422}},
		"an environment of a token":        {"POST", "/api/v1/tokens", obj{"name": "x", "kind": "service", "scope": "viewer", "environments": []string{"default/production"}}, []int{404}},
		"a token for everywhere":           {"POST", "/api/v1/tokens", obj{"name": "x", "kind": "service", "scope": "viewer"}, []int{403}},
		"one place of a token's two":       {"POST", "/api/v1/tokens", obj{"name": "x", "kind": "service", "scope": "viewer", "environments": []string{"shop", "default"}}, []int{404}},
		"a role of an invitation":          {"POST", "/api/v1/links", obj{"email": "x@example.com", "roles": []string{"viewer@shop", "viewer@default"}}, []int{404}},
		"a role of a member":               {"PUT", "/api/v1/members/" + m.target + "/roles", obj{"roles": []string{"owner"}}, []int{403, 404}},
		"the sessions of a member":         {"GET", "/api/v1/sessions?member=" + m.target, nil, []int{404}},
		"an environment of a history":      {"GET", there + "/changes?environment=development", nil, []int{200, 404}},
		"an object of a history":           {"GET", there + "/changes?object=f", nil, []int{200}},
		"an environment of counts":         {"GET", there + "/flags/own/evaluations?environment=development", nil, []int{404}},
		"an environment of experiments":    {"GET", there + "/experiments?environment=development", nil, []int{200, 404}},
		"an environment of connections":    {"GET", there + "/connections?environment=development", nil, []int{200, 404}},
		"a flag to go on after":            {"GET", there + "/flags?after=a", nil, []int{200}},
		"an object to compare":             {"GET", there + "/environments/production/compare?from=1&object=f", nil, []int{200, 404}},
	} {
		a := m.ask(c.method, c.path, c.body, admin, false)
		if !slices.Contains(c.statuses, a.Status) || strings.Contains(string(a.Body), hidden) || strings.Contains(string(a.Body), `"object":"f"`) {
			t.Errorf("%s: %d %s, want %v", name, a.Status, a.Body, c.statuses)
		}
	}
	if a := m.want(200, "GET", project+"/flags", nil); strings.Contains(string(a.Body), "stolen") {
		t.Errorf("the other project was changed: %s", a.Body)
	}
}

// A key is of one environment, whatever the request says.
func TestAKeyServesItsOwnEnvironmentOnly(t *testing.T) {
	m, _ := newMatrix(t)
	key := m.want(201, "POST", "/api/v1/projects/shop/environments/production/keys", obj{"kind": "server", "name": "x"}).At("key").(string)
	eventually(t, "the new key opens the data plane", func() bool { return snapshotStatus(m.server, key) == 200 })
	for _, path := range []string{
		"/sdk/v1/snapshot", "/sdk/v1/snapshot?project=default&environment=production", "/ofrep/v1/evaluate/flags?project=default", "/ofrep/v1/evaluate/flags/f",
	} {
		method, body := "GET", any(nil)
		if strings.HasPrefix(path, "/ofrep/") {
			method, body = "POST", obj{"context": obj{"targetingKey": "alice", "project": "default"}, "project": "default", "environment": "production"}
		}
		a := m.server.Do(testkit.Request{Method: method, Path: path, Body: body, As: key,
			Header: map[string]string{"Burgee-Project": "default", "Burgee-Environment": "production"}})
		if strings.Contains(string(a.Body), hidden) || strings.Contains(string(a.Body), `"flag":"f"`) || strings.Contains(string(a.Body), `"value":true`) || a.Status == 401 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}
