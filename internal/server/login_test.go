package server_test

import (
	"maps"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// commandLinesLive signs a command line in as ann, who has made her account before.
func commandLinesLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	session := cookieOf(run(testkit.Scenario{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "correct horse battery"}, Status: 200}))
	begin := func() (secret, code string) {
		t.Helper()
		started := run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins", As: "-", Body: obj{"machine": "laptop"}, Status: 201, Holds: []string{s.URL + "/cli-login#code="}})
		return started.At("secret").(string), started.At("code").(string)
	}
	secret, code := begin()
	collect := testkit.Scenario{Method: "POST", Path: "/api/v1/logins/token", As: "-", Body: obj{"secret": secret}, Status: 409, Code: "login_waits"}
	run(collect)
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/read", As: "-", Header: session, Body: obj{"code": code}, Status: 200, Holds: []string{`"machine":"laptop"`}, Lacks: []string{secret}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/approve", Body: obj{"code": code}, Status: 403, Code: "session_required"})
	elsewhere := maps.Clone(session)
	elsewhere["Origin"] = "https://evil.example"
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/approve", As: "-", Header: elsewhere, Body: obj{"code": code}, Status: 403}) // from another site's page
	run(collect)
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/approve", As: "-", Header: session, Body: obj{"code": code}, Status: 204})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/approve", As: "-", Header: session, Body: obj{"code": code}, Status: 404, Code: "login_over"})
	collect.Status, collect.Code, collect.Holds = 200, "", []string{`"name":"burgee login on laptop"`, `"kind":"personal"`, `"expiresAt":`}
	run(collect)
	collect.Status, collect.Code, collect.Holds = 404, "login_over", nil
	run(collect)
	_, code = begin()
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins/refuse", As: "-", Header: session, Body: obj{"code": code}, Status: 204})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/logins", As: "-", Body: obj{"machine": "lap\u202etop"}, Status: 422, Field: "machine"})
}
