package document

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Lower writes what one environment serves as wire lines. The project must be
// valid.
func (p *Project) Lower(environment string) (map[EntityRef][]byte, error) {
	refs := make([]EntityRef, 0, len(p.Flags)+len(p.TargetGroups))
	for key := range p.TargetGroups {
		refs = append(refs, groupRef(key))
	}
	for key := range p.Flags {
		refs = append(refs, flagRef(key))
	}
	return p.LowerEach(environment, refs)
}

// LowerEach is Lower of some entities; nil is the line of one that is not there.
func (p *Project) LowerEach(environment string, refs []EntityRef) (map[EntityRef][]byte, error) {
	if !p.HasEnvironment(environment) {
		return nil, fmt.Errorf("document: lower: the project %s has no environment %s", p.Key, environment)
	}
	out := make(map[EntityRef][]byte, len(refs))
	running := p.running(environment)
	for _, ref := range refs {
		line, err := p.line(environment, ref, running)
		if err != nil {
			return nil, err
		}
		out[ref] = line
	}
	return out, nil
}

func (p *Project) line(environment string, ref EntityRef, running map[string][]keyed) ([]byte, error) {
	if ref.Kind == groupRefKind {
		return p.groupLine(ref.Key)
	}
	return p.flagLine(environment, ref.Key, running[ref.Key])
}

func (p *Project) groupLine(key string) ([]byte, error) {
	g, ok := p.TargetGroups[key]
	if !ok {
		return nil, nil
	}
	line, err := lowerGroup(key, g).MarshalLine()
	if err != nil {
		return nil, fmt.Errorf("document: lower target group %s: %w", key, err)
	}
	return line, nil
}

func (p *Project) flagLine(environment, key string, running []keyed) ([]byte, error) {
	f, ok := p.Flags[key]
	if !ok {
		return nil, nil
	}
	configuration := p.Configuration(environment, key)
	if configuration == nil {
		configuration = Unconfigured(f.Type)
	}
	line, err := lowerFlag(key, f, configuration, running).MarshalLine()
	if err != nil {
		return nil, fmt.Errorf("document: lower flag %s: %w", key, err)
	}
	if len(line) > ruleset.MaxFlagBytes {
		return nil, fault.New(fault.Invalid, "flag_too_large",
			"the flag %s takes %d kB in %s; at most %d fit, move lists into target groups", key, len(line)>>10, environment, ruleset.MaxFlagBytes>>10)
	}
	return line, nil
}

// keyed is an experiment with its key.
type keyed struct {
	key string
	Experiment
}

// running lists the environment's running experiments by the flag that they act
// on, in the order in which they do.
func (p *Project) running(environment string) map[string][]keyed {
	var all []keyed
	for _, key := range sortedKeys(p.Experiments) {
		if x := p.Experiments[key]; x.Environment == environment && x.State == Running {
			all = append(all, keyed{key, x})
		}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(a.Order, b.Order) })
	out := map[string][]keyed{}
	for _, x := range all {
		for _, flag := range x.Controls() {
			out[flag] = append(out[flag], x)
		}
	}
	return out
}

func lowerFlag(key string, f Flag, c *Configuration, running []keyed) ruleset.Flag {
	out := ruleset.Flag{
		Key:     key,
		Type:    f.Type,
		Client:  f.Client != nil && *f.Client,
		Enabled: c.Enabled,
		Off:     lowerVariation(f, c.Off),
		Default: lowerServe(f, c.Default),
	}
	for _, v := range f.All() {
		out.Variations = append(out.Variations, ruleset.Variation{ID: v.ID, Value: v.Value})
	}
	for _, pre := range c.Prerequisites {
		out.Prerequisites = append(out.Prerequisites, ruleset.Prerequisite{Flag: pre.Flag, Variations: pre.Variations})
	}
	for path, units := range c.Targets {
		listed := make(map[string]int, len(units))
		for unit, id := range units {
			listed[unit] = f.Variation(id)
		}
		if out.Targets == nil {
			out.Targets = map[string]map[string]int{}
		}
		out.Targets[path] = listed
	}
	for _, x := range running {
		out.Rules = append(out.Rules, lowerExperiment(key, f, x))
	}
	for _, r := range c.Rules {
		out.Rules = append(out.Rules, ruleset.Rule{ID: r.ID, When: lowerWhen(r.When), Serve: lowerServe(f, r.Serve)})
	}
	return out
}

// lowerVariation is the index of a variation, or Code.
func lowerVariation(f Flag, id string) int {
	if id == Code {
		return ruleset.Code
	}
	return f.Variation(id)
}

// lowerServe is a fixed variation where there is one cell only: then nobody is
// bucketed.
func lowerServe(f Flag, s Serve) ruleset.Serve {
	if len(s.Shares) == 0 {
		return ruleset.Fixed(lowerVariation(f, s.Variation))
	}
	table := s.Table
	if table == nil {
		table = layout(ordered(s.Shares, f))
	}
	if len(table) == 1 && table[0].To != Next {
		return ruleset.Fixed(f.Variation(table[0].To))
	}
	out := ruleset.Serve{Seed: Text(f.Seed), Unit: unitPath(s.By)}
	if s.Seed != nil {
		out.Seed = *s.Seed
	}
	for _, c := range table {
		cell := ruleset.Cell{End: c.End, Variation: ruleset.Skip, Arm: ruleset.Skip}
		if c.To != Next {
			cell.Variation = f.Variation(c.To)
		}
		out.Table = append(out.Table, cell)
	}
	return out
}

func unitPath(by string) string {
	if by == "" {
		return ruleset.TargetingKey
	}
	return by
}

func lowerExperiment(flag string, f Flag, x keyed) ruleset.Rule {
	out := ruleset.Rule{Experiment: x.key, Phase: max(x.Phase, 1), When: lowerWhen(x.When)}
	out.Serve = ruleset.Serve{Seed: Text(x.Seed), Unit: unitPath(x.By)}
	arms, table := x.Arms, x.Table
	if arms == nil {
		arms = []Arm{{Name: EveryoneArm, PPM: ruleset.Whole, Flags: x.Serve}}
		table = nil
	}
	if table == nil {
		table = layout(armShares(arms))
	}
	position := map[string]int{}
	variation := map[string]int{}
	for _, arm := range arms {
		if arm.Next {
			continue
		}
		position[arm.Name] = len(out.Arms)
		variation[arm.Name] = f.Variation(arm.Flags[flag])
		out.Arms = append(out.Arms, arm.Name)
	}
	for _, c := range table {
		cell := ruleset.Cell{End: c.End, Variation: ruleset.Skip, Arm: ruleset.Skip}
		if c.To != Next {
			cell.Variation, cell.Arm = variation[c.To], position[c.To]
		}
		out.Serve.Table = append(out.Serve.Table, cell)
	}
	return out
}

func lowerGroup(key string, g TargetGroup) ruleset.Group {
	out := ruleset.Group{Key: key, Unit: unitPath(g.By), Include: g.Include, Exclude: g.Exclude}
	if g.When != nil { // an empty condition is everyone, none is nobody
		when := lowerCondition(g.When)
		out.When = &when
	}
	return out
}

// lowerWhen lowers a rule's condition; an empty one is none.
func lowerWhen(c Condition) *ruleset.Expr {
	if len(c) == 0 {
		return nil
	}
	when := lowerCondition(c)
	return &when
}

// lowerCondition makes an expression of the lines: the line itself where there
// is one.
func lowerCondition(c Condition) ruleset.Expr {
	all := []ruleset.Expr{}
	for _, t := range c {
		all = append(all, lowerTerm(t)...)
	}
	if len(all) == 1 {
		return all[0]
	}
	return ruleset.Expr{All: all}
}

func lowerTerm(t Term) []ruleset.Expr {
	switch t.Kind {
	case All:
		return []ruleset.Expr{{All: lowerConditions(t.Conditions)}}
	case Any:
		return []ruleset.Expr{{Any: lowerConditions(t.Conditions)}}
	case Not:
		inner := lowerCondition(t.Conditions[0])
		return []ruleset.Expr{{Not: &inner}}
	case Group:
		return []ruleset.Expr{lowerGroups(t.Groups)}
	case OnFlag:
		var out []ruleset.Expr
		for _, f := range t.Flags {
			out = append(out, ruleset.Expr{Flag: f.Flag, Variations: f.Variations})
		}
		return out
	}
	var out []ruleset.Expr
	for _, test := range t.Tests {
		out = append(out, ruleset.Expr{Attr: t.Path, Op: test.Op, Values: lowerOperands(test), IgnoreCase: t.IgnoreCase})
	}
	return out
}

func lowerConditions(list []Condition) []ruleset.Expr {
	out := make([]ruleset.Expr, 0, len(list))
	for _, c := range list {
		out = append(out, lowerCondition(c))
	}
	return out
}

func lowerGroups(keys []string) ruleset.Expr {
	if len(keys) == 1 {
		return ruleset.Expr{TargetGroup: keys[0]}
	}
	out := ruleset.Expr{Any: []ruleset.Expr{}}
	for _, key := range keys {
		out.Any = append(out.Any, ruleset.Expr{TargetGroup: key})
	}
	return out
}

// lowerOperands are the constants as the engines read them: patterns in their
// canonical form, the rest as written.
func lowerOperands(t Test) []json.RawMessage {
	if t.Op != ruleset.OpMatches {
		return t.Values
	}
	var out []json.RawMessage
	for _, raw := range t.Values {
		pattern, err := ruleset.CanonicalPattern(rawNode(raw).text)
		if err != nil { // refused when it was read
			pattern = rawNode(raw).text
		}
		out = append(out, appendText(nil, pattern))
	}
	return out
}
