package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// scheduled proposes the number n and has it published in a moment: a later one where
// that was over before the server came to look.
func scheduled(t *testing.T, s *server, n int, in time.Duration) (path string, at time.Time) {
	t.Helper()
	var made struct{ Number int }
	requests := "/api/v1/projects/default/change-requests"
	s.must(t, http.MethodPost, requests, map[string]any{"title": "at its time", "text": numbered(n)}, &made)
	path = fmt.Sprintf("%s/%d", requests, made.Number)
	for ; ; in *= 2 {
		at = time.Now().Add(in).Truncate(time.Millisecond)
		var problem struct{ Code string }
		status := s.call(t, http.MethodPost, path+"/schedule", map[string]any{"at": at.UnixMilli()}, &problem)
		if status < 300 {
			return path, at
		}
		if problem.Code != "time_invalid" || time.Now().Before(at) {
			t.Fatalf("scheduled for %v from now: %d %s", in, status, problem.Code)
		}
	}
}

// publishedAs is the revision of production that a change request was published
// as; 0 while it is open.
func publishedAs(t *testing.T, s *server, path string) int64 {
	t.Helper()
	var body struct{ Revisions map[string]int64 }
	s.must(t, http.MethodGet, path, nil, &body)
	return body.Revisions["production"]
}

func revisionOf(t *testing.T, s *server) int64 {
	t.Helper()
	var body struct{ Items []struct{ Number int64 } }
	s.must(t, http.MethodGet, "/api/v1/projects/default/environments/production/revisions?limit=1", nil, &body)
	return body.Items[0].Number
}

func TestAScheduledChangeSurvivesARestart(t *testing.T) {
	s := startServer(t)
	revision := s.apply(t, numbered(1))["production"]
	path, _ := scheduled(t, s, 2, 500*time.Millisecond)
	s.restart(t)
	until(t, "the change to be published", 20*time.Second, func() bool { return publishedAs(t, s, path) != 0 })
	if now := revisionOf(t, s); now != revision+1 {
		t.Errorf("revision %d, want one more than %d", now, revision)
	}
}

func TestTwoNodesPublishAScheduledChangeOnce(t *testing.T) {
	nodes := pair(t)
	revision := nodes[0].apply(t, numbered(0))["production"]
	const changes = 3
	for n := range changes { // each on the one before
		path, _ := scheduled(t, nodes[n%2], n+1, 300*time.Millisecond)
		for i, node := range nodes {
			until(t, fmt.Sprintf("node %d to say that change %d is published", i, n), 20*time.Second, func() bool { return publishedAs(t, node, path) != 0 })
		}
	}
	if now := revisionOf(t, nodes[1]); now != revision+changes {
		t.Errorf("revision %d after %d changes, want %d", now, changes, revision+changes)
	}
}

// raised begins a rollout of a flag of its own with a step each second, the first at
// once and as the revision that is returned.
func raised(t *testing.T, s *server, steps int) (path string, first int64) {
	t.Helper()
	s.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{
		"key": "raised", "type": "boolean", "environments": map[string]any{"production": map[string]any{"default": false}},
	}, nil)
	list := []map[string]any{}
	for i := range steps {
		list = append(list, map[string]any{"percent": 10 * (i + 1), "wait": 1000})
	}
	var made struct {
		Number int
		Steps  []struct{ Revision int64 }
	}
	rollouts := "/api/v1/projects/default/rollouts"
	s.must(t, http.MethodPost, rollouts, map[string]any{"environment": "production", "flag": "raised", "variation": "true", "steps": list}, &made)
	if first = made.Steps[0].Revision; first == 0 {
		t.Fatal("the first step is not made at once")
	}
	return fmt.Sprintf("%s/%d", rollouts, made.Number), first
}

// done says whether a rollout has made all steps, and that each is the revision
// after the one before.
func done(t *testing.T, s *server, path string) bool {
	t.Helper()
	var body struct {
		State string
		Made  int
		Steps []struct{ Revision int64 }
	}
	s.must(t, http.MethodGet, path, nil, &body)
	for i := 1; i < body.Made; i++ {
		if body.Steps[i].Revision != body.Steps[i-1].Revision+1 {
			t.Fatalf("step %d is revision %d, after %d", i+1, body.Steps[i].Revision, body.Steps[i-1].Revision)
		}
	}
	return body.State == "done"
}

// Killed at any moment around its time, a change is published once; so is each step
// of a rollout.
func TestAKillAroundTheMomentLosesAndDoublesNothing(t *testing.T) {
	s := startServer(t)
	s.apply(t, numbered(0))
	for n, after := range []time.Duration{0, 300 * time.Millisecond, 700 * time.Millisecond, time.Second} { // it looks each second
		revision := revisionOf(t, s)
		path, at := scheduled(t, s, n+1, 200*time.Millisecond)
		time.Sleep(time.Until(at) + after) // the moment of the kill is what is tried
		s.kill()
		s.start(t)
		until(t, fmt.Sprintf("change %d to be published", n+1), 40*time.Second, func() bool { return publishedAs(t, s, path) != 0 })
		if now := revisionOf(t, s); now != revision+1 {
			t.Errorf("killed %v after its time: revision %d after %d", after, now, revision)
		}
	}
	const steps = 4
	path, revision := raised(t, s, steps)
	for range 3 {
		time.Sleep(900 * time.Millisecond)
		s.kill()
		s.start(t)
	}
	until(t, "the rollout to be done", 60*time.Second, func() bool { return done(t, s, path) })
	if now := revisionOf(t, s); now != revision+steps-1 {
		t.Errorf("revision %d after %d steps from %d", now, steps-1, revision)
	}
}

// Of two nodes one is killed while a rollout goes on: the other makes the steps that
// are left, and none twice.
func TestTwoNodesMakeEachStepOfARolloutOnce(t *testing.T) {
	nodes := pair(t)
	const steps = 5
	path, revision := raised(t, nodes[0], steps)
	until(t, "a step", 20*time.Second, func() bool { return revisionOf(t, nodes[1]) > revision })
	nodes[0].kill()
	until(t, "the rollout to be done", 60*time.Second, func() bool { return done(t, nodes[1], path) })
	if now := revisionOf(t, nodes[1]); now != revision+steps-1 {
		t.Errorf("revision %d after %d steps from %d", now, steps-1, revision)
	}
}
