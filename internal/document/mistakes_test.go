package document

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rulesFile is a file with one boolean flag f, and more below.
func rulesFile(rules, more string) string {
	return inProduction("rules:\n"+rules) + more
}

func TestMistakesInRulesAreSaidWithTheirPlace(t *testing.T) {
	const at = "flags.f.environments.production."
	for name, c := range map[string]struct {
		file string
		want []Warning
	}{
		"two clauses that exclude each other": {
			rulesFile("  - {id: a, when: {age: {lt: 18, gt: 21}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when", `rule a matches only where age is a list of values: "age < 18" and "age > 21" exclude each other; correct one of them, or take the rule out`}},
		},
		"a version that is missing and old": {
			rulesFile("  - {id: a, when: {app.version: {ver_lt: \"2\"}, not: {app.version: {exists: true}}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when", `rule a never matches: "app.version < 2" and "not app.version is there" exclude each other; correct one of them, or take the rule out`}},
		},
		"a range that is the wrong way round": {
			rulesFile("  - {id: a, when: {age: {between: [30, 20]}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when", `rule a never matches: "age is between 30 and 20" holds for nobody; correct it, or take the rule out`}},
		},
		"a rule behind one for more people": {
			rulesFile("  - {id: eu, when: {country: [de, fr]}, serve: true}\n  - {id: de, when: {country: de, plan: pro}, serve: false}", ""),
			[]Warning{{at + "rules[1]", "rule de is never reached: rule eu above it serves everyone whom it fits; put it higher, or take it out"}},
		},
		"a rule behind two that cover it together": {
			rulesFile("  - {id: young, when: {age: {lt: 40}}, serve: true}\n  - {id: old, when: {age: {ge: 40}}, serve: true}\n  - {id: adult, when: {age: {ge: 18}}, serve: false}", ""),
			[]Warning{{at + "rules[2]", "rule adult is never reached: rules young and old above it together serve everyone whom it fits; put it higher, or take it out"}},
		},
		"a rule whose units are all targets": {
			inProduction("targets: {targetingKey: {alice: true, bob: true}}\nrules:\n  - {id: a, when: {targetingKey: [alice, bob]}, serve: false}"),
			[]Warning{{at + "rules[0]", "rule a is reached only where targetingKey is a list of values: the targets serve everyone whom it fits; put it higher, or take it out"}},
		},
		"a clause that another one implies": {
			rulesFile("  - {id: a, when: {age: {ge: 18, gt: 21}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when.age", `rule a: "age ≥ 18" changes nothing, the rest of the condition says as much; take it out`}},
		},
		"a pattern that is a prefix": {
			rulesFile("  - {id: a, when: {email: {matches: \"^dev\"}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when.email", `rule a: "email matches ^dev" is starts_with "dev", which is plainer and quicker`}},
		},
		"a pattern for anything": {
			rulesFile("  - {id: a, when: {email: {matches: \".*\"}}, serve: true}", ""),
			[]Warning{{at + "rules[0].when.email", `rule a: "email matches .*" fits any text; write {exists: true} if that is meant`}},
		},
		"operators and constants of another type than the registry's": {
			rulesFile("  - {id: a, when: {age: {starts_with: \"1\"}, plan: 5}, serve: true}", "attributes: {age: {type: number}, plan: {type: string}}\n"),
			[]Warning{
				{at + "rules[0].when.age", `rule a: "age starts with 1" never holds: age is registered as a number; use another operator, or correct the registry`},
				{at + "rules[0].when.plan", `rule a: plan never equals 5: it is registered as a string; correct the value, or the registry`},
			},
		},
		"a prerequisite that is switched off": {
			inProduction("prerequisites: [{flag: g, variations: [true]}]") + "  g: {type: boolean, environments: {production: {enabled: false}}}\n",
			[]Warning{{at + "prerequisites[0]", "the prerequisite never holds in production, so that f always serves its off value: g is switched off and serves false; ask for another variation, or change g"}},
		},
		"a prerequisite that serves something else": {
			inProduction("prerequisites: [{flag: g, variations: [true]}]") + "  g: {type: boolean, environments: {production: {default: false}}}\n",
			[]Warning{{at + "prerequisites[0]", "the prerequisite never holds in production, so that f always serves its off value: g serves only false; ask for another variation, or change g"}},
		},
		"two flags with one seed": {
			inProduction("default: {true: 50, false: 50}") + "    seed: s\n  g: {type: boolean, seed: s, environments: {production: {default: {true: 20, false: 80}}}}\n",
			[]Warning{
				{at + "default", "the split has the same seed as g, so that the same units come first in each; give it a seed of its own, unless that is meant"},
				{"flags.g.environments.production.default", "the split has the same seed as f, so that the same units come first in each; give it a seed of its own, unless that is meant"},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, changes := apply(t, NewProject("default", "production"), c.file)
			if diff := cmp.Diff(c.want, Warnings(p, changes)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadersOfWhatChangedAreCheckedToo(t *testing.T) {
	p, _ := apply(t, NewProject("default", "production"),
		inProduction("prerequisites: [{flag: g, variations: [true]}]\nrules: [{id: a, when: {group: staff, country: de}, serve: true}]")+
			"  g: {type: boolean, environments: {production: {default: true}}}\ntargetGroups: {staff: {when: {plan: pro}}}\n")
	for name, c := range map[string]struct{ file, want string }{
		"a flag":       {"flags: {g: {environments: {production: {enabled: false}}}}\n", "flags.f.environments.production.prerequisites[0]"},
		"a group":      {"targetGroups: {staff: {when: {country: fr}}}\n", "flags.f.environments.production.rules[0].when"},
		"the registry": {"attributes: {country: {type: number}}\n", "flags.f.environments.production.rules[0].when.country"},
	} {
		t.Run(name, func(t *testing.T) {
			next, changes := apply(t, p, c.file)
			if got := Warnings(next, changes); len(got) != 1 || got[0].Path != c.want {
				t.Errorf("warnings %+v, want one at %s", got, c.want)
			}
		})
	}
}
