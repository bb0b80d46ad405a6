package document

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/fault"
)

// head is the start of most files below: two lines.
const head = "apiVersion: burgee/v1\nproject: default\n"

// messages are what a person reads about a file that does not fit.
func messages(t *testing.T, name, text string) []string {
	t.Helper()
	current := NewProject("default", "production", "development")
	current.Flags["old"] = Flag{Type: "boolean"}
	current.Archived["gone"] = true
	file, err := Parse(name, []byte(text))
	if err == nil {
		_, _, err = Merge(current, file, DerivedSeeds("default"))
	}
	if err == nil {
		return nil
	}
	f := fault.As(err)
	if f.Kind != fault.Invalid {
		t.Errorf("kind %s, want invalid: %v", f.Kind, err)
	}
	var out []string
	for _, field := range f.Fields {
		out = append(out, field.Message)
	}
	return out
}

func TestEachErrorSaysWhereAndWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"shares that do not sum to 100": {
			head + "flags:\n  f:\n    type: boolean\n    environments:\n      production:\n        default: {true: 25, false: 70}\n",
			[]string{`flags.yaml:8: …default: the shares sum to 95, not 100; give the other 5 to a variation`},
		},
		"shares over 100": {
			head + "flags:\n  f:\n    type: boolean\n    environments: {production: {rules: [{serve: {true: 60.5, next: 40}}]}}\n",
			[]string{`flags.yaml:6: …rules[0].serve: the shares sum to 100.5, not 100; take 0.5 away`},
		},
		"arms that do not sum to 100": {
			head + "flags: {f: {type: boolean}}\nexperiments:\n  x:\n    environment: production\n    arms:\n      - {name: a, share: 30, flags: {f: true}}\n      - {next: 50}\n",
			[]string{`flags.yaml:8: experiments.x.arms: the shares sum to 80, not 100; give the other 20 to an arm, or to next (not in the experiment)`},
		},
		"the character U+0000": {
			head + "flags:\n  f:\n    type: string\n    description: \"a\\0\"\n    variations:\n      - {id: x, value: {\"k\": [1, \"\\x00\"]}}\n",
			[]string{
				`flags.yaml:6: flags.f.description: holds the character U+0000, which no text may hold; take it out`,
				`flags.yaml:8: flags.f.variations[0].value.k[1]: holds the character U+0000, which no text may hold; take it out`,
			},
		},
		"an unknown field": {
			head + "flags:\n  f:\n    type: boolean\n    environments:\n      production:\n        enabeld: true\n        Rules: []\n",
			[]string{
				`flags.yaml:8: …enabeld: unknown field; there are enabled, off, prerequisites, targets, rules, default`,
				`flags.yaml:9: …Rules: unknown field; write "rules"`,
			},
		},
		"a duplicate key": {
			head + "flags:\n  f: {type: boolean}\n  g: {type: boolean}\n  f: {type: string}\n",
			[]string{`flags.yaml:6: flags.f: duplicate key; it is already in line 4, remove one`},
		},
		"a duplicate key in JSON": {
			"{\"apiVersion\": \"burgee/v1\",\n \"flags\": {\"f\": {\"type\": \"boolean\"},\n \"f\": {\"type\": \"boolean\"}}}",
			[]string{`flags.yaml:3: flags.f: duplicate key; it is already in line 2, remove one`},
		},
		"the same flag in two documents": {
			head + "flags: {f: {type: boolean}}\n---\n" + head + "flags: {f: {type: boolean}}\n",
			[]string{`flags.yaml:7: flags.f: duplicate key; a document before it in this file has it too, remove one`},
		},
		"an unquoted version": {
			head + "flags:\n  f:\n    type: boolean\n    environments:\n      production:\n        rules:\n          - when:\n              app.version: {ver_ge: 1.10}\n            serve: true\n",
			[]string{`flags.yaml:10: …rules[0].when.app.version: ver_ge takes text; write "1.10" in quotes (YAML reads 1.10 as 1.1)`},
		},
		"a whole number as a version": {
			head + "flags: {f: {type: boolean, environments: {production: {rules: [{when: {app.version: {ver_lt: 2}}, serve: true}]}}}}\n",
			[]string{`flags.yaml:3: …rules[0].when.app.version: ver_lt takes text; write "2" in quotes`},
		},
		"text that is no version": {
			head + "flags: {f: {type: boolean, environments: {production: {rules: [{when: {app.version: {ver_ge: latest}}, serve: true}]}}}}\n",
			[]string{`flags.yaml:3: …rules[0].when.app.version: "latest" is no version; write numbers with dots, such as "2.0" or "1.4.0-rc.1"`},
		},
		"an unknown group, flag and variation": {
			head + "flags:\n  pay.api: {type: boolean}\n  f:\n    type: boolean\n    environments:\n      production:\n        prerequisites: [{flag: pay.ap, variations: [true]}]\n        rules:\n          - when: {group: beta}\n            serve: true\n          - serve: maybe\n",
			[]string{
				`flags.yaml:9: …prerequisites[0]: unknown flag "pay.ap"; did you mean "pay.api"?`,
				`flags.yaml:11: …rules[0].when.group: unknown target group "beta"; there is none yet, add it to the file`,
				`flags.yaml:13: …rules[1].serve: the flag "f" has no variation "maybe"; it has true and false`,
			},
		},
		"code as the id of a variation": {
			head + "flags:\n  f:\n    type: string\n    variations:\n      - {id: code, value: x}\n",
			[]string{`flags.yaml:7: flags.f.variations[0].id: "code" is reserved and cannot be a variation's id; choose another`},
		},
		"code as what a rule serves": {
			head + "flags: {f: {type: boolean, environments: {production: {rules: [{serve: code}]}}}}\n",
			[]string{`flags.yaml:3: …rules[0].serve: a rule serves a variation or shares; code is for off and default`},
		},
		"a flag with another type": {
			head + "flags:\n  old:\n    type: string\n",
			[]string{`flags.yaml:5: flags.old.type: the flag is of type boolean, and a flag's type never changes; make a new flag`},
		},
		"a new flag without a type": {
			head + "flags:\n  fresh: {owner: me}\n",
			[]string{`flags.yaml:4: flags.fresh: unknown flag; a new flag needs a type: boolean, string, integer, double or json`},
		},
		"an archived flag": {
			head + "flags:\n  gone: {type: boolean}\n",
			[]string{`flags.yaml:4: flags.gone: the flag is archived; restore it first, or use another key`},
		},
		"an unknown environment": {
			head + "flags:\n  f:\n    type: boolean\n    environments:\n      prod: {default: true}\n",
			[]string{`flags.yaml:7: flags.f.environments.prod: unknown environment "prod"; the project has production, development`},
		},
		"another project": {
			"apiVersion: burgee/v1\nproject: shop\nflags: {}\n",
			[]string{`flags.yaml:2: project: unknown project "shop"; this is the project "default"`},
		},
		"malformed JSON": {
			"{\"apiVersion\": \"burgee/v1\",\n \"flags\": {\"f\": {\"type\": \"boolean\",}}}",
			[]string{`flags.yaml:2: not valid JSON: invalid character '}' looking for beginning of object key string (a file that begins with { or [ is read as JSON)`},
		},
		"JSON that ends too early": {
			"{\"apiVersion\": \"burgee/v1\",\n \"flags\": {\"f\": {\"type\": \"boolean\"",
			[]string{`flags.yaml:2: not valid JSON: the text ends in the middle of a value; is a closing bracket missing?`},
		},
		"malformed YAML": {
			head + "flags:\n  f: [1, 2\n",
			[]string{`flags.yaml:4: not valid YAML: sequence end token ']' not found`},
		},
		"a tab for indentation": {
			head + "flags:\n\tf: 1\n",
			[]string{`flags.yaml:4: not valid YAML: found character '	' that cannot start any token`},
		},
		"an anchor": {
			head + "flags:\n  f: &x {type: boolean}\n  g: *x\n",
			[]string{`flags.yaml:4: anchors, aliases and merge keys are not read; write the value out`},
		},
		"no version of the format": {
			"project: default\n",
			[]string{`flags.yaml:1: apiVersion: missing; write "apiVersion: burgee/v1"`},
		},
		"another version of the format": {
			"apiVersion: burgee/v9\n",
			[]string{`flags.yaml:1: apiVersion: unknown version "burgee/v9"; this server reads "burgee/v1"`},
		},
		"an empty file": {
			"# nothing\n",
			[]string{`flags.yaml:1: the file is empty; it starts with "apiVersion: burgee/v1"`},
		},
		"bytes that are no text": {
			head + "flags: \xff\n",
			[]string{`flags.yaml:3: not UTF-8 text; save the file as UTF-8`},
		},
		"an unknown operator": {
			head + "flags: {f: {type: boolean, environments: {production: {rules: [{when: {v: {startsWith: a}}, serve: true}]}}}}\n",
			[]string{`flags.yaml:3: …rules[0].when.v.startsWith: unknown operator; write "starts_with"`,
				`flags.yaml:3: …rules[0].when.v: has no operator; write a value, a list, or {operator: value}`},
		},
		"text where a number is wanted": {
			head + "flags: {f: {type: boolean, environments: {production: {rules: [{when: {age: {ge: \"18\"}}, serve: true}]}}}}\n",
			[]string{`flags.yaml:3: …rules[0].when.age: ge takes a number, not text; for versions there are ver_ge, ver_lt and so on`},
		},
		"a value of the wrong type": {
			head + "flags:\n  f:\n    type: integer\n    variations: [{id: a, value: 1.5}]\n  g:\n    type: string\n    variations: [{id: a, value: 5}]\n",
			[]string{
				`flags.yaml:6: flags.f.variations[0].value: the value of a flag of type integer is a whole number, at most 2^53-1 in size, not 1.5`,
				`flags.yaml:9: flags.g.variations[0].value: a string flag's value is text; write "5" in quotes`,
			},
		},
		"a seed that YAML takes for a number": {
			head + "flags: {f: {type: boolean, seed: 1e5}}\n",
			[]string{`flags.yaml:3: flags.f.seed: takes text; write "1e5" in quotes (YAML reads 1e5 as 100000)`},
		},
		"a cycle of prerequisites": {
			head + "flags:\n  a: {type: boolean, environments: {production: {prerequisites: [{flag: b, variations: [true]}]}}}\n  b: {type: boolean, environments: {production: {rules: [{when: {group: g}, serve: true}]}}}\ntargetGroups: {g: {when: {flag: {a: true}}}}\n",
			[]string{`flags.yaml:4: flags.a.environments.production: a cycle in production: a → b → group g → a; each needs the answer of the next, take one of them out`},
		},
		"arms that name different flags": {
			head + "flags: {a: {type: boolean}, b: {type: boolean}}\nexperiments:\n  x:\n    environment: production\n    arms:\n      - {name: one, share: 50, flags: {a: true}}\n      - {name: two, share: 50, flags: {b: true}}\n",
			[]string{`flags.yaml:9: experiments.x.arms[1].flags: all arms name the same flags, one variation each; the first names a`},
		},
		"next in a default": {
			head + "flags: {f: {type: boolean, environments: {production: {default: {true: 10, next: 90}}}}}\n",
			[]string{`flags.yaml:3: …default: nothing comes after the default, so that next has no meaning; give the share to a variation`},
		},
		"a table that disagrees": {
			head + "flags: {f: {type: boolean, environments: {production: {default: {serve: {true: 10, false: 90}, table: [[200000, true], [1000000, false]]}}}}}\n",
			[]string{`flags.yaml:3: …table: the table does not agree with the shares; leave it out and it follows from them`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, messages(t, "flags.yaml", c.file)); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAHugeFileIsRefusedBeforeItIsRead(t *testing.T) {
	got := messages(t, "flags.yaml", head+strings.Repeat("# filler\n", maxFile/8))
	want := []string{"flags.yaml:1: 9 MB is too large; a file holds at most 8 MB, split it"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestAFileHoldsOnlySoManyDocuments(t *testing.T) {
	yaml := func(n int) string { return strings.Repeat("---\napiVersion: burgee/v1\n", n) }
	json := func(n int) string { return strings.Repeat("{\"apiVersion\": \"burgee/v1\"}\n", n) }
	list := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat("{\"apiVersion\": \"burgee/v1\"},\n", n), ",\n") + "]"
	}
	ended := func(n int) string { return strings.Repeat("apiVersion: burgee/v1\n...\n", n) }
	for name, c := range map[string]struct {
		of   func(int) string
		line int // of the first document beyond
	}{"YAML": {yaml, 2002}, "YAML with ends": {ended, 2001}, "JSON": {json, 1001}, "a list in JSON": {list, 1001}} {
		t.Run(name, func(t *testing.T) {
			if got := messages(t, "flags", c.of(maxDocuments)); got != nil {
				t.Errorf("the largest: %v", got)
			}
			want := []string{fmt.Sprintf("flags:%d: a file holds at most 1000 documents; put more flags into each, or split the file", c.line)}
			if diff := cmp.Diff(want, messages(t, "flags", c.of(maxDocuments+1))); diff != "" {
				t.Errorf("one more (-want +got):\n%s", diff)
			}
			if got := messages(t, "flags", c.of(100*maxDocuments)); len(got) != 1 || !strings.HasSuffix(got[0], want[0][strings.Index(want[0], " "):]) {
				t.Errorf("very many: %v", got)
			}
		})
	}
}

func TestDeepNestingIsAnErrorInBothForms(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("[", 200_000),
		head + "flags: " + strings.Repeat("[", 200_000),
		head + "flags:\n  " + strings.Repeat("- ", 200_000),
		head + "flags: " + strings.Repeat("{a: ", 500) + strings.Repeat("}", 500),
	} {
		if got := messages(t, "flags.yaml", text); len(got) == 0 {
			t.Errorf("%.40q… was taken", text)
		}
	}
}

func TestABodyWithoutAFileHasThePathInTheFieldAlone(t *testing.T) {
	var c Configuration
	err := c.UnmarshalJSON([]byte(`{"rules":[{"when":{"app.version":{"ver_ge":1.10}},"serve":"true"}]}`))
	want := []fault.Field{{Field: "rules[0].when.app.version", Message: `ver_ge takes text; write "1.10" in quotes (JSON reads 1.10 as 1.1)`}}
	if diff := cmp.Diff(want, fault.As(err).Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestDeletingAVariationInUseNamesItsUsers(t *testing.T) {
	_, p := readExample(t)
	file, err := Parse("flags.yaml", []byte(head+"flags:\n  Flags.theme:\n    variations: [{id: blue, value: blue}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = Merge(p, file, DerivedSeeds("default"))
	want := []fault.Field{{
		Field:   "flags.Flags.theme.variations",
		Message: `flags.yaml:5: flags.Flags.theme.variations: variation "red" is still in use by experiment theme-for-all in production; serve another there first`,
	}}
	if diff := cmp.Diff(want, fault.As(err).Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
