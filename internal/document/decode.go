package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// problem is one error in a document, before it is put into a fault.
type problem struct {
	line    int
	path    string
	message string
}

// decoder turns nodes into the types of this package. It goes on after an
// error, so that one run reports all there are.
type decoder struct {
	name     string         // of the file; empty for a body
	format   string         // "YAML" or "JSON", as messages name it
	lines    map[string]int // path → line
	blocks   []string       // paths of environment blocks, which messages leave out
	stored   bool           // reads an object that may come from the store, and not a file
	problems []problem
}

func newDecoder(name, format string) *decoder {
	return &decoder{name: name, format: format, lines: map[string]int{}}
}

// fail reports an error at a path.
func (d *decoder) fail(n *node, at, format string, args ...any) {
	d.problems = append(d.problems, problem{n.line, at, fmt.Sprintf(format, args...)})
}

// fault returns the problems as one fault in the order of their lines, or nil.
func (d *decoder) fault() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b problem) int { return a.line - b.line })
	f := invalid(d.name, len(d.problems))
	for _, p := range d.problems {
		f.Fields = append(f.Fields, fault.Field{Field: p.path, Message: place(d.name, p.line, p.path, d.blocks) + p.message})
	}
	return f
}

// invalid is the fault of a document with n errors.
func invalid(name string, n int) *fault.Error {
	if name == "" {
		name = "the document"
	}
	if n == 1 {
		return fault.New(fault.Invalid, "document_invalid", "%s has an error; nothing was changed", name)
	}
	return fault.New(fault.Invalid, "document_invalid", "%s has %d errors; nothing was changed", name, n)
}

// place is what stands before a message: "flags.yaml:31: …rules[0].serve: ".
// Inside an environment's block the path starts at the block, since the line
// says which. A body without a file has the path in the fault's field alone.
func place(name string, line int, path string, blocks []string) string {
	if name == "" {
		return ""
	}
	prefix := name + ": "
	if line > 0 {
		prefix = fmt.Sprintf("%s:%d: ", name, line)
	}
	if path == "" {
		return prefix
	}
	for _, block := range blocks {
		if rest, ok := strings.CutPrefix(path, block+"."); ok {
			return prefix + "…" + rest + ": "
		}
	}
	return prefix + path + ": "
}

// object checks that a node is a mapping with only the known fields, each once,
// and remembers where they are. It returns nil for what is no mapping.
func (d *decoder) object(at string, n *node, known ...string) *node {
	out := d.mapping(at, n)
	if out == nil {
		return nil
	}
	for _, f := range out.fields {
		if !slices.Contains(known, f.key) {
			d.fail(&node{line: f.line}, join(at, f.key), "unknown field; %s", suggest(f.key, known))
		}
	}
	return out
}

// mapping checks that a node is a mapping without duplicate keys. Nothing at all
// is an empty mapping.
func (d *decoder) mapping(at string, n *node) *node {
	d.mark(at, n)
	if n.kind == nullKind {
		return &node{kind: mapKind, line: n.line}
	}
	if n.kind != mapKind {
		d.fail(n, at, "takes a mapping, not %s", n.kind.words())
		return nil
	}
	out := &node{kind: mapKind, line: n.line}
	seen := make(map[string]int, len(n.fields))
	for _, f := range n.fields {
		if first, twice := seen[f.key]; twice {
			d.fail(&node{line: f.line}, join(at, f.key), "duplicate key; it is already in line %d, remove one", first)
			continue
		}
		seen[f.key] = f.line
		d.lines[join(at, f.key)] = f.line
		out.fields = append(out.fields, f)
	}
	return out
}

func (d *decoder) mark(at string, n *node) {
	if _, known := d.lines[at]; !known {
		d.lines[at] = n.line
	}
}

// suggest says which field was probably meant, or which there are.
func suggest(key string, known []string) string {
	squash := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	for _, k := range known {
		a, b := squash(key), squash(k)
		if a == b || len(a) > 2 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a)) {
			return fmt.Sprintf("write %q", k)
		}
	}
	return "there are " + strings.Join(known, ", ")
}

// list returns the items of a list.
func (d *decoder) list(at string, n *node) []*node {
	d.mark(at, n)
	if n.kind != listKind {
		d.fail(n, at, "takes a list, not %s; write [ … ]", n.kind.words())
		return nil
	}
	for i, item := range n.items {
		d.lines[index(at, i)] = item.line
	}
	return n.items
}

// text reads a field that holds text. A number is an error, since what is
// written and what is read may differ.
func (d *decoder) text(at string, n *node) string {
	d.mark(at, n)
	if n.kind == numberKind || n.kind == boolKind {
		d.fail(n, at, "takes text; write %q in quotes%s", n.text, d.misread(n))
		return ""
	}
	if n.kind != textKind {
		d.fail(n, at, "takes text, not %s", n.kind.words())
		return ""
	}
	return n.text
}

// misread says how a number that was meant as text would be read.
func (d *decoder) misread(n *node) string {
	if n.kind != numberKind {
		return ""
	}
	if short := shortestNumber(n.text); short != n.text {
		return fmt.Sprintf(" (%s reads %s as %s)", d.format, n.text, short)
	}
	return ""
}

// id reads a field that names something: true and 42 stand for "true" and "42".
func (d *decoder) id(at string, n *node) string {
	d.mark(at, n)
	if !n.scalar() {
		d.fail(n, at, "takes a key, not %s", n.kind.words())
		return ""
	}
	if !ruleset.ValidKey(n.text) {
		d.fail(n, at, "%s", badKey(n.text))
	}
	return n.text
}

// badKey says what a key looks like.
func badKey(key string) string {
	return fmt.Sprintf("%q is no key; use 1 to 128 letters, digits, '.', '_' and '-', the first a letter or digit", key)
}

// ids reads a list of keys; one key alone is a list of one.
func (d *decoder) ids(at string, n *node) []string {
	if n.kind != listKind {
		return []string{d.id(at, n)}
	}
	return d.each(at, n, d.id)
}

// each reads every item of a list; an empty list is not nil.
func (d *decoder) each(at string, n *node, read func(string, *node) string) []string {
	out := []string{}
	for i, item := range d.list(at, n) {
		out = append(out, read(index(at, i), item))
	}
	return out
}

func (d *decoder) bool(at string, n *node) bool {
	d.mark(at, n)
	if n.kind != boolKind {
		d.fail(n, at, "takes true or false, not %s", n.kind.words())
		return false
	}
	return n.text == "true"
}

// section reads a mapping from keys to objects.
func section[T any](d *decoder, at string, n *node, read func(*decoder, string, *node) T) map[string]T {
	m := d.mapping(at, n)
	if m == nil {
		return nil
	}
	out := make(map[string]T, len(m.fields))
	for _, f := range m.fields {
		if !ruleset.ValidKey(f.key) {
			d.fail(&node{line: f.line}, join(at, f.key), "%s", badKey(f.key))
		}
		out[f.key] = read(d, join(at, f.key), f.value)
	}
	return out
}

// sortedKeys returns the keys of a map in byte order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
