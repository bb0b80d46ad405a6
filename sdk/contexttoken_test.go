package burgee

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTokensAreThoseOfTheVectors(t *testing.T) {
	text, err := os.ReadFile("../spec/context-tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Cases []struct{ Name, Key, Payload, Token string }
	}
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(vectors.Cases), err)
	}
	for _, c := range vectors.Cases {
		if got := sealToken(c.Key, []byte(c.Payload)); got != c.Token {
			t.Errorf("%s: got %s, want %s", c.Name, got, c.Token)
		}
	}
}

func TestASignedContextSaysTheAttributesAndTheEnd(t *testing.T) {
	end := time.Now().Add(time.Hour)
	token, err := SignContext("bgs_"+strings.Repeat("s", 40), map[string]any{"targetingKey": "alice", "plan": "a<b"}, end)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[2])
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(payload, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"context": map[string]any{"targetingKey": "alice", "plan": "a<b"}, "expires": float64(end.Add(time.Second - 1).Unix())}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatCannotBeSignedSaysWhy(t *testing.T) {
	key, hour := "bgs_"+strings.Repeat("s", 40), time.Now().Add(time.Hour)
	for _, tt := range []struct {
		name       string
		key        string
		attributes map[string]any
		expires    time.Time
		want       string
	}{
		{"a client key", "bgc_" + strings.Repeat("s", 40), nil, hour, "begins with bgs_"},
		{"the past", key, nil, time.Now().Add(-time.Second), "have ended already"},
		{"a key with a line's end", key + "\n", nil, hour, "begins with bgs_"},
		{"a number for the unit", key, map[string]any{"targetingKey": 7}, hour, "must be a string"},
		{"too much", key, map[string]any{"x": strings.Repeat("x", 12<<10)}, hour, "sign fewer"},
		{"no JSON", key, map[string]any{"x": math.NaN()}, hour, "unsupported value"},
	} {
		if token, err := SignContext(tt.key, tt.attributes, tt.expires); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %q, %v", tt.name, token, err)
		}
	}
}
