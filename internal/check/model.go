package check

import (
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// box is a set of contexts: one side for each dimension.
type box []*side

// maxBoxes bounds how many boxes a condition may take.
const maxBoxes = 64

// ref is a predicate of a dimension.
type ref struct {
	dimension *dimension
	at        int // among the dimensions
	predicate int
}

// model is what the rules of one flag ask, by dimension.
type model struct {
	env        *Environment
	dimensions []*dimension
	byKey      map[string]int
	clauses    map[*ruleset.Expr]ref
	reads      map[string]bool // flags whose outcome is asked for
	tooFine    bool            // an attribute has too many cells to look at
}

func newModel(env *Environment) *model {
	return &model{env: env, byKey: map[string]int{}, clauses: map[*ruleset.Expr]ref{}, reads: map[string]bool{}}
}

func (m *model) dimension(path, flag string) (*dimension, int) {
	key := "attribute " + path
	if flag != "" {
		key = "flag " + flag
	}
	if at, known := m.byKey[key]; known {
		return m.dimensions[at], at
	}
	d := &dimension{path: path, flag: flag, byKey: map[string]int{}}
	m.byKey[key] = len(m.dimensions)
	m.dimensions = append(m.dimensions, d)
	return d, len(m.dimensions) - 1
}

// predicate finds a predicate of a dimension, or makes it.
func (m *model) predicate(path, flag, key string, make func() *predicate) ref {
	d, at := m.dimension(path, flag)
	i, known := d.byKey[key]
	if !known {
		i = len(d.predicates)
		d.byKey[key] = i
		d.predicates = append(d.predicates, make())
	}
	return ref{d, at, i}
}

// learn enters what a condition asks, with the groups that it names.
func (m *model) learn(e *ruleset.Expr) {
	e.Walk(func(e *ruleset.Expr) {
		switch {
		case e.Op != "":
			m.clauses[e] = m.clause(e)
		case e.Flag != "":
			m.clauses[e] = m.outcome(e)
		case e.TargetGroup != "":
			if g := m.env.groups[e.TargetGroup]; g != nil {
				m.listing(unitOf(g.Unit), "include "+g.Key, g.Include)
				m.listing(unitOf(g.Unit), "exclude "+g.Key, g.Exclude)
				m.learn(g.When)
			}
		}
	})
}

func (m *model) clause(e *ruleset.Expr) ref {
	r := m.predicate(e.Attr, "", clauseKey(e), func() *predicate { return clausePredicate(e) })
	if e.Op == ruleset.OpAllIn && r.dimension.predicates[r.predicate].element < 0 {
		inside := &ruleset.Expr{Attr: e.Attr, Op: ruleset.OpIn, Values: e.Values}
		r.dimension.predicates[r.predicate].element = m.clause(inside).predicate
	}
	return r
}

func (m *model) listing(path, key string, list []string) ref {
	return m.predicate(path, "", "list "+key, func() *predicate {
		return &predicate{kind: aListing, list: list, opaque: len(list) > longList, element: -1}
	})
}

func (m *model) unit(path string) ref {
	return m.predicate(path, "", "unit", func() *predicate { return &predicate{kind: aUnit, element: -1} })
}

func unitOf(path string) string {
	if path == "" {
		return ruleset.TargetingKey
	}
	return path
}

// outcome asks what another flag serves. Its cells are what it can serve; the
// rest of the context is taken to have no say in which.
func (m *model) outcome(e *ruleset.Expr) ref {
	m.reads[e.Flag] = true
	key := "serves"
	for _, id := range e.Variations {
		key += " " + id
	}
	return m.predicate("", e.Flag, key, func() *predicate {
		return &predicate{kind: anOutcome, clause: e, ids: e.Variations, element: -1}
	})
}

// settle makes the cells of every dimension.
func (m *model) settle() {
	for _, d := range m.dimensions {
		if d.flag != "" {
			d.outcomeCells(m.env.Serves(d.flag))
		}
		if !d.split() {
			m.tooFine = true
		}
	}
}

func (d *dimension) outcomeCells(ids []string) {
	for _, id := range ids {
		c := cell{value: id, kind: outcomeCell, truth: make([]truth, len(d.predicates))}
		for i, p := range d.predicates {
			switch {
			case id == "":
			case slices.Contains(p.ids, id):
				c.truth[i] = yes
			default:
				c.truth[i] = no
			}
		}
		d.cells = append(d.cells, c)
	}
}

// everything is the box of all contexts, with or without those that have lists.
func (m *model) everything(lists bool) box {
	out := make(box, len(m.dimensions))
	for i, d := range m.dimensions {
		if !lists && !d.lists.empty() {
			out[i] = &side{cells: d.all.without(d.lists)}
		}
	}
	return out
}

// boxes are the contexts for which an expression is true, or is false; ok is
// false when they are too many.
func (m *model) boxes(e *ruleset.Expr, truth bool) (list []box, ok bool) {
	switch {
	case e == nil:
		return m.constant(truth), true
	case e.Op != "" || e.Flag != "":
		return m.literal(m.clauses[e], truth), true
	case e.TargetGroup != "":
		return m.group(m.env.groups[e.TargetGroup], truth)
	case e.Not != nil:
		return m.boxes(e.Not, !truth)
	}
	// All are true, or some is true; some is false, or all are false.
	all := (e.All != nil) == truth
	list = m.constant(all)
	children := e.Children()
	for i := range children {
		boxes, ok := m.boxes(&children[i], truth)
		if !ok {
			return nil, false
		}
		if !all {
			list = append(list, boxes...)
		} else if list, ok = m.cross(list, boxes); !ok {
			return nil, false
		}
	}
	return list, len(list) <= maxBoxes
}

// constant is everything, or nothing.
func (m *model) constant(everything bool) []box {
	if everything {
		return []box{make(box, len(m.dimensions))}
	}
	return nil
}

func (m *model) literal(r ref, truth bool) []box {
	s, some := r.dimension.where(literal(r.predicate, truth))
	if !some {
		return nil
	}
	b := make(box, len(m.dimensions))
	b[r.at] = s
	return []box{b}
}

// group is true for a unit that is included, or fits, and is not excluded.
func (m *model) group(g *ruleset.Group, truth bool) ([]box, bool) {
	if g == nil {
		return nil, false
	}
	excluded := m.listing(unitOf(g.Unit), "exclude "+g.Key, g.Exclude)
	included := m.listing(unitOf(g.Unit), "include "+g.Key, g.Include)
	when, ok := m.constant(!truth), true // none is nobody
	if g.When != nil {
		when, ok = m.boxes(g.When, truth)
	}
	if !ok {
		return nil, false
	}
	rest, ok := m.cross(m.literal(included, false), when)
	if truth {
		rest = append(m.literal(included, true), rest...)
	}
	if ok {
		rest, ok = m.cross(m.literal(excluded, false), rest)
	}
	if !truth {
		rest = append(m.literal(excluded, true), rest...)
	}
	return rest, ok && len(rest) <= maxBoxes
}

// cross is what lies in a box of both lists.
func (m *model) cross(a, b []box) (out []box, ok bool) {
	for _, x := range a {
		for _, y := range b {
			if both, some := m.meet(x, y); some {
				out = append(out, both)
			}
			if len(out) > maxBoxes {
				return nil, false
			}
		}
	}
	return out, true
}

func (m *model) meet(a, b box) (box, bool) {
	out := make(box, len(a))
	for i, d := range m.dimensions {
		s, some := d.meet(a[i], b[i])
		if !some {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}

// minus is a without b, in boxes that have nothing in common.
func (m *model) minus(a, b box) []box {
	var out []box
	rest := slices.Clone(a)
	for i, d := range m.dimensions {
		if b[i] == nil {
			continue
		}
		both, some := d.meet(rest[i], b[i])
		if !some {
			return []box{a}
		}
		for _, piece := range d.minus(rest[i], b[i]) {
			one := slices.Clone(rest)
			one[i] = piece
			out = append(out, one)
		}
		rest[i] = both
	}
	return out
}
