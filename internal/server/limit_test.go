package server_test

import (
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

func TestWhoCallsTooOftenIsToldWhenToGoOn(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	ask := func(as string) testkit.Answer {
		return s.Do(testkit.Request{Method: "GET", Path: "/api/v1/projects", As: as})
	}
	first := ask(testkit.Token)
	if first.Status != 200 || first.Header.Get("RateLimit-Limit") != "2000" || first.Header.Get("RateLimit-Remaining") == "" || first.Header.Get("RateLimit-Reset") == "" {
		t.Fatalf("%d %v", first.Status, first.Header)
	}
	const most = 20_000 // a machine that sends more than a hundred a second gets there
	for range most {
		a := ask("bgp_nobody")
		if a.Status != 429 {
			continue
		}
		if a.At("code") != "too_many_requests" || a.Header.Get("Retry-After") != "1" || a.Header.Get("RateLimit-Remaining") != "0" {
			t.Errorf("%v %s", a.Header, a.Body)
		}
		if a := ask(testkit.Token); a.Status != 200 {
			t.Errorf("another waits too: %d %s", a.Status, a.Body)
		}
		return
	}
	t.Error("nobody is ever stopped")
}
