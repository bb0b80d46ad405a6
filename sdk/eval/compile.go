package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// flag is a compiled flag.
type flag struct {
	key           string
	id            int32
	source        *ruleset.Flag
	enabled       bool
	clock         bool   // its answer depends on the clock
	settled       bool   // no context changes the answer
	answer        Result // when settled
	off           int16
	variations    []variation
	prerequisites []requirement
	targets       []targetList
	rules         []rule
	index         ruleIndex // nil where there are few rules
	def           serve
	fault         *Fault
	outcomes      int32      // the number of its first outcome, see outcome.go
	reads         []pathRead // see frommap.go
	alone         bool       // it reads no other flag and no group
}

// variation is a value in the forms that it is asked for.
type variation struct {
	id      string
	raw     json.RawMessage
	text    string
	num     float64
	integer int64
	whole   bool // num is an integer that no double has lost a digit of
}

// requirement is another flag and the variations of it that will do.
type requirement struct {
	flag int32
	ids  []string // as written, until the flag is known
	fits []bool   // by variation
}

type targetList struct {
	path  string
	slot  int32
	units map[string]int16
}

// rule is a rule or an experiment.
type rule struct {
	when       *node // nil always holds
	condition  int32 // its number; equal conditions have the same
	serve      serve
	experiment string
	phase      int
	arms       []string
	index      int32 // among the flag's own rules
	id         string
	outcomes   int32 // of an experiment: its first among the flag's own
}

// serve is a compiled Serve; a split when it has cells.
type serve struct {
	fixed int16 // a variation, or noVariation for the caller's default or SKIP
	arm   int16
	skip  bool // the whole table goes on
	split int32
	seed  string
	unit  string
	slot  int32
	cells []cell
}

type cell struct {
	below     uint32 // threshold of the end
	end       int32
	variation int16
	arm       int16
}

const noVariation = -1

// Compile makes a snapshot of a set, which must not change afterwards. Entities
// that cannot be used are inside, with their faults.
func Compile(set *ruleset.Set) *Snapshot {
	s := &Snapshot{
		header:     set.Header,
		flags:      make([]flag, len(set.Flags)),
		groups:     make([]group, len(set.Groups)),
		index:      make(map[string]int32, len(set.Flags)),
		groupIndex: make(map[string]int32, len(set.Groups)),
		paths:      newPaths(),
		nobody:     ContextOf(),
	}
	for i := range set.Flags {
		s.index[set.Flags[i].Key] = int32(i)
	}
	for i := range set.Groups {
		s.groupIndex[set.Groups[i].Key] = int32(i)
	}
	c := compiler{s: s, splits: map[[2]string]int32{}, conditions: map[string]int32{}}
	c.reads = make([][]read, len(set.Flags)+len(set.Groups))
	c.paths = make([][]int32, len(c.reads))
	for i := range set.Flags {
		c.flag(int32(i), &set.Flags[i])
	}
	for i := range set.Groups {
		c.group(int32(i), &set.Groups[i])
	}
	c.link()
	for i := range s.flags {
		s.flags[i].settle()
		s.flags[i].indexRules()
	}
	s.numberOutcomes()
	c.listReads()
	return s
}

type compiler struct {
	s          *Snapshot
	splits     map[[2]string]int32 // seed and path → hash id
	conditions map[string]int32    // by text, see appendCondition
	text       []byte              // of the last condition
	reads      [][]read            // by node, see graph.go
	paths      [][]int32           // by node: slots of the paths that it reads itself
	node       int32               // being compiled
}

func (c *compiler) flag(id int32, source *ruleset.Flag) {
	f := &c.s.flags[id]
	*f = flag{key: source.Key, id: id, source: source, enabled: source.Enabled, off: noVariation}
	c.node = id
	f.fault = c.fillFlag(f, source)
	c.forget(id, f.fault)
}

func (c *compiler) fillFlag(f *flag, source *ruleset.Flag) *Fault {
	if fault := unusable(source.Needs, source.Malformed); fault != nil {
		return fault
	}
	if err := source.Check(); err != nil {
		return malformed("%v", err)
	}
	for _, v := range source.Variations {
		f.variations = append(f.variations, compileVariation(source.Type, v))
	}
	f.off = int16(source.Off)
	for _, p := range source.Prerequisites {
		f.prerequisites = append(f.prerequisites, c.requirement(p.Flag, p.Variations))
	}
	c.targets(f, source.Targets)
	own := int32(0)
	for i := range source.Rules {
		r, fault := c.rule(&source.Rules[i], own)
		if fault != nil {
			return fault
		}
		if r.experiment == "" {
			own++
		}
		f.rules = append(f.rules, r)
	}
	f.def = c.serve(source.Default)
	return nil
}

func unusable(needs []string, why string) *Fault {
	if name, unknown := ruleset.UnknownNeed(needs); unknown {
		return unsupported("it needs %q, which is not known; upgrade this program", name)
	}
	if why != "" {
		return malformed("%s", why)
	}
	return nil
}

func compileVariation(t ruleset.Type, v ruleset.Variation) variation {
	out := variation{id: v.ID, raw: v.Value}
	switch t {
	case ruleset.Boolean:
		if v.Value[0] == 't' {
			out.integer = 1
		}
	case ruleset.String:
		_ = json.Unmarshal(v.Value, &out.text) // checked to be a string
	case ruleset.Integer, ruleset.Double:
		out.num, _ = ruleset.ParseNumber(bytes.TrimSpace(v.Value))
		out.integer, out.whole = ruleset.WholeNumber(out.num)
		out.raw = json.RawMessage(ruleset.FormatDouble(out.num))
		if t == ruleset.Integer {
			out.raw = fmt.Appendf(nil, "%d", out.integer)
		}
	}
	return out
}

// requirement refers to a flag that may not be compiled yet, or not exist.
func (c *compiler) requirement(key string, ids []string) requirement {
	id, known := c.s.index[key]
	if !known {
		id = noEntity
	}
	c.reads[c.node] = append(c.reads[c.node], read{to: id, key: key, ids: ids, flag: true})
	return requirement{flag: id, ids: ids}
}

func (c *compiler) targets(f *flag, targets map[string]map[string]int) {
	paths := make([]string, 0, len(targets))
	for path := range targets {
		paths = append(paths, path)
	}
	slices.SortFunc(paths, ruleset.ComparePaths)
	for _, path := range paths {
		list := targetList{path: path, slot: c.intern(path), units: make(map[string]int16, len(targets[path]))}
		for unit, variation := range targets[path] {
			list.units[unit] = int16(variation)
		}
		f.targets = append(f.targets, list)
	}
}

// intern gives a path its slot and notes who reads it.
func (c *compiler) intern(path string) int32 {
	slot := c.s.paths.intern(path)
	if slot == clockSlot {
		c.dependsOnClock()
	} else {
		c.paths[c.node] = append(c.paths[c.node], slot)
	}
	return slot
}

func (c *compiler) dependsOnClock() {
	if n := int32(len(c.s.flags)); c.node >= n {
		c.s.groups[c.node-n].clock = true
		return
	}
	c.s.flags[c.node].clock = true
}

func (c *compiler) rule(source *ruleset.Rule, index int32) (rule, *Fault) {
	r := rule{experiment: source.Experiment, phase: source.Phase, arms: source.Arms, index: index, id: source.ID}
	if source.When != nil {
		when, fault := c.expr(source.When, 1)
		if fault != nil {
			return rule{}, fault
		}
		r.when, r.condition = &when, c.condition(source.When)
	}
	r.serve = c.serve(source.Serve)
	if !source.Serve.IsSplit() && len(r.arms) > 0 {
		r.serve.arm = 0
	}
	return r, nil
}

func (c *compiler) serve(source ruleset.Serve) serve {
	if !source.IsSplit() {
		return serve{fixed: int16(source.Variation), arm: noVariation}
	}
	if len(source.Table) == 1 {
		only := source.Table[0]
		return serve{fixed: int16(only.Variation), arm: int16(only.Arm), skip: only.Variation == ruleset.Skip}
	}
	unit := source.Unit
	if unit == "" {
		unit = ruleset.TargetingKey
	}
	s := serve{seed: source.Seed, unit: unit, slot: c.intern(unit), fixed: noVariation, arm: noVariation}
	id := [2]string{source.Seed, unit}
	known, found := c.splits[id]
	if !found {
		known = int32(len(c.splits))
		c.splits[id] = known
	}
	s.split = known
	for _, cl := range source.Table {
		s.cells = append(s.cells, cell{Threshold(uint32(cl.End)), int32(cl.End), int16(cl.Variation), int16(cl.Arm)})
	}
	return s
}

// settle finds the answer of a flag that no context changes.
func (f *flag) settle() {
	switch {
	case f.fault != nil:
		f.answer = Result{flag: f, reason: Error, variation: noVariation, cell: noCell}
	case !f.enabled:
		f.answer = Result{flag: f, reason: Off, variation: f.off, cell: noCell}
	case len(f.prerequisites)+len(f.targets)+len(f.rules) == 0 && f.def.cells == nil:
		f.answer = f.serveDefault(f.def.fixed, !f.def.skip)
	default:
		return
	}
	f.settled = true
}
