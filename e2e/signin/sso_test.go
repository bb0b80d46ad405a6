package signin

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// atProvider goes where the server sends a browser, gives the provider's form a
// name and the password, and returns what the provider sends the browser back
// with. change alters the address before the browser follows it.
func (f *firm) atProvider(from *http.Client, user string, change func(url.Values)) (back url.Values) {
	f.t.Helper()
	started := f.ask(200, from, "POST", "/sso/start", obj{})
	to, err := url.Parse(fieldOf(started, "url"))
	if err != nil || !strings.HasPrefix(to.String(), f.issuer+"/") {
		f.t.Fatalf("sent to %v, %v", to, err)
	}
	query := to.Query()
	if query.Get("code_challenge_method") != "S256" || len(query.Get("code_challenge")) != 43 || query.Get("client_secret") != "" {
		f.t.Errorf("no PKCE, or a secret, in %s", to)
	}
	if change != nil {
		change(query)
		to.RawQuery = query.Encode()
	}
	form, err := from.Get(to.String())
	if err != nil {
		f.t.Fatal(err)
	}
	_ = form.Body.Close()
	// The browser stops where it is sent back to the server: the page there is not
	// what is tested here.
	stops := *from
	stops.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), f.url) {
			back = r.URL.Query()
			return http.ErrUseLastResponse
		}
		return nil
	}
	id := form.Request.URL.Query().Get("authRequestID")
	sent, err := stops.PostForm(f.issuer+"/login/username", url.Values{"id": {id}, "username": {user}, "password": {providerPassword}})
	if err != nil {
		f.t.Fatal(err)
	}
	_ = sent.Body.Close()
	if back == nil {
		f.t.Fatalf("the provider sent nobody back: %s", sent.Status)
	}
	return back
}

// enter signs somebody in with the provider.
func (f *firm) enter(status int, user string, change func(url.Values)) (obj, *http.Client) {
	f.t.Helper()
	from := browser(f.t)
	back := f.atProvider(from, user, change)
	return f.ask(status, from, "POST", "/sso/finish", obj{"state": back.Get("state"), "code": back.Get("code")}), from
}

func (f *firm) wantRoles(in obj, want ...any) {
	f.t.Helper()
	if got := in["member"].(obj)["roles"]; !reflect.DeepEqual(got, want) {
		f.t.Errorf("roles %v, want %v", got, want)
	}
}

func TestPeopleSignInWithAProvider(t *testing.T) {
	f := open(t)
	if out := f.burgee(0, "", "sso", "check", f.issuer); !strings.Contains(out, f.issuer+"/auth") {
		t.Errorf("the provider says %s", out)
	}
	if out := f.burgee(2, "", "sso", "check", f.issuer+"/"); !strings.Contains(out, "exactly as the provider does") {
		t.Errorf("another name: %s", out)
	}
	f.burgee(2, "", "sso", "set", "--issuer", f.issuer, "--client-id", "burgee") // no secret yet
	out := f.burgee(0, clientSecret+"\n", "sso", "set", "--name", "Corp", "--issuer", f.issuer, "--client-id", "burgee", "--client-secret-file", "-",
		"--claim", "groups", "--map", "*=viewer@default", "--map", "ops=viewer@default,publisher@default/production", "--create", "--domain", "example.test")
	if !regexp.MustCompile(`(?m)^roles of ops +viewer@default, publisher@default/production$`).MatchString(out) || strings.Contains(out, clientSecret) {
		t.Errorf("set: %s", out)
	}
	f.burgee(0, "", "sso", "set", "--name", "Corporation") // the secret and the rest stay
	if out := f.burgee(0, "", "sso", "show"); !strings.Contains(out, f.url+"/signin/callback") || !strings.Contains(out, "of owners only") || !strings.Contains(out, "Corporation") {
		t.Errorf("show: %s", out)
	}

	f.groups("ben", "dev,ops")
	in, ben := f.enter(200, "ben", nil)
	f.wantRoles(in, "viewer@default", "publisher@default/production")
	f.ask(200, ben, "GET", "/projects/default", nil)
	f.groups("ben", "dev")
	in, _ = f.enter(200, "ben", nil)
	f.wantRoles(in, "viewer@default")
	if out := f.burgee(0, "", "history", "--kind", "member"); !strings.Contains(out, "single sign-on took publisher in default/production from ben@example.test") {
		t.Errorf("the record says %s", out)
	}
	if refused, _ := f.enter(403, "eve", nil); refused["code"] != "email_not_verified" {
		t.Errorf("an address that nobody verified: %v", refused)
	}

	t.Run("what was altered on the way lets nobody in", func(t *testing.T) {
		f := &firm{t, f.url, f.issuer}
		for name, c := range map[string]struct {
			status int
			code   string
			change func(url.Values)
		}{
			"a challenge of another verifier": {401, "sso_refused", func(q url.Values) { q.Set("code_challenge", strings.Repeat("A", 43)) }},
			"the nonce of another sign-in":    {401, "sso_untrusted", func(q url.Values) { q.Set("nonce", "another") }},
			"a state of somebody else":        {400, "sso_state", func(q url.Values) { q.Set("state", "another") }},
		} {
			if refused, _ := f.enter(c.status, "ben", c.change); refused["code"] != c.code {
				t.Errorf("%s: %v", name, refused)
			}
		}
		from := browser(t)
		back := f.atProvider(from, "ben", nil)
		taken := obj{"state": back.Get("state"), "code": back.Get("code")}
		if refused := f.ask(400, browser(t), "POST", "/sso/finish", taken); refused["code"] != "sso_state" {
			t.Errorf("in another browser: %v", refused)
		}
		f.ask(200, from, "POST", "/sso/finish", taken)
	})

	ann := browser(t)
	f.ask(200, ann, "POST", "/session", obj{"email": owner, "password": password}) // the local way stays
	if out := f.burgee(0, "", "member", "unlink", "ben@example.test"); !strings.Contains(out, "any more") {
		t.Errorf("unlink: %s", out)
	}
	if refused, _ := f.enter(409, "ben", nil); refused["code"] != "link_first" {
		t.Errorf("who was unlinked: %v", refused)
	}
	f.burgee(0, "", "sso", "off")
	if refused := f.ask(404, browser(t), "POST", "/sso/start", obj{}); refused["code"] != "sso_off" {
		t.Errorf("%v", refused)
	}
}
