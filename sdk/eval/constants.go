package eval

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// smallList is how many strings are compared one by one rather than by a map.
const smallList = 8

func opcodeOf(op string) (opcode, bool) {
	switch op {
	case ruleset.OpIn:
		return opIn, true
	case ruleset.OpAllIn:
		return opAllIn, true
	case ruleset.OpStartsWith:
		return opStartsWith, true
	case ruleset.OpEndsWith:
		return opEndsWith, true
	case ruleset.OpContains:
		return opContains, true
	case ruleset.OpGlob:
		return opGlob, true
	case ruleset.OpMatches:
		return opMatches, true
	case ruleset.OpLt:
		return opLt, true
	case ruleset.OpLe:
		return opLe, true
	case ruleset.OpGt:
		return opGt, true
	case ruleset.OpGe:
		return opGe, true
	case ruleset.OpBetween:
		return opBetween, true
	case ruleset.OpVerEq:
		return opVerEq, true
	case ruleset.OpVerLt:
		return opVerLt, true
	case ruleset.OpVerLe:
		return opVerLe, true
	case ruleset.OpVerGt:
		return opVerGt, true
	case ruleset.OpVerGe:
		return opVerGe, true
	case ruleset.OpVerRange:
		return opVerRange, true
	case ruleset.OpBefore:
		return opBefore, true
	case ruleset.OpAfter:
		return opAfter, true
	case ruleset.OpCIDR:
		return opCIDR, true
	case ruleset.OpExists:
		return opExists, true
	}
	return 0, false
}

// compileClause parses a clause's constants once; intern gives its path a slot.
func compileClause(e *ruleset.Expr, intern func(path string) int32) (clause, *Fault) {
	if e.Attr == "" || e.Op == "" {
		return clause{}, malformed("a clause has an attr and an op")
	}
	op, known := opcodeOf(e.Op)
	if !known {
		return clause{}, unsupported("the operator %q is not known; upgrade this program", e.Op)
	}
	least, most := ruleset.Arity(e.Op)
	if n := len(e.Values); n < least || most > 0 && n > most {
		return clause{}, malformed("%s on %s has %d values", e.Op, e.Attr, n)
	}
	if e.IgnoreCase && !ruleset.AllowsIgnoreCase(e.Op) {
		return clause{}, malformed("ignoreCase has no meaning beside %s", e.Op)
	}
	c := clause{op: op, fold: e.IgnoreCase, slot: intern(e.Attr)}
	for _, raw := range e.Values {
		if err := c.addConstant(raw); err != nil {
			return clause{}, malformed("%s on %s: %v", e.Op, e.Attr, err)
		}
	}
	c.index()
	return c, nil
}

// index turns a long list of strings into a map.
func (c *clause) index() {
	if c.op != opIn && c.op != opAllIn || len(c.texts) <= smallList {
		return
	}
	c.parsed = &constants{set: make(map[string]struct{}, len(c.texts))}
	for _, t := range c.texts {
		c.parsed.set[t] = struct{}{}
	}
	c.texts = nil
}

func (c *clause) addConstant(raw json.RawMessage) error {
	switch c.op {
	case opIn, opAllIn:
		return c.addScalar(raw)
	case opLt, opLe, opGt, opGe, opBetween:
		return c.addNumber(raw)
	case opExists:
		return nil
	}
	if c.parsed == nil && c.op != opStartsWith && c.op != opEndsWith && c.op != opContains {
		c.parsed = &constants{}
	}
	if c.op == opBefore || c.op == opAfter {
		return c.addInstant(raw)
	}
	s, err := textConstant(raw)
	if err != nil {
		return err
	}
	return c.addText(s)
}

func textConstant(raw json.RawMessage) (s string, err error) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", fmt.Errorf("%.80s is not text", raw)
	}
	err = json.Unmarshal(raw, &s)
	return s, err
}

func (c *clause) addScalar(raw json.RawMessage) error {
	switch string(raw) {
	case "true":
		c.bools[1] = true
		return nil
	case "false":
		c.bools[0] = true
		return nil
	}
	if len(raw) == 0 || raw[0] != '"' {
		return c.addNumber(raw)
	}
	s, err := textConstant(raw)
	if err != nil {
		return err
	}
	if c.fold {
		s = foldText(s)
	}
	c.texts = append(c.texts, s)
	return nil
}

func (c *clause) addNumber(raw json.RawMessage) error {
	f, ok := ruleset.ParseNumber(raw)
	if !ok {
		return fmt.Errorf("%.80s is not a finite number", raw)
	}
	c.numbers = append(c.numbers, f)
	return nil
}

func (c *clause) addInstant(raw json.RawMessage) error {
	var ok bool
	if f, isNumber := ruleset.ParseNumber(raw); isNumber {
		c.parsed.instant, ok = ruleset.FloorInstant(f)
	} else if s, err := textConstant(raw); err == nil {
		c.parsed.instant, ok = ruleset.ParseInstant(s)
	}
	if !ok {
		return fmt.Errorf("%.80s is not an instant", raw)
	}
	return nil
}

func (c *clause) addText(s string) error {
	var ok bool
	switch c.op {
	case opStartsWith, opEndsWith, opContains:
		ok = s != ""
		if c.fold {
			s = foldText(s)
		}
		c.texts = append(c.texts, s)
	case opGlob:
		var g glob
		g, ok = parseGlob(s, c.fold)
		c.parsed.globs = append(c.parsed.globs, g)
	case opMatches:
		return c.addPattern(s)
	case opVerRange:
		var r ruleset.VersionRange
		r, ok = ruleset.ParseVersionRange(s)
		c.parsed.ranges = append(c.parsed.ranges, r)
	case opCIDR:
		var p netip.Prefix
		p, ok = parsePrefix(s)
		c.parsed.prefixes = append(c.parsed.prefixes, p)
	default:
		c.parsed.version, ok = ruleset.ParseVersion(s)
	}
	if !ok {
		return fmt.Errorf("%q cannot be read", s)
	}
	return nil
}

// addPattern compiles a canonical pattern. One in another form is taken too, as
// long as it compiles: what may be saved is the server's to decide.
func (c *clause) addPattern(s string) error {
	p, err := regexp.Compile(s)
	if err != nil {
		return fmt.Errorf("the pattern cannot be read: %w", err)
	}
	c.parsed.patterns = append(c.parsed.patterns, p)
	return nil
}

// parsePrefix reads an address or a prefix; v4 written as v6 is v4.
func parsePrefix(s string) (netip.Prefix, bool) {
	const mappedBits = 96
	if !strings.Contains(s, "/") {
		addr, err := netip.ParseAddr(s)
		if err != nil || addr.Zone() != "" {
			return netip.Prefix{}, false
		}
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if p.Addr().Is4In6() {
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mappedBits)
	}
	return p.Masked(), p.IsValid()
}
