package eval

import (
	"strings"
	"unicode/utf8"
)

// foldByte lowers A to Z and nothing else.
func foldByte(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}

func foldText(s string) string {
	upper := false
	for i := range len(s) {
		upper = upper || s[i] != foldByte(s[i])
	}
	if !upper {
		return s
	}
	folded := []byte(s)
	for i, c := range folded {
		folded[i] = foldByte(c)
	}
	return string(folded)
}

// equalFold says whether s, folded, is the folded text.
func equalFold(s, folded string) bool {
	if len(s) != len(folded) {
		return false
	}
	for i := range len(s) {
		if foldByte(s[i]) != folded[i] {
			return false
		}
	}
	return true
}

func containsFold(s, folded string) bool {
	for i := 0; i+len(folded) <= len(s); i++ {
		if equalFold(s[i:i+len(folded)], folded) {
			return true
		}
	}
	return false
}

// textFits is starts_with, ends_with and contains.
func textFits(op opcode, s, part string, fold bool) bool {
	if len(part) > len(s) {
		return false
	}
	switch {
	case op == opStartsWith && fold:
		return equalFold(s[:len(part)], part)
	case op == opStartsWith:
		return s[:len(part)] == part
	case op == opEndsWith && fold:
		return equalFold(s[len(s)-len(part):], part)
	case op == opEndsWith:
		return s[len(s)-len(part):] == part
	case fold:
		return containsFold(s, part)
	}
	return strings.Contains(s, part)
}

// glob is a pattern for a whole string, as runes.
type glob []globToken

type globToken struct {
	kind globKind
	char rune
}

type globKind uint8

const (
	globLiteral globKind = iota
	globOne
	globRun
)

func parseGlob(pattern string, fold bool) (glob, bool) {
	var g glob
	escaped := false
	for _, r := range pattern {
		if fold && r < utf8.RuneSelf {
			r = rune(foldByte(byte(r)))
		}
		switch {
		case escaped:
			g, escaped = append(g, globToken{globLiteral, r}), false
		case r == '\\':
			escaped = true
		case r == '?':
			g = append(g, globToken{kind: globOne})
		case r != '*':
			g = append(g, globToken{globLiteral, r})
		case len(g) == 0 || g[len(g)-1].kind != globRun:
			g = append(g, globToken{kind: globRun})
		}
	}
	return g, !escaped
}

// fits matches without recursion: on a mismatch the last run takes one more
// character, which is always enough.
func (g glob) fits(s string, fold bool) bool {
	at, pos := 0, 0
	run, runPos := -1, 0
	for pos < len(s) {
		r, size := utf8.DecodeRuneInString(s[pos:])
		if fold && r < utf8.RuneSelf {
			r = rune(foldByte(byte(r)))
		}
		switch {
		case at < len(g) && g[at].kind == globRun:
			run, runPos = at, pos
			at++
			continue
		case at < len(g) && (g[at].kind == globOne || g[at].char == r):
			at++
			pos += size
			continue
		case run < 0:
			return false
		}
		_, skipped := utf8.DecodeRuneInString(s[runPos:])
		runPos += skipped
		at, pos = run+1, runPos
	}
	for at < len(g) && g[at].kind == globRun {
		at++
	}
	return at == len(g)
}
