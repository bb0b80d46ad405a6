package document

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// readYAML reads the documents of a YAML text as nodes. The library gives
// tokens with their positions; what a plain scalar is, is decided here: true,
// false, null, a JSON number, else text.
func readYAML(data []byte) (docs []*node, bad *syntaxError) {
	if line := tooDeep(data); line > 0 {
		return nil, &syntaxError{line, "nested too deep for a configuration document"}
	}
	if line := beyondDocuments(data); line > 0 {
		return nil, tooMany(line)
	}
	defer func() {
		// The parser is given whatever a user uploads; a defect of its own
		// must be an error about the file, not the end of the server.
		if r := recover(); r != nil {
			docs, bad = nil, &syntaxError{1, fmt.Sprintf("not valid YAML (%v)", r)}
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, yamlSyntax(err)
	}
	for _, doc := range file.Docs {
		n, err := fromYAML(doc.Body, 0)
		if err != nil {
			return nil, err
		}
		docs = append(docs, n)
	}
	return docs, nil
}

func yamlSyntax(err error) *syntaxError {
	syntax, ok := errors.AsType[*yaml.SyntaxError](err)
	if !ok {
		return &syntaxError{1, "not valid YAML: " + err.Error()}
	}
	return &syntaxError{lineOf(syntax.Token), "not valid YAML: " + syntax.Message}
}

func lineOf(t *token.Token) int {
	if t == nil || t.Position == nil {
		return 1
	}
	return t.Position.Line
}

// tooDeep returns the line on which a text nests deeper than any configuration
// does, or 0. The YAML parser recurses, so this is asked before it starts.
func tooDeep(data []byte) int {
	line, open, marks := 1, 0, 0
	for _, b := range data {
		switch b {
		case ' ', '\t', '\r':
		case '-', '?', ':': // "- - -" opens a list in a list in a list
			marks++
		default:
			marks = 0
		}
		switch b {
		case '\n':
			line++
		case '[', '{':
			open++
		case ']', '}':
			open = max(0, open-1)
		}
		if open > 10*maxDepth || marks > 10*maxDepth {
			return line
		}
	}
	return 0
}

// beyondDocuments returns the line on which a text has certainly more documents
// than a file may, or 0: each begins with a marker, ends with one, or both. It is
// asked before the parser starts; who reads what that gives counts exactly.
func beyondDocuments(data []byte) int {
	line, markers := 0, 0
	for text := range bytes.Lines(data) {
		line++
		if bytes.HasPrefix(text, []byte("---")) || bytes.HasPrefix(text, []byte("...")) {
			markers++
		}
		if markers > 2*maxDocuments {
			return line
		}
	}
	return 0
}

func fromYAML(n ast.Node, depth int) (*node, *syntaxError) {
	if n == nil {
		return &node{kind: nullKind}, nil
	}
	line := lineOf(n.GetToken())
	if depth > maxDepth {
		return nil, &syntaxError{line, fmt.Sprintf("nested deeper than %d", maxDepth)}
	}
	switch v := n.(type) {
	case *ast.MappingNode:
		return mappingFromYAML(v.Values, line, depth)
	case *ast.MappingValueNode:
		return mappingFromYAML([]*ast.MappingValueNode{v}, line, depth)
	case *ast.SequenceNode:
		out := &node{kind: listKind, line: line}
		for _, item := range v.Values {
			value, err := fromYAML(item, depth+1)
			if err != nil {
				return nil, err
			}
			out.items = append(out.items, value)
		}
		return out, nil
	case *ast.LiteralNode:
		return &node{kind: textKind, text: v.Value.Value, line: line}, nil
	case *ast.StringNode:
		if quoted(v.Token) {
			return &node{kind: textKind, text: v.Value, line: line}, nil
		}
		return plain(v.Value, line), nil
	case *ast.NullNode:
		return &node{kind: nullKind, line: line}, nil
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, &syntaxError{line, "anchors, aliases and merge keys are not read; write the value out"}
	case *ast.TagNode:
		return nil, &syntaxError{line, "tags such as " + v.GetToken().Value + " are not read; write the value alone"}
	case ast.ScalarNode:
		return plain(v.GetToken().Value, line), nil
	}
	return nil, &syntaxError{line, "not a mapping, a list or a value"}
}

func mappingFromYAML(values []*ast.MappingValueNode, line, depth int) (*node, *syntaxError) {
	out := &node{kind: mapKind, line: line}
	if len(values) > 0 {
		out.line = lineOf(values[0].Key.GetToken())
	}
	for _, entry := range values {
		key, err := yamlKey(entry.Key)
		if err != nil {
			return nil, err
		}
		value, err := fromYAML(entry.Value, depth+1)
		if err != nil {
			return nil, err
		}
		at := lineOf(entry.Key.GetToken())
		if value.line == 0 || value.kind == nullKind {
			value.line = at
		}
		out.fields = append(out.fields, field{key: key, line: at, value: value})
	}
	return out, nil
}

// yamlKey is a mapping's key as text: true and 42 are the texts "true" and "42".
func yamlKey(key ast.MapKeyNode) (string, *syntaxError) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, nil
	case *ast.MergeKeyNode:
		return "", &syntaxError{lineOf(k.GetToken()), "merge keys (<<) are not read; write the entries out"}
	case *ast.MappingKeyNode:
		if inner, ok := k.Value.(ast.MapKeyNode); ok {
			if _, again := inner.(*ast.MappingKeyNode); !again {
				return yamlKey(inner)
			}
		}
	case ast.ScalarNode:
		return k.GetToken().Value, nil
	}
	return "", &syntaxError{lineOf(key.GetToken()), "a mapping's key must be text"}
}

func quoted(t *token.Token) bool {
	return t != nil && (t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType)
}

// plain gives an unquoted scalar its kind.
func plain(text string, line int) *node {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return &node{kind: nullKind, line: line}
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return &node{kind: boolKind, text: strings.ToLower(text), line: line}
	}
	if jsonNumber.MatchString(text) {
		return &node{kind: numberKind, text: text, line: line}
	}
	return &node{kind: textKind, text: text, line: line}
}
