package server_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/testkit"
)

// anyAnswer are requests of all kinds: pages, files, the interfaces, what is
// refused and what is not there.
var anyAnswer = []testkit.Request{
	{Method: "GET", Path: "/", As: "-"}, {Method: "HEAD", Path: "/start", As: "-"}, {Method: "GET", Path: "/p/default/e/production/flags/a.b", As: "-"},
	{Method: "GET", Path: "/assets/of-another-build.js", As: "-"}, {Method: "GET", Path: "/downloads/none.whl", As: "-"}, {Method: "POST", Path: "/downloads/none.whl", As: "-"},
	{Method: "GET", Path: "/healthz", As: "-"}, {Method: "GET", Path: "/readyz", As: "-"}, {Method: "GET", Path: "/metrics", As: "-"},
	{Method: "GET", Path: "/api/docs"}, {Method: "GET", Path: "/api/openapi.json"}, {Method: "GET", Path: "/api/openapi.yaml"}, {Method: "GET", Path: "/api/nothing"},
	{Method: "GET", Path: "/api/v1/session"}, {Method: "GET", Path: project}, {Method: "GET", Path: project, As: "-"}, {Method: "GET", Path: "/api/v1/projects/none"},
	{Method: "GET", Path: project + "/changes/export"}, {Method: "TRACE", Path: project}, {Method: "OPTIONS", Path: project},
	{Method: "POST", Path: "/api/v1/tokens", Body: obj{"name": "x", "kind": "service"}}, {Method: "POST", Path: "/api/v1/session", As: "-", Body: "{"},
	{Method: "PATCH", Path: project, Body: obj{"name": "x"}, Header: map[string]string{"Origin": "https://evil.example"}},
	{Method: "GET", Path: "/sdk/v1/snapshot", As: testkit.ServerKey}, {Method: "GET", Path: "/sdk/v1/snapshot", As: "-"}, {Method: "GET", Path: "/sdk/none"},
	{Method: "POST", Path: "/ofrep/v1/evaluate/flags", As: testkit.ClientKey, Body: obj{}}, {Method: "POST", Path: "/ofrep/v1/evaluate/flags/x", As: "-", Body: obj{}},
	{Method: "OPTIONS", Path: "/ofrep/v1/evaluate/flags", As: "-"}, {Method: "GET", Path: "/..%2f..%2fetc/passwd", As: "-"},
}

func TestEveryAnswerHasTheHeadersOfABrowsersSafety(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	want := map[string]string{
		"Content-Security-Policy": httpkit.ContentSecurityPolicy, "X-Content-Type-Options": "nosniff",
		"Strict-Transport-Security": "", "Server": "", "Access-Control-Allow-Credentials": "",
	}
	ofPages := map[string]string{"Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}
	for _, r := range anyAnswer {
		a := s.Do(r)
		wanted := maps.Clone(want)
		if !forPrograms(r.Path) {
			maps.Copy(wanted, ofPages)
		}
		for name, value := range wanted {
			if got := a.Header.Values(name); strings.Join(got, "|") != value {
				t.Errorf("%s %s (%d): %s is %q, want %q", r.Method, r.Path, a.Status, name, got, value)
			}
		}
		if a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s %s (%d): no request id", r.Method, r.Path, a.Status)
		}
		if strings.HasPrefix(r.Path, "/api/") && a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s (%d) may be kept: Cache-Control %q", r.Method, r.Path, a.Status, a.Header.Get("Cache-Control"))
		}
		if len(a.Body) > 0 && a.Header.Get("Content-Type") == "" {
			t.Errorf("%s %s (%d) says no type", r.Method, r.Path, a.Status)
		}
	}
	for _, part := range []string{"default-src 'self'", "script-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(httpkit.ContentSecurityPolicy, part) {
			t.Errorf("the policy lacks %s", part)
		}
	}
}

// forPrograms says whether an answer is data for programs, of which no browser makes
// a page: its type is not sniffed, and its policy lets nobody frame it.
func forPrograms(path string) bool {
	for _, start := range []string{"/sdk/", "/ofrep/", "/downloads/", "/healthz", "/readyz", "/metrics"} {
		if strings.HasPrefix(path, start) {
			return true
		}
	}
	return false
}

// A page that is asked for what must not run may get it as data only.
func TestNoErrorIsAPage(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	const script = "%3Cscript%3Ealert(1)%3C/script%3E"
	for _, path := range []string{"/api/" + script, "/api/v1/projects/" + script, "/sdk/" + script, "/ofrep/" + script, "/downloads/" + script, "/assets/" + script} {
		a := s.Do(testkit.Request{Method: "GET", Path: path})
		if kind := a.Header.Get("Content-Type"); a.Status < 400 || strings.Contains(kind, "html") || strings.Contains(string(a.Body), "<script>") {
			t.Errorf("%s: %d %s %s", path, a.Status, kind, a.Body)
		}
	}
}

func TestBrowsersAreToldToComeByHTTPSWhereThatIsTheAddress(t *testing.T) {
	proxied := testkit.Start(t, testkit.Options{Flags: map[string]string{"public-url": "https://flags.example", "trusted-proxies": "127.0.0.1/32"}})
	by := func(s *testkit.Server, proto string) string {
		return s.Do(testkit.Request{Method: "GET", Path: "/", As: "-", Header: map[string]string{"X-Forwarded-Proto": proto}}).Header.Get("Strict-Transport-Security")
	}
	if got := by(proxied, "https"); got != "max-age=31536000" {
		t.Errorf("over https: %q", got)
	}
	if got := by(proxied, "http"); got != "" {
		t.Errorf("over http: %q", got)
	}
}

func TestNoPathLeavesWhatIsServed(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	for _, path := range []string{
		"/downloads/../../../etc/passwd", "/downloads/..%2f..%2f..%2fetc%2fpasswd", "/downloads/%2e%2e/%2e%2e/etc/passwd", "/downloads//etc/passwd", `/downloads/..\..\etc\passwd`,
		"/assets/../../etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "/assets//etc/passwd", "//evil.example/%2e%2e", "/api/v1/projects/..%2f..%2ftokens", "/sdk/v1/..%2f..%2fapi/v1/tokens",
	} {
		request, err := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.Opaque = "//" + request.URL.Host + path // as it is: a client would clean it
		request.Header.Set("Authorization", "Bearer "+testkit.Token)
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if to := response.Header.Get("Location"); strings.HasPrefix(to, "//") || strings.Contains(to, "evil") {
			t.Errorf("%s sends the browser to %s", path, to)
		}
		if response.StatusCode == 200 && !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") { // the dashboard's page
			t.Errorf("%s: %d %s", path, response.StatusCode, response.Header.Get("Content-Type"))
		}
	}
}
