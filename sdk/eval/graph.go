package eval

import (
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// graph is who reads whom, by the positions of flags and then groups; Groups follow
// the flags.
type graph struct {
	s       *Snapshot
	edges   [][]int
	number  []int // order of discovery, 0 for not yet
	low     []int
	stack   []int
	onStack []bool
	circles [][]int
}

// findProblems finds what makes entities unusable beyond themselves:
// references that lead nowhere, circles, depth; and hands each problem on to
// the readers.
func (s *Snapshot) findProblems() {
	g := &graph{s: s}
	n := len(s.flags) + len(s.groups)
	g.edges, g.number, g.low, g.onStack = make([][]int, n), make([]int, n), make([]int, n), make([]bool, n)
	for at := range n {
		g.checkReferences(at)
	}
	next := 0
	for at := range n {
		if g.number[at] == 0 {
			g.visit(at, &next)
		}
	}
	for _, circle := range g.circles {
		g.reportCircle(circle)
	}
	g.checkDepth()
	g.handOn()
}

func (g *graph) entity(at int) (reads *reader, problem **Problem, key string) {
	if at < len(g.s.flags) {
		f := g.s.flags[at]
		return &f.reads, &f.problem, f.key
	}
	t := g.s.groups[at-len(g.s.flags)]
	return &t.reads, &t.problem, t.key
}

func (g *graph) fail(at int, code, message string) {
	_, problem, key := g.entity(at)
	if *problem == nil {
		*problem = &Problem{key, code, message}
	}
}

// checkReferences notes the edges of an entity and its first bad reference.
func (g *graph) checkReferences(at int) {
	reads, _, _ := g.entity(at)
	for _, r := range reads.references {
		if r.group {
			to, ok := g.s.groupAt[r.key]
			if !ok {
				g.fail(at, BadReference, fmt.Sprintf("there is no target group %q", r.key))
				continue
			}
			g.edges[at] = append(g.edges[at], len(g.s.flags)+int(to))
			continue
		}
		to, ok := g.s.flagAt[r.key]
		if !ok {
			g.fail(at, BadReference, fmt.Sprintf("there is no flag %q", r.key))
			continue
		}
		g.edges[at] = append(g.edges[at], int(to))
		g.checkVariations(at, g.s.flags[to], r)
	}
}

func (g *graph) checkVariations(at int, f *flag, r reference) {
	if f.problem != nil && len(f.variations) == 0 {
		return // its own problem is handed on instead
	}
	for _, id := range r.variations {
		if !slices.ContainsFunc(f.variations, func(v variation) bool { return v.id == id }) {
			g.fail(at, BadReference, fmt.Sprintf("the flag %q has no variation %q", r.key, id))
		}
	}
}

// visit is Tarjan's algorithm for strongly connected components.
func (g *graph) visit(at int, next *int) {
	*next++
	g.number[at], g.low[at] = *next, *next
	g.stack = append(g.stack, at)
	g.onStack[at] = true
	for _, to := range g.edges[at] {
		if g.number[to] == 0 {
			g.visit(to, next)
			g.low[at] = min(g.low[at], g.low[to])
		} else if g.onStack[to] {
			g.low[at] = min(g.low[at], g.number[to])
		}
	}
	if g.low[at] != g.number[at] {
		return
	}
	var part []int
	for {
		top := g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		g.onStack[top] = false
		part = append(part, top)
		if top == at {
			break
		}
	}
	if len(part) > 1 || slices.Contains(g.edges[at], at) {
		g.circles = append(g.circles, part)
	}
}

func (g *graph) reportCircle(circle []int) {
	var names []string
	for _, at := range circle {
		_, _, key := g.entity(at)
		names = append(names, key)
	}
	slices.Sort(names)
	for _, at := range circle {
		g.fail(at, Cycle, "it reads itself through "+strings.Join(names, ", "))
	}
}

// checkDepth refuses conditions that are too deep once groups are written out
// in their place.
func (g *graph) checkDepth() {
	memo := map[string]int{}
	var groupDepth func(key string) int
	depth := func(r *reader) int {
		deepest := r.depth
		for _, ref := range r.references {
			if ref.group {
				deepest = max(deepest, ref.level-1+groupDepth(ref.key))
			}
		}
		return deepest
	}
	groupDepth = func(key string) int {
		at, ok := g.s.groupAt[key]
		if !ok || g.s.groups[at].problem != nil {
			return 1
		}
		if _, known := memo[key]; !known {
			memo[key] = max(1, depth(&g.s.groups[at].reads))
		}
		return memo[key]
	}
	for at, f := range g.s.flags {
		if f.problem == nil && depth(&f.reads) > ruleset.MaxDepth {
			g.fail(at, TooDeep, "a condition is nested deeper than 5 levels with its target groups")
		}
	}
}

// handOn makes each reader of an unusable entity unusable for the same reason.
func (g *graph) handOn() {
	readers := make([][]int, len(g.edges))
	var waiting []int
	for at, edges := range g.edges {
		for _, to := range edges {
			readers[to] = append(readers[to], at)
		}
		if _, problem, _ := g.entity(at); *problem != nil {
			waiting = append(waiting, at)
		}
	}
	for len(waiting) > 0 {
		at := waiting[0]
		waiting = waiting[1:]
		_, cause, key := g.entity(at)
		what := "flag"
		if at >= len(g.s.flags) {
			what = "target group"
		}
		for _, reader := range readers[at] {
			if _, problem, _ := g.entity(reader); *problem == nil {
				g.fail(reader, (*cause).Code, fmt.Sprintf("it reads the %s %q: %s", what, key, (*cause).Message))
				waiting = append(waiting, reader)
			}
		}
	}
}
