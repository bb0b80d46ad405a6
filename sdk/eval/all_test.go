package eval_test

import (
	"fmt"
	"slices"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

func TestEvaluateAllIsEvaluateOfEach(t *testing.T) {
	s := scenarios(1000)
	for _, c := range []*eval.Context{nil, jan(), ring()[0]} {
		n := 0
		for key, got := range s.EvaluateAll(c, 0) {
			if want := s.Evaluate(key, c, 0); got != want {
				t.Errorf("%s serves %v among all, %v alone", key, got, want)
			}
			n++
		}
		if n != s.Len() {
			t.Errorf("%d flags, want %d", n, s.Len())
		}
	}
}

func TestEvaluateClientIsEvaluateAllOfWhatClientsSee(t *testing.T) {
	set := &ruleset.Set{Flags: []ruleset.Flag{boolean("a"), boolean("b"), boolean("c")}}
	set.Flags[0].Client, set.Flags[2].Client = true, true
	s := eval.Compile(set)
	var seen []string
	for key, got := range s.EvaluateClient(jan(), 0) {
		if want := s.Evaluate(key, jan(), 0); got != want {
			t.Errorf("%s serves %v among those, %v alone", key, got, want)
		}
		seen = append(seen, key)
	}
	if !slices.Equal(seen, []string{"a", "c"}) {
		t.Errorf("the flags are %v, want a and c", seen)
	}
}

// Conditions that are alike but for one part must not be taken for the same.
func TestEvaluateAllTellsConditionsApart(t *testing.T) {
	x, y := when("plan", "in", "pro"), when("plan", "in", "PRO")
	folded, list := y, when("plan", "in", "p", "ro")
	folded.IgnoreCase = true
	conditions := []ruleset.Expr{
		x, y, folded, list, when("country", "in", "pro"), when("plan", "starts_with", "pro"), {Not: &x}, {Not: &y},
		{All: []ruleset.Expr{}}, {Any: []ruleset.Expr{}}, {All: []ruleset.Expr{x, y}}, {Any: []ruleset.Expr{x, y}}, {All: []ruleset.Expr{{All: []ruleset.Expr{x}}, y}},
		{TargetGroup: "all"}, {TargetGroup: "nobody"}, {Flag: "on", Variations: []string{"true"}}, {Flag: "on", Variations: []string{"false"}},
		{Flag: "off", Variations: []string{"true"}},
	}
	set := &ruleset.Set{Flags: []ruleset.Flag{flagOn("on"), boolean("off")}, Groups: []ruleset.Group{
		{Key: "all", Unit: "targetingKey", When: &ruleset.Expr{All: []ruleset.Expr{}}}, {Key: "nobody", Unit: "targetingKey"},
	}}
	for i := range 2 * len(conditions) { // each twice
		f := boolean(fmt.Sprint("f", i))
		f.Rules = []ruleset.Rule{{ID: "r", When: &conditions[i%len(conditions)], Serve: ruleset.Fixed(0)}}
		set.Flags = append(set.Flags, f)
	}
	s, yes := eval.Compile(set), 0
	for key, got := range s.EvaluateAll(jan(), 0) {
		if want := s.Evaluate(key, jan(), 0); got != want || got.Reason() == eval.Error {
			t.Errorf("%s serves %v among all, %v alone", key, got, want)
		}
		if got.Reason() == eval.Rule {
			yes++
		}
	}
	if want := 2 * 8; yes != want {
		t.Errorf("%d conditions hold, want %d", yes, want)
	}
}

func TestEvaluateAllEndsEarlyAndWithoutASnapshot(t *testing.T) {
	n := 0
	for range scenarios(10).EvaluateAll(jan(), 0) {
		n++
		break
	}
	var none *eval.Snapshot
	for range none.EvaluateAll(jan(), 0) {
		n++
	}
	if n != 1 {
		t.Errorf("%d flags were evaluated, want 1", n)
	}
}

func TestEvaluateAllDoesNotAllocate(t *testing.T) {
	s, user := scenarios(1000), jan()
	if n := testing.AllocsPerRun(10, func() {
		for range s.EvaluateAll(user, 0) {
		}
	}); n != 0 {
		t.Errorf("evaluating all flags allocates %v times", n)
	}
}

func BenchmarkS5All1000(b *testing.B) {
	s, user := scenarios(1000), jan()
	b.ReportAllocs()
	for b.Loop() {
		for range s.EvaluateAll(user, 0) {
		}
	}
}
