package eval

import (
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// noEntity is the target of a reference that leads nowhere.
const noEntity int32 = -1

// read is a reference to a flag or a group. The nodes of the graph are the
// flags, then the groups.
type read struct {
	to    int32
	key   string
	flag  bool
	ids   []string // variations of the flag
	level int      // of the condition that holds the group
}

// link finds what makes entities unusable beyond themselves: references that
// lead nowhere, circles and depth; and hands every fault, and the dependence on
// the clock, on to the readers.
func (c *compiler) link() {
	g := graph{compiler: c, nodes: make([]visit, len(c.reads))}
	for node := range c.reads {
		g.checkReferences(int32(node))
	}
	for node := range c.reads {
		if g.nodes[node].number == 0 {
			g.connect(int32(node))
		}
	}
	for _, circle := range g.circles {
		g.reportCircle(circle)
	}
	g.checkDepths()
	g.handOn()
	c.resolve()
}

// forget drops what an entity that cannot be used was seen to read: it reads
// nothing, so it is in no circle.
func (c *compiler) forget(node int32, fault *Fault) {
	if fault != nil {
		c.reads[node] = nil
	}
}

// fault is where the fault of a node is kept.
func (c *compiler) fault(node int32) **Fault {
	if n := int32(len(c.s.flags)); node >= n {
		return &c.s.groups[node-n].fault
	}
	return &c.s.flags[node].fault
}

// fail gives a node a fault unless it has one.
func (c *compiler) fail(node int32, f *Fault) {
	if at := c.fault(node); *at == nil {
		*at = f
	}
}

func (c *compiler) key(node int32) string {
	if n := int32(len(c.s.flags)); node >= n {
		return c.s.groups[node-n].key
	}
	return c.s.flags[node].key
}

type graph struct {
	*compiler
	nodes   []visit
	stack   []int32
	count   int32
	circles [][]int32
}

// visit is the state of a node in the search for circles.
type visit struct {
	number, low int32
	onStack     bool
	depths      *depths
}

func (g *graph) checkReferences(node int32) {
	for _, r := range g.reads[node] {
		switch {
		case r.to == noEntity && r.flag:
			g.fail(node, badReference("there is no flag %q", r.key))
		case r.to == noEntity:
			g.fail(node, badReference("there is no target group %q", r.key))
		case r.flag && g.s.flags[r.to].fault == nil:
			for _, id := range r.ids {
				if g.s.flags[r.to].source.Variation(id) < 0 {
					g.fail(node, badReference("the flag %q has no variation %q", r.key, id))
				}
			}
		}
	}
}

// connect is Tarjan's search for strongly connected parts.
func (g *graph) connect(node int32) {
	g.count++
	v := &g.nodes[node]
	v.number, v.low, v.onStack = g.count, g.count, true
	g.stack = append(g.stack, node)
	self := false
	for _, r := range g.reads[node] {
		if r.to == noEntity {
			continue
		}
		self = self || r.to == node
		to := &g.nodes[r.to]
		if to.number == 0 {
			g.connect(r.to)
			v.low = min(v.low, to.low)
		} else if to.onStack {
			v.low = min(v.low, to.number)
		}
	}
	if v.low != v.number {
		return
	}
	at := slices.Index(g.stack, node)
	part := slices.Clone(g.stack[at:])
	g.stack = g.stack[:at]
	for _, member := range part {
		g.nodes[member].onStack = false
	}
	if len(part) > 1 || self {
		g.circles = append(g.circles, part)
	}
}

func (g *graph) reportCircle(circle []int32) {
	names := make([]string, len(circle))
	for i, node := range circle {
		names[i] = g.key(node)
	}
	slices.Sort(names)
	for _, node := range circle {
		g.fail(node, &Fault{Cycle, "it reads itself through " + strings.Join(names, ", ")})
	}
}

// depths are how far down a node reaches.
type depths struct {
	condition int // levels of its deepest condition, groups written out
	groups    int // target groups in a row
	flags     int // flags in a row
}

func (g *graph) checkDepths() {
	for node := range g.nodes {
		at := int32(node)
		d := g.depths(at)
		switch {
		case d.condition > ruleset.MaxDepth:
			g.fail(at, tooDeep("a condition is %d levels deep with its target groups; %d are allowed", d.condition, ruleset.MaxDepth))
		case d.groups > ruleset.MaxGroupNesting:
			g.fail(at, tooDeep("%d target groups in a row read each other; %d are allowed", d.groups, ruleset.MaxGroupNesting))
		case d.flags > ruleset.MaxPrerequisites:
			g.fail(at, tooDeep("%d flags in a row read each other; %d are allowed", d.flags, ruleset.MaxPrerequisites))
		}
	}
}

// depths of a node that cannot be used are not looked at: its fault is handed on
// anyway, and circles end here.
func (g *graph) depths(node int32) depths {
	v := &g.nodes[node]
	if v.depths != nil {
		return *v.depths
	}
	v.depths = &depths{condition: 1}
	if *g.fault(node) != nil {
		return *v.depths
	}
	d := depths{condition: 1}
	for _, r := range g.reads[node] {
		below := g.depths(r.to)
		if r.flag {
			d.flags = max(d.flags, below.flags+1)
			continue
		}
		d.flags = max(d.flags, below.flags)
		d.groups = max(d.groups, below.groups+1)
		d.condition = max(d.condition, r.level-1+below.condition)
	}
	d.condition = max(d.condition, g.ownDepth(node))
	v.depths = &d
	return d
}

func (g *graph) ownDepth(node int32) int {
	if n := int32(len(g.s.flags)); node >= n {
		return g.s.groups[node-n].when.depth()
	}
	deepest := 0
	for i := range g.s.flags[node].rules {
		deepest = max(deepest, g.s.flags[node].rules[i].when.depth())
	}
	return deepest
}

func (n *node) depth() int {
	if n == nil {
		return 0
	}
	deepest := 0
	for i := range n.sub {
		deepest = max(deepest, n.sub[i].depth())
	}
	return deepest + 1
}

// handOn makes each reader of an unusable entity unusable for the same reason,
// and each reader of the clock dependent on it.
func (g *graph) handOn() {
	readers := make([][]int32, len(g.reads))
	for node, reads := range g.reads {
		for _, r := range reads {
			if r.to != noEntity {
				readers[r.to] = append(readers[r.to], int32(node))
			}
		}
	}
	// By kind and key, so that of several faults the same one is handed on
	// whatever the order of the lines.
	byKey := func(a, b int32) int {
		n := int32(len(g.s.flags))
		if (a < n) != (b < n) {
			return int(a - b)
		}
		return strings.Compare(g.key(a), g.key(b))
	}
	for node := range readers {
		slices.SortFunc(readers[node], byKey)
	}
	var faulty, clocked []int32
	for node := range g.reads {
		if *g.fault(int32(node)) != nil {
			faulty = append(faulty, int32(node))
		}
		if *g.clock(int32(node)) {
			clocked = append(clocked, int32(node))
		}
	}
	slices.SortFunc(faulty, byKey)
	spread(faulty, readers, func(from, to int32) bool {
		if *g.fault(to) != nil {
			return false
		}
		cause := *g.fault(from)
		g.fail(to, &Fault{cause.Code, "it reads " + g.key(from) + ": " + cause.Message})
		return true
	})
	spread(clocked, readers, func(_, to int32) bool {
		known := *g.clock(to)
		*g.clock(to) = true
		return !known
	})
}

// spread visits the readers of nodes, and theirs as long as visit says so.
func spread(waiting []int32, readers [][]int32, visit func(from, to int32) bool) {
	for len(waiting) > 0 {
		from := waiting[0]
		waiting = waiting[1:]
		for _, to := range readers[from] {
			if visit(from, to) {
				waiting = append(waiting, to)
			}
		}
	}
}

func (c *compiler) clock(node int32) *bool {
	if n := int32(len(c.s.flags)); node >= n {
		return &c.s.groups[node-n].clock
	}
	return &c.s.flags[node].clock
}

// resolve turns the variation ids of references into indexes, now that all
// flags are known.
func (c *compiler) resolve() {
	for i := range c.s.flags {
		f := &c.s.flags[i]
		if f.fault != nil {
			continue
		}
		for j := range f.prerequisites {
			c.resolveIDs(&f.prerequisites[j])
		}
		for j := range f.rules {
			c.resolveNode(f.rules[j].when)
		}
	}
	for i := range c.s.groups {
		if c.s.groups[i].fault == nil {
			c.resolveNode(c.s.groups[i].when)
		}
	}
}

func (c *compiler) resolveNode(n *node) {
	if n == nil {
		return
	}
	if n.kind == nodeFlag {
		c.resolveIDs(&n.flag)
	}
	for i := range n.sub {
		c.resolveNode(&n.sub[i])
	}
}

func (c *compiler) resolveIDs(r *requirement) {
	source := c.s.flags[r.flag].source
	r.fits = make([]bool, len(source.Variations))
	for _, id := range r.ids {
		r.fits[source.Variation(id)] = true
	}
}
