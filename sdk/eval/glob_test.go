package eval

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzGlob compares globs with the regular expression that says the same.
func FuzzGlob(f *testing.F) {
	f.Add("*.example", "a.example", false)
	f.Add("a?c*", "aéc", true)
	f.Add("*a*b*a", "xabba", false)
	f.Add(`\*\?\\x`, `*?\x`, true)
	f.Fuzz(func(t *testing.T, pattern, s string, fold bool) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return
		}
		g, ok := parseGlob(pattern, fold)
		if !ok {
			return
		}
		if fold {
			pattern, s = foldText(pattern), foldText(s)
		}
		var want strings.Builder
		want.WriteString(`(?s)\A`)
		escaped := false
		for _, r := range pattern {
			switch {
			case !escaped && r == '\\':
				escaped = true
				continue
			case !escaped && r == '*':
				want.WriteString(".*")
			case !escaped && r == '?':
				want.WriteString(".")
			default:
				want.WriteString(regexp.QuoteMeta(string(r)))
			}
			escaped = false
		}
		want.WriteString(`\z`)
		if got := g.fits(s, fold); got != regexp.MustCompile(want.String()).MatchString(s) {
			t.Errorf("the glob %q on %q gives %v, the expression %s not", pattern, s, got, want.String())
		}
	})
}
