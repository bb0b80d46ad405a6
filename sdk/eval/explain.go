package eval

import "burgee.dev/burgee/sdk/ruleset"

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
// value that it saw.
type Condition struct {
	Is     string        `json:"is"` // clause, target_group, flag, all, any, not
	Clause *ruleset.Expr `json:"clause,omitempty"`
	Name   string        `json:"name,omitempty"`
	Saw    any           `json:"saw,omitempty"`
	Answer string        `json:"answer"`
	Parts  []Condition   `json:"parts,omitempty"`
}

// Explain evaluates a flag and tells every step, with the clauses that failed
// and the values that they saw. Rules after the deciding one are not told: they
// were not reached.
func (s *Snapshot) Explain(key string, c *Context, now int64) Explanation {
	x := Explanation{Detail: s.Detail(key, c, now), Steps: []Step{}}
	f := s.find(key)
	if f == nil || f.fault != nil || !f.enabled {
		return x
	}
	if c == nil {
		c = s.nobody
	}
	e := s.tell(c, now)
	for i := range f.prerequisites {
		p := &f.prerequisites[i]
		met := e.meets(p)
		x.Steps = append(x.Steps, Step{Kind: "prerequisite", Name: s.flags[p.flag].key, Answer: answerOf(met).String()})
		if !met {
			return x
		}
	}
	for i := range f.targets {
		_, listed := e.target(&f.targets[i])
		x.Steps = append(x.Steps, Step{Kind: "targets", Name: f.targets[i].path, Answer: answerOf(listed).String(), Served: listed})
		if listed {
			return x
		}
	}
	x.Steps = append(x.Steps, e.explainRules(f)...)
	return x
}

func (e *scope) explainRules(f *flag) []Step {
	var steps []Step
	for i := range f.rules {
		step := e.explainRule(&f.rules[i])
		steps = append(steps, step)
		if step.Served {
			return steps
		}
	}
	last := Step{Kind: "default", Answer: yes.String(), Served: true}
	if _, _, served := e.choose(&f.def); !served {
		last.Note = e.skipNote(&f.def)
	}
	return append(steps, last)
}

func (e *scope) explainRule(r *rule) Step {
	step := Step{Kind: "rule", Name: r.id, Answer: yes.String()}
	if r.experiment != "" {
		step.Kind, step.Name = "experiment", r.experiment
	}
	if r.when != nil {
		condition := e.explainNode(r.when)
		step.When, step.Answer = &condition, condition.Answer
	}
	if step.Answer != yes.String() {
		return step
	}
	if _, _, step.Served = e.choose(&r.serve); !step.Served {
		step.Note = e.skipNote(&r.serve)
	}
	return step
}

func (e *scope) skipNote(s *serve) string {
	if s.cells != nil {
		if _, hasUnit := e.bucket(s); !hasUnit {
			return "the context has no " + s.unit
		}
	}
	return "this share goes on to the next rule"
}

func (e *scope) explainNode(n *node) Condition {
	c := Condition{Answer: e.test(n).String()}
	switch n.kind {
	case nodeClause:
		c.Is, c.Clause = "clause", n.source
		c.Saw = e.saw(e.value(n.clause.slot))
	case nodeGroup:
		c.Is, c.Name = "target_group", n.source.TargetGroup
		if when := e.s.groups[n.group].when; when != nil {
			c.Parts = []Condition{e.explainNode(when)}
		}
	case nodeFlag:
		c.Is, c.Name = "flag", n.source.Flag
		if id, served := e.read(n.flag.flag).Variation(); served {
			c.Saw = id
		}
	case nodeAll:
		c.Is = "all"
	case nodeAny:
		c.Is = "any"
	case nodeNot:
		c.Is = "not"
	}
	for i := range n.sub {
		c.Parts = append(c.Parts, e.explainNode(&n.sub[i]))
	}
	return c
}

// saw turns an attribute back into what JSON has for it, nil for a missing one.
func (e *scope) saw(v *value) any {
	if v == nil {
		return nil
	}
	switch v.kind {
	case text:
		return v.text
	case boolean:
		return v.num != 0
	case number:
		if finite(v.num) {
			return v.num
		}
		return "not a finite number"
	case list:
		items := []any{}
		for _, item := range e.b.context.list(v) {
			items = append(items, e.saw(&item))
		}
		return items
	}
	inside := map[string]any{}
	for _, a := range e.b.context.inside(v) {
		inside[a.name] = e.saw(&a.value)
	}
	return inside
}
