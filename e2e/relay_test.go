package e2e

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"
	"burgee.dev/burgee/sdk/ruleset"
)

// edge is a relay of a server, on a folder of its own.
type edge struct {
	*process
	server          *server
	url, addr, data string
	token           string // the file that holds it
}

func startRelay(t *testing.T, s *server, token string) *edge {
	t.Helper()
	folder := t.TempDir()
	r := &edge{server: s, addr: freeAddress(t), data: filepath.Join(folder, "relay-data"), token: filepath.Join(folder, "token")}
	r.url = "http://" + r.addr
	if err := os.WriteFile(r.token, []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start(t)
	return r
}

// start starts the relay, again after a stop, and waits until it answers.
func (r *edge) start(t *testing.T) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	r.process = start(t, []string{"BURGEE_RELAY_TOKEN_FILE=" + r.token}, path,
		"relay", "--upstream", r.server.url, "--addr", r.addr, "--data", r.data, "--ops-addr", "")
	until(t, "the relay to answer", 15*time.Second, func() bool {
		if r.exited() {
			t.Fatalf("the relay ended:\n%s", r.output())
		}
		status, _ := r.get("/healthz", "")
		return status == http.StatusOK && strings.Contains(r.output(), "Burgee relay")
	})
}

func (r *edge) stop() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	<-r.done
}

// get asks the relay; what does not answer has the status 0.
func (r *edge) get(path, key string) (int, string) {
	return send(http.MethodGet, r.url+path, key, "")
}

func send(method, url, key, body string) (int, string) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(text)
}

// ready is the body of the relay's /readyz.
func (r *edge) ready(t *testing.T) (status int, state struct {
	Status       string
	Environments []struct {
		Environment string
		Revision    int64
		Connected   bool
	}
	Problems []struct{ Message string }
	Events   struct{ Waiting int }
}) {
	t.Helper()
	status, body := r.get("/readyz", "")
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return status, state
}

func serving(variation string) string {
	return `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"type":"string","variations":[{"id":"a","value":"first"},{"id":"b","value":"second"},{"id":"c","value":"third"}],"environments":{"production":{"default":"` + variation + `"}}}}}`
}

// keyOf is the public key with which a snapshot says that it is signed.
func keyOf(t *testing.T, snapshot string) string {
	t.Helper()
	document, err := ruleset.ParseDocument([]byte(snapshot))
	if err != nil || len(document.Header().Keys) == 0 {
		t.Fatalf("%v in %.300s", err, snapshot)
	}
	return document.Header().Keys[0]
}

// oneRelayToAFolder starts another relay on a relay's folder, which ends and says why.
func oneRelayToAFolder(t *testing.T, r *edge) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	second := start(t, []string{"BURGEE_RELAY_TOKEN_FILE=" + r.token}, path,
		"relay", "--upstream", r.server.url, "--addr", freeAddress(t), "--data", r.data, "--ops-addr", "")
	until(t, "a second relay on the folder to end", 15*time.Second, second.exited)
	if code := second.cmd.ProcessState.ExitCode(); code != 7 || !strings.Contains(second.output(), "Another burgee is using "+r.data) {
		t.Errorf("it ends with %d: %s", code, second.output())
	}
}

// Programs of both SDKs change nothing but the address. The server goes away and
// comes back, the relay is stopped and started meanwhile, and nobody notices but
// by what is new.
func TestARelayCarriesItsServersProgramsThroughAnOutage(t *testing.T) {
	s := startServer(t)
	s.apply(t, serving("a"))
	token := strings.TrimSpace(s.burgee(t, "", "token", "create", "edge", "--scope", "relay", "--environment", "default/production"))
	r := startRelay(t, s, token)
	until(t, "the relay to be ready", 15*time.Second, func() bool { status, _ := r.ready(t); return status == http.StatusOK })
	oneRelayToAFolder(t, r)
	_, snapshot := r.get("/sdk/v1/snapshot", serverKey)
	pinned := keyOf(t, snapshot)

	goProgram := through(t, r, pinned)
	path, env := python(t)
	pythonProgram := start(t, append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+r.url, "BURGEE_VERIFY_KEYS="+pinned), path, "testdata/watch.py", "Flags.day")
	both := func(value string) func() bool {
		return func() bool {
			return goProgram.String(t.Context(), "Flags.day", "") == value && strings.Contains(pythonProgram.output(), "serves "+value)
		}
	}
	until(t, "the first value through the relay", 20*time.Second, both("first"))
	s.apply(t, serving("b"))
	until(t, "the second value through the relay", 20*time.Second, both("second"))

	s.kill()
	_, before := r.get("/sdk/v1/snapshot", serverKey)
	reportOutage(t, r, "outage-1", 3)
	reportOutage(t, r, "outage-1", 3) // the same again, as an SDK that heard no answer does
	if status, body := send(http.MethodPost, r.url+"/ofrep/v1/evaluate/flags/Flags.day", serverKey, ""); status != http.StatusOK || !strings.Contains(body, `"value":"second"`) {
		t.Errorf("OFREP without the server: %d %s", status, body)
	}
	if status, body := send(http.MethodPost, r.url+"/sdk/v1/register", serverKey, `{"flags":[]}`); status != http.StatusServiceUnavailable || !strings.Contains(body, "upstream_away") {
		t.Errorf("registration without the server: %d %s", status, body)
	}
	r.stop()
	r.start(t)
	if status, after := r.get("/sdk/v1/snapshot", serverKey); status != http.StatusOK || after != before {
		t.Errorf("after the restart the relay serves %d %s\nbefore it served %s", status, after, before)
	}
	if status, state := r.ready(t); status != http.StatusOK || len(state.Environments) != 1 || state.Environments[0].Connected || len(state.Problems) == 0 {
		t.Errorf("without the server /readyz says %d %+v", status, state)
	}
	late := through(t, r, pinned)
	until(t, "a program that starts meanwhile", 10*time.Second, func() bool { return late.String(t.Context(), "Flags.day", "") == "second" })
	reportOutage(t, r, "outage-2", 4)

	s.start(t)
	s.apply(t, serving("c"))
	until(t, "the third value through the relay", 60*time.Second, both("third"))
	until(t, "the counts of the outage", 60*time.Second, func() bool { return counted(t, s, "outage") >= 7 })
	until(t, "nothing to wait any more", 60*time.Second, func() bool { _, state := r.ready(t); return state.Events.Waiting == 0 })
	until(t, "the remote evaluation to be counted", 60*time.Second, func() bool { return counted(t, s, "Go-http-client") >= 1 })
	if n := counted(t, s, "outage"); n != 7 {
		t.Errorf("the outage's 7 evaluations were counted as %d", n)
	}
	_ = pythonProgram.cmd.Process.Signal(os.Interrupt)
}

func through(t *testing.T, r *edge, pinned string) *burgee.Client {
	t.Helper()
	client, err := burgee.New(burgee.Options{Key: serverKey, URL: r.url, Application: "behind", VerifyKeys: []string{pinned}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// reportOutage sends counts as an SDK does.
func reportOutage(t *testing.T, r *edge, id string, n int) {
	t.Helper()
	body := fmt.Sprintf(`{"id":%q,"application":{"name":"outage"},"counts":[{"flag":"Flags.day","variation":"b","reason":"DEFAULT","minute":%d,"count":%d}]}`,
		id, time.Now().UnixMilli()/60_000*60_000, n)
	if status, answer := send(http.MethodPost, r.url+"/sdk/v1/events", serverKey, body); status != http.StatusAccepted {
		t.Errorf("counts during the outage: %d %s", status, answer)
	}
}

// counted is how many evaluations of an application the server knows.
func counted(t *testing.T, s *server, application string) int64 {
	t.Helper()
	var evaluations struct {
		ByApplication []struct {
			Application string
			Count       int64
		}
	}
	s.must(t, http.MethodGet, "/api/v1/projects/default/flags/Flags.day/evaluations?environment=production", nil, &evaluations)
	n := int64(0)
	for _, a := range evaluations.ByApplication {
		if a.Application == application {
			n += a.Count
		}
	}
	return n
}

func TestARelayGoesByTheServersKeysAndItsToken(t *testing.T) {
	s := startServer(t)
	s.apply(t, serving("a"))
	wrong := startRelay(t, s, apiToken)
	until(t, "the refusal", 15*time.Second, func() bool { return strings.Contains(wrong.output(), "refuses the relay's token") })
	if status, state := wrong.ready(t); status != http.StatusServiceUnavailable || len(state.Problems) == 0 || !strings.Contains(state.Problems[0].Message, "burgee token create NAME --scope relay") {
		t.Errorf("with a token of other rights /readyz says %d %+v", status, state)
	}
	wrong.kill()

	token := strings.TrimSpace(s.burgee(t, "", "token", "create", "edge", "--scope", "relay"))
	r := startRelay(t, s, token)
	until(t, "the relay to be ready", 15*time.Second, func() bool { status, _ := r.ready(t); return status == http.StatusOK })
	if status, body := r.get("/api/v1/projects", apiToken); status != http.StatusNotFound || !strings.Contains(body, "This is a relay of "+s.url) {
		t.Errorf("the management API at a relay: %d %s", status, body)
	}

	followsWithTicketOf(t, s, r)

	var key struct{ ID, Key string }
	s.must(t, http.MethodPost, "/api/v1/projects/default/environments/production/keys", map[string]any{"kind": "server", "name": "brief"}, &key)
	until(t, "the new key at the relay", 15*time.Second, func() bool { status, _ := r.get("/sdk/v1/snapshot", key.Key); return status == http.StatusOK })
	s.must(t, http.MethodDelete, "/api/v1/projects/default/environments/production/keys/"+key.ID, nil, nil)
	until(t, "the end of the key at the relay", 15*time.Second, func() bool {
		status, _ := r.get("/sdk/v1/snapshot", key.Key)
		return status == http.StatusUnauthorized
	})

	var tokens struct {
		Items []struct{ ID, Name string }
	}
	s.must(t, http.MethodGet, "/api/v1/tokens", nil, &tokens)
	for _, token := range tokens.Items {
		if token.Name == "edge" {
			s.must(t, http.MethodDelete, "/api/v1/tokens/"+token.ID, nil, nil)
		}
	}
	until(t, "the relay to say that its token was revoked", 30*time.Second, func() bool {
		_, state := r.ready(t)
		return len(state.Problems) > 0 && strings.Contains(state.Problems[0].Message, "refuses the relay's token")
	})
	until(t, "the log to say so", 15*time.Second, func() bool {
		return strings.Contains(r.output(), "upstream refuses the relay's token; what is here is served")
	})
	s.apply(t, serving("b"))
	if status, body := r.get("/sdk/v1/snapshot", serverKey); status != http.StatusOK || !strings.Contains(body, `"revision":2`) {
		t.Errorf("with a revoked token the relay serves %d %.300s", status, body)
	}
}

// followsWithTicketOf opens a page's stream at the relay with what a bulk
// evaluation by the server gave.
func followsWithTicketOf(t *testing.T, s *server, r *edge) {
	t.Helper()
	var bulk struct {
		EventStreams []struct{ Endpoint struct{ RequestURI string } }
	}
	status, body := send(http.MethodPost, s.url+"/ofrep/v1/evaluate/flags", clientKey, "{}")
	if err := json.Unmarshal([]byte(body), &bulk); err != nil || status != http.StatusOK || len(bulk.EventStreams) != 1 {
		t.Fatalf("bulk evaluation: %d, %v in %s", status, err, body)
	}
	response, err := http.Get(r.url + bulk.EventStreams[0].Endpoint.RequestURI)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	first, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(first, "retry: ") {
		t.Errorf("the relay answers a ticket of the server with %d %q, %v", response.StatusCode, first, err)
	}
}

// A program that is sent to the server and to the relay in turn never goes back,
// although the two are at different revisions now and then.
func TestAProgramThatHopsBetweenServerAndRelayNeverGoesBack(t *testing.T) {
	s := startServer(t)
	s.apply(t, serving("a"))
	r := startRelay(t, s, strings.TrimSpace(s.burgee(t, "", "token", "create", "edge", "--scope", "relay")))
	until(t, "the relay to be ready", 15*time.Second, func() bool { status, _ := r.ready(t); return status == http.StatusOK })
	_, snapshot := r.get("/sdk/v1/snapshot", serverKey)
	trust, err := ruleset.Pinned([]string{keyOf(t, snapshot)})
	if err != nil {
		t.Fatal(err)
	}
	reader := ruleset.NewReplica(trust)
	revision, met := int64(0), 0
	for i := range 1000 {
		if i%10 == 0 {
			s.apply(t, serving([]string{"a", "b"}[i/10%2]))
		}
		status, body := send(http.MethodGet, []string{s.url, r.url}[i%2]+"/sdk/v1/snapshot", serverKey, "")
		if status != http.StatusOK {
			t.Fatalf("hop %d: %d %s", i, status, body)
		}
		next, err := reader.Full([]byte(body))
		if err != nil && !errors.Is(err, ruleset.ErrNotNewer) {
			t.Fatalf("hop %d: %v", i, err)
		}
		reader = next
		now := reader.Document().Header().Revision
		if now < revision {
			t.Fatalf("hop %d: from revision %d to %d", i, revision, now)
		}
		if now > revision {
			met++
		}
		revision = now
	}
	if met < 50 {
		t.Errorf("the program saw only %d revisions: the test shows nothing", met)
	}
}
