package eval

import (
	"math"
	"net/netip"
	"regexp"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// answer is the value of a condition in three-valued logic. The order makes
// "all" a minimum, "any" a maximum and "not" a subtraction.
type answer uint8

const (
	no answer = iota
	unknown
	yes
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// String is the answer as explanations write it.
func (a answer) String() string { return [...]string{"no", "unknown", "yes"}[a] }

type opcode uint8

const (
	opIn opcode = iota + 1
	opAllIn
	opStartsWith
	opEndsWith
	opContains
	opGlob
	opMatches
	opLt
	opLe
	opGt
	opGe
	opBetween
	opVerEq
	opVerLt
	opVerLe
	opVerGt
	opVerGe
	opVerRange
	opBefore
	opAfter
	opCIDR
	opExists
)

// clause is one comparison, its constants parsed.
type clause struct {
	op      opcode
	fold    bool
	bools   [2]bool // false, true
	slot    int32
	texts   []string
	numbers []float64
	parsed  *constants
}

// constants are those of the rarer operators and of long lists.
type constants struct {
	set      map[string]struct{}
	instant  int64
	version  ruleset.Version
	ranges   []ruleset.VersionRange
	globs    []glob
	patterns []*regexp.Regexp
	prefixes []netip.Prefix
}

// test answers for an attribute, nil when it is missing.
func (c *clause) test(v *value) answer {
	if c.op == opExists {
		return answerOf(v != nil)
	}
	if v == nil {
		return unknown
	}
	if v.kind == list {
		return c.testList(v.in.items)
	}
	if c.op == opAllIn {
		return unknown
	}
	return c.testScalar(v)
}

func (c *clause) testList(items []value) answer {
	if c.op == opAllIn {
		for i := range items {
			if c.in(&items[i]) != yes {
				return no
			}
		}
		return answerOf(len(items) > 0)
	}
	result := no
	for i := range items {
		result = max(result, c.testScalar(&items[i]))
		if result == yes {
			break
		}
	}
	return result
}

func (c *clause) testScalar(v *value) answer {
	switch c.op {
	case opIn:
		return c.in(v)
	case opLt, opLe, opGt, opGe, opBetween:
		return c.compareNumber(v)
	case opBefore, opAfter:
		return c.compareInstant(v)
	}
	if v.kind != text {
		return unknown
	}
	switch c.op {
	case opVerEq, opVerLt, opVerLe, opVerGt, opVerGe:
		return c.compareVersion(v.text)
	case opStartsWith, opEndsWith, opContains:
		return c.testParts(v.text)
	}
	return c.testText(v.text)
}

func (c *clause) in(v *value) answer {
	switch v.kind {
	case text:
		return answerOf(c.inTexts(v.text))
	case boolean:
		return answerOf(c.bools[int(v.num)])
	case number:
		if !finite(v.num) {
			return unknown
		}
		for _, n := range c.numbers {
			if n == v.num {
				return yes
			}
		}
		return no
	}
	return unknown
}

// foldBuffer is the longest string that is folded without allocating.
const foldBuffer = 256

func (c *clause) inTexts(s string) bool {
	if c.parsed != nil {
		return c.inSet(s)
	}
	if c.fold {
		for _, t := range c.texts {
			if equalFold(s, t) {
				return true
			}
		}
		return false
	}
	if s == "" {
		return slices.Contains(c.texts, s)
	}
	first := s[0] // looking at one byte first spares most calls
	for _, t := range c.texts {
		if len(t) == len(s) && t[0] == first && t == s {
			return true
		}
	}
	return false
}

func (c *clause) inSet(s string) bool {
	if !c.fold {
		_, found := c.parsed.set[s]
		return found
	}
	if len(s) > foldBuffer {
		_, found := c.parsed.set[foldText(s)]
		return found
	}
	var buf [foldBuffer]byte
	for i := range len(s) {
		buf[i] = foldByte(s[i])
	}
	_, found := c.parsed.set[string(buf[:len(s)])]
	return found
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

func (c *clause) compareNumber(v *value) answer {
	if v.kind != number || !finite(v.num) {
		return unknown
	}
	n, bound := v.num, c.numbers[0]
	switch c.op {
	case opLt:
		return answerOf(n < bound)
	case opLe:
		return answerOf(n <= bound)
	case opGt:
		return answerOf(n > bound)
	case opGe:
		return answerOf(n >= bound)
	}
	return answerOf(n >= bound && n <= c.numbers[1])
}

func (c *clause) compareInstant(v *value) answer {
	var at int64
	var ok bool
	switch v.kind {
	case text:
		at, ok = ruleset.ParseInstant(v.text)
	case number:
		at, ok = ruleset.FloorInstant(v.num)
	}
	if !ok {
		return unknown
	}
	if c.op == opBefore {
		return answerOf(at < c.parsed.instant)
	}
	return answerOf(at > c.parsed.instant)
}

func (c *clause) compareVersion(s string) answer {
	order, ok := c.parsed.version.CompareText(s)
	if !ok {
		return unknown
	}
	switch c.op {
	case opVerEq:
		return answerOf(order == 0)
	case opVerLt:
		return answerOf(order < 0)
	case opVerLe:
		return answerOf(order <= 0)
	case opVerGt:
		return answerOf(order > 0)
	}
	return answerOf(order >= 0)
}

func (c *clause) testText(s string) answer {
	switch c.op {
	case opGlob:
		for _, g := range c.parsed.globs {
			if g.fits(s, c.fold) {
				return yes
			}
		}
		return no
	case opMatches:
		return c.testPatterns(s)
	case opVerRange:
		return c.testRanges(s)
	case opCIDR:
		return c.testAddress(s)
	}
	return unknown
}

func (c *clause) testParts(s string) answer {
	for _, part := range c.texts {
		if textFits(c.op, s, part, c.fold) {
			return yes
		}
	}
	return no
}

func (c *clause) testPatterns(s string) answer {
	if len(s) > ruleset.MaxSubjectBytes {
		return unknown
	}
	for _, p := range c.parsed.patterns {
		if p.MatchString(s) {
			return yes
		}
	}
	return no
}

func (c *clause) testRanges(s string) answer {
	if !ruleset.IsVersion(s) {
		return unknown
	}
	for _, r := range c.parsed.ranges {
		if holds, _ := r.Holds(s); holds {
			return yes
		}
	}
	return no
}

func (c *clause) testAddress(s string) answer {
	addr, err := netip.ParseAddr(s)
	if err != nil || addr.Zone() != "" {
		return unknown
	}
	addr = addr.Unmap()
	for _, p := range c.parsed.prefixes {
		if p.Contains(addr) {
			return yes
		}
	}
	return no
}
