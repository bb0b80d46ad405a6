package eval

// scope is one evaluation call. It lives on the stack, and so may the context
// that it reads: nothing is stored through a *scope.
type scope struct {
	s     *Snapshot
	b     *binding
	attrs []Attribute
	clock *value
	trace *trace // nil unless somebody asked for the story
	// answers to the conditions of rules, by number and plus one, where many flags
	// are evaluated at once; else nil.
	answers []answer
}

// Evaluate decides what a flag serves to a context at an instant, in
// milliseconds since 1970. A nil context has no attributes; a nil snapshot is
// one that has not been received yet.
func (s *Snapshot) Evaluate(key string, c *Context, now int64) Result {
	if s == nil {
		return Result{reason: NotReady, variation: noVariation, cell: noCell}
	}
	id, known := s.index[key]
	if !known {
		return Result{reason: FlagNotFound, variation: noVariation, cell: noCell}
	}
	f := &s.flags[id]
	if f.settled {
		return f.answer
	}
	if c == nil {
		c = s.nobody
	}
	clock := numberValue(float64(now))
	e := scope{s: s, b: c.bind(s), attrs: c.attrs, clock: &clock}
	return e.flag(f)
}

// noCell says that no table decided.
const noCell = -1

// flag is the algorithm of the specification, from prerequisites on.
func (e *scope) flag(f *flag) Result {
	for i := range f.prerequisites {
		if !e.meets(&f.prerequisites[i]) {
			return Result{flag: f, reason: PrerequisiteFailed, variation: f.off, cell: noCell}
		}
	}
	for i := range f.targets {
		if v, listed := e.target(&f.targets[i]); listed {
			return Result{flag: f, reason: Target, variation: v, cell: noCell}
		}
	}
	if f.index != nil && e.trace == nil { // a story is told of every rule on the way
		if r, decided := e.searchRules(f); decided {
			return r
		}
		return e.last(f)
	}
	for i := range f.rules {
		switch r := &f.rules[i]; {
		case r.when == nil:
		case e.answers != nil && e.holds(r) != yes:
			continue
		case e.answers == nil && e.test(r.when) != yes: // not by matches: a call more in each rule shows
			continue
		}
		if r, decided := e.decide(f, i); decided {
			return r
		}
	}
	return e.last(f)
}

// last is what a flag serves where no rule decides.
func (e *scope) last(f *flag) Result {
	v, at, served := e.choose(&f.def)
	result := f.serveDefault(v, served)
	if served {
		result.cell = at
	}
	return result
}

// decide serves what a rule that matches serves, which may be nothing.
func (e *scope) decide(f *flag, i int) (result Result, decided bool) {
	r := &f.rules[i]
	v, at, served := e.choose(&r.serve)
	if !served {
		e.passedBy(r)
		return Result{}, false
	}
	reason := Rule
	if r.experiment != "" {
		reason = Experiment
	}
	return Result{flag: f, reason: reason, variation: v, rule: int16(i), cell: at}, true
}

// serveDefault is the end of the algorithm: the default, or off where the
// default gives nothing to this unit.
func (f *flag) serveDefault(v int16, served bool) Result {
	switch {
	case !served:
		return Result{flag: f, reason: Default, variation: f.off, cell: noCell}
	case v == noVariation:
		return Result{flag: f, reason: CodeDefault, variation: noVariation, cell: noCell}
	}
	return Result{flag: f, reason: Default, variation: v, cell: noCell}
}

func (e *scope) meets(p *requirement) bool {
	r := e.read(p.flag)
	if e.trace != nil {
		e.trace.prerequisite(r)
	}
	return r.variation >= 0 && p.fits[r.variation]
}

func (e *scope) target(t *targetList) (variation int16, listed bool) {
	v := e.value(t.slot)
	if v == nil {
		return 0, false
	}
	var buf [unitNumber]byte
	unit, digits, ok := v.unit(&buf)
	switch {
	case !ok:
		return 0, false
	case digits != nil:
		variation, listed = t.units[string(digits)]
	default:
		variation, listed = t.units[unit]
	}
	return variation, listed
}

// choose gives the variation and the cell that a serve has for the context;
// served is false for SKIP.
func (e *scope) choose(s *serve) (variation, at int16, served bool) {
	if s.cells == nil {
		return s.fixed, noCell, !s.skip
	}
	h, ok := e.bucket(s)
	if !ok {
		if e.trace != nil {
			e.trace.note("NO_UNIT " + s.unit)
		}
		return 0, noCell, false
	}
	for h >= s.cells[at].below {
		at++
	}
	variation = s.cells[at].variation
	return variation, at, variation != noVariation
}

// bucket hashes a unit once per context and pair of seed and path.
func (e *scope) bucket(s *serve) (uint32, bool) {
	var kept *memo
	if s.slot != clockSlot {
		kept = e.b.memos().hash(s.split)
	}
	if h, known := kept.recall(s.split); known {
		return h, true
	}
	v := e.value(s.slot)
	if v == nil {
		return 0, false
	}
	var buf [unitNumber]byte
	unit, digits, ok := v.unit(&buf)
	if !ok {
		return 0, false
	}
	if digits != nil {
		unit = string(digits)
	}
	h := Bucket(s.seed, unit)
	kept.remember(s.split, h)
	return h, true
}

// value is the attribute in a slot, nil when it is missing.
func (e *scope) value(slot int32) *value {
	if slot == clockSlot {
		return e.clock
	}
	i := e.b.at(slot) - 1
	if uint(i) < uint(len(e.attrs)) {
		return &e.attrs[i].value
	}
	if i < 0 {
		return nil
	}
	return &e.b.more.deep[i-len(e.attrs)].value
}

// holds evaluates the condition of a rule, once for all rules that have it.
func (e *scope) holds(r *rule) answer {
	if kept := e.answers[r.condition]; kept != 0 {
		return kept - 1
	}
	a := e.test(r.when)
	e.answers[r.condition] = a + 1
	return a
}

// test evaluates a condition in three-valued logic.
func (e *scope) test(n *node) answer {
	switch n.kind {
	case nodeClause:
		return e.clause(n)
	case nodeAll:
		result := yes
		for i := range n.sub {
			one := no
			if sub := &n.sub[i]; sub.kind == nodeClause { // the usual case, without recursion
				one = e.clause(sub)
			} else {
				one = e.test(sub)
			}
			if one == no {
				return no
			}
			result = min(result, one)
		}
		return result
	case nodeAny:
		result := no
		for i := range n.sub {
			if result = max(result, e.test(&n.sub[i])); result == yes {
				break
			}
		}
		return result
	case nodeNot:
		return yes - e.test(&n.sub[0])
	case nodeGroup:
		return e.group(n.group)
	}
	r := e.read(n.flag.flag)
	if r.variation < 0 {
		return unknown
	}
	return answerOf(n.flag.fits[r.variation])
}

func (e *scope) clause(n *node) answer {
	c := &n.clause
	v := e.value(c.slot)
	if v != nil && v.kind != list {
		switch c.op {
		case opIn:
			return c.in(v)
		case opAllIn, opExists:
		default:
			return c.testScalar(v)
		}
	}
	if v == nil && e.trace != nil && c.op != opExists {
		e.trace.note("ATTR_MISSING " + n.source.Attr)
	}
	return c.test(v)
}

func (e *scope) group(id int32) answer {
	g := &e.s.groups[id]
	var kept *memo
	if !g.clock && e.trace == nil {
		kept = e.b.memos().group(id)
	}
	if a, known := kept.recall(id); known {
		return answer(a)
	}
	a := e.testGroup(g)
	kept.remember(id, uint32(a))
	return a
}

func (e *scope) testGroup(g *group) answer {
	if v := e.value(g.slot); v != nil {
		var buf [unitNumber]byte
		if unit, digits, ok := v.unit(&buf); ok {
			if listed(g.exclude, unit, digits) {
				return no
			}
			if listed(g.include, unit, digits) {
				return yes
			}
		}
	}
	if g.when == nil {
		return no
	}
	return e.test(g.when)
}

func listed(set map[string]struct{}, unit string, digits []byte) (found bool) {
	if digits != nil {
		_, found = set[string(digits)]
		return found
	}
	_, found = set[unit]
	return found
}

// read is what another flag serves, as its variation and reason. Its story is
// its own and not told here.
func (e *scope) read(id int32) Result {
	f := &e.s.flags[id]
	if f.settled {
		return f.answer
	}
	var kept *memo
	if !f.clock {
		kept = e.b.memos().flag(id)
	}
	if word, known := kept.recall(id); known {
		return Result{flag: f, reason: Reason(word >> 16), variation: int16(uint16(word)), cell: noCell}
	}
	untold := *e
	untold.trace = nil
	r := untold.flag(f)
	kept.remember(id, uint32(r.reason)<<16|uint32(uint16(r.variation)))
	return r
}

// passedBy notes a rule whose condition holds and that served nothing. An
// experiment that somebody is not in is no news: the rules go on as without it.
func (e *scope) passedBy(r *rule) {
	if e.trace != nil && r.experiment == "" && r.id != "" {
		e.trace.note("SKIP " + r.id)
	}
}
