package relay

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/sdk/ruleset"
)

// A relay takes exactly what every other reader takes.
func TestARelayTakesWhatTheVectorsSay(t *testing.T) {
	raw, err := os.ReadFile("../../spec/delivery/replica.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []struct {
			Name  string
			Pins  []string
			Steps []struct {
				Event, Outcome, ID string
				Data               []string
			}
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Cases) == 0 {
		t.Fatalf("%d cases, %v", len(file.Cases), err)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			trust, err := ruleset.Pinned(c.Pins)
			if err != nil {
				t.Fatal(err)
			}
			h := &held{place: place{"default", "production"}, replica: ruleset.NewReplica(trust)}
			for i, step := range c.Steps {
				data := []byte(strings.Join(step.Data, "\n"))
				take := h.full
				if step.Event == "delta" {
					take = h.delta
				}
				changed, err := take(data)
				outcome := "not_newer"
				switch {
				case err != nil:
					outcome = "refused"
				case changed:
					outcome = "taken"
				}
				if outcome != step.Outcome || h.lastID() != step.ID {
					t.Errorf("step %d: %s (%v), now %q; want %s, %q", i, outcome, err, h.lastID(), step.Outcome, step.ID)
				}
			}
			leadsOn(t, h)
		})
	}
}

// leadsOn checks that what is remembered leads to the newest revision without a
// gap.
func leadsOn(t *testing.T, h *held) {
	t.Helper()
	if len(h.recent) == 0 {
		return
	}
	for i := 1; i < len(h.recent); i++ {
		if h.recent[i].From != h.recent[i-1].Header.Revision {
			t.Errorf("delta %d begins at %d, the one before ends at %d", i, h.recent[i].From, h.recent[i-1].Header.Revision)
		}
	}
	if last := h.recent[len(h.recent)-1].Header.ID(); last != h.lastID() {
		t.Errorf("the deltas lead to %s, not to %s", last, h.lastID())
	}
}

// Keys that were replaced twice while a relay was off are followed once upstream
// has said so; a later stranger is refused, and so is anybody where keys are pinned.
func TestUpstreamsFirstWordOverrulesWhatWasStored(t *testing.T) {
	signed := func(seed byte, revision int64) []byte {
		private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
		d, err := ruleset.NewDocument(ruleset.Header{
			Burgee: ruleset.WireVersion, Project: "default", Environment: "production", Epoch: 1, Revision: revision, Hash: ruleset.HashP32,
			Keys: []string{ruleset.EncodeKey(private.Public().(ed25519.PublicKey))},
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return d.WithSignature(ruleset.Sign(private, d.HeaderLine())).Encode()
	}
	stored := func(pins ...string) *held {
		trust, err := ruleset.Pinned(pins)
		if err != nil {
			t.Fatal(err)
		}
		h := &held{place: place{"default", "production"}, trust: trust, replica: ruleset.NewReplica(trust)}
		if _, err := h.full(signed(1, 5)); err != nil {
			t.Fatal(err)
		}
		h.fromDisk = true
		return h
	}
	h := stored()
	if changed, err := h.full(signed(2, 6)); !changed || err != nil {
		t.Errorf("a later revision under new keys: %v, %v", changed, err)
	}
	if changed, err := h.full(signed(3, 7)); changed || !errors.Is(err, ruleset.ErrSignature) {
		t.Errorf("then a stranger's: %v, %v", changed, err)
	}
	if changed, err := stored().full(signed(2, 4)); changed || err == nil {
		t.Errorf("an earlier revision under new keys: %v, %v", changed, err)
	}
	h = stored()
	h.confirm()
	if changed, err := h.full(signed(2, 6)); changed || err == nil {
		t.Errorf("after upstream said that all is right: %v, %v", changed, err)
	}
	own := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	if changed, err := stored(ruleset.EncodeKey(own)).full(signed(2, 6)); changed || err == nil {
		t.Errorf("with pinned keys: %v, %v", changed, err)
	}
}

func TestAnotherEnvironmentThanAskedForIsRefused(t *testing.T) {
	document, err := ruleset.NewDocument(ruleset.Header{
		Burgee: ruleset.WireVersion, Project: "default", Environment: "development", Epoch: 1, Revision: 1, Hash: ruleset.HashP32,
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := &held{place: place{"default", "production"}}
	if _, err := h.full(document.Encode()); !errors.Is(err, errElsewhere) || h.lastID() != "" {
		t.Errorf("%v, now %q", err, h.lastID())
	}
}

func TestKeysAreReadAsTheyCome(t *testing.T) {
	const a, b = "00aa00000000000000000000000000000000000000000000000000000000000f", "00bb00000000000000000000000000000000000000000000000000000000000f"
	h := &held{}
	for _, tt := range []struct {
		name, data string
		changed    bool
		says       string
	}{
		{"none", `{"keys":[]}`, true, ""},
		{"the same", `{"keys":[]}`, false, ""},
		{"two, and one of a kind to come, with a field to come", `{"keys":[["` + a + `","server",0],["` + b + `","signed-client",7,"x"],["` + a + `","robot",0]],"more":1}`, true, ""},
		{"no hash", `{"keys":[["xy","server",0]]}`, false, "no SHA-256"},
		{"too few fields", `{"keys":[["` + a + `"]]}`, false, "1 fields"},
		{"no list", `{"keys":1}`, false, "read keys"},
	} {
		changed, err := h.setKeys([]byte(tt.data))
		if changed != tt.changed || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, %v", tt.name, changed, err)
		}
	}
	if len(h.keys) != 2 || h.keys[0].Kind != delivery.ServerKey || h.keys[0].Hash[1] != 0xaa || h.keys[1].Kind != delivery.SignedClientKey || h.keys[1].ExpiresAt != 7 || h.generation != 2 {
		t.Errorf("%+v, generation %d", h.keys, h.generation)
	}
}

func TestEventsAreReadFromAnyStream(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	text := ":\n\nid: 1\nevent: full\ndata: a\ndata: b\n\nevent:keys\ndata:{}\r\n\r\nevent: full\ndata: " + long + "\n\n: said\nevent: goaway\n\nevent: cut\ndata: off"
	in := newEvents(strings.NewReader(text))
	var got []string
	for {
		e, err := in.next()
		if err != nil {
			break
		}
		got = append(got, e.name+"|"+e.id+"|"+string(e.data))
	}
	want := []string{"||", "full|1|a\nb", "keys||{}", "full||" + long, "||", "goaway||"}
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		t.Errorf("got %.300q", got)
	}
}

func TestWhatWaitsForUpstreamIsBounded(t *testing.T) {
	o := &Outbox{wake: make(chan struct{}, 1)}
	for i := range maxWaiting + 3 {
		o.add(batch{body: []byte{byte(i)}})
	}
	if s := o.Stats(); s.Waiting != maxWaiting || s.Dropped != 3 {
		t.Errorf("%+v", s)
	}
	if b, ok := o.take(); !ok || b.body[0] != 3 {
		t.Errorf("the oldest were not the ones dropped: %v", b.body)
	}
	big := &Outbox{wake: make(chan struct{}, 1)}
	for range maxWaitingBytes/(1<<20) + 2 {
		big.add(batch{body: make([]byte, 1<<20)})
	}
	if s := big.Stats(); s.Waiting != maxWaitingBytes/(1<<20) || s.Dropped != 2 {
		t.Errorf("by size: %+v", s)
	}
}

func TestWhatComesAgainLaterIsTriedAgain(t *testing.T) {
	for status, want := range map[int]bool{401: false, 403: false, 404: false, 408: true, 413: false, 422: false, 429: true, 500: true, 503: true} {
		if got := worthRetry(&refusal{status: status}); got != want {
			t.Errorf("%d: %v", status, got)
		}
	}
	if !worthRetry(errSilent) {
		t.Error("no answer at all is not tried again")
	}
}

func TestWaitsGrowAndAreBounded(t *testing.T) {
	var p pace
	for i, most := range []int{1, 2, 4, 8, 16, 30, 30, 30} {
		if wait := p.afterFailure(errSilent); wait.Seconds() > float64(most) {
			t.Errorf("failure %d: %s", i, wait)
		}
	}
	if wait := p.afterFailure(&refusal{status: 503, retryAfter: lastCeiling}); wait < lastCeiling {
		t.Errorf("%s is less than upstream asked for", wait)
	}
	if p.afterHealthy() > usualSpread || p.failures != 0 {
		t.Error("a healthy stream did not end the failures")
	}
	for text, want := range map[string]int64{`{"spread_ms":700}`: 700, `{}`: 5000, `x`: 5000, `{"spread_ms":-1}`: 0, `{"spread_ms":99999999}`: 120_000} {
		if got := spreadOf([]byte(text)).Milliseconds(); got != want {
			t.Errorf("%s: %d", text, got)
		}
	}
}

// A proxy may mix up two environments: what is of another is not taken, keys as
// little as rules.
func TestKeysOfAnotherEnvironmentAreRefused(t *testing.T) {
	h := &held{place: place{"default", "production"}}
	key := `"keys":[["` + strings.Repeat("ab", 32) + `","server",0]]}`
	if _, err := h.setKeys([]byte(`{"project":"default","environment":"staging",` + key)); !errors.Is(err, errElsewhere) || h.keysTold || len(h.keys) != 0 {
		t.Errorf("staging's: %v, %d keys", err, len(h.keys))
	}
	for _, own := range []string{`{"project":"default","environment":"production",` + key, `{` + key} {
		if _, err := h.setKeys([]byte(own)); err != nil || len(h.keys) != 1 {
			t.Errorf("%s: %v, %d keys", own, err, len(h.keys))
		}
	}
}
