package document

import (
	"regexp"
	"slices"
)

// kind is the kind of a node, the kinds of JSON.
type kind uint8

const (
	nullKind kind = iota
	boolKind
	numberKind
	textKind
	listKind
	mapKind
)

// words names a kind in messages.
func (k kind) words() string {
	switch k {
	case nullKind:
		return "nothing"
	case boolKind:
		return "true or false"
	case numberKind:
		return "a number"
	case textKind:
		return "text"
	case listKind:
		return "a list"
	}
	return "a mapping"
}

// node is one value of a document, whether it was written in YAML or JSON or is
// about to be.
type node struct {
	kind   kind
	text   string // of a boolean, a number as it is spelled, or a text
	items  []*node
	fields []field
	line   int // 1-based, 0 when it was not read

	block bool // rendered with one line per entry
	quote bool // rendered in quotes even where YAML needs none
}

// field is one entry of a mapping; keys are always text.
type field struct {
	key   string
	line  int
	value *node
}

// jsonNumber is what JSON calls a number; a plain YAML scalar of this form is
// one too, and no other.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

func textNode(s string) *node   { return &node{kind: textKind, text: s} }
func numberNode(s string) *node { return &node{kind: numberKind, text: s} }

func boolNode(b bool) *node {
	if b {
		return &node{kind: boolKind, text: "true"}
	}
	return &node{kind: boolKind, text: "false"}
}

func listNode(items ...*node) *node { return &node{kind: listKind, items: items} }

// put appends an entry to a mapping.
func (n *node) put(key string, value *node) {
	n.fields = append(n.fields, field{key: key, value: value})
}

// get returns the value of an entry, or nil where it is absent or null.
func (n *node) get(key string) *node {
	for i := range n.fields {
		if n.fields[i].key == key && n.fields[i].value.kind != nullKind {
			return n.fields[i].value
		}
	}
	return nil
}

// scalar says whether the node is a single boolean, number or text.
func (n *node) scalar() bool {
	return n.kind == boolKind || n.kind == numberKind || n.kind == textKind
}

// drop removes an entry of a mapping.
func (n *node) drop(key string) {
	n.fields = slices.DeleteFunc(n.fields, func(f field) bool { return f.key == key })
}
