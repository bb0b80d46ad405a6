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
	// Split says where the unit stands among the step's shares, where it has
	// shares and was asked.
	Split *SplitDetail `json:"split,omitempty"`
	// Saw is the value that targets looked for.
	Saw any `json:"saw,omitempty"`
	// Prerequisite is what the other flag serves.
	Prerequisite *PrerequisiteStep `json:"prerequisite,omitempty"`
}

// PrerequisiteStep is what another flag must serve and serves. Steps are its
// own, told where it is met first.
type PrerequisiteStep struct {
	Needs     []string `json:"needs"` // any of these variations
	Variation string   `json:"variation,omitempty"`
	Reason    string   `json:"reason"`
	Steps     []Step   `json:"steps,omitempty"`
}

// Condition is one part of a condition with its answer and, for a clause, the
// value that it saw.
type Condition struct {
	Is     string        `json:"is"` // clause, target_group, flag, all, any, not
	Clause *ruleset.Expr `json:"clause,omitempty"`
	Name   string        `json:"name,omitempty"`
	Saw    any           `json:"saw,omitempty"`
	Answer string        `json:"answer"`
	// Note says which list of a target group decided, before its condition.
	Note  string      `json:"note,omitempty"`
	Needs []string    `json:"needs,omitempty"` // any of these variations of a flag
	Parts []Condition `json:"parts,omitempty"`
}

// Explain evaluates a flag and tells every step, with the clauses that failed
// and the values that they saw. Rules after the deciding one are not told: they
// were not reached.
func (s *Snapshot) Explain(key string, c *Context, now int64) Explanation {
	x := Explanation{Detail: s.Detail(key, c, now), Steps: []Step{}}
	f := s.find(key)
	if f == nil {
		return x
	}
	if c == nil {
		c = s.nobody
	}
	t := teller{scope: s.tell(c, now), told: map[int32]bool{f.id: true}}
	x.Steps = append(x.Steps, t.steps(f)...)
	return x
}

// teller explains flags, each once.
type teller struct {
	*scope
	told map[int32]bool
}

func (t *teller) steps(f *flag) []Step {
	if f.fault != nil || !f.enabled {
		return nil
	}
	var steps []Step
	for i := range f.prerequisites {
		step := t.prerequisite(&f.prerequisites[i])
		steps = append(steps, step)
		if step.Answer != yes.String() {
			return steps
		}
	}
	for i := range f.targets {
		_, listed := t.target(&f.targets[i])
		steps = append(steps, Step{
			Kind: "targets", Name: f.targets[i].path, Answer: answerOf(listed).String(), Served: listed,
			Saw: t.saw(t.value(f.targets[i].slot)),
		})
		if listed {
			return steps
		}
	}
	return append(steps, t.explainRules(f)...)
}

func (t *teller) prerequisite(p *requirement) Step {
	r := t.read(p.flag)
	serves := &PrerequisiteStep{Needs: p.ids, Reason: r.reason.String()}
	serves.Variation, _ = r.Variation()
	if !t.told[p.flag] {
		t.told[p.flag] = true
		serves.Steps = t.steps(r.flag)
	}
	met := r.variation >= 0 && p.fits[r.variation]
	return Step{Kind: "prerequisite", Name: r.flag.key, Answer: answerOf(met).String(), Prerequisite: serves}
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
	last := Step{Kind: "default", Answer: yes.String(), Served: true, Split: e.place(&f.def)}
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
	step.Split = e.place(&r.serve)
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

// place is where the unit stands in a table, nil where there is no table or no
// unit.
func (e *scope) place(s *serve) *SplitDetail {
	if s.cells == nil {
		return nil
	}
	h, hasUnit := e.bucket(s)
	if !hasUnit {
		return nil
	}
	at := int16(0)
	for h >= s.cells[at].below {
		at++
	}
	return &SplitDetail{s.seed, s.unit, int(Position(h)), s.span(at)}
}

func (e *scope) explainNode(n *node) Condition {
	c := Condition{Answer: e.test(n).String()}
	switch n.kind {
	case nodeClause:
		c.Is, c.Clause = "clause", n.source
		c.Saw = e.saw(e.value(n.clause.slot))
	case nodeGroup:
		c.Is, c.Name = "target_group", n.source.TargetGroup
		e.explainGroup(&c, &e.s.groups[n.group])
	case nodeFlag:
		c.Is, c.Name, c.Needs = "flag", n.source.Flag, n.source.Variations
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

// explainGroup tells the list that decided, or else the condition.
func (e *scope) explainGroup(c *Condition, g *group) {
	unit := e.value(g.slot)
	var buf [unitNumber]byte
	if unit != nil {
		if name, digits, ok := unit.unit(&buf); ok {
			switch {
			case listed(g.exclude, name, digits):
				c.Note, c.Saw = "its list excludes it", e.saw(unit)
				return
			case listed(g.include, name, digits):
				c.Note, c.Saw = "its list includes it", e.saw(unit)
				return
			}
		}
	}
	if g.when != nil {
		c.Parts = []Condition{e.explainNode(g.when)}
		return
	}
	c.Note, c.Saw = "not on its list", e.saw(unit)
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
		for _, item := range v.in.items {
			items = append(items, e.saw(&item))
		}
		return items
	}
	inside := map[string]any{}
	for _, a := range v.in.attrs {
		inside[a.name] = e.saw(&a.value)
	}
	return inside
}
