package archtest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A guarantee whose test was renamed or removed is a promise that nobody keeps.
func TestEveryGuaranteeNamesTestsThatAreThere(t *testing.T) {
	text, err := os.ReadFile("../../docs/guarantees.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+|test_\\w+)`").FindAllStringSubmatch(string(text), -1)
	if len(named) < 20 {
		t.Fatalf("docs/guarantees.md names %d tests only", len(named))
	}
	tests := declaredTests(t)
	for _, name := range named {
		if !tests[name[1]] {
			t.Errorf("docs/guarantees.md names %s, which is no test", name[1])
		}
	}
	for n := 1; n <= 11; n++ {
		if !strings.Contains(string(text), fmt.Sprintf("| G%d |", n)) {
			t.Errorf("docs/guarantees.md lacks G%d", n)
		}
	}
}

// declaredTests are the names of all tests of the repository, Go and Python.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^\s*(?:func|def) ((?:Test|Fuzz)[A-Z]\w+|test_\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (name == "node_modules" || name == "build" || strings.HasPrefix(name, ".") && len(name) > 2) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, "_test.go") && !(strings.HasPrefix(name, "test_") && strings.HasSuffix(name, ".py")) {
			return nil
		}
		source, err := os.ReadFile(path)
		for _, found := range declared.FindAllStringSubmatch(string(source), -1) {
			tests[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
