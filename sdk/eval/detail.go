package eval

import (
	"slices"
)

// Detail is an evaluation with its story, in the form of the specification.
// Parts that do not apply are left out of its JSON.
type Detail struct {
	Flag string `json:"flag"`
	// Value is what is served: the json.RawMessage of a variation, or the
	// caller's own default, nil where the caller has not told one.
	Value any `json:"value,omitempty"`
	// Variation is the id of the variation, empty when none is served.
	Variation     string              `json:"variation,omitempty"`
	Reason        string              `json:"reason"`
	Rule          *RuleDetail         `json:"rule,omitempty"`
	Experiment    *ExperimentDetail   `json:"experiment,omitempty"`
	Error         *Fault              `json:"error,omitempty"`
	Split         *SplitDetail        `json:"split,omitempty"`
	Path          []string            `json:"path,omitempty"` // the prerequisites that failed, this flag's own first
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

// SplitDetail says where the unit stands in the table that decided. Position and
// cell are in parts per million.
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

// OrDefault puts the caller's own default where nothing else is served.
func (d Detail) OrDefault(def any) Detail {
	if !d.Served() && d.Reason != Override.String() {
		d.Value = def
	}
	return d
}

// trace collects remarks while an evaluation is told.
type trace struct {
	notes         []string
	prerequisites []PrerequisiteCheck
}

func (t *trace) note(text string) {
	if !slices.Contains(t.notes, text) {
		t.notes = append(t.notes, text)
	}
}

func (t *trace) prerequisite(r Result) {
	id, _ := r.Variation()
	t.prerequisites = append(t.prerequisites, PrerequisiteCheck{r.flag.key, id, r.reason.String()})
}

// Detail evaluates a flag as Evaluate does and tells how it came about. It
// allocates: it is for people and samples, not for each request.
func (s *Snapshot) Detail(key string, c *Context, now int64) Detail {
	if s == nil {
		return Detail{Flag: key, Reason: NotReady.String()}
	}
	d := Detail{Flag: key, Reason: FlagNotFound.String(), Revision: s.header.Revision}
	f := s.find(key)
	if f == nil {
		return d
	}
	if c == nil {
		c = s.nobody
	}
	if f.settled {
		return f.answer.describe(d)
	}
	e := s.tell(c, now)
	r := e.flag(f)
	d = r.describe(d)
	d.Notes, d.Prerequisites = e.trace.notes, e.trace.prerequisites
	if r.reason == PrerequisiteFailed {
		d.Path = e.failedPath(f)
	}
	if s := r.split(); s != nil {
		h, _ := e.bucket(s)
		d.Split = &SplitDetail{s.seed, s.unit, int(Position(h)), s.span(r.cell)}
	}
	return d
}

// tell is a scope that keeps remarks.
func (s *Snapshot) tell(c *Context, now int64) *scope {
	clock := numberValue(float64(now))
	return &scope{s: s, b: c.bind(s), attrs: c.attrs, clock: &clock, trace: &trace{notes: c.notes()}}
}

// describe adds what the result itself says.
func (r Result) describe(d Detail) Detail {
	d.Reason, d.Error = r.reason.String(), r.flag.fault
	if raw, served := r.Raw(); served {
		d.Value = raw
		d.Variation, _ = r.Variation()
	}
	if index, id, ok := r.Rule(); ok {
		d.Rule = &RuleDetail{index, id}
	}
	if key, arm, phase, ok := r.Experiment(); ok {
		d.Experiment = &ExperimentDetail{key, arm, phase}
	}
	return d
}

// span is where a cell begins and ends, in parts per million.
func (s *serve) span(at int16) [2]int {
	from := 0
	if at > 0 {
		from = int(s.cells[at-1].end)
	}
	return [2]int{from, int(s.cells[at].end)}
}

// failedPath lists the prerequisites that failed, each the cause of the one
// before.
func (e *scope) failedPath(f *flag) []string {
	for i := range f.prerequisites {
		p := &f.prerequisites[i]
		r := e.read(p.flag)
		if r.variation >= 0 && p.fits[r.variation] {
			continue
		}
		path := []string{r.flag.key}
		if r.reason == PrerequisiteFailed {
			path = append(path, e.failedPath(r.flag)...)
		}
		return path
	}
	return nil
}
