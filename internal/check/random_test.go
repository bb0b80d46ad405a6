package check

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

var full = flag.Bool("full", false, "100,000 contexts for each random list of rules")

// generator makes random rule lists over a handful of attributes whose constants
// meet often.
type generator struct{ *rand.Rand }

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func raw(v any) json.RawMessage {
	out, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return out
}

func (g generator) some(from ...any) []json.RawMessage {
	var out []json.RawMessage
	for range 1 + g.IntN(3) {
		out = append(out, raw(pick(g, from...)))
	}
	return out
}

var (
	words     = []any{"de", "DE", "dex", "fr", "us", "", "xde", "x", 7, true}
	pieces    = []any{"d", "de", "x", "D", "r", "fr"}
	versions  = []any{"1", "1.0.1-0", "1.2", "1.2.0-rc.1", "2", "2.0-a", "2.0-a.0", "10.0.0.1"}
	moments   = []any{"2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", 1767225600000, 1767225600000.5, 0}
	addresses = []any{"10.0.0.0/8", "10.0.0.0/24", "10.0.0.1", "::1", "fe80::/10", "0.0.0.0/0"}
	ages      = []any{0, 1, 7, 7.5, 18, 21, -3}
)

func (g generator) clause() ruleset.Expr {
	e := ruleset.Expr{Attr: pick(g, "country", "plan", "age", "version", "mixed")}
	op := map[string][]string{
		"country": {"in", "in", "starts_with", "ends_with", "contains", "glob", "matches", "exists"},
		"plan":    {"in", "in", "all_in", "exists"},
		"age":     {"lt", "le", "gt", "ge", "between", "in", "exists"},
		"version": {"ver_eq", "ver_lt", "ver_le", "ver_gt", "ver_ge", "ver_range", "in"},
		"mixed":   {"before", "after", "cidr", "in", "ver_lt", "starts_with", "lt", "exists"},
	}[e.Attr]
	e.Op = pick(g, op...)
	switch e.Op {
	case "in", "all_in":
		e.Values = g.some(words...)
		if e.Attr == "age" {
			e.Values = g.some(ages...)
		}
		if e.Attr == "version" {
			e.Values = g.some(versions...)
		}
	case "starts_with", "ends_with", "contains":
		e.Values = g.some(pieces...)
	case "glob":
		e.Values = g.some("d*", "*e", "?e", "*", "de", "*d*x", "d\\e")
	case "matches":
		e.Values = g.some(`\Ad`, "e", "[d-f]", `\Ade\z`, "")
	case "lt", "le", "gt", "ge":
		e.Values = []json.RawMessage{raw(pick(g, ages...))}
	case "between":
		e.Values = []json.RawMessage{raw(pick(g, ages...)), raw(pick(g, ages...))}
	case "ver_eq", "ver_lt", "ver_le", "ver_gt", "ver_ge":
		e.Values = []json.RawMessage{raw(pick(g, versions...))}
	case "ver_range":
		e.Values = g.some("^1.2", "~1", ">=1 <2", "<=1.2.0-rc.1", "^0.2.3", "2.0-a")
	case "before", "after":
		e.Values = []json.RawMessage{raw(pick(g, moments...))}
	case "cidr":
		e.Values = g.some(addresses...)
	}
	e.IgnoreCase = ruleset.AllowsIgnoreCase(e.Op) && g.IntN(4) == 0
	return e
}

func (g generator) expr(depth int) ruleset.Expr {
	switch g.IntN(8) {
	case 0, 1, 2:
		if depth < 3 {
			list := []ruleset.Expr{}
			for range 1 + g.IntN(2) {
				list = append(list, g.expr(depth+1))
			}
			if g.IntN(3) == 0 {
				return ruleset.Expr{Any: list}
			}
			return ruleset.Expr{All: list}
		}
	case 3:
		if depth < 3 {
			inner := g.expr(depth + 1)
			return ruleset.Expr{Not: &inner}
		}
	case 4:
		return ruleset.Expr{TargetGroup: pick(g, "a", "b")}
	case 5:
		return ruleset.Expr{Attr: "now", Op: pick(g, "before", "after"), Values: []json.RawMessage{raw(pick(g, moments...))}}
	}
	return g.clause()
}

func (g generator) serve() ruleset.Serve {
	unit := pick(g, "country", "age", "targetingKey")
	switch g.IntN(5) {
	case 0:
		return ruleset.Serve{Unit: unit, Table: []ruleset.Cell{{End: 500_000, Arm: -1}, {End: 1_000_000, Variation: 1, Arm: -1}}}
	case 1:
		return ruleset.Serve{Unit: unit, Table: []ruleset.Cell{{End: 500_000, Arm: -1}, {End: 1_000_000, Variation: ruleset.Skip, Arm: -1}}}
	}
	return ruleset.Fixed(g.IntN(2))
}

func (g generator) set() *ruleset.Set {
	when := g.clause()
	set := &ruleset.Set{Groups: []ruleset.Group{
		{Key: "a", Include: []string{"u1", "7"}, Exclude: []string{"u2"}, When: &when},
		{Key: "b", Unit: "country", Include: []string{"de", "fr"}},
	}}
	f := ruleset.Flag{
		Key: "f", Type: ruleset.Boolean, Enabled: true, Off: 1, Default: ruleset.Fixed(1),
		Variations: []ruleset.Variation{{ID: "true", Value: raw(true)}, {ID: "false", Value: raw(false)}},
	}
	if g.IntN(3) == 0 {
		f.Targets = map[string]map[string]int{"country": {"us": 0, "x": 1}}
	}
	for i := range 2 + g.IntN(8) {
		r := ruleset.Rule{ID: fmt.Sprint("r", i), Serve: g.serve()}
		if g.IntN(12) > 0 {
			e := g.expr(0)
			r.When = &e
		}
		f.Rules = append(f.Rules, r)
	}
	set.Flags = append(set.Flags, f)
	return set
}

// value is one of an attribute's constants, something near, or something odd.
func (g generator) value(path string, lists bool) any {
	switch g.IntN(12) {
	case 0:
		return nil
	case 1:
		return pick[any](g, true, 3.0, "zz", map[string]any{"a": 1.0}, "longer text")
	case 2, 3:
		if lists {
			out := []any{}
			for range g.IntN(4) {
				out = append(out, g.value(path, false))
			}
			return out
		}
	}
	switch path {
	case "age":
		return pick[any](g, 0.0, 1.0, 7.0, 7.5, 18.0, 21.0, -3.0, 3.0, 100.0, "7", -100.5)
	case "version":
		return pick[any](g, "1", "1.0", "1.0.0.5", "1.0.1", "1.2.0", "1.2.0-rc", "1.2.0-rc.1", "1.2.0-rc.1.0", "1.9", "2", "2.0-a", "2.0-a.0", "2.0-a.1", "0.2.3", "11", "x")
	case "mixed":
		return pick[any](g, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z", "2025-06-01T00:00:00Z", "2027-06-01T00:00:00Z",
			1767225600000.0, 1767225600000.5, 1767225600002.0, 0.0, 7.0, "10.0.0.1", "10.0.0.2", "10.9.0.1", "1.1.1.1", "::1", "fe80::5", "1.2", "de", "x", "9.0")
	case "targetingKey":
		return pick[any](g, "u1", "u2", "u3", 7.0, 7.5, "7")
	}
	return pick[any](g, "de", "DE", "dex", "fr", "us", "", "xde", "x", "d", "dz", "ze", "efx", "Dr", 7.0, true, false, 8.0)
}

func (g generator) context(lists bool) (map[string]any, int64) {
	out := map[string]any{}
	for _, path := range [...]string{"country", "plan", "age", "version", "mixed", "targetingKey"} {
		if v := g.value(path, lists); v != nil {
			out[path] = v
		}
	}
	return out, pick(g, int64(0), 1, -5, 1767225600000, 1767225600001, 1767225599999, 1867225600001)
}

func TestUnreachableIsNeverContradicted(t *testing.T) {
	lists, contexts := 200, 2_000
	if *full {
		contexts = 100_000
	}
	counts := map[State]int{}
	withLists := 0
	for seed := range uint64(lists) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		set := g.set()
		verdicts := New(set, nil).Reach("f")
		snapshot := eval.Compile(set)
		for i, v := range verdicts {
			counts[v.State]++
			if v.Lists {
				withLists++
			}
			if v.State == Reachable && !reached(set, i, v) {
				t.Fatalf("list %d: the witness %v at %d does not reach rule %d of\n%s", seed, v.Witness, v.Now, i, line(set))
			}
		}
		for n := range contexts {
			attributes, now := g.context(n%2 == 0)
			result := snapshot.Evaluate("f", eval.NewContext(attributes), now)
			i, _, ok := result.Rule()
			if result.Reason() == eval.Default {
				i, ok = len(verdicts)-1, true
			}
			if !ok {
				continue
			}
			v := verdicts[i]
			if (v.State == Contradictory || v.State == Unreachable) && (!v.Lists || n%2 == 1) {
				t.Fatalf("list %d: %v at %d reaches rule %d, which is said to be impossible (%+v), of\n%s", seed, attributes, now, i, v, line(set))
			}
		}
	}
	t.Logf("%d reachable, %d contradictory, %d unreachable, %d of both but for lists, %d unknown",
		counts[Reachable], counts[Contradictory], counts[Unreachable], withLists, counts[Unknown])
	if counts[Unreachable] < lists/4 || counts[Contradictory] < lists/8 || counts[Unknown] > lists/4 {
		t.Errorf("too little is found out: %v", counts)
	}
}

// reached evaluates the flag itself, rule i serving all whom it fits and the
// rules above it that let some go on nobody.
func reached(set *ruleset.Set, i int, v Verdict) bool {
	probe := *set
	f := set.Flags[0]
	f.Rules = slices.Clone(f.Rules)
	for j := range f.Rules {
		if j < i && slices.ContainsFunc(f.Rules[j].Serve.Table, func(c ruleset.Cell) bool { return c.Variation == ruleset.Skip }) {
			f.Rules[j].When = &ruleset.Expr{Any: []ruleset.Expr{}}
		}
	}
	if i < len(f.Rules) {
		f.Rules[i].Serve = ruleset.Fixed(0)
	}
	probe.Flags = []ruleset.Flag{f}
	result := eval.Compile(&probe).Evaluate("f", eval.NewContext(v.Witness), v.Now)
	at, _, ok := result.Rule()
	return ok && at == i || i == len(f.Rules) && result.Reason() == eval.Default
}

func line(set *ruleset.Set) string {
	out := ""
	for _, f := range set.Flags {
		text, _ := f.MarshalLine()
		out += string(text) + "\n"
	}
	for _, g := range set.Groups {
		text, _ := g.MarshalLine()
		out += string(text) + "\n"
	}
	return out
}
