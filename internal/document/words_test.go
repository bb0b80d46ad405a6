package document

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChangesReadAsSentences(t *testing.T) {
	start := `flags:
  f: {type: boolean, environments: {production: {rules: [{id: ios, when: {platform: ios}, serve: {true: 25, next: 75}}], targets: {targetingKey: {ann: true}}}}}
  s: {type: string, variations: [{id: blue, value: blue}]}
targetGroups: {beta: {include: [ann], when: {plan: pro}}}
experiments: {x: {environment: production, state: running, serve: {s: blue}}}
`
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"a ramp": {
			"flags: {f: {environments: {production: {rules: [{id: ios, when: {platform: ios}, serve: {true: 50, next: 50}}], targets: {targetingKey: {ann: true}}}}}}\n",
			[]string{
				"f in production: rule ios: serve 25 % true, 75 % next → 50 % true, 50 % next",
				"f in production: rule ios moves 25 % of units by targetingKey: next → true",
			},
		},
		"a block rewritten": {
			"flags: {f: {environments: {production: {enabled: false, default: true, rules: [{id: new, when: {app.version: {ver_ge: \"2.0\"}, not: {country: [DE, AT]}}, serve: true}]}}}}\n",
			[]string{
				"f in production: switched off, everyone gets false",
				"f in production: default code → true",
				"f in production: targetingKey ann no longer targeted",
				"f in production: rule new added: if app.version ≥ 2.0 and not country is one of DE, AT serve true",
				"f in production: rule ios removed",
			},
		},
		"a first configuration": {
			"flags: {s: {environments: {production: {}}}}\n",
			[]string{"s in production: configured, default code"},
		},
		"a flag's own fields": {
			"flags: {s: {owner: ann, client: true, variations: [{id: blue, value: navy, name: Navy}, {id: red, value: red}]}}\n",
			[]string{"s: owner ann", "s: client keys may see it", "s: variation blue blue → navy", "s: name of variation blue Navy", "s: variation red added (red)"},
		},
		"a target group": {
			"targetGroups: {beta: {include: [bob], when: {plan: [pro, team]}}}\n",
			[]string{"target group beta: bob included", "target group beta: ann no longer included", "target group beta: who else belongs: plan is pro → plan is one of pro, team"},
		},
		"an experiment stopped": {
			"experiments: {x: {environment: production, state: stopped, serve: {s: blue}}}\n",
			[]string{"experiment x in production: stopped"},
		},
		"an attribute": {
			"attributes: {plan: {type: string}}\n",
			[]string{"attribute plan: added"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := apply(t, NewProject("default", "production", "development"), start)
			next, changes := apply(t, p, c.file)
			var got []string
			for _, change := range changes {
				got = append(got, Sentences(change, next)...)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("sentences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRemovalsReadAsSentences(t *testing.T) {
	_, p := readExample(t)
	draft := p.Edit()
	draft.DeleteExperiment("theme-for-all")
	draft.PutConfiguration("production", "pay.api", nil)
	var got []string
	for _, change := range draft.Changes() {
		got = append(got, Sentences(change, draft.Project())...)
	}
	want := []string{
		"pay.api in production: no longer configured, the program's own default is served",
		"experiment theme-for-all in production: deleted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

func TestADiffNamesTheSmallestPartThatDiffers(t *testing.T) {
	before := `{"default":"code","rules":[{"id":"a","serve":{"true":25,"next":75}},{"id":"b","serve":"true"}],"targets":{}}`
	after := `{"default":"true","rules":[{"id":"new","serve":"true"},{"id":"a","serve":{"true":50,"next":50}},{"id":"b","serve":"true"}],"targets":{"targetingKey":{"ann":"true"}}}`
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	want := []FieldChange{
		{Path: "default", Before: raw(`"code"`), After: raw(`"true"`)},
		{Path: "rules[a].serve.true", Before: raw("25"), After: raw("50")},
		{Path: "rules[a].serve.next", Before: raw("75"), After: raw("50")},
		{Path: "rules[new]", After: raw(`{"id":"new","serve":"true"}`)},
		{Path: "targets.targetingKey", After: raw(`{"ann":"true"}`)},
	}
	if diff := cmp.Diff(want, Diff(raw(before), raw(after))); diff != "" {
		t.Errorf("diff (-want +got):\n%s", diff)
	}
	if got := Diff(raw(before), raw(before)); got != nil {
		t.Errorf("equal objects differ: %v", got)
	}
	swapped := `{"default":"code","rules":[{"id":"b","serve":"true"},{"id":"a","serve":{"true":25,"next":75}}],"targets":{}}`
	want = []FieldChange{{Path: "rules (order)", Before: raw(`["a","b"]`), After: raw(`["b","a"]`)}}
	if diff := cmp.Diff(want, Diff(raw(before), raw(swapped))); diff != "" {
		t.Errorf("diff of an order (-want +got):\n%s", diff)
	}
	if got := Diff(nil, raw(`{"a":1}`)); len(got) != 1 || got[0].Path != "" || got[0].Before != nil {
		t.Errorf("a creation: got %v", got)
	}
}

func TestAListSummarisesWhatIsServed(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want Serving
	}{
		"nobody configured it": {"flags: {f: {type: boolean}}\n", Serving{Text: "code default false", Kind: ServesCode}},
		"a variation":          {inProduction("default: true"), Serving{Text: "true", Kind: ServesVariation}},
		"off":                  {inProduction("enabled: false\ndefault: true"), Serving{Text: "OFF", Kind: ServesOff}},
		"a split":              {inProduction("default: {true: 25, false: 75}"), Serving{Text: "25 % true, 75 % false", Kind: ServesSplit, RollingOut: true}},
		"a share of a country": {inProduction("rules: [{when: {country: DE}, serve: {true: 25, next: 75}}]"), Serving{Text: "25 % of DE", Kind: ServesRules, RollingOut: true}},
		"a group":              {inProduction("rules: [{when: {group: g}, serve: true}, {serve: false}]") + "targetGroups: {g: {}}\n", Serving{Text: "true for g +1", Kind: ServesRules}},
		"an experiment": {inProduction("default: true") + "experiments: {holiday-2: {environment: production, state: running, serve: {f: true}}}\n",
			Serving{Text: "experiment holiday-2", Kind: ServesExperiment, Experiment: "holiday-2"}},
		"a draft does nothing": {inProduction("default: true") + "experiments: {holiday-2: {environment: production, serve: {f: true}}}\n",
			Serving{Text: "true", Kind: ServesVariation}},
	} {
		t.Run(name, func(t *testing.T) {
			p, _ := apply(t, NewProject("default", "production"), c.file)
			if diff := cmp.Diff(c.want, Summarise(p, "production", "f", json.RawMessage("false"))); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUsesNameEachUserOnce(t *testing.T) {
	_, p := readExample(t)
	if got := UseWords(p.UsesOfGroup("beta-testers")); got != "flag Flags.isHoliday in production" {
		t.Errorf("group: got %q", got)
	}
	if got := UseWords(p.UsesOfFlag("Flags.theme")); got != "flag Flags.isHoliday in production and experiment theme-for-all in production" {
		t.Errorf("flag: got %q", got)
	}
	if got := UseWords(p.UsesOfVariation("Flags.theme", "red")); got != "experiment theme-for-all in production" {
		t.Errorf("variation: got %q", got)
	}
	if got := p.UsesOfFlag("Flags.isHoliday"); len(got) != 1 || got[0].Key != "holiday-launch" {
		t.Errorf("a flag's own block is no use of it: got %v", got)
	}
}
