package eval_test

import (
	"encoding/json"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// explained are flags where every kind of step decides for somebody.
const explained = `{"burgee":1,"project":"p","environment":"e","epoch":1,"revision":7,"hash":"p32"}
{"flag":"base","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[],"targets":[],"rules":[{"id":"de","when":{"attr":"country","op":"in","values":["DE"]},"serve":{"variation":0}}],"default":{"variation":1}}
{"flag":"middle","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[["base",["true"]]],"targets":[],"rules":[],"default":{"variation":0}}
{"flag":"top","type":"boolean","client":false,"enabled":true,"variations":[["true",true],["false",false]],"off":1,"prerequisites":[["middle",["true"]],["base",["true"]]],"targets":[["targetingKey",{"vip":0}]],"rules":[{"id":"group","when":{"target_group":"staff"},"serve":{"variation":0}},{"id":"some","serve":{"seed":"s1","unit":"targetingKey","table":[[100000,0],[1000000,null]]}}],"default":{"seed":"s1","unit":"targetingKey","table":[[500000,0],[1000000,1]]}}
{"target_group":"staff","unit":"targetingKey","include":["in"],"exclude":["out"],"when":{"attr":"plan","op":"in","values":["pro"]}}
`

func explain(t *testing.T, flag string, attributes map[string]any) string {
	t.Helper()
	set, err := ruleset.Parse([]byte(explained))
	if err != nil {
		t.Fatal(err)
	}
	x := eval.Compile(set).Explain(flag, eval.NewContext(attributes), 0)
	var b strings.Builder
	if x.Error != nil {
		t.Fatal(x.Error)
	}
	for _, step := range x.Steps {
		line, err := json.Marshal(step)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	return b.String()
}

func TestExplainTellsTheWholeChainOfPrerequisites(t *testing.T) {
	got := explain(t, "top", map[string]any{"country": "FR"})
	want := `{"kind":"prerequisite","name":"middle","answer":"no","prerequisite":{"needs":["true"],"variation":"false","reason":"PREREQUISITE_FAILED","steps":[` +
		`{"kind":"prerequisite","name":"base","answer":"no","prerequisite":{"needs":["true"],"variation":"false","reason":"DEFAULT","steps":[` +
		`{"kind":"rule","name":"de","answer":"no","when":{"is":"clause","clause":{"attr":"country","op":"in","values":["DE"]},"saw":"FR","answer":"no"}},` +
		`{"kind":"default","answer":"yes","served":true}]}}]}}` + "\n"
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestExplainTellsAFlagOnce(t *testing.T) {
	got := explain(t, "top", map[string]any{"country": "DE", "targetingKey": "vip"})
	if n := strings.Count(got, `"name":"de"`); n != 1 {
		t.Errorf("the rule of base is told %d times:\n%s", n, got)
	}
	if want := `{"kind":"targets","name":"targetingKey","answer":"yes","served":true,"saw":"vip"}`; !strings.Contains(got, want) {
		t.Errorf("no %s in\n%s", want, got)
	}
}

func TestExplainTellsTheListOfAGroupAndThePositionInEachSplit(t *testing.T) {
	for key, wants := range map[string][]string{
		"in":  {`{"is":"target_group","name":"staff","saw":"in","answer":"yes","note":"its list includes it"}`},
		"out": {`{"is":"target_group","name":"staff","saw":"out","answer":"no","note":"its list excludes it"}`},
		"user-2": { // at 129887
			`"parts":[{"is":"clause","clause":{"attr":"plan","op":"in","values":["pro"]},"answer":"unknown"}]`,
			`{"kind":"rule","name":"some","answer":"yes","note":"this share goes on to the next rule","split":{"seed":"s1","unit":"targetingKey","position":129887,"cell":[100000,1000000]}}`,
			`{"kind":"default","answer":"yes","served":true,"split":{"seed":"s1","unit":"targetingKey","position":129887,"cell":[0,500000]}}`,
		},
		"user-1": { // at 50012
			`{"kind":"rule","name":"some","answer":"yes","served":true,"split":{"seed":"s1","unit":"targetingKey","position":50012,"cell":[0,100000]}}`,
		},
	} {
		got := explain(t, "top", map[string]any{"country": "DE", "targetingKey": key})
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %s in\n%s", key, want, got)
			}
		}
	}
}
