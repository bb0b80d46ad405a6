package document_test

import (
	"testing"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

func TestAValueIsReadAsDocumentsAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		`{country: DE}`:                `{"country":"DE"}`,
		`{"country":["DE","FR"]}`:      `{"country":["DE","FR"]}`,
		"rules: []\ndefault: false\n":  `{"rules":[],"default":false}`,
		`{true: 25, next: 75}`:         `{"true":25,"next":75}`,
		`code`:                         `"code"`,
		`{app.version: {ver_ge: "2"}}`: `{"app.version":{"ver_ge":"2"}}`,
	} {
		got, err := document.JSONOf("--when", []byte(text))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"{country: DE", "a: 1\n---\nb: 2\n", ""} {
		if got, err := document.JSONOf("--when", []byte(text)); !fault.IsKind(err, fault.Invalid) {
			t.Errorf("%q: got %s %v", text, got, err)
		}
	}
}
