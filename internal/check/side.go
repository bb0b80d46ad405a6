package check

// side is a set of values of one dimension: cells and, on the open ones of them,
// literals that hold and literals that do not. A nil side is every value.
type side struct {
	cells     set
	must, not set // of literals; nil where no cell is open
}

// where is the side on which a literal holds; false when it is empty.
func (d *dimension) where(literal int) (*side, bool) {
	must := newSet(len(d.holds))
	must.add(literal)
	return d.settle(&side{cells: d.holds[literal], must: must})
}

func (d *dimension) meet(a, b *side) (*side, bool) {
	if a == nil {
		return b, true
	}
	if b == nil {
		return a, true
	}
	return d.settle(&side{cells: a.cells.and(b.cells), must: a.must.or(b.must), not: a.not.or(b.not)})
}

// settle takes the open cells away on which the literals cannot be together. It
// says whether anything is left.
func (d *dimension) settle(s *side) (*side, bool) {
	if s.cells.meets(d.opens) {
		s.cells = s.cells.without(d.impossible(s))
	}
	if !s.cells.meets(d.opens) {
		s.must, s.not = nil, nil
	}
	return s, !s.cells.empty()
}

// minus is a without b, in pieces that have nothing in common.
func (d *dimension) minus(a, b *side) []*side {
	if b == nil {
		return nil
	}
	if a == nil {
		a = &side{cells: d.all}
	}
	var out []*side
	add := func(s *side) {
		if s, some := d.settle(s); some {
			out = append(out, s)
		}
	}
	add(&side{cells: a.cells.without(b.cells), must: a.must, not: a.not})
	shared := a.cells.and(b.cells).and(d.opens)
	if shared.empty() {
		return out
	}
	must, not := a.must, a.not
	b.must.each(func(l int) bool {
		if !must.has(l) {
			add(&side{cells: shared.and(d.lacks[l]), must: must, not: d.with(not, l)})
			must = d.with(must, l)
		}
		return true
	})
	b.not.each(func(l int) bool {
		if !not.has(l) {
			add(&side{cells: shared.and(d.holds[l]), must: d.with(must, l), not: not})
			not = d.with(not, l)
		}
		return true
	})
	return out
}

func (d *dimension) with(s set, literal int) set {
	one := newSet(len(d.holds))
	one.add(literal)
	return one.or(s)
}

// impossible are the open cells of a side that hold no value for its literals.
func (d *dimension) impossible(s *side) set {
	if s.must.meets(s.not) {
		return d.opens
	}
	out := newSet(len(d.cells))
	if s.cells.meets(d.texts) && !d.remembered("t", s, d.textPossible) {
		out = out.or(d.texts)
	}
	if s.cells.meets(d.lists) && !d.remembered("l", s, d.listPossible) {
		out = out.or(d.lists)
	}
	return out
}

func (d *dimension) remembered(about string, s *side, find func(must, not set) bool) bool {
	key := about + s.must.key() + "|" + s.not.key()
	if possible, known := d.known[key]; known {
		return possible
	}
	possible := find(s.must, s.not)
	d.known[key] = possible
	return possible
}

// textPossible says whether a text that is not named may have these literals.
func (d *dimension) textPossible(must, not set) bool {
	return d.shortText(must, not) || d.longText(must, not)
}

// longText is over the limit of patterns: all of them are unknown, and whatever
// else is asked is looked at with short texts.
func (d *dimension) longText(must, not set) bool {
	bounded, asked := false, false
	for i, p := range d.predicates {
		bounded = bounded || p.bounded
		asked = asked || p.bounded && (must.has(literal(i, true)) || must.has(literal(i, false)))
	}
	return bounded && !asked && d.consistent(must, not, true)
}

func (d *dimension) shortText(must, not set) bool { return d.consistent(must, not, false) }

// consistent looks for a contradiction between literals on text.
func (d *dimension) consistent(must, not set, long bool) bool {
	var fit, unfit []*predicate
	for i, p := range d.predicates {
		t, f := literal(i, true), literal(i, false)
		if p.parts == nil || p.onLists() || long && p.bounded {
			// Nothing is known but that it is not both.
			if must.has(t) && must.has(f) || p.opaque && !p.onLists() && not.has(t) && not.has(f) {
				return false
			}
			continue
		}
		if must.has(t) || not.has(f) {
			fit = append(fit, p)
		}
		if must.has(f) || not.has(t) {
			unfit = append(unfit, p)
		}
	}
	for _, p := range unfit {
		for _, at := range p.parts {
			if at.kind == partAny {
				return false
			}
		}
	}
	for _, p := range fit {
		if !p.alive(fit, unfit) {
			return false
		}
	}
	return true
}

// alive says whether a part of p is left that the others leave possible.
func (p *predicate) alive(fit, unfit []*predicate) bool {
	for _, at := range p.parts {
		if at.possible(fit, unfit) {
			return true
		}
	}
	return false
}

func (p part) possible(fit, unfit []*predicate) bool {
	if p.kind == partEqual && !p.fold {
		return false // that text is named, and has a cell of its own
	}
	for _, other := range unfit {
		for _, at := range other.parts {
			if p.implies(at) {
				return false
			}
		}
	}
	for _, other := range fit {
		if !other.admits(p) {
			return false
		}
	}
	return true
}

// admits says whether a part of p may fit together with another one.
func (p *predicate) admits(other part) bool {
	for _, at := range p.parts {
		if !at.excludes(other) {
			return true
		}
	}
	return false
}

// listPossible says whether a list may have these literals.
func (d *dimension) listPossible(must, not set) bool {
	_, possible := d.elements(must, not)
	return possible
}

// elements are sides for the elements of a list with these literals, one element
// on each. The empty list is possible where none is asked for.
func (d *dimension) elements(must, not set) (some []*side, possible bool) {
	a := asked{d: d, each: &side{cells: d.scalars()}, any: true}
	list := d.cells[d.listIndex()].truth
	for i, p := range d.predicates {
		if list[i] == open {
			a.predicate(i, p, must, not)
		}
	}
	if len(a.wanted) == 0 && !a.filled {
		return nil, true
	}
	for _, w := range append(a.wanted, a.outside...) {
		one, ok := d.meet(a.each, w)
		if !a.any || !ok {
			return nil, false
		}
		some = append(some, one)
	}
	if len(some) == 0 {
		some = append(some, a.each)
	}
	return some, a.any
}

// asked collects what a list is asked for.
type asked struct {
	d       *dimension
	each    *side // on which all elements lie
	any     bool  // that side is not empty
	wanted  []*side
	outside []*side // wanted too, unless the list is empty
	filled  bool    // the list is not empty
}

func (a *asked) predicate(i int, p *predicate, must, not set) {
	t, f := literal(i, true), literal(i, false)
	if p.onLists() { // true or false on any list
		inside := literal(p.element, true)
		if must.has(t) || not.has(f) {
			a.filled = true
			a.narrow(a.d.holds[inside], inside, true)
		}
		if must.has(f) || not.has(t) {
			a.outside = append(a.outside, a.element(a.d.lacks[inside], inside, false))
		}
		return
	}
	if must.has(f) {
		a.narrow(a.d.holds[f], f, true)
	}
	if not.has(t) {
		a.narrow(a.d.lacks[t], t, false)
	}
	if must.has(t) {
		a.wanted = append(a.wanted, a.element(a.d.holds[t], t, true))
	}
	if not.has(f) {
		a.wanted = append(a.wanted, a.element(a.d.lacks[f], f, false))
	}
}

// element is a side of values that can be in a list; it may be empty.
func (a *asked) element(cells set, literal int, holds bool) *side {
	s := &side{cells: cells.and(a.d.scalars())}
	if holds {
		s.must = a.d.with(nil, literal)
	} else {
		s.not = a.d.with(nil, literal)
	}
	s, _ = a.d.settle(s)
	return s
}

func (a *asked) narrow(cells set, literal int, holds bool) {
	s, some := a.d.meet(a.each, a.element(cells, literal, holds))
	a.each, a.any = s, a.any && some
}

// scalars are the cells of what a list can hold.
func (d *dimension) scalars() set {
	out := newSet(len(d.cells))
	for i := range d.cells {
		switch d.cells[i].kind {
		case missingCell, objectCell, listCell:
		default:
			out.add(i)
		}
	}
	return out
}

func (d *dimension) listIndex() int {
	at := -1
	d.lists.each(func(i int) bool {
		at = i
		return false
	})
	return at
}
