package eval_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// TestWithIsAMerge compares a context laid over another with one made of the
// merged maps, on flags that tell each attribute apart.
func TestWithIsAMerge(t *testing.T) {
	values := []any{nil, "x", "y", 1, true, []string{"x", "z"}, []any{"y", 2}, map[string]any{"in": "x"}, map[string]any{"in": []string{"y"}, "deep": map[string]any{"er": 1}}}
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "now"}
	var set ruleset.Set
	for _, path := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "a.in", "b.in", "c.in", "a.deep.er", "h.deep.er"} {
		for i, is := range []ruleset.Expr{when(path, "in", "x"), when(path, "in", "y", 2, true), when(path, "in", 1), when(path, "exists")} {
			f := boolean(fmt.Sprintf("%s-%d", path, i))
			f.Rules = []ruleset.Rule{{ID: "r", When: &is, Serve: ruleset.Fixed(0)}}
			set.Flags = append(set.Flags, f)
		}
	}
	snapshot := eval.Compile(&set)
	random := rand.New(rand.NewPCG(1, 2))
	some := func() map[string]any {
		attrs := map[string]any{}
		for range random.IntN(8) {
			attrs[names[random.IntN(len(names))]] = values[random.IntN(len(values))]
		}
		return attrs
	}
	for range 2000 {
		under, over := some(), some()
		merged := maps.Clone(under)
		maps.Copy(merged, over)
		base := eval.NewContext(under)
		got, want := base.With(over), eval.NewContext(merged)
		for _, key := range snapshot.Keys() {
			if g, w := snapshot.Evaluate(key, got, 0), snapshot.Evaluate(key, want, 0); g != w {
				t.Fatalf("%v over %v: %s serves %v, want %v", over, under, key, g, w)
			}
		}
	}
}

func TestWithOverNothing(t *testing.T) {
	var none *eval.Context
	s := scenarios(0)
	if v, ok := s.Evaluate("s4", none.With(map[string]any{"targetingKey": "user-0001"}), 0).Bool(); !v || !ok {
		t.Errorf("a member is served %v, %v", v, ok)
	}
}
