package check

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"burgee.dev/burgee/sdk/ruleset"
)

// manyRules are rules over six attributes of three to four clauses each.
func manyRules(n int) *ruleset.Set {
	g := generator{rand.New(rand.NewPCG(9, 9))}
	f := ruleset.Flag{
		Key: "f", Type: ruleset.Boolean, Enabled: true, Off: 1, Default: ruleset.Fixed(1),
		Variations: []ruleset.Variation{{ID: "true", Value: raw(true)}, {ID: "false", Value: raw(false)}},
	}
	word := func(prefix string, of int) json.RawMessage { return raw(prefix + fmt.Sprint(g.IntN(of))) }
	for i := range n {
		age, version := g.IntN(60), g.IntN(9)
		all := []ruleset.Expr{
			{Attr: "country", Op: "in", Values: []json.RawMessage{word("c", 20), word("c", 20), word("c", 20)}},
			{Attr: "plan", Op: "in", Values: []json.RawMessage{word("p", 4), word("p", 4)}},
			{Attr: "age", Op: "between", Values: []json.RawMessage{raw(age), raw(age + 25)}},
			{Attr: "version", Op: "ver_range", Values: []json.RawMessage{raw(fmt.Sprintf(">=%d.2 <%d", version, version+3))}},
			{Attr: "beta", Op: "in", Values: []json.RawMessage{raw(g.IntN(2) == 0)}},
			{Attr: "email", Op: "ends_with", Values: []json.RawMessage{word("@host", 5)}},
		}
		g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		f.Rules = append(f.Rules, ruleset.Rule{ID: fmt.Sprint("r", i), When: &ruleset.Expr{All: all[:2+g.IntN(3)]}, Serve: ruleset.Fixed(i % 2)})
	}
	return &ruleset.Set{Flags: []ruleset.Flag{f}}
}

func BenchmarkReach(b *testing.B) {
	for _, n := range []int{10, 30, 100, 300} {
		set := manyRules(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			counts := map[State]int{}
			for b.Loop() {
				clear(counts)
				for _, v := range New(set, nil).Reach("f") {
					counts[v.State]++
				}
			}
			b.ReportMetric(float64(counts[Unknown]), "unknown")
			b.ReportMetric(float64(counts[Unreachable]), "unreachable")
		})
	}
}
