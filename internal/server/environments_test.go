package server_test

import (
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// environmentsLive makes environments and projects, and archives and restores them
// while a program is connected.
func environmentsLive(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	const environments = project + "/environments"
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	run(testkit.Scenario{Method: "POST", Path: environments, Body: obj{"key": "staging", "like": "production"}, Status: 201, Holds: []string{`"kind":"production"`, `"revision":1`}})
	run(testkit.Scenario{Method: "POST", Path: environments, Body: obj{"key": "staging"}, Status: 409, Code: "environment_exists"})
	run(testkit.Scenario{Method: "POST", Path: environments, Body: obj{"key": "No Key"}, Status: 422, Field: "key"})
	run(testkit.Scenario{Method: "PATCH", Path: environments + "/staging", Body: obj{"name": "Staging", "kind": "other"}, Status: 200, Holds: []string{`"name":"Staging"`, `"kind":"other"`}})
	run(testkit.Scenario{Method: "PUT", Path: environments, Body: obj{"environments": []string{"development", "staging", "production"}}, Status: 200})
	run(testkit.Scenario{Method: "PUT", Path: environments, Body: obj{"environments": []string{"production"}}, Status: 422, Field: "environments"})

	made := s.Want(201, "POST", environments+"/staging/keys", obj{"kind": "server", "name": "x"})
	secret := made.At("key").(string)
	eventually(t, "the new environment is served", func() bool { return snapshotStatus(s, secret) == 200 })
	stream := s.Stream("/sdk/v1/stream", secret, nil)
	stream.Next(t, "the snapshot", anything)

	run(testkit.Scenario{Method: "PUT", Path: project + "/flags/pay.api/environments/staging", Body: obj{"default": false}, Status: 200})
	run(testkit.Scenario{Method: "GET", Path: environments + "/production/differences?from=staging", Status: 200, Holds: []string{`"flag":"pay.api"`, `"sentences":["pay.api in production:`, `"dependsOn":[]`}})
	run(testkit.Scenario{Method: "POST", Path: environments + "/production/promote", Body: obj{"from": "staging", "flags": []string{"pay.api"}, "dryRun": true}, Status: 200, Holds: []string{`"changed":true`}})
	run(testkit.Scenario{Method: "POST", Path: environments + "/production/promote", Body: obj{"from": "staging", "flags": []string{"pay.api"}}, Status: 200, Holds: []string{`"changed":true`, `"object":"pay.api"`}})
	run(testkit.Scenario{Method: "POST", Path: environments + "/production/promote", Body: obj{"from": "staging", "flags": []string{"no.such"}}, Status: 404, Code: "flag_not_found"})
	run(testkit.Scenario{Method: "PUT", Path: project + "/flags/pay.api/environments/production", Body: obj{"default": true}, Status: 200})

	eventually(t, "the program is counted", func() bool {
		a := s.Want(200, "GET", project+"/connections?environment=staging", nil)
		return len(a.At("items").([]any)) == 1
	})
	run(testkit.Scenario{Method: "POST", Path: environments + "/staging/archive", Body: obj{}, Status: 409, Code: "programs_connected", Holds: []string{"in staging"}})
	run(testkit.Scenario{Method: "POST", Path: environments + "/staging/archive", Body: obj{"force": true, "comment": "no longer used"}, Status: 200, Holds: []string{`"archivedEnvironments":[{"key":"staging"`}})
	ended(t, stream)
	eventually(t, "its key is refused", func() bool { return snapshotStatus(s, secret) == 401 })
	run(testkit.Scenario{Method: "POST", Path: environments + "/staging/keys", Body: obj{"kind": "server", "name": "y"}, Status: 409, Code: "environment_archived"})
	run(testkit.Scenario{Method: "POST", Path: environments + "/staging/restore", Body: obj{}, Status: 200, Holds: []string{`"key":"staging"`}})
	eventually(t, "its key is accepted again", func() bool { return snapshotStatus(s, secret) == 200 })
	s.Want(200, "POST", environments+"/staging/archive", obj{"force": true})

	run(testkit.Scenario{Method: "POST", Path: "/api/v1/projects", Body: obj{"key": "shop", "name": "Shop"}, Status: 201, Holds: []string{`"key":"development"`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/projects/shop/archive", Body: obj{}, Status: 200, Holds: []string{`"archivedAt":`}})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/projects", Status: 200, Lacks: []string{`"shop"`}})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/projects?archived=true", Status: 200, Holds: []string{`"shop"`}})
	run(testkit.Scenario{Method: "POST", Path: project + "/archive", Body: obj{"force": true}, Status: 409, Code: "last_project"})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/projects/shop/restore", Body: obj{}, Status: 200, Lacks: []string{`"archivedAt":`}})
	s.Want(200, "POST", "/api/v1/projects/shop/archive", obj{})
}

// ended waits for a stream to end.
func ended(t *testing.T, stream *testkit.Events) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case _, open := <-stream.C:
			if !open {
				return
			}
		case <-deadline:
			t.Fatal("the stream of an archived environment goes on after 10 s")
		}
	}
}
