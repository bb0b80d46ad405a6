package ruleset

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxRepeat    = 100
	maxUnbounded = 2
)

// CanonicalPattern rewrites a regular expression in the small form that every
// engine reads alike: escaped literals, explicit ranges, (?:…), |, repeats up to
// 100, \A and \z. What has no such form is refused, with the reason.
func CanonicalPattern(author string) (canonical string, err error) {
	if !utf8.ValidString(author) {
		return "", errors.New("the pattern is not UTF-8 text")
	}
	if err := refuseUnicodeClass(author); err != nil {
		return "", err
	}
	tree, err := syntax.Parse(author, syntax.Perl)
	if err != nil {
		return "", parseFault(err)
	}
	w := patternWriter{}
	w.write(tree, false)
	if w.err != nil {
		return "", w.err
	}
	if w.unbounded > maxUnbounded {
		return "", fmt.Errorf("the pattern has %d repeats without an end (such as * or +); at most %d are allowed", w.unbounded, maxUnbounded)
	}
	if n := w.out.Len(); n > MaxPatternBytes {
		return "", fmt.Errorf("the pattern takes %d bytes in its canonical form; at most %d are allowed", n, MaxPatternBytes)
	}
	return w.out.String(), nil
}

// parseFault says what the parser met, without naming Go.
func parseFault(err error) error {
	var fault *syntax.Error
	if !errors.As(err, &fault) {
		return err
	}
	what := string(fault.Code)
	if fault.Code == syntax.ErrInvalidPerlOp {
		what = "look-around, conditions and named references cannot be used"
	}
	if fault.Code == syntax.ErrInvalidEscape {
		what = "this escape (a back-reference, perhaps) cannot be used"
	}
	return fmt.Errorf("%s: %q", what, fault.Expr)
}

// refuseUnicodeClass finds \p and \P: their tables differ between languages and
// their versions.
func refuseUnicodeClass(author string) error {
	for i := 0; i+1 < len(author); i++ {
		if author[i] != '\\' {
			continue
		}
		i++
		switch author[i] {
		case 'p', 'P':
			return errors.New(`\p and \P stand for other characters in each language; write the ranges out`)
		case 'Q':
			end := strings.Index(author[i:], `\E`)
			if end < 0 {
				return nil
			}
			i += end + 1
		}
	}
	return nil
}

type patternWriter struct {
	out       strings.Builder
	unbounded int
	err       error
}

func (w *patternWriter) refuse(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// write writes re; repeated says whether an unbounded repeat stands around it.
func (w *patternWriter) write(re *syntax.Regexp, repeated bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		w.out.WriteString("(?:)")
	case syntax.OpLiteral:
		w.literal(re)
	case syntax.OpCharClass:
		w.class(re)
	case syntax.OpAnyCharNotNL:
		w.out.WriteString(`[^\x{A}]`)
	case syntax.OpAnyChar:
		w.out.WriteString(`[\x{0}-\x{10FFFF}]`)
	case syntax.OpBeginText:
		w.out.WriteString(`\A`)
	case syntax.OpEndText:
		w.out.WriteString(`\z`)
	case syntax.OpCapture:
		w.atom(re.Sub[0], repeated)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			w.part(sub, repeated)
		}
	case syntax.OpAlternate:
		w.alternate(re, repeated)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		w.repeat(re, repeated)
	case syntax.OpBeginLine, syntax.OpEndLine:
		w.refuse(`(?m) cannot be used; ^ and $ stand for the ends of the whole text`)
	case syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		w.refuse(`\b and \B cannot be used`)
	default:
		w.refuse("a part of the pattern can never match")
	}
}

// part writes a piece of a sequence.
func (w *patternWriter) part(re *syntax.Regexp, repeated bool) {
	if re.Op == syntax.OpAlternate {
		w.atom(re, repeated)
		return
	}
	w.write(re, repeated)
}

// atom writes re so that a repeat sign behind it takes all of it.
func (w *patternWriter) atom(re *syntax.Regexp, repeated bool) {
	w.out.WriteString("(?:")
	w.write(re, repeated)
	w.out.WriteString(")")
}

func (w *patternWriter) alternate(re *syntax.Regexp, repeated bool) {
	for i, sub := range re.Sub {
		if i > 0 {
			w.out.WriteByte('|')
		}
		w.write(sub, repeated)
	}
}

func (w *patternWriter) repeat(re *syntax.Regexp, repeated bool) {
	if re.Flags&syntax.NonGreedy != 0 {
		w.refuse("a lazy repeat (such as *?) cannot be used; it makes no difference to whether a text matches")
		return
	}
	sign, unbounded := w.repeatSign(re)
	if unbounded {
		w.unbounded++
		if repeated {
			w.refuse("a repeat without an end inside another one cannot be used; it can be very slow")
			return
		}
	}
	sub := re.Sub[0]
	if single(sub) {
		w.write(sub, repeated || unbounded)
	} else {
		w.atom(sub, repeated || unbounded)
	}
	w.out.WriteString(sign)
}

func (w *patternWriter) repeatSign(re *syntax.Regexp) (sign string, unbounded bool) {
	switch re.Op {
	case syntax.OpStar:
		return "*", true
	case syntax.OpPlus:
		return "+", true
	case syntax.OpQuest:
		return "?", false
	}
	if re.Min > maxRepeat || re.Max > maxRepeat {
		w.refuse("a repeat of more than %d times cannot be used", maxRepeat)
	}
	if re.Max < 0 {
		return fmt.Sprintf("{%d,}", re.Min), true
	}
	if re.Min == re.Max {
		return fmt.Sprintf("{%d}", re.Min), false
	}
	return fmt.Sprintf("{%d,%d}", re.Min, re.Max), false
}

// single says whether re is written as one unit that a repeat sign can follow.
func single(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune) == 1
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL, syntax.OpCapture, syntax.OpEmptyMatch:
		return true
	}
	return false
}

func (w *patternWriter) literal(re *syntax.Regexp) {
	fold := re.Flags&syntax.FoldCase != 0
	for _, r := range re.Rune {
		upper, lower := asciiCases(r)
		switch {
		case !fold || upper == lower && r < utf8.RuneSelf:
			w.rune(r)
		case upper == lower:
			w.refuse("ignoring case folds A to Z only; write both cases of %q", r)
		default:
			fmt.Fprintf(&w.out, "[%c%c]", upper, lower)
		}
	}
}

func asciiCases(r rune) (upper, lower rune) {
	switch {
	case r >= 'a' && r <= 'z':
		return r - 'a' + 'A', r
	case r >= 'A' && r <= 'Z':
		return r, r - 'A' + 'a'
	}
	return r, r
}

// Folding in Go also pairs k with the Kelvin sign and s with the long s.
const (
	longS      = 'ſ'
	kelvinSign = '\u212A'
)

func (w *patternWriter) class(re *syntax.Regexp) {
	ranges := re.Rune
	if re.Flags&syntax.FoldCase != 0 {
		ranges = withoutFolds(ranges)
	}
	if len(ranges) == 0 {
		w.refuse("a part of the pattern can never match")
		return
	}
	w.out.WriteByte('[')
	if last := len(ranges) - 1; ranges[0] == 0 && ranges[last] == utf8.MaxRune && last > 1 {
		w.out.WriteByte('^')
		ranges = gaps(ranges)
	}
	for i := 0; i < len(ranges); i += 2 {
		w.rune(ranges[i])
		if ranges[i+1] > ranges[i] {
			w.out.WriteByte('-')
			w.rune(ranges[i+1])
		}
	}
	w.out.WriteByte(']')
}

func withoutFolds(ranges []rune) []rune {
	var out []rune
	for i := 0; i < len(ranges); i += 2 {
		alone := ranges[i] == ranges[i+1]
		if alone && (ranges[i] == longS || ranges[i] == kelvinSign) {
			continue
		}
		out = append(out, ranges[i], ranges[i+1])
	}
	return out
}

// gaps are the ranges between ranges that begin at 0 and end at the last rune.
func gaps(ranges []rune) []rune {
	var out []rune
	for i := 1; i+1 < len(ranges); i += 2 {
		out = append(out, ranges[i]+1, ranges[i+1]-1)
	}
	return slices.Clip(out)
}

// rune writes one literal character, in a class or outside.
func (w *patternWriter) rune(r rune) {
	switch {
	case r < utf8.RuneSelf && alphanumeric(byte(r)) || r == ' ' || r == '_':
		w.out.WriteRune(r)
	case r > ' ' && r < 0x7f:
		w.out.WriteByte('\\')
		w.out.WriteRune(r)
	case r < utf8.RuneSelf || !utf8.ValidRune(r) || r == utf8.MaxRune:
		fmt.Fprintf(&w.out, `\x{%X}`, r)
	default:
		w.out.WriteRune(r)
	}
}
