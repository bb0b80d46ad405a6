package server_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
)

func TestTwoPeopleWithOneLinkMakeOneOwner(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{}})
	_, secret, _ := strings.Cut(s.SetupURL(), "#t=")
	statuses := make(chan int)
	for _, name := range []string{"ann", "ben", "eve"} {
		go func() {
			statuses <- s.Do(testkit.Request{Method: "POST", Path: "/api/v1/setup", As: "-",
				Body: obj{"token": secret, "email": name + "@example.com", "password": "correct horse battery"}}).Status
		}()
	}
	seen := map[int]int{}
	for range 3 {
		seen[<-statuses]++
	}
	if seen[201] != 1 || seen[201]+seen[409]+seen[410] != 3 {
		t.Errorf("statuses %v, want one 201 and the rest refused", seen)
	}
}

func TestSessionsLiveInTheBrowserAndEnd(t *testing.T) {
	var ahead atomic.Int64
	s := testkit.Start(t, testkit.Options{Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"},
		Clock: clock.Func(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })})
	if strings.Contains(s.Stderr.String(), "Create your account") {
		t.Errorf("an owner exists, and the start offers to make one:\n%s", s.Stderr)
	}
	browser := testkit.Browser(t)
	ask := func(method, path string, body any) testkit.Answer {
		return s.Do(testkit.Request{Method: method, Path: path, Body: body, As: "-", Client: browser})
	}
	signIn := ask("POST", "/api/v1/session", obj{"email": "ann@example.com", "password": "correct horse battery"})
	cookie := signIn.Header.Get("Set-Cookie")
	if signIn.Status != 200 || !strings.HasPrefix(cookie, "burgee=") || !strings.Contains(cookie, "HttpOnly; SameSite=Lax") || strings.Contains(cookie, "Secure") {
		t.Fatalf("sign in: %d %s %s", signIn.Status, cookie, signIn.Body)
	}
	if a := ask("GET", project, nil); a.Status != 200 {
		t.Fatalf("with the cookie: %d %s", a.Status, a.Body)
	}
	ahead.Store(int64(29 * 24 * time.Hour))
	if a := ask("GET", project, nil); a.Status != 200 {
		t.Errorf("after 29 days: %d", a.Status)
	}
	ahead.Store(int64(58 * 24 * time.Hour))
	if a := ask("GET", project, nil); a.Status != 200 {
		t.Errorf("each use prolongs it: %d", a.Status)
	}
	ahead.Store(int64(89 * 24 * time.Hour))
	if a := ask("GET", project, nil); a.Status != 401 || a.At("code") != "session_expired" {
		t.Errorf("after 30 days without use: %d %s", a.Status, a.Body)
	}
	if a := ask("GET", "/api/v1/session", nil); a.At("signedIn") != false {
		t.Errorf("session: %s", a.Body)
	}
	ask("POST", "/api/v1/session", obj{"email": "ann@example.com", "password": "correct horse battery"})
	if a := ask("DELETE", "/api/v1/session", nil); a.Status != 204 {
		t.Errorf("sign out: %d", a.Status)
	}
	if a := ask("GET", project, nil); a.Status != 401 {
		t.Errorf("after signing out: %d", a.Status)
	}
}

func TestATokenEndsOnItsDay(t *testing.T) {
	var ahead atomic.Int64
	s := testkit.Start(t, testkit.Options{Clock: clock.Func(func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })})
	made := s.Want(201, "POST", "/api/v1/tokens", obj{"name": "one day", "expiresInDays": 1})
	ask := testkit.Request{Method: "GET", Path: project, As: made.At("token").(string)}
	if a := s.Do(ask); a.Status != 200 {
		t.Errorf("today: %d %s", a.Status, a.Body)
	}
	ahead.Store(int64(25 * time.Hour))
	if a := s.Do(ask); a.Status != 401 || a.At("code") != "token_expired" || !strings.Contains(string(a.Body), "one day") {
		t.Errorf("tomorrow: %d %s", a.Status, a.Body)
	}
}

func TestGuessingPasswordsIsSlowed(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}})
	var last testkit.Answer
	for range 8 {
		last = s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "guess"}})
		if last.Status == 429 {
			break
		}
		if last.Status != 401 {
			t.Fatalf("%d %s", last.Status, last.Body)
		}
	}
	if last.Status != 429 || last.Header.Get("Retry-After") == "" || last.At("code") != "sign_in_throttled" {
		t.Errorf("%d %v %s", last.Status, last.Header, last.Body)
	}
}

func TestThePlainNetworkGetsNoPassword(t *testing.T) {
	proxied := map[string]string{"X-Forwarded-For": "203.0.113.9"}
	secure := map[string]string{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
	environ := []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}
	signIn := func(s *testkit.Server, header map[string]string) testkit.Answer {
		return s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Header: header,
			Body: obj{"email": "ann@example.com", "password": "correct horse battery"}})
	}
	s := testkit.Start(t, testkit.Options{Environ: environ, Flags: map[string]string{"trusted-proxies": "127.0.0.1"}})
	if a := signIn(s, proxied); a.Status != 403 || a.At("code") != "https_required" {
		t.Errorf("plain http from elsewhere: %d %s", a.Status, a.Body)
	}
	if a := signIn(s, secure); a.Status != 200 || !strings.HasPrefix(a.Header.Get("Set-Cookie"), "__Host-burgee=") || !strings.Contains(a.Header.Get("Set-Cookie"), "Secure") {
		t.Errorf("https at the proxy: %d %v", a.Status, a.Header)
	}
	allowed := testkit.Start(t, testkit.Options{Environ: environ, Flags: map[string]string{"trusted-proxies": "127.0.0.1", "allow-http": "true"}})
	if a := signIn(allowed, proxied); a.Status != 200 {
		t.Errorf("with --allow-http: %d %s", a.Status, a.Body)
	}
	untrusted := testkit.Start(t, testkit.Options{Environ: environ})
	if a := signIn(untrusted, proxied); a.Status != 200 {
		t.Errorf("a header of nobody's proxy is not believed, this is loopback: %d %s", a.Status, a.Body)
	}
}

func TestAnotherSiteCannotWrite(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"public-url": "https://flags.example.com"}})
	body := obj{"email": "a@example.com", "password": "x"}
	for origin, want := range map[string]string{
		"https://evil.example": "cross_origin", "https://flags.example.com": "sign_in_failed", s.URL: "sign_in_failed",
	} {
		a := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Body: body, Header: map[string]string{"Origin": origin}})
		if a.At("code") != want {
			t.Errorf("from %s: %d %s, want %s", origin, a.Status, a.Body, want)
		}
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/api/v1/session", As: "-", Header: map[string]string{"Origin": "https://evil.example"}}); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site may read the answers")
	}
}

func TestAForgottenPasswordIsSetOnTheServersOwnMachine(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}})
	browser := testkit.Browser(t)
	signIn := func(password string) int {
		return s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Client: browser,
			Body: obj{"email": "ann@example.com", "password": password}}).Status
	}
	if status := signIn("correct horse battery"); status != 200 {
		t.Fatalf("sign in: %d", status)
	}
	if err := server.SetPassword(t.Context(), testkit.PlaceOf(t, s.Data), "Ann@example.com", "another horse battery"); err != nil {
		t.Fatal(err)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Client: browser}); a.Status != 401 {
		t.Errorf("the old session: %d", a.Status)
	}
	if old, now := signIn("correct horse battery"), signIn("another horse battery"); old != 401 || now != 200 {
		t.Errorf("old password %d, new one %d", old, now)
	}
	if err := server.SetPassword(t.Context(), testkit.PlaceOf(t, s.Data), "ben@example.com", "another horse battery"); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("an unknown person: %v", err)
	}
	if err := server.SetPassword(t.Context(), testkit.PlaceOf(t, s.Data), "ann@example.com", "short"); !fault.IsKind(err, fault.Invalid) {
		t.Errorf("a short password: %v", err)
	}
}
