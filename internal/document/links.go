package document

import (
	"slices"
	"sync"
)

// links are the conditions and prerequisites of many objects, from their other
// end: who reads a node. They are found when they are first asked for, and
// states of a project share them until an object among them reads something
// else. Safe for concurrent use.
type links struct {
	once    sync.Once
	readers map[string][]string // node → keys of the objects, sorted
}

// flagsReading lists the flags whose configuration in an environment needs the
// answer of a node: a flag's key, or that of a group as groupNodeName writes it.
func (p *Project) flagsReading(environment, node string) []string {
	return p.readersIn(environment)[node]
}

// readersIn are the flags that read each node in an environment.
func (p *Project) readersIn(environment string) map[string][]string {
	return findReaders(p.links[environment], p.Configurations[environment], (*Configuration).eachRead)
}

// groupsReading lists the target groups that need the answer of a node.
func (p *Project) groupsReading(node string) []string {
	return findReaders(p.groupLinks, p.TargetGroups, TargetGroup.eachRead)[node]
}

func findReaders[T any](l *links, objects map[string]T, eachRead func(T, func(node string))) map[string][]string {
	l.once.Do(func() {
		readers := map[string][]string{}
		for key, object := range objects {
			eachRead(object, func(node string) {
				if known := readers[node]; len(known) == 0 || known[len(known)-1] != key {
					readers[node] = append(known, key)
				}
			})
		}
		for _, keys := range readers {
			slices.Sort(keys)
		}
		l.readers = readers
	})
	return l.readers
}

// eachRead calls visit for each node whose answer the configuration needs, once
// or more.
func (c *Configuration) eachRead(visit func(node string)) {
	if c == nil {
		return
	}
	for _, pre := range c.Prerequisites {
		visit(pre.Flag)
	}
	for _, r := range c.Rules {
		r.When.eachRead(visit)
	}
}

func (g TargetGroup) eachRead(visit func(node string)) { g.When.eachRead(visit) }

func (c Condition) eachRead(visit func(node string)) {
	for i := range c {
		for _, group := range c[i].Groups {
			visit(groupNodeName(group))
		}
		for _, f := range c[i].Flags {
			visit(f.Flag)
		}
		for _, inner := range c[i].Conditions {
			inner.eachRead(visit)
		}
	}
}

// reads says whether a condition needs the answer of a node.
func (c Condition) reads(node string) bool {
	found := false
	c.eachRead(func(n string) { found = found || n == node })
	return found
}

// nodeSet are the nodes that an object reads.
func nodeSet[T any](object T, eachRead func(T, func(node string))) map[string]bool {
	out := map[string]bool{}
	eachRead(object, func(node string) { out[node] = true })
	return out
}

// assigns says whether an experiment names a flag.
func (x Experiment) assigns(flag string) bool {
	if _, ok := x.Serve[flag]; ok {
		return true
	}
	return slices.ContainsFunc(x.Arms, func(arm Arm) bool {
		_, ok := arm.Flags[flag]
		return ok
	})
}

// neighbours finds what nodes of one environment read and are read by.
type neighbours struct {
	p           *Project
	environment string
	running     map[string][]keyed
}

func (p *Project) neighbours(environment string) neighbours {
	return neighbours{p, environment, p.running(environment)}
}

// below calls visit for what a node reads.
func (n neighbours) below(node string, visit func(node string)) {
	if group, ok := cutGroup(node); ok {
		n.p.TargetGroups[group].eachRead(visit)
		return
	}
	n.p.Configuration(n.environment, node).eachRead(visit)
	for _, x := range n.running[node] {
		x.When.eachRead(visit)
	}
}

// above calls visit for what reads a node.
func (n neighbours) above(node string, visit func(node string)) {
	for _, group := range n.p.groupsReading(node) {
		visit(groupNodeName(group))
	}
	for _, flag := range n.p.flagsReading(n.environment, node) {
		visit(flag)
	}
	for flag, experiments := range n.running {
		if slices.ContainsFunc(experiments, func(x keyed) bool { return x.When.reads(node) }) {
			visit(flag)
		}
	}
}

// reach lists some nodes and those that next leads to from there.
func reach(nodes []string, next func(node string, visit func(string))) []string {
	seen := map[string]bool{}
	var order []string
	add := func(node string) {
		if !seen[node] {
			seen[node] = true
			order = append(order, node)
		}
	}
	for _, node := range nodes {
		add(node)
	}
	for i := 0; i < len(order); i++ {
		next(order[i], add)
	}
	return order
}
