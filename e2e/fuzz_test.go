package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// fuzzed is a document, and how Schemathesis tries what it says.
type fuzzed struct {
	document   string // in spec
	config     string // in e2e/fuzz, beside what is common to all
	credential string
	// words are identifiers of what is there, by parameter. Of one
	// operation alone they are named "operation parameter".
	words map[string][]any
	// bodies are one of each operation that no schema leads to. They stand in the
	// document as its examples while it is fuzzed.
	bodies map[string]any
	// never are operations that succeed for nobody here, and why.
	never map[string]string
}

// No answer is a 5xx and none is other than its document says, whatever is sent;
// what the document refuses is refused; and no operation answers without a
// credential. A fixed seed makes each run the same; EXAMPLES says how
// many there are of each operation beside those that cover its schema. An operation
// that is new is fuzzed at once; what it needs to succeed goes into furnish.
func TestTheManagementAPIIsWhatItsDocumentSays(t *testing.T) {
	s := startForFuzzing(t)
	words := s.furnish(t)
	token := s.ann(t, words)
	provider := startProviderThatIsNamed(t)
	fuzz(t, s, fuzzed{
		document: "openapi.json", config: "management.toml", credential: token, words: words,
		bodies: map[string]any{
			"startRollout": raisingOf("begun", "true"),
			"putSSO":       map[string]any{"issuer": provider, "clientId": "burgee", "clientSecret": "client secret", "passwords": "everybody"},
			"checkSSO":     map[string]any{"issuer": provider},
			// Of two parameters and a body, few that are drawn fit together.
			"rollback":             map[string]any{"revision": 1, "dryRun": true},
			"commentChangeRequest": map[string]any{"comment": "said"},
			// Others are tried too: they are refused, or lead nowhere.
			"createWebhook": map[string]any{"name": "made", "url": "http://127.0.0.1:1/"},
			"updateWebhook": map[string]any{"enabled": true},
			"rotateWebhook": map[string]any{"overlapHours": 1},
			// Of the one project that bodies are sent to; both are tried there in turn.
			"createEnvironment": map[string]any{"key": "staging", "kind": "other"},
			"orderEnvironments": map[string]any{"environments": []string{"development", "production", "staging"}},
		},
		never: map[string]string{
			"live":         "it does not end, and is not tried",
			"setup":        "there is an owner already",
			"signIn":       "no password is guessed; it answers 429 soon",
			"useLink":      "no secret is guessed",
			"readLink":     "no secret is guessed",
			"finishSSO":    "it takes what a provider has just said to a browser",
			"giveCode":     "no code is guessed",
			"collectLogin": "no secret is guessed",
			"readLogin":    "a person's own, in a browser",
			"approveLogin": "a person's own, in a browser",
			"refuseLogin":  "a person's own, in a browser",
			"startTOTP":    "no token changes how somebody signs in", "confirmTOTP": "as startTOTP", "stopTOTP": "as startTOTP",
			"renewRecoveryCodes": "as startTOTP", "unlinkIdentity": "as startTOTP",
			"unlinkMember": "it takes a member whom a provider has signed in",
		},
	})
}

func TestRemoteEvaluationIsWhatItsDocumentSays(t *testing.T) {
	s := startForFuzzing(t)
	s.objects(t, "Flags.isHoliday", "beta", "checkout", "duty")
	fuzz(t, s, fuzzed{
		document: "ofrep.json", config: "ofrep.toml", credential: serverKey, words: map[string][]any{"key": {"Flags.isHoliday"}},
		never: map[string]string{"follow": "no ticket is guessed, and the answer would not end"},
	})
}

func startForFuzzing(t *testing.T) *server {
	t.Helper()
	s := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), ops: freeAddress(t), env: []string{
		"BURGEE_LOG_LEVEL=warn", "BURGEE_SECRET_KEY=" + testkit.SecretKey, "BURGEE_OUTBOUND_ALLOW=127.0.0.1",
	}}
	s.url = "http://" + s.addr
	s.start(t)
	return s
}

// fuzz runs Schemathesis, and then looks whether it got anywhere.
func fuzz(t *testing.T, s *server, f fuzzed) {
	t.Helper()
	spec, err := filepath.Abs(filepath.Join("../spec", f.document))
	if err != nil {
		t.Fatal(err)
	}
	st, err := filepath.Abs("../build/fuzz/bin/st")
	if err != nil {
		t.Fatal(err)
	}
	examples := cmp.Or(os.Getenv("EXAMPLES"), "3")
	before := s.succeeded(t)
	cmd := exec.Command(st, "--config-file", f.write(t), "--no-color", "run", f.withBodies(t, spec), "--url", s.url, "--seed", "1", "--max-examples", examples)
	cmd.Dir = t.TempDir() // it leaves notes where it runs
	cmd.Env = append(os.Environ(), "BURGEE_FUZZ_CREDENTIAL="+f.credential, "PYTHONHASHSEED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v (make build/fuzz/.stamp makes its environment)", err)
	}
	t.Logf("%s", out)
	after := s.succeeded(t)
	for _, o := range operationsOf(t, spec) {
		route := o.method + " " + o.path
		if _, listed := f.never[o.id]; !listed && after[route] == before[route] {
			t.Errorf("%s (%s %s) never succeeded: nothing was tried behind its checks. Give it words or a body, or say in never why it cannot", o.id, o.method, o.path)
		}
	}
}

// write writes the configuration with the words, and returns its path.
func (f fuzzed) write(t *testing.T) string {
	t.Helper()
	var config bytes.Buffer
	for _, name := range []string{"schemathesis.toml", f.config} {
		part, err := os.ReadFile(filepath.Join("fuzz", name))
		if err != nil {
			t.Fatal(err)
		}
		config.Write(part)
	}
	var everywhere, dictionaries bytes.Buffer
	special := map[string]string{} // by operation
	for i, where := range slices.Sorted(maps.Keys(f.words)) {
		values, err := json.Marshal(f.words[where])
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&dictionaries, "d%d = { values = %s }\n", i, values)
		operation, parameter, only := strings.Cut(where, " ")
		if !only {
			fmt.Fprintf(&everywhere, "%q = { dictionary = \"d%d\", probability = 0.8 }\n", where, i)
			continue
		}
		special[operation] += fmt.Sprintf("%q = { dictionary = \"d%d\", probability = 0.8 }\n", parameter, i)
	}
	for _, operation := range slices.Sorted(maps.Keys(special)) {
		fmt.Fprintf(&config, "\n[[operations]]\ninclude-operation-id = %q\n[operations.parameters]\n%s", operation, special[operation])
	}
	fmt.Fprintf(&config, "\n[parameters]\n%s\n[dictionaries]\n%s", &everywhere, &dictionaries)
	path := filepath.Join(t.TempDir(), "schemathesis.toml")
	if err := os.WriteFile(path, config.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// withBodies writes a copy of the document with the bodies as its examples, and
// returns its path.
func (f fuzzed) withBodies(t *testing.T, spec string) string {
	t.Helper()
	data, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	type object = map[string]any
	missing := maps.Clone(f.bodies)
	for _, methods := range document["paths"].(object) {
		for _, o := range methods.(object) {
			operation := o.(object)
			id := operation["operationId"].(string)
			body, listed := f.bodies[id]
			if !listed {
				continue
			}
			operation["requestBody"].(object)["content"].(object)["application/json"].(object)["example"] = body
			delete(missing, id)
		}
	}
	if len(missing) > 0 {
		t.Fatalf("bodies of operations that the document does not have: %v", missing)
	}
	if data, err = json.Marshal(document); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), f.document)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// operationOf is one operation of a document.
type operationOf struct{ id, method, path string }

func operationsOf(t *testing.T, spec string) (all []operationOf) {
	t.Helper()
	data, err := os.ReadFile(spec)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	for path, methods := range document.Paths {
		for method, o := range methods {
			all = append(all, operationOf{o.OperationID, strings.ToUpper(method), path})
		}
	}
	slices.SortFunc(all, func(a, b operationOf) int { return cmp.Compare(a.id, b.id) })
	return all
}

var success = regexp.MustCompile(`burgee_http_requests_total\{method="([A-Z]+)",route="([^"]+)",status="2xx"\} (\d+)`)

// succeeded tells how often each route has answered 2xx, as the server itself counts.
func (s *server) succeeded(t *testing.T) map[string]string {
	t.Helper()
	response, err := http.Get("http://" + s.ops + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]string{}
	for _, match := range success.FindAllStringSubmatch(string(data), -1) {
		routes[match[1]+" "+strings.ReplaceAll(match[2], "...}", "}")] = match[3]
	}
	return routes
}
