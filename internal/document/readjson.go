package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxDepth bounds how deep a document may nest. A condition of the greatest
// depth allowed, inside a flag, needs about thirty.
const maxDepth = 100

// readJSON reads the JSON values of a text as nodes. Duplicate keys stay: the
// decoder reports them with their paths.
func readJSON(data []byte) ([]*node, *syntaxError) {
	r := &jsonReader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	var docs []*node
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return nil, r.syntax(err)
		}
		n, err := r.value(token, 0)
		if err != nil {
			return nil, r.syntax(err)
		}
		if docs = append(docs, n); len(docs) > maxDocuments {
			return docs, nil // the caller counts too, also those of a list
		}
	}
}

// syntaxError is a text that is no YAML or no JSON at all.
type syntaxError struct {
	line    int
	message string
}

type jsonReader struct {
	data []byte
	dec  *json.Decoder
	at   int // offset up to which line counts
	line int
}

func (r *jsonReader) next() (json.Token, error) {
	token, err := r.dec.Token()
	r.count(int(r.dec.InputOffset()))
	return token, err
}

// count moves the line counter on to an offset.
func (r *jsonReader) count(offset int) {
	if offset > len(r.data) {
		offset = len(r.data)
	}
	if offset > r.at {
		r.line += bytes.Count(r.data[r.at:offset], []byte("\n"))
		r.at = offset
	}
}

func (r *jsonReader) value(token json.Token, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	line := r.line
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return r.object(depth)
		}
		return r.list(depth)
	case bool:
		n := boolNode(v)
		n.line = line
		return n, nil
	case json.Number:
		return &node{kind: numberKind, text: v.String(), line: line}, nil
	case string:
		return &node{kind: textKind, text: v, line: line}, nil
	}
	return &node{kind: nullKind, line: line}, nil
}

func (r *jsonReader) object(depth int) (*node, error) {
	n := &node{kind: mapKind, line: r.line}
	for {
		token, err := r.next()
		if err != nil {
			return nil, unexpected(err)
		}
		key, ok := token.(string)
		if !ok { // the closing brace
			return n, nil
		}
		line := r.line
		token, err = r.next()
		if err != nil {
			return nil, unexpected(err)
		}
		value, err := r.value(token, depth+1)
		if err != nil {
			return nil, err
		}
		n.fields = append(n.fields, field{key: key, line: line, value: value})
	}
}

func (r *jsonReader) list(depth int) (*node, error) {
	n := &node{kind: listKind, line: r.line}
	for {
		token, err := r.next()
		if err != nil {
			return nil, unexpected(err)
		}
		if token == json.Delim(']') {
			return n, nil
		}
		item, err := r.value(token, depth+1)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
}

// unexpected is an error in the middle of a value, where the end of the text is
// one too.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *jsonReader) syntax(err error) *syntaxError {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		// The decoder's offset is at the token before the defect.
		r.count(int(max(syntax.Offset, r.dec.InputOffset())))
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		r.count(len(bytes.TrimRight(r.data, " \t\r\n")))
		return &syntaxError{r.line, "not valid JSON: the text ends in the middle of a value; is a closing bracket missing?"}
	}
	message := "not valid JSON: " + strings.TrimPrefix(err.Error(), "json: ")
	return &syntaxError{r.line, message + " (a file that begins with { or [ is read as JSON)"}
}
