package eval_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// manyRules is a flag whose rules mostly need attributes to be one of some texts,
// in each way that a condition can say so, and in some that only look like it.
func (g generator) manyRules(key string, rules int) ruleset.Flag {
	f := g.flag(100) // reads no flag that is there
	f.Key, f.Enabled, f.Prerequisites, f.Rules = key, true, nil, nil
	if g.IntN(2) == 0 {
		f.Targets = nil
	}
	for i := range rules {
		r := ruleset.Rule{ID: fmt.Sprintf("r%d", i), When: g.keyed(), Serve: g.serve()}
		if i < 3 {
			r.ID, r.Experiment, r.Phase = "", fmt.Sprintf("x%d", i), 1
		}
		f.Rules = append(f.Rules, r)
	}
	return f
}

// name is one of many texts.
func (g generator) name() string { return fmt.Sprint("n", g.IntN(150)) }

func (g generator) keyed() *ruleset.Expr {
	one := when(g.pick("a", "a", "a", "b", "o.k"), "in", g.name())
	for range g.IntN(3) {
		one.Values = append(one.Values, raws(g.name())...)
	}
	other := g.clause()
	switch g.IntN(100) {
	case 0:
		return nil
	case 1:
		return &ruleset.Expr{Not: &one}
	case 2:
		return &other
	case 3, 4, 5:
		return &ruleset.Expr{Any: []ruleset.Expr{one, {All: []ruleset.Expr{other, one}}}}
	case 6, 7, 8, 9:
		one.IgnoreCase = true
	case 10, 11, 12, 13:
		one.Values = append(one.Values, raws([]any{500, true, false}[g.IntN(3)])...)
	case 14, 15, 16, 17:
		for range 12 { // more than are compared one by one
			one.Values = append(one.Values, raws(g.name())...)
		}
	case 18, 19, 20, 21:
		return &ruleset.Expr{All: []ruleset.Expr{{All: []ruleset.Expr{one}}, when("a", "in", g.name(), g.name())}}
	case 22, 23, 24, 25:
		return &ruleset.Expr{All: []ruleset.Expr{one, other}}
	}
	return &one
}

// named is a context with the attributes that the rules need, mostly texts.
func (g generator) named() map[string]any {
	attrs := g.context()
	for _, name := range []string{"a", "b"} {
		attrs[name] = g.name()
		if g.IntN(4) == 0 {
			attrs[name] = []any{"N7", 500, true, false, []string{g.name(), g.name()}, []any{g.name(), 500}, map[string]any{"k": "n1"}, nil}[g.IntN(8)]
		}
	}
	if g.IntN(2) == 0 {
		attrs["o"] = map[string]any{"k": g.name()}
	}
	return attrs
}

// Detail looks at every rule, Evaluate only at those that the index leaves.
func TestTheIndexOfRulesChangesNoAnswer(t *testing.T) {
	decided := map[string]int{}
	for seed := range uint64(150) {
		g := generator{rand.New(rand.NewPCG(seed, 9))}
		set := &ruleset.Set{}
		for i := range 4 {
			set.Flags = append(set.Flags, g.manyRules(fmt.Sprint("f", i), 15+g.IntN(130)))
		}
		s := eval.Compile(set)
		for range 100 {
			attrs, now := g.named(), int64(g.IntN(2000))
			c := eval.NewContext(attrs)
			for _, key := range s.Keys() {
				want, got := s.Detail(key, c, now), s.Evaluate(key, c, now)
				id, _ := got.Variation()
				index, rule, isRule := got.Rule()
				experiment, _, _, isExperiment := got.Experiment()
				same := got.Reason().String() == want.Reason && id == want.Variation && isRule == (want.Rule != nil) && isExperiment == (want.Experiment != nil)
				if same && isRule {
					same = index == want.Rule.Index && rule == want.Rule.ID
				}
				if same && isExperiment {
					same = experiment == want.Experiment.Key
				}
				if !same {
					t.Fatalf("seed %d, %s for %v: Evaluate says %s %q, rule %d, Detail %+v", seed, key, attrs, got.Reason(), id, index, want)
				}
				decided[want.Reason]++
				if isRule && index > 64 {
					decided["late"]++
				}
			}
		}
	}
	for _, what := range []string{"RULE", "EXPERIMENT", "DEFAULT", "late"} {
		if decided[what] < 100 {
			t.Errorf("%s was reached %d times: %v", what, decided[what], decided)
		}
	}
}

// keyedRules is a flag with a rule for each of some customers.
func keyedRules(rules int) *eval.Snapshot {
	f := boolean("many")
	for i := range rules {
		customer := when("customer", "in", fmt.Sprint("customer-", i), fmt.Sprint("other-", i))
		f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprint("r", i), When: &ruleset.Expr{All: []ruleset.Expr{customer, when("plan", "in", "pro")}}, Serve: ruleset.Fixed(0)})
	}
	return eval.Compile(&ruleset.Set{Flags: []ruleset.Flag{f}})
}

func BenchmarkRules200(b *testing.B) {
	s := keyedRules(200)
	for _, customer := range []string{"customer-0", "customer-190", "nobody"} {
		c := eval.ContextOf(eval.Text("customer", customer), eval.Text("plan", "pro"))
		b.Run(customer, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Evaluate("many", c, 0)
			}
		})
	}
}
