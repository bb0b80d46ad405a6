package conformance

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every test that the reference names for a requirement is there.
func TestTheReferenceNamesTestsThatExist(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/openfeature.md")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, file := range []string{"go_test.go", "conformance.py"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	named := regexp.MustCompile(`\b(go[A-Z]\w+|test_\w+)\b`).FindAllString(string(page), -1)
	if len(named) < 20 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, name := range named {
		if !strings.Contains(code.String(), "func "+name+"(") && !strings.Contains(code.String(), "def "+name+"(") {
			t.Errorf("%s is nowhere", name)
		}
	}
}
