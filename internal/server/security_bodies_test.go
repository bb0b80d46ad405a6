package server_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// plane is a route of programs that takes a body.
type plane struct {
	path, as string
	most     int // bytes
	bomb     int // the status for a body that inflates without end; 400 where none is inflated
}

// planes are those beside the management API, whose routes come from its document.
var planes = []plane{
	{"/sdk/v1/events", testkit.ServerKey, 1 << 20, 413}, {"/sdk/v1/register", testkit.ServerKey, 1 << 20, 413},
	{"/ofrep/v1/evaluate/flags", testkit.ServerKey, 1 << 20, 400}, {"/ofrep/v1/evaluate/flags/f", testkit.ServerKey, 1 << 20, 400},
	{"/ofrep/v1/evaluate/flags", testkit.ClientKey, 16 << 10, 413}, {"/ofrep/v1/evaluate/flags/f", testkit.ClientKey, 16 << 10, 413},
}

func send(s *testkit.Server, client *http.Client, method, path, as, body string, header map[string]string) testkit.Answer {
	return s.Do(testkit.Request{Method: method, Path: path, As: as, Body: body, Header: header, Client: client})
}

// hostile are bodies that are small, and would be large or deep where they are
// read without care.
var hostile = map[string]string{
	"lists in lists":     strings.Repeat("[", 8<<10),
	"objects in objects": strings.Repeat(`{"a":`, 3<<10),
	"a long number":      `{"revision":` + strings.Repeat("9", 8<<10) + `}`,
	"a large exponent":   `{"revision":1e999999999,"context":{"n":1e999999999}}`,
	"half a text":        `{"context":"` + strings.Repeat(`\`, 4097),
	"no JSON":            "\x00\xff\xfe",
}

func TestNoPlaneReadsMoreThanItSays(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	client := &http.Client{}
	t.Cleanup(client.CloseIdleConnections)
	m := &matrix{t: t, server: s, client: client}
	files := []string{"apply", "propose", "resubmit", "importDocument"} // hold a whole project
	tried := 0
	for _, o := range described(m) {
		if o.method == "GET" || o.method == "DELETE" {
			continue
		}
		tried++
		most := 1 << 20
		if slices.Contains(files, o.id) {
			most = 8 << 20
		}
		path := fill(o.path, nil)
		large := send(s, client, o.method, path, testkit.Token, `{"x":"`+strings.Repeat("x", most)+`"}`, nil)
		if large.Status != 413 || large.At("code") != "body_too_large" {
			t.Errorf("%s with more than %d bytes: %d %s", o.id, most, large.Status, large.Body)
		}
		for name, body := range hostile {
			if a := send(s, client, o.method, path, testkit.Token, body, nil); a.Status < 400 || a.Status >= 500 {
				t.Errorf("%s with %s: %d %s", o.id, name, a.Status, a.Body)
			}
		}
		zipped := send(s, client, o.method, path, testkit.Token, "x", map[string]string{"Content-Encoding": "gzip"})
		if zipped.Status != 400 || zipped.At("code") != "encoding_unknown" {
			t.Errorf("%s compressed: %d %s", o.id, zipped.Status, zipped.Body)
		}
	}
	if tried < 30 {
		t.Errorf("only %d operations were tried", tried)
	}
}

func TestNoPlaneOfProgramsReadsMoreThanItSays(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	client := &http.Client{}
	t.Cleanup(client.CloseIdleConnections)
	s.Want(201, "POST", project+"/flags", obj{"key": "f", "type": "boolean", "client": true})
	bomb := zeros(t, 64<<20)
	for _, p := range planes {
		if a := send(s, client, "POST", p.path, p.as, `{"x":"`+strings.Repeat("x", p.most)+`"}`, nil); a.Status != 413 {
			t.Errorf("%s with more than %d bytes: %d %s", p.path, p.most, a.Status, a.Body)
		}
		for name, body := range hostile {
			a := send(s, client, "POST", p.path, p.as, body, nil)
			newer := a.Status == 202 && strings.HasPrefix(body, `{"revision"`) // SDKs may be newer: what is not known is left alone
			if !newer && (a.Status < 400 || a.Status >= 500) {
				t.Errorf("%s with %s: %d %s", p.path, name, a.Status, a.Body)
			}
		}
		before := allocated()
		a := send(s, client, "POST", p.path, p.as, bomb, map[string]string{"Content-Encoding": "gzip"})
		if grown := allocated() - before; a.Status != p.bomb || grown > 60<<20 { // 10 MB grow into twice as much, and as much again
			t.Errorf("%s with %d bytes that inflate to 64 MB: %d, %d bytes allocated\n%s", p.path, len(bomb), a.Status, grown, a.Body)
		}
	}
}

// zeros is a body of so many bytes, compressed to a thousandth.
func zeros(t *testing.T, size int) string {
	t.Helper()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	if _, err := w.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return zipped.String()
}

// allocated is how many bytes this process, which is the server too, has ever asked for.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// A file is YAML, which can say much in few bytes.
func TestNoFileTakesMoreThanItsSize(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	laughs := "a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for _, pair := range []string{"ba", "cb", "dc", "ed", "fe", "gf", "hg", "ih", "ji"} {
		laughs += string(pair[0]) + ": &" + string(pair[0]) + " [" + strings.Repeat("*"+string(pair[1])+", ", 9) + "x]\n"
	}
	var stairs strings.Builder
	for i := range 2000 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	for name, text := range map[string]string{
		"a billion laughs":    "apiVersion: burgee/v1\nflags:\n  f: {type: string, variations: [{id: v, value: *j}]}\n" + laughs,
		"laughs first":        laughs + "apiVersion: burgee/v1\nflags: {f: *j}\n",
		"itself inside":       "apiVersion: burgee/v1\nflags: &a {f: *a}\n",
		"merged into itself":  "apiVersion: burgee/v1\nflags: &a {<<: *a}\n",
		"lists in lists":      "apiVersion: burgee/v1\nflags: " + strings.Repeat("[", 100_000),
		"dashes":              "apiVersion: burgee/v1\nflags:\n  " + strings.Repeat("- ", 100_000),
		"stairs":              stairs.String(),
		"a tag of a language": "apiVersion: burgee/v1\nflags: !!python/object/apply:os.system [id]\n",
		"a long number":       "apiVersion: burgee/v1\nflags: {f: {type: integer, variations: [{id: v, value: " + strings.Repeat("9", 100_000) + "}]}}\n",
	} {
		before := allocated()
		a := s.Do(testkit.Request{Method: "POST", Path: project + "/apply", Body: obj{"text": text, "dryRun": true}})
		if grown := allocated() - before; a.Status < 400 || a.Status >= 500 || grown > 256<<20 {
			t.Errorf("%s (%d bytes): %d, %d bytes allocated\n%.300s", name, len(text), a.Status, grown, a.Body)
		}
	}
}

// encoding/json reads "KIND" as "kind", and the last one wins: what is checked
// would not be what is done.
func TestWhatIsCheckedOfABodyIsWhatIsDone(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	keys, flag := project+"/environments/production/keys", project+"/flags/Flags.isHoliday"
	s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Body: `{"key":"Flags.isHoliday","type":"boolean"}`})
	for _, c := range []struct{ method, path, body, field string }{
		{"POST", keys, `{"kind":"server","name":"x","KIND":"other"}`, "KIND"},
		{"POST", keys, `{"kind":"server","name":"x","Name":""}`, "Name"},
		{"POST", "/api/v1/tokens", `{"name":"x","scope":null}`, "scope"},
		{"POST", "/api/v1/tokens", `{"name":"x","scope":"viewer","Scope":"full"}`, "Scope"},
		{"POST", "/api/v1/tokens", `{"name":"x","scope":"viewer","environments":null}`, "environments"},
		{"POST", "/api/v1/links", `{"email":"eve@example.com","roles":["viewer"],"ROLES":["owner"]}`, "ROLES"},
		{"PATCH", flag, `{"owner":null}`, "owner"},
		{"PATCH", flag, `{"variations":null}`, "variations"},
		{"PUT", flag + "/environments/production", `{"rules":[{"serve":true,"name":null}]}`, "rules[0].name"},
		{"PUT", flag + "/environments/production", `{"rules":[{"serve":true,"id":null}]}`, "rules[0].id"},
		{"PUT", flag + "/environments/production", `{"default":{"serve":true,"table":null}}`, "default.table"},
		{"PUT", flag + "/environments/production", `{"rules":[{"serve":true,"table":true}]}`, "rules[0].table"},
		{"PUT", project + "/groups/beta", `{"include":["alice"],"when":null}`, "when"},
		{"PUT", project + "/experiments/all", `{"environment":"production","serve":{"Flags.isHoliday":true},"arms":null}`, "arms"},
		{"POST", project + "/apply", `{"text":"apiVersion: burgee/v1","document":null}`, "document"},
		{"POST", project + "/apply", `{"text":"apiVersion: burgee/v1","dryrun":true}`, "dryrun"},
		{"POST", project + "/apply", `{"document":{"apiVersion":"burgee/v1","targetGroups":{"beta":{"include":null}}}}`, "document.targetGroups.beta.include"},
		{"POST", project + "/change-requests", `{"title":"x","text":"apiVersion: burgee/v1","Draft":true}`, "Draft"},
	} {
		a := s.Do(testkit.Request{Method: c.method, Path: c.path, Body: c.body})
		if a.Status != 422 || !strings.Contains(string(a.Body), `"field":"`+c.field+`"`) {
			t.Errorf("%s: %d %s, want 422 naming %s", c.body, a.Status, a.Body, c.field)
		}
	}
	twice := s.Do(testkit.Request{Method: "POST", Path: keys, Body: `{"kind":"server","name":"x","kind":"other"}`})
	if twice.Status != 422 {
		t.Errorf("a field twice: %d %s", twice.Status, twice.Body)
	}
}
