package server_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// firm is a server whose people sign in with a provider.
type firm struct {
	*testkit.Server
	t        *testing.T
	provider *provider
	owner    *http.Client // ann's browser
}

const ownersPassword = "correct horse battery"

func openFirm(t *testing.T) *firm {
	t.Helper()
	f := &firm{t: t, provider: startProvider(t), owner: testkit.Browser(t)}
	f.Server = testkit.Start(t, testkit.Options{Sealed: true, Flags: map[string]string{"outbound-allow": "127.0.0.1"},
		Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=" + ownersPassword, "BURGEE_INIT_TOKEN=" + testkit.Token}})
	f.ask(200, f.owner, "POST", "/api/v1/session", obj{"email": "ann@example.com", "password": ownersPassword})
	f.configure(200, obj{})
	return f
}

// ask sends a request from a browser.
func (f *firm) ask(status int, browser *http.Client, method, path string, body any) testkit.Answer {
	f.t.Helper()
	a := f.Do(testkit.Request{Method: method, Path: path, Body: body, As: "-", Client: browser})
	if a.Status != status {
		f.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.Status, status, a.Body)
	}
	return a
}

// configure turns single sign-on on, with some settings of its own.
func (f *firm) configure(status int, settings obj) testkit.Answer {
	f.t.Helper()
	all := obj{"name": "Corp", "issuer": f.provider.URL, "clientId": "burgee", "clientSecret": "client secret", "claim": "groups", "create": true, "domains": []string{"example.com"},
		"mapping": []obj{{"value": "*", "roles": []string{"viewer@default"}}, {"value": "ops", "roles": []string{"viewer@default", "publisher@default/production"}}, {"value": "boss", "roles": []string{"owner"}}}}
	for name, value := range settings {
		all[name] = value
	}
	return f.ask(status, f.owner, "PUT", "/api/v1/sso", all)
}

// comeBack goes to the provider and returns what it sends the browser back with.
func (f *firm) comeBack(browser *http.Client, begin obj) (state, code string) {
	f.t.Helper()
	started := f.ask(200, browser, "POST", "/api/v1/sso/start", begin)
	stays := *browser
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := stays.Get(started.At("url").(string))
	if err != nil {
		f.t.Fatal(err)
	}
	_ = response.Body.Close()
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), f.URL+"/signin/callback?") {
		f.t.Fatalf("the provider sends to %s, %v", to, err)
	}
	return to.Query().Get("state"), to.Query().Get("code")
}

// enter signs in as the provider says.
func (f *firm) enter(status int, claims obj) (testkit.Answer, *http.Client) {
	f.t.Helper()
	f.provider.says(claims)
	browser := testkit.Browser(f.t)
	state, code := f.comeBack(browser, obj{})
	return f.ask(status, browser, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code}), browser
}

func (f *firm) wantRoles(a testkit.Answer, roles string) {
	f.t.Helper()
	if !strings.Contains(string(a.Body), `"roles":[`+roles+`]`) {
		f.t.Errorf("want %s in %s", roles, a.Body)
	}
}

func person(name string, groups ...string) obj {
	return obj{"sub": name, "email": name + "@example.com", "groups": groups}
}

func TestAProviderSaysWhoSomebodyIsAndWhatTheyMay(t *testing.T) {
	f := openFirm(t)
	if a := f.ask(200, testkit.Browser(t), "GET", "/api/v1/session", nil); !strings.Contains(string(a.Body), `"singleSignOn":{"name":"Corp","passwords":"owners"}`) {
		t.Errorf("the sign-in page learns %s", a.Body)
	}
	first, browser := f.enter(200, person("ben", "ops"))
	f.wantRoles(first, `"viewer@default","publisher@default/production"`)
	f.ask(200, browser, "GET", project, nil)
	second, _ := f.enter(200, person("ben"))
	f.wantRoles(second, `"viewer@default"`)
	if first.At("member.id") != second.At("member.id") {
		t.Error("two accounts of one person")
	}
	f.ask(200, f.owner, "PUT", "/api/v1/members/"+first.At("member.id").(string)+"/roles", obj{"roles": []string{"viewer@default", "editor@default"}})
	third, _ := f.enter(200, obj{"sub": "ben", "email": "renamed@elsewhere.example", "groups": "ops"})
	f.wantRoles(third, `"editor@default","viewer@default","publisher@default/production"`)
	record := f.ask(200, f.owner, "GET", project+"/changes?limit=20", nil)
	for _, text := range []string{"ben@example.com joined", "single sign-on took publisher in default/production from ben@example.com", "single sign-on gave ben@example.com publisher in default/production", "turned on single sign-on"} {
		if !strings.Contains(string(record.Body), text) {
			t.Errorf("the record does not say %q:\n%s", text, record.Body)
		}
	}
	if strings.Contains(string(record.Body), "client secret") {
		t.Error("the record holds the client secret")
	}
}

func TestAnAnswerThatDoesNotHoldLetsNobodyIn(t *testing.T) {
	f := openFirm(t)
	for name, claims := range map[string]obj{
		"another nonce":    {"nonce": "x"},
		"another audience": {"aud": "somebody else"},
		"another issuer":   {"iss": "https://login.example.com"},
		"too old":          {"exp": time.Now().Add(-time.Minute).Unix()},
	} {
		for claim, value := range person("eve") {
			claims[claim] = value
		}
		if a, _ := f.enter(401, claims); a.At("code") != "sso_untrusted" || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	f.provider.says(person("ben"))
	browser, other := testkit.Browser(t), testkit.Browser(t)
	state, code := f.comeBack(browser, obj{})
	otherState, _ := f.comeBack(other, obj{})
	asked := f.provider.tokens
	for name, c := range map[string]struct {
		browser *http.Client
		state   string
	}{"no state": {browser, ""}, "another's state": {browser, otherState}, "another's browser": {other, state}, "a browser that began nothing": {testkit.Browser(t), state}} {
		if a := f.ask(400, c.browser, "POST", "/api/v1/sso/finish", obj{"state": c.state, "code": code}); a.At("code") != "sso_state" {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	if f.provider.tokens != asked {
		t.Error("the code was used for who did not begin the sign-in")
	}
	jar := *browser // the cookie goes with the sign-in; somebody may have kept it
	kept := browser.Jar.Cookies(mustParse(t, f.URL))
	f.ask(200, browser, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code})
	jar.Jar = testkit.Browser(t).Jar
	jar.Jar.SetCookies(mustParse(t, f.URL), kept)
	if a := f.ask(401, &jar, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code}); a.At("code") != "sso_refused" {
		t.Errorf("a code twice: %s", a.Body)
	}
	if a := f.ask(400, browser, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code}); a.At("code") != "sso_state" {
		t.Errorf("a sign-in that is done: %s", a.Body)
	}
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestWhatATokenLeavesOutIsAskedForAndMustBeOfTheSamePerson(t *testing.T) {
	f := openFirm(t)
	f.provider.info = obj{"email": "ben@example.com", "email_verified": true, "groups": []string{"ops"}}
	in, _ := f.enter(200, obj{"sub": "ben", "email_verified": nil})
	f.wantRoles(in, `"viewer@default","publisher@default/production"`)
	f.provider.info["sub"] = "eve"
	if a, _ := f.enter(401, obj{"sub": "ben"}); a.At("code") != "sso_untrusted" {
		t.Errorf("the user info of somebody else: %s", a.Body)
	}
}

func TestAnAddressLeadsToNoAccountThatIsThere(t *testing.T) {
	f := openFirm(t)
	wants := func(status int, code string, claims obj) {
		t.Helper()
		if a, _ := f.enter(status, claims); a.At("code") != code {
			t.Errorf("want %s: %s", code, a.Body)
		}
	}
	wants(409, "link_first", person("ann", "boss"))
	wants(403, "not_a_member", obj{"sub": "eve", "email": "eve@elsewhere.example"})
	wants(403, "email_not_verified", obj{"sub": "eve", "email": "eve@example.com", "email_verified": false})
	f.configure(200, obj{"create": false})
	wants(403, "not_a_member", person("eve"))
	f.ask(201, f.owner, "POST", "/api/v1/links", obj{"email": "Eve@example.com", "roles": []string{"editor@default"}})
	invited, _ := f.enter(200, person("eve"))
	f.wantRoles(invited, `"editor@default","viewer@default"`)
	f.ask(200, f.owner, "GET", "/api/v1/links", nil)
	if a := f.ask(200, f.owner, "GET", "/api/v1/links", nil); string(a.Body) != `{"items":[]}`+"\n" && !strings.Contains(string(a.Body), `"items":[]`) {
		t.Errorf("the invitation is used: %s", a.Body)
	}
	f.configure(200, obj{"mapping": []obj{{"value": "ops", "roles": []string{"viewer@default"}}}})
	wants(403, "no_role", person("mallory"))
}

func TestAPersonLinksTheProviderToTheirAccount(t *testing.T) {
	f := openFirm(t)
	f.provider.says(obj{"sub": "a-1", "email": "anything@example.com"})
	f.ask(401, testkit.Browser(t), "POST", "/api/v1/sso/start", obj{"link": true})
	state, code := f.comeBack(f.owner, obj{"link": true})
	if a := f.ask(400, testkit.Browser(t), "POST", "/api/v1/sso/finish", obj{"state": state, "code": code}); a.At("code") != "sso_state" {
		t.Errorf("from elsewhere: %s", a.Body)
	}
	f.ask(200, f.owner, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code})
	if a := f.ask(200, f.owner, "GET", "/api/v1/account", nil); a.At("identities.0.subject") != "a-1" || a.At("identities.0.issuer") != f.provider.URL {
		t.Errorf("her account: %s", a.Body)
	}
	in, _ := f.enter(200, obj{"sub": "a-1", "groups": []string{}}) // she is the last owner with a password
	if in.At("member.email") != "ann@example.com" {
		t.Errorf("signed in: %s", in.Body)
	}
	f.wantRoles(in, `"owner","viewer@default"`)
}

func TestAPersonUnlinksTheProviderUnlessNoOtherWayInIsLeft(t *testing.T) {
	f := openFirm(t)
	where := "/api/v1/account/identities?issuer=" + url.QueryEscape(f.provider.URL)
	link := func(browser *http.Client, subject string) {
		t.Helper()
		f.provider.says(obj{"sub": subject})
		state, code := f.comeBack(browser, obj{"link": true})
		f.ask(200, browser, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code})
	}
	f.ask(404, f.owner, "DELETE", where, nil)
	link(f.owner, "a-1")
	f.ask(204, f.owner, "DELETE", where, nil)
	if a, _ := f.enter(403, obj{"sub": "a-1", "email": "ann@elsewhere.example"}); a.At("code") != "not_a_member" {
		t.Errorf("the identity leads somewhere still: %s", a.Body)
	}

	ben, bens := f.enter(200, person("ben")) // he has no password
	if a := f.ask(409, bens, "DELETE", where, nil); a.At("code") != "last_way_in" || !strings.Contains(string(a.Body), "for owners") {
		t.Errorf("%s", a.Body)
	}
	f.configure(200, obj{"passwords": "everybody"})
	if a := f.ask(409, bens, "DELETE", where, nil); a.At("code") != "last_way_in" || !strings.Contains(string(a.Body), "no password") {
		t.Errorf("%s", a.Body)
	}
	reset := f.ask(201, f.owner, "POST", "/api/v1/members/"+ben.At("member.id").(string)+"/reset", nil)
	_, secret, _ := strings.Cut(reset.At("url").(string), "#t=")
	bens = testkit.Browser(t)
	f.ask(201, bens, "POST", "/api/v1/links/use", obj{"token": secret, "password": ownersPassword})
	f.ask(204, bens, "DELETE", where, nil)
	f.ask(200, testkit.Browser(t), "POST", "/api/v1/session", obj{"email": "ben@example.com", "password": ownersPassword})

	link(bens, "ben")
	f.ask(204, f.owner, "DELETE", "/api/v1/sso", nil)
	f.ask(204, bens, "DELETE", where, nil) // nobody signs in with it any more
	record := f.ask(200, f.owner, "GET", project+"/changes?limit=20", nil)
	for _, text := range []string{"ann@example.com linked their account to " + f.provider.URL, "ann@example.com unlinked their account from " + f.provider.URL} {
		if !strings.Contains(string(record.Body), text) {
			t.Errorf("the record does not say %q:\n%s", text, record.Body)
		}
	}
}

func TestWhoManagesAnAccountUnlinksIt(t *testing.T) {
	f := openFirm(t)
	ben, bens := f.enter(200, person("ben"))
	where := "/api/v1/members/" + ben.At("member.id").(string) + "/identities"
	f.ask(403, bens, "DELETE", where, nil)
	f.ask(204, f.owner, "DELETE", where, nil)
	f.ask(204, f.owner, "DELETE", where, nil)
	if a, _ := f.enter(409, person("ben")); a.At("code") != "link_first" {
		t.Errorf("%s", a.Body)
	}
	record := f.ask(200, f.owner, "GET", project+"/changes?limit=20", nil)
	if text := "ann@example.com unlinked the account ben@example.com from " + f.provider.URL; strings.Count(string(record.Body), text) != 1 {
		t.Errorf("the record says %s", record.Body)
	}
}

func TestAnIssuerIsAskedWithoutAChange(t *testing.T) {
	f := openFirm(t)
	check := func(status int, issuer string) testkit.Answer {
		t.Helper()
		return f.ask(status, f.owner, "POST", "/api/v1/sso/check", obj{"issuer": issuer})
	}
	if a := check(200, f.provider.URL); a.At("issuer") != f.provider.URL || a.At("signInAt") != f.provider.URL+"/auth" {
		t.Errorf("%s", a.Body)
	}
	for issuer, says := range map[string]string{
		f.provider.URL + "/":  "exactly as the provider does",
		"https://10.0.0.1":    "--outbound-allow",
		"login.example.com":   "is no address",
		f.URL:                 "does not answer",
		f.provider.URL + "/x": "does not answer",
	} {
		if a := check(422, issuer); a.At("errors.0.field") != "issuer" || !strings.Contains(string(a.Body), says) {
			t.Errorf("%s: %s", issuer, a.Body)
		}
	}
	f.enter(200, person("ben")) // what was asked has changed nothing
}

func TestSomebodyWithAPasswordGoesOnOwningTheServer(t *testing.T) {
	f := openFirm(t)
	boss, _ := f.enter(200, person("zoe", "boss"))
	me := f.ask(200, f.owner, "GET", "/api/v1/account", nil).At("id").(string)
	if a := f.ask(409, f.owner, "PUT", "/api/v1/members/"+me+"/roles", obj{"roles": []string{"viewer"}}); a.At("code") != "last_owner" {
		t.Errorf("%s", a.Body)
	}
	if a := f.ask(409, f.owner, "DELETE", "/api/v1/members/"+me, nil); a.At("code") != "last_owner" {
		t.Errorf("%s", a.Body)
	}
	f.ask(204, f.owner, "DELETE", "/api/v1/members/"+boss.At("member.id").(string), nil)
}

func TestWhileSingleSignOnIsOnPasswordsAreForOwners(t *testing.T) {
	f := openFirm(t)
	made := f.ask(201, f.owner, "POST", "/api/v1/links", obj{"email": "ben@example.com", "roles": []string{"viewer@default"}})
	_, secret, _ := strings.Cut(made.At("url").(string), "#t=")
	f.ask(201, testkit.Browser(t), "POST", "/api/v1/links/use", obj{"token": secret, "password": ownersPassword})
	ben := obj{"email": "ben@example.com", "password": ownersPassword}
	if a := f.ask(403, testkit.Browser(t), "POST", "/api/v1/session", ben); a.At("code") != "single_sign_on" || !strings.Contains(string(a.Body), "Corp") {
		t.Errorf("his password: %s", a.Body)
	}
	if a := f.ask(401, testkit.Browser(t), "POST", "/api/v1/session", obj{"email": "ben@example.com", "password": "wrong"}); a.At("code") != "sign_in_failed" {
		t.Errorf("a wrong password: %s", a.Body)
	}
	f.ask(200, testkit.Browser(t), "POST", "/api/v1/session", obj{"email": "ann@example.com", "password": ownersPassword})
	f.configure(200, obj{"passwords": "everybody"})
	f.ask(200, testkit.Browser(t), "POST", "/api/v1/session", ben)
	f.ask(204, f.owner, "DELETE", "/api/v1/sso", nil)
	f.ask(200, testkit.Browser(t), "POST", "/api/v1/session", ben)
	f.ask(404, testkit.Browser(t), "POST", "/api/v1/sso/start", obj{})
}

func TestAProviderThatIsAwayIsToldAndLeavesTheLocalWay(t *testing.T) {
	f := openFirm(t)
	f.provider.says(person("ben"))
	browser := testkit.Browser(t)
	state, code := f.comeBack(browser, obj{})
	f.provider.Close()
	a := f.ask(503, browser, "POST", "/api/v1/sso/finish", obj{"state": state, "code": code})
	if a.At("code") != "sso_unavailable" || !strings.Contains(string(a.Body), "/signin?local") {
		t.Errorf("%s", a.Body)
	}
	f.ask(200, testkit.Browser(t), "POST", "/api/v1/session", obj{"email": "ann@example.com", "password": ownersPassword})
	if a := f.configure(422, obj{}); !strings.Contains(string(a.Body), `"field":"issuer"`) {
		t.Errorf("%s", a.Body)
	}
}

func TestSettingsOfSingleSignOnAreChecked(t *testing.T) {
	f := openFirm(t)
	for name, c := range map[string]struct {
		settings obj
		field    string
	}{
		"no address":                     {obj{"issuer": "login.example.com"}, "issuer"},
		"a private network":              {obj{"issuer": "https://10.0.0.1"}, "issuer"},
		"no client id":                   {obj{"clientId": ""}, "clientId"},
		"no claim":                       {obj{"claim": ""}, "claim"},
		"a role that is none":            {obj{"mapping": []obj{{"value": "x", "roles": []string{"boss"}}}}, "roles"},
		"a role without a place":         {obj{"mapping": []obj{{"value": "x", "roles": []string{"publisher@default/production"}}}}, "roles"},
		"a value without a role":         {obj{"mapping": []obj{{"value": "x", "roles": []string{}}}}, "mapping"},
		"a scope without a name":         {obj{"scopes": []string{"email", ""}}, "scopes"},
		"one scope with openid too many": {obj{"scopes": slices.Repeat([]string{"email"}, 20)}, "scopes"},
		"an address for a domain":        {obj{"domains": []string{"a@example.com"}}, "domains"},
	} {
		status := 422
		if name == "a role that is none" {
			status = 404
		}
		if a := f.configure(status, c.settings); !strings.Contains(string(a.Body), `"field":"`+c.field+`"`) {
			t.Errorf("%s: %s", name, a.Body)
		}
	}
	a := f.ask(200, f.owner, "GET", "/api/v1/sso", nil)
	if a.At("redirectUrl") != f.URL+"/signin/callback" || strings.Contains(string(a.Body), "client secret") {
		t.Errorf("%s", a.Body)
	}
}

func TestASecondStepIsAskedForAfterTheProvider(t *testing.T) {
	f := openFirm(t)
	_, browser := f.enter(200, person("ben"))
	setup := f.ask(201, browser, "POST", "/api/v1/account/totp", nil)
	f.ask(200, browser, "PUT", "/api/v1/account/totp", obj{"code": codeOf(t, setup.At("secret").(string), 0)})
	waits, again := f.enter(200, person("ben"))
	if waits.At("signedIn") != false {
		t.Errorf("%s", waits.Body)
	}
	f.ask(200, again, "POST", "/api/v1/session/code", obj{"pending": waits.At("pending"), "code": codeOf(t, setup.At("secret").(string), 1)})
	f.ask(200, again, "GET", project, nil)
}

// singleSignOnLives needs the owner that ownerLives has made.
func singleSignOnLives(t *testing.T, s *testkit.Server, contract *testkit.Contract) {
	run := func(c testkit.Scenario) testkit.Answer { t.Helper(); return c.Run(t, s, contract) }
	p := startProvider(t)
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/sso", Status: 200, Holds: []string{`"on":false`}})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/sso", Status: 404, Code: "sso_off"})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/start", As: "-", Body: obj{}, Status: 404, Code: "sso_off"})
	settings := obj{"issuer": p.URL, "clientId": "burgee", "claim": "groups", "create": true, "passwords": "everybody", "mapping": []obj{{"value": "ops", "roles": []string{"viewer@default"}}}}
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/sso", Body: settings, Status: 422, Field: "clientSecret"})
	settings["clientSecret"] = "client secret"
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/sso", Body: settings, Status: 200, Holds: []string{`"on":true`, `"value":"ops"`}, Lacks: []string{"client secret"}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/check", Body: obj{"issuer": p.URL}, Status: 200, Holds: []string{`"signInAt":"` + p.URL + `/auth"`}})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/check", Body: obj{"issuer": "nowhere"}, Status: 422, Field: "issuer"})
	delete(settings, "clientSecret")
	run(testkit.Scenario{Method: "PUT", Path: "/api/v1/sso", Body: settings, Status: 200})
	run(testkit.Scenario{Method: "GET", Path: "/api/v1/session", As: "-", Status: 200, Holds: []string{`"singleSignOn":{"name":"single sign-on"`}})
	begun := run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/start", As: "-", Body: obj{}, Status: 200, Holds: []string{p.URL + "/auth?"}})
	f := &firm{Server: s, t: t, provider: p}
	p.says(person("zoe", "ops"))
	state, code := f.comeBack(testkit.Browser(t), obj{})
	run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/finish", As: "-", Header: cookieOf(begun), Body: obj{"state": state, "code": code}, Status: 400, Code: "sso_state"})
	went, err := http.DefaultTransport.RoundTrip(&http.Request{Method: "GET", Header: http.Header{}, URL: mustParse(t, begun.At("url").(string))})
	if err != nil {
		t.Fatal(err)
	}
	_ = went.Body.Close()
	back := mustParse(t, went.Header.Get("Location")).Query()
	zoe := run(testkit.Scenario{Method: "POST", Path: "/api/v1/sso/finish", As: "-", Header: cookieOf(begun), Body: obj{"state": back.Get("state"), "code": back.Get("code")}, Status: 200, Holds: []string{`"signedIn":true`, `"zoe@example.com"`}})
	own := "/api/v1/account/identities?issuer=" + url.QueryEscape(p.URL)
	run(testkit.Scenario{Method: "DELETE", Path: own, As: "-", Header: cookieOf(zoe), Status: 409, Code: "last_way_in"})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/sso", Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: own, As: "-", Header: cookieOf(zoe), Status: 204})
	run(testkit.Scenario{Method: "DELETE", Path: own, As: "-", Header: cookieOf(zoe), Status: 404, Code: "identity_not_found"})
	run(testkit.Scenario{Method: "DELETE", Path: "/api/v1/members/" + zoe.At("member.id").(string) + "/identities", Status: 204})
}
