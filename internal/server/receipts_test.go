package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// programmed is a client that says which instance it is, as an SDK does.
type programmed struct{ instance string }

func (p programmed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range map[string]string{"Application": "calendar", "Application-Version": "1.4.0", "Sdk": "go/0.1.0", "Instance": p.instance} {
		r.Header.Set("Burgee-"+name, value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// program connects an instance and waits for its first configuration.
func program(t *testing.T, s *testkit.Server, instance string) *testkit.Events {
	t.Helper()
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	events := s.Stream("/sdk/v1/stream", testkit.ServerKey, &http.Client{Transport: programmed{instance}})
	events.Next(t, "a configuration", func(e testkit.Event) bool { return e.ID != "" })
	return events
}

// published makes a change and returns its revision, when the program has it,
// and the id under which it got it.
func published(t *testing.T, s *testkit.Server, by *testkit.Events, value bool) (revision int, id string) {
	t.Helper()
	put := s.Want(200, "PUT", project+"/flags/f/environments/production", obj{"default": value})
	revision = int(put.At("revision").(float64))
	event := by.Next(t, "the change", func(e testkit.Event) bool { return strings.Contains(e.ID, fmt.Sprintf("-%d-", revision)) })
	return revision, event.ID
}

var batches int

// tell posts what an instance reports.
func tell(t *testing.T, s *testkit.Server, instance string, what obj) {
	t.Helper()
	batches++
	body := obj{"id": fmt.Sprint("batch-", batches), "counts": []obj{}, "application": obj{"name": "calendar", "version": "1.4.0", "sdk": "go/0.1.0", "instance": instance}}
	for name, value := range what {
		body[name] = value
	}
	if a := s.Do(testkit.Request{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: body}); a.Status != 202 {
		t.Fatalf("report: %d %s", a.Status, a.Body)
	}
}

func receipts(s *testkit.Server, revision int) testkit.Answer {
	return s.Want(200, "GET", fmt.Sprintf("%s/environments/production/revisions/%d/receipts", project, revision), nil)
}

func TestEachChangeShowsWhichInstancesAppliedItAlsoAfterARestart(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	first := program(t, s, "i1")
	program(t, s, "i2")
	live := s.Stream(project+"/live", testkit.Token, nil)
	revision, id := published(t, s, first, true)
	got := receipts(s, revision)
	if got.At("state") != "waiting" || got.At("expected") != 2.0 || got.At("applied") != 0.0 || got.At("stale") != 0.0 {
		t.Errorf("before anybody reports: %s", got.Body)
	}
	tell(t, s, "i1", obj{"applied": obj{"id": id, "ago_ms": 0}})
	live.Next(t, "news of a receipt", func(e testkit.Event) bool { return strings.Contains(e.Data, `"receipts"`) })
	tell(t, s, "i2", obj{"applied": obj{"id": id, "ago_ms": 60_000}})
	got = receipts(s, revision)
	if got.At("state") != "applied" || got.At("applied") != 2.0 || got.At("slowest.instance") != "i1" || got.At("slowestMs") == nil {
		t.Errorf("after both have reported: %s", got.Body)
	}
	connections := s.Want(200, "GET", project+"/connections", nil)
	if connections.At("items.0.instances.0.applied") != float64(revision) || connections.At("items.0.instances.1.applied") != float64(revision) {
		t.Errorf("connections: %s", connections.Body)
	}

	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	after := receipts(again, revision)
	if string(after.Body) != string(got.Body) {
		t.Errorf("after a restart: %s\nbefore: %s", after.Body, got.Body)
	}
}

func TestARelaysInstancesAreShownByTheirReports(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	tell(t, s, "far away", nil)
	near := program(t, s, "near")
	revision, id := published(t, s, near, true)
	tell(t, s, "far away", obj{"applied": obj{"id": id, "ago_ms": 1}})
	got := receipts(s, revision)
	if got.At("expected") != 2.0 || got.At("applied") != 1.0 {
		t.Errorf("receipt: %s", got.Body)
	}
	connections := s.Want(200, "GET", project+"/connections", nil)
	if body := string(connections.Body); !strings.Contains(body, `"instance":"far away"`) || !strings.Contains(body, `"transport":"relay"`) {
		t.Errorf("connections: %s", body)
	}
}

func TestAFlagSaysInHowManyInstancesItIsOverridden(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	program(t, s, "i1")
	program(t, s, "i2")
	tell(t, s, "i2", obj{"overrides": []string{"f"}})
	flag := s.Want(200, "GET", project+"/flags/f", nil)
	if flag.At("overridden.production.instances") != 1.0 || flag.At("overridden.production.of") != 2.0 || flag.At("overridden.production.which.0.instance") != "i2" {
		t.Errorf("overridden: %v", flag.At("overridden"))
	}
	if flag.At("overridden.development.of") != 0.0 {
		t.Errorf("nobody is connected in development: %v", flag.At("overridden"))
	}
	connections := s.Want(200, "GET", project+"/connections", nil)
	if !strings.Contains(string(connections.Body), `"overrides":["f"]`) {
		t.Errorf("connections: %s", connections.Body)
	}
	tell(t, s, "i2", obj{"overrides": []string{}})
	if flag := s.Want(200, "GET", project+"/flags/f", nil); flag.At("overridden.production.instances") != 0.0 {
		t.Errorf("after it ended: %v", flag.At("overridden"))
	}
}
