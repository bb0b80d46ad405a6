package eval_test

import (
	"encoding/json"
	"os"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

// FuzzEvaluate reads arbitrary bytes as a snapshot and others as a context.
// Whatever they hold, there is an answer for each flag, it is the same for people
// and for programs, and it can be written as JSON.
func FuzzEvaluate(f *testing.F) {
	addVectors(f)
	f.Fuzz(func(t *testing.T, payload, context []byte, now int64) {
		set, err := ruleset.Parse(payload)
		if err != nil {
			return
		}
		attrs := map[string]any{}
		_ = json.Unmarshal(context, &attrs) // what could be read of it
		s, shared := eval.Compile(set), eval.NewContext(attrs)
		faulty := map[string]bool{}
		for _, p := range s.Problems() {
			faulty[p.Kind+p.Flag] = true
		}
		for _, key := range s.Keys() {
			d := s.Detail(key, shared, now)
			if _, err := json.Marshal(d); err != nil {
				t.Errorf("%s: the detail cannot be written: %v", key, err)
			}
			if (d.Error != nil) != faulty["flag"+key] {
				t.Errorf("%s: the detail's error is %v, that there is a problem %v", key, d.Error, faulty["flag"+key])
			}
			r := s.Evaluate(key, shared, now)
			x := s.Explain(key, shared, now)
			id, _ := r.Variation()
			if id != d.Variation || r.Reason().String() != d.Reason || x.Variation != id || x.Reason != d.Reason {
				t.Errorf("%s: Evaluate says %s %q, Detail %s %q, Explain %s %q", key, r.Reason(), id, d.Reason, d.Variation, x.Reason, x.Variation)
			}
			s.Resolve(key, shared, now, eval.Caller{Default: json.RawMessage("1"), Want: ruleset.Integer})
		}
	})
}

// addVectors begins with the specification's own snapshots, the small ones.
func addVectors(f *testing.F) {
	files, err := evaltest.Load(os.DirFS(vectors))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		for i, suite := range file.Suites {
			payload, err := suite.Payload()
			if err != nil {
				f.Fatal(err)
			}
			if len(payload) > 1500 || len(suite.Cases) == 0 || i > 12 {
				continue
			}
			c := &suite.Cases[len(suite.Cases)/2]
			context, err := json.Marshal(c.Context)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(payload, context, c.At())
		}
	}
}
