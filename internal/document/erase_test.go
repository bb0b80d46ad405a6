package document

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const placeholder = "erased-1a2b3c4d"

func TestEraseFromObjects(t *testing.T) {
	e := NewEraser("alice", placeholder)
	for name, c := range map[string]struct {
		kind                 Kind
		raw, past, present   string
		places, keptInPlaces []string
	}{
		"targets": {
			kind:    ConfigurationKind,
			raw:     `{"enabled":true,"targets":{"org":{"alice":"true"},"targetingKey":{"alice":"true","alice2":"true","bob":"false"}},"default":{"variation":"alice"}}`,
			past:    `{"enabled":true,"targets":{"org":{"erased-1a2b3c4d":"true"},"targetingKey":{"alice2":"true","bob":"false","erased-1a2b3c4d":"true"}},"default":{"variation":"alice"}}`,
			present: `{"enabled":true,"targets":{"targetingKey":{"alice2":"true","bob":"false"}},"default":{"variation":"alice"}}`,
			places:  []string{"targets.org", "targets.targetingKey"},
		},
		"rules": {
			kind:   ConfigurationKind,
			raw:    `{"rules":[{"id":"r1","name":"only alice, for now","when":{"name":{"in":["alice","bob"]},"all":[{"not":{"email":{"starts_with":["alice"]}}},{"group":["alice"]}],"any":[{"attr":{"path":"group","in":["alice"]}}]},"serve":"alice"}]}`,
			past:   `{"rules":[{"id":"r1","name":"only erased-1a2b3c4d, for now","when":{"name":{"in":["erased-1a2b3c4d","bob"]},"all":[{"not":{"email":{"starts_with":["erased-1a2b3c4d"]}}},{"group":["alice"]}],"any":[{"attr":{"path":"group","in":["erased-1a2b3c4d"]}}]},"serve":"alice"}]}`,
			places: []string{"rules[0].name", "rules[0].when.name", "rules[0].when.all[0].not.email", "rules[0].when.any[0].attr"},
		},
		"upper and lower case, and patterns": {
			kind:         TargetGroupKind,
			raw:          `{"when":{"name":{"in":["ALICE","Alice"],"ignoreCase":true},"email":{"in":["Alice"]},"key":{"matches":["^(alice|bob)$"]}}}`,
			past:         `{"when":{"name":{"in":["erased-1a2b3c4d","erased-1a2b3c4d"],"ignoreCase":true},"email":{"in":["Alice"]},"key":{"matches":["^(alice|bob)$"]}}}`,
			places:       []string{"when.name"},
			keptInPlaces: []string{"when.key"},
		},
		"members": {
			kind:    TargetGroupKind,
			raw:     `{"description":"alice and friends","include":["bob","alice"],"exclude":["alice"],"when":{"name":{"in":["malice"]}}}`,
			past:    `{"description":"erased-1a2b3c4d and friends","include":["bob","erased-1a2b3c4d"],"exclude":["erased-1a2b3c4d"],"when":{"name":{"in":["malice"]}}}`,
			present: `{"description":"erased-1a2b3c4d and friends","include":["bob"],"exclude":[],"when":{"name":{"in":["malice"]}}}`,
			places:  []string{"description", "include", "exclude"},
		},
		"own fields": {
			kind:         FlagKind,
			raw:          `{"type":"string","variations":[{"id":"alice","value":"alice","name":"what alice gets"}],"description":"alice2","owner":"alice","tags":["alice","of alice"]}`,
			past:         `{"type":"string","variations":[{"id":"alice","value":"alice","name":"what erased-1a2b3c4d gets"}],"description":"alice2","owner":"erased-1a2b3c4d","tags":["erased-1a2b3c4d","of erased-1a2b3c4d"]}`,
			places:       []string{"owner", "tags", "variations[0].name"},
			keptInPlaces: []string{"variations[0].value"},
		},
		"a registry of values": {
			kind:   AttributeKind,
			raw:    `{"type":"string","values":["alice","bob"]}`,
			past:   `{"type":"string","values":["erased-1a2b3c4d","bob"]}`,
			places: []string{"values"},
		},
		"a change request": {
			kind:   "change_request",
			raw:    `{"title":"on for alice","state":"alice"}`,
			past:   `{"title":"on for erased-1a2b3c4d","state":"alice"}`,
			places: []string{"title"},
		},
	} {
		past, err := e.Past(c.kind, json.RawMessage(c.raw))
		if err != nil || string(past.Object) != c.past {
			t.Errorf("%s: the past is\n%s\nnot\n%s\n%v", name, past.Object, c.past, err)
		}
		if c.present == "" {
			c.present = c.past
		}
		present, err := e.Present(c.kind, json.RawMessage(c.raw))
		if err != nil || string(present.Object) != c.present {
			t.Errorf("%s: the present is\n%s\nnot\n%s\n%v", name, present.Object, c.present, err)
		}
		if !slices.Equal(present.Places, c.places) || !slices.Equal(present.Kept, c.keptInPlaces) {
			t.Errorf("%s: found in %q, kept in %q", name, present.Places, present.Kept)
		}
	}
}

func TestEraseNumbersAndAddresses(t *testing.T) {
	for unit, c := range map[string][2]string{
		"12345":     {`{"when":{"user":{"in":[12345,123456]},"age":{"lt":12345}}}`, `{"when":{"user":{"in":["erased-1a2b3c4d",123456]},"age":{"lt":12345}}}`},
		"192.0.2.7": {`{"when":{"ip":{"cidr":["192.0.2.7","192.0.2.70"]}}}`, `{"when":{"ip":{"cidr":["255.255.255.255","192.0.2.70"]}}}`},
		`a"b`:       {`{"include":["a\"b","ab"]}`, `{"include":["erased-1a2b3c4d","ab"]}`},
		"jürgen":    {`{"include":["j\u00fcrgen","jurgen"]}`, `{"include":["erased-1a2b3c4d","jurgen"]}`},
	} {
		got, err := NewEraser(unit, placeholder).Past(TargetGroupKind, json.RawMessage(c[0]))
		if err != nil || string(got.Object) != c[1] {
			t.Errorf("%s: got %s, %v", unit, got.Object, err)
		}
	}
}

func TestWhatHoldsAnIdentifier(t *testing.T) {
	for unit, c := range map[string]struct{ holds, lacks string }{
		"alice":     {`{"in":["alice"]}`, `{"in":["bob"]}`},
		"al ice":    {`{"al ice":1}`, `{"al":"ice"}`},
		"jürgen":    {`{"x":[{"j\u00fcrgen":1}]}`, `{"x":["jurgen"]}`},
		`a"b`:       {`["a\"b"]`, `["a","b"]`},
		"a<b&c":     {`["a\u003cb\u0026c"]`, `["a\u003cb"]`},
		"line\nend": {`"line\nend"`, `"line end"`},
	} {
		e := NewEraser(unit, placeholder)
		if !e.Holds([]byte(c.holds)) || e.Holds([]byte(c.lacks)) {
			t.Errorf("%q: in %s %t, in %s %t", unit, c.holds, e.Holds([]byte(c.holds)), c.lacks, e.Holds([]byte(c.lacks)))
		}
	}
}

func TestEraseFromText(t *testing.T) {
	e := NewEraser("alice", "X")
	for text, want := range map[string]string{
		"alice":                                 "X",
		"for alice.":                            "for X.",
		"(alice), alice; “alice” alice's":       "(X), X; “X” X's",
		"alice\nalice":                          "X\nX",
		"alice/bob":                             "X/bob",
		"Alice":                                 "Alice",
		"alice2 malice alice_1 éalice aliceé":   "alice2 malice alice_1 éalice aliceé",
		"alice@example.org bob@alice.example":   "alice@example.org bob@alice.example",
		"alice.smith user-alice alice-2 alice-": "alice.smith user-alice alice-2 X-",
		"alicealice alice":                      "alicealice X",
		"":                                      "",
	} {
		if got, found := e.Text(text); got != want || found != (text != want) {
			t.Errorf("%q became %q, %t; want %q", text, got, found, want)
		}
	}
}

// A value that is not the identifier is never touched, whatever they have in
// common, and the identifier is nowhere afterwards.
func TestErasePropertyOfLists(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "b", "1", "-", "@", ".", " ", "é", `"`, "<"}
	word := func() string {
		var out strings.Builder
		for range 1 + r.IntN(4) {
			out.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		return out.String()
	}
	for range 3000 {
		unit := word()
		var list, want []string
		for range r.IntN(6) {
			item := word()
			if r.IntN(3) == 0 {
				item = unit
			}
			list = append(list, item)
			if item != unit {
				want = append(want, item)
			}
		}
		raw, err := json.Marshal(map[string]any{"include": list})
		if err != nil {
			t.Fatal(err)
		}
		e := NewEraser(unit, placeholder)
		got, err := e.Present(TargetGroupKind, raw)
		if err != nil {
			t.Fatal(err)
		}
		var left struct{ Include []string }
		if err := json.Unmarshal(got.Object, &left); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(left.Include, want) || got.Found() != (len(list) != len(want)) {
			t.Fatalf("%q out of %q left %q", unit, list, left.Include)
		}
	}
}

// What is erased from a text is not found in it again, and all else is there.
func FuzzEraseText(f *testing.F) {
	f.Add("alice", "for alice and alice2")
	f.Add("a", "a.a a-a a")
	f.Add("é", "éa é")
	f.Fuzz(func(t *testing.T, unit, text string) {
		if unit == "" || !utf8.ValidString(unit) || !utf8.ValidString(text) || strings.Contains(placeholder, unit) {
			return
		}
		e := NewEraser(unit, placeholder)
		got, found := e.Text(text)
		if found != (got != text) {
			t.Fatalf("%q from %q: %q, %t", unit, text, got, found)
		}
		if again, more := e.Text(got); more && !strings.Contains(got, placeholder+unit) {
			t.Fatalf("%q from %q left %q, and again %q", unit, text, got, again)
		}
		if strings.ReplaceAll(got, placeholder, unit) != strings.ReplaceAll(text, placeholder, unit) {
			t.Fatalf("%q from %q took more than that: %q", unit, text, got)
		}
	})
}

func ExampleEraser_Text() {
	fmt.Println(NewEraser("alice", "erased-1a2b").Text("on for alice, not for alice2"))
	// Output: on for erased-1a2b, not for alice2 true
}
