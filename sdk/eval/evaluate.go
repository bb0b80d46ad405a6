package eval

import (
	"encoding/json"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Result is what a flag serves to a context. It is a small value; its methods
// do not allocate.
type Result struct {
	flag      *flag
	reason    Reason
	served    bool // a variation is served
	variation int32
	rule      int32 // position in the flag's rules, -1 for none
	cell      int32 // position in the split's table, -1 for none
}

// Reason says why.
func (r Result) Reason() Reason { return r.reason }

// Served says whether a variation is served; otherwise the caller's own
// default is the answer.
func (r Result) Served() bool { return r.served }

// Variation returns the id of the variation that is served.
func (r Result) Variation() (id string, ok bool) {
	if !r.served {
		return "", false
	}
	return r.flag.variations[r.variation].id, true
}

// Raw returns the served value's JSON as it was written.
func (r Result) Raw() (json.RawMessage, bool) {
	if !r.served {
		return nil, false
	}
	return r.flag.variations[r.variation].raw, true
}

// Type returns the flag's type, empty when there is no such flag.
func (r Result) Type() ruleset.Type {
	if r.flag == nil {
		return ""
	}
	return r.flag.kind
}

// Bool returns the served value of a boolean flag.
func (r Result) Bool() (value, ok bool) {
	if !r.served || r.flag.kind != ruleset.Boolean {
		return false, false
	}
	return r.flag.variations[r.variation].truth, true
}

// Text returns the served value of a string flag.
func (r Result) Text() (string, bool) {
	if !r.served || r.flag.kind != ruleset.String {
		return "", false
	}
	return r.flag.variations[r.variation].text, true
}

// Int64 returns the served value of an integer flag, or of a double that is a
// whole number in range.
func (r Result) Int64() (int64, bool) {
	if !r.served || r.flag.kind != ruleset.Integer && r.flag.kind != ruleset.Double {
		return 0, false
	}
	v := &r.flag.variations[r.variation]
	return v.whole, v.isInt
}

// Float64 returns the served value of a double or an integer flag.
func (r Result) Float64() (float64, bool) {
	if !r.served || r.flag.kind != ruleset.Integer && r.flag.kind != ruleset.Double {
		return 0, false
	}
	return r.flag.variations[r.variation].num, true
}

// Rule returns the rule that decided: its position among the flag's own rules
// and its id.
func (r Result) Rule() (index int, id string, ok bool) {
	if r.reason != Rule {
		return 0, "", false
	}
	decided := &r.flag.rules[r.rule]
	return decided.index, decided.id, true
}

// Experiment returns the experiment that decided, its arm and its phase.
func (r Result) Experiment() (key, arm string, phase int, ok bool) {
	if r.reason != Experiment {
		return "", "", 0, false
	}
	decided := &r.flag.rules[r.rule]
	return decided.experiment, r.arm(decided), decided.phase, true
}

func (r Result) arm(decided *rule) string {
	at := int32(0)
	if sp := decided.serve.split; sp != nil {
		at = sp.cells[r.cell].arm
	}
	if at < 0 || int(at) >= len(decided.arms) {
		return ""
	}
	return decided.arms[at]
}

// Split says whether a table of more than one cell decided.
func (r Result) Split() bool {
	sp := r.split()
	return sp != nil && len(sp.cells) > 1
}

// split returns the table that decided.
func (r Result) split() *split {
	switch {
	case r.cell < 0 || r.flag == nil:
		return nil
	case r.rule >= 0:
		return r.flag.rules[r.rule].serve.split
	}
	return r.flag.fallthru.split
}

// memoLimit is how many flags that others read are remembered without a map.
const memoLimit = 8

// scope is one evaluation call. It lives on the stack.
type scope struct {
	s     *Snapshot
	b     *binding
	now   int64
	memo  [memoLimit]memoEntry
	known int
	more  map[int32]Result // when memo is full
	trace *trace           // nil unless somebody asked for the story
}

type memoEntry struct {
	flag   int32
	result Result
}

// Evaluate returns what the flag serves to a context at an instant, in
// milliseconds since 1970. A nil context is an empty one.
func (s *Snapshot) Evaluate(key string, c *Context, now int64) Result {
	at, ok := s.flagAt[key]
	if !ok {
		return Result{reason: FlagNotFound, rule: -1, cell: -1}
	}
	f := s.flags[at]
	if r, settled := f.settled(); settled {
		return r
	}
	if c == nil {
		c = empty
	}
	sc := scope{s: s, b: c.bind(s), now: now}
	return sc.evaluate(f)
}

// settled answers where no context can change the answer.
func (f *flag) settled() (Result, bool) {
	switch {
	case f.problem != nil:
		return Result{flag: f, reason: Error, rule: -1, cell: -1}, true
	case !f.enabled:
		return f.serveOff(Off), true
	case f.static() && f.fallthru.split == nil:
		return f.serveFixed(Default, f.fallthru.variation, -1), true
	}
	return Result{}, false
}

// evaluate is the algorithm of the specification.
func (sc *scope) evaluate(f *flag) Result {
	if r, settled := f.settled(); settled {
		return r
	}
	for i := range f.prerequisites {
		p := &f.prerequisites[i]
		r := sc.read(p.flag)
		if sc.trace != nil {
			sc.trace.prerequisite(p.key, r)
		}
		if !r.served || !slices.Contains(p.variations, r.flag.variations[r.variation].id) {
			return f.serveOff(PrerequisiteFailed)
		}
	}
	for i := range f.targets {
		t := &f.targets[i]
		if unit, ok := sc.value(t.slot).unit(); ok {
			if at, listed := t.units[unit]; listed {
				return f.serveFixed(Target, int32(at), -1)
			}
		}
	}
	for i := range f.rules {
		r := &f.rules[i]
		if r.when != nil && r.when.holds(sc) != yes {
			continue
		}
		reason := Rule
		if r.experiment != "" {
			reason = Experiment
		}
		if result, ok := sc.serve(f, &r.serve, reason, int32(i)); ok {
			return result
		}
	}
	if result, ok := sc.serve(f, &f.fallthru, Default, -1); ok {
		return result
	}
	return f.serveOff(Default)
}

// serve gives what a rule or the default serves; ok is false for SKIP.
func (sc *scope) serve(f *flag, s *serve, reason Reason, rule int32) (Result, bool) {
	if s.split == nil {
		return f.serveFixed(reason, s.variation, rule), true
	}
	cells := s.split.cells
	at := 0
	if len(cells) > 1 {
		h := sc.b.bucket(s.split, sc.now)
		if h == noUnit {
			if sc.trace != nil {
				sc.trace.note("NO_UNIT " + s.split.unit)
			}
			return Result{}, false
		}
		for h >= cells[at].end {
			at++
		}
	}
	if cells[at].variation == ruleset.Skip {
		return Result{}, false
	}
	return Result{flag: f, reason: reason, served: true, variation: cells[at].variation, rule: rule, cell: int32(at)}, true
}

func (f *flag) serveFixed(reason Reason, variation, rule int32) Result {
	if variation == ruleset.Code {
		return Result{flag: f, reason: CodeDefault, variation: -1, rule: rule, cell: -1}
	}
	return Result{flag: f, reason: reason, served: true, variation: variation, rule: rule, cell: -1}
}

func (f *flag) serveOff(reason Reason) Result {
	if f.off == ruleset.Code {
		return Result{flag: f, reason: reason, variation: -1, rule: -1, cell: -1}
	}
	return Result{flag: f, reason: reason, served: true, variation: f.off, rule: -1, cell: -1}
}

// value returns the attribute of a slot.
func (sc *scope) value(slot int32) *value {
	if slot == nowSlot {
		return &value{kind: number, num: float64(sc.now)}
	}
	return &sc.b.slots[slot]
}

func (sc *scope) clause(c *clause) truth {
	v := sc.value(c.slot)
	if v.kind == absent && c.op != opExists {
		if sc.trace != nil {
			sc.trace.note("ATTR_MISSING " + c.path)
		}
		return unknown
	}
	return c.test(v)
}

// group answers whether the context is in a target group.
func (sc *scope) group(at int32) truth {
	g := sc.s.groups[at]
	if unit, ok := sc.value(g.slot).unit(); ok {
		if _, out := g.exclude[unit]; out {
			return no
		}
		if _, in := g.include[unit]; in {
			return yes
		}
	}
	if g.when == nil {
		return no
	}
	return g.when.holds(sc)
}

// read evaluates another flag, once a call.
func (sc *scope) read(at int32) Result {
	for i := range sc.known {
		if sc.memo[i].flag == at {
			return sc.memo[i].result
		}
	}
	if r, ok := sc.more[at]; ok {
		return r
	}
	asked := sc.trace
	sc.trace = nil // the story of a flag that is read is its own
	r := sc.evaluate(sc.s.flags[at])
	sc.trace = asked
	if sc.known < memoLimit {
		sc.memo[sc.known] = memoEntry{at, r}
		sc.known++
		return r
	}
	if sc.more == nil {
		sc.more = map[int32]Result{}
	}
	sc.more[at] = r
	return r
}
