package eval

import (
	"encoding/json"
	"maps"
	"math"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// flag is a compiled flag.
type flag struct {
	key           string
	kind          ruleset.Type
	client        bool
	enabled       bool
	variations    []variation
	off           int32 // or ruleset.Code
	prerequisites []prerequisite
	targets       []targetList
	rules         []rule
	fallthru      serve
	problem       *Problem // nil for a flag that can be used
	reads         reader
}

// variation is one value, parsed once.
type variation struct {
	id    string
	raw   json.RawMessage
	truth bool
	num   float64
	whole int64
	isInt bool
	text  string
}

type prerequisite struct {
	flag       int32
	key        string
	variations []string
}

// targetList is the units listed by one path.
type targetList struct {
	slot  int32
	units map[string]int
}

type rule struct {
	experiment string
	phase      int
	arms       []string
	id         string
	index      int // among the flag's own rules
	when       *node
	serve      serve
}

// serve is one variation, the caller's default, or a split.
type serve struct {
	variation int32
	split     *split
}

type split struct {
	seed, unit string
	slot       int32
	pair       uint32 // number of the pair of seed and unit in the snapshot, from one
	cells      []cell
}

type cell struct {
	end       uint32 // threshold: the first position after the cell
	from, to  int    // in parts per million
	variation int32  // or ruleset.Skip
	arm       int32
}

// group is a compiled target group.
type group struct {
	key              string
	slot             int32
	include, exclude map[string]struct{}
	when             *node
	problem          *Problem
	reads            reader
}

func (c *compiler) flag(from *ruleset.Flag) *flag {
	f := &flag{key: from.Key, kind: from.Type, client: from.Client, enabled: from.Enabled, off: int32(from.Off)}
	f.reads.slots = &c.slots
	if err := c.fillFlag(f, from); err != nil {
		f.problem = problemOf(from.Key, err)
	}
	return f
}

func (c *compiler) fillFlag(f *flag, from *ruleset.Flag) error {
	if err := usable(from.Needs, from.Malformed); err != nil {
		return err
	}
	if err := from.Check(); err != nil {
		return malformed("%v", err)
	}
	for _, v := range from.Variations {
		f.variations = append(f.variations, parseVariation(v))
	}
	for _, p := range from.Prerequisites {
		f.prerequisites = append(f.prerequisites, prerequisite{key: p.Flag, variations: p.Variations})
		f.reads.references = append(f.reads.references, reference{key: p.Flag, variations: p.Variations})
	}
	for _, path := range slices.SortedFunc(maps.Keys(from.Targets), ruleset.ComparePaths) {
		f.targets = append(f.targets, targetList{c.slots.of(path), from.Targets[path]})
	}
	own := 0
	for _, r := range from.Rules {
		when, err := f.reads.compile(r.When)
		if err != nil {
			return err
		}
		compiled := rule{experiment: r.Experiment, phase: r.Phase, arms: r.Arms, id: r.ID, index: own, when: when, serve: c.serve(r.Serve)}
		if r.Experiment == "" {
			own++
		}
		f.rules = append(f.rules, compiled)
	}
	f.fallthru = c.serve(from.Default)
	return nil
}

// usable says whether an entity of the wire can be used at all.
func usable(needs []string, problem string) error {
	for _, need := range needs {
		if !ruleset.Supports(need) {
			return &unusable{Unsupported, "it needs " + need + ", unknown to this version; upgrade"}
		}
	}
	if problem != "" {
		return malformed("%s", problem)
	}
	return nil
}

func parseVariation(v ruleset.Variation) variation {
	parsed := variation{id: v.ID, raw: v.Value}
	var decoded any
	if json.Unmarshal(v.Value, &decoded) != nil {
		return parsed
	}
	switch x := decoded.(type) {
	case bool:
		parsed.truth = x
	case string:
		parsed.text = x
	case float64:
		parsed.num = x
		if x == math.Trunc(x) && math.Abs(x) <= ruleset.MaxSafeInteger {
			parsed.whole, parsed.isInt = int64(x), true
		}
	}
	return parsed
}

func (c *compiler) serve(s ruleset.Serve) serve {
	if !s.IsSplit() {
		return serve{variation: int32(s.Variation)}
	}
	unit := s.Unit
	if unit == "" {
		unit = ruleset.TargetingKey
	}
	sp := &split{seed: s.Seed, unit: unit, slot: c.slots.of(unit), pair: c.pair(s.Seed, unit)}
	from := 0
	for _, t := range s.Table {
		sp.cells = append(sp.cells, cell{Threshold(uint32(t.End)), from, t.End, int32(t.Variation), int32(t.Arm)})
		from = t.End
	}
	return serve{split: sp}
}

func (c *compiler) group(from *ruleset.Group) *group {
	unit := from.Unit
	if unit == "" {
		unit = ruleset.TargetingKey
	}
	g := &group{key: from.Key, slot: c.slots.of(unit), include: setOf(from.Include), exclude: setOf(from.Exclude)}
	g.reads.slots = &c.slots
	err := usable(from.Needs, from.Malformed)
	if err == nil {
		g.when, err = g.reads.compile(from.When)
	}
	if err != nil {
		g.problem = problemOf(from.Key, err)
	}
	return g
}

func setOf(texts []string) map[string]struct{} {
	set := make(map[string]struct{}, len(texts))
	for _, s := range texts {
		set[s] = struct{}{}
	}
	return set
}

func problemOf(key string, err error) *Problem {
	if u, ok := err.(*unusable); ok {
		return &Problem{key, u.code, u.message}
	}
	return &Problem{key, Malformed, err.Error()}
}
