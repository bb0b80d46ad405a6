package eval_test

import (
	"encoding/json"
	"os"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

// vectors is the folder of the specification, seen from this package.
const vectors = "../../spec/vectors"

func TestVectors(t *testing.T) {
	ran := evaltest.Run(t, os.DirFS(vectors), engine(t))
	for file, n := range ran {
		if n < 10 {
			t.Errorf("only %d cases of %s ran", n, file)
		}
	}
	if len(ran) < 20 {
		t.Errorf("only %d files of vectors ran", len(ran))
	}
}

// engine is the engine of this package.
func engine(t *testing.T) evaltest.Engine {
	return evaltest.Engine{
		Load: func(payload []byte) (evaltest.Evaluate, error) {
			set, err := ruleset.Parse(payload)
			if err != nil {
				return nil, err
			}
			return resolve(t, eval.Compile(set)), nil
		},
		NotReady:  resolve(t, nil),
		Bucket:    eval.Bucket,
		Threshold: eval.Threshold,
		Position:  eval.Position,
	}
}

// resolve evaluates cases on a snapshot. The answer for people must be the one
// for programs.
func resolve(t *testing.T, s *eval.Snapshot) evaltest.Evaluate {
	return func(c *evaltest.Case) ([]byte, error) {
		ctx := eval.NewContext(c.Context)
		caller := eval.Caller{Default: c.Default, Want: c.As, Override: c.Override[c.Flag]}
		detail := s.Resolve(c.Flag, ctx, c.At(), caller)
		if s != nil {
			agree(t, s, c, ctx)
		}
		return json.Marshal(detail)
	}
}

// agree checks that Evaluate, with its memos filled and empty, Detail and
// Explain say the same.
func agree(t *testing.T, s *eval.Snapshot, c *evaltest.Case, warm *eval.Context) {
	told := s.Detail(c.Flag, warm, c.At())
	for _, ctx := range []*eval.Context{warm, warm, eval.NewContext(c.Context)} {
		r := s.Evaluate(c.Flag, ctx, c.At())
		id, _ := r.Variation()
		if id != told.Variation || r.Reason().String() != told.Reason {
			t.Errorf("%s: Evaluate says %s %q, Detail %s %q", c.Name, r.Reason(), id, told.Reason, told.Variation)
		}
	}
	if x := s.Explain(c.Flag, warm, c.At()); x.Variation != told.Variation || x.Reason != told.Reason {
		t.Errorf("%s: Explain says %s %q, Detail %s %q", c.Name, x.Reason, x.Variation, told.Reason, told.Variation)
	}
}
