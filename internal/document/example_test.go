package document

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// readExample returns the file of the format's documentation, and its project.
func readExample(t *testing.T) (*File, *Project) {
	t.Helper()
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	file, err := Parse("flags.yaml", text)
	if err != nil {
		t.Fatalf("the documented example does not parse: %v", err)
	}
	p, _, err := Merge(NewProject("default", "production", "development"), file, DerivedSeeds("default"))
	if err != nil {
		t.Fatalf("the documented example does not merge: %v", err)
	}
	return file, p
}

func TestTheDocumentedExampleRoundTrips(t *testing.T) {
	file, _ := readExample(t)
	for form, text := range map[string][]byte{"YAML": Render(file), "JSON": RenderJSON(file)} {
		again, err := Parse("flags.yaml", text)
		if err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		if diff := cmp.Diff(file, again, sameFile); diff != "" {
			t.Errorf("%s reads back another file (-want +got):\n%s", form, diff)
		}
	}
}

func TestTheExportOfTheExampleReadsAsDocumented(t *testing.T) {
	_, p := readExample(t)
	got := Render(p.Export(map[string]int64{"production": 812}))
	if *update {
		if err := os.WriteFile("testdata/export.yaml", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/export.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("export (-want +got):\n%s", diff)
	}
}

func TestApplyingAnExportChangesNothing(t *testing.T) {
	_, p := readExample(t)
	file, err := Parse("export.yaml", Render(p.Export(map[string]int64{"production": 812, "development": 3})))
	if err != nil {
		t.Fatal(err)
	}
	_, changes, err := Merge(p, file, DerivedSeeds("other"))
	if err != nil {
		t.Fatal(err)
	}
	if len(changes) > 0 {
		t.Errorf("got changes %s %s, want none", changes[0].Before, changes[0].After)
	}
}

func TestPositionsAreThoseOfTheFile(t *testing.T) {
	file, _ := readExample(t)
	for path, want := range map[string]string{
		"flags.Flags.theme.type": "flags.yaml:18",
		"flags.Flags.isHoliday.environments.production.rules[0].when.app.version":         "flags.yaml:43",
		"flags.Flags.isHoliday.environments.production.rules[1].serve":                    "flags.yaml:47",
		"flags.Flags.isHoliday.environments.production.rules[1].serve.true.no.such.thing": "flags.yaml:47",
		"experiments.holiday-launch.arms[2]":                                              "flags.yaml:64",
	} {
		if got := file.Pos(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
