package server_test

import (
	"fmt"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// Of two who change the same on what they both read, the second is told and
// overwrites nothing.
func TestOfTwoWhoChangeTheSameOneIsTold(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"}})
	contract := testkit.NewContract()
	provider := startProvider(t)
	for email, role := range map[string]string{"ann@example.com": "owner", "ben@example.com": "viewer"} {
		_, secret, _ := strings.Cut(s.Want(201, "POST", "/api/v1/links", obj{"email": email, "roles": []string{role}}).At("url").(string), "#t=")
		s.Want(201, "POST", "/api/v1/links/use", obj{"token": secret, "password": "correct horse battery"})
	}
	ben := fmt.Sprint(s.Want(200, "GET", "/api/v1/members", nil).At("items.1.id"))
	s.Want(200, "PUT", "/api/v1/roles/duty", obj{"actions": []string{"off"}})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	s.Want(201, "POST", project+"/change-requests", obj{"title": "x", "text": "apiVersion: burgee/v1\nflags: {f: {owner: a}}\n"})
	duty := 0
	for i, r := range s.Want(200, "GET", "/api/v1/roles", nil).At("items").([]any) {
		if r.(obj)["name"] == "duty" {
			duty = i
		}
	}
	settings := func(name string) obj {
		return obj{"name": name, "issuer": provider.URL, "clientId": "burgee", "clientSecret": "secret", "passwords": "everybody"}
	}
	for name, c := range map[string]struct {
		read, version string // where it is, and where in that its version is
		method, path  string
		body          func(turn string) obj
		code          string
	}{
		"a project":      {project, "version", "PATCH", project, func(turn string) obj { return obj{"name": turn} }, "version_moved"},
		"an environment": {project, "environments.0.version", "PATCH", project + "/environments/production", func(turn string) obj { return obj{"name": turn} }, "version_moved"},
		"approvals":      {project, "environments.1.version", "PUT", project + "/environments/development/approvals", func(turn string) obj { return obj{"approvals": len(turn)} }, "version_moved"},
		"a role":         {"/api/v1/roles", fmt.Sprintf("items.%d.version", duty), "PUT", "/api/v1/roles/duty", func(turn string) obj { return obj{"description": turn, "actions": []string{"off"}} }, "version_moved"},
		"a member's roles": {"/api/v1/members", "items.1.version", "PUT", "/api/v1/members/" + ben + "/roles", func(turn string) obj {
			return obj{"roles": []string{map[string]string{"first": "publisher", "second, slower": "admin"}[turn]}}
		}, "version_moved"},
		"single sign-on": {"/api/v1/sso", "version", "PUT", "/api/v1/sso", settings, "version_moved"},
		"a change request's": {project + "/change-requests/1", "version", "PUT", project + "/change-requests/1", func(turn string) obj {
			return obj{"text": "apiVersion: burgee/v1\nflags: {f: {owner: " + turn[:3] + "}}\n"}
		}, "content_changed"},
	} {
		t.Run(name, func(t *testing.T) {
			version := func() string { return fmt.Sprintf("%.0f", s.Want(200, "GET", c.read, nil).At(c.version)) }
			seen := version()
			write := func(turn string, status int, code string) {
				t.Helper()
				testkit.Scenario{
					Method: c.method, Path: c.path, Header: map[string]string{"If-Match": `"` + seen + `"`}, Body: c.body(turn), Status: status, Code: code,
				}.Run(t, s, contract)
			}
			write("first", 200, "")
			after := version()
			write("second, slower", 412, c.code)
			if again := version(); after == seen || again != after {
				t.Errorf("its version was %s, then %s, and after a write that was refused %s", seen, after, again)
			}
			seen = after
			write("second, slower", 200, "")
		})
	}
	order := func(version any, status int, first, second string) {
		testkit.Scenario{
			Method: "PUT", Path: project + "/environments", Header: map[string]string{"If-Match": fmt.Sprintf(`"%.0f"`, version)},
			Body: obj{"environments": []string{first, second}}, Status: status,
		}.Run(t, s, contract)
	}
	seen := s.Want(200, "GET", project, nil).At("version")
	order(seen, 200, "development", "production")
	order(seen, 412, "production", "development")
	testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/duty", Header: map[string]string{"If-Match": "x"}, Body: obj{"actions": []string{}}, Status: 422, Field: "If-Match"}.Run(t, s, contract)
	testkit.Scenario{Method: "PUT", Path: "/api/v1/roles/nobodys", Header: map[string]string{"If-Match": `"7"`}, Body: obj{"actions": []string{}}, Status: 412, Code: "version_moved"}.Run(t, s, contract)
}
