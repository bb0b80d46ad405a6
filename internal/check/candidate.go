package check

import (
	"cmp"
	"math"
	"math/big"
	"net/netip"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/sdk/ruleset"
)

// candidates are values that show all that the predicates of an attribute can
// tell apart: of each order the points that are named and a value from every gap.
type candidates struct {
	numbers map[float64]bool // points
	texts   []string         // strings that are named, and samples of what fits a part
	rest    []string         // one text for each class that is not named

	filler    string
	named     map[string]bool
	versions  []string
	instants  []int64
	addresses []netip.Prefix
}

func newCandidates(predicates []*predicate) *candidates {
	c := &candidates{numbers: map[float64]bool{0: true}, named: map[string]bool{}, filler: filler(predicates)}
	for _, p := range predicates {
		switch p.kind {
		case aClause:
			c.clause(p)
		case aListing:
			c.listing(p)
		}
	}
	c.combine(predicates)
	c.classes()
	return c
}

// few is how many of a long list are looked at.
func few[T any](list []T, opaque bool) []T {
	if opaque {
		return list[:min(len(list), 20)]
	}
	return list
}

func (c *candidates) clause(p *predicate) {
	e := p.clause
	switch e.Op {
	case ruleset.OpIn, ruleset.OpAllIn:
		values := few(e.Values, p.opaque)
		c.text(texts(values)...)
		c.number(numbers(values)...)
	case ruleset.OpLt, ruleset.OpLe, ruleset.OpGt, ruleset.OpGe, ruleset.OpBetween:
		c.number(numbers(e.Values)...)
	case ruleset.OpBefore, ruleset.OpAfter:
		c.instant(e)
	case ruleset.OpVerEq, ruleset.OpVerLt, ruleset.OpVerLe, ruleset.OpVerGt, ruleset.OpVerGe:
		c.versions = append(c.versions, texts(e.Values)...)
	case ruleset.OpVerRange:
		for _, text := range texts(e.Values) {
			c.versionRange(text)
		}
	case ruleset.OpCIDR:
		for _, text := range texts(e.Values) {
			c.address(text)
		}
	}
	for _, sample := range p.parts {
		c.text(sample.samples(c.filler)...)
	}
}

// filler finds a letter that no constant of the predicates has, so that a text
// with it fits nothing by accident.
func filler(predicates []*predicate) string {
	var all strings.Builder
	for _, p := range predicates {
		for _, at := range p.parts {
			all.WriteString(at.text)
		}
	}
	for r := 'x'; ; r++ {
		if !strings.ContainsRune(all.String(), r) {
			return string(r)
		}
	}
}

func (c *candidates) listing(p *predicate) {
	for _, unit := range few(p.list, p.opaque) {
		c.text(unit)
		if f, err := strconv.ParseFloat(unit, 64); err == nil {
			c.number(f)
		}
	}
}

func (c *candidates) text(all ...string) {
	for _, s := range all {
		if !c.named[s] {
			c.named[s] = true
			c.texts = append(c.texts, s)
		}
	}
}

func (c *candidates) number(all ...float64) {
	for _, f := range all {
		if !math.IsInf(f, 0) && !math.IsNaN(f) {
			c.numbers[f] = true
		}
	}
}

// instant is a point in the order of texts and of numbers. A number is floored,
// so that the millisecond after it begins a range.
func (c *candidates) instant(e *ruleset.Expr) {
	var ms int64
	ok := false
	if all := numbers(e.Values); len(all) == 1 {
		ms, ok = ruleset.FloorInstant(all[0])
	} else if all := texts(e.Values); len(all) == 1 {
		ms, ok = ruleset.ParseInstant(all[0])
	}
	if !ok {
		return
	}
	c.instants = append(c.instants, ms)
	c.number(float64(ms), float64(ms+1), math.MinInt64, -math.MinInt64)
}

// versionRange names the bounds of a range. Where a caret or a tilde ends is
// one of the numbers raised by one, so each of them is a point.
func (c *candidates) versionRange(text string) {
	for _, field := range strings.Fields(text) {
		version := strings.TrimLeft(field, "<>=^~")
		c.versions = append(c.versions, version)
		if field[0] != '^' && field[0] != '~' {
			continue
		}
		numbers, _ := splitVersion(version)
		parts := strings.Split(numbers, ".")
		for i, part := range parts {
			if n, ok := new(big.Int).SetString(part, 10); ok {
				raised := append(slices.Clone(parts[:i]), n.Add(n, big.NewInt(1)).String())
				c.versions = append(c.versions, strings.Join(raised, ".")+"-0")
			}
		}
	}
}

func (c *candidates) address(text string) {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		addr, err := netip.ParseAddr(text)
		if err != nil {
			return
		}
		addr = addr.Unmap()
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	c.addresses = append(c.addresses, p.Masked())
}

// maxPairs bounds how many samples are made of two parts.
const maxPairs = 400

// combine samples texts that fit two parts at once.
func (c *candidates) combine(predicates []*predicate) {
	var starts, ends []string
	for _, p := range predicates {
		for _, at := range few(p.parts, len(p.parts) > 20) {
			switch at.kind {
			case partPrefix:
				starts = append(starts, at.text)
			case partSuffix:
				ends = append(ends, at.text)
			case partInside:
				starts, ends = append(starts, at.text), append(ends, at.text)
			}
		}
	}
	made := 0
	for _, start := range starts {
		for _, end := range ends {
			if made++; made > maxPairs {
				return
			}
			c.text(start + end)
		}
	}
}

// classes makes a text for each class of those that are not named.
func (c *candidates) classes() {
	c.rest = append(c.rest, c.unnamed(c.filler, c.filler))
	c.versionClasses()
	c.instantClasses()
	c.addressClasses()
}

// unnamed makes a text longer until it is not a named one.
func (c *candidates) unnamed(text, more string) string {
	for c.named[text] {
		text += more
	}
	return text
}

func splitVersion(s string) (numbers, prerelease string) {
	s, _, _ = strings.Cut(strings.TrimPrefix(s, "v"), "+")
	numbers, prerelease, _ = strings.Cut(s, "-")
	return numbers, prerelease
}

func joinVersion(numbers, prerelease string) string {
	if prerelease == "" {
		return numbers
	}
	return numbers + "-" + prerelease
}

// versionClasses takes each named version and one from every gap. The next after
// a release has one more number, after all zeros that another version may have;
// the next after a pre-release has one more identifier, and nothing is between.
func (c *candidates) versionClasses() {
	if len(c.versions) == 0 {
		return
	}
	longest := 0
	for _, v := range c.versions {
		longest = max(longest, strings.Count(v, ".")+1)
	}
	c.restVersion("0", "0")
	c.restVersion("0", "0.0")
	for _, v := range c.versions {
		numbers, prerelease := splitVersion(v)
		c.restVersion(numbers, prerelease)
		if prerelease != "" {
			c.restVersion(numbers, prerelease+".0")
			continue
		}
		c.restVersion(numbers+strings.Repeat(".0", longest-strings.Count(numbers, "."))+".1", "")
	}
}

func (c *candidates) restVersion(numbers, prerelease string) {
	for c.named[joinVersion(numbers, prerelease)] {
		numbers += ".0"
	}
	c.rest = append(c.rest, joinVersion(numbers, prerelease))
}

const instantLayout = "2006-01-02T15:04:05.000Z07:00"

func (c *candidates) instantClasses() {
	if len(c.instants) == 0 {
		return
	}
	for _, ms := range c.instants {
		for _, at := range [...]int64{ms - 1, ms, ms + 1} {
			moment := time.UnixMilli(at).UTC()
			if year := moment.Year(); year < 0 || year > 9999 {
				continue
			}
			text := moment.Format(instantLayout)
			for c.named[text] {
				text = strings.Replace(text, "Z", "+00:00", 1)
				text = strings.Replace(text, "+", "0+", 1) // one more digit of the fraction
			}
			c.rest = append(c.rest, text)
		}
	}
	c.rest = append(c.rest, "0000-01-01T00:00:00.0+23:59", "9999-12-31T23:59:59.9999-23:59")
}

// addressClasses: what a network has beyond the networks inside begins at its
// first address or just after one of theirs.
func (c *candidates) addressClasses() {
	if len(c.addresses) == 0 {
		return
	}
	all := []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
	for _, p := range c.addresses {
		all = append(all, p.Addr(), last(p).Next())
	}
	for _, addr := range all {
		if addr.IsValid() {
			text := addr.String()
			if c.named[text] && addr.Is4() {
				text = "::ffff:" + text
			} else if c.named[text] {
				text = addr.StringExpanded()
			}
			c.rest = append(c.rest, text)
		}
	}
}

// last is the highest address of a network.
func last(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 1 << (7 - i%8)
	}
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}

// numberValues are the points and values from every gap, a whole number and
// another one where both are there.
func (c *candidates) numberValues() []float64 {
	points := make([]float64, 0, len(c.numbers))
	for f := range c.numbers {
		points = append(points, f)
	}
	slices.SortFunc(points, func(a, b float64) int { return cmp.Compare(a, b) })
	out := slices.Clone(points)
	low := math.Inf(-1)
	for _, high := range append(points, math.Inf(1)) {
		out = append(out, inside(low, high)...)
		low = high
	}
	return out
}

// inside are values of an open range.
func inside(low, high float64) []float64 {
	var out []float64
	for _, f := range [...]float64{
		math.Floor(low) + 1, math.Ceil(high) - 1, low + 0.5, high - 0.5, low/2 + high/2,
		math.Nextafter(low, high), math.Nextafter(high, low),
	} {
		if f > low && f < high && !math.IsInf(f, 0) {
			out = append(out, f)
		}
	}
	return out
}

// samples are texts that fit a part.
func (p part) samples(filler string) []string {
	switch p.kind {
	case partEqual:
		if p.fold {
			return []string{p.text, foldUpper(p.text)}
		}
		return []string{p.text}
	case partPrefix:
		return []string{p.text, p.text + filler}
	case partSuffix:
		return []string{p.text, filler + p.text}
	case partInside:
		return []string{p.text, "x" + p.text + filler}
	case partOpaque:
		if glob, ok := strings.CutPrefix(p.text, "glob "); ok {
			return globSamples(glob)
		}
		if re, err := syntax.Parse(strings.TrimPrefix(p.text, "matches "), syntax.Perl); err == nil {
			return []string{patternSample(re), "x" + patternSample(re) + "x"}
		}
	}
	return nil
}

func globSamples(glob string) []string {
	var short, long strings.Builder
	escaped := false
	for _, r := range glob {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '*':
			long.WriteRune('x')
			continue
		case !escaped && r == '?':
			r = 'x'
		}
		short.WriteRune(r)
		long.WriteRune(r)
		escaped = false
	}
	return []string{short.String(), long.String()}
}

// patternSample is a text that a regular expression finds something in.
func patternSample(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		for _, want := range "xX0a" {
			for i := 0; i+1 < len(re.Rune); i += 2 {
				if re.Rune[i] <= want && want <= re.Rune[i+1] {
					return string(want)
				}
			}
		}
		if len(re.Rune) > 0 {
			return string(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture, syntax.OpPlus:
		return patternSample(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(patternSample(re.Sub[0]), re.Min)
	case syntax.OpAlternate:
		return patternSample(re.Sub[0])
	case syntax.OpConcat:
		out := ""
		for _, sub := range re.Sub {
			out += patternSample(sub)
		}
		return out
	}
	return ""
}
