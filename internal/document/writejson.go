package document

import (
	"bytes"
	"encoding/json"
	"strings"
)

// appendJSON writes a node as JSON without spaces.
func appendJSON(out []byte, n *node) []byte {
	switch n.kind {
	case textKind:
		return appendText(out, n.text)
	case listKind:
		out = append(out, '[')
		for i, item := range n.items {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendJSON(out, item)
		}
		return append(out, ']')
	case mapKind:
		out = append(out, '{')
		for i, f := range n.fields {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(appendText(out, f.key), ':')
			out = appendJSON(out, f.value)
		}
		return append(out, '}')
	case nullKind:
		return append(out, "null"...)
	}
	return append(out, n.text...)
}

// appendText writes a JSON string. It escapes what JSON needs escaped, not what
// HTML does, so that a value has the same bytes wherever it comes from.
func appendText(out []byte, s string) []byte {
	if simple(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(strings.ToValidUTF8(s, "\ufffd")); err != nil {
		return append(out, `""`...) // a string always encodes
	}
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// simple says whether a text is its own JSON: the usual case of keys and ids.
func simple(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b > '~' || b == '"' || b == '\\' {
			return false
		}
	}
	return true
}

// RenderJSON writes a file as indented JSON, in the canonical form.
func RenderJSON(f *File) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, appendJSON(nil, fileNode(f, canonical)), "", "  "); err != nil {
		return appendJSON(nil, fileNode(f, canonical))
	}
	b.WriteByte('\n')
	return b.Bytes()
}
