package document

import "burgee.dev/burgee/sdk/ruleset"

func putWhen(n *node, c Condition, s style) {
	if c != nil {
		n.put("when", conditionNode(c, s))
	}
}

func conditionNode(c Condition, s style) *node {
	n := &node{kind: mapKind}
	for _, t := range c {
		n.put(t.key(), termNode(t, s))
	}
	return n
}

func termNode(t Term, s style) *node {
	switch t.Kind {
	case All, Any:
		n := listNode()
		for _, inner := range t.Conditions {
			n.items = append(n.items, conditionNode(inner, s))
		}
		return n
	case Not:
		return conditionNode(t.Conditions[0], s)
	case Group:
		if s == short && len(t.Groups) == 1 {
			return textNode(t.Groups[0])
		}
		return texts(t.Groups)
	case OnFlag:
		n := &node{kind: mapKind}
		for _, f := range t.Flags {
			if s == short && len(f.Variations) == 1 {
				n.put(f.Flag, idNode(f.Variations[0], s))
				continue
			}
			n.put(f.Flag, ids(f.Variations, s))
		}
		return n
	}
	return clauseNode(t, s)
}

func clauseNode(t Term, s style) *node {
	if s == short && !reservedKey(t.Path) && !t.IgnoreCase && len(t.Tests) == 1 && t.Tests[0].Op == ruleset.OpIn {
		if values := rawNodes(t.Tests[0].Values); len(values.items) > 1 {
			return values
		}
		return rawNode(t.Tests[0].Values[0])
	}
	n := &node{kind: mapKind}
	if reservedKey(t.Path) {
		n.put("path", textNode(t.Path))
	}
	for _, test := range t.Tests {
		n.put(test.Op, operandsNode(test, s))
	}
	if t.IgnoreCase {
		n.put(ignoreCaseKey, boolNode(true))
	}
	return n
}

// operandsNode writes the constants of a test: alone where the operator takes
// one only, or where the short form has one.
func operandsNode(t Test, s style) *node {
	spec := operators[t.Op]
	if spec.class == noOperand {
		return boolNode(true)
	}
	list := rawNodes(t.Values)
	if spec.class == aVersion || spec.class == aRange || spec.class == anInstant {
		for _, item := range list.items {
			item.quote = true
		}
	}
	if len(list.items) == 1 && (spec.max == 1 || s == short && t.Op != ruleset.OpIn) {
		return list.items[0]
	}
	return list
}
