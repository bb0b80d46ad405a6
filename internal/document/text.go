package document

import "strings"

// withoutNUL finds U+0000 in keys and texts: PostgreSQL keeps no text with it,
// and a file is to mean the same on every store.
func (d *decoder) withoutNUL(at string, n *node) {
	if n.kind == textKind && strings.IndexByte(n.text, 0) >= 0 {
		d.fail(n, at, "holds the character U+0000, which no text may hold; take it out")
	}
	for _, f := range n.fields {
		if strings.IndexByte(f.key, 0) >= 0 {
			d.fail(&node{line: f.line}, at, "has a key with the character U+0000, which no text may hold; take it out")
			continue
		}
		d.withoutNUL(join(at, f.key), f.value)
	}
	for i, item := range n.items {
		d.withoutNUL(index(at, i), item)
	}
}
