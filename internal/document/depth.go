package document

import "burgee.dev/burgee/sdk/ruleset"

// condition checks how deep a condition nests once its groups stand in place.
func (v *validator) condition(at string, c Condition) {
	if len(c) == 0 {
		return
	}
	when := lowerCondition(c)
	if depth := v.depth(&when, map[string]bool{}); depth > ruleset.MaxDepth {
		v.fail(at, "nests %d deep with its target groups; at most %d levels fit, make it flatter", depth, ruleset.MaxDepth)
	}
}

// groupDepth counts the levels of a target group's condition.
func (p *Project) groupDepth(group string) int {
	v := &validator{p: p}
	return v.depth(&ruleset.Expr{TargetGroup: group}, map[string]bool{})
}

// depth counts the levels of an expression: a clause is one. A cycle of groups
// is reported elsewhere.
func (v *validator) depth(e *ruleset.Expr, way map[string]bool) int {
	if e.TargetGroup != "" {
		g, known := v.p.TargetGroups[e.TargetGroup]
		if !known || len(g.When) == 0 || way[e.TargetGroup] {
			return 1
		}
		way[e.TargetGroup] = true
		defer delete(way, e.TargetGroup)
		when := lowerCondition(g.When)
		return v.depth(&when, way)
	}
	deepest := 0
	for _, child := range e.Children() {
		deepest = max(deepest, v.depth(&child, way))
	}
	return deepest + 1
}
