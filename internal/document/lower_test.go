package document

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// now is the clock of the evaluations below.
const now = 1793779200000

// compile lowers an environment the way a snapshot carries it and compiles it.
func compile(t *testing.T, p *Project, environment string) *eval.Snapshot {
	t.Helper()
	lines, err := p.Lower(environment)
	if err != nil {
		t.Fatal(err)
	}
	refs := make([]EntityRef, 0, len(lines))
	for ref := range lines {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b EntityRef) int {
		return slices.Compare([]string{a.Kind, a.Key}, []string{b.Kind, b.Key})
	})
	var ordered [][]byte
	for _, ref := range refs {
		ordered = append(ordered, lines[ref])
	}
	set, err := ruleset.Parse(ruleset.Encode(ruleset.Header{Burgee: 1, Environment: environment, Hash: ruleset.HashP32}, ordered))
	if err != nil {
		t.Fatalf("the wire form does not parse: %v", err)
	}
	snapshot := eval.Compile(set)
	for _, problem := range snapshot.Problems() {
		t.Errorf("problem: %+v", problem)
	}
	return snapshot
}

func context(t *testing.T, text string) *eval.Context {
	t.Helper()
	var attrs map[string]any
	if err := json.Unmarshal([]byte(text), &attrs); err != nil {
		t.Fatal(err)
	}
	return eval.NewContext(attrs)
}

func TestTheDocumentedExampleServesWhatItSays(t *testing.T) {
	_, p := readExample(t)
	snapshot := compile(t, p, "production")
	for name, c := range map[string]struct {
		flag, context, variation, reason string
	}{
		"a target":                         {"Flags.isHoliday", `{"targetingKey":"alice"}`, "true", "TARGET"},
		"another target":                   {"Flags.isHoliday", `{"targetingKey":"bob","app":{"platform":"ios","version":"3.0"},"country":"FR"}`, "false", "TARGET"},
		"the first rule, any case":         {"Flags.isHoliday", `{"app":{"platform":"iOS","version":"2.0"},"country":"FR"}`, "true", "RULE"},
		"not where the country is missing": {"Flags.isHoliday", `{"app":{"platform":"ios","version":"2.0"}}`, "", "CODE_DEFAULT"},
		"an older version":                 {"Flags.isHoliday", `{"app":{"platform":"ios","version":"1.9"},"country":"FR"}`, "", "CODE_DEFAULT"},
		"an experiment for everyone":       {"Flags.theme", `{}`, "red", "EXPERIMENT"},
		"a plain default":                  {"pay.api", `{}`, "true", "DEFAULT"},
	} {
		t.Run(name, func(t *testing.T) {
			got := snapshot.Evaluate(c.flag, context(t, c.context), now)
			if id, _ := got.Variation(); id != c.variation || fmt.Sprint(got.Reason()) != c.reason {
				t.Errorf("got %q %v, want %q %s", id, got.Reason(), c.variation, c.reason)
			}
		})
	}
}

func TestAnUnconfiguredFlagServesTheProgramsDefault(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production", "development"), inProduction("default: true"))
	got := compile(t, p, "development").Evaluate("f", context(t, `{"targetingKey":"u"}`), now)
	if _, served := got.Variation(); served || fmt.Sprint(got.Reason()) != "CODE_DEFAULT" {
		t.Errorf("got %+v, want the code default", got)
	}
}

// holders are the units of 10,000 to whom f serves true.
func holders(t *testing.T, p *Project) map[int]bool {
	t.Helper()
	snapshot := compile(t, p, "production")
	out := map[int]bool{}
	for i := range 10_000 {
		result := snapshot.Evaluate("f", eval.NewContext(map[string]any{"targetingKey": fmt.Sprintf("user-%d", i)}), now)
		if id, ok := result.Variation(); ok && id == "true" {
			out[i] = true
		}
	}
	return out
}

func TestRaisingASplitTakesNobodyOut(t *testing.T) {
	for name, shares := range map[string][2]string{
		"between two variations": {"{true: 25, false: 75}", "{true: 50, false: 50}"},
		"with the rest going on": {"{true: 25, next: 75}", "{true: 50, next: 50}"},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := apply(t, NewProject("default", "production"), inProduction("rules: [{serve: "+shares[0]+"}]\ndefault: false"))
			before := holders(t, p)
			p, _ = apply(t, p, inProduction("rules: [{serve: "+shares[1]+"}]\ndefault: false"))
			after := holders(t, p)
			if len(before) < 2300 || len(before) > 2700 || len(after) < 4800 || len(after) > 5200 {
				t.Errorf("got %d and %d of 10000, want about 2500 and 5000", len(before), len(after))
			}
			for unit := range before {
				if !after[unit] {
					t.Fatalf("user-%d lost it", unit)
				}
			}
		})
	}
}

func TestOneExperimentGivesAllItsFlagsTheSameArm(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"), `flags:
  client: {type: boolean}
  service: {type: string, variations: [{id: old, value: old}, {id: new, value: new}]}
experiments:
  launch:
    environment: production
    state: running
    arms:
      - {name: on, share: 30, flags: {client: true, service: new}}
      - {next: 20}
      - {name: off, share: 50, flags: {client: false, service: old}}
`)
	snapshot := compile(t, p, "production")
	seen := map[string]int{}
	for i := range 2000 {
		c := eval.NewContext(map[string]any{"targetingKey": fmt.Sprintf("user-%d", i)})
		client, _ := snapshot.Evaluate("client", c, now).Variation()
		service, _ := snapshot.Evaluate("service", c, now).Variation()
		seen[client+"/"+service]++
	}
	if len(seen) != 3 || seen["true/new"] < 500 || seen["false/old"] < 900 || seen["/"] < 300 {
		t.Errorf("got %v, want only true/new, false/old and neither", seen)
	}
}

func TestEveryOperatorLowersToWhatTheEngineKnows(t *testing.T) {
	values := map[operandClass]string{
		anyScalar: `"a"`, someText: `"a"`, aGlob: `"a*"`, aPattern: `"^a\\d+$"`, aNumber: "1", aVersion: `"1.2"`,
		aRange: `">=1.2 <2"`, anInstant: `"2027-03-31T08:00:00Z"`, anAddress: `"10.0.0.0/8"`, noOperand: "true",
	}
	for _, op := range operatorNames() {
		if !ruleset.KnownOp(op) {
			t.Errorf("the engine does not know %s", op)
		}
		value := values[operators[op].class]
		if operators[op].min == 2 {
			value = "[1, 2]"
		}
		p, _ := apply(t, NewProject("default", "production"), inProduction("rules: [{when: {x: {"+op+": "+value+"}}, serve: true}]"))
		compile(t, p, "production")
	}
}

func TestAConstantThatTheEngineCannotReadIsRefused(t *testing.T) {
	for value, ops := range map[string][]string{
		"1e400":                  {"in", "all_in", "lt", "ge", "before"},
		"-1e400":                 {"in", "gt", "after"},
		"[1, 1e400]":             {"in", "all_in", "between"},
		"1e19":                   {"before", "after"},
		"9223372036854775808":    {"before"},
		"-9223372036854777856":   {"after"},
		`'a\'`:                   {"glob"},
		`'*\\\'`:                 {"glob"},
		`"::ffff:1.2.3.4/95"`:    {"cidr"},
		`"::ffff:1.2.3.4%e"`:     {"cidr"},
		`"1.2.3.4/33"`:           {"cidr"},
		`"[a"`:                   {"matches"},
		`"1."`:                   {"ver_eq", "ver_range"},
		`"2026-02-29T00:00:00Z"`: {"before"},
	} {
		for _, op := range ops {
			if got := messages(t, "flags.yaml", head+inProduction("rules: [{when: {x: {"+op+": "+value+"}}, serve: true}]")); len(got) != 1 {
				t.Errorf("%s %s: got %v, want one error", op, value, got)
			}
		}
	}
	for value, op := range map[string]string{
		"1e308": "in", "[1, -0, 5e-324, 1e-400]": "in", "9223372036854774784": "before", "-9223372036854775808": "after",
		`'a\\'`: "glob", `'\*\?'`: "glob", `"::ffff:1.2.3.4/96"`: "cidr", `"::/0"`: "cidr", `"::ffff:1.2.3.4"`: "cidr",
	} {
		p, _ := apply(t, NewProject("default", "production"), inProduction("rules: [{when: {x: {"+op+": "+value+"}}, serve: true}]"))
		compile(t, p, "production")
	}
}

func TestConditionsNestAsDeepAsTheEngineAllows(t *testing.T) {
	deep := func(levels int) string {
		when := "{x: 1}"
		for range levels - 1 {
			when = "{not: " + when + "}"
		}
		return inProduction("rules: [{when: " + when + ", serve: true}]")
	}
	if got := messages(t, "flags.yaml", head+deep(ruleset.MaxDepth)); got != nil {
		t.Errorf("%d levels: %v", ruleset.MaxDepth, got)
	}
	p, _ := apply(t, NewProject("default", "production"), deep(ruleset.MaxDepth))
	compile(t, p, "production")
	if got := messages(t, "flags.yaml", head+deep(ruleset.MaxDepth+1)); len(got) != 1 {
		t.Errorf("%d levels: got %v, want one error", ruleset.MaxDepth+1, got)
	}
}

// chain is n flags each of which needs the next, and n groups likewise.
func chain(flags, groups int) string {
	var b strings.Builder
	b.WriteString("flags:\n")
	for i := range flags {
		fmt.Fprintf(&b, "  f%02d: {type: boolean, environments: {production: {prerequisites: [{flag: f%02d, variations: [true]}]}}}\n", i, i+1)
	}
	fmt.Fprintf(&b, "  f%02d: {type: boolean, environments: {production: {rules: [{when: {group: g00}, serve: true}]}}}\n", flags)
	b.WriteString("targetGroups:\n")
	for i := range groups - 1 {
		fmt.Fprintf(&b, "  g%02d: {when: {group: g%02d}}\n", i, i+1)
	}
	fmt.Fprintf(&b, "  g%02d: {when: {x: 1}}\n", groups-1)
	return b.String()
}

func TestRowsAreAsLongAsTheEngineAllows(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"), chain(ruleset.MaxPrerequisites, ruleset.MaxGroupNesting))
	compile(t, p, "production")
	got := messages(t, "flags.yaml", head+chain(ruleset.MaxPrerequisites+1, ruleset.MaxGroupNesting))
	want := []string{"flags.yaml:4: flags.f00.environments.production: 11 flags in a row need each other's answer in production; at most 10 may, make the row shorter"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	got = messages(t, "flags.yaml", head+chain(0, ruleset.MaxGroupNesting+1))
	want = []string{"flags.yaml:4: flags.f00.environments.production: 6 target groups in a row need each other's answer; at most 5 may, make the row shorter"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestAFlagThatIsTooLargeToSendIsRefused(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "person-number-%d: true, ", i)
	}
	p, _ := apply(t, NewProject("default", "production"), inProduction("targets: {targetingKey: {"+b.String()+"}}"))
	if _, err := p.Lower("production"); fault.As(err).Code != "flag_too_large" {
		t.Errorf("got %v, want flag_too_large", err)
	}
}
