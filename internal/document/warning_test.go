package document

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWarningsTellWhatIsProbablyNotMeant(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []Warning
	}{
		"a rule below one for everyone": {
			inProduction("rules:\n  - {id: all, serve: true}\n  - {id: late, when: {a: 1}, serve: true}"),
			[]Warning{
				{"flags.f.environments.production.rules[1]", "rule late is never reached: rule all above it serves everyone"},
				{"flags.f.environments.production.default", "the default is never served: rule all above it serves everyone"},
			},
		},
		"a whole share is everyone too": {
			inProduction("rules:\n  - {id: all, serve: {true: 100, false: 0}}\n  - {id: late, serve: true}"),
			[]Warning{
				{"flags.f.environments.production.rules[1]", "rule late is never reached: rule all above it serves everyone"},
				{"flags.f.environments.production.default", "the default is never served: rule all above it serves everyone"},
				{"flags.f.environments.production.rules[0].serve", "nobody gets false, its share is 0; leave it out"},
			},
		},
		"a split lets those without a unit go on": {
			inProduction("rules:\n  - {id: some, serve: {true: 50, false: 50}}\n  - {id: late, serve: true}"),
			[]Warning{{"flags.f.environments.production.default", "the default is never served: rule late above it serves everyone"}},
		},
		"an experiment on a flag that is off": {
			inProduction("enabled: false") + "experiments: {x: {environment: production, state: running, serve: {f: true}}}\n",
			[]Warning{{"experiments.x", "f is switched off in production, so that the experiment does not act on it"}},
		},
		"an experiment behind one for everyone": {
			inProduction("default: code") + "experiments:\n  a: {environment: production, state: running, serve: {f: true}}\n  b: {environment: production, state: running, serve: {f: false}}\n",
			[]Warning{{"experiments.b", "it never acts on f: experiment a comes first and serves everyone; change their order, or stop one"}},
		},
		"a draft behind one for everyone": {
			inProduction("default: code") + "experiments:\n  a: {environment: production, state: running, serve: {f: true}}\n  b: {environment: production, serve: {f: false}}\n", nil,
		},
		"flags that look alike": {
			"flags: {is-on: {type: boolean}, isOn: {type: boolean}, is.on: {type: boolean}}\n",
			[]Warning{
				{"flags.is-on", "looks like isOn; programs tell the two apart, so use one key if one flag is meant"},
				{"flags.isOn", "looks like is-on; programs tell the two apart, so use one key if one flag is meant"},
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
