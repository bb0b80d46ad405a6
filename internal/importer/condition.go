package importer

import (
	"encoding/json"
	"slices"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/ruleset"
)

// Paths of the context here.
const (
	targetingKey = ruleset.TargetingKey
	nowPath      = "now"
)

func clause(path, op string, values ...json.RawMessage) document.Term {
	return document.Term{Kind: document.Clause, Path: path, Tests: []document.Test{{Op: op, Values: values}}}
}

func exists(path string) document.Term { return clause(path, ruleset.OpExists) }

func not(terms ...document.Term) document.Term {
	return document.Term{Kind: document.Not, Conditions: []document.Condition{terms}}
}

// anyOf holds where one of the conditions does.
func anyOf(conditions ...document.Condition) document.Term {
	if len(conditions) == 1 && len(conditions[0]) == 1 {
		return conditions[0][0]
	}
	return document.Term{Kind: document.Any, Conditions: conditions}
}

// allOf is the lines of a condition as one line.
func allOf(c document.Condition) document.Term {
	if len(c) == 1 {
		return c[0]
	}
	return document.Term{Kind: document.All, Conditions: []document.Condition{c}}
}

// unless is "the line does not hold" of products that know two truth values: who lacks
// the attribute is not someone for whom it holds.
func unless(path string, line document.Term) document.Term {
	if line.Kind == document.Clause && line.Path == path {
		line.Tests = append([]document.Test{{Op: ruleset.OpExists}}, line.Tests...)
		return not(line)
	}
	return anyOf(document.Condition{not(exists(path))}, document.Condition{not(line)})
}

// each is one clause for each value, of an operator that takes one constant here; any
// may hold.
func each(path, op string, values []json.RawMessage) document.Term {
	var conditions []document.Condition
	for _, v := range values {
		conditions = append(conditions, document.Condition{clause(path, op, v)})
	}
	return anyOf(conditions...)
}

func texts(values []string) []json.RawMessage {
	out := make([]json.RawMessage, len(values))
	for i, v := range values {
		out[i] = quoted(v)
	}
	return out
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always has a form
	return raw
}

// tidy writes the lines of a condition as a mapping can hold them: lines that only
// gather others are taken apart, two of one path become one where their operators
// differ, and what would be a key for the second time goes below "all".
func tidy(c document.Condition) document.Condition {
	var out, more document.Condition
	for _, t := range spread(c) {
		i := slices.IndexFunc(out, func(o document.Term) bool { return o.Kind == t.Kind && o.Path == t.Path })
		switch {
		case i < 0:
			out = append(out, t)
		case t.Kind == document.Clause && joins(out[i], t):
			out[i].Tests = append(slices.Clone(out[i].Tests), t.Tests...)
		default:
			more = append(more, t)
		}
	}
	if len(more) == 0 {
		return out
	}
	gathered := document.Term{Kind: document.All}
	for _, t := range more {
		gathered.Conditions = append(gathered.Conditions, document.Condition{t})
	}
	return append(out, gathered)
}

// spread takes "all" apart.
func spread(c document.Condition) document.Condition {
	var out document.Condition
	for _, t := range c {
		if t.Kind != document.All {
			out = append(out, t)
			continue
		}
		for _, inner := range t.Conditions {
			out = append(out, spread(inner)...)
		}
	}
	return out
}

// joins says whether two clauses on a path can be one line.
func joins(a, b document.Term) bool {
	if a.IgnoreCase != b.IgnoreCase {
		return false
	}
	return !slices.ContainsFunc(a.Tests, func(t document.Test) bool {
		return slices.ContainsFunc(b.Tests, func(u document.Test) bool { return t.Op == u.Op })
	})
}
