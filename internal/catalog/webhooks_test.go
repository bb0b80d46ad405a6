package catalog_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// Whoever chooses by kind must be able to choose each: a new one belongs into Kinds.
func TestKindsAreAllThatTheRecordHolds(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			value, ok := n.(*ast.ValueSpec)
			if !ok || len(value.Names) != 1 || len(value.Values) != 1 || !strings.HasSuffix(value.Names[0].Name, "Kind") {
				return true
			}
			kind, ok := value.Values[0].(*ast.BasicLit)
			if selector, typed := value.Type.(*ast.SelectorExpr); !ok || !typed || selector.Sel.Name != "Kind" {
				return true
			}
			name := strings.Trim(kind.Value, `"`)
			if name == string(catalog.DeclarationKind) { // no entry is of it
				return true
			}
			if declared++; !slices.ContainsFunc(catalog.Kinds(), func(k document.Kind) bool { return string(k) == name }) {
				t.Errorf("%s declares the kind %q, which Kinds lacks", file, name)
			}
			return true
		})
	}
	if declared < 5 {
		t.Errorf("%d kinds were found: the test sees nothing", declared)
	}
}
