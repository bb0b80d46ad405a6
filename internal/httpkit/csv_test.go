package httpkit

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func ExampleCell() {
	for _, text := range []string{`=HYPERLINK("https://example.com")`, "-5", "plain", "a=b"} {
		fmt.Println(Cell(text))
	}
	// Output:
	// '=HYPERLINK("https://example.com")
	// '-5
	// plain
	// a=b
}

// No cell begins a formula, none loses anything, and one that is no formula is as
// it was; through a CSV file too.
func FuzzCell(f *testing.F) {
	for _, seed := range []string{"", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "plain", `"=1"`, "ab\n=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsRune(text, '\r') && !strings.HasPrefix(text, "\r") {
			return // encoding/csv writes line ends in one way
		}
		cell := Cell(text)
		if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			t.Fatalf("%q became %q, a formula", text, cell)
		}
		if cell != text && cell != "'"+text {
			t.Fatalf("%q became %q", text, cell)
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		if err := w.Write([]string{cell, "end"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		row, err := csv.NewReader(&out).Read()
		if err != nil || len(row) != 2 || row[0] != strings.ReplaceAll(cell, "\r\n", "\n") {
			t.Fatalf("%q was read back as %q, %v", cell, row, err)
		}
	})
}
