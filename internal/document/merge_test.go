package document

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/sdk/ruleset"
)

// apply merges a text into a project and fails the test where that fails.
func apply(t *testing.T, p *Project, text string) (*Project, []Change) {
	t.Helper()
	file, err := Parse("flags.yaml", []byte(head+text))
	if err != nil {
		t.Fatal(err)
	}
	next, changes, err := Merge(p, file, DerivedSeeds("default"))
	if err != nil {
		t.Fatal(err)
	}
	return next, changes
}

// inProduction is a file with one boolean flag f and its block.
func inProduction(block string) string {
	lines := strings.Split(strings.TrimRight(block, "\n"), "\n")
	return "flags:\n  f:\n    type: boolean\n    environments:\n      production:\n        " + strings.Join(lines, "\n        ") + "\n"
}

func ruleIDs(c *Configuration) []string {
	var out []string
	for _, r := range c.Rules {
		out = append(out, r.ID)
	}
	return out
}

func TestRulesWithoutIDsKeepTheirs(t *testing.T) {
	start := inProduction("rules:\n  - {when: {a: 1}, serve: true}\n  - {id: mine, when: {b: 1}, serve: true}\n  - {when: {c: 1}, serve: true}")
	for name, c := range map[string]struct {
		block string
		want  []string
	}{
		"the same again":                              {"rules:\n  - {when: {a: 1}, serve: true}\n  - {when: {b: 1}, serve: true}\n  - {when: {c: 1}, serve: true}", []string{"r1", "mine", "r2"}},
		"moved, found by their condition":             {"rules:\n  - {when: {c: 1}, serve: true}\n  - {when: {a: 1}, serve: true}", []string{"r2", "r1"}},
		"what is served may change":                   {"rules:\n  - {when: {a: 1}, serve: false}", []string{"r1"}},
		"a new one takes the lowest free number":      {"rules:\n  - {when: {x: 1}, serve: true}\n  - {when: {c: 1}, serve: true}", []string{"r1", "r2"}},
		"the order of a condition's lines is no news": {"rules:\n  - {when: {x: 1, y: 2}, serve: true}\n  - {when: {a: 1}, serve: true}", []string{"r2", "r1"}},
		"a written id stands for itself":              {"rules:\n  - {id: r1, when: {z: 1}, serve: true}\n  - {when: {a: 1}, serve: true}", []string{"r1", "r2"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := apply(t, NewProject("default", "production"), start)
			next, _ := apply(t, p, inProduction(c.block))
			if diff := cmp.Diff(c.want, ruleIDs(next.Configuration("production", "f"))); diff != "" {
				t.Errorf("ids (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTwoEqualConditionsAreMatchedByPositionOnly(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"), inProduction("rules:\n  - {id: a, when: {x: 1}, serve: {true: 1, next: 99}}\n  - {id: b, when: {x: 1}, serve: true}"))
	next, _ := apply(t, p, inProduction("rules:\n  - {when: {y: 1}, serve: true}\n  - {when: {x: 1}, serve: true}\n  - {when: {x: 1}, serve: true}"))
	want := []string{"r1", "b", "a"} // b by position; then only a is left
	if diff := cmp.Diff(want, ruleIDs(next.Configuration("production", "f"))); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
}

func TestABlockIsReplacedWholeAndTheRestStays(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production", "development"),
		"flags:\n  f:\n    type: boolean\n    description: kept\n    tags: [x]\n    environments:\n      production: {enabled: false, off: true, default: true}\n      development: {default: true}\n  g: {type: boolean}\n")
	seed := Text(p.Flags["f"].Seed)
	next, changes := apply(t, p, "flags:\n  f:\n    owner: ann\n    tags: []\n    environments:\n      production: {}\n")

	f := next.Flags["f"]
	if Text(f.Description) != "kept" || Text(f.Owner) != "ann" || f.Tags != nil || Text(f.Seed) != seed {
		t.Errorf("own fields: got %+v", f)
	}
	if diff := cmp.Diff(Unconfigured(ruleset.Boolean), next.Configuration("production", "f")); diff != "" {
		t.Errorf("the block's defaults (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(p.Configuration("development", "f"), next.Configuration("development", "f")); diff != "" {
		t.Errorf("another environment changed:\n%s", diff)
	}
	var touched []string
	for _, c := range changes {
		touched = append(touched, string(c.Kind)+" "+c.Object+" "+c.Environment+" "+string(c.Action))
	}
	if diff := cmp.Diff([]string{"flag f  update", "configuration f production update"}, touched); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestDefaultsOfOffDependOnTheType(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"),
		"flags:\n  b: {type: boolean, environments: {production: {}}}\n  s: {type: string, environments: {production: {}}}\n")
	if got := p.Configuration("production", "b").Off; got != "false" {
		t.Errorf("boolean: got %q, want false", got)
	}
	if got := p.Configuration("production", "s").Off; got != Code {
		t.Errorf("string: got %q, want code", got)
	}
}

func table(p *Project) []Cell { return p.Configuration("production", "f").Rules[0].Serve.Table }

func TestTablesOfSplits(t *testing.T) {
	start, _ := apply(t, NewProject("default", "production"), inProduction("rules:\n  - {serve: {false: 75, true: 25}}"))
	if diff := cmp.Diff([]Cell{{250_000, "true"}, {1_000_000, "false"}}, table(start)); diff != "" {
		t.Fatalf("a new split is laid out in the order of the variations (-want +got):\n%s", diff)
	}
	raised, _ := apply(t, start, inProduction("rules:\n  - {serve: {true: 50, false: 50}}"))
	if diff := cmp.Diff([]Cell{{250_000, "true"}, {750_000, "false"}, {1_000_000, "true"}}, table(raised)); diff != "" {
		t.Errorf("a ramp keeps whom it had and takes from the end (-want +got):\n%s", diff)
	}
	lowered, _ := apply(t, raised, inProduction("rules:\n  - {serve: {true: 25, false: 75}}"))
	if diff := cmp.Diff(table(start), table(lowered)); diff != "" {
		t.Errorf("the way back is exact (-want +got):\n%s", diff)
	}
	odd := "rules:\n  - {serve: {true: 50, false: 50}, table: [[100000, false], [600000, true], [1000000, false]]}"
	edited, _ := apply(t, raised, inProduction(odd))
	again, changes := apply(t, edited, inProduction("rules:\n  - {serve: {false: 50, true: 50.0}}"))
	if len(changes) != 0 || len(table(again)) != 3 {
		t.Errorf("equal shares keep the stored table: got %d changes, table %v", len(changes), table(again))
	}
	exported := string(Render(edited.Export(nil)))
	if !strings.Contains(exported, "table: [[100000, false], [600000, true], [1000000, false]]") {
		t.Errorf("an edited table is exported:\n%s", exported)
	}
	if text := string(Render(lowered.Export(nil))); strings.Contains(text, "table") {
		t.Errorf("a table that lays out again by itself is not exported:\n%s", text)
	}
	stale := Rule{ID: "r1", Serve: Serve{Shares: []Share{{"true", 600_000}, {"false", 400_000}}, Table: table(edited)}}
	file := &File{Flags: map[string]Flag{"f": {Environments: map[string]*Configuration{"production": {Enabled: true, Rules: []Rule{stale}}}}}}
	moved, _, err := Merge(edited, file, DerivedSeeds("default"))
	if err != nil {
		t.Fatalf("an editor may send the stored table back with new shares: %v", err)
	}
	if diff := cmp.Diff([]Cell{{100_000, "false"}, {600_000, "true"}, {900_000, "false"}, {1_000_000, "true"}}, table(moved)); diff != "" {
		t.Errorf("table after an edit (-want +got):\n%s", diff)
	}
}

func TestReorderingVariationsMovesNobodyAndExportsTheTable(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"),
		"flags:\n  f:\n    type: string\n    variations: [{id: a, value: a}, {id: b, value: b}]\n    environments: {production: {rules: [{serve: {a: 25, b: 75}}]}}\n")
	next, _ := apply(t, p, "flags:\n  f:\n    variations: [{id: b, value: b}, {id: a, value: a}]\n")
	if diff := cmp.Diff(table(p), table(next)); diff != "" {
		t.Fatalf("the table changed:\n%s", diff)
	}
	text := Render(next.Export(nil))
	file, err := Parse("export.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if _, changes, err := Merge(next, file, DerivedSeeds("default")); err != nil || len(changes) > 0 {
		t.Errorf("applying the export: %v %s", err, changes)
	}
	elsewhere, _, err := Merge(NewProject("default", "production"), file, DerivedSeeds("default"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(table(p), table(elsewhere)); diff != "" {
		t.Errorf("the copy on another server moves people:\n%s\n%s", diff, text)
	}
}

func TestPhasesCountTheEditsOfAStartedExperiment(t *testing.T) {
	file := func(state, share string) string {
		return "flags: {f: {type: boolean}}\nexperiments:\n  x:\n    environment: production\n    state: " + state +
			"\n    arms: [{name: a, share: " + share + ", flags: {f: true}}, {next: " + share + "}]\n"
	}
	p := NewProject("default", "production")
	for i, step := range []struct {
		state, first, rest string
		want               int
	}{
		{"draft", "50", "50", 1},
		{"draft", "40", "60", 1},
		{"running", "40", "60", 1},
		{"running", "30", "70", 2},
		{"stopped", "30", "70", 2},
		{"stopped", "20", "80", 3},
		{"running", "20", "80", 3},
	} {
		p, _ = apply(t, p, strings.Replace(file(step.state, step.first), "{next: "+step.first, "{next: "+step.rest, 1))
		if got := p.Experiments["x"].Phase; got != step.want {
			t.Errorf("step %d: phase %d, want %d", i, got, step.want)
		}
	}
}

func TestValuesHaveOneSpelling(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"),
		"flags:\n  i: {type: integer, variations: [{id: a, value: 4.20e1}]}\n  d: {type: double, variations: [{id: a, value: 2}]}\n  j: {type: json, variations: [{id: a, value: {x: [1.10, \"<b>\"]}}]}\n")
	for key, want := range map[string]string{"i": "42", "d": "2.0", "j": `{"x":[1.10,"<b>"]}`} {
		if got := string(p.Flags[key].Variations[0].Value); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
}

func TestMergeLeavesTheCurrentProjectAlone(t *testing.T) {
	_, p := readExample(t)
	before := RenderJSON(p.Export(nil))
	file, err := Parse("flags.yaml", []byte(head+inProduction("default: true")+"experiments: {theme-for-all: {environment: production, serve: {f: true}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Merge(p, file, DerivedSeeds("default")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(before), string(RenderJSON(p.Export(nil)))); diff != "" {
		t.Errorf("the project was written into:\n%s", diff)
	}
}

func TestDeclaredVariationsAreNamedByTheirValues(t *testing.T) {
	raw := func(values ...string) []json.RawMessage {
		var out []json.RawMessage
		for _, v := range values {
			out = append(out, json.RawMessage(v))
		}
		return out
	}
	for name, c := range map[string]struct {
		kind    ruleset.Type
		def     string
		options []json.RawMessage
		want    string
	}{
		"a boolean has its own":        {ruleset.Boolean, "false", nil, ""},
		"texts that are keys":          {ruleset.String, `"blue"`, raw(`"red"`, `"blue"`), "blue red"},
		"texts that are none":          {ruleset.String, `"code"`, raw(`"a b"`, `"option-2"`), "option-1 option-2 option-3"},
		"numbers":                      {ruleset.Integer, "7", raw("-7", "7.0", "8"), "7 option-1 8"},
		"a double in its one spelling": {ruleset.Double, "1", raw("1.50"), "1.0 1.5"},
		"a JSON default":               {ruleset.JSON, `{"a":1}`, raw(`[]`), "default option-1"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := DeclaredVariations(c.kind, json.RawMessage(c.def), c.options)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, v := range got {
				ids = append(ids, v.ID)
			}
			if strings.Join(ids, " ") != c.want {
				t.Errorf("got %v, want %s", ids, c.want)
			}
		})
	}
	if _, err := DeclaredVariations(ruleset.Integer, json.RawMessage("1.5"), nil); err == nil {
		t.Error("a default of another type was taken")
	}
}
