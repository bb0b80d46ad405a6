package importer

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

func imported(t *testing.T, product, text string, environments ...string) *Result {
	t.Helper()
	result, err := Import(product, []Input{{"export.json", []byte(text)}}, Options{Environments: environments})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func lines(r *Result) (out []string) {
	for _, l := range r.Lost {
		out = append(out, l.String())
	}
	return out
}

const flagOf = `{"key": "a", "variations": [{"value": true}, {"value": false}], "environments": {"production": {"on": true, "offVariation": 1, "fallthrough": {"variation": 0}}, "test": {"on": false, "fallthrough": {"variation": 1}}}}`

func TestWhatIsNoExportIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		product, text string
		environments  []string
		code, words   string
	}{
		"product":     {"optimizely", `{}`, nil, "product_unknown", "launchdarkly, unleash, flagd"},
		"empty":       {"flagd", " \n", []string{"production"}, "import_unreadable", "export.json is empty"},
		"broken":      {"flagd", `{"flags":`, []string{"production"}, "import_unreadable", "not valid JSON"},
		"other":       {"launchdarkly", `{"features": []}`, nil, "import_unknown", "summary=0"},
		"unleash":     {"unleash", `{"flags": {}}`, nil, "import_unknown", "neither features nor segments"},
		"flagd":       {"flagd", `{"features": []}`, []string{"production"}, "import_unknown", "no flags"},
		"nameless":    {"flagd", `{"flags": {}}`, nil, "environment_missing", "--environment"},
		"two":         {"flagd", `{"flags": {}}`, []string{"a", "b"}, "environment_missing", "--environment"},
		"environment": {"launchdarkly", flagOf, []string{"staging"}, "environment_not_found", "no environment staging; it has production, test"},
		"key":         {"launchdarkly", flagOf, []string{"test=über"}, "environment_invalid", "THEIRS=OURS"},
		"wrong type":  {"unleash", `{"features": [{"name": 7}]}`, []string{"production"}, "import_unreadable", "the export is not as it is exported"},
		"summary": {"launchdarkly", `{"items": [{"key": "a", "variations": [{"value": true}, {"value": false}], "environments": {"production": {"on": true, "_summary": {"prerequisites": 0}}}}]}`,
			nil, "import_summary", "summary=0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Import(c.product, []Input{{"export.json", []byte(c.text)}}, Options{Environments: c.environments})
			f := fault.As(err)
			if err == nil || f.Code != c.code || !strings.Contains(f.Message, c.words) {
				t.Errorf("got %v (%s), want %s with %q", err, f.Code, c.code, c.words)
			}
		})
	}
}

func TestEnvironmentsAreChosenAndRenamed(t *testing.T) {
	for _, c := range []struct{ asked, want []string }{
		{nil, []string{"production", "test"}},
		{[]string{"test"}, []string{"test"}},
		{[]string{"production", "test=staging"}, []string{"production", "staging"}},
	} {
		result := imported(t, "launchdarkly", flagOf, c.asked...)
		if got := named(result.File); !cmp.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.asked, got, c.want)
		}
	}
	text := `{"features": [{"name": "a", "type": "kill-switch"}], "featureEnvironments": [{"featureName": "a", "environment": "development", "enabled": true}],
		"featureStrategies": [{"name": "default", "featureName": "a"}], "tagTypes": []}`
	result := imported(t, "unleash", text, "development=staging")
	flag := result.File.Flags["a"]
	if c := flag.Environments["staging"]; c == nil || len(c.Rules) != 1 || *flag.Kind != "operational" {
		t.Errorf("got %+v and %v", flag, lines(result))
	}
}

func TestYAMLIsReadToo(t *testing.T) {
	result := imported(t, "flagd", "flags:\n  a:\n    state: ENABLED\n    variants: {one: 1, half: 0.5}\n    defaultVariant: half\n", "production")
	flag := result.File.Flags["a"]
	if flag.Type != "double" || flag.Environments["production"].Default.Variation != "half" || len(result.Lost) != 0 {
		t.Errorf("got %+v and %v", flag, lines(result))
	}
}

func TestKeysFit(t *testing.T) {
	result := imported(t, "flagd", `{"flags": {"größe": {"variants": {"a": 1}}, "gr e": {"variants": {"a": 1}}, "gr-e": {"variants": {"a": 1}}, "code": {"variants": {"next": "x", "zwölf": "y"}}}}`, "production")
	want := []string{"gr-e", "gr-e-2", "gr-e-3", "unnamed"}
	var got []string
	for key := range result.File.Flags {
		got = append(got, key)
	}
	slices.Sort(got)
	if !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	var ids []string
	for _, v := range result.File.Flags["unnamed"].Variations {
		ids = append(ids, v.ID)
	}
	if !cmp.Equal(ids, []string{"option-1", "zw-lf"}) {
		t.Errorf("got variations %v", ids)
	}
}

func TestSegmentsOfTwoEnvironmentsAreOneGroupWhereTheySayTheSame(t *testing.T) {
	segment := func(environment, key, member string) string {
		return `{"key": "` + key + `", "included": ["` + member + `"], "excluded": [], "rules": [], "_links": {"self": {"href": "/api/v2/segments/p/` + environment + `/` + key + `"}}}`
	}
	text := `{"items": [` + strings.Join([]string{
		segment("production", "same", "ann"), segment("test", "same", "ann"), segment("production", "other", "ann"), segment("test", "other", "bob"),
	}, ",") + `]}`
	result := imported(t, "launchdarkly", text)
	got := map[string][]string{}
	for key, g := range result.File.TargetGroups {
		got[key] = g.Include
	}
	want := map[string][]string{"same": {"ann"}, "other.production": {"ann"}, "other.test": {"bob"}}
	if !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatAProjectWouldRefuseIsTakenOutAndNamed(t *testing.T) {
	text := `{"items": [
		{"key": "a", "variations": [{"value": "x"}, {"value": "y"}], "environments": {"production": {"on": true, "offVariation": 0, "fallthrough": {"variation": 1}, "rules": [
			{"variation": 0, "description": "looks back", "clauses": [{"attribute": "email", "op": "matches", "values": ["(?<=a)b"]}]},
			{"variation": 0, "clauses": [{"attribute": "version", "op": "semVerLessThan", "values": ["new"]}]},
			{"variation": 1, "clauses": [{"attribute": "email", "op": "in", "values": ["ann@corp.example"]}]}]}}},
		{"key": "b", "variations": [{"value": true}, {"value": false}], "environments": {"production": {"on": true, "fallthrough": {"variation": 0}, "prerequisites": [{"key": "c", "variation": 0}]}}},
		{"key": "c", "variations": [{"value": true}, {"value": false}], "environments": {"production": {"on": true, "fallthrough": {"variation": 0}, "prerequisites": [{"key": "b", "variation": 0}]}}}]}`
	result := imported(t, "launchdarkly", text)
	said := strings.Join(lines(result), "\n")
	for _, words := range []string{
		"a in production: rule 1 (looks back) is left out:", "a in production: rule 2 is left out: \"new\" is no version", "nothing of it is carried over, programs serve their own default: a cycle",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("missing %q in\n%s", words, said)
		}
	}
	if rules := result.File.Flags["a"].Environments["production"].Rules; len(rules) != 1 || rules[0].Serve.Variation != "y" {
		t.Errorf("got rules %+v", rules)
	}
}

func TestSharesSumToTheWhole(t *testing.T) {
	for _, c := range []struct {
		weights []float64
		want    []int
	}{
		{[]float64{1, 1, 1}, []int{333_333, 333_333, 333_334}},
		{[]float64{20_000, 50_000, 30_000}, []int{200_000, 500_000, 300_000}},
		{[]float64{0, 7}, []int{1_000_000}},
		{[]float64{-5, 5}, []int{1_000_000}},
		{[]float64{0.1, 99.9}, []int{1_000, 999_000}},
		{nil, nil},
		{[]float64{0, 0}, nil},
	} {
		var parts []part
		for i, w := range c.weights {
			parts = append(parts, part{string(rune('a' + i)), w})
		}
		var got []int
		for _, s := range shares(parts) {
			got = append(got, s.PPM)
		}
		if !cmp.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.weights, got, c.want)
		}
	}
}

func TestAConditionIsAMapping(t *testing.T) {
	when := tidy(document.Condition{
		clause("age", "ge", quoted("1")), clause("age", "lt", quoted("2")), clause("age", "lt", quoted("3")),
		allOf(document.Condition{clause("plan", "in", quoted("pro")), not(exists("x"))}), not(exists("y")),
	})
	seen := map[string]bool{}
	for _, term := range when {
		key := string(term.Kind) + term.Path
		if seen[key] {
			t.Errorf("%s stands twice in %+v", key, when)
		}
		seen[key] = true
	}
	if len(when) != 4 || len(when[0].Tests) != 2 || len(when[3].Conditions) != 2 {
		t.Errorf("got %+v", when)
	}
}

// FuzzImport checks that whatever is read ends in an error, or in a file that applies.
func FuzzImport(f *testing.F) {
	for _, product := range Products() {
		examples, err := filepath.Glob("../../e2e/importers/" + product + "*.json")
		if err != nil {
			f.Fatal(err)
		}
		for _, example := range examples {
			text, err := os.ReadFile(example)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(product, text)
		}
	}
	f.Add("unleash", []byte(`{"features": [{"name": "a", "enabled": true, "strategies": [{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "random"},
		"constraints": [{"contextName": "userId", "operator": "NOT_IN", "values": ["x"]}], "segments": [1]}], "variants": [{"name": "v", "weight": 1000}]}],
		"segments": [{"id": 1, "name": "s", "constraints": [{"contextName": "n", "operator": "NUM_GT", "value": "5", "inverted": true}]}]}`))
	f.Add("launchdarkly", []byte(flagOf))
	f.Add("flagd", []byte(`{"flags": {"a": {"variants": {"true": true, "false": false}, "targeting": {"$ref": "e"}}}, "$evaluators": {"e": {"$ref": "e"}}}`))
	f.Fuzz(func(t *testing.T, product string, text []byte) {
		result, err := Import(product, []Input{{"export", text}}, Options{Environments: []string{"production"}})
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatalf("an error that is ours: %v", err)
			}
			return
		}
		if err := sound(result.File); err != nil {
			t.Fatalf("the file does not apply: %v\n%s", err, document.Render(result.File))
		}
	})
}

// What a rollout names as its share and is no number deals nobody in, and a rule that
// is taken out is told by its id where others before it are gone.
func TestAShareThatIsNoNumberDealsNobodyIn(t *testing.T) {
	result := imported(t, "unleash", `{"features": [{"name": "f"}], "featureEnvironments": [{"featureName": "f", "environment": "production", "enabled": true}], "featureStrategies": [
		{"id": "s1", "featureName": "f", "name": "flexibleRollout", "parameters": {"rollout": "inf"}},
		{"id": "s2", "featureName": "f", "name": "flexibleRollout", "parameters": {"rollout": "NaN"}},
		{"id": "s3", "featureName": "f", "name": "default", "constraints": [{"contextName": "email", "operator": "REGEX", "value": "(?<=a)b"}]}]}`)
	said := strings.Join(lines(result), "\n")
	for _, words := range []string{
		"strategy 1 (flexibleRollout) is left out: it deals 0 % in", "strategy 2 (flexibleRollout) is left out: it deals 0 % in", "(s3) is left out: ",
	} {
		if !strings.Contains(said, words) {
			t.Errorf("missing %q in\n%s", words, said)
		}
	}
	if c := result.File.Flags["f"].Environments["production"]; len(c.Rules) != 0 || c.Default.Variation != "false" {
		t.Errorf("got %+v", c)
	}
}
