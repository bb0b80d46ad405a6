package document

import "encoding/json"

// Condition is a mapping each of whose lines must hold. Nil is "no condition";
// an empty one holds always.
type Condition []Term

// TermKind tells the lines of a condition apart. Its values but Clause are the
// reserved keys that such a line is written with.
type TermKind string

// The kinds of lines.
const (
	Clause TermKind = "clause" // path: tests
	Group  TermKind = "group"  // any of the target groups
	OnFlag TermKind = "flag"   // what other flags serve
	All    TermKind = "all"
	Any    TermKind = "any"
	Not    TermKind = "not"
)

// attrKey is the reserved key for a clause on a path that bears a reserved name.
const attrKey = "attr"

// Term is one line of a condition.
type Term struct {
	Kind TermKind

	Path       string // of a Clause
	Tests      []Test // of a Clause; each must hold
	IgnoreCase bool   // of a Clause

	Groups     []string       // of a Group line: any of these
	Flags      []Prerequisite // of an OnFlag line: each of these
	Conditions []Condition    // of All and Any; of Not, exactly one
}

// Test is an operator and its constants.
type Test struct {
	Op     string
	Values []json.RawMessage // JSON scalars; none for exists
}

// reservedKey says whether a line's key is no path.
func reservedKey(key string) bool {
	switch key {
	case string(All), string(Any), string(Not), string(Group), string(OnFlag), attrKey:
		return true
	}
	return false
}

// Walk calls visit for every line of the condition, nested ones too, with the
// line's path below at.
func (c Condition) Walk(at string, visit func(at string, t *Term)) {
	for i := range c {
		t := &c[i]
		p := join(at, t.key())
		visit(p, t)
		for j, inner := range t.Conditions {
			if t.Kind == Not {
				inner.Walk(p, visit)
				continue
			}
			inner.Walk(index(p, j), visit)
		}
	}
}

// key is the line's key as it is written.
func (t *Term) key() string {
	if t.Kind != Clause {
		return string(t.Kind)
	}
	if reservedKey(t.Path) {
		return attrKey
	}
	return t.Path
}
