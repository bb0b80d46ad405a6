package eval

import (
	"slices"
	"strconv"

	"burgee.dev/burgee/sdk/ruleset"
)

type nodeKind uint8

const (
	nodeClause nodeKind = iota + 1
	nodeGroup
	nodeFlag
	nodeAll
	nodeAny
	nodeNot
)

// node is a compiled condition.
type node struct {
	kind   nodeKind
	clause clause
	sub    []node
	group  int32
	flag   requirement
	source *ruleset.Expr
}

// group is a compiled target group.
type group struct {
	key     string
	clock   bool
	slot    int32
	include map[string]struct{}
	exclude map[string]struct{}
	when    *node
	fault   *Fault
}

func (c *compiler) group(id int32, source *ruleset.Group) {
	g := &c.s.groups[id]
	*g = group{key: source.Key}
	c.node = int32(len(c.s.flags)) + id
	g.fault = c.fillGroup(g, source)
	c.forget(c.node, g.fault)
}

func (c *compiler) fillGroup(g *group, source *ruleset.Group) *Fault {
	if fault := unusable(source.Needs, source.Malformed); fault != nil {
		return fault
	}
	unit := source.Unit
	if unit == "" {
		unit = ruleset.TargetingKey
	}
	g.slot = c.intern(unit)
	g.include, g.exclude = setOf(source.Include), setOf(source.Exclude)
	if source.When == nil {
		return nil
	}
	when, fault := c.expr(source.When, 1)
	g.when = &when
	return fault
}

func setOf(list []string) map[string]struct{} {
	if len(list) == 0 {
		return nil
	}
	set := make(map[string]struct{}, len(list))
	for _, s := range list {
		set[s] = struct{}{}
	}
	return set
}

// expr compiles a condition that stands level deep.
func (c *compiler) expr(e *ruleset.Expr, level int) (node, *Fault) {
	if level > ruleset.MaxDepth {
		return node{}, tooDeep("a condition is nested deeper than %d levels", ruleset.MaxDepth)
	}
	form, err := e.Form()
	if err != nil {
		return node{}, malformed("%v", err)
	}
	n := node{source: e}
	switch form {
	case ruleset.KindClause:
		n.kind = nodeClause
		var fault *Fault
		n.clause, fault = compileClause(e, c.intern)
		return n, fault
	case ruleset.KindGroup:
		n.kind, n.group = nodeGroup, c.readGroup(e.TargetGroup, level)
		return n, nil
	case ruleset.KindFlag:
		if slices.Contains(e.Variations, "") {
			return node{}, malformed("a variation of the flag %q is empty", e.Flag)
		}
		n.kind, n.flag = nodeFlag, c.requirement(e.Flag, e.Variations)
		return n, nil
	case ruleset.KindNot:
		n.kind = nodeNot
	case ruleset.KindAny:
		n.kind = nodeAny
	default:
		n.kind = nodeAll
	}
	return c.children(n, e, level)
}

func (c *compiler) children(n node, e *ruleset.Expr, level int) (node, *Fault) {
	list := e.All
	switch n.kind {
	case nodeAny:
		list = e.Any
	case nodeNot:
		sub, fault := c.expr(e.Not, level+1)
		n.sub = []node{sub}
		return n, fault
	}
	for i := range list {
		sub, fault := c.expr(&list[i], level+1)
		if fault != nil {
			return node{}, fault
		}
		n.sub = append(n.sub, sub)
	}
	return n, nil
}

// condition numbers a rule's condition: equal ones alike.
func (c *compiler) condition(e *ruleset.Expr) int32 {
	c.text = appendCondition(c.text[:0], e)
	number, known := c.conditions[string(c.text)]
	if !known {
		number = int32(len(c.conditions))
		c.conditions[string(c.text)] = number
		c.s.conditions = len(c.conditions)
	}
	return number
}

// appendCondition appends a text that only equal conditions have.
func appendCondition(text []byte, e *ruleset.Expr) []byte {
	if e == nil {
		return append(text, '-')
	}
	text = appendText(append(text, '('), e.Attr)
	text = appendText(text, e.Op)
	text = appendText(text, e.TargetGroup)
	text = appendText(text, e.Flag)
	text = strconv.AppendBool(text, e.IgnoreCase)
	for _, v := range e.Values {
		text = appendText(text, string(v))
	}
	text = append(text, '|')
	for _, v := range e.Variations {
		text = appendText(text, v)
	}
	for _, list := range [][]ruleset.Expr{e.All, e.Any} {
		text = append(text, '|')
		if list != nil { // of nothing is not the same as none
			text = append(text, '*')
		}
		for i := range list {
			text = appendCondition(text, &list[i])
		}
	}
	return append(appendCondition(append(text, '|'), e.Not), ')')
}

// appendText appends a text with its length before it.
func appendText(text []byte, s string) []byte {
	return append(append(strconv.AppendInt(text, int64(len(s)), 10), ':'), s...)
}

func (c *compiler) readGroup(key string, level int) int32 {
	id, known := c.s.groupIndex[key]
	to := noEntity
	if known {
		to = int32(len(c.s.flags)) + id
	}
	c.reads[c.node] = append(c.reads[c.node], read{to: to, key: key, level: level})
	return id
}
