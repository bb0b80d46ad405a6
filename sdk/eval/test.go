package eval

import (
	"math"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// test answers a clause for an attribute's value. A list is the three-valued
// "any" over its elements, except where the operator reads lists itself.
func (c *clause) test(v *value) truth {
	if c.op == opExists {
		return truthOf(v.kind != absent)
	}
	if v.kind != list {
		return c.testOne(v)
	}
	if c.op == opAllIn {
		return c.testAll(v.list)
	}
	answer := no
	for i := range v.list {
		switch c.testOne(&v.list[i]) {
		case yes:
			return yes
		case unknown:
			answer = unknown
		}
	}
	return answer
}

// testAll answers all_in: not empty, and every element is a constant.
func (c *clause) testAll(elements []value) truth {
	for i := range elements {
		if c.testIn(&elements[i]) != yes {
			return no
		}
	}
	return truthOf(len(elements) > 0)
}

func (c *clause) testOne(v *value) truth {
	switch c.op {
	case opIn:
		return c.testIn(v)
	case opLt, opLe, opGt, opGe, opBetween:
		return c.testNumber(v)
	case opBefore, opAfter:
		return c.testInstant(v)
	case opAllIn:
		return unknown
	}
	if v.kind != text {
		return unknown
	}
	return c.testText(v.text)
}

func (c *clause) testIn(v *value) truth {
	switch v.kind {
	case text:
		return truthOf(c.hasText(v.text))
	case number:
		if !finite(v.num) {
			return unknown
		}
		for _, n := range c.nums {
			if n == v.num {
				return yes
			}
		}
		return no
	case boolean:
		return truthOf(c.truths[b2i(v.truth)])
	}
	return unknown
}

func (c *clause) hasText(s string) bool {
	if c.set != nil {
		if !c.fold {
			_, ok := c.set[s]
			return ok
		}
		var buf [64]byte
		_, ok := c.set[string(appendFolded(buf[:0], s))]
		return ok
	}
	for _, candidate := range c.texts {
		if len(candidate) == len(s) && (candidate == s || c.fold && equalFold(candidate, s)) {
			return true
		}
	}
	return false
}

func (c *clause) testNumber(v *value) truth {
	if v.kind != number || !finite(v.num) {
		return unknown
	}
	n := v.num
	switch c.op {
	case opLt:
		return truthOf(n < c.nums[0])
	case opLe:
		return truthOf(n <= c.nums[0])
	case opGt:
		return truthOf(n > c.nums[0])
	case opGe:
		return truthOf(n >= c.nums[0])
	}
	return truthOf(c.nums[0] <= n && n <= c.nums[1])
}

func (c *clause) testInstant(v *value) truth {
	var at int64
	ok := false
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
		return truthOf(at < c.at)
	}
	return truthOf(at > c.at)
}

func (c *clause) testText(s string) truth {
	switch c.op {
	case opStartsWith, opEndsWith, opContains:
		return c.testPart(s)
	case opGlob:
		for i := range c.globs {
			if c.globs[i].match(s, c.fold) {
				return yes
			}
		}
		return no
	case opMatches:
		if len(s) > ruleset.MaxSubjectBytes {
			return unknown
		}
		for _, re := range c.regexp {
			if re.MatchString(s) {
				return yes
			}
		}
		return no
	case opVerRange:
		return c.testRanges(s)
	case opCIDR:
		return c.testAddress(s)
	}
	return c.testVersion(s)
}

func (c *clause) testPart(s string) truth {
	for _, part := range c.texts {
		var found bool
		switch {
		case len(part) > len(s):
		case c.op == opStartsWith:
			found = s[:len(part)] == part || c.fold && equalFold(part, s[:len(part)])
		case c.op == opEndsWith:
			tail := s[len(s)-len(part):]
			found = tail == part || c.fold && equalFold(part, tail)
		case c.fold:
			found = containsFolded(s, part)
		default:
			found = strings.Contains(s, part)
		}
		if found {
			return yes
		}
	}
	return no
}

func (c *clause) testVersion(s string) truth {
	order, ok := c.ver.CompareText(s)
	if !ok {
		return unknown
	}
	switch c.op {
	case opVerEq:
		return truthOf(order == 0)
	case opVerLt:
		return truthOf(order < 0)
	case opVerLe:
		return truthOf(order <= 0)
	case opVerGt:
		return truthOf(order > 0)
	}
	return truthOf(order >= 0)
}

func (c *clause) testRanges(s string) truth {
	for i := range c.ranges {
		holds, ok := c.ranges[i].Holds(s)
		if !ok {
			return unknown
		}
		if holds {
			return yes
		}
	}
	return no
}

func (c *clause) testAddress(s string) truth {
	address, ok := parseAddress(s)
	if !ok {
		return unknown
	}
	for _, n := range c.nets {
		if n.Contains(address) {
			return yes
		}
	}
	return no
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// lower makes a letter A to Z small.
func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func appendFolded(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, lower(s[i]))
	}
	return dst
}

// equalFold compares a folded text with another of the same length.
func equalFold(folded, s string) bool {
	for i := range len(folded) {
		if folded[i] != lower(s[i]) {
			return false
		}
	}
	return true
}

func containsFolded(s, folded string) bool {
	for i := 0; i+len(folded) <= len(s); i++ {
		if equalFold(folded, s[i:i+len(folded)]) {
			return true
		}
	}
	return false
}
