package check

import (
	"maps"
	"slices"
	"strconv"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// State says whether anybody reaches a rule.
type State uint8

// The states of a rule.
const (
	Unknown       State = iota // neither could be shown
	Reachable                  // a context does
	Contradictory              // its condition holds for nobody
	Unreachable                // those for whom it holds are served before
)

// Verdict is what is known of a rule.
type Verdict struct {
	State State
	// Lists says that a context in which an attribute is a list may still
	// reach a rule that is contradictory or unreachable for single values.
	Lists bool
	// Witness is a context that reaches a reachable rule, or with lists one
	// that is not to be reached otherwise, where one was found; Now is the
	// clock to read it with.
	Witness map[string]any
	Now     int64
	// By are the positions of the rules above it that take those for whom it
	// holds: one, if one does alone; Targets says that target lists help.
	By      []int
	Targets bool
}

// Limits of the search, after which the answer is unknown.
const (
	maxFragments = 20_000     // of one rule
	maxSteps     = 20_000_000 // of one flag
	maxTries     = 32         // witnesses of one rule that the engine is asked about
)

// reacher searches the rules of one flag.
type reacher struct {
	*model
	rules []ruleset.Rule
	own   [][]box // by rule: for whom its condition holds; nil when that is too many
	known []bool
	takes [][]box // by rule: whom it surely serves; the target lists come last
	probe *eval.Snapshot
	idle  []bool // by rule: nobody reaches it, so that it takes nobody
	above []box  // the boxes of the rules above the one searched
	steps int
}

// Reach says of each of a flag's own rules, in order, whether anybody reaches
// it, and of its default in the last verdict. Prerequisites, experiments and the
// switch are not looked at: they stand before all rules alike.
func (e *Environment) Reach(flag string) []Verdict {
	f := e.flags[flag]
	if f == nil {
		return nil
	}
	return e.reacher(f).verdicts()
}

func (e *Environment) reacher(f *ruleset.Flag) *reacher {
	r := &reacher{model: newModel(e), rules: ownRules(f)}
	for i := range r.rules {
		r.learn(r.rules[i].When)
		if len(r.rules[i].Serve.Table) > 1 {
			r.unit(unitOf(r.rules[i].Serve.Unit))
		}
	}
	for path, units := range f.Targets {
		r.listing(path, "targets", slices.Sorted(maps.Keys(units)))
	}
	r.settle()
	for i := range r.rules {
		boxes, ok := r.boxes(r.rules[i].When, true)
		r.own, r.known = append(r.own, boxes), append(r.known, ok)
		r.takes = append(r.takes, r.taken(i))
	}
	var targets []box
	for path := range f.Targets {
		targets = append(targets, r.literal(r.listing(path, "targets", nil), true)...)
	}
	r.takes = append(r.takes, targets)
	r.probe = e.probe(f, r.rules)
	return r
}

// ownRules are a flag's rules without those of experiments.
func ownRules(f *ruleset.Flag) []ruleset.Rule {
	return slices.DeleteFunc(slices.Clone(f.Rules), func(r ruleset.Rule) bool { return r.Experiment != "" })
}

// taken is whom a rule surely serves: nobody where some go on by the table, and
// only those with a unit where there is one to bucket.
func (r *reacher) taken(i int) []box {
	serve := r.rules[i].Serve
	if !r.known[i] || slices.ContainsFunc(serve.Table, func(c ruleset.Cell) bool { return c.Variation == ruleset.Skip }) {
		return nil
	}
	if len(serve.Table) < 2 {
		return r.own[i]
	}
	out, _ := r.cross(r.own[i], r.literal(r.unit(unitOf(serve.Unit)), true))
	return out
}

func (r *reacher) verdicts() []Verdict {
	var out []Verdict
	for i := range r.rules {
		v := r.verdict(i, r.own[i], r.known[i])
		r.idle = append(r.idle, (v.State == Contradictory || v.State == Unreachable) && !v.Lists)
		out = append(out, v)
	}
	return append(out, r.verdict(len(r.rules), r.constant(true), true))
}

// verdict looks at single values first, then at lists too.
func (r *reacher) verdict(i int, own []box, known bool) Verdict {
	if !known || r.tooFine {
		return Verdict{}
	}
	single := r.search(i, own, false)
	if single.State == Reachable || single.State == Unknown {
		return single
	}
	withLists := r.search(i, own, true)
	single.Lists = withLists.State == Reachable || withLists.State == Unknown
	single.Witness, single.Now = withLists.Witness, withLists.Now
	if single.State == Unreachable {
		r.blame(i, own, &single)
	}
	return single
}

// search takes whom the rules above serve away from whom this rule fits, one
// fragment after the other, until one is left that the engine agrees on.
func (r *reacher) search(i int, own []box, lists bool) Verdict {
	start, ok := r.cross(own, []box{r.everything(lists)})
	if !ok {
		return Verdict{}
	}
	if len(start) == 0 {
		return Verdict{State: Contradictory}
	}
	r.above = slices.Clone(r.takes[len(r.rules)])
	for j, takes := range r.takes[:i] {
		if !r.idle[j] {
			r.above = append(r.above, takes...)
		}
	}
	above := make([]int32, len(r.above))
	for j := range above {
		above[j] = int32(j)
	}
	var stack []fragment
	for _, b := range start {
		stack = append(stack, fragment{b, above})
	}
	made, tries := 0, 0
	for len(stack) > 0 {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		cut, rest, covered := r.choose(at)
		switch {
		case covered:
		case r.steps > maxSteps || made > maxFragments || tries > maxTries:
			return Verdict{}
		case cut == nil:
			if context, now, ok := r.witness(at.box); ok && r.reaches(i, context, now) {
				return Verdict{State: Reachable, Witness: context, Now: now}
			}
			tries++
		default:
			for _, piece := range r.minus(at.box, cut) {
				stack = append(stack, fragment{piece, rest})
				made++
			}
		}
	}
	if tries > 0 {
		return Verdict{}
	}
	return Verdict{State: Unreachable}
}

// fragment is a part of whom a rule fits, and the boxes not yet taken from it.
type fragment struct {
	box   box
	above []int32 // positions in those of the search
}

// choose finds the box to take away next: the one that covers most of the
// fragment. Boxes that do not touch the fragment are left out of the rest; one
// that covers all of it settles the matter.
func (r *reacher) choose(at fragment) (cut box, rest []int32, covered bool) {
	most, chosen := 0.0, -1
	rest = make([]int32, 0, len(at.above))
	for _, b := range at.above {
		r.steps++
		share := r.share(at.box, r.above[b])
		if share == 0 {
			continue
		}
		if share == 1 {
			return nil, nil, true
		}
		if share > most {
			most, chosen = share, len(rest)
		}
		rest = append(rest, b)
	}
	if chosen < 0 {
		return nil, nil, false
	}
	cut = r.above[rest[chosen]]
	return cut, slices.Delete(rest, chosen, chosen+1), false
}

// share estimates how much of a lies in b, by cells.
func (r *reacher) share(a, b box) float64 {
	share := 1.0
	for i, other := range b {
		if other == nil {
			continue
		}
		mine := r.dimensions[i].all
		if a[i] != nil {
			mine = a[i].cells
		}
		both, all := mine.shared(other.cells)
		if both == 0 {
			return 0
		}
		if both < all {
			share *= float64(both) / float64(all)
		}
		if other.must != nil || other.not != nil {
			share *= 0.99 // open cells: not known without a closer look
		}
	}
	return share
}

// blame finds who serves those for whom an unreachable rule holds.
func (r *reacher) blame(i int, own []box, v *Verdict) {
	start, _ := r.cross(own, []box{r.everything(false)})
	alone := func(takes []box) bool {
		rest := start
		for _, b := range takes {
			var left []box
			for _, x := range rest {
				left = append(left, r.minus(x, b)...)
			}
			if rest = left; len(rest) > maxBoxes {
				return false
			}
		}
		return len(rest) == 0
	}
	for j := range r.rules[:i] {
		if alone(r.takes[j]) {
			v.By = []int{j}
			return
		}
	}
	touches := func(takes []box) bool {
		return slices.ContainsFunc(takes, func(b box) bool {
			return slices.ContainsFunc(start, func(x box) bool {
				_, some := r.meet(x, b)
				return some
			})
		})
	}
	v.Targets = touches(r.takes[len(r.rules)])
	for j := range r.rules[:i] {
		if touches(r.takes[j]) {
			v.By = append(v.By, j)
		}
	}
}

// probe compiles the rules one by one, so that the engine can be asked which of
// them take a context: "own 3" fits whom rule 3 fits, "takes 3" whom it serves.
func (e *Environment) probe(f *ruleset.Flag, rules []ruleset.Rule) *eval.Snapshot {
	set := &ruleset.Set{}
	one := ruleset.Flag{Type: ruleset.String, Enabled: true, Variations: answers, Off: ruleset.Code, Default: ruleset.Fixed(1)}
	var asked []*ruleset.Expr
	for i, r := range rules {
		own, takes := one, one
		own.Key, takes.Key = probeKey("own", i), probeKey("takes", i)
		own.Rules = []ruleset.Rule{{ID: "r", When: r.When, Serve: ruleset.Fixed(0)}}
		takes.Rules = own.Rules
		if len(r.Serve.Table) > 1 {
			takes.Rules = []ruleset.Rule{{ID: "r", When: r.When, Serve: wholeSplit(unitOf(r.Serve.Unit))}}
		}
		set.Flags = append(set.Flags, own, takes)
		asked = append(asked, r.When)
	}
	targets := one
	targets.Key, targets.Targets = probeKey("targets", 0), map[string]map[string]int{}
	for path, units := range f.Targets {
		targets.Targets[path] = map[string]int{}
		for unit := range units {
			targets.Targets[path][unit] = 0
		}
	}
	set.Flags = append(set.Flags, targets)
	e.addRead(set, asked)
	return eval.Compile(set)
}

// probeKey has a space, which no key of a flag has.
func probeKey(what string, i int) string { return what + " " + strconv.Itoa(i) }

// addRead adds the groups and flags that conditions read, and those that they do.
func (e *Environment) addRead(set *ruleset.Set, asked []*ruleset.Expr) {
	flags, groups := map[string]bool{}, map[string]bool{}
	var flag func(string)
	visit := func(*ruleset.Expr) {}
	flag = func(key string) {
		f := e.flags[key]
		if f == nil || flags[key] {
			return
		}
		flags[key] = true
		set.Flags = append(set.Flags, *f)
		for _, p := range f.Prerequisites {
			flag(p.Flag)
		}
		for i := range f.Rules {
			f.Rules[i].When.Walk(visit)
		}
	}
	visit = func(x *ruleset.Expr) {
		if x.Flag != "" {
			flag(x.Flag)
		}
		if g := e.groups[x.TargetGroup]; g != nil && !groups[g.Key] {
			groups[g.Key] = true
			set.Groups = append(set.Groups, *g)
			g.When.Walk(visit)
		}
	}
	for _, x := range asked {
		x.Walk(visit)
	}
}

// reaches asks the engine whether a context comes to a rule and fits it; to the
// default any context does that nothing takes.
func (r *reacher) reaches(i int, attributes map[string]any, now int64) bool {
	context := eval.NewContext(attributes)
	fits := func(key string) bool {
		id, _ := r.probe.Evaluate(key, context, now).Variation()
		return id == answers[0].ID
	}
	if fits(probeKey("targets", 0)) || i < len(r.rules) && !fits(probeKey("own", i)) {
		return false
	}
	for j := range r.rules[:i] {
		if r.terminal(j) && fits(probeKey("takes", j)) {
			return false
		}
	}
	return true
}

// terminal says whether nobody with a unit goes on past a rule that fits.
func (r *reacher) terminal(i int) bool {
	return !slices.ContainsFunc(r.rules[i].Serve.Table, func(c ruleset.Cell) bool { return c.Variation == ruleset.Skip })
}

// witness picks a context from a box; false where it only looked as if there
// were one.
func (r *reacher) witness(b box) (context map[string]any, now int64, ok bool) {
	context = map[string]any{}
	for i, d := range r.dimensions {
		if d.flag != "" || b[i] == nil {
			continue
		}
		value, found := d.pick(b[i])
		if !found {
			return nil, 0, false
		}
		if ms, isNumber := value.(float64); d.path == clockPath && isNumber {
			now = int64(ms)
		} else if value != nil {
			context[d.path] = value
		}
	}
	return context, now, true
}

// pick is a value on a side: of a closed cell, else a text made for the
// literals, else a list.
func (d *dimension) pick(s *side) (value any, found bool) {
	s.cells.each(func(i int) bool {
		if !d.cells[i].open {
			value, found = d.cells[i].value, true
		}
		return !found
	})
	if found {
		return value, true
	}
	if s.cells.meets(d.lists) {
		if some, possible := d.elements(s.must, s.not); possible {
			return d.list(some)
		}
	}
	if s.cells.meets(d.texts) {
		return d.compose(s), true
	}
	s.cells.each(func(i int) bool { // a number of a long list, perhaps
		value, found = d.cells[i].value, true
		return false
	})
	return value, found
}

func (d *dimension) list(some []*side) (any, bool) {
	out := []any{}
	for _, s := range some {
		value, found := d.pick(s)
		if !found {
			return nil, false
		}
		out = append(out, value)
	}
	return out, true
}

// compose joins what a text must have.
func (d *dimension) compose(s *side) string {
	var start, inside, end string
	for i, p := range d.predicates {
		if len(p.parts) == 0 || !s.must.has(literal(i, true)) && !s.not.has(literal(i, false)) {
			continue
		}
		at := p.parts[0]
		switch {
		case at.kind == partPrefix && len(at.text) > len(start):
			start = at.text
		case at.kind == partSuffix && len(at.text) > len(end):
			end = at.text
		case at.kind == partInside || at.kind == partEqual || at.kind == partOpaque:
			inside += at.samples("x")[0]
		}
	}
	return start + inside + end
}
