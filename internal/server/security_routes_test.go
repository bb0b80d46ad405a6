package server_test

import (
	"cmp"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// outside are the routes that the OpenAPI document of the management API does not
// have, by the package and the words that register them, and what a stranger gets
// from them. TestNoRouteAnswersAStranger goes through those of the document.
var outside = map[string]struct {
	ask    testkit.Request
	status int // for who brings no credential
}{
	`sdkapi "POST /sdk/v1/register"`:          {testkit.Request{Method: "POST", Path: "/sdk/v1/register", Body: obj{}}, 401},
	`sdkapi "POST /sdk/v1/events"`:            {testkit.Request{Method: "POST", Path: "/sdk/v1/events", Body: obj{}}, 401},
	`sdkapi "GET /sdk/v1/snapshot"`:           {testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot"}, 401},
	`sdkapi "GET /sdk/v1/stream"`:             {testkit.Request{Method: "GET", Path: "/sdk/v1/stream"}, 401},
	`sdkapi "GET /sdk/v1/environments"`:       {testkit.Request{Method: "GET", Path: "/sdk/v1/environments"}, 401},
	`ofrep "POST " + flagsPath`:               {testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags", Body: obj{}}, 401},
	`ofrep "POST " + flagsPath + "/{key...}"`: {testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags/x", Body: obj{}}, 401},
	`ofrep "GET " + streamPath`:               {testkit.Request{Method: "GET", Path: "/ofrep/v1/stream"}, 401},
	`ofrep "OPTIONS /ofrep/"`:                 {testkit.Request{Method: "OPTIONS", Path: "/ofrep/v1/evaluate/flags"}, 204}, // a preflight has no credential
	`ofrep "/ofrep/"`:                         {testkit.Request{Method: "GET", Path: "/ofrep/v1/nowhere"}, 404},
	`adminapi "GET /api/docs"`:                {testkit.Request{Method: "GET", Path: "/api/docs"}, 200},
	`server "GET /healthz"`:                   {testkit.Request{Method: "GET", Path: "/healthz"}, 200},
	`server "GET /readyz"`:                    {testkit.Request{Method: "GET", Path: "/readyz"}, 200},
	`server downloads.Prefix`:                 {testkit.Request{Method: "GET", Path: "/downloads/nowhere"}, 404}, // the SDKs are for everybody
	`relay "POST /sdk/v1/events"`:             {},                                                                // of relays: TestWhatIsSentThroughARelayIsCheckedThere
	`relay "POST /sdk/v1/register"`:           {},
	`server "GET /metrics"`:                   {}, // on a port of their own: TestMetricsAreOnAPortOfTheirOwn
	`server "GET /debug/pprof/"`:              {},
	`server "GET /debug/pprof/cmdline"`:       {},
	`server "GET /debug/pprof/profile"`:       {},
	`server "GET /debug/pprof/symbol"`:        {},
	`server "GET /debug/pprof/trace"`:         {},
	`adminapi o.Method + " " + o.Path`:        {}, // of operations, which are in the document
}

// A route that somebody adds is in the document, and so in the tests that go by it,
// or is looked at here.
func TestEveryRouteIsInTheDocumentOrLookedAt(t *testing.T) {
	found := registered(t)
	listed := slices.Sorted(maps.Keys(outside))
	for _, route := range found {
		if _, ok := outside[route]; !ok {
			t.Errorf("%s is registered and neither in the OpenAPI document nor in the list: who may use it, and which test says so?", route)
		}
	}
	for _, route := range listed {
		if !slices.Contains(found, route) {
			t.Errorf("%s is in the list and registered nowhere", route)
		}
	}
	s := testkit.Start(t, testkit.Options{})
	for _, route := range listed {
		c := outside[route]
		if c.status == 0 {
			continue
		}
		c.ask.As = "-"
		if a := s.Do(c.ask); a.Status != c.status {
			t.Errorf("%s for a stranger: %d, want %d\n%s", route, a.Status, c.status, a.Body)
		}
	}
}

// registered finds what the code hands to a mux, as "package pattern".
func registered(t *testing.T) (routes []string) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "../testkit/") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || method.Sel.Name != "Handle" && method.Sel.Name != "HandleFunc" {
				return true
			}
			if first, ok := call.Args[0].(*ast.Ident); ok && first.Name == "ctx" { // a handler of log records
				return true
			}
			var pattern strings.Builder
			if err := format.Node(&pattern, files, call.Args[0]); err != nil {
				t.Fatal(err)
			}
			if route := file.Name.Name + " " + pattern.String(); !slices.Contains(routes, route) {
				routes = append(routes, route)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return routes
}

// A page gives its Origin, and whatever it holds anybody can read: what is secret is
// refused from there, at every door, also where it is valid.
func TestNoSecretEntersFromAPage(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	relay := s.Want(201, "POST", "/api/v1/tokens", obj{"name": "edge", "scope": "relay", "environments": []string{"default/production"}}).At("token").(string)
	const carried = "?project=default&environment=production"
	origins := []string{"https://shop.example", "null", s.URL}
	for name, c := range map[string]struct {
		ask  testkit.Request
		says string
	}{
		"a server key that takes a snapshot":      {testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: testkit.ServerKey}, "was used from a browser"},
		"a server key that opens a stream":        {testkit.Request{Method: "GET", Path: "/sdk/v1/stream", As: testkit.ServerKey}, "was used from a browser"},
		"a server key that registers":             {testkit.Request{Method: "POST", Path: "/sdk/v1/register", As: testkit.ServerKey, Body: obj{"flags": []obj{}}}, "was used from a browser"},
		"a server key that counts":                {testkit.Request{Method: "POST", Path: "/sdk/v1/events", As: testkit.ServerKey, Body: obj{}}, "was used from a browser"},
		"a server key that evaluates":             {testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags", As: testkit.ServerKey, Body: obj{"context": obj{}}}, "was used from a browser"},
		"a server key in OFREP's own header":      {testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags/x", As: "-", Header: map[string]string{"X-API-Key": testkit.ServerKey}, Body: obj{"context": obj{}}}, "was used from a browser"},
		"the token of a relay that asks":          {testkit.Request{Method: "GET", Path: "/sdk/v1/environments", As: relay}, "was used from a browser"},
		"the token of a relay that reads":         {testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot" + carried, As: relay}, "was used from a browser"},
		"the token of a relay that follows":       {testkit.Request{Method: "GET", Path: "/sdk/v1/stream" + carried, As: relay}, "was used from a browser"},
		"an API token that evaluates":             {testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags", As: testkit.Token, Body: obj{"context": obj{}}}, "was used from a browser"},
		"an API token that reads":                 {testkit.Request{Method: "GET", Path: project, As: testkit.Token}, "token_in_browser"},
		"an API token that exports":               {testkit.Request{Method: "GET", Path: project + "/changes/export", As: testkit.Token}, "token_in_browser"},
		"an API token that follows the dashboard": {testkit.Request{Method: "GET", Path: project + "/live", As: testkit.Token}, "token_in_browser"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, origin := range origins {
				ask := c.ask
				ask.Header = maps.Clone(ask.Header)
				if ask.Header == nil {
					ask.Header = map[string]string{}
				}
				ask.Header["Origin"] = origin
				a := s.Do(ask)
				if a.Status != 403 || !strings.Contains(string(a.Body), c.says) {
					t.Errorf("from %s: %d %s", origin, a.Status, a.Body)
				}
				if strings.Contains(string(a.Body), cmp.Or(c.ask.Header["X-API-Key"], c.ask.As)) {
					t.Errorf("the answer repeats the secret: %s", a.Body)
				}
			}
		})
	}
	page := map[string]string{"Origin": origins[0]}
	if a := s.Do(testkit.Request{Method: "POST", Path: "/ofrep/v1/evaluate/flags", As: testkit.ClientKey, Header: page, Body: obj{"context": obj{}}}); a.Status != 200 {
		t.Errorf("a client key, which is for pages: %d %s", a.Status, a.Body)
	}
}
