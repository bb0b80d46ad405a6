package importer

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// unOperator is what an operator means here.
type unOperator struct {
	op      string
	many    bool // takes values; else value
	numbers bool
	inverse bool // NOT_IN is IN the other way round
}

var unOperators = map[string]unOperator{
	"IN":              {op: ruleset.OpIn, many: true},
	"NOT_IN":          {op: ruleset.OpIn, many: true, inverse: true},
	"STR_CONTAINS":    {op: ruleset.OpContains, many: true},
	"STR_STARTS_WITH": {op: ruleset.OpStartsWith, many: true},
	"STR_ENDS_WITH":   {op: ruleset.OpEndsWith, many: true},
	"NUM_EQ":          {op: ruleset.OpIn, numbers: true},
	"NUM_GT":          {op: ruleset.OpGt, numbers: true},
	"NUM_GTE":         {op: ruleset.OpGe, numbers: true},
	"NUM_LT":          {op: ruleset.OpLt, numbers: true},
	"NUM_LTE":         {op: ruleset.OpLe, numbers: true},
	"DATE_AFTER":      {op: ruleset.OpAfter},
	"DATE_BEFORE":     {op: ruleset.OpBefore},
	"SEMVER_EQ":       {op: ruleset.OpVerEq},
	"SEMVER_GT":       {op: ruleset.OpVerGt},
	"SEMVER_GTE":      {op: ruleset.OpVerGe},
	"SEMVER_LT":       {op: ruleset.OpVerLt},
	"SEMVER_LTE":      {op: ruleset.OpVerLe},
	"REGEX":           {op: ruleset.OpMatches},
	"IN_CIDR":         {op: ruleset.OpCIDR, many: true},
	"CIDR":            {op: ruleset.OpCIDR, many: true},
}

// conditions are constraints, all of which must hold; why says what cannot be said here.
func (u *unleash) conditions(constraints []unConstraint) (c document.Condition, why string) {
	c = document.Condition{}
	for _, one := range constraints {
		line, why := one.line()
		if why != "" {
			return nil, why
		}
		if line != nil {
			c = append(c, *line)
		}
	}
	return tidy(c), ""
}

// line is a constraint; nil where it always holds. There, who lacks the field fits what
// is inverted: so they do here.
func (c unConstraint) line() (line *document.Term, why string) {
	o, known := unOperators[c.Operator]
	if !known {
		return nil, "there is no operator like " + c.Operator
	}
	inverted := c.Inverted != o.inverse
	values := c.Values
	if !o.many {
		values = nil
		if c.Value != nil {
			values = []string{*c.Value}
		}
	}
	if len(values) == 0 {
		if inverted {
			return nil, ""
		}
		return nil, "a constraint on " + c.ContextName + " has no values, so it never holds"
	}
	t, why := c.clause(o, values)
	if why != "" {
		return nil, why
	}
	if inverted {
		t = unless(t.Path, t)
	}
	return &t, ""
}

func (c unConstraint) clause(o unOperator, values []string) (t document.Term, why string) {
	if o.op == ruleset.OpCIDR {
		// What is no address is passed over there too.
		if values, _ = addresses(values); len(values) == 0 {
			return t, "a constraint on " + c.ContextName + " has no address, so it never holds"
		}
	}
	operands := texts(values)
	if o.op == ruleset.OpMatches && c.CaseInsensitive {
		operands = texts([]string{"(?i)" + values[0]})
	}
	if o.numbers {
		number := strings.TrimSpace(values[0])
		if _, err := strconv.ParseFloat(number, 64); err != nil || !json.Valid([]byte(number)) {
			return t, strconv.Quote(values[0]) + " is no number"
		}
		operands = []json.RawMessage{json.RawMessage(number)}
	}
	t = clause(unPath(c.ContextName), o.op, operands...)
	t.IgnoreCase = c.CaseInsensitive && !o.numbers && slices.Contains(knowCase, o.op)
	return t, ""
}

// knowCase are the operators that may ignore the case of letters.
var knowCase = []string{ruleset.OpIn, ruleset.OpContains, ruleset.OpStartsWith, ruleset.OpEndsWith}

// addresses are the texts that are an address or a prefix, and those that are not.
func addresses(all []string) (good, bad []string) {
	for _, one := range all {
		_, notPrefix := netip.ParsePrefix(one)
		_, notAddress := netip.ParseAddr(one)
		if notPrefix != nil && notAddress != nil {
			bad = append(bad, one)
			continue
		}
		good = append(good, one)
	}
	return good, bad
}
