package eval_test

import (
	"math/rand/v2"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

// outcomeOf is the outcome of a result by what its methods say.
func outcomeOf(key string, r eval.Result) eval.Outcome {
	o := eval.Outcome{Flag: key, Reason: r.Reason()}
	o.Variation, o.Served = r.Variation()
	o.Experiment, o.Arm, _, _ = r.Experiment()
	return o
}

func TestAnOutcomeIsKnownByItsNumber(t *testing.T) {
	reasons := map[eval.Reason]int{}
	check := func(s *eval.Snapshot, key string, c *eval.Context, now int64) {
		r := s.Evaluate(key, c, now)
		for _, one := range []eval.Result{r, r.Mistyped()} {
			n, ok := one.OutcomeNumber()
			if ok != s.Has(key) {
				t.Fatalf("%s: there is a number: %v", key, ok)
			}
			if !ok {
				return
			}
			if got, want := s.Outcome(n), outcomeOf(key, one); got != want || n < 0 || n >= s.Outcomes() {
				t.Fatalf("%s: number %d of %d is %+v, want %+v", key, n, s.Outcomes(), got, want)
			}
			reasons[one.Reason()]++
		}
	}
	for seed := range uint64(100) {
		g := generator{rand.New(rand.NewPCG(seed, 3))}
		s := eval.Compile(g.set())
		for range 10 {
			c, now := eval.NewContext(g.context()), int64(g.IntN(2000))
			for _, key := range s.Keys() {
				check(s, key, c, now)
			}
		}
	}
	file := evaltest.Random(3, 60, 10) // these have experiments too
	for i := range file.Suites {
		payload, err := file.Suites[i].Payload()
		if err != nil {
			t.Fatal(err)
		}
		set, err := ruleset.Parse(payload)
		if err != nil {
			t.Fatal(err)
		}
		s := eval.Compile(set)
		for _, c := range file.Suites[i].Cases {
			check(s, c.Flag, eval.NewContext(c.Context), c.At())
		}
	}
	for _, reason := range []eval.Reason{eval.Error, eval.Off, eval.PrerequisiteFailed, eval.Target, eval.Experiment, eval.CodeDefault, eval.Rule, eval.Default, eval.TypeMismatch} {
		if reasons[reason] < 50 {
			t.Errorf("%s was reached %d times", reason, reasons[reason])
		}
	}
}
