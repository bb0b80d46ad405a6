package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// ownedBy starts a server whose owner is ann.
func ownedBy(t *testing.T, flags map[string]string) *testkit.Server {
	t.Helper()
	return testkit.Start(t, testkit.Options{Flags: flags, Environ: []string{
		"BURGEE_INIT_TOKEN=" + testkit.Token, "BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=" + matrixPassword,
	}})
}

// enter signs ann in, and returns the answer with its cookie.
func enter(t *testing.T, s *testkit.Server, header map[string]string) (testkit.Answer, *http.Cookie) {
	t.Helper()
	a := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Header: header, Body: obj{"email": "ann@example.com", "password": matrixPassword}})
	cookies := (&http.Response{Header: a.Header}).Cookies()
	if a.Status != 200 || len(cookies) != 1 {
		t.Fatalf("sign in: %d %v %s", a.Status, cookies, a.Body)
	}
	return a, cookies[0]
}

func with(cookie *http.Cookie) map[string]string {
	return map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
}

// Every operation of the OpenAPI document that changes something, also those for
// which nobody need be signed in: signing a victim in as somebody else is an
// attack too.
func TestNoOtherSiteChangesAnythingWithABrowsersSession(t *testing.T) {
	s := ownedBy(t, nil)
	m := &matrix{t: t, server: s, client: &http.Client{}}
	t.Cleanup(m.client.CloseIdleConnections)
	_, session := enter(t, s, nil)
	before := s.Want(200, "GET", project+"/changes", nil)
	foreign := []map[string]string{
		{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": strings.Replace(s.URL, "http:", "https:", 1) + ".evil.example"},
		{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "nonsense"},
		{"Origin": "https://evil.example", "Content-Type": "text/plain"}, {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"},
		{"Origin": "https://evil.example", "X-HTTP-Method-Override": "GET", "X-Forwarded-Host": "evil.example"},
	}
	tried := 0
	for _, o := range described(m) {
		if o.method == "GET" {
			continue
		}
		tried++
		for _, header := range foreign {
			all := with(session)
			for name, value := range header {
				all[name] = value
			}
			a := s.Do(testkit.Request{Method: o.method, Path: fill(o.path, nil), As: "-", Header: all, Body: bodyFor(o.method), Client: m.client})
			if a.Status != 403 || a.At("code") != "cross_origin" || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d %s", o.id, header, a.Status, a.Body)
			}
		}
	}
	if tried < 40 {
		t.Errorf("only %d operations were tried", tried)
	}
	if after := s.Want(200, "GET", project+"/changes", nil); string(after.Body) != string(before.Body) {
		t.Errorf("something was changed:\n%s", after.Body)
	}
	own := with(session)
	own["Origin"], own["Sec-Fetch-Site"] = s.URL, "same-origin"
	if a := s.Do(testkit.Request{Method: "PATCH", Path: project, As: "-", Header: own, Body: obj{"name": "x"}}); a.Status != 200 {
		t.Errorf("the dashboard itself: %d %s", a.Status, a.Body)
	}
}

// No answer of the management API lets another site's script read it.
func TestNoOtherSiteReadsTheManagementAPI(t *testing.T) {
	s := ownedBy(t, nil)
	_, session := enter(t, s, nil)
	for _, method := range []string{"GET", "OPTIONS"} {
		header := with(session)
		header["Origin"], header["Access-Control-Request-Method"] = "https://evil.example", "GET"
		a := s.Do(testkit.Request{Method: method, Path: project, As: "-", Header: header})
		for name := range a.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s answers %s: %s", method, name, a.Header.Get(name))
			}
		}
	}
}

func TestASignInBeginsANewSessionAndEndsTheBrowsersOld(t *testing.T) {
	s := ownedBy(t, nil)
	planted := &http.Cookie{Name: "burgee", Value: "planted-by-somebody-who-waits-for-it"}
	reads := func(c *http.Cookie) int {
		return s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Header: with(c)}).Status
	}
	_, first := enter(t, s, with(planted))
	if first.Value == planted.Value || reads(planted) != 401 || reads(first) != 200 {
		t.Errorf("the planted session: %d, the new one: %d", reads(planted), reads(first))
	}
	_, elsewhere := enter(t, s, nil)
	_, second := enter(t, s, with(first))
	if second.Value == first.Value || reads(first) != 401 || reads(second) != 200 {
		t.Errorf("the session before: %d, the new one: %d", reads(first), reads(second))
	}
	if reads(elsewhere) != 200 {
		t.Error("the session of another browser ended too")
	}
	s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Header: with(second), Body: obj{"email": "ann@example.com", "password": "wrong"}})
	if reads(second) != 200 {
		t.Error("a sign-in that failed ended the session")
	}
	out := s.Do(testkit.Request{Method: "DELETE", Path: "/api/v1/session", As: "-", Header: with(second)})
	if out.Status != 204 || reads(second) != 401 || !strings.Contains(out.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("after signing out: %d, session %d, %q", out.Status, reads(second), out.Header.Get("Set-Cookie"))
	}
}

func TestTheSessionsCookieIsBoundToItsHost(t *testing.T) {
	flags := map[string]string{"trusted-proxies": "127.0.0.1/32"}
	s := ownedBy(t, flags)
	_, plain := enter(t, s, nil)
	_, secure := enter(t, s, map[string]string{"X-Forwarded-Proto": "https"})
	for _, c := range []*http.Cookie{plain, secure} {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 43 {
			t.Errorf("cookie %s", c)
		}
	}
	if plain.Secure || plain.Name != "burgee" || !secure.Secure || secure.Name != "__Host-burgee" {
		t.Errorf("cookies %s and %s", plain, secure)
	}
	header := map[string]string{"X-Forwarded-Proto": "https", "Cookie": "burgee=" + secure.Value} // as another host of the domain could set it
	if a := s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Header: header}); a.Status != 401 {
		t.Errorf("over https a cookie that is not bound to the host: %d", a.Status)
	}
	untrusting := ownedBy(t, nil)
	if _, c := enter(t, untrusting, map[string]string{"X-Forwarded-Proto": "https"}); c.Secure {
		t.Error("anybody's X-Forwarded-Proto is believed")
	}
}

func TestSessionsEndWithThePasswordAndWithTheMember(t *testing.T) {
	s := ownedBy(t, nil)
	m := &matrix{t: t, server: s, client: &http.Client{}}
	t.Cleanup(m.client.CloseIdleConnections)
	id := m.join("ben@example.com", "viewer")
	cookie := func() map[string]string { return map[string]string{"Cookie": m.signIn("ben@example.com")} }
	reads := func(header map[string]string) int {
		return s.Do(testkit.Request{Method: "GET", Path: project, As: "-", Header: header}).Status
	}
	old := cookie()
	_, secret, _ := strings.Cut(m.want(201, "POST", "/api/v1/members/"+id+"/reset", nil).At("url").(string), "#t=")
	if a := m.do("POST", "/api/v1/links/use", obj{"token": secret, "password": matrixPassword}, "-"); a.Status != 201 || reads(old) != 401 {
		t.Errorf("after the reset (%d) the old session answers %d", a.Status, reads(old))
	}
	now := cookie()
	if status := reads(now); status != 200 {
		t.Fatalf("the new session: %d", status)
	}
	m.want(204, "DELETE", "/api/v1/members/"+id, nil)
	if status := reads(now); status != 401 {
		t.Errorf("the session of who was removed: %d", status)
	}
}

// Guesses are slowed by account and by address, whatever a client says of itself.
func TestPasswordsAndLinksAreNotGuessed(t *testing.T) {
	s := ownedBy(t, map[string]string{"trusted-proxies": "127.0.0.1/32"})
	guess := func(path string, body any, forwarded string) testkit.Answer {
		return s.Do(testkit.Request{Method: "POST", Path: path, As: "-", Body: body, Header: map[string]string{"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}})
	}
	signIn := func(email, password, forwarded string) testkit.Answer {
		return guess("/api/v1/session", obj{"email": email, "password": password}, forwarded)
	}
	for _, email := range []string{"ann@example.com", "nobody@example.com"} { // both the same: it does not tell who has an account
		for i := range 6 {
			a := signIn(email, "wrong", fmt.Sprintf("192.0.2.%d", i))
			if a.Status != 401 || a.At("code") != "sign_in_failed" || a.At("detail") != "The e-mail address or the password is wrong" {
				t.Fatalf("guess %d for %s: %d %s", i, email, a.Status, a.Body)
			}
		}
		if a := signIn(email, matrixPassword, "192.0.2.99"); a.Status != 429 || a.Header.Get("Retry-After") == "" {
			t.Errorf("from another address for %s: %d %s", email, a.Status, a.Body)
		}
	}
	link := func(forwarded string) int {
		return guess("/api/v1/links/read", obj{"token": "guessed"}, forwarded).Status
	}
	made := s.Want(201, "POST", "/api/v1/links", obj{"email": "eve@example.com", "roles": []string{"viewer"}})
	_, secret, _ := strings.Cut(made.At("url").(string), "#t=")
	for i := range 21 {
		// Who holds a link of their own does not wipe the slate with it, and a network
		// of IPv6 is one address.
		if own := guess("/api/v1/links/read", obj{"token": secret}, "2001:db8:1:2::1"); own.Status != 200 {
			t.Fatalf("one's own link after %d guesses: %d %s", i, own.Status, own.Body)
		}
		if status := link(fmt.Sprintf("2001:db8:1:2::%x", i+1)); status != 410 {
			t.Fatalf("guess %d: %d", i, status)
		}
	}
	if status := link("203.0.113.7, 2001:db8:1:2:ffff::1"); status != 429 { // the left one is the client's own word
		t.Errorf("the network after 21 guesses: %d", status)
	}
	if status := link("2001:db8:1:3::1"); status != 410 {
		t.Errorf("another network: %d", status)
	}
	if a := guess("/api/v1/setup", obj{"token": "guessed", "email": "eve@example.com", "password": matrixPassword}, "2001:db8:1:2::5"); a.Status != 429 {
		t.Errorf("a guessed set-up link from there: %d %s", a.Status, a.Body)
	}
	if a := guess("/api/v1/links/use", obj{"token": "guessed", "password": matrixPassword}, "2001:db8:1:2::5"); a.Status != 429 {
		t.Errorf("a guessed link from there: %d %s", a.Status, a.Body)
	}
}

func TestAClientThatIsNoTrustedProxyHasTheAddressOfItsConnection(t *testing.T) {
	s := ownedBy(t, nil)
	guess := func(i int) int {
		forwarded := fmt.Sprintf("192.0.2.%d", i)
		return s.Do(testkit.Request{Method: "POST", Path: "/api/v1/links/read", As: "-", Body: obj{"token": "guessed"},
			Header: map[string]string{"X-Forwarded-For": forwarded, "X-Real-IP": forwarded, "Forwarded": "for=" + forwarded, "True-Client-IP": forwarded}}).Status
	}
	for i := range 21 {
		if status := guess(i); status != 410 {
			t.Fatalf("guess %d: %d", i, status)
		}
	}
	if status := guess(99); status != 429 {
		t.Errorf("with yet another name: %d", status)
	}
}
