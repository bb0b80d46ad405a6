package eval_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

// counts are how often something was reached.
type counts map[string]int

func (n counts) condition(c *eval.Condition) {
	if c == nil {
		return
	}
	name := c.Is
	if c.Clause != nil {
		name = c.Clause.Op
		if c.Clause.IgnoreCase {
			n["ignoreCase "+name+" "+c.Answer]++
		}
		if _, isList := c.Saw.([]any); isList {
			n["list "+name+" "+c.Answer]++
		}
	}
	n[name+" "+c.Answer]++
	for i := range c.Parts {
		n.condition(&c.Parts[i])
	}
}

func (n counts) detail(d *eval.Detail, kind ruleset.Type) {
	n["reason "+d.Reason]++
	switch {
	case d.Error != nil:
		n["error "+d.Error.Code]++
	case d.Served():
		n["type "+string(kind)]++
		n["served "+d.Reason]++
	default:
		n["not served "+d.Reason]++
	}
	if d.Split != nil {
		n["split "+d.Reason]++
	}
	if len(d.Path) > 1 {
		n["long path"]++
	}
	for _, note := range d.Notes {
		name, _, _ := strings.Cut(note, " ")
		n["note "+name]++
	}
}

// everythingReached is what random vectors must reach; operators come on top.
var everythingReached = []string{
	"reason OVERRIDE", "reason NOT_READY", "reason FLAG_NOT_FOUND", "reason ERROR", "served OFF", "not served OFF", "served PREREQUISITE_FAILED",
	"not served PREREQUISITE_FAILED", "served TARGET", "served EXPERIMENT", "not served CODE_DEFAULT", "served RULE", "served DEFAULT", "not served DEFAULT",
	"reason TYPE_MISMATCH", "type boolean", "type string", "type integer", "type double", "type json", "split RULE", "split EXPERIMENT", "split DEFAULT",
	"error MALFORMED", "error UNSUPPORTED", "error BAD_REFERENCE", "error CYCLE", "error TOO_DEEP", "long path",
	"note NO_UNIT", "note SKIP", "note ATTR_MISSING", "note ATTR_TYPE",
	"step targets yes", "step targets no", "step prerequisite yes", "step prerequisite no", "step rule unknown", "step experiment unknown",
	"all yes", "all no", "all unknown", "any yes", "any no", "any unknown", "not yes", "not no", "not unknown",
	"target_group yes", "target_group no", "target_group unknown", "flag yes", "flag no", "flag unknown", "exists yes", "exists no",
}

// Random vectors are worth comparing engines on only if they reach everything
// that the specification tells apart.
func TestRandomVectorsReachEverything(t *testing.T) {
	file := evaltest.Random(1, 250, 12)
	n := counts{}
	for i := range file.Suites {
		suite := &file.Suites[i]
		payload, err := suite.Payload()
		if err != nil {
			t.Fatal(err)
		}
		set, err := ruleset.Parse(payload)
		if err != nil {
			t.Fatal(err)
		}
		s := eval.Compile(set)
		for j := range suite.Cases {
			c := &suite.Cases[j]
			ctx := eval.NewContext(c.Context)
			ready := s
			if !c.IsReady() {
				ready = nil
			}
			kind, _ := s.FlagType(c.Flag)
			d := ready.Resolve(c.Flag, ctx, c.At(), eval.Caller{Default: c.Default, Want: c.As, Override: c.Override[c.Flag]})
			n.detail(&d, kind)
			if of, in := s.EvaluateMap(c.Flag, c.Context, c.At()), s.Evaluate(c.Flag, ctx, c.At()); of != in {
				t.Fatalf("%s: EvaluateMap says %s, Evaluate %s", c.Name, of.Reason(), in.Reason())
			}
			for _, step := range s.Explain(c.Flag, ctx, c.At()).Steps {
				n["step "+step.Kind+" "+step.Answer]++
				n.condition(step.When)
			}
			if c.Expect, err = expectation(d); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := slices.Clone(everythingReached)
	for _, op := range evaltest.RandomOperators() {
		if op != ruleset.OpExists {
			want = append(want, op+" yes", op+" no", op+" unknown")
		}
		if !ruleset.KnownOp(op) {
			t.Errorf("there is no operator %s", op)
		}
		if ruleset.AllowsIgnoreCase(op) {
			want = append(want, "ignoreCase "+op+" yes", "ignoreCase "+op+" no")
		}
	}
	if len(evaltest.RandomOperators()) != 22 {
		t.Errorf("%d operators are tried, want the 22 of the specification", len(evaltest.RandomOperators()))
	}
	for _, what := range want {
		if n[what] < 5 {
			t.Errorf("%q was reached %d times", what, n[what])
		}
	}
	if t.Failed() || testing.Verbose() {
		for _, what := range slices.Sorted(maps.Keys(n)) {
			t.Logf("%7d %s", n[what], what)
		}
	}
	readBack(t, &file)
}

// expectation is a detail as a case names it.
func expectation(d eval.Detail) (expect map[string]json.RawMessage, err error) {
	raw, err := json.Marshal(d)
	if err == nil {
		err = json.Unmarshal(raw, &expect)
	}
	return expect, err
}

// readBack writes the random vectors as a file of the specification and runs it
// like the others.
func readBack(t *testing.T, file *evaltest.File) {
	t.Helper()
	file.Suites = file.Suites[:20]
	raw, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	ran := evaltest.Run(t, fstest.MapFS{"random.json": {Data: raw}}, engine(t))
	if ran["random"] < 20*12*12 {
		t.Errorf("only %d cases ran", ran["random"])
	}
}
