package check

import (
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Kind says what a finding is about.
type Kind uint8

// The kinds of findings.
const (
	NeverMatches           Kind = iota + 1 // the condition of Rule holds for nobody; Clauses exclude each other, where that is known
	NeverReached                           // Rule is never reached, for Verdict.By and Verdict.Targets
	DeadDefault                            // the default is never served, for the same
	RedundantClause                        // Clauses[0] of Rule changes nothing beside the others
	ImpossiblePrerequisite                 // the prerequisite Index never holds: its flag serves only Serves
	PlainPattern                           // a pattern of Clauses[0] of Rule is Plain
	StrangeClause                          // Clauses[0] of Rule never holds for an attribute of type Type
	StrangeConstant                        // Constant of Clauses[0] of Rule is not of type Type, so that nothing equals it
)

// Finding is one thing about a flag that is probably not meant.
type Finding struct {
	Kind     Kind
	Rule     int // position among the flag's own rules
	Index    int // of a prerequisite
	Clauses  []*ruleset.Expr
	Verdict  Verdict
	Serves   []string // ids of variations, "" for none
	Plain    string   // the operator that does the same, or "" where it takes any text
	Text     string   // the constant of that operator, or one that is strange
	Type     string   // of the attribute, by the registry
	TopLevel bool     // the clause stands directly in the rule's condition
}

// Flag checks what one flag does.
func (e *Environment) Flag(key string) []Finding {
	f := e.flags[key]
	if f == nil {
		return nil
	}
	var out []Finding
	for i, p := range f.Prerequisites {
		if e.Impossible(p) {
			out = append(out, Finding{Kind: ImpossiblePrerequisite, Index: i, Serves: e.Serves(p.Flag)})
		}
	}
	rules := ownRules(f)
	if len(rules) == 0 {
		return out
	}
	r := e.reacher(f)
	verdicts := r.verdicts()
	for i := range rules {
		switch verdicts[i].State {
		case Contradictory:
			out = append(out, Finding{Kind: NeverMatches, Rule: i, Clauses: r.culprits(i), Verdict: verdicts[i]})
		case Unreachable:
			out = append(out, Finding{Kind: NeverReached, Rule: i, Verdict: verdicts[i]})
		}
		if verdicts[i].State != Contradictory {
			out = append(out, r.redundant(i)...)
		}
		out = append(out, e.clauses(i, rules[i].When)...)
	}
	if last := verdicts[len(rules)]; last.State == Unreachable {
		out = append(out, Finding{Kind: DeadDefault, Verdict: last})
	}
	return out
}

// together are the expressions that must all hold for a rule: those of its
// "all", else its condition alone.
func together(when *ruleset.Expr) []*ruleset.Expr {
	if when == nil {
		return nil
	}
	if when.All == nil {
		return []*ruleset.Expr{when}
	}
	var out []*ruleset.Expr
	for i := range when.All {
		out = append(out, &when.All[i])
	}
	return out
}

// culprits are one or two expressions of a contradictory rule that are enough
// to make it so; none where it takes more.
func (r *reacher) culprits(i int) []*ruleset.Expr {
	all := together(r.rules[i].When)
	everything := []box{r.everything(false)}
	var boxes [][]box
	for _, e := range all {
		list, ok := r.boxes(e, true)
		if ok {
			list, ok = r.cross(list, everything)
		}
		if !ok {
			return nil
		}
		if len(list) == 0 {
			return []*ruleset.Expr{e}
		}
		boxes = append(boxes, list)
	}
	for a := range all {
		for b := range all[:a] {
			if both, ok := r.cross(boxes[a], boxes[b]); ok && len(both) == 0 {
				return []*ruleset.Expr{all[b], all[a]}
			}
		}
	}
	return nil
}

// redundant finds expressions of a rule without which it holds for the same
// contexts. Of two that say the same the later is one.
func (r *reacher) redundant(i int) []Finding {
	all := together(r.rules[i].When)
	if len(all) < 2 {
		return nil
	}
	var out []Finding
	gone := map[int]bool{}
	for at := len(all) - 1; at >= 0; at-- {
		others := r.constant(true)
		for j, e := range all {
			if j == at || gone[j] {
				continue
			}
			list, ok := r.boxes(e, true)
			if ok {
				others, ok = r.cross(others, list)
			}
			if !ok {
				return nil
			}
		}
		list, ok := r.boxes(all[at], true)
		if ok && r.covered(others, list) {
			gone[at] = true
			out = append(out, Finding{Kind: RedundantClause, Rule: i, Clauses: all[at : at+1], TopLevel: true})
		}
	}
	slices.Reverse(out)
	return out
}

// covered says whether boxes surely lie in others. Boxes that none touch have to
// be taken away too, which is why those are few.
func (r *reacher) covered(boxes, by []box) bool {
	for _, b := range by {
		var rest []box
		for _, x := range boxes {
			rest = append(rest, r.minus(x, b)...)
		}
		if boxes = rest; len(boxes) > maxBoxes {
			return false
		}
	}
	return len(boxes) == 0
}

// clauses looks at the single clauses of a rule.
func (e *Environment) clauses(rule int, when *ruleset.Expr) []Finding {
	var out []Finding
	top := together(when)
	when.Walk(func(c *ruleset.Expr) {
		if c.Op == "" {
			return
		}
		at := Finding{Rule: rule, Clauses: []*ruleset.Expr{c}, TopLevel: slices.Contains(top, c)}
		out = append(out, plain(at)...)
		out = append(out, e.strange(at)...)
	})
	return out
}

// plain finds patterns that a plainer operator says as well, or that take any
// text.
func plain(at Finding) []Finding {
	c := at.Clauses[0]
	if c.Op != ruleset.OpMatches && c.Op != ruleset.OpGlob {
		return nil
	}
	var out []Finding
	for _, p := range clausePredicate(c).parts {
		at.Kind, at.Text = PlainPattern, p.text
		switch {
		case p.kind == partAny:
			at.Plain = ""
		case c.Op == ruleset.OpGlob || p.kind == partOpaque:
			continue // a glob is plain enough
		default:
			at.Plain = map[partKind]string{
				partEqual: ruleset.OpIn, partPrefix: ruleset.OpStartsWith,
				partSuffix: ruleset.OpEndsWith, partInside: ruleset.OpContains,
			}[p.kind]
		}
		out = append(out, at)
	}
	return out
}

// strange finds clauses that ask something else of an attribute than the
// registry says it is.
func (e *Environment) strange(at Finding) []Finding {
	c := at.Clauses[0]
	at.Type = e.types[c.Attr]
	if at.Type == "" || c.Op == ruleset.OpExists {
		return nil
	}
	if c.Op == ruleset.OpIn || c.Op == ruleset.OpAllIn {
		for _, raw := range c.Values {
			if !constantFits(at.Type, raw) {
				at.Kind, at.Text = StrangeConstant, string(raw)
				return []Finding{at}
			}
		}
		return nil
	}
	if !slices.Contains(operatorsOf(at.Type), operatorFamily(c.Op)) {
		at.Kind = StrangeClause
		return []Finding{at}
	}
	return nil
}

// constantFits says whether a constant can equal an attribute of a type.
func constantFits(registered string, raw []byte) bool {
	switch registered {
	case "number":
		_, ok := ruleset.ParseNumber(raw)
		return ok
	case "boolean":
		return string(raw) == "true" || string(raw) == "false"
	case "time":
		_, ok := ruleset.ParseNumber(raw)
		return ok || raw[0] == '"'
	}
	return raw[0] == '"'
}

// operatorFamily is what operators have in common: the kind of value they read.
func operatorFamily(op string) string {
	switch op {
	case ruleset.OpLt, ruleset.OpLe, ruleset.OpGt, ruleset.OpGe, ruleset.OpBetween:
		return "number"
	case ruleset.OpVerEq, ruleset.OpVerLt, ruleset.OpVerLe, ruleset.OpVerGt, ruleset.OpVerGe, ruleset.OpVerRange:
		return "version"
	case ruleset.OpBefore, ruleset.OpAfter:
		return "time"
	}
	return "text"
}

// operatorsOf are the families that may hold for an attribute of a type: a time
// is a text or a number of milliseconds, and a text may hold a version.
func operatorsOf(registered string) []string {
	switch registered {
	case "number":
		return []string{"number", "time"}
	case "boolean":
		return nil
	case "version":
		return []string{"version", "text"}
	case "time":
		return []string{"time", "number", "text"}
	}
	return []string{"text", "version", "time"}
}
