package eval

import (
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// node is a compiled condition.
type node struct {
	kind   ruleset.Kind
	clause *clause
	kids   []node
	// group and flag are positions in the snapshot, filled in when all
	// entities are known; key is what they were called.
	group, flag int32
	key         string
	variations  []string
	source      *ruleset.Expr // for the explanation
}

// reference is what an entity reads of another.
type reference struct {
	group      bool
	key        string
	variations []string // of a flag that must exist
	level      int      // levels of condition above a group
}

// reader collects what one entity reads while it is compiled.
type reader struct {
	slots      *slotTable
	references []reference
	depth      int
}

// compile compiles a condition that stands at a level; nil always holds.
func (r *reader) compile(e *ruleset.Expr) (*node, error) {
	if e == nil {
		return nil, nil
	}
	n, err := r.node(e, 1)
	if err != nil {
		return nil, err
	}
	return &n, nil
}

func (r *reader) node(e *ruleset.Expr, level int) (node, error) {
	r.depth = max(r.depth, level)
	if level > ruleset.MaxDepth {
		return node{}, &unusable{TooDeep, "a condition is nested deeper than 5 levels"}
	}
	kind, err := e.Form()
	if err != nil {
		return node{}, malformed("%v", err)
	}
	n := node{kind: kind, source: e}
	switch kind {
	case ruleset.KindClause:
		n.clause, err = compileClause(e, r.slots)
	case ruleset.KindGroup:
		n.key = e.TargetGroup
		r.references = append(r.references, reference{group: true, key: e.TargetGroup, level: level})
	case ruleset.KindFlag:
		n.key, n.variations = e.Flag, e.Variations
		r.references = append(r.references, reference{key: e.Flag, variations: e.Variations})
	default:
		children := e.Children()
		n.kids = make([]node, len(children))
		for i := range children {
			if n.kids[i], err = r.node(&children[i], level+1); err != nil {
				return node{}, err
			}
		}
	}
	return n, err
}

// link turns keys into positions.
func (n *node) link(s *Snapshot) {
	if n == nil {
		return
	}
	switch n.kind {
	case ruleset.KindGroup:
		n.group = s.groupAt[n.key]
	case ruleset.KindFlag:
		n.flag = s.flagAt[n.key]
	}
	for i := range n.kids {
		n.kids[i].link(s)
	}
}

// holds answers a condition.
func (n *node) holds(sc *scope) truth {
	switch n.kind {
	case ruleset.KindClause:
		return sc.clause(n.clause)
	case ruleset.KindGroup:
		return sc.group(n.group)
	case ruleset.KindFlag:
		return sc.serves(n.flag, n.variations)
	case ruleset.KindAll:
		answer := yes
		for i := range n.kids {
			switch n.kids[i].holds(sc) {
			case no:
				return no
			case unknown:
				answer = unknown
			}
		}
		return answer
	case ruleset.KindAny:
		answer := no
		for i := range n.kids {
			switch n.kids[i].holds(sc) {
			case yes:
				return yes
			case unknown:
				answer = unknown
			}
		}
		return answer
	}
	switch n.kids[0].holds(sc) { // not
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// serves answers whether another flag serves one of the variations.
func (sc *scope) serves(flag int32, variations []string) truth {
	r := sc.read(flag)
	if !r.served {
		return unknown
	}
	return truthOf(slices.Contains(variations, r.flag.variations[r.variation].id))
}
