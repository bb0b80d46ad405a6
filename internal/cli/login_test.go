package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThePageOfALoginIsAPageAndWhereAPersonReachesIt(t *testing.T) {
	for _, c := range []struct{ server, said, page string }{
		{"https://flags.example.com", "https://flags.example.com/cli-login#code=BCDF-GHJK", "https://flags.example.com/cli-login#code=BCDF-GHJK"},
		{"http://127.0.0.1:7878", "https://flags.example.com/cli-login#code=X", "https://flags.example.com/cli-login#code=X"}, // --public-url
		{"https://flags.example.com:8443", "http://127.0.0.1:7878/cli-login#code=X", "https://flags.example.com:8443/cli-login#code=X"},
		{"https://flags.example.com", "http://[::1]:7878/cli-login#code=X", "https://flags.example.com/cli-login#code=X"},
		{"http://localhost:7878", "http://127.0.0.1:7878/cli-login#code=X", "http://127.0.0.1:7878/cli-login#code=X"},
		{"https://flags.example.com", "file:///usr/bin/calculator", ""},
		{"https://flags.example.com", "javascript:alert(1)", ""},
		{"https://flags.example.com", "--version", ""},
		{"https://flags.example.com", "https://flags.example.com@evil.example/cli-login", ""},
		{"https://flags.example.com", "https:///cli-login", ""},
		{"https://flags.example.com", "https://a\x1b[2J.example/", ""},
	} {
		got, err := loginPage(c.server, c.said)
		if got != c.page || (err == nil) != (c.page != "") {
			t.Errorf("%s says %s: %q, %v", c.server, c.said, got, err)
		}
	}
}

// While somebody looks for the browser another login may end, and another may be
// given up: neither is undone. A server that is away for a moment is asked again.
func TestALoginKeepsWhatOthersHaveWrittenMeanwhile(t *testing.T) {
	home := t.TempDir()
	environ := []string{"XDG_CONFIG_HOME=" + home, "BURGEE_TOKEN=bgp_other", "BURGEE_URL=https://other.example"}
	write := func(servers string) {
		t.Helper()
		file := filepath.Join(home, "burgee", "logins.json")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(servers), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"current":"https://a.example","servers":{"https://a.example":{"token":"bgp_a"}}}`)
	collected := 0
	server := httptest.NewServer(nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/token") {
			_ = json.NewEncoder(w).Encode(map[string]any{"secret": "s", "code": "BCDF-GHJK", "url": server.URL + "/cli-login#code=BCDF-GHJK", "expiresInSeconds": 60, "intervalSeconds": 1})
			return
		}
		if collected++; collected == 1 {
			write(`{"current":"https://b.example","servers":{"https://b.example":{"token":"bgp_b"}}}`)
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprint(w, `{"code":"store_unreachable","detail":"the store does not answer"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "t1", "token": "bgp_new", "member": "ann@example.org"})
	})
	t.Cleanup(server.Close)
	r := run(t, "", environ, "login", strings.ToUpper(server.URL[:4])+server.URL[4:]+"/")
	if r.code != exitOK || !strings.Contains(r.out, "as ann@example.org") {
		t.Fatalf("%+v", r)
	}
	for _, warning := range []string{"BURGEE_TOKEN is set and comes before this sign-in", "BURGEE_URL is set: commands go to https://other.example"} {
		if !strings.Contains(r.err, warning) {
			t.Errorf("lacks %q: %s", warning, r.err)
		}
	}
	for address, want := range map[string]string{server.URL: "bgp_new", "https://B.example/": "bgp_b", "https://a.example": ""} {
		if _, token, err := signedIn(Stdio{Environ: environ}, address); token != want || err != nil {
			t.Errorf("%s: %q, %v", address, token, err)
		}
	}
	if address, token, _ := signedIn(Stdio{Environ: environ}, ""); address != server.URL || token != "bgp_new" {
		t.Errorf("the newest is %s", address)
	}
}
