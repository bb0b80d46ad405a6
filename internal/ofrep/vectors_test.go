package ofrep_test

import (
	"encoding/json"
	"net/url"
	"os"
	"reflect"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/eval/evaltest"
	"burgee.dev/burgee/sdk/ruleset"
)

// leastVectors is a floor for the number of cases that are compared.
const leastVectors = 15_000

// Every vector that the protocol can express has the same answer from the
// server: the specification's value, variation and native reason, and the reason
// of the protocol that its table gives.
func TestTheServerAnswersTheVectors(t *testing.T) {
	files, err := evaltest.Load(os.DirFS("../../spec/vectors"))
	if err != nil {
		t.Fatal(err)
	}
	compared, all := 0, 0
	for _, file := range files {
		t.Run(file.Name, func(t *testing.T) {
			for i := range file.Suites {
				all += len(file.Suites[i].Cases)
				t.Run(file.Suites[i].Name, func(t *testing.T) { compared += compareSuite(t, &file.Suites[i]) })
			}
		})
	}
	if compared < leastVectors {
		t.Errorf("only %d of %d vectors were compared, want at least %d", compared, all, leastVectors)
	}
	t.Logf("%d of %d vectors were compared", compared, all)
}

const (
	randomContexts = 15
	// leastPairs is a floor for the number of pairs of a suite that are compared;
	// some contexts have a targeting key that is not text, which the protocol refuses.
	leastPairs = 143
)

// The pairs of a flag and a context on which the engines in Go and Python are
// compared have the same answers from the server, each that a request can ask for:
// in the long form all of them.
func TestTheServerAnswersTheRandomVectors(t *testing.T) {
	file := evaltest.Random(2026, testkit.Rounds(140, 700), randomContexts)
	compared, all := 0, 0
	for i := range file.Suites {
		suite := &file.Suites[i]
		all += len(suite.Cases)
		t.Run(suite.Name, func(t *testing.T) {
			s := eval.Compile(setOf(t, suite))
			for j := range suite.Cases {
				suite.Cases[j] = asked(t, s, &suite.Cases[j])
			}
			compared += compareSuite(t, suite)
		})
	}
	if least := leastPairs * len(file.Suites); compared < least {
		t.Errorf("only %d of %d pairs were compared, want at least %d", compared, all, least)
	}
	t.Logf("%d of %d pairs were compared", compared, all)
}

// asked is the pair of a case, without what only a program can say, and with what
// the engine answers.
func asked(t *testing.T, s *eval.Snapshot, c *evaltest.Case) evaltest.Case {
	pair := evaltest.Case{Name: c.Name, Flag: c.Flag, Context: c.Context, Now: c.Now}
	raw, err := json.Marshal(s.Detail(c.Flag, eval.NewContext(c.Context), c.At()))
	if err == nil {
		err = json.Unmarshal(raw, &pair.Expect)
	}
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

func setOf(t *testing.T, suite *evaltest.Suite) *ruleset.Set {
	payload, err := suite.Payload()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// expressible says whether a request can ask what the case asks: it names no
// type, knows no override and finds a server that is ready, and its targeting key
// is text. What the program's own default is does not matter: it is not sent.
func expressible(c *evaltest.Case) bool {
	key := c.Context["targetingKey"]
	_, isText := key.(string)
	return c.IsReady() && len(c.Override) == 0 && c.As == "" && (isText || key == nil)
}

func compareSuite(t *testing.T, suite *evaltest.Suite) (compared int) {
	payload, err := suite.Payload()
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleset.Parse(payload)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string // as a store holds them: one for each key
	for _, f := range set.Flags {
		lines = append(lines, string(f.Line))
	}
	for _, g := range set.Groups {
		lines = append(lines, string(g.Line))
	}
	var now int64
	at := clock.Func(func() time.Time { return time.UnixMilli(now) })
	w := newWorldAt(t, at, lines...)
	snapshot := eval.Compile(set)
	for i := range suite.Cases {
		c := &suite.Cases[i]
		if !expressible(c) {
			continue
		}
		compared++
		now = c.At()
		body, err := json.Marshal(map[string]any{"context": c.Context})
		if err != nil {
			t.Fatal(err)
		}
		answer := w.call("POST", flags+"/"+url.PathEscape(c.Flag), string(body), withKey)
		var got ofrepAnswer
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v in %s", c.Name, err, answer.Body)
		}
		got.status = answer.Code
		split := snapshot.Evaluate(c.Flag, eval.NewContext(c.Context), now).Split()
		if want := expectedAnswer(t, c, split, plain(set, c.Flag)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the server says\n%+v, want\n%+v\nbody %s", c.Name, got, want, answer.Body)
		}
	}
	return compared
}

// ofrepAnswer is what is compared of an answer.
type ofrepAnswer struct {
	status    int
	Key       string `json:"key"`
	Reason    string `json:"reason"`
	ErrorCode string `json:"errorCode"`
	Value     any    `json:"value"`
	Variant   string `json:"variant"`
	Metadata  struct {
		Reason string `json:"reason"`
	} `json:"metadata"`
}

// expectedAnswer maps what a case expects by the table of the design: not by
// the code under test.
func expectedAnswer(t *testing.T, c *evaltest.Case, split, plain bool) (want ofrepAnswer) {
	t.Helper()
	native := textOf(t, c.Expect["reason"])
	want = ofrepAnswer{status: 200, Key: c.Flag, Variant: textOf(t, c.Expect["variation"])}
	want.Metadata.Reason = native
	switch {
	case native == "FLAG_NOT_FOUND":
		return ofrepAnswer{status: 404, Key: c.Flag, ErrorCode: "FLAG_NOT_FOUND"}
	case native == "ERROR":
		want.status, want.ErrorCode = 400, "GENERAL"
		return want
	case want.Variant == "":
		want.Reason = "DISABLED"
		return want
	}
	if err := json.Unmarshal(c.Expect["value"], &want.Value); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	switch {
	case split:
		want.Reason = "SPLIT"
	case native == "TARGET" || native == "RULE" || native == "EXPERIMENT":
		want.Reason = "TARGETING_MATCH"
	case native == "OFF" || native == "DEFAULT" && plain:
		want.Reason = "STATIC"
	default:
		want.Reason = "DEFAULT"
	}
	return want
}

func textOf(t *testing.T, raw json.RawMessage) (text string) {
	t.Helper()
	if len(raw) == 0 {
		return ""
	}
	if err := json.Unmarshal(raw, &text); err != nil {
		t.Fatal(err)
	}
	return text
}

// plain says whether nothing but a flag's default can decide.
func plain(set *ruleset.Set, key string) bool {
	for i := range set.Flags {
		if f := &set.Flags[i]; f.Key == key {
			return len(f.Prerequisites)+len(f.Targets)+len(f.Rules) == 0
		}
	}
	return false
}
