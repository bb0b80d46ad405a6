package document

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// operandClass is what the constants of an operator are.
type operandClass uint8

const (
	anyScalar operandClass = iota + 1
	someText
	aGlob
	aPattern
	aNumber
	aVersion
	aRange
	anInstant
	anAddress
	noOperand
)

// operator says what an operator takes.
type operator struct {
	class    operandClass
	min, max int
}

var operators = map[string]operator{
	ruleset.OpIn:         {anyScalar, 1, ruleset.MaxValues},
	ruleset.OpAllIn:      {anyScalar, 1, ruleset.MaxValues},
	ruleset.OpStartsWith: {someText, 1, ruleset.MaxValues},
	ruleset.OpEndsWith:   {someText, 1, ruleset.MaxValues},
	ruleset.OpContains:   {someText, 1, ruleset.MaxValues},
	ruleset.OpGlob:       {aGlob, 1, ruleset.MaxValues},
	ruleset.OpMatches:    {aPattern, 1, ruleset.MaxValues},
	ruleset.OpLt:         {aNumber, 1, 1},
	ruleset.OpLe:         {aNumber, 1, 1},
	ruleset.OpGt:         {aNumber, 1, 1},
	ruleset.OpGe:         {aNumber, 1, 1},
	ruleset.OpBetween:    {aNumber, 2, 2},
	ruleset.OpVerEq:      {aVersion, 1, 1},
	ruleset.OpVerLt:      {aVersion, 1, 1},
	ruleset.OpVerLe:      {aVersion, 1, 1},
	ruleset.OpVerGt:      {aVersion, 1, 1},
	ruleset.OpVerGe:      {aVersion, 1, 1},
	ruleset.OpVerRange:   {aRange, 1, ruleset.MaxValues},
	ruleset.OpBefore:     {anInstant, 1, 1},
	ruleset.OpAfter:      {anInstant, 1, 1},
	ruleset.OpCIDR:       {anAddress, 1, ruleset.MaxValues},
	ruleset.OpExists:     {noOperand, 0, 0},
}

func operatorNames() []string { return sortedKeys(operators) }

// check says what is wrong with one constant of an operator.
func (s operator) check(op string, n *node, d *decoder) string {
	if !n.scalar() {
		return fmt.Sprintf("%s takes values, not %s", op, n.kind.words())
	}
	switch s.class {
	case anyScalar:
		return checkRange(n)
	case aNumber:
		return checkNumber(op, n)
	case anInstant:
		return checkInstant(n)
	}
	if n.kind != textKind {
		return fmt.Sprintf("%s takes text; write %q in quotes%s", op, n.text, d.misread(n))
	}
	return s.checkText(op, n.text)
}

func (s operator) checkText(op, text string) string {
	if text == "" {
		return op + " takes text that is not empty"
	}
	switch s.class {
	case aGlob:
		if endsEscaping(text) {
			return fmt.Sprintf("%q ends with a backslash that escapes nothing; write two for a backslash", text)
		}
	case aPattern:
		if _, err := ruleset.CanonicalPattern(text); err != nil {
			return fmt.Sprintf("%q is no pattern Burgee can use: %v", text, err)
		}
	case aVersion:
		if !ruleset.IsVersion(text) {
			return fmt.Sprintf("%q is no version; write numbers with dots, such as \"2.0\" or \"1.4.0-rc.1\"", text)
		}
	case aRange:
		if !ruleset.IsVersionRange(text) {
			return fmt.Sprintf("%q is no range of versions; write one such as \">=1.2 <2\", \"^1.2\" or \"~1.2.3\"", text)
		}
	case anAddress:
		if !isAddress(text) {
			return fmt.Sprintf("%q is no IP address or prefix; write one such as 10.0.0.0/8", text)
		}
	}
	return ""
}

func checkNumber(op string, n *node) string {
	if n.kind != numberKind {
		return fmt.Sprintf("%s takes a number, not %s; for versions there are ver_ge, ver_lt and so on", op, n.kind.words())
	}
	return checkRange(n)
}

// checkRange refuses a number that is none of the doubles, on which the engines
// would refuse the whole flag.
func checkRange(n *node) string {
	if n.kind != numberKind {
		return ""
	}
	if _, err := strconv.ParseFloat(n.text, 64); err != nil {
		return n.text + " is out of the range of numbers"
	}
	return ""
}

func checkInstant(n *node) string {
	if n.kind == numberKind {
		ms, err := strconv.ParseFloat(n.text, 64)
		if _, ok := ruleset.FloorInstant(ms); err != nil || !ok {
			return n.text + " is out of the range of times in milliseconds since 1970"
		}
		return ""
	}
	if n.kind != textKind || !ruleset.IsInstant(n.text) {
		return fmt.Sprintf("%q is no instant; write one such as \"2027-03-31T08:00:00Z\", or milliseconds since 1970", n.text)
	}
	return ""
}

// endsEscaping says whether a glob ends with a backslash that has nothing to
// escape.
func endsEscaping(glob string) bool {
	return (len(glob)-len(strings.TrimRight(glob, `\`)))%2 == 1
}

// isAddress says whether text is an address or a prefix. A prefix of v4 written
// as v6 does not reach beyond v4.
func isAddress(text string) bool {
	const mappedBits = 96
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		return err == nil && (!p.Addr().Is4In6() || p.Bits() >= mappedBits)
	}
	addr, err := netip.ParseAddr(text)
	return err == nil && addr.Zone() == ""
}
