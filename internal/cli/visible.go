package cli

import (
	"fmt"
	"strings"
	"unicode"
)

// visible shows characters that would move the cursor, paint, or turn the reading
// direction of a terminal around. Names and comments are other people's.
func visible(text string) string {
	return shown(text, func(r rune) bool { return r == '\n' || r == '\t' })
}

// oneLine is visible for a cell of a table, which no text may break.
func oneLine(text string) string { return shown(text, func(rune) bool { return false }) }

func shown(text string, stays func(rune) bool) string {
	odd := func(r rune) bool { return (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) && !stays(r) }
	if !strings.ContainsFunc(text, odd) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if odd(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.String()
}
