package document

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"burgee.dev/burgee/sdk/ruleset"
)

// sameFile compares what files say, not where they say it.
var sameFile = cmpopts.IgnoreUnexported(File{})

func TestWhatIsRenderedParsesBackToTheSameFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := genFile(t)
		for form, text := range map[string][]byte{"YAML": Render(file), "JSON": RenderJSON(file)} {
			got, err := Parse("flags.yaml", text)
			if err != nil {
				t.Fatalf("%s does not parse: %v\n%s", form, err, text)
			}
			if diff := cmp.Diff(file, got, sameFile); diff != "" {
				t.Fatalf("%s reads back another file (-want +got):\n%s\n%s", form, diff, text)
			}
			if again := Render(got); form == "YAML" && string(again) != string(text) {
				t.Fatalf("a second rendering differs:\n%s\n---\n%s", text, again)
			}
		}
	})
}

func genFile(t *rapid.T) *File {
	f := &File{Project: genKey(t, "project")}
	if rapid.Bool().Draw(t, "revision?") {
		f.Revision = map[string]int64{genKey(t, "environment"): rapid.Int64Range(0, 1<<50).Draw(t, "revision")}
	}
	f.Attributes = genMap(t, "attributes", genText, genAttribute)
	f.TargetGroups = genMap(t, "groups", genKey, genGroup)
	f.Flags = genMap(t, "flags", genKey, genFlag)
	f.Experiments = genMap(t, "experiments", genKey, genExperiment)
	return f
}

// genMap makes a map of up to two entries; nil stands for an absent section.
func genMap[T any](t *rapid.T, name string, key func(*rapid.T, string) string, value func(*rapid.T) T) map[string]T {
	if rapid.Bool().Draw(t, name+"?") {
		return nil
	}
	out := map[string]T{}
	for range rapid.IntRange(0, 2).Draw(t, name) {
		out[key(t, name)] = value(t)
	}
	return out
}

func genKey(t *rapid.T, name string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"true", "false", "on", "null", "1", "1.10", "007", "1e5", "v1", "all", "not", "serve"}),
		rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9._-]{0,12}`),
	).Draw(t, name)
}

// genText makes texts that tempt a YAML reader; never empty.
func genText(t *rapid.T, name string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"true", "null", "~", "1.10", "-", "- a", "a: b", "a #b", "#", "é 日本 😀", "\n", "a\nb\n", "\t", " lead", "trail ",
			"'", `"`, `\`, "{", "[x]", "&a", "*a", "!t", "%d", "@x", "`", "|", ">", "?", ": ", "2027-03-31", "12:30", "0x10", "1_000", "+5", ".5", "yes", "N",
			"\u0085", "\u2028", "\u007f", "\ufeff", "\x01", "<b>&", "---", "...", "<<", "=", "a,b"}),
		rapid.Map(rapid.StringN(1, 20, 60), func(s string) string { return strings.ReplaceAll(s, "\x00", "\x01") }), // which no text may hold
	).Draw(t, name)
}

func genOptional(t *rapid.T, name string) *string {
	if rapid.Bool().Draw(t, name+"?") {
		return nil
	}
	text := rapid.OneOf(rapid.Just(""), rapid.Custom(func(t *rapid.T) string { return genText(t, name) })).Draw(t, name)
	return &text
}

func genScalar(t *rapid.T) json.RawMessage {
	return rapid.OneOf(
		rapid.SampledFrom([]json.RawMessage{json.RawMessage("true"), json.RawMessage("false"), json.RawMessage("0"), json.RawMessage("-1.50"), json.RawMessage("1e5")}),
		rapid.Custom(func(t *rapid.T) json.RawMessage { return appendText(nil, genText(t, "scalar")) }),
	).Draw(t, "value")
}

func genValue(t *rapid.T) json.RawMessage {
	if rapid.Bool().Draw(t, "scalar?") {
		return genScalar(t)
	}
	n := &node{kind: mapKind}
	for i := range rapid.IntRange(0, 3).Draw(t, "fields") {
		n.put(genText(t, "key")+strconv.Itoa(i), listNode(rawNode(genScalar(t)), &node{kind: nullKind}))
	}
	return n.json()
}

func genAttribute(t *rapid.T) Attribute {
	a := Attribute{Type: rapid.SampledFrom(append([]string{""}, attributeTypes...)).Draw(t, "type")}
	a.Privacy = rapid.SampledFrom(append([]string{""}, attributePrivacy...)).Draw(t, "privacy")
	for range rapid.IntRange(0, 2).Draw(t, "values") {
		a.Values = append(a.Values, genScalar(t))
	}
	return a
}

func genGroup(t *rapid.T) TargetGroup {
	g := TargetGroup{When: genWhen(t), By: rapid.SampledFrom([]string{"", "targetingKey", "device.key"}).Draw(t, "by")}
	for range rapid.IntRange(0, 2).Draw(t, "include") {
		g.Include = append(g.Include, genText(t, "unit"))
	}
	return g
}

func genFlag(t *rapid.T) Flag {
	f := Flag{Description: genOptional(t, "description"), Owner: genOptional(t, "owner"), Expires: genOptional(t, "expires"), KeepUntil: genOptional(t, "keepUntil"), Seed: genOptional(t, "seed")}
	f.Type = rapid.SampledFrom([]ruleset.Type{"", ruleset.Boolean, ruleset.JSON}).Draw(t, "type")
	if rapid.Bool().Draw(t, "tags?") {
		f.Tags = []string{}
		for range rapid.IntRange(0, 2).Draw(t, "tags") {
			f.Tags = append(f.Tags, genText(t, "tag"))
		}
	}
	if rapid.Bool().Draw(t, "client?") {
		client := rapid.Bool().Draw(t, "client")
		f.Client = &client
	}
	if rapid.Bool().Draw(t, "variations?") {
		f.Variations = []Variation{}
		for range rapid.IntRange(0, 3).Draw(t, "variations") {
			f.Variations = append(f.Variations, Variation{ID: genKey(t, "id"), Value: genValue(t), Name: genText(t, "name")})
		}
	}
	f.Environments = genMap(t, "environments", genKey, genConfiguration)
	return f
}

func genConfiguration(t *rapid.T) *Configuration {
	c := &Configuration{Enabled: rapid.Bool().Draw(t, "enabled"), Default: genServe(t, Code)}
	c.Off = rapid.SampledFrom([]string{"", "code", "true", "off"}).Draw(t, "off")
	for range rapid.IntRange(0, 2).Draw(t, "prerequisites") {
		c.Prerequisites = append(c.Prerequisites, genPrerequisite(t))
	}
	if rapid.Bool().Draw(t, "targets?") {
		c.Targets = map[string]map[string]string{genText(t, "path"): {genText(t, "unit"): genKey(t, "variation")}}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "rules") {
		r := Rule{When: genWhen(t), Serve: genServe(t, "true")}
		if rapid.Bool().Draw(t, "id?") {
			r.ID, r.Name = fmt.Sprintf("r%d", i), genText(t, "name")
		}
		c.Rules = append(c.Rules, r)
	}
	return c
}

func genPrerequisite(t *rapid.T) Prerequisite {
	p := Prerequisite{Flag: genKey(t, "flag"), Variations: []string{}}
	for range rapid.IntRange(1, 3).Draw(t, "variations") {
		p.Variations = append(p.Variations, genKey(t, "variation"))
	}
	return p
}

func genServe(t *rapid.T, fixed string) Serve {
	if rapid.Bool().Draw(t, "fixed?") {
		return Serve{Variation: fixed}
	}
	first := rapid.IntRange(0, ruleset.Whole).Draw(t, "share")
	s := Serve{
		Shares: []Share{{To: genKey(t, "to") + "a", PPM: first}, {To: Next, PPM: ruleset.Whole - first}},
		By:     rapid.SampledFrom([]string{"", "organization.key", "1"}).Draw(t, "by"),
		Seed:   genOptional(t, "seed"),
	}
	if first > 0 && first < ruleset.Whole && rapid.Bool().Draw(t, "table?") {
		s.Table = layout(s.Shares)
	}
	return s
}

func genExperiment(t *rapid.T) Experiment {
	x := Experiment{Environment: genKey(t, "environment"), State: Running, Order: rapid.IntRange(-5, 200).Draw(t, "order"), When: genWhen(t), Seed: genOptional(t, "seed")}
	if rapid.Bool().Draw(t, "serve?") {
		x.Serve = map[string]string{genKey(t, "flag"): genKey(t, "variation")}
		return x
	}
	first := rapid.IntRange(0, ruleset.Whole).Draw(t, "share")
	x.Arms = []Arm{
		{Name: "arm" + genKey(t, "arm"), PPM: first, Flags: map[string]string{genKey(t, "flag"): genKey(t, "variation")}},
		{Next: true, PPM: ruleset.Whole - first},
	}
	return x
}

func genWhen(t *rapid.T) Condition {
	if rapid.Bool().Draw(t, "everyone?") {
		return nil
	}
	return genCondition(t, 2)
}

func genCondition(t *rapid.T, depth int) Condition {
	c, seen := Condition{}, map[string]bool{}
	for range rapid.IntRange(0, 3).Draw(t, "lines") {
		if term := genTerm(t, depth); !seen[term.key()] {
			seen[term.key()] = true
			c = append(c, term)
		}
	}
	return c
}

func genTerm(t *rapid.T, depth int) Term {
	switch kind := rapid.SampledFrom([]TermKind{Clause, Clause, Group, OnFlag, All, Any, Not}).Draw(t, "kind"); {
	case kind == Group:
		return Term{Kind: Group, Groups: []string{genKey(t, "group")}}
	case kind == OnFlag:
		return Term{Kind: OnFlag, Flags: []Prerequisite{genPrerequisite(t)}}
	case kind == Not && depth > 0:
		return Term{Kind: Not, Conditions: []Condition{genCondition(t, depth-1)}}
	case (kind == All || kind == Any) && depth > 0:
		term := Term{Kind: kind, Conditions: []Condition{}}
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			term.Conditions = append(term.Conditions, genCondition(t, depth-1))
		}
		return term
	}
	return genClause(t)
}

func genClause(t *rapid.T) Term {
	term := Term{Kind: Clause, Path: genText(t, "path")}
	if rapid.Bool().Draw(t, "reserved?") {
		term.Path = rapid.SampledFrom([]string{"all", "group", "attr", "not"}).Draw(t, "reserved")
	}
	raw := func(text string) []json.RawMessage { return []json.RawMessage{json.RawMessage(text)} }
	term.Tests = [][]Test{
		{{Op: ruleset.OpIn, Values: []json.RawMessage{genScalar(t)}}},
		{{Op: ruleset.OpIn, Values: []json.RawMessage{genScalar(t), genScalar(t)}}},
		{{Op: ruleset.OpVerGe, Values: raw(`"1.10"`)}},
		{{Op: ruleset.OpExists}},
		{{Op: ruleset.OpGe, Values: raw("18")}, {Op: ruleset.OpLt, Values: raw("65.50")}},
		{{Op: ruleset.OpBetween, Values: append(raw("1"), raw("2")...)}},
		{{Op: ruleset.OpAfter, Values: raw(`"2027-03-31T08:00:00Z"`)}},
		{{Op: ruleset.OpStartsWith, Values: []json.RawMessage{appendText(nil, genText(t, "prefix"))}}},
	}[rapid.IntRange(0, 7).Draw(t, "test")]
	term.IgnoreCase = ruleset.AllowsIgnoreCase(term.Tests[0].Op) && rapid.Bool().Draw(t, "ignoreCase")
	return term
}
