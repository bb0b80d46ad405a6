package sdkapi_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/sdkapi"
)

const withToken = "Authorization: Bearer " + token

// newRelayWorld has two environments of which the token opens production only,
// until everywhere is called.
func newRelayWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, sdkapi.Options{})
	w.reader.AddEnvironment(2, "default", "development")
	w.reader.AddKey(1, 0, token, delivery.RelayToken, 0)
	w.await(t, "development and the token", func() bool {
		return w.manager.ByEnvironment("default", "development") != nil && len(w.manager.ByToken(sha256.Sum256([]byte(token)))) == 1
	})
	return w
}

func (w *world) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

func TestTheTokenOfARelayOpensWhatItListsAndNothingElse(t *testing.T) {
	w := newRelayWorld(t)
	const here, there = "?project=default&environment=production", "?project=default&environment=development"
	counts := fmt.Sprintf(`{"id":"r1","counts":[{"flag":"a","variation":"true","reason":"RULE","minute":%d,"count":3}]}`, time.Now().UnixMilli()/60_000*60_000)
	for _, tt := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		says                     string
	}{
		{"what it may carry", "GET", "/sdk/v1/environments", "", []string{withToken}, 200, `{"environments":[{"project":"default","environment":"production"}]}`},
		{"its environment's snapshot", "GET", "/sdk/v1/snapshot" + here, "", []string{withToken}, 200, `{"flag":"a",`},
		{"another environment", "GET", "/sdk/v1/snapshot" + there, "", []string{withToken}, 403, `may not carry default/development`},
		{"an environment that is none", "GET", "/sdk/v1/stream?project=shop&environment=x", "", []string{withToken}, 403, `"code":"relay_scope"`},
		{"half an environment", "GET", "/sdk/v1/stream?project=default", "", []string{withToken}, 400, `Which environment?`},
		{"no environment", "GET", "/sdk/v1/stream", "", []string{withToken}, 403, `"code":"token_not_key"`},
		{"counts of its environment", "POST", "/sdk/v1/events" + here, counts, []string{withToken}, 202, `{"accepted":1}`},
		{"counts of another", "POST", "/sdk/v1/events" + there, counts, []string{withToken}, 403, `"code":"relay_scope"`},
		{"no registration", "POST", "/sdk/v1/register" + here, `{"flags":[]}`, []string{withToken}, 403, `"code":"token_not_key"`},
		{"another token", "GET", "/sdk/v1/environments", "", []string{withToken + "x"}, 401, `has other rights, was revoked or has expired`},
		{"another token for an environment", "GET", "/sdk/v1/stream" + here, "", []string{withToken + "x"}, 401, `"code":"token_not_relay"`},
		{"an SDK key lists nothing", "GET", "/sdk/v1/environments", "", []string{withKey}, 403, `this route is for relays`},
		{"nobody lists anything", "GET", "/sdk/v1/environments", "", nil, 401, `"code":"token_missing"`},
		{"a browser", "GET", "/sdk/v1/environments", "", []string{withToken, "Origin: https://shop.example"}, 403, `"code":"used_from_browser"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := w.call(t, tt.method, tt.path, tt.body, tt.headers...)
			body, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != tt.status || !strings.Contains(string(body), tt.says) {
				t.Errorf("got %d %.300s\nwant %d that says %s", answer.StatusCode, body, tt.status, tt.says)
			}
			if strings.Contains(string(body), token) {
				t.Error("the answer repeats the token")
			}
		})
	}
	if list := w.presence.Instances("", ""); len(list) != 0 {
		t.Errorf("a relay is shown as a program: %+v", list)
	}
	if err := w.ingest.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for row, n := range w.control.counts {
		if row.EnvironmentID != 1 || n != 3 {
			t.Errorf("counted %+v: %d", row, n)
		}
	}
	if len(w.control.counts) != 1 {
		t.Errorf("%d counts", len(w.control.counts))
	}
}

func TestARelayIsToldWhoMayEnterAndEndsWithItsToken(t *testing.T) {
	w := newRelayWorld(t)
	answer := w.call(t, "GET", "/sdk/v1/stream?project=default&environment=production", "", withToken)
	s := eventReader{bufio.NewReader(answer.Body)}
	state := w.manager.ByEnvironment("default", "production").State()
	if got := s.keys(t); len(got) != 3 || got[serverKey] != "server 0" || got[clientKey] != "client 0" || got[token] != "relay 0" {
		t.Errorf("keys: %v", got)
	}
	if event, id, data := s.next(t); event != "full" || id != state.EventID || data != string(state.Raw) {
		t.Fatalf("got %s %s %s", event, id, data)
	}
	w.manager.Announce(1, w.reader.Publish(1, flag("a", 0)))
	if event, _, _ := s.next(t); event != "delta" && event != "full" {
		t.Fatalf("a revision is told by %s", event)
	}
	end := time.Now().Add(time.Hour).UnixMilli()
	w.reader.AddKey(1, 9, serverKey+"2", delivery.ServerKey, end)
	if got := s.keys(t); len(got) != 4 || got[serverKey+"2"] != fmt.Sprintf("server %d", end) {
		t.Errorf("keys: %v", got)
	}
	w.reader.RevokeKeys(1)
	if event, _, _ := s.next(t); event != "revoked" {
		t.Errorf("got %s, want revoked", event)
	}
	if event, _, _ := s.next(t); event != "closed" {
		t.Errorf("got %s after revoked", event)
	}
}

// keys reads the event "keys" as "kind end" by secret.
func (e eventReader) keys(t *testing.T) map[string]string {
	t.Helper()
	event, id, data := e.next(t)
	if event != "keys" || id != "" {
		t.Fatalf("got %s %q %s, want keys", event, id, data)
	}
	var body struct {
		Keys [][3]any `json:"keys"`
	}
	if err := json.Unmarshal([]byte(data), &body); err != nil {
		t.Fatal(err)
	}
	secrets := map[string]string{}
	for _, secret := range []string{serverKey, serverKey + "2", clientKey, token} {
		sum := sha256.Sum256([]byte(secret))
		secrets[hex.EncodeToString(sum[:])] = secret
	}
	got := map[string]string{}
	for _, k := range body.Keys {
		got[secrets[k[0].(string)]] = fmt.Sprintf("%v %.0f", k[1], k[2])
	}
	return got
}
