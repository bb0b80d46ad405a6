package document

import (
	"encoding/json"
	"fmt"

	"burgee.dev/burgee/sdk/ruleset"
)

const ignoreCaseKey = "ignoreCase"

// condition reads a mapping of lines. An empty one is not nil.
func (d *decoder) condition(at string, n *node) Condition {
	out := Condition{}
	m := d.mapping(at, n)
	if m == nil {
		return out
	}
	for _, f := range m.fields {
		p := join(at, f.key)
		if f.value.kind == nullKind {
			d.fail(&node{line: f.line}, p, "has no value; write the value it must equal, or {exists: true}")
			continue
		}
		if term, ok := d.term(p, f.key, f.value); ok {
			out = append(out, term)
		}
	}
	return d.withoutTwins(at, n, out)
}

// withoutTwins reports a path that is written both plainly and with attr.
func (d *decoder) withoutTwins(at string, n *node, c Condition) Condition {
	seen := map[string]bool{}
	for _, term := range c {
		if term.Kind != Clause {
			continue
		}
		if seen[term.Path] {
			d.fail(n, join(at, term.Path), "duplicate path; put its operators into one line")
		}
		seen[term.Path] = true
	}
	return c
}

func (d *decoder) term(at, key string, n *node) (Term, bool) {
	switch key {
	case string(All), string(Any):
		t := Term{Kind: TermKind(key), Conditions: []Condition{}}
		for i, item := range d.list(at, n) {
			t.Conditions = append(t.Conditions, d.condition(index(at, i), item))
		}
		return t, true
	case string(Not):
		return Term{Kind: Not, Conditions: []Condition{d.condition(at, n)}}, true
	case string(Group):
		return Term{Kind: Group, Groups: d.ids(at, n)}, true
	case string(OnFlag):
		return d.onFlag(at, n)
	case attrKey:
		return d.attr(at, n)
	}
	return d.clause(at, key, n)
}

func (d *decoder) onFlag(at string, n *node) (Term, bool) {
	m := d.mapping(at, n)
	if m == nil {
		return Term{}, false
	}
	t := Term{Kind: OnFlag}
	for _, f := range m.fields {
		t.Flags = append(t.Flags, Prerequisite{Flag: f.key, Variations: d.ids(join(at, f.key), f.value)})
	}
	if len(t.Flags) == 0 {
		d.fail(n, at, "names no flag; write {flag: {Flags.theme: blue}}")
	}
	return t, true
}

// attr reads a clause on a path that bears a reserved name: {path: all, in: [x]}.
func (d *decoder) attr(at string, n *node) (Term, bool) {
	m := d.mapping(at, n)
	if m == nil {
		return Term{}, false
	}
	path := m.get("path")
	if path == nil || path.kind != textKind || path.text == "" {
		d.fail(n, at, "names no path; write {path: …, in: […]}")
		return Term{}, false
	}
	rest := &node{kind: mapKind, line: m.line}
	for _, f := range m.fields {
		if f.key != "path" {
			rest.fields = append(rest.fields, f)
		}
	}
	return d.clause(at, path.text, rest)
}

// clause reads what is tested on a path: a value, a list, or operators.
func (d *decoder) clause(at, path string, n *node) (Term, bool) {
	t := Term{Kind: Clause, Path: path}
	if path == "" {
		d.fail(n, at, "the path of an attribute is missing")
	}
	if n.kind != mapKind {
		t.Tests = []Test{{Op: ruleset.OpIn, Values: d.operands(at, ruleset.OpIn, n)}}
		return t, true
	}
	m := d.mapping(at, n)
	for _, f := range m.fields {
		p := join(at, f.key)
		switch {
		case f.key == ignoreCaseKey:
			t.IgnoreCase = d.bool(p, f.value)
		case operators[f.key].class == 0:
			d.fail(&node{line: f.line}, p, "unknown operator; %s", suggest(f.key, operatorNames()))
		default:
			// The path of the line, not of the operator, is where people look.
			t.Tests = append(t.Tests, Test{Op: f.key, Values: d.operands(at, f.key, f.value)})
		}
	}
	if len(t.Tests) == 0 {
		d.fail(n, at, "has no operator; write a value, a list, or {operator: value}")
	}
	for _, test := range t.Tests {
		if t.IgnoreCase && !ruleset.AllowsIgnoreCase(test.Op) && operators[test.Op].class != 0 {
			d.fail(n, at, "ignoreCase is for in, starts_with, ends_with, contains and glob, not for %s", test.Op)
		}
	}
	return t, true
}

// operands reads and checks the constants of an operator.
func (d *decoder) operands(at, op string, n *node) []json.RawMessage {
	spec := operators[op]
	if spec.class == noOperand {
		if n.kind != boolKind || n.text != "true" {
			d.fail(n, at, "write {%s: true}; for the opposite {not: {…: {%s: true}}}", op, op)
		}
		return nil
	}
	items := []*node{n}
	if n.kind == listKind {
		items = n.items
	}
	if wrong := spec.count(op, len(items)); wrong != "" {
		d.fail(n, at, "%s", wrong)
	}
	var out []json.RawMessage
	for _, item := range items {
		if wrong := spec.check(op, item, d); wrong != "" {
			d.fail(item, at, "%s", wrong)
			continue
		}
		out = append(out, item.json())
	}
	return out
}

// count says what is wrong with a number of constants.
func (s operator) count(op string, n int) string {
	switch {
	case n >= s.min && n <= s.max:
		return ""
	case s.min == s.max && s.min == 1:
		return op + " takes one value"
	case s.min == s.max:
		return fmt.Sprintf("%s takes %d values", op, s.min)
	case n < s.min:
		return op + " takes at least one value"
	}
	return fmt.Sprintf("%s takes at most %d values; put a longer list into a target group", op, s.max)
}
