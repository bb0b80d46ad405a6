package document

import (
	"fmt"
	"slices"
)

// Warnings says what is allowed and probably not meant, about the objects that
// changes touch: mistakes in rules, experiments that act on nothing, splits that
// have fallen into many ranges, flags that look like another.
func Warnings(p *Project, changes []Change) []Warning {
	var out []Warning
	var made []string
	for _, c := range changes {
		if c.Action == Delete {
			continue
		}
		switch c.Kind {
		case FlagKind:
			if c.Action == Create {
				made = append(made, c.Object)
			}
		case ConfigurationKind:
			out = append(out, p.scattered(c.Environment, c.Object)...)
		case ExperimentKind:
			out = append(out, p.idle(c.Object)...)
			out = append(out, scatteredArms(c.Object, p.Experiments[c.Object])...)
		}
	}
	return slices.Concat(p.mistakes(changes), p.alike(made), out)
}

// everyone says whether a rule serves all who come to it, so that none goes on.
// A split of several cells lets those without its unit go on.
func everyone(when Condition, cells []Cell, fixed bool) bool {
	if len(when) > 0 {
		return false
	}
	return fixed || len(cells) == 1 && cells[0].To != Next
}

// idle says of each flag of a running experiment what keeps the experiment from
// it.
func (p *Project) idle(key string) []Warning {
	x := p.Experiments[key]
	if x.State != Running {
		return nil
	}
	var out []Warning
	at := join("experiments", key)
	running := p.running(x.Environment)
	for _, flag := range x.Controls() {
		if c := p.Configuration(x.Environment, flag); c != nil && !c.Enabled {
			out = append(out, Warning{at, fmt.Sprintf("%s is switched off in %s, so that the experiment does not act on it", flag, x.Environment)})
			continue
		}
		for _, other := range running[flag] {
			if other.key == key {
				break
			}
			if everyone(other.When, layout(armShares(other.Arms)), other.Arms == nil) {
				out = append(out, Warning{at, fmt.Sprintf("it never acts on %s: experiment %s comes first and serves everyone; change their order, or stop one", flag, other.key)})
				break
			}
		}
	}
	return out
}

// scattered finds the splits of a configuration that have many ranges.
func (p *Project) scattered(environment, flag string) []Warning {
	c, f := p.Configuration(environment, flag), p.Flags[flag]
	if c == nil {
		return nil
	}
	at := blockPath(flag, environment)
	var out []Warning
	for i, r := range c.Rules {
		out = compaction(out, index(join(at, "rules"), i), r.Serve.Table, ordered(r.Serve.Shares, f), r.Serve.By)
	}
	return compaction(out, join(at, "default"), c.Default.Table, ordered(c.Default.Shares, f), c.Default.By)
}

func scatteredArms(key string, x Experiment) []Warning {
	return compaction(nil, join("experiments", key), x.Table, armShares(x.Arms), x.By)
}

// compaction proposes to lay a table of many ranges out anew, and says what
// that costs.
func compaction(out []Warning, at string, table []Cell, shares []Share, by string) []Warning {
	if len(table) <= manyRanges {
		return out
	}
	compact := layout(shares)
	return append(out, Warning{join(at, "table"), fmt.Sprintf("the split has fallen into %d ranges; to compact it write table: %s, which moves %s %% of units by %s",
		len(table), flow(tableNode(compact, short)), percent(moved(table, compact)), unitPath(by))})
}
