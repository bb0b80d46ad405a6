package ruleset_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/ruleset"
)

var update = flag.Bool("update", false, "rewrite spec/delivery/replica.json")

const replicaVectors = "../../spec/delivery/replica.json"

// vectorFile is spec/delivery/replica.json: what a reader takes and what not.
type vectorFile struct {
	About string       `json:"about"`
	Cases []vectorCase `json:"cases"`
}

type vectorCase struct {
	Name  string       `json:"name"`
	Pins  []string     `json:"pins,omitempty"`
	Steps []vectorStep `json:"steps"`
}

type vectorStep struct {
	Event   string   `json:"event"` // full or delta
	Data    []string `json:"data"`  // the lines
	Outcome string   `json:"outcome"`
	ID      string   `json:"id"` // of what the reader has afterwards
}

func TestReplicaTakesWhatTheVectorsSay(t *testing.T) {
	made := vectorsOfReplicas()
	if *update {
		var out bytes.Buffer
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		if err := enc.Encode(made); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(replicaVectors, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(replicaVectors)
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) != len(made.Cases) {
		t.Errorf("the file has %d cases, the test makes %d; run with -update", len(file.Cases), len(made.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) { runReplicaCase(t, c) })
	}
}

func runReplicaCase(t *testing.T, c vectorCase) {
	trust, err := ruleset.Pinned(c.Pins)
	if err != nil {
		t.Fatal(err)
	}
	r := ruleset.NewReplica(trust)
	for i, step := range c.Steps {
		r, err = takeStep(r, step)
		outcome := "taken"
		switch {
		case errors.Is(err, ruleset.ErrNotNewer):
			outcome = "not_newer"
		case err != nil:
			outcome = "refused"
		}
		if outcome != step.Outcome || r.ID() != step.ID {
			t.Errorf("step %d: %s (%v), now %q; want %s, %q", i, outcome, err, r.ID(), step.Outcome, step.ID)
		}
	}
}

func takeStep(r ruleset.Replica, s vectorStep) (ruleset.Replica, error) {
	data := []byte(strings.Join(s.Data, "\n"))
	if s.Event == "delta" {
		return r.Delta(data)
	}
	return r.Full(data)
}

// author makes what a server would send.
type author struct {
	private []ed25519.PrivateKey // the first signs
	project string
}

func keyOf(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("burgee test key " + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

func publicOf(name string) string {
	return ruleset.EncodeKey(keyOf(name).Public().(ed25519.PublicKey))
}

func authorOf(keys ...string) author {
	a := author{project: "default"}
	for _, name := range keys {
		a.private = append(a.private, keyOf(name))
	}
	return a
}

func (a author) document(epoch, revision int64, lines ...string) *ruleset.Document {
	h := ruleset.Header{Burgee: 1, Project: a.project, Environment: "production", Epoch: epoch, Revision: revision, Hash: ruleset.HashP32}
	for _, private := range a.private {
		h.Keys = append(h.Keys, ruleset.EncodeKey(private.Public().(ed25519.PublicKey)))
	}
	raw := make([][]byte, len(lines))
	for i, line := range lines {
		raw[i] = []byte(line)
	}
	d, err := ruleset.NewDocument(h, raw)
	if err != nil {
		panic(err)
	}
	if len(a.private) > 0 {
		d = d.WithSignature(ruleset.Sign(a.private[0], d.HeaderLine()))
	}
	return d
}

func on(key string) string {
	return `{"flag":"` + key + `","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":0}}`
}

func off(key string) string { return strings.Replace(on(key), `"enabled":true`, `"enabled":false`, 1) }

func group(key, who string) string {
	return `{"target_group":"` + key + `","unit":"targetingKey","include":["` + who + `"],"exclude":[]}`
}

func full(d *ruleset.Document, outcome, id string) vectorStep {
	return vectorStep{"full", linesOf(d.Encode()), outcome, id}
}

func delta(from, to *ruleset.Document, outcome, id string) vectorStep {
	return vectorStep{"delta", linesOf(ruleset.Between(from, to).Encode()), outcome, id}
}

func linesOf(payload []byte) []string {
	return strings.Split(strings.TrimSuffix(string(payload), "\n"), "\n")
}

func id(d *ruleset.Document) string { return d.Header().ID() }

// changed is a step with one line put in another's place.
func (s vectorStep) changed(line int, text string) vectorStep {
	s.Data = slices.Clone(s.Data)
	s.Data[line] = text
	return s
}

// without is a step that lacks a line.
func (s vectorStep) without(line int) vectorStep {
	s.Data = slices.Delete(slices.Clone(s.Data), line, line+1)
	return s
}

func vectorsOfReplicas() vectorFile {
	a, unsigned := authorOf("a"), authorOf()
	r1 := a.document(100, 1, on("f"), off("g"), group("beta", "u1"))
	r2 := a.document(100, 2, off("f"), off("g"), group("beta", "u1"))
	r3 := a.document(100, 3, off("f"), on("h"))
	anew := a.document(200, 1, on("f"))
	u1, u2 := unsigned.document(100, 1, on("f")), unsigned.document(100, 2, off("f"))
	both, after := authorOf("a", "b").document(100, 2, off("f")), authorOf("b").document(100, 3, on("f"))
	stranger := authorOf("x").document(100, 4, on("evil"))
	strangerAnew := authorOf("x").document(300, 1, on("f"))
	other := author{private: a.private, project: "other"}.document(100, 5, on("f"))
	forged := r2.WithSignature(ruleset.Sign(keyOf("x"), r2.HeaderLine()))
	return vectorFile{
		About: "What a reader of an environment takes: whole snapshots and deltas, one after the other. " +
			"outcome is taken, not_newer (nothing is wrong, the reader keeps what it has) or refused (it asks for a whole snapshot); " +
			"id names what it has afterwards, empty for nothing. pins are the public keys that count, if any are given.",
		Cases: []vectorCase{
			{"deltas lead from revision to revision", nil, []vectorStep{
				full(r1, "taken", id(r1)), delta(r1, r2, "taken", id(r2)), delta(r2, r3, "taken", id(r3))}},
			{"a delta may skip revisions", nil, []vectorStep{full(r1, "taken", id(r1)), delta(r1, r3, "taken", id(r3))}},
			{"a delta over a gap is refused", nil, []vectorStep{full(r1, "taken", id(r1)), delta(r2, r3, "refused", id(r1)), full(r3, "taken", id(r3))}},
			{"a delta before the first snapshot is refused", nil, []vectorStep{delta(r1, r2, "refused", "")}},
			{"a revision does not go back", nil, []vectorStep{
				full(r2, "taken", id(r2)), full(r1, "not_newer", id(r2)), full(r2, "not_newer", id(r2)), delta(r1, r2, "not_newer", id(r2))}},
			{"a store made anew, with a greater epoch, starts again at a lower revision", nil, []vectorStep{
				full(r3, "taken", id(r3)), full(anew, "taken", id(anew)), full(r3, "not_newer", id(anew))}},
			{"a delta does not cross epochs", nil, []vectorStep{full(r1, "taken", id(r1)), delta(r1, anew, "refused", id(r1))}},
			{"an entity that was changed on the way is refused", nil, []vectorStep{
				full(r1, "taken", id(r1)), delta(r1, r2, "refused", id(r1)).changed(1, on("f")+" ").changed(1, on("e"))}},
			{"an entity that was lost on the way is refused", nil, []vectorStep{full(r1, "refused", "").without(1), full(r1, "taken", id(r1)),
				delta(r1, r3, "refused", id(r1)).without(1)}},
			{"a removal that was lost on the way is refused", nil, []vectorStep{full(r1, "taken", id(r1)), delta(r2, r3, "refused", id(r1)),
				delta(r1, r3, "refused", id(r1)).without(3)}},
			{"a header that was changed on the way is refused", nil, []vectorStep{
				full(r1, "refused", "").changed(0, strings.Replace(linesOf(r1.Encode())[0], `"revision":1`, `"revision":9`, 1))}},
			{"a signature of another key over the right header is refused", nil, []vectorStep{
				full(r1, "taken", id(r1)), full(forged, "refused", id(r1)), delta(r1, forged, "refused", id(r1))}},
			{"a stranger's snapshot is refused though its header names the stranger's key", nil, []vectorStep{
				full(r1, "taken", id(r1)), full(stranger, "refused", id(r1))}},
			{"once signed, unsigned is refused", nil, []vectorStep{
				full(r1, "taken", id(r1)), full(u2, "refused", id(r1)), full(r2, "refused", id(r1)).without(len(linesOf(r2.Encode())) - 1)}},
			{"a header that names keys and is not signed is refused", nil, []vectorStep{
				full(r1, "refused", "").without(len(linesOf(r1.Encode())) - 1)}},
			{"a server without signatures is read", nil, []vectorStep{full(u1, "taken", id(u1)), delta(u1, u2, "taken", id(u2))}},
			{"keys are replaced one after the other", nil, []vectorStep{
				full(a.document(100, 1, on("f")), "taken", id(a.document(100, 1, on("f")))),
				full(both, "taken", id(both)), full(after, "taken", id(after)),
				full(a.document(100, 4, off("f")), "refused", id(after))}},
			{"a store made anew may have other keys", nil, []vectorStep{full(r1, "taken", id(r1)), full(strangerAnew, "taken", id(strangerAnew))}},
			{"with pinned keys a store made anew may not", []string{publicOf("a")}, []vectorStep{
				full(r1, "taken", id(r1)), full(strangerAnew, "refused", id(r1)), full(anew, "taken", id(anew))}},
			{"pinned keys count from the first snapshot on", []string{publicOf("a"), publicOf("b")}, []vectorStep{
				full(stranger, "refused", ""), full(u1, "refused", ""), full(after, "taken", id(after)), full(other, "refused", id(after))}},
			{"another environment is refused", nil, []vectorStep{full(r1, "taken", id(r1)), full(other, "refused", id(r1))}},
			{"kinds that are not known are carried along", nil, []vectorStep{
				full(a.document(100, 1, on("f"), `{"later":"x","n":1}`), "taken", id(a.document(100, 1, on("f"), `{"later":"x","n":1}`))),
				delta(a.document(100, 1, on("f"), `{"later":"x","n":1}`), a.document(100, 2, on("f"), `{"later":"x","n":2}`), "taken", id(a.document(100, 2, on("f"), `{"later":"x","n":2}`)))}},
		},
	}
}

// Any one byte of what is sent that arrives as another one is refused, or
// leaves the same document.
func TestEveryFlippedByteIsCaught(t *testing.T) {
	a := authorOf("a")
	before := a.document(100, 1, on("f"), off("g"), group("beta", "u1"))
	after := a.document(100, 2, off("f"), group("beta", "u2"))
	have, err := ruleset.NewReplica(ruleset.Trust{}).Full(before.Encode())
	if err != nil {
		t.Fatal(err)
	}
	take := map[string]func([]byte) (ruleset.Replica, error){
		"full":  func(b []byte) (ruleset.Replica, error) { return have.Full(b) },
		"delta": func(b []byte) (ruleset.Replica, error) { return have.Delta(b) },
	}
	sent := map[string][]byte{"full": after.Encode(), "delta": ruleset.Between(before, after).Encode()}
	for name, payload := range sent {
		for i := range payload {
			for _, mask := range []byte{0x01, 0x20, 0x80, 0xff} {
				bad := bytes.Clone(payload)
				bad[i] ^= mask
				got, err := take[name](bad)
				if err == nil && !bytes.Equal(got.Document().Encode(), after.Encode()) {
					t.Fatalf("%s with byte %d ^ %#x was taken as\n%s", name, i, mask, got.Document().Encode())
				}
			}
			if got, err := take[name](payload[:i]); err == nil && !bytes.Equal(got.Document().Encode(), after.Encode()) {
				t.Fatalf("%s cut at %d was taken", name, i)
			}
		}
	}
}

// Deltas between random documents lead from one to the other, in any number of
// steps.
func TestDeltasLeadWhereTheyShall(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	a := authorOf("a")
	for range 300 {
		documents := []*ruleset.Document{}
		for revision := range int64(5) {
			var lines []string
			for key := range 8 {
				switch random.IntN(4) {
				case 0:
					lines = append(lines, on(fmt.Sprint("f", key)))
				case 1:
					lines = append(lines, off(fmt.Sprint("f", key)))
				case 2:
					lines = append(lines, group(fmt.Sprint("g", key), "u"))
				}
			}
			documents = append(documents, a.document(7, revision+1, lines...))
		}
		r, err := ruleset.NewReplica(ruleset.Trust{}).Full(documents[0].Encode())
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(documents)-1; {
			to := at + 1 + random.IntN(len(documents)-1-at)
			if r, err = r.Delta(ruleset.Between(documents[at], documents[to]).Encode()); err != nil {
				t.Fatal(err)
			}
			if want := documents[to].Encode(); !bytes.Equal(r.Document().Encode(), want) {
				t.Fatalf("got\n%s\nwant\n%s", r.Document().Encode(), want)
			}
			at = to
		}
	}
}

func FuzzReplica(f *testing.F) {
	a := authorOf("a")
	before, after := a.document(100, 1, on("f")), a.document(100, 2, off("f"), group("g", "u"))
	f.Add(after.Encode(), true)
	f.Add(ruleset.Between(before, after).Encode(), false)
	have, err := ruleset.NewReplica(ruleset.Trust{}).Full(before.Encode())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, payload []byte, whole bool) {
		take := have.Delta
		if whole {
			take = have.Full
		}
		got, err := take(payload)
		if err == nil && !bytes.Equal(got.Document().HeaderLine(), after.HeaderLine()) {
			t.Fatalf("taken without the key: %s", payload)
		}
		if err != nil && got.ID() != have.ID() {
			t.Fatalf("%v, and yet it is at %s", err, got.ID())
		}
	})
}
