package ruleset

import (
	"regexp"
	"strings"
	"testing"
)

func TestCanonicalPattern(t *testing.T) {
	tests := []struct{ name, author, want string }{
		{"a plain word stays", "beta", "beta"},
		{"punctuation is escaped", `a.b\.c`, `a[^\x{A}]b\.c`},
		{"the caret is the beginning of the text", "^a$", `\Aa\z`},
		{"digits become a range", `\d+`, "[0-9]+"},
		{"word characters become ranges", `\w`, "[0-9A-Z_a-z]"},
		{"space characters become ranges", `\s`, `[\x{9}-\x{A}\x{C}-\x{D} ]`},
		{"a class of POSIX becomes a range", "[[:digit:]]", "[0-9]"},
		{"ignoring case becomes pairs", "(?i)ab1", "[Aa][Bb]1"},
		{"ignoring case does not add the Kelvin sign", "(?i)k", "[Kk]"},
		{"ignoring case in a class does not add the long s", "(?i)[ks]", "[KSks]"},
		{"a negated class stays negated", "[^/]+", `[^\/]+`},
		{"a group does not capture", "(ab)+", "(?:ab)+"},
		{"alternatives", "cat|dog", "cat|dog"},
		{"alternatives in a sequence are grouped", "x(?:cat|dog)y", "x(?:cat|dog)y"},
		{"counted repeats", "a{2}b{1,3}c{4,}", "a{2}b{1,3}c{4,}"},
		{"a quoted part", `\Qa.b\E`, `a\.b`},
		{"letters beyond ASCII stay", "é|日本", "é|日本"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CanonicalPattern(tt.author)
			if err != nil || got != tt.want {
				t.Fatalf("CanonicalPattern(%q) = %q, %v; want %q", tt.author, got, err, tt.want)
			}
			again, err := CanonicalPattern(got)
			if err != nil || again != got {
				t.Errorf("the canonical form %q is not canonical: %q, %v", got, again, err)
			}
		})
	}
}

func TestCanonicalPatternRefuses(t *testing.T) {
	tests := []struct{ name, author, says string }{
		{"word boundaries", `\bbeta\b`, `\b`},
		{"Unicode classes", `\pL+`, `\p`},
		{"negated Unicode classes", `\PL`, `\p`},
		{"lazy repeats", "a*?", "lazy"},
		{"look-ahead", "a(?=b)", "look-around"},
		{"back-references", `(a)\1`, "back-reference"},
		{"nested endless repeats", "(?:a+)+", "inside another"},
		{"three endless repeats", "a*b*c*", "at most 2"},
		{"long repeats", "a{101}", "more than 100"},
		{"several lines", "(?m)^a", "(?m)"},
		{"other letters without case", "(?i)é", "both cases"},
		{"a pattern that is too long", strings.Repeat("ab", 129), "256"},
		{"an unclosed group", "(a", "missing closing )"},
		{"broken text", "\xff", "UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CanonicalPattern(tt.author)
			if err == nil {
				t.Fatalf("CanonicalPattern(%q) = %q, want a refusal", tt.author, got)
			}
			if !strings.Contains(err.Error(), tt.says) {
				t.Errorf("CanonicalPattern(%q) says %q, which does not mention %q", tt.author, err, tt.says)
			}
		})
	}
}

func FuzzCanonicalPattern(f *testing.F) {
	for _, seed := range []string{"a|b", "^x{2,3}$", "(?i)[a-k]+", `\d\s\w`, "[^a-z]", "(a(b)?c)*", `\Q..\E`, "(?s).+"} {
		f.Add(seed, "abc K1 x")
	}
	f.Fuzz(func(t *testing.T, author, subject string) {
		canonical, err := CanonicalPattern(author)
		if err != nil {
			return
		}
		compiled, err := regexp.Compile(canonical)
		if err != nil {
			t.Fatalf("the canonical form %q of %q does not compile: %v", canonical, author, err)
		}
		again, err := CanonicalPattern(canonical)
		if err == nil && regexp.MustCompile(again).MatchString(subject) != compiled.MatchString(subject) {
			t.Errorf("%q and its canonical form %q differ on %q", canonical, again, subject)
		}
		if strings.Contains(author, "(?") { // ignoring case folds ASCII only, which Go does not
			return
		}
		if got, want := compiled.MatchString(subject), regexp.MustCompile(author).MatchString(subject); got != want {
			t.Errorf("%q matches %q: %v, its canonical form %q: %v", author, subject, want, canonical, got)
		}
	})
}
