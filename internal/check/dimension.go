package check

import (
	"math"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// clockPath is the attribute that is the evaluation's clock.
const clockPath = "now"

// cell is a part of an attribute's values that no predicate splits, unless it is
// open.
type cell struct {
	value any // nil where the attribute is missing; of an open cell no more than an idea
	kind  cellKind
	truth []truth // by predicate
	open  bool
}

type cellKind uint8

const (
	scalarCell cellKind = iota
	textCell
	missingCell
	objectCell
	listCell
	outcomeCell
)

// dimension is what rules ask of one attribute, or of one flag, and the cells
// that its values fall into.
type dimension struct {
	path       string // of an attribute
	flag       string // else
	predicates []*predicate
	byKey      map[string]int

	cells []cell
	all   set
	lists set // the cell of lists
	opens set
	texts set // open cells of text
	// holds and lacks are, by literal, the cells where it may be so, or not.
	holds, lacks []set
	known        map[string]bool // remembered consistency of literals on open cells
}

// maxCells bounds how finely an attribute is looked at.
const maxCells = 8_192

// split makes the cells of an attribute; false when there are too many.
func (d *dimension) split() bool {
	if d.flag == "" {
		d.attributeCells()
	}
	n := len(d.cells)
	d.all, d.lists, d.opens, d.texts = newSet(n), newSet(n), newSet(n), newSet(n)
	d.known = map[string]bool{}
	d.holds, d.lacks = make([]set, 2*len(d.predicates)), make([]set, 2*len(d.predicates))
	for l := range d.holds {
		d.holds[l], d.lacks[l] = newSet(n), newSet(n)
	}
	for i := range d.cells {
		c := &d.cells[i]
		d.all.add(i)
		if c.kind == listCell {
			d.lists.add(i)
		}
		if c.open {
			d.opens.add(i)
		}
		if c.open && c.kind == textCell {
			d.texts.add(i)
		}
		for p, t := range c.truth {
			d.place(literal(p, true), i, t == yes, t == open)
			d.place(literal(p, false), i, t == no, t == open)
		}
	}
	return n <= maxCells
}

func (d *dimension) place(literal, cell int, holds, maybe bool) {
	if holds || maybe {
		d.holds[literal].add(cell)
	}
	if !holds || maybe {
		d.lacks[literal].add(cell)
	}
}

// attributeCells asks the engine about candidates, and puts those together that
// nothing tells apart.
func (d *dimension) attributeCells() {
	o := newOracle(d.path, d.predicates)
	m := merger{d: d, seen: map[string]bool{}}
	c := newCandidates(d.predicates)
	if d.path == clockPath {
		for _, f := range c.numberValues() {
			if f == math.Trunc(f) && math.Abs(f) <= ruleset.MaxSafeInteger {
				m.add(cell{value: f, truth: o.ask(f)})
			}
		}
		return
	}
	for _, s := range c.texts {
		m.add(cell{value: s, truth: o.ask(s)})
	}
	for _, s := range c.rest {
		closed := o.ask(s)
		opened, some := d.opened(closed)
		if some { // the text itself is a value too, and shows what the class has
			m.add(cell{value: s, truth: closed})
		}
		m.add(cell{value: s, kind: textCell, truth: opened, open: some})
	}
	for _, f := range c.numberValues() {
		m.add(d.numberCell(f, c.numbers[f], o))
	}
	m.add(cell{value: true, truth: o.ask(true)})
	m.add(cell{value: false, truth: o.ask(false)})
	m.add(cell{kind: missingCell, truth: o.ask(nil)})
	object := map[string]any{"key": true}
	m.add(cell{value: object, kind: objectCell, truth: o.ask(object)})
	m.add(d.listCell())
}

// numberCell is a number that is named, or one for a range where long lists may
// hold some.
func (d *dimension) numberCell(f float64, named bool, o *oracle) cell {
	c := cell{value: f, truth: o.ask(f)}
	if _, whole := ruleset.WholeNumber(f); named || !whole && f == math.Trunc(f) {
		return c
	}
	for i, p := range d.predicates {
		if p.opaque && (p.kind == aClause || f == math.Trunc(f)) {
			c.truth[i], c.open = open, true
		}
	}
	return c
}

// opened is the truth of predicates for the class of a text: those that look
// into it may hold or not.
func (d *dimension) opened(closed []truth) (out []truth, some bool) {
	out = append(out, closed...)
	if d.enumerable() {
		return out, false
	}
	versions := false
	for _, p := range d.predicates {
		versions = versions || p.kind == aClause && strings.HasPrefix(p.clause.Op, "ver_")
	}
	for i, p := range d.predicates {
		// An address is a version too, so that the two orders cross.
		crossed := versions && p.kind == aClause && p.clause.Op == ruleset.OpCIDR
		if p.parts != nil && !p.onLists() || p.opaque && !p.onLists() || crossed {
			out[i], some = open, true
		}
	}
	return out, some
}

// enumerable says whether the samples of the predicates that look into texts
// show all there is: they look at one end only, and no other order crosses.
func (d *dimension) enumerable() bool {
	var ends [partInside + 1]bool
	for _, p := range d.predicates {
		if p.bounded || p.opaque || p.kind == aClause && d.ordered(p.clause.Op) {
			return false
		}
		for _, at := range p.parts {
			ends[at.kind] = true
			if at.fold {
				return false
			}
		}
	}
	return !ends[partOpaque] && !ends[partInside] && !(ends[partPrefix] && ends[partSuffix])
}

// ordered says whether an operator reads an order out of texts.
func (d *dimension) ordered(op string) bool {
	return strings.HasPrefix(op, "ver_") || op == ruleset.OpBefore || op == ruleset.OpAfter || op == ruleset.OpCIDR
}

// onLists says whether a predicate is about lists only.
func (p *predicate) onLists() bool { return p.kind == aClause && p.clause.Op == ruleset.OpAllIn }

// listCell stands for all lists: any clause may hold on some.
func (d *dimension) listCell() cell {
	c := cell{kind: listCell, truth: make([]truth, len(d.predicates)), open: true}
	for i, p := range d.predicates {
		switch {
		case p.kind != aClause:
			c.truth[i] = no // a list is no unit
		case p.clause.Op == ruleset.OpExists:
			c.truth[i] = yes
		default:
			c.truth[i] = open
		}
	}
	return c
}

// merger keeps one cell of those with the same answers.
type merger struct {
	d    *dimension
	seen map[string]bool
}

func (m *merger) add(c cell) {
	kind := c.kind
	if !c.open && kind == textCell {
		kind = scalarCell
	}
	key := make([]byte, 0, len(c.truth)+1)
	key = append(key, byte(kind))
	for _, t := range c.truth {
		key = append(key, byte(t))
	}
	if m.seen[string(key)] {
		return
	}
	m.seen[string(key)] = true
	c.kind = kind
	m.d.cells = append(m.d.cells, c)
}
