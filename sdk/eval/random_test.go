package eval_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// generator makes random sets: sound ones, and ones with references that lead
// nowhere, circles and deep conditions.
type generator struct{ *rand.Rand }

func (g generator) pick(from ...string) string { return from[g.IntN(len(from))] }

func (g generator) clause() ruleset.Expr {
	switch op := g.pick("in", "in", "lt", "ge", "between", "ver_ge", "ver_range", "starts_with", "glob", "all_in", "exists", "after", "cidr", "new_op"); op {
	case "lt", "ge":
		return when(g.pick("n", "m", "now"), op, g.IntN(5))
	case "between":
		return when("n", op, g.IntN(3), 2+g.IntN(3))
	case "ver_ge":
		return when("v", op, g.pick("1.0", "1.2-rc", "2"))
	case "ver_range":
		return when("v", op, g.pick("^1", "~1.2", ">=1 <2"))
	case "after":
		return when("now", op, g.IntN(2000))
	case "cidr":
		return when("ip", op, "10.0.0.0/8")
	case "exists":
		return ruleset.Expr{Attr: g.pick("n", "o.k"), Op: op}
	case "new_op":
		if g.IntN(40) > 0 {
			return when("n", "in", g.IntN(4))
		}
		return when("n", op, 1)
	default:
		return when(g.pick("a", "b", "o.k", "tags"), op, g.pick("x", "y", "z"), g.pick("x", "z"))
	}
}

func (g generator) expr(depth int) *ruleset.Expr {
	e := g.clause()
	if depth == 0 {
		return &e
	}
	switch g.IntN(9) {
	case 0, 1:
		e = ruleset.Expr{All: []ruleset.Expr{*g.expr(depth - 1), *g.expr(depth - 1)}}
	case 2, 3:
		e = ruleset.Expr{Any: []ruleset.Expr{*g.expr(depth - 1), *g.expr(depth - 1), *g.expr(depth - 1)}}
	case 4:
		e = ruleset.Expr{Not: g.expr(depth - 1)}
	case 5:
		e = ruleset.Expr{TargetGroup: fmt.Sprintf("g%d", g.IntN(5))}
	case 6:
		e = ruleset.Expr{Flag: fmt.Sprintf("f%d", g.IntN(13)), Variations: []string{g.pick("a", "b", "c")}}
	}
	return &e
}

func (g generator) serve() ruleset.Serve {
	if g.IntN(2) == 0 {
		return ruleset.Fixed(g.IntN(3))
	}
	s := ruleset.Serve{Seed: g.pick("s1", "s2", ""), Unit: g.pick("targetingKey", "n", "o.k", "now")}
	for end := 1 + g.IntN(600_000); end < ruleset.Whole; end += 1 + g.IntN(600_000) {
		s.Table = append(s.Table, ruleset.Cell{End: end, Variation: g.IntN(4) - 1, Arm: ruleset.Skip})
	}
	s.Table = append(s.Table, ruleset.Cell{End: ruleset.Whole, Variation: g.IntN(3), Arm: ruleset.Skip})
	return s
}

func (g generator) flag(i int) ruleset.Flag {
	f := ruleset.Flag{Key: fmt.Sprintf("f%d", i), Type: ruleset.String, Enabled: g.IntN(8) > 0, Off: g.IntN(4) - 1, Default: g.serve()}
	for _, id := range []string{"a", "b", "c"} {
		f.Variations = append(f.Variations, ruleset.Variation{ID: id, Value: json.RawMessage(`"` + id + `"`)})
	}
	if g.IntN(3) == 0 { // mostly downwards, so that circles are rare
		f.Prerequisites = []ruleset.Prerequisite{{Flag: fmt.Sprintf("f%d", i+1+g.IntN(3)), Variations: []string{"a", "b"}}}
	}
	if g.IntN(3) == 0 {
		f.Targets = map[string]map[string]int{"targetingKey": {"u1": g.IntN(3)}, "n": {"2": g.IntN(3)}}
	}
	for r := range g.IntN(4) {
		f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprintf("r%d", r), When: g.expr(g.IntN(4)), Serve: g.serve()})
	}
	return f
}

func (g generator) set() *ruleset.Set {
	set := &ruleset.Set{Header: ruleset.Header{Burgee: 1, Revision: 7}}
	for i := range 12 {
		set.Flags = append(set.Flags, g.flag(i))
	}
	for i := range 4 {
		group := ruleset.Group{Key: fmt.Sprintf("g%d", i), Unit: g.pick("targetingKey", "n"), Include: []string{"u2", "3"}, Exclude: []string{"u3"}}
		if g.IntN(3) > 0 {
			group.When = g.expr(2)
		}
		set.Groups = append(set.Groups, group)
	}
	return set
}

func (g generator) context() map[string]any {
	attrs := map[string]any{}
	for name, values := range map[string][]any{
		"targetingKey": {"u1", "u2", "u3", "u4", 7, nil}, "n": {0, 1, 2, 3, "x", true, 1.5}, "m": {1, nil}, "v": {"1.2", "2.0-rc", "x", 1},
		"a": {"x", "y", "q", 5}, "b": {"z", []any{"x", "y"}, []string{}}, "tags": {[]string{"x"}, []any{"x", 1}, "x"},
		"o": {map[string]any{"k": "x"}, map[string]any{}, "x"}, "ip": {"10.1.1.1", "::1", "?"}, "now": {5},
	} {
		if g.IntN(4) > 0 {
			attrs[name] = values[g.IntN(len(values))]
		}
	}
	return attrs
}

// outcome is all of a detail that a program could notice.
func outcome(t *testing.T, d eval.Detail) string {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestRandomSetsKeepTheirMeaningOnTheWire(t *testing.T) {
	served, failed := 0, 0
	for seed := range uint64(400) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		set := g.set()
		again, err := ruleset.Parse(ruleset.Encode(set.Header, lines(t, set)))
		if err != nil {
			t.Fatal(err)
		}
		direct, wired := eval.Compile(set), eval.Compile(again)
		for range 10 {
			attrs, now := g.context(), int64(g.IntN(2000))
			shared := eval.NewContext(attrs)
			for key, got := range direct.EvaluateAll(shared, now) {
				if want := direct.Evaluate(key, shared, now); got != want {
					t.Fatalf("seed %d, %s: among all %s, alone %s", seed, key, got.Reason(), want.Reason())
				}
			}
			for _, key := range direct.Keys() {
				want := direct.Detail(key, eval.NewContext(attrs), now)
				if got := outcome(t, wired.Detail(key, shared, now)); got != outcome(t, want) {
					t.Fatalf("seed %d, %s: on the wire %s, directly %s", seed, key, got, outcome(t, want))
				}
				r := direct.Evaluate(key, shared, now)
				if id, _ := r.Variation(); id != want.Variation || r.Reason().String() != want.Reason {
					t.Fatalf("seed %d, %s: Evaluate says %s %q, Detail %+v", seed, key, r.Reason(), id, want)
				}
				if of := direct.EvaluateMap(key, attrs, now); of != r {
					t.Fatalf("seed %d, %s: EvaluateMap says %s, Evaluate %s", seed, key, of.Reason(), r.Reason())
				}
				direct.Explain(key, shared, now)
				if want.Error != nil {
					failed++
				} else {
					served++
				}
			}
		}
	}
	if served < 10_000 || failed < 1_000 {
		t.Errorf("the sets are too much alike: %d usable flags, %d others", served, failed)
	}
}

func lines(t *testing.T, set *ruleset.Set) (lines [][]byte) {
	t.Helper()
	add := func(line []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	for _, f := range set.Flags {
		add(f.MarshalLine())
	}
	for _, g := range set.Groups {
		add(g.MarshalLine())
	}
	return lines
}

func TestOneContextServesManyGoroutinesAndSnapshots(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(42, 1))}
	sets := []*eval.Snapshot{eval.Compile(g.set()), eval.Compile(g.set())}
	attrs := g.context()
	want := map[string]string{}
	for i, s := range sets {
		for _, key := range s.Keys() {
			want[fmt.Sprint(i, key)] = outcome(t, s.Detail(key, eval.NewContext(attrs), 9))
		}
	}
	shared := eval.NewContext(attrs)
	var wait sync.WaitGroup
	for worker := range 8 {
		wait.Go(func() {
			for round := range 200 {
				i := (worker + round) % 2
				for _, key := range sets[i].Keys() {
					id, _ := sets[i].Evaluate(key, shared, 9).Variation()
					if d := sets[i].Detail(key, shared, 9); d.Variation != id || round%50 == 0 && outcome(t, d) != want[fmt.Sprint(i, key)] {
						t.Errorf("%s gives %+v, want %s", key, d, want[fmt.Sprint(i, key)])
						return
					}
				}
			}
		})
	}
	wait.Wait()
}

func TestValuesOfProgramsBecomeAttributes(t *testing.T) {
	type plan string
	number := 5
	var none *int
	s := everyOperator()
	for name, v := range map[string]any{
		"an int32": int32(3), "a uint": uint(3), "a float32": float32(3), "a pointer": &number, "a JSON number": json.Number("4"), "a list of ints": []int{9, 3},
		"an array": [1]int8{3},
	} {
		if r := s.Evaluate("le", eval.NewContext(map[string]any{"n": v}), 0); name != "a pointer" && r.Reason() != eval.Rule {
			t.Errorf("%s is not seen as a number: %s", name, r.Reason())
		}
	}
	if r := s.Evaluate("in", eval.NewContext(map[string]any{"text": plan("x")}), 0); r.Reason() != eval.Rule {
		t.Errorf("a named string is not seen as one: %s", r.Reason())
	}
	for name, v := range map[string]any{"a channel": make(chan int), "a struct": struct{}{}, "bytes": []byte("x"), "a map by numbers": map[int]string{}, "a bad number": json.Number("x")} {
		d := s.Detail("exists", eval.NewContext(map[string]any{"text": v}), 0)
		if d.Reason != "DEFAULT" || len(d.Notes) != 1 || d.Notes[0] != "ATTR_TYPE text" {
			t.Errorf("%s is not left out with a note: %+v", name, d)
		}
	}
	if d := s.Detail("exists", eval.NewContext(map[string]any{"text": none}), 0); d.Reason != "DEFAULT" || d.Notes != nil {
		t.Errorf("a nil pointer is not absent: %+v", d)
	}
}

func TestEvaluateNeedsNeitherSnapshotNorContext(t *testing.T) {
	var none *eval.Snapshot
	if r := none.Evaluate("f", nil, 0); r.Reason() != eval.NotReady || r.Served() {
		t.Errorf("without a snapshot: %s", r.Reason())
	}
	if d := none.Resolve("f", nil, 0, eval.Caller{Default: json.RawMessage("1")}); d.Reason != "NOT_READY" || string(d.Value.(json.RawMessage)) != "1" {
		t.Errorf("without a snapshot: %+v", d)
	}
	if r := scenarios(0).Evaluate("s2", nil, 0); r.Reason() != eval.Default {
		t.Errorf("without a context: %s", r.Reason())
	}
}
