package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit"
)

// badTexts are written into JSON as they are. The last is no JSON.
var badTexts = map[string]string{"U+0000": `a\u0000b`, "half of a pair": `a\ud800b`, "no UTF-8": "a\xffb"}

// edge is a place at which text comes in.
type edge struct {
	method, path, body string // %s is the text
	field              string // that is named
}

// managed are the edges of the management API: nothing of a request with a text
// that PostgreSQL does not keep is taken, on no engine.
var managed = []edge{
	{"PATCH", project, `{"name":"%s"}`, "name"},
	{"POST", project + "/flags", `{"key":"%s","type":"boolean"}`, "key"},
	{"POST", project + "/flags", `{"key":"x","type":"boolean","description":"%s"}`, "description"},
	{"POST", project + "/flags", `{"key":"x","type":"string","variations":[{"id":"v","value":"%s"}]}`, "variations[0].value"},
	{"PATCH", project + "/flags/f", `{"tags":["%s"]}`, "tags[0]"},
	{"PUT", project + "/flags/f/environments/production", `{"rules":[{"when":{"plan":"%s"},"serve":true}]}`, "rules[0].when.plan"},
	{"POST", project + "/flags/f/environments/production/off", `{"reason":"%s"}`, "reason"},
	{"PUT", project + "/groups/g", `{"include":["%s"]}`, "include[0]"},
	{"PUT", project + "/experiments/e", `{"environment":"production","description":"%s"}`, "description"},
	{"POST", project + "/environments/production/keys", `{"kind":"server","name":"%s"}`, "name"},
	{"POST", "/api/v1/tokens", `{"name":"%s"}`, "name"},
	{"POST", "/api/v1/session", `{"email":"%s@example.com","password":"x"}`, "email"},
	{"POST", project + "/apply", `{"document":{"apiVersion":"burgee/v1","flags":{"x":{"type":"boolean","owner":"%s"}}}}`, "document.flags.x.owner"},
}

func TestATextThatNotEveryStoreKeepsIsRefusedByTheManagementAPI(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean"})
	before := s.Want(200, "GET", project+"/changes", nil)
	for name, text := range badTexts {
		for _, e := range managed {
			a := s.Do(testkit.Request{Method: e.method, Path: e.path, Body: fmt.Sprintf(e.body, text)})
			named := strings.Contains(string(a.Body), `"field":"`+e.field+`"`)
			if (a.Status != 400 && a.Status != 422) || !named && name != "no UTF-8" {
				t.Errorf("%s in %s of %s %s: %d %s", name, e.field, e.method, e.path, a.Status, a.Body)
			}
		}
	}
	for _, path := range []string{
		project + "/flags/a%00b", "/api/v1/projects/%ff", project + "/flags?q=%00", project + "/changes?actor=%ff", project + "/flags?comment=a%00b",
	} {
		if a := s.Do(testkit.Request{Method: "GET", Path: path}); a.Status != 422 || a.At("code") != "text_invalid" {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	file := s.Do(testkit.Request{Method: "POST", Path: project + "/apply", Body: obj{"text": "apiVersion: burgee/v1\nflags: {f: {type: boolean, owner: \"\\0\"}}\n"}})
	if file.Status != 422 || !strings.Contains(string(file.Body), "U+0000") {
		t.Errorf("a file: %d %s", file.Status, file.Body)
	}
	if after := s.Want(200, "GET", project+"/changes", nil); string(after.Body) != string(before.Body) {
		t.Errorf("something was changed:\n%s", after.Body)
	}
}

// What programs send is cleaned where it is a name and refused where it is a
// key, and none of it keeps from the store what others sent.
func TestATextOfOneProgramKeepsNothingOfOthersFromTheStore(t *testing.T) {
	log := &testkit.Buffer{}
	s := testkit.Start(t, testkit.Options{Log: log})
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean", "client": true})
	send := func(path, body string, header map[string]string) testkit.Answer {
		t.Helper()
		a := s.Do(testkit.Request{Method: "POST", Path: path, As: testkit.ServerKey, Body: body, Header: header})
		if a.Status >= 500 {
			t.Errorf("%s %q: %d %s", path, body, a.Status, a.Body)
		}
		return a
	}
	for end := time.Now().Add(20 * time.Second); send("/ofrep/v1/evaluate/flags/f", `{}`, nil).Status != 200; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the flag is not served")
		}
	}
	for name, text := range badTexts {
		none := name == "no UTF-8" // of which nothing is JSON
		want := func(a testkit.Answer, status int, field string) {
			t.Helper()
			if none {
				status = 400
			}
			if a.Status != status || field != "" && !none && !strings.Contains(string(a.Body), `"field":"`+field+`"`) {
				t.Errorf("%s: %d %s, want %d naming %q", name, a.Status, a.Body, status, field)
			}
		}
		batch := func(id, variation, who string) string {
			return fmt.Sprintf(`{"id":"%s","application":{"name":"%s","version":"%s","sdk":"%s","platform":"%s","instance":"%s"},"overrides":["f"],`+
				`"counts":[{"flag":"f","variation":"%s","reason":"RULE","minute":%d,"count":1}]}`, id, who, who, who, who, who, variation, time.Now().Truncate(time.Minute).UnixMilli())
		}
		want(send("/sdk/v1/events", batch("names of "+strings.Fields(name)[0], "true", text), nil), 202, "")
		want(send("/sdk/v1/events", batch("keys of "+strings.Fields(name)[0], text, "x"), nil), 422, "counts[0].variation")
		want(send("/sdk/v1/register", fmt.Sprintf(`{"application":{"name":"%s"},"flags":[{"key":"g","type":"boolean","default":true},{"key":"h","type":"string","default":"%s"}]}`, text, text), nil), 202, "flags[1].default")
		want(send("/ofrep/v1/evaluate/flags/f", fmt.Sprintf(`{"context":{"targetingKey":"%s","%s":"%s"}}`, text, text, text), nil), 200, "")
		send("/ofrep/v1/evaluate/flags/a%00%ff", `{}`, nil)
		send("/ofrep/v1/evaluate/flags/f", `{}`, map[string]string{"User-Agent": "\xff/\xff", "Burgee-Application": "%00a\xff", "Burgee-Instance": "%00%ff", "Burgee-Sdk": "a%00"})
	}
	if a := send("/sdk/v1/events", `{"id":"a\u0000","counts":[{"flag":"f","reason":"OFF","minute":0,"count":1}]}`, nil); a.Status != 422 || !strings.Contains(string(a.Body), `"field":"id"`) {
		t.Errorf("the id of a batch: %d %s", a.Status, a.Body)
	}
	s.Stop() // writes what it has
	for _, bad := range []string{"did not take", "counts lost", "outcome=failed", "outcome=refused"} {
		if strings.Contains(log.String(), bad) {
			t.Errorf("%q is in the log:\n%s", bad, log)
		}
	}
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	counted := again.Want(200, "GET", project+"/flags/f/evaluations?environment=production", nil)
	if total, _ := counted.At("total").(float64); total < 4 { // two batches, and what was evaluated here
		t.Errorf("counted: %s", counted.Body)
	}
	if list := again.Want(200, "GET", project+"/flags", nil); !strings.Contains(string(list.Body), `"g"`) {
		t.Errorf("the flag beside the bad one was not registered: %s", list.Body)
	}
}

// A browser may call itself anything.
func TestASignInKeepsWhatIsTextOfABrowsersName(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{"BURGEE_INIT_OWNER_EMAIL=ann@example.com", "BURGEE_INIT_OWNER_PASSWORD=correct horse battery"}})
	for _, name := range []string{"\xff\xfe", strings.Repeat("é", 150)} {
		a := s.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Header: map[string]string{"User-Agent": name},
			Body: obj{"email": "ann@example.com", "password": "correct horse battery"}})
		if a.Status != 200 {
			t.Errorf("%q: %d %s", name, a.Status, a.Body)
		}
	}
}
