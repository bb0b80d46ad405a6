package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

const (
	randomSuites   = 700
	randomContexts = 15
)

// The engines in Go and in Python agree on every part of the detail, for a
// hundred thousand pairs of a flag and a context from the seeded generator, whose
// own test shows that it reaches every operator, type, reason and error.
func TestGoAndPythonAgreeOnRandomVectors(t *testing.T) {
	file := evaltest.Random(2026, randomSuites, randomContexts)
	lines := askPythonRandom(t, file.Suites)
	pairs, differ := 0, 0
	for i := range file.Suites {
		suite := &file.Suites[i]
		var told []map[string]any
		if err := json.Unmarshal(lines[i], &told); err != nil || len(told) != len(suite.Cases) {
			t.Fatalf("%s: %d details for %d cases, %v", suite.Name, len(told), len(suite.Cases), err)
		}
		s := compileSuite(t, suite)
		for j := range suite.Cases {
			c := &suite.Cases[j]
			pairs++
			want, got := comparable(goDetail(t, s, c)), comparable(told[j])
			if reflect.DeepEqual(want, got) {
				continue
			}
			if differ++; differ <= 3 {
				t.Errorf("%s, %s: they differ\nGo     %s\nPython %s\ncase   %s\nlines  %s", suite.Name, c.Name, text(t, want), text(t, got), text(t, c), text(t, suite.Lines))
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d of %d pairs differ", differ, pairs)
	}
	if pairs < 100_000 {
		t.Errorf("only %d pairs were compared", pairs)
	}
	t.Logf("%d pairs", pairs)
}

func compileSuite(t *testing.T, suite *evaltest.Suite) *eval.Snapshot {
	t.Helper()
	payload, err := suite.Payload()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	return eval.Compile(set)
}

func goDetail(t *testing.T, s *eval.Snapshot, c *evaltest.Case) (detail map[string]any) {
	t.Helper()
	if !c.IsReady() {
		s = nil
	}
	caller := eval.Caller{Default: c.Default, Want: c.As, Override: c.Override[c.Flag]}
	raw, err := json.Marshal(s.Resolve(c.Flag, eval.NewContext(c.Context), c.At(), caller))
	if err == nil {
		err = json.Unmarshal(raw, &detail)
	}
	if err != nil {
		t.Fatal(err)
	}
	return detail
}

// comparable leaves out what is for people, or tells of the client and not of
// the engine; notes have no order.
func comparable(detail map[string]any) map[string]any {
	for key, absent := range map[string]any{"value": nil, "stale": false, "age_ms": nil, "revision": 0.0} {
		if detail[key] == absent {
			delete(detail, key)
		}
	}
	if fault, ok := detail["error"].(map[string]any); ok {
		delete(fault, "message")
	}
	if notes, ok := detail["notes"].([]any); ok {
		slices.SortFunc(notes, func(a, b any) int { return bytes.Compare([]byte(a.(string)), []byte(b.(string))) })
	}
	return detail
}

// randomSuite is a suite as testdata/randomvectors.py reads it, each context once.
type randomSuite struct {
	Payload  string           `json:"payload"`
	Contexts []map[string]any `json:"contexts"`
	Cases    []randomCase     `json:"cases"`
}

type randomCase struct {
	evaltest.Case
	Context int `json:"context"`
}

func pythonSuite(t *testing.T, suite *evaltest.Suite) (out randomSuite) {
	t.Helper()
	payload, err := suite.Payload()
	if err != nil {
		t.Fatal(err)
	}
	out.Payload = string(payload)
	for _, c := range suite.Cases {
		if n := len(out.Contexts); n == 0 || reflect.ValueOf(out.Contexts[n-1]).Pointer() != reflect.ValueOf(c.Context).Pointer() {
			out.Contexts = append(out.Contexts, c.Context)
		}
		out.Cases = append(out.Cases, randomCase{c, len(out.Contexts) - 1})
	}
	return out
}

// askPythonRandom gives the details of each suite, as one JSON list.
func askPythonRandom(t *testing.T, suites []evaltest.Suite) (lines [][]byte) {
	t.Helper()
	var in bytes.Buffer
	for i := range suites {
		if err := json.NewEncoder(&in).Encode(pythonSuite(t, &suites[i])); err != nil {
			t.Fatal(err)
		}
	}
	path, env := python(t)
	command := exec.Command(path, "testdata/randomvectors.py")
	command.Env = append(os.Environ(), env...)
	command.Stdin = &in
	var errText bytes.Buffer
	command.Stderr = &errText
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errText.Bytes())
	}
	scanner := bufio.NewScanner(bytes.NewReader(out))
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		lines = append(lines, slices.Clone(scanner.Bytes()))
	}
	if len(lines) != len(suites) {
		t.Fatalf("%d answers for %d suites", len(lines), len(suites))
	}
	return lines
}

func text(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
