package document

import (
	"bytes"
	"regexp"
	"strings"
)

// lineWidth is where a list or mapping is no longer written in one line.
const lineWidth = 100

// Render writes a file as YAML: the same order each time, the short forms of
// documents.md, and quotes around what a YAML reader could take for a number, a
// date or a truth value. Parse gives the same file back.
func Render(f *File) []byte {
	w := &yamlWriter{}
	w.block(fileNode(f, short), 0)
	return w.out.Bytes()
}

type yamlWriter struct{ out bytes.Buffer }

func (w *yamlWriter) indent(n int) {
	for range n {
		w.out.WriteByte(' ')
	}
}

// block writes the entries of a mapping or list, each on its own line.
func (w *yamlWriter) block(n *node, indent int) {
	if n.kind == listKind {
		for _, item := range n.items {
			w.indent(indent)
			w.out.WriteString("- ")
			w.item(item, indent+2)
		}
		return
	}
	for i, f := range n.fields {
		if i > 0 || w.atLineStart() {
			w.indent(indent)
		}
		w.out.WriteString(flowKey(f.key))
		w.out.WriteByte(':')
		w.value(f.value, indent)
	}
}

func (w *yamlWriter) atLineStart() bool {
	b := w.out.Bytes()
	return len(b) == 0 || b[len(b)-1] == '\n'
}

// item writes what follows the dash of a list.
func (w *yamlWriter) item(n *node, indent int) {
	text := flow(n)
	if n.kind == mapKind && len(n.fields) > 0 && (n.block || indent+len(text) > lineWidth) {
		w.block(n, indent)
		return
	}
	w.out.WriteString(text)
	w.out.WriteByte('\n')
}

// value writes what follows the colon of an entry.
func (w *yamlWriter) value(n *node, indent int) {
	text := flow(n)
	if len(n.fields)+len(n.items) > 0 && (n.block || indent+len(text) > lineWidth) {
		w.out.WriteByte('\n')
		w.block(n, indent+2)
		return
	}
	w.out.WriteByte(' ')
	w.out.WriteString(text)
	w.out.WriteByte('\n')
}

// flow writes a node in one line.
func flow(n *node) string {
	switch n.kind {
	case textKind:
		return flowText(n)
	case listKind:
		parts := make([]string, len(n.items))
		for i, item := range n.items {
			parts[i] = flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapKind:
		parts := make([]string, len(n.fields))
		for i, f := range n.fields {
			parts[i] = flowKey(f.key) + ": " + flow(f.value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case nullKind:
		return "null"
	}
	return n.text
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./@+-]*( [A-Za-z0-9_./@+-]+)*$`)
	plainKey  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./@+-]*$`)
	versionly = regexp.MustCompile(`^[vV][0-9]`)
)

// flowText writes a text, in quotes where another reader could take it for
// something else.
func flowText(n *node) string {
	if n.quote || !plainText.MatchString(n.text) || versionly.MatchString(n.text) || wordOfYAML(n.text) {
		return doubleQuoted(n.text)
	}
	return n.text
}

func flowKey(key string) string {
	if plainKey.MatchString(key) && !strings.EqualFold(key, "null") {
		return key
	}
	return doubleQuoted(key)
}

// wordOfYAML says whether some version of YAML reads the word as no text.
func wordOfYAML(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return true
	}
	return false
}

// doubleQuoted writes a text as a YAML double-quoted scalar, which is a JSON
// string but for the control characters that JSON leaves alone.
func doubleQuoted(s string) string {
	var b strings.Builder
	for _, r := range string(appendText(nil, s)) {
		switch {
		case r == 0x7f, r >= 0x80 && r < 0xa0, r == 0xfeff, r == 0xfffe, r == 0xffff:
			const hex = "0123456789abcdef"
			b.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				b.WriteByte(hex[r>>shift&15])
			}
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
