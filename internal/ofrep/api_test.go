package ofrep_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/delivery/deliverytest"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/ofrep"
	"burgee.dev/burgee/internal/presence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	serverKey = "bgs_0123456789012345678901234567890123456789"
	clientKey = "bgc_0123456789012345678901234567890123456789"
	bools     = `"variations":[["true",true],["false",false]],"off":1`
	served    = `"rules":[],"default":{"variation":0}}`
	halves    = `{"seed":"s","unit":"targetingKey","table":[[500000,0],[1000000,1]]}`
)

// rules are flags of every kind that the mapping of reasons tells apart.
var rules = []string{
	line("plain", "boolean", `"client":true,"enabled":true,`+bools, ``, ``, served),
	line("fraction", "double", `"client":false,"enabled":true,"variations":[["one",1.0],["half",0.5]],"off":0`, ``, ``, served),
	line("whole", "integer", `"client":false,"enabled":true,"variations":[["ten",10]],"off":0`, ``, ``, served),
	line("object", "json", `"client":false,"enabled":true,"variations":[["o",{"b":1.0,"a":[1,2.50]}]],"off":0`, ``, ``, served),
	line("listed", "boolean", `"client":false,"enabled":true,`+bools, ``, `["targetingKey",{"alice":0}]`, `"rules":[],"default":{"variation":1}}`),
	line("code", "string", `"client":true,"enabled":true,"variations":[["a","A"]],"off":null`, ``, ``, `"rules":[],"default":{"variation":null}}`),
	line("off", "boolean", `"client":false,"enabled":false,`+bools, ``, ``, served),
	line("off.code", "string", `"client":false,"enabled":false,"variations":[["a","A"]],"off":null`, ``, ``, served),
	line("half", "boolean", `"client":false,"enabled":true,`+bools, ``, ``, `"rules":[],"default":`+halves+`}`),
	line("ruled", "boolean", `"client":false,"enabled":true,`+bools, ``, ``, `"rules":[{"id":"r1","when":{"attr":"country","op":"in","values":["DE"]},"serve":{"variation":0}}],"default":{"variation":1}}`),
	line("needy", "boolean", `"client":false,"enabled":true,`+bools, `["off",["true"]]`, ``, served),
	line("tried", "boolean", `"client":false,"enabled":true,`+bools, ``, ``, `"rules":[{"experiment":"launch","phase":1,"arms":["x"],"serve":{"variation":0}}],"default":{"variation":1}}`),
}

func line(key, kind, head, prerequisites, targets, tail string) string {
	return fmt.Sprintf(`{"flag":%q,"type":%q,%s,"prerequisites":[%s],"targets":[%s],%s`, key, kind, head, prerequisites, targets, tail)
}

var quiet = slog.New(slog.DiscardHandler)

// sums keeps what ingest hands to the store.
type sums map[ingest.Row]int64

func (s sums) AddCounts(_ context.Context, load *ingest.Load) error {
	for _, row := range load.Rows(nil) {
		s[row] += row.Count
	}
	return nil
}
func (s sums) AddKeyUses(context.Context, []ingest.KeyUse) error { return nil }

type world struct {
	t        testing.TB
	handler  http.Handler
	api      *ofrep.API
	reader   *deliverytest.Reader
	manager  *delivery.Manager
	presence *presence.Registry
	ingest   *ingest.Ingest
	counted  sums
}

func newWorld(t testing.TB, lines ...string) *world {
	t.Helper()
	return newWorldAt(t, clock.System{}, lines...)
}

// newWorldAt is a world whose evaluations read the clock at.
func newWorldAt(t testing.TB, at clock.Clock, lines ...string) *world {
	t.Helper()
	w := &world{t: t, reader: deliverytest.NewReader(), presence: presence.New(clock.System{}), counted: sums{}}
	w.reader.AddKey(1, 7, serverKey, delivery.ServerKey, 0)
	w.reader.AddKey(1, 8, clientKey, delivery.ClientKey, 0)
	w.reader.Publish(1, lines...)
	w.ingest = ingest.New(w.counted, ingest.Options{})
	w.start(t, w.reader, at)
	return w
}

func (w *world) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://burgee"+path, strings.NewReader(body))
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	held(w.t, method, path, answer)
	return answer
}

const (
	flags     = "/ofrep/v1/evaluate/flags"
	withKey   = "Authorization: Bearer " + serverKey
	asBrowser = "X-API-Key: " + clientKey
	alice     = `{"context":{"targetingKey":"alice","country":"DE"}}`
)

func TestASingleEvaluationIsReadRightByEveryProvider(t *testing.T) {
	w := newWorld(t, rules...)
	for _, tt := range []struct{ name, flag, body, want string }{
		{"a flag that serves the same to everyone", "plain", alice, `"reason":"STATIC","value":true,"variant":"true","metadata":{"reason":"DEFAULT","revision":2}`},
		{"a double that is whole keeps its fraction", "fraction", alice, `"reason":"STATIC","value":1.0,"variant":"one"`},
		{"an integer has none", "whole", alice, `"reason":"STATIC","value":10,"variant":"ten"`},
		{"an object is kept byte for byte", "object", alice, `"value":{"b":1.0,"a":[1,2.50]},"variant":"o"`},
		{"a listed unit", "listed", alice, `"reason":"TARGETING_MATCH","value":true,"variant":"true","metadata":{"reason":"TARGET"`},
		{"the default of a flag with a list", "listed", ``, `"reason":"DEFAULT","value":false,"variant":"false"`},
		{"a rule", "ruled", alice, `"reason":"TARGETING_MATCH","value":true,"variant":"true","metadata":{"reason":"RULE"`},
		{"an experiment of one arm", "tried", alice, `"reason":"TARGETING_MATCH","value":true,"variant":"true","metadata":{"reason":"EXPERIMENT"`},
		{"a split", "half", alice, `"reason":"SPLIT","value":`},
		{"a split without a unit serves off as the default of a flag without rules", "half", ``, `"reason":"STATIC","value":false,"variant":"false"`},
		{"a flag that is off", "off", alice, `"reason":"STATIC","value":false,"variant":"false","metadata":{"reason":"OFF"`},
		{"a failed prerequisite", "needy", alice, `"reason":"DEFAULT","value":false,"variant":"false","metadata":{"reason":"PREREQUISITE_FAILED"`},
		{"the program's own default", "code", alice, `{"key":"code","reason":"DISABLED","variant":"","metadata":{"reason":"CODE_DEFAULT","revision":2}}`},
		{"off, with the program's own default", "off.code", alice, `{"key":"off.code","reason":"DISABLED","variant":"","metadata":{"reason":"OFF"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.call("POST", flags+"/"+tt.flag, tt.body, withKey)
			body := answer.Body.String()
			if answer.Code != 200 || !strings.Contains(body, tt.want) || answer.Header().Get("Content-Type") != "application/json" {
				t.Errorf("got %d %s\nwant %s", answer.Code, body, tt.want)
			}
			var parsed struct{ Key, Reason, Variant *string }
			if err := json.Unmarshal(answer.Body.Bytes(), &parsed); err != nil || parsed.Key == nil || *parsed.Key != tt.flag || parsed.Reason == nil || parsed.Variant == nil {
				t.Errorf("%v: %s lacks a field", err, body)
			}
		})
	}
}

func TestEveryErrorHasTheFieldsThatProvidersRead(t *testing.T) {
	w := newWorld(t, rules...)
	big := `{"context":{"x":"` + strings.Repeat("x", 1<<20) + `"}}`
	for _, tt := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"a flag that is not there", "POST", flags + "/nope", alice, []string{withKey}, 404, "FLAG_NOT_FOUND"},
		{"a key with an encoded slash", "POST", flags + "/a%2Fb", alice, []string{withKey}, 404, "FLAG_NOT_FOUND"},
		{"a key with a slash", "POST", flags + "/a/b", alice, []string{withKey}, 404, "FLAG_NOT_FOUND"},
		{"a flag that clients may not see", "POST", flags + "/listed", alice, []string{asBrowser}, 404, "FLAG_NOT_FOUND"},
		{"malformed JSON", "POST", flags + "/plain", `{"context":`, []string{withKey}, 400, "PARSE_ERROR"},
		{"a body that is a list", "POST", flags + "/plain", `[]`, []string{withKey}, 400, "PARSE_ERROR"},
		{"a body too deep", "POST", flags + "/plain", strings.Repeat(`{"context":`, 40) + "{}" + strings.Repeat("}", 40), []string{withKey}, 400, "PARSE_ERROR"},
		{"a context that is a string", "POST", flags + "/plain", `{"context":"alice"}`, []string{withKey}, 400, "INVALID_CONTEXT"},
		{"a targeting key that is a number", "POST", flags + "/plain", `{"context":{"targetingKey":42}}`, []string{withKey}, 400, "INVALID_CONTEXT"},
		{"a body of 1 MB", "POST", flags + "/plain", big, []string{withKey}, 413, "GENERAL"},
		{"a client's body over 16 kB", "POST", flags + "/plain", big[:20_000], []string{asBrowser}, 413, "GENERAL"},
		{"no key", "POST", flags + "/plain", alice, nil, 401, "GENERAL"},
		{"an unknown key", "POST", flags + "/plain", alice, []string{withKey + "x"}, 401, "GENERAL"},
		{"a server key in a browser", "POST", flags + "/plain", alice, []string{withKey, "Origin: https://shop.example"}, 403, "GENERAL"},
		{"a GET", "GET", flags + "/plain", "", []string{withKey}, 405, "GENERAL"},
		{"bulk with malformed JSON", "POST", flags, `{`, []string{withKey}, 400, "PARSE_ERROR"},
		{"bulk with a wrong targeting key", "POST", flags, `{"context":{"targetingKey":[]}}`, []string{withKey}, 400, "INVALID_CONTEXT"},
		{"bulk without a key", "POST", flags, `{}`, nil, 401, "GENERAL"},
		{"the configuration endpoint of old providers", "GET", "/ofrep/v1/configuration", "", []string{withKey}, 404, "GENERAL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.call(tt.method, tt.path, tt.body, tt.headers...)
			var body struct {
				Key, ErrorCode, ErrorDetails *string
			}
			if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
				t.Fatalf("%v in %s", err, answer.Body)
			}
			if answer.Code != tt.status || body.ErrorCode == nil || *body.ErrorCode != tt.code || body.ErrorDetails == nil || *body.ErrorDetails == "" {
				t.Errorf("got %d %s, want %d %s", answer.Code, answer.Body, tt.status, tt.code)
			}
			if strings.HasPrefix(tt.path, flags+"/") && (body.Key == nil || *body.Key == "") {
				t.Errorf("no key in %s", answer.Body)
			}
		})
	}
}

func TestWhatProvidersLeaveOutIsAnEmptyContext(t *testing.T) {
	w := newWorld(t, rules...)
	for _, body := range []string{``, ` `, `null`, `{}`, `{"context":null}`, `{"context":{}}`, `{"context":{"targetingKey":null}}`, `{"more":1}`} {
		answer := w.call("POST", flags+"/listed", body, withKey, "Content-Type: text/plain")
		if answer.Code != 200 || !strings.Contains(answer.Body.String(), `"value":false`) {
			t.Errorf("%q: got %d %s", body, answer.Code, answer.Body)
		}
	}
}

func TestBothHeadersCarryAKeyAndDoubleSlashesDoNoHarm(t *testing.T) {
	w := newWorld(t, rules...)
	for _, header := range []string{withKey, "X-API-Key: " + serverKey, "Authorization: bearer " + serverKey} {
		if answer := w.call("POST", "//ofrep/v1/evaluate/flags/plain", alice, header); answer.Code != 200 {
			t.Errorf("%s: got %d %s", header, answer.Code, answer.Body)
		}
	}
}

func TestBulkListsEveryFlagThatTheKeyMaySee(t *testing.T) {
	w := newWorld(t, rules...)
	for key, want := range map[string][]string{
		withKey:   {"code", "fraction", "half", "listed", "needy", "object", "off", "off.code", "plain", "ruled", "tried", "whole"},
		asBrowser: {"code", "plain"},
	} {
		answer := w.call("POST", flags, alice, key)
		var body struct{ Flags []struct{ Key string } }
		if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != 200 {
			t.Fatalf("%d, %v: %s", answer.Code, err, answer.Body)
		}
		var got []string
		for _, f := range body.Flags {
			got = append(got, f.Key)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.14s: %s", key, diff)
		}
		for _, item := range body.Flags {
			single := strings.TrimSuffix(w.call("POST", flags+"/"+item.Key, alice, key).Body.String(), "\n")
			single = strings.Replace(single, `,"revision":2`, "", 1)
			if !strings.Contains(answer.Body.String(), single) {
				t.Errorf("bulk has not what single says: %s", single)
			}
		}
	}
}

func TestAnAnswerThatHasNotChangedIs304(t *testing.T) {
	w := newWorld(t, rules...)
	first := w.call("POST", flags, alice, asBrowser)
	etag := first.Header().Get("ETag")
	again := w.call("POST", flags, alice, asBrowser, "If-None-Match: "+etag)
	if again.Code != 304 || again.Body.Len() != 0 || again.Header().Get("ETag") != etag {
		t.Errorf("got %d, %d bytes, ETag %s", again.Code, again.Body.Len(), again.Header().Get("ETag"))
	}
	unseen := append([]string{line("more", "boolean", `"client":false,"enabled":true,`+bools, ``, ``, served)}, rules...)
	w.manager.Announce(1, w.reader.Publish(1, unseen...))
	for deadline := time.Now().Add(10 * time.Second); again.Header().Get("Burgee-Revision") != "3"; {
		if again = w.call("POST", flags, alice, asBrowser, "If-None-Match: "+etag); again.Code != 304 {
			t.Fatalf("a change of what the key does not see: %d %s", again.Code, again.Body)
		}
		if time.Now().After(deadline) {
			t.Fatal("the change does not come")
		}
	}
	whole := w.call("POST", flags, alice, withKey).Header().Get("ETag")
	other := w.call("POST", flags, `{"context":{"targetingKey":"alice","country":"FR"}}`, withKey, "If-None-Match: "+whole)
	if other.Code != 200 {
		t.Errorf("another context with the old tag got %d: stale flags", other.Code)
	}
}

func TestAFlagThatCannotBeUsedSpoilsOnlyItself(t *testing.T) {
	broken := line("broken", "boolean", `"client":false,"enabled":true,`+bools, `["gone",["true"]]`, ``, served)
	w := newWorld(t, rules[0], broken)
	single := w.call("POST", flags+"/broken", alice, withKey)
	if single.Code != 400 || !strings.Contains(single.Body.String(), `"key":"broken","errorCode":"GENERAL","errorDetails":"`) {
		t.Errorf("single: %d %s", single.Code, single.Body)
	}
	bulk := w.call("POST", flags, alice, withKey)
	var body struct{ Flags []map[string]any }
	if err := json.Unmarshal(bulk.Body.Bytes(), &body); err != nil || bulk.Code != 200 || len(body.Flags) != 2 {
		t.Fatalf("bulk: %d %v %s", bulk.Code, err, bulk.Body)
	}
	if body.Flags[0]["errorCode"] != "GENERAL" || body.Flags[1]["value"] != true {
		t.Errorf("bulk: %s", bulk.Body)
	}
}

func TestBeforeTheFirstLoadBulkLetsProvidersKeepTheirFlags(t *testing.T) {
	reader := deliverytest.NewReader()
	manager := delivery.New(reader, delivery.Options{}) // not run: nothing is loaded
	in := ingest.New(sums{}, ingest.Options{})
	reg := presence.New(clock.System{})
	mux := http.NewServeMux()
	ofrep.New(gate.New(manager, reg, in, clock.System{}), reg, in, clock.System{}).Routes(mux)
	w := &world{t: t, handler: httpkit.Routes(mux)}
	answer := w.call("POST", flags, alice, withKey)
	if answer.Code != 503 || strings.Contains(answer.Body.String(), "errorCode") || !strings.Contains(answer.Body.String(), "errorDetails") || answer.Header().Get("Retry-After") != "1" {
		t.Errorf("bulk: %d %s", answer.Code, answer.Body)
	}
	if answer := w.call("POST", flags+"/a", alice, withKey); answer.Code != 503 || !strings.Contains(answer.Body.String(), `"key":"a","errorCode":"GENERAL"`) {
		t.Errorf("single: %d %s", answer.Code, answer.Body)
	}
	if len(reg.Refused()) != 0 {
		t.Error("a key was refused before anybody could know it")
	}
}

func TestEvaluationsAreCountedAndTheCallerIsShown(t *testing.T) {
	w := newWorld(t, rules...)
	w.call("POST", flags+"/plain", alice, withKey, "User-Agent: curl/8.5.0")
	w.call("POST", flags+"/code", alice, withKey, "User-Agent: curl/8.5.0")
	w.call("POST", flags+"/tried", alice, withKey, "User-Agent: x", "Burgee-Application: shop")
	w.call("POST", flags+"/nope", alice, withKey, "User-Agent: curl/8.5.0")
	w.call("POST", flags+"/nope", alice, asBrowser, "User-Agent: curl/8.5.0")
	if err := w.ingest.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for row, n := range w.counted {
		got[strings.Join([]string{row.Application, row.SDK, row.Flag, row.Variation, row.Reason, row.Experiment, row.Arm}, "|")] += n
	}
	want := map[string]int64{
		"curl|ofrep|plain|true|DEFAULT||": 1, "curl|ofrep|code||CODE_DEFAULT||": 1,
		"shop|ofrep|tried|true|EXPERIMENT|launch|x": 1, "curl|ofrep|nope||FLAG_NOT_FOUND||": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var seen []string
	for _, i := range w.presence.Instances("default", "production") {
		seen = append(seen, fmt.Sprint(i.Application, " ", i.Transport, " ", i.Revision))
	}
	if diff := cmp.Diff([]string{"curl ofrep 2", "shop ofrep 2"}, seen); diff != "" {
		t.Error(diff)
	}
}

// What a flag costs must not grow with the flags beside it: an answer about all of
// them allocates no more than a handful of times beyond one about a single flag.
func TestFlagsOfABulkAnswerDoNotAllocate(t *testing.T) {
	ask := asker(t, flags, 100)
	few := asker(t, flags, 1)
	ask()
	few()
	if many, one := testing.AllocsPerRun(50, ask), testing.AllocsPerRun(50, few); many > one+5 {
		t.Errorf("100 flags take %v allocations, one takes %v", many, one)
	}
}

func TestASingleEvaluationAllocatesLittle(t *testing.T) {
	const most = 75 // of which the request and the recorder of the test are a third
	if n := testing.AllocsPerRun(50, asker(t, flags+"/flag-0", 100)); n > most {
		t.Errorf("%v allocations, want at most %d", n, most)
	}
}

// asker returns what asks for a path once, of a world with so many flags.
func asker(t testing.TB, path string, flagCount int) func() {
	lines := make([]string, flagCount)
	for i := range lines {
		lines[i] = strings.Replace(rules[9], `"ruled"`, fmt.Sprintf(`"flag-%d"`, i), 1)
	}
	w := newWorld(t, lines...)
	return func() {
		r := httptest.NewRequest("POST", path, strings.NewReader(alice))
		r.Header.Set("Authorization", "Bearer "+serverKey)
		answer := httptest.NewRecorder()
		answer.Body = nil
		w.handler.ServeHTTP(answer, r)
		if answer.Code != 200 {
			t.Fatal(answer.Code)
		}
	}
}

func benchmark(b *testing.B, path string, flagCount int) {
	ask := asker(b, path, flagCount)
	b.ReportAllocs()
	for b.Loop() {
		ask()
	}
}

func BenchmarkSingle(b *testing.B) { benchmark(b, flags+"/flag-0", 100) }

func BenchmarkBulk100(b *testing.B) { benchmark(b, flags, 100) }
