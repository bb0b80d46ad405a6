package document

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/fault"
)

// FuzzParse holds Parse to its word for any bytes: an error is an Invalid fault
// with at least one field, and what parses renders to a text that parses to the
// same file.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte(`{"apiVersion":"burgee/v1","flags":{"f":{"type":"json","variations":[{"id":"a","value":{"x":[1,null]}}]}}}`))
	f.Add([]byte("apiVersion: burgee/v1\nflags:\n  f: {environments: {p: {default: {serve: {a: 10, next: 90}, by: x}}}}\n---\n"))
	f.Add([]byte("apiVersion: burgee/v1\ntargetGroups: {g: {include: [1, a], when: {attr: {path: not, in: x}, all: [{}], any: [], not: {}}}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("flags.yaml", data)
		if err != nil {
			if bad := fault.As(err); bad.Kind != fault.Invalid || len(bad.Fields) == 0 {
				t.Fatalf("not a fault of the file: %v", err)
			}
			return
		}
		text := Render(file)
		again, err := Parse("flags.yaml", text)
		if err != nil {
			t.Fatalf("the rendering does not parse: %v\n%s", err, text)
		}
		if diff := cmp.Diff(file, again, sameFile); diff != "" {
			t.Fatalf("the rendering reads back another file:\n%s\n%s", diff, text)
		}
	})
}
