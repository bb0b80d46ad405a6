package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/sdk/eval"
)

// three is a file with one flag f of three variations and its block.
func three(block string) string {
	return "flags:\n  f:\n    type: string\n    variations: [{id: a, value: a}, {id: b, value: b}, {id: c, value: c}]\n    environments: {production: {" + block + "}}\n"
}

// launch is a file with a running experiment of two arms.
func launch(state, on, off, next string) string {
	return "flags: {g: {type: boolean}}\nexperiments: {x: {environment: production, state: " + state +
		", arms: [{name: on, share: " + on + ", flags: {g: true}}, {name: off, share: " + off + ", flags: {g: false}}, {next: " + next + "}]}}\n"
}

func TestAPlanSaysWhoMoves(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          []Move
		words         string
	}{
		"a share raised": {
			inProduction("default: {true: 25, false: 75}"), inProduction("default: {true: 50, false: 50}"),
			[]Move{{"", "targetingKey", "false", "true", 250_000}},
			"f in production: default moves 25 % of units by targetingKey: false → true",
		},
		"a rule's, with the rest going on, by another unit": {
			inProduction("rules: [{id: de, when: {country: DE}, serve: {true: 0.1, next: 99.9}, by: organization.key}]"),
			inProduction("rules: [{when: {country: DE}, serve: {true: 1, next: 99}, by: organization.key}]"),
			[]Move{{"de", "organization.key", Next, "true", 9_000}},
			"f in production: rule de moves 0.9 % of units by organization.key: next → true",
		},
		"several at once": {
			three("default: {a: 50, b: 30, c: 20}"), three("default: {a: 20, b: 50, c: 30}"),
			[]Move{{"", "targetingKey", "a", "b", 200_000}, {"", "targetingKey", "a", "c", 100_000}},
			"f in production: default moves 30 % of units by targetingKey: 20 % a → b, 10 % a → c",
		},
		"a variation for all becomes a split": {
			inProduction("default: false"), inProduction("default: {true: 10, false: 90}"),
			[]Move{{"", "targetingKey", "false", "true", 100_000}},
			"f in production: default moves 10 % of units by targetingKey: false → true",
		},
		"a split becomes the program's own default": {
			inProduction("default: {true: 10, false: 90}"), inProduction("default: code"),
			[]Move{{"", "targetingKey", "false", Code, 900_000}, {"", "targetingKey", "true", Code, 100_000}},
			"f in production: default moves 100 % of units by targetingKey: 90 % false → code, 10 % true → code",
		},
		"another unit draws anew": {
			inProduction("default: {true: 25, false: 75}"), inProduction("default: {serve: {true: 25, false: 75}, by: device.key}"),
			[]Move{{"", "device.key", "false", "true", 187_500}, {"", "device.key", "true", "false", 187_500}},
			"f in production: default moves 37.5 % of units by device.key: 18.75 % false → true, 18.75 % true → false",
		},
		"another seed too": {
			inProduction("default: {true: 25, false: 75}"), inProduction("default: {serve: {true: 25, false: 75}, seed: other}"),
			[]Move{{"", "targetingKey", "false", "true", 187_500}, {"", "targetingKey", "true", "false", 187_500}},
			"f in production: default moves 37.5 % of units by targetingKey: 18.75 % false → true, 18.75 % true → false",
		},
		"the flag's seed, written beside the split, is the same": {
			inProduction("default: {true: 25, false: 75}"),
			inProduction(`default: {serve: {true: 25, false: 75}, seed: "` + DerivedSeeds("default")("f") + `"}`),
			nil, "",
		},
		"a table of one's own": {
			inProduction("default: {true: 50, false: 50}"), inProduction("default: {serve: {true: 50, false: 50}, table: [[500000, false], [1000000, true]]}"),
			[]Move{{"", "targetingKey", "true", "false", 500_000}, {"", "targetingKey", "false", "true", 500_000}},
			"f in production: default moves 100 % of units by targetingKey: 50 % true → false, 50 % false → true",
		},
		"a running experiment": {
			launch("running", "25", "25", "50"), launch("running", "30", "30", "40"),
			[]Move{{"", "targetingKey", Next, "off", 50_000}, {"", "targetingKey", Next, "on", 50_000}},
			"experiment x in production: moves 10 % of units by targetingKey: 5 % not in it → on, 5 % not in it → off",
		},
		"an experiment that nobody has seen": {launch("draft", "25", "25", "50"), launch("draft", "30", "30", "40"), nil, ""},
		"a new rule":                         {inProduction("default: true"), inProduction("default: true\nrules: [{serve: {true: 5, false: 95}}]"), nil, ""},
		"one variation for another":          {inProduction("default: true"), inProduction("default: false"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := apply(t, NewProject("default", "production"), c.before)
			next, changes := apply(t, p, c.after)
			var got []Move
			words := ""
			for _, change := range changes {
				got = append(got, Moves(change, next)...)
				for _, sentence := range Sentences(change, next) {
					if strings.Contains(sentence, "moves") {
						words += sentence
					}
				}
			}
			byParty := func(a, b Move) int { return b.PPM - a.PPM + 10*strings.Compare(a.To, b.To) }
			slices.SortFunc(got, byParty)
			slices.SortFunc(c.want, byParty)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("moves (-want +got):\n%s", diff)
			}
			if words != c.words {
				t.Errorf("got  %q\nwant %q", words, c.words)
			}
		})
	}
}

// served is what each of 10,000 units gets.
func served(t *testing.T, p *Project) []string {
	t.Helper()
	snapshot := compile(t, p, "production")
	out := make([]string, 10_000)
	for i := range out {
		out[i], _ = snapshot.Evaluate("f", eval.NewContext(map[string]any{"targetingKey": fmt.Sprintf("user-%d", i)}), now).Variation()
	}
	return out
}

func TestARampTakesItFromNobody(t *testing.T) {
	for name, block := range map[string]string{
		"between two variations": "rules: [{serve: {true: %v, false: %v}}]",
		"with the rest going on": "rules: [{serve: {true: %v, next: %v}}]\ndefault: false",
		"of the default":         "default: {false: %[2]v, true: %[1]v}",
	} {
		t.Run(name, func(t *testing.T) {
			p := NewProject("default", "production")
			var before []string
			for _, share := range []float64{0.1, 1, 5, 10, 25, 50, 100} {
				p, _ = apply(t, p, inProduction(fmt.Sprintf(block, share, 100-share)))
				after := served(t, p)
				for unit, variation := range before {
					if variation == "true" && after[unit] != "true" {
						t.Fatalf("at %v %% user-%d lost it", share, unit)
					}
				}
				before = after
			}
			if slices.Contains(before, "false") {
				t.Error("at 100 % someone has it not")
			}
		})
	}
}

// edits are blocks that take a split through several tables.
func edits(t *testing.T, blocks ...string) *Project {
	t.Helper()
	p := NewProject("default", "production")
	for _, block := range blocks {
		p, _ = apply(t, p, three(block))
	}
	return p
}

func TestWhatIsServedMovesAsThePlanSays(t *testing.T) {
	p := edits(t, "default: {a: 20, b: 50, c: 30}", "default: {a: 40, b: 30, c: 30}")
	next, changes := apply(t, p, three("default: {a: 35, b: 60, c: 5}"))
	want := map[string]int{}
	for _, m := range Moves(changes[0], next) {
		want[m.From+m.To] += m.PPM
	}
	got := map[string]int{}
	before, after := served(t, p), served(t, next)
	for i := range before {
		if before[i] != after[i] {
			got[before[i]+after[i]] += 100
		}
	}
	for pair, ppm := range want {
		if d := got[pair] - ppm; d < -15_000 || d > 15_000 {
			t.Errorf("%s: %d ppm of 10,000 units moved, the plan says %d", pair, got[pair], ppm)
		}
		delete(got, pair)
	}
	if len(got) > 0 {
		t.Errorf("these moved too: %v", got)
	}
}

func TestACopyOnAnotherServerMovesNobody(t *testing.T) {
	p := edits(t, "default: {a: 20, b: 50, c: 30}, rules: [{when: {x: 1}, serve: {a: 1, next: 99}}]",
		"default: {a: 40, b: 30, c: 30}, rules: [{when: {x: 1}, serve: {a: 7, b: 3, next: 90}}]", "default: {a: 45, b: 25, c: 30}, rules: [{when: {x: 1}, serve: {a: 5, b: 3, next: 92}}]")
	p, _ = apply(t, p, launch("running", "25", "25", "50"))
	p, _ = apply(t, p, launch("running", "35", "5", "60"))
	for form, text := range map[string][]byte{"YAML": Render(p.Export(nil)), "JSON": RenderJSON(p.Export(nil))} {
		if n := strings.Count(string(text), "table"); n != 3 || strings.Contains(string(text), pastField) {
			t.Errorf("%s: %d tables are written, want 3 and no past:\n%s", form, n, text)
		}
		file, err := Parse("export", text)
		if err != nil {
			t.Fatal(err)
		}
		elsewhere, _, err := Merge(NewProject("default", "production"), file, RandomSeeds(strings.NewReader("")))
		if err != nil {
			t.Fatal(err)
		}
		before, _ := p.Lower("production")
		after, _ := elsewhere.Lower("production")
		for ref, line := range before {
			if ref.Key == "g" { // the copy's experiment begins at phase 1
				line = []byte(strings.Replace(string(line), `"phase":2`, `"phase":1`, 1))
			}
			if string(after[ref]) != string(line) {
				t.Errorf("%s: %s is served otherwise:\n%s\n%s", form, ref.Key, line, after[ref])
			}
		}
		if _, changes, err := Merge(p, file, DerivedSeeds("default")); err != nil || len(changes) > 0 {
			t.Errorf("%s: applied where it is from: %v %v", form, changes, err)
		}
	}
}

func TestThePastIsStoredAndNotShown(t *testing.T) {
	p := edits(t, "default: {a: 20, b: 50, c: 30}", "default: {a: 40, b: 30, c: 30}")
	next, changes := apply(t, p, three("default: a"))
	var read *Configuration
	if err := json.Unmarshal(changes[0].After, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(next.Configuration("production", "f"), read); diff != "" || len(read.Default.Past) != 2 {
		t.Fatalf("what is stored reads back (-want +got):\n%s", diff)
	}
	shown, err := json.Marshal(read)
	if err != nil || strings.Contains(string(shown), pastField) {
		t.Errorf("shown: %s %v", shown, err)
	}
	for _, d := range Diff(changes[0].Before, changes[0].After) {
		if text := string(d.Before) + string(d.After); strings.Contains(text, pastField) || strings.Contains(d.Path, pastField) {
			t.Errorf("the diff tells of the past: %s %s", d.Path, text)
		}
	}
	next.Configurations["production"]["f"] = read
	back, _ := apply(t, next, three("default: {a: 40, b: 30, c: 30}"))
	if diff := cmp.Diff(p.Configuration("production", "f").Default.Table, back.Configuration("production", "f").Default.Table); diff != "" {
		t.Errorf("back from one variation for all (-want +got):\n%s", diff)
	}
	for _, block := range []string{"default: {serve: {a: 1, b: 99}, past: []}", "rules: [{serve: {a: 1, b: 99}, past: []}]"} {
		if got := messages(t, "flags.yaml", head+three(block)); len(got) != 1 || !strings.Contains(got[0], "unknown field") {
			t.Errorf("a file with a past: got %v", got)
		}
	}
}

func TestAnEditorsOldTableIsNoWish(t *testing.T) {
	p := edits(t, "default: {a: 20, b: 50, c: 30}", "default: {a: 40, b: 30, c: 30}")
	stored := p.Configuration("production", "f").Default
	for name, table := range map[string][]Cell{"the stored one": stored.Table, "one before it": stored.Past[0]} {
		wish := Serve{Shares: []Share{{"a", 400_000}, {"b", 600_000}}, Table: table}
		file := &File{Flags: map[string]Flag{"f": {Environments: map[string]*Configuration{"production": {Enabled: true, Default: wish}}}}}
		next, changes, err := Merge(p, file, DerivedSeeds("default"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := Moves(changes[0], next); len(got) != 1 || got[0].PPM != 300_000 {
			t.Errorf("%s: got %v, want 30 %% from c to b", name, got)
		}
	}
}

func TestATableOfManyRangesIsToldWithItsCompaction(t *testing.T) {
	var cells []string
	for i := range 70 {
		cells = append(cells, fmt.Sprintf("[%d, %s]", (i+1)*10_000, []string{"a", "b"}[i%2]))
	}
	table := "[" + strings.Join(cells, ", ") + ", [1000000, b]]"
	p, changes := apply(t, NewProject("default", "production"), three("default: {serve: {a: 35, b: 65}, table: "+table+"}"))
	want := []Warning{{"flags.f.environments.production.default.table",
		"the split has fallen into 70 ranges; to compact it write table: [[350000, a], [1000000, b]], which moves 34 % of units by targetingKey"}}
	if diff := cmp.Diff(want, Warnings(p, changes)); diff != "" {
		t.Fatalf("warnings (-want +got):\n%s", diff)
	}
	next, changes := apply(t, p, three("default: {serve: {a: 35, b: 65}, table: [[350000, a], [1000000, b]]}"))
	if got := Warnings(next, changes); got != nil {
		t.Errorf("compacted: got %v", got)
	}
	if got := Sentences(changes[0], next); len(got) != 1 || !strings.Contains(got[0], "moves 34 % of units") {
		t.Errorf("compacted: got %v", got)
	}
}
