package eval

import (
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Detail is an evaluation with its story, in the form of the specification.
// Parts that do not apply are left out of its JSON.
type Detail struct {
	Flag string `json:"flag"`
	// Value is what is served: a json.RawMessage of a variation, or the
	// caller's own default, nil where the caller has not told one.
	Value any `json:"value,omitempty"`
	// Variation is the id of the variation; empty when none is served.
	Variation     string              `json:"variation,omitempty"`
	Reason        string              `json:"reason"`
	Rule          *RuleDetail         `json:"rule,omitempty"`
	Experiment    *ExperimentDetail   `json:"experiment,omitempty"`
	Error         *ErrorDetail        `json:"error,omitempty"`
	Split         *SplitDetail        `json:"split,omitempty"`
	Path          []string            `json:"path,omitempty"` // of the prerequisites that failed, this flag's own first
	Prerequisites []PrerequisiteCheck `json:"prerequisites,omitempty"`
	Notes         []string            `json:"notes,omitempty"`
	Revision      int64               `json:"revision"`
	Stale         bool                `json:"stale,omitempty"`
	AgeMS         int64               `json:"age_ms,omitempty"`
}

// RuleDetail names the rule that decided.
type RuleDetail struct {
	Index int    `json:"index"` // among the flag's own rules, from 0
	ID    string `json:"id"`
}

// ExperimentDetail names the experiment that decided.
type ExperimentDetail struct {
	Key   string `json:"key"`
	Arm   string `json:"arm,omitempty"`
	Phase int    `json:"phase"`
}

// ErrorDetail says why the flag cannot be used.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// SplitDetail says where the unit stands in the table that decided. Position
// and cell are in parts per million.
type SplitDetail struct {
	Seed     string `json:"seed"`
	Unit     string `json:"unit"`
	Position int    `json:"position"`
	Cell     [2]int `json:"cell"`
}

// PrerequisiteCheck is what a prerequisite served.
type PrerequisiteCheck struct {
	Flag      string `json:"flag"`
	Variation string `json:"variation,omitempty"`
	Reason    string `json:"reason"`
}

// Served says whether a variation is served.
func (d Detail) Served() bool { return d.Variation != "" }

// OrDefault puts the caller's own default where no variation is served.
func (d Detail) OrDefault(def any) Detail {
	if !d.Served() && d.Reason != Override.String() {
		d.Value = def
	}
	return d
}

// trace collects remarks while a detail is worked out.
type trace struct {
	notes         []string
	prerequisites []PrerequisiteCheck
	failed        Result
}

func (t *trace) note(text string) {
	if !slices.Contains(t.notes, text) {
		t.notes = append(t.notes, text)
	}
}

func (t *trace) prerequisite(key string, r Result) {
	id, _ := r.Variation()
	t.prerequisites = append(t.prerequisites, PrerequisiteCheck{key, id, r.reason.String()})
	t.failed = r
}

// Detail evaluates the flag and tells the story. The answer is Evaluate's; the
// notes and prerequisites are worked out anew, so this is for people and
// samples, not for each request.
func (s *Snapshot) Detail(key string, c *Context, now int64) Detail {
	if c == nil {
		c = empty
	}
	at, ok := s.flagAt[key]
	if !ok {
		return Detail{Flag: key, Reason: FlagNotFound.String(), Revision: s.header.Revision}
	}
	t := &trace{notes: slices.Clone(c.notes)}
	sc := scope{s: s, b: c.bind(s), now: now, trace: t}
	return sc.detail(sc.evaluate(s.flags[at]))
}

func (sc *scope) detail(r Result) Detail {
	d := Detail{Flag: r.flag.key, Reason: r.reason.String(), Notes: sc.trace.notes, Prerequisites: sc.trace.prerequisites, Revision: sc.s.header.Revision}
	if raw, ok := r.Raw(); ok {
		d.Value = raw
		d.Variation, _ = r.Variation()
	}
	if index, id, ok := r.Rule(); ok {
		d.Rule = &RuleDetail{index, id}
	}
	if key, arm, phase, ok := r.Experiment(); ok {
		d.Experiment = &ExperimentDetail{key, arm, phase}
	}
	if p := r.flag.problem; p != nil {
		d.Error = &ErrorDetail{p.Code, p.Message}
	}
	if r.reason == PrerequisiteFailed {
		d.Path = sc.failedPath(r.flag)
	}
	if r.Split() {
		sp := r.split()
		decided := sp.cells[r.cell]
		d.Split = &SplitDetail{sp.seed, sp.unit, int(Position(sc.b.bucket(sp, sc.now))), [2]int{decided.from, decided.to}}
	}
	return d
}

// failedPath lists the prerequisites that failed, each the reason of the one
// before.
func (sc *scope) failedPath(f *flag) []string {
	var path []string
	for f != nil {
		var next *flag
		for i := range f.prerequisites {
			p := &f.prerequisites[i]
			r := sc.read(p.flag)
			if r.served && slices.Contains(p.variations, r.flag.variations[r.variation].id) {
				continue
			}
			path = append(path, p.key)
			if r.reason == PrerequisiteFailed {
				next = r.flag
			}
			break
		}
		f = next
	}
	return path
}

// Explanation is a detail with every step that led to it or was passed by.
type Explanation struct {
	Detail
	Steps []Step `json:"steps"`
}

// Step is one place where the evaluation could have ended.
type Step struct {
	// Kind is "prerequisite", "targets", "experiment", "rule" or "default".
	Kind string `json:"kind"`
	// Name is the other flag's key, the path, the experiment's key or the
	// rule's id.
	Name string `json:"name,omitempty"`
	// Answer is "yes", "no" or "unknown": whether the step's condition holds.
	Answer string `json:"answer"`
	// Served is whether the evaluation ended here.
	Served bool `json:"served,omitempty"`
	// Note says why a step whose condition holds was passed by.
	Note string     `json:"note,omitempty"`
	When *Condition `json:"when,omitempty"`
}

// Condition is one part of a condition with its answer and, for a clause, the
// value it saw.
type Condition struct {
	Is     string        `json:"is"` // clause, target_group, flag, all, any, not
	Clause *ruleset.Expr `json:"clause,omitempty"`
	Name   string        `json:"name,omitempty"`
	Saw    any           `json:"saw,omitempty"`
	Answer string        `json:"answer"`
	Parts  []Condition   `json:"parts,omitempty"`
}

var truthNames = [...]string{no: "no", yes: "yes", unknown: "unknown"}

// Explain evaluates the flag and tells every step with the clauses that failed
// and the values they saw.
func (s *Snapshot) Explain(key string, c *Context, now int64) Explanation {
	e := Explanation{Detail: s.Detail(key, c, now), Steps: []Step{}}
	at, ok := s.flagAt[key]
	if !ok || s.flags[at].problem != nil || !s.flags[at].enabled {
		return e
	}
	if c == nil {
		c = empty
	}
	f := s.flags[at]
	sc := scope{s: s, b: c.bind(s), now: now}
	for i := range f.prerequisites {
		p := &f.prerequisites[i]
		answer := sc.serves(p.flag, p.variations)
		e.Steps = append(e.Steps, Step{Kind: "prerequisite", Name: p.key, Answer: truthNames[answer]})
		if answer != yes {
			return e
		}
	}
	for i := range f.targets {
		t := &f.targets[i]
		unit, _ := sc.value(t.slot).unit()
		_, listed := t.units[unit]
		e.Steps = append(e.Steps, Step{Kind: "targets", Name: s.path(t.slot), Answer: truthNames[truthOf(listed)], Served: listed})
		if listed {
			return e
		}
	}
	return sc.explainRules(f, e)
}

func (sc *scope) explainRules(f *flag, e Explanation) Explanation {
	for i := range f.rules {
		r := &f.rules[i]
		step := Step{Kind: "rule", Name: r.id, Answer: truthNames[yes]}
		if r.experiment != "" {
			step.Kind, step.Name = "experiment", r.experiment
		}
		if r.when != nil {
			condition := sc.explain(r.when)
			step.When, step.Answer = &condition, condition.Answer
		}
		if step.Answer == truthNames[yes] {
			_, step.Served = sc.serve(f, &r.serve, Rule, int32(i))
			if !step.Served {
				step.Note = sc.skipNote(r.serve.split)
			}
		}
		e.Steps = append(e.Steps, step)
		if step.Served {
			return e
		}
	}
	e.Steps = append(e.Steps, Step{Kind: "default", Answer: truthNames[yes], Served: true})
	return e
}

func (sc *scope) skipNote(sp *split) string {
	if sp != nil && len(sp.cells) > 1 && sc.b.bucket(sp, sc.now) == noUnit {
		return "the context has no " + sp.unit
	}
	return "this share goes on to the next rule"
}

func (sc *scope) explain(n *node) Condition {
	c := Condition{Is: kindNames[n.kind], Name: n.key, Answer: truthNames[n.holds(sc)]}
	if n.kind == ruleset.KindClause {
		c.Clause = n.source
		c.Saw = sc.value(n.clause.slot).plain()
	}
	for i := range n.kids {
		c.Parts = append(c.Parts, sc.explain(&n.kids[i]))
	}
	return c
}

var kindNames = map[ruleset.Kind]string{
	ruleset.KindClause: "clause", ruleset.KindGroup: "target_group", ruleset.KindFlag: "flag",
	ruleset.KindAll: "all", ruleset.KindAny: "any", ruleset.KindNot: "not",
}

func (s *Snapshot) path(slot int32) string {
	if slot == nowSlot {
		return "now"
	}
	return s.paths[slot]
}

// plain turns a value back into what JSON has for it.
func (v *value) plain() any {
	switch v.kind {
	case text:
		return v.text
	case number:
		return v.num
	case boolean:
		return v.truth
	case list:
		items := make([]any, len(v.list))
		for i := range v.list {
			items[i] = v.list[i].plain()
		}
		return items
	case object:
		return map[string]any{}
	}
	return nil
}
