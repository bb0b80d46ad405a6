package check

import (
	"encoding/json"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// predicateKind says what a predicate asks of an attribute.
type predicateKind uint8

const (
	aClause   predicateKind = iota + 1
	aListing                // is the unit in a list of a target group or of targets
	aUnit                   // is there a unit to bucket
	anOutcome               // does another flag serve one of some variations
)

// predicate is one question that rules ask of a dimension. It has two literals:
// that it is true, and that it is false; it may be neither.
type predicate struct {
	kind   predicateKind
	clause *ruleset.Expr
	list   []string // of a listing
	ids    []string // of an outcome

	// parts are what a text is compared with where that is no equality: it
	// holds when one of them does. Nil for other predicates.
	parts []part
	// bounded says that a text over the limit is unknown.
	bounded bool
	// opaque says that the rest of the text, and of the numbers, may fit or not.
	opaque bool
	// element is, for all_in, the predicate that each element must meet.
	element int
}

// How many constants of a clause, and units of a list, are looked at one by one.
// Lists of units are long, and shared by many flags.
const (
	longClause = 2_000
	longList   = 200
)

// literal is a predicate that is true, or false.
func literal(predicate int, truth bool) int {
	if truth {
		return 2 * predicate
	}
	return 2*predicate + 1
}

// clausePredicate reads a clause.
func clausePredicate(e *ruleset.Expr) *predicate {
	p := &predicate{kind: aClause, clause: e, element: -1}
	switch e.Op {
	case ruleset.OpIn, ruleset.OpAllIn:
		p.opaque = len(e.Values) > longClause
		if e.IgnoreCase {
			p.parts = textParts(partEqual, texts(e.Values), true)
		}
	case ruleset.OpStartsWith:
		p.parts = textParts(partPrefix, texts(e.Values), e.IgnoreCase)
	case ruleset.OpEndsWith:
		p.parts = textParts(partSuffix, texts(e.Values), e.IgnoreCase)
	case ruleset.OpContains:
		p.parts = textParts(partInside, texts(e.Values), e.IgnoreCase)
	case ruleset.OpGlob:
		for _, text := range texts(e.Values) {
			p.parts = append(p.parts, globPart(text, e.IgnoreCase))
		}
	case ruleset.OpMatches:
		p.bounded = true
		for _, text := range texts(e.Values) {
			p.parts = append(p.parts, patternPart(text))
		}
	}
	return p
}

// clauseKey tells clauses on one attribute apart.
func clauseKey(e *ruleset.Expr) string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.IgnoreCase {
		b.WriteString("|fold")
	}
	for _, raw := range e.Values {
		b.WriteByte(0)
		b.Write(raw)
	}
	return b.String()
}

// texts are the constants that are strings.
func texts(values []json.RawMessage) []string {
	var out []string
	for _, raw := range values {
		var s string
		if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
			out = append(out, s)
		}
	}
	return out
}

// numbers are the constants that are numbers.
func numbers(values []json.RawMessage) []float64 {
	var out []float64
	for _, raw := range values {
		if f, ok := ruleset.ParseNumber(raw); ok {
			out = append(out, f)
		}
	}
	return out
}
