package check

import (
	"math/rand/v2"
	"slices"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

func TestWhatIsRedundantCanBeTakenOut(t *testing.T) {
	found := 0
	for seed := range uint64(1000) {
		g := generator{rand.New(rand.NewPCG(seed, 5))}
		set := g.set()
		without := *set
		f := set.Flags[0]
		f.Rules = slices.Clone(f.Rules)
		gone := map[*ruleset.Expr]bool{}
		for _, finding := range New(set, nil).Flag("f") {
			if finding.Kind == RedundantClause {
				gone[finding.Clauses[0]] = true
				found++
			}
		}
		for i, r := range f.Rules {
			if r.When == nil || r.When.All == nil {
				continue
			}
			kept := ruleset.Expr{All: []ruleset.Expr{}}
			for j := range r.When.All {
				if !gone[&r.When.All[j]] {
					kept.All = append(kept.All, r.When.All[j])
				}
			}
			f.Rules[i].When = &kept
		}
		without.Flags = []ruleset.Flag{f}
		before, after := eval.Compile(set), eval.Compile(&without)
		for range 300 {
			attributes, now := g.context(true)
			context := eval.NewContext(attributes)
			a, b := before.Evaluate("f", context, now), after.Evaluate("f", context, now)
			i, _, _ := a.Rule()
			j, _, _ := b.Rule()
			if a.Reason() != b.Reason() || i != j {
				t.Fatalf("list %d: %v at %d gets rule %d, and %d without what is said to be redundant, of\n%s", seed, attributes, now, i, j, line(set))
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d redundant clauses were found", found)
	}
	t.Logf("%d redundant clauses", found)
}

func TestWhatAFlagCanServe(t *testing.T) {
	on := flagOf(t).Flags[0]
	for name, c := range map[string]struct {
		change func(*ruleset.Flag)
		want   []string
	}{
		"its default":                      {func(*ruleset.Flag) {}, []string{"false"}},
		"off when it is switched off":      {func(f *ruleset.Flag) { f.Enabled, f.Off = false, 0 }, []string{"true"}},
		"nothing where that is the code's": {func(f *ruleset.Flag) { f.Default = ruleset.Fixed(ruleset.Code) }, []string{""}},
		"what a target gets":               {func(f *ruleset.Flag) { f.Targets = map[string]map[string]int{"a": {"b": 0}} }, []string{"true", "false"}},
		"what a rule gives": {func(f *ruleset.Flag) {
			f.Rules = []ruleset.Rule{{Serve: ruleset.Fixed(0)}}
		}, []string{"true", "false"}},
		"off where the default has no unit": {func(f *ruleset.Flag) {
			f.Off = 0
			f.Default = ruleset.Serve{Table: []ruleset.Cell{{End: 1, Variation: 1, Arm: -1}, {End: ruleset.Whole, Variation: 1, Arm: -1}}}
		}, []string{"true", "false"}},
		"only off behind what cannot hold": {func(f *ruleset.Flag) {
			f.Off = 0
			f.Prerequisites = []ruleset.Prerequisite{{Flag: "gone", Variations: []string{"true"}}}
		}, []string{"true"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := on
			c.change(&f)
			if got := New(&ruleset.Set{Flags: []ruleset.Flag{f}}, nil).Serves("f"); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
