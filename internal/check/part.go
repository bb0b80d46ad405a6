package check

import (
	"regexp/syntax"
	"strings"
)

type partKind uint8

const (
	partOpaque partKind = iota // a pattern: only the same one is known to imply it
	partAny
	partEqual
	partPrefix
	partSuffix
	partInside
)

// part is one thing that a text is compared with.
type part struct {
	kind partKind
	text string // folded where fold is set; of an opaque part its source
	fold bool   // A to Z are alike in both cases
}

func textParts(kind partKind, all []string, fold bool) []part {
	out := make([]part, 0, len(all))
	for _, text := range all {
		out = append(out, newPart(kind, text, fold))
	}
	return out
}

func newPart(kind partKind, text string, fold bool) part {
	lower := foldText(text)
	if fold && lower == foldUpper(text) { // no letters: folding changes nothing
		fold = false
	}
	if fold {
		text = lower
	}
	return part{kind, text, fold}
}

// foldText lowers A to Z and nothing else.
func foldText(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func foldUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// implies says whether each text that fits p surely fits other.
func (p part) implies(other part) bool {
	if other.kind == partAny || p == other {
		return true
	}
	if p.kind == partOpaque || p.kind == partAny || other.kind == partOpaque || p.fold && !other.fold {
		return false
	}
	mine := p.text
	if other.fold {
		mine = foldText(mine)
	}
	return p.kind == partEqual && fits(other.kind, mine, other.text) ||
		p.kind == other.kind && fits(other.kind, mine, other.text) ||
		other.kind == partInside && strings.Contains(mine, other.text)
}

func fits(kind partKind, text, constant string) bool {
	switch kind {
	case partEqual:
		return text == constant
	case partPrefix:
		return strings.HasPrefix(text, constant)
	case partSuffix:
		return strings.HasSuffix(text, constant)
	case partInside:
		return strings.Contains(text, constant)
	}
	return true
}

// excludes says whether surely no text fits both.
func (p part) excludes(other part) bool {
	a, b := p.text, other.text
	if p.fold || other.fold {
		a, b = foldText(a), foldText(b)
	}
	switch {
	case p.kind == partEqual && other.kind >= partEqual:
		return !fits(other.kind, a, b)
	case other.kind == partEqual && p.kind >= partEqual:
		return !fits(p.kind, b, a)
	case p.kind == partPrefix && other.kind == partPrefix:
		return !strings.HasPrefix(a, b) && !strings.HasPrefix(b, a)
	case p.kind == partSuffix && other.kind == partSuffix:
		return !strings.HasSuffix(a, b) && !strings.HasSuffix(b, a)
	}
	return false
}

// globPart is a glob as the plainer comparison that it is, if it is one.
func globPart(glob string, fold bool) part {
	var literal strings.Builder
	var runs []int // where the runs stand in the literal
	escaped := false
	for _, r := range glob {
		switch {
		case escaped:
			literal.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '?':
			return opaqueGlob(glob, fold)
		case r == '*':
			if len(runs) == 0 || runs[len(runs)-1] != literal.Len() {
				runs = append(runs, literal.Len())
			}
		default:
			literal.WriteRune(r)
		}
	}
	text := literal.String()
	switch {
	case len(runs) == 0:
		return newPart(partEqual, text, fold)
	case text == "":
		return part{kind: partAny}
	case len(runs) == 1 && runs[0] == len(text):
		return newPart(partPrefix, text, fold)
	case len(runs) == 1 && runs[0] == 0:
		return newPart(partSuffix, text, fold)
	case len(runs) == 2 && runs[0] == 0 && runs[1] == len(text):
		return newPart(partInside, text, fold)
	}
	return opaqueGlob(glob, fold)
}

func opaqueGlob(glob string, fold bool) part {
	return part{kind: partOpaque, text: "glob " + glob, fold: fold}
}

// patternPart is a regular expression as the plainer comparison that it is, if
// it is one.
func patternPart(pattern string) part {
	opaque := part{kind: partOpaque, text: "matches " + pattern}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return opaque
	}
	pieces := flatten(re.Simplify())
	begin := len(pieces) > 0 && pieces[0].Op == syntax.OpBeginText
	if begin {
		pieces = pieces[1:]
	}
	end := len(pieces) > 0 && pieces[len(pieces)-1].Op == syntax.OpEndText
	if end {
		pieces = pieces[:len(pieces)-1]
	}
	// A run of anything at an open end, or inside of a closed one, opens it.
	if len(pieces) > 0 && anything(pieces[len(pieces)-1]) {
		pieces, end = pieces[:len(pieces)-1], false
	} else if !end && len(pieces) > 0 && idle(pieces[len(pieces)-1]) {
		pieces = pieces[:len(pieces)-1]
	}
	if len(pieces) > 0 && anything(pieces[0]) {
		pieces, begin = pieces[1:], false
	} else if !begin && len(pieces) > 0 && idle(pieces[0]) {
		pieces = pieces[1:]
	}
	text, plain := literals(pieces)
	switch {
	case !plain:
		return opaque
	case begin && end:
		return newPart(partEqual, text, false)
	case text == "":
		return part{kind: partAny}
	case begin:
		return newPart(partPrefix, text, false)
	case end:
		return newPart(partSuffix, text, false)
	}
	return newPart(partInside, text, false)
}

// flatten lists the pieces of a sequence.
func flatten(re *syntax.Regexp) []*syntax.Regexp {
	switch re.Op {
	case syntax.OpConcat:
		var out []*syntax.Regexp
		for _, sub := range re.Sub {
			out = append(out, flatten(sub)...)
		}
		return out
	case syntax.OpCapture:
		return flatten(re.Sub[0])
	case syntax.OpEmptyMatch:
		return nil
	}
	return []*syntax.Regexp{re}
}

// anything says whether a piece takes any run of characters.
func anything(re *syntax.Regexp) bool {
	if re.Op != syntax.OpStar {
		return false
	}
	sub := re.Sub[0]
	return sub.Op == syntax.OpAnyChar || sub.Op == syntax.OpCharClass && len(sub.Rune) == 2 && sub.Rune[0] == 0 && sub.Rune[1] >= 0x10FFFF
}

// idle says whether a piece may take nothing, so that at an open end it asks
// for nothing.
func idle(re *syntax.Regexp) bool { return re.Op == syntax.OpStar || re.Op == syntax.OpQuest }

// literals joins pieces that are plain text.
func literals(pieces []*syntax.Regexp) (text string, plain bool) {
	for _, piece := range pieces {
		if piece.Op != syntax.OpLiteral || piece.Flags&syntax.FoldCase != 0 {
			return "", false
		}
		text += string(piece.Rune)
	}
	return text, true
}
