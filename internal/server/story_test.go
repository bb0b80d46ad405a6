package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}

func TestAFlagThatAProgramDeclaresAppearsAndAFlipReachesItsStream(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	live := s.Stream(project+"/live", testkit.Token, nil)
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	first := program.Next(t, "the first configuration", func(e testkit.Event) bool { return e.Name == "full" })
	if !strings.Contains(first.Data, `"project":"default"`) {
		t.Errorf("header: %s", first.Data)
	}
	live.Next(t, "news of a program", func(e testkit.Event) bool { return strings.Contains(e.Data, `"presence"`) })

	register := testkit.Request{Method: "POST", Path: "/sdk/v1/register", As: testkit.ServerKey, Body: obj{
		"application": obj{"name": "calendar", "version": "1.4.0", "platform": "python 3.12", "sdk": "python/0.1.0", "instance": "i1"},
		"flags":       []obj{{"key": "Flags.isHoliday", "type": "boolean", "default": false}},
	}}
	if a := s.Do(register); a.Status != 202 {
		t.Fatalf("register: %d %s", a.Status, a.Body)
	}
	live.Next(t, "news of the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, "Flags.isHoliday") })
	program.Next(t, "the flag", func(e testkit.Event) bool { return strings.Contains(e.Data, `"Flags.isHoliday"`) })
	flag := s.Want(200, "GET", project+"/flags/Flags.isHoliday", nil)
	if flag.At("source") != "code" || flag.At("codeDefault") != false || flag.At("environments.production.serving") != "code default false" {
		t.Errorf("flag: %s", flag.Body)
	}
	if flag.At("declarations.0.application") != "calendar" {
		t.Errorf("declarations: %s", flag.Body)
	}

	began := time.Now()
	put := s.Want(200, "PUT", project+"/flags/Flags.isHoliday/environments/production", obj{"default": true})
	changed := program.Next(t, "the flip", func(e testkit.Event) bool { return e.Name == "full" })
	if took := time.Since(began); took > time.Second {
		t.Errorf("the flip took %v", took)
	}
	if !strings.Contains(changed.Data, `"default":{"variation":0}`) {
		t.Errorf("the stream has %s", changed.Data)
	}
	news := live.Next(t, "news of the revision", func(e testkit.Event) bool {
		return strings.Contains(e.Data, `"production"`) && strings.Contains(e.Data, fmt.Sprintf(`"revision":%v,`, put.At("revision")))
	})
	var event struct {
		Type, Environment, Actor string
		Revision                 int64
		Sentences                []string
	}
	if err := json.Unmarshal([]byte(news.Data), &event); err != nil {
		t.Fatal(err)
	}
	if event.Environment != "production" || float64(event.Revision) != put.At("revision") || event.Actor != "BURGEE_INIT_TOKEN" || len(event.Sentences) == 0 {
		t.Errorf("news: %s", news.Data)
	}
}

func TestCountsOfAProgramAreShownAlsoAfterARestart(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	now := time.Now().UnixMilli()
	events := testkit.Request{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: obj{
		"id": "11111111-2222-3333-4444-555555555555", "application": obj{"name": "calendar", "version": "1", "sdk": "python/0.1.0"},
		"counts": []obj{
			{"flag": "f", "variation": "true", "reason": "RULE", "minute": now - now%60000, "count": 41},
			{"flag": "f", "variation": nil, "reason": "CODE_DEFAULT", "minute": now - now%60000, "count": 1},
		},
	}}
	for range 2 {
		if a := s.Do(events); a.Status != 202 {
			t.Fatalf("events: %d %s", a.Status, a.Body)
		}
	}
	s.Stop() // flushes
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	counts := again.Want(200, "GET", project+"/flags/f/evaluations?environment=production", nil)
	if counts.At("total") != 42.0 {
		t.Errorf("total %v, want 42: the same batch counts once, and a stop loses nothing", counts.At("total"))
	}
	if counts.At("series.0.label") != "code default" || counts.At("series.0.variation") != nil || counts.At("series.1.variation") != "true" || counts.At("byApplication.0.count") != 42.0 {
		t.Errorf("counts: %s", counts.Body)
	}
	flag := again.Want(200, "GET", project+"/flags/f", nil)
	hourly := flag.At("environments.production.hourly").([]any)
	if len(hourly) != 24 || hourly[23] != 42.0 && hourly[22] != 42.0 {
		t.Errorf("hourly %v", hourly)
	}
}

func TestNewsOfKeysReachesTheDashboardAlsoAsTheFirstThing(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	live := s.Stream(project+"/live", testkit.Token, nil)
	for range 2 {
		s.Want(201, "POST", project+"/environments/production/keys", obj{"kind": "server", "name": "x"})
		live.Next(t, "news of keys", func(e testkit.Event) bool { return strings.Contains(e.Data, `"keys"`) })
	}
}

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

func TestARefusedProgramIsShownWithTheCause(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: "bgs_" + strings.Repeat("z", 40)})
	connections := s.Want(200, "GET", project+"/connections", nil)
	if connections.At("refused.0.cause") != "key_unknown" || connections.At("refused.0.key") != "bgs_zzzz…zzzz" {
		t.Errorf("connections: %s", connections.Body)
	}
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "configuration", func(testkit.Event) bool { return true })
	connections = s.Want(200, "GET", project+"/connections?environment=production", nil)
	if connections.At("items.0.processes") != 1.0 || connections.At("items.0.instances.0.transport") != "stream" {
		t.Errorf("connections: %s", connections.Body)
	}
	if n := s.Want(200, "GET", project, nil).At("environments.0.connectedInstances"); n != 1.0 {
		t.Errorf("%v instances in production", n)
	}
	program.Close()
	eventually(t, "a closed stream leaves at once", func() bool {
		return strings.Contains(string(s.Want(200, "GET", project+"/connections", nil).Body), `"items":[]`)
	})
}

// Each write leaves exactly its entries in the record, by whoever did it.
func TestEachWriteLeavesItsEntryInTheRecord(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	for _, w := range []struct {
		name, method, path string
		body               any
		status             int
		want               []string // kind object environment action
	}{
		{"make a flag", "POST", "/flags", obj{"key": "f", "type": "boolean"}, 201, []string{"flag f  create"}},
		{"change it", "PATCH", "/flags/f", obj{"owner": "ann"}, 200, []string{"flag f  update"}},
		{"change nothing", "PATCH", "/flags/f", obj{"owner": "ann"}, 200, nil},
		{"configure it", "PUT", "/flags/f/environments/production", obj{"default": true}, 200, []string{"configuration f production create"}},
		{"switch it off", "POST", "/flags/f/environments/production/off", nil, 200, []string{"configuration f production update"}},
		{"switch it off again", "POST", "/flags/f/environments/production/off", nil, 200, nil},
		{"switch it on", "POST", "/flags/f/environments/production/on", nil, 200, []string{"configuration f production update"}},
		{"unconfigure it", "DELETE", "/flags/f/environments/production", nil, 200, []string{"configuration f production delete"}},
		{"make a group", "PUT", "/groups/g", obj{"include": []string{"a"}}, 200, []string{"target_group g  create"}},
		{"delete it", "DELETE", "/groups/g", nil, 200, []string{"target_group g  delete"}},
		{"make an experiment", "PUT", "/experiments/e", obj{"environment": "production", "serve": obj{"f": true}}, 200, []string{"experiment e production create"}},
		{"start it", "POST", "/experiments/e/start", nil, 200, []string{"experiment e production update"}},
		{"stop it", "POST", "/experiments/e/stop", nil, 200, []string{"experiment e production update"}},
		{"delete it", "DELETE", "/experiments/e", nil, 200, []string{"experiment e production delete"}},
		{"archive the flag", "POST", "/flags/f/archive", nil, 200, []string{"flag f  archive"}},
		{"restore it", "POST", "/flags/f/restore", nil, 200, []string{"flag f  restore"}},
		{"apply a file", "POST", "/apply", obj{"text": file}, 200, []string{"configuration pay.api production create", "flag pay.api  create", "attribute plan  create"}},
		{"a plan writes nothing", "POST", "/apply", obj{"text": file, "dryRun": true}, 200, nil},
		{"rename the project", "PATCH", "", obj{"name": "Shop"}, 200, []string{"project default  update"}},
	} {
		t.Run(w.name, func(t *testing.T) {
			before := newest(s)
			s.Want(w.status, w.method, project+w.path, w.body)
			var page struct {
				Items []struct {
					ID                                int64
					Kind, Object, Environment, Action string
					Actor                             struct{ Kind, Name string }
					RequestID                         string
				}
			}
			s.Want(200, "GET", project+"/changes?limit=20", nil).Into(&page)
			var got []string
			for _, c := range page.Items {
				if c.ID <= before {
					break
				}
				got = append(got, strings.Join([]string{c.Kind, c.Object, c.Environment, c.Action}, " "))
				if c.Actor.Kind != "token" || c.Actor.Name != "BURGEE_INIT_TOKEN" || c.RequestID == "" {
					t.Errorf("entry %+v does not say who or in which request", c)
				}
			}
			if strings.Join(got, "\n") != strings.Join(w.want, "\n") {
				t.Errorf("entries %q, want %q", got, w.want)
			}
		})
	}
	if s.Want(200, "GET", project+"/changes/verify", nil).At("ok") != true {
		t.Error("the chain is broken")
	}
}

func newest(s *testkit.Server) int64 {
	var page struct{ Items []struct{ ID int64 } }
	s.Want(200, "GET", project+"/changes?limit=1", nil).Into(&page)
	if len(page.Items) == 0 {
		return 0
	}
	return page.Items[0].ID
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

func TestEveryAnswerOfTheManagementAPIIsGuarded(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	a := s.Want(200, "GET", project+"/flags", nil)
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if a.Header.Get(name) != want {
			t.Errorf("%s: %q", name, a.Header.Get(name))
		}
	}
	page := s.Do(testkit.Request{Method: "GET", Path: "/p/default/e/production/flags/Flags.isHoliday", As: "-"})
	if page.Status != 200 || !strings.Contains(page.Header.Get("Content-Security-Policy"), "script-src 'self'") || !strings.Contains(string(page.Body), "<!doctype html>") {
		t.Errorf("page: %d %v", page.Status, page.Header)
	}
	for path, code := range map[string]string{"/api/v1/nothing": "no_such_path", "/api/v2/session": "no_such_path"} {
		if a := s.Do(testkit.Request{Method: "GET", Path: path}); a.Status != 404 || a.At("code") != code {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := s.Do(testkit.Request{Method: "PUT", Path: "/api/v1/session"}); a.Status != 405 || a.Header.Get("Allow") == "" {
		t.Errorf("a wrong method: %d %v", a.Status, a.Header)
	}
	if a := s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Body: `{"key":"` + strings.Repeat("x", 1<<20) + `"}`}); a.Status != 413 {
		t.Errorf("a body over 1 MB: %d %s", a.Status, a.Body)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/downloads/burgee-0.1.0-py3-none-any.whl", As: "-"}); a.Status != 404 || !strings.Contains(string(a.Body), "make build") {
		t.Errorf("downloads: %d %s", a.Status, a.Body)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/api/openapi.json", As: "-"}); a.Status != 200 || a.At("openapi") != "3.1.0" {
		t.Errorf("openapi: %d", a.Status)
	}
}

func TestAStopTellsTheStreamsAndLosesNothing(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "configuration", func(testkit.Event) bool { return true })
	live := s.Stream(project+"/live", testkit.Token, nil)
	if a := s.Do(testkit.Request{Method: "GET", Path: "/readyz", As: "-"}); a.Status != 200 || a.At("environments.1.environment") != "production" {
		t.Errorf("ready: %d %s", a.Status, a.Body)
	}
	put := s.Want(201, "POST", project+"/flags", obj{"key": "kept", "type": "boolean"})
	began := time.Now()
	s.Stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the stop took %v", took)
	}
	goaway := program.Next(t, "goaway", func(e testkit.Event) bool { return e.Name == "goaway" })
	if !strings.Contains(goaway.Data, "spread_ms") {
		t.Errorf("goaway: %s", goaway.Data)
	}
	for range live.C { // ends
	}
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	if a := again.Want(200, "GET", project+"/flags/kept", nil); a.At("createdAt") != put.At("createdAt") {
		t.Errorf("%s", a.Body)
	}
	if !strings.Contains(again.Stderr.String(), "ignored") {
		t.Errorf("the second start does not say that BURGEE_INIT_ is ignored:\n%s", again.Stderr)
	}
}

func TestTheFirstStartPrintsALinkAndAKeyThatWork(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{}})
	lines := strings.Split(s.Stderr.String(), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[1], "  Create your account   "+s.URL+"/start#t=") || !strings.HasPrefix(lines[3], "  Server key            bgs_") {
		t.Fatalf("printed\n%s", s.Stderr)
	}
	if snapshotStatus(s, s.ServerKey()) != 200 {
		t.Error("the key printed does not open the snapshot")
	}
	first := s.SetupURL()
	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data, Environ: []string{}})
	if again.SetupURL() == "" || again.SetupURL() == first || again.ServerKey() != "" {
		t.Errorf("the second start: link %q, key %q", again.SetupURL(), again.ServerKey())
	}
	old := strings.SplitN(first, "#t=", 2)[1]
	if a := again.Do(testkit.Request{Method: "POST", Path: "/api/v1/setup", As: "-", Body: obj{"token": old, "email": "a@example.com", "password": "correct horse battery"}}); a.Status != 410 {
		t.Errorf("the link of the first start: %d %s", a.Status, a.Body)
	}
	if err := server.CreateOwner(t.Context(), s.Data, "ann@example.com", "correct horse battery"); err != nil {
		t.Fatalf("create-owner beside the running server: %v", err)
	}
	if a := again.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "correct horse battery"}}); a.Status != 200 {
		t.Errorf("sign in afterwards: %d %s", a.Status, a.Body)
	}
	if err := server.CreateOwner(t.Context(), s.Data, "ben@example.com", "correct horse battery"); err == nil {
		t.Error("a second owner was made")
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	running := testkit.Start(t, testkit.Options{})
	for name, tc := range map[string]struct {
		flags map[string]string
		want  string
	}{
		"a folder in use":         {map[string]string{"data": running.Data}, running.Data},
		"a folder that is a file": {map[string]string{"data": plainFile(t)}, "data"},
		"a port in use":           {map[string]string{"addr": running.Addr().String()}, "is in use. Stop the other program or choose another with --addr"},
		"an ops port in use":      {map[string]string{"ops-addr": running.Addr().String()}, "choose another with --ops-addr"},
		"no certificate":          {map[string]string{"tls-cert": "/nowhere.pem", "tls-key": "/nowhere.key"}, "--tls-cert"},
	} {
		t.Run(name, func(t *testing.T) {
			flags := map[string]string{"addr": "127.0.0.1:0", "ops-addr": "", "data": filepath.Join(t.TempDir(), "data")}
			for k, v := range tc.flags {
				flags[k] = v
			}
			cfg, err := config.Load(config.Sources{Flags: flags})
			if err != nil {
				t.Fatal(err)
			}
			s, err := server.New(cfg, server.Options{Stderr: io.Discard})
			if err == nil {
				err = s.Run(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want …%s…", err, tc.want)
			}
		})
	}
}

func plainFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestMetricsAreOnAPortOfTheirOwn(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"ops-addr": "127.0.0.1:0"}})
	snapshotStatus(s, testkit.ServerKey)
	response, err := http.Get("http://" + s.OpsAddr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	http.DefaultClient.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`burgee_http_requests_total{method="GET",route="/sdk/v1/snapshot",status="2xx"} 1`, `burgee_environment_revision{environment="production",project="default"}`,
		"burgee_streams 0", `burgee_build_info{`, `burgee_store_duration_seconds_count{operation="ruleset"}`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s", want)
		}
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/metrics", As: "-"}); a.Status != 404 {
		t.Errorf("metrics on the public port: %d", a.Status)
	}
}
