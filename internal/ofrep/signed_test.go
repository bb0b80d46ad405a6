package ofrep_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/gate"
	burgee "burgee.dev/burgee/sdk"
)

const (
	signedKey = "bgc_signed0123456789012345678901234567890123"
	otherKey  = "bgs_other00000000000000000000000000000000000000" // of another environment
)

// vectorKey is the server key of spec/context-tokens.json.
var vectorKey = "bgs_" + strings.Repeat("s", 40)

// signedWorld has a client key that takes signed contexts only, and a flag that
// says whether the country is DE and one that says whether the unit is alice.
func signedWorld(t *testing.T, at clock.Clock) *world {
	t.Helper()
	forClients := func(line string) string { return strings.Replace(line, `"client":false`, `"client":true`, 1) }
	first := newWorldAt(t, at, forClients(rules[9]), forClients(rules[4]))
	first.reader.AddKey(1, 9, signedKey, delivery.SignedClientKey, 0)
	first.reader.AddKey(1, 12, vectorKey, delivery.ServerKey, 0)
	first.reader.AddEnvironment(2, "default", "development")
	first.reader.AddKey(2, 11, otherKey, delivery.ServerKey, 0)
	return first.node(t, at) // which starts with these keys
}

func token(t *testing.T, key string, attributes map[string]any, expires time.Time) string {
	t.Helper()
	made, err := burgee.SignContext(key, attributes, expires)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// says is the body of a request with these attributes.
func says(t *testing.T, attributes map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"context": attributes})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestWhatAServiceSignsWinsOverWhatAPageSays(t *testing.T) {
	w := signedWorld(t, clock.System{})
	hour := time.Now().Add(time.Hour)
	german := token(t, serverKey, map[string]any{"targetingKey": "alice", "country": "DE"}, hour)
	for _, tt := range []struct {
		name, key, flag string
		said            map[string]any
		want            string
	}{
		{"a signed attribute", signedKey, "ruled", map[string]any{"contextToken": german}, `"value":true`},
		{"the signed unit", signedKey, "listed", map[string]any{"contextToken": german, "targetingKey": "alice"}, `"value":true`},
		{"another attribute than the signed", signedKey, "ruled", map[string]any{"contextToken": german, "country": "FR"}, `"value":true`},
		{"an attribute that nobody has signed", signedKey, "ruled", map[string]any{"contextToken": token(t, serverKey, map[string]any{"targetingKey": "alice"}, hour), "country": "DE"}, `"value":false`},
		{"with a token that names nobody, the unit is nobody", signedKey, "listed", map[string]any{"contextToken": token(t, serverKey, map[string]any{"country": "DE"}, hour), "targetingKey": "alice"}, `"value":false`},
		{"with any client key it is who the page says", clientKey, "listed", map[string]any{"contextToken": token(t, serverKey, map[string]any{"country": "DE"}, hour), "targetingKey": "alice"}, `"value":true`},
		{"an empty unit says nothing", signedKey, "listed", map[string]any{"contextToken": german, "targetingKey": ""}, `"value":true`},
		{"any client key takes a token", clientKey, "ruled", map[string]any{"contextToken": german, "country": "FR"}, `"value":true`},
		{"and what is not signed besides", clientKey, "ruled", map[string]any{"contextToken": token(t, serverKey, nil, hour), "country": "DE"}, `"value":true`},
		{"no token", clientKey, "ruled", map[string]any{"contextToken": nil, "country": "DE"}, `"value":true`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{flags + "/" + tt.flag, flags} {
				answer := w.call("POST", path, says(t, tt.said), "X-API-Key: "+tt.key)
				_, of, _ := strings.Cut(answer.Body.String(), `"key":"`+tt.flag+`"`)
				of, _, _ = strings.Cut(of, "}")
				if answer.Code != 200 || !strings.Contains(of, tt.want) {
					t.Errorf("%s: got %d %s, want %s", path, answer.Code, answer.Body, tt.want)
				}
			}
		})
	}
}

func TestATokenThatProvesNothingIsRefused(t *testing.T) {
	now := time.Now()
	w := signedWorld(t, clock.Func(func() time.Time { return now }))
	alices := map[string]any{"targetingKey": "alice"}
	good := token(t, serverKey, alices, now.Add(time.Hour))
	short := token(t, serverKey, alices, now.Add(time.Minute))
	forged := token(t, "bgs_"+strings.TrimPrefix(signedKey, "bgc_"), alices, now.Add(time.Hour))
	now = now.Add(2 * time.Minute)
	for _, tt := range []struct {
		name string
		said any
		want string
	}{
		{"none", nil, "takes signed contexts only"},
		{"a number", 1, "must be a string"},
		{"a word", "token", "not whole"},
		{"a line more", good + "\n", "not whole"},
		{"a later form", "2" + good[1:], "not whole, or of a form"},
		{"another's name beside it", map[string]any{"targetingKey": "bob", "contextToken": good}, "is of another"},
		{"one that has ended", short, "it ended at"},
		{"one of a key that nobody knows", forged, "no server key of default / production"},
		{"one of another environment", token(t, otherKey, alices, now.Add(time.Hour)), "no server key of default / production"},
		{"a user whose key is a number", tokenOf(serverKey, `{"context":{"targetingKey":7},"expires":4102444800}`), "must be a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			said, whole := tt.said.(map[string]any)
			if !whole {
				said = map[string]any{"contextToken": tt.said}
			}
			answer := w.call("POST", flags, says(t, said), "X-API-Key: "+signedKey)
			if body := answer.Body.String(); answer.Code != 400 || !strings.Contains(body, `"errorCode":"INVALID_CONTEXT"`) || !strings.Contains(body, tt.want) {
				t.Errorf("got %d %s, want %q", answer.Code, body, tt.want)
			}
		})
	}
	for i := range good { // no character of a token means nothing
		changed := []byte(good)
		changed[i] = map[bool]byte{true: 'A', false: 'B'}[changed[i] != 'A']
		if answer := w.call("POST", flags, says(t, map[string]any{"contextToken": string(changed)}), "X-API-Key: "+signedKey); answer.Code != 400 {
			t.Errorf("with another character %d: %d %s", i, answer.Code, answer.Body)
		}
	}
	w.reader.RevokeKeys(1)
	w.reader.AddKey(1, 9, signedKey, delivery.SignedClientKey, 0)
	later := w.node(t, clock.Func(func() time.Time { return now }))
	if answer := later.call("POST", flags, says(t, map[string]any{"contextToken": good}), "X-API-Key: "+signedKey); answer.Code != 400 {
		t.Errorf("a token of a revoked key: %d %s", answer.Code, answer.Body)
	}
}

// tokenOf signs any payload, as no SDK does.
func tokenOf(key, payload string) string {
	hash := sha256.Sum256([]byte(key))
	text := base64.RawURLEncoding
	token := "1." + text.EncodeToString(hash[:12]) + "." + text.EncodeToString([]byte(payload))
	mac := hmac.New(sha256.New, hash[12:])
	mac.Write([]byte("burgee context token " + token))
	return token + "." + text.EncodeToString(mac.Sum(nil))
}

func TestWhoProvesNothingIsSeen(t *testing.T) {
	w := signedWorld(t, clock.System{})
	w.call("POST", flags, says(t, map[string]any{"contextToken": token(t, otherKey, nil, time.Now().Add(time.Hour))}), "X-API-Key: "+signedKey)
	refused := w.presence.Refused()
	if len(refused) != 1 || refused[0].Cause != "context_token" || refused[0].Key != gate.Mask(signedKey) {
		t.Errorf("the refusals are %+v", refused)
	}
}

// The tokens that every SDK must be able to make are taken here.
func TestTheTokensOfTheVectorsAreTaken(t *testing.T) {
	text, err := os.ReadFile("../../spec/context-tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cases []struct{ Name, Key, Token string }
	}
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(vectors.Cases), err)
	}
	w := signedWorld(t, clock.System{})
	for _, c := range vectors.Cases {
		if answer := w.call("POST", flags, says(t, map[string]any{"contextToken": c.Token}), "X-API-Key: "+signedKey); answer.Code != 200 {
			t.Errorf("%s: %d %s", c.Name, answer.Code, answer.Body)
		}
	}
}
