package eval

import "unicode/utf8"

// glob is a parsed pattern: '*' any run, '?' one code point, '\' escapes.
type glob struct{ tokens []globToken }

type globToken struct {
	kind globKind
	char rune
}

type globKind uint8

const (
	globChar globKind = iota
	globAny           // one code point
	globRun           // any run
)

// parseGlob reads a pattern; ok is false when it ends in a lone backslash.
func parseGlob(pattern string) (g glob, ok bool) {
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			g.tokens = append(g.tokens, globToken{globChar, r})
			escaped = false
		case r == '\\':
			escaped = true
		case r == '*':
			if n := len(g.tokens); n == 0 || g.tokens[n-1].kind != globRun {
				g.tokens = append(g.tokens, globToken{kind: globRun})
			}
		case r == '?':
			g.tokens = append(g.tokens, globToken{kind: globAny})
		default:
			g.tokens = append(g.tokens, globToken{globChar, r})
		}
	}
	return g, !escaped
}

// match reports whether the whole text fits. It goes back only to the last
// star, so that no pattern can be made slow on purpose: time is at most
// proportional to the product of both lengths.
func (g *glob) match(s string, fold bool) bool {
	token, at := 0, 0
	star, retry := -1, 0
	for at < len(s) {
		r, size := utf8.DecodeRuneInString(s[at:])
		if fold && 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		if token < len(g.tokens) {
			t := g.tokens[token]
			if t.kind == globRun {
				star, retry = token, at
				token++
				continue
			}
			if t.kind == globAny || t.char == r {
				token, at = token+1, at+size
				continue
			}
		}
		if star < 0 {
			return false
		}
		_, size = utf8.DecodeRuneInString(s[retry:])
		retry += size
		token, at = star+1, retry
	}
	for token < len(g.tokens) && g.tokens[token].kind == globRun {
		token++
	}
	return token == len(g.tokens)
}
