package refs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func found(places []Place) []string {
	list := []string{}
	for _, p := range places {
		list = append(list, fmt.Sprintf("%s:%d %s by %s", p.File, p.Line, p.Flag, p.How))
	}
	return list
}

func TestALineNamesFlagsByKeyOrByName(t *testing.T) {
	keys := []string{"Flags.isHoliday", "Flags.urlCheck", "api.limit", "api.limit.max", "isHoliday2", "web-banner", "old.flag"}
	for _, tt := range []struct{ line, want string }{
		{`client.get("Flags.isHoliday", false)`, "Flags.isHoliday by key"},
		{`Flags.isHoliday.is_enabled()`, "Flags.isHoliday by key"},
		{`x.Flags.isHoliday`, "Flags.isHoliday by key"},
		{`flags.isHoliday.is_enabled()`, "Flags.isHoliday by name"},
		{`if flags.IsHoliday.Enabled(ctx) {`, "Flags.isHoliday by name"},
		{`self.isHoliday = burgee.Flag(False)`, "Flags.isHoliday by name"},
		{`    isHoliday = burgee.Flag(False)`, "Flags.isHoliday by name"},
		{`	IsHoliday burgee.Bool`, "Flags.isHoliday by name"},
		{`	URLCheck burgee.Bool`, "Flags.urlCheck by name"},
		{`	IsHoliday burgee.Bool // Flags.isHoliday`, "Flags.isHoliday by key"},
		{`x = burgee.Flag(True)`, ""},
		{`isHoliday = True`, ""},
		{`"Flags.isHoliday-2"`, ""},
		{`"Flags.isHolidays"`, ""},
		{`"MyFlags.isHoliday"`, "Flags.isHoliday by name"},
		{`limit("api.limit"), limit("api.limit.max")`, "api.limit by key, api.limit.max by key"},
		{`"api.limit.max"`, "api.limit.max by key"},
		{`isHoliday2 || isHoliday2`, "isHoliday2 by key"},
		{`'web-banner'`, "web-banner by key"},
		{`web.banner`, ""},
		{`日本"Flags.isHoliday"`, "Flags.isHoliday by key"},
		{`....`, ""},
	} {
		var got []string
		for _, h := range newMatcher(keys).line(tt.line) {
			got = append(got, h.key+" by "+h.how)
		}
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%s: got %q, want %q", tt.line, strings.Join(got, ", "), tt.want)
		}
	}
}

func TestOnlyWhatPeopleWroteIsRead(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	const use = "a\nflag(\"a.b\")\n"
	tree := fstest.MapFS{
		"main.go": file(use), "lib/x.py": file(use), "lib/deep/y.ts": file(use),
		".git/x": file(use), ".env": file(use), "node_modules/p/i.js": file(use), "lib/__pycache__/x": file(use),
		"picture.png": file("\x89PNG\x00" + use), "latin1.txt": file("\xe9" + use), "large.json": file(use + strings.Repeat(" ", maxFile)),
		"flags.yaml": file("apiVersion: burgee/v1\nflags:\n  a.b: {type: boolean}\n"), "flags.json": file(`{
  "apiVersion": "burgee/v1", "flags": {"a.b": {}}}`),
		"minified.js": file(strings.Repeat("x ", maxLine) + use),
	}
	result, err := Scan(tree, []string{"a.b"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"lib/deep/y.ts:2 a.b by key", "lib/x.py:2 a.b by key", "main.go:2 a.b by key", "minified.js:2 a.b by key"}
	if got := found(result.Places); !slices.Equal(got, want) || result.Files != 4 {
		t.Errorf("%d files: %q, want %q", result.Files, got, want)
	}
}

// The project's own programs are found out as people would read them.
// The project's own examples and tests are a repository as any other.
func TestThePlacesInTheProject(t *testing.T) {
	for folder, wanted := range map[string][]string{
		"../../examples": {"calendar-go/main.go", "calendar-flask/app.py", "calendar-flask/test_calendar.py"},
		"../../e2e":      {"browser/story.test.mjs", "documents.txtar", "fuzz_test.go"},
		"../../python":   {"tests/test_flags.py", "tests/test_rox.py"},
	} {
		result, err := Scan(os.DirFS(folder), []string{"Flags.isHoliday", "Nobody.namesThis"})
		if err != nil {
			t.Fatal(err)
		}
		got := found(result.Places)
		for _, want := range wanted {
			if !slices.ContainsFunc(got, func(place string) bool { return strings.HasPrefix(place, want) }) {
				t.Errorf("nothing was found in %s/%s; found: %q", folder, want, got)
			}
		}
		for _, p := range result.Places {
			// A long line is told by its beginning.
			if named := strings.Contains(strings.ToLower(p.Text), "isholiday") || strings.HasSuffix(p.Text, "…"); p.Flag != "Flags.isHoliday" || !named {
				t.Errorf("%s: %+v names no flag", folder, p)
			}
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, seed := range []string{"", "Flags.isHoliday", "..a..b", "flags.IsHoliday.x"} {
		f.Add(seed)
	}
	m := newMatcher([]string{"Flags.isHoliday", "a", "a.b"})
	f.Fuzz(func(t *testing.T, line string) {
		for _, h := range m.line(line) {
			if h.how == ByKey && !strings.Contains(line, h.key) {
				t.Errorf("%q does not name %s", line, h.key)
			}
		}
	})
}
