package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// scheduled proposes the number n and has it published in a moment.
func scheduled(t *testing.T, s *server, n int, in time.Duration) (path string) {
	t.Helper()
	var made struct{ Number int }
	requests := "/api/v1/projects/default/change-requests"
	s.must(t, http.MethodPost, requests, map[string]any{"title": "at its time", "text": numbered(n)}, &made)
	path = fmt.Sprintf("%s/%d", requests, made.Number)
	s.must(t, http.MethodPost, path+"/schedule", map[string]any{"at": time.Now().Add(in).UnixMilli()}, nil)
	return path
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
	path := scheduled(t, s, 2, 500*time.Millisecond)
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
		path := scheduled(t, nodes[n%2], n+1, 300*time.Millisecond)
		for i, node := range nodes {
			until(t, fmt.Sprintf("node %d to say that change %d is published", i, n), 20*time.Second, func() bool { return publishedAs(t, node, path) != 0 })
		}
	}
	if now := revisionOf(t, nodes[1]); now != revision+changes {
		t.Errorf("revision %d after %d changes, want %d", now, changes, revision+changes)
	}
}
