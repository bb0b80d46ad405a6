package importer

import (
	"bytes"
	"encoding/json"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// source is one exported text as JSON.
type source struct {
	name string
	raw  json.RawMessage
}

// parse reads a text that is JSON, or YAML where it does not begin like JSON.
func parse(in Input) (s source, err error) {
	text := bytes.TrimSpace(bytes.TrimPrefix(in.Text, []byte("\ufeff")))
	if len(text) == 0 {
		return s, fault.New(fault.Invalid, "import_unreadable", "%s is empty", in.Name)
	}
	if text[0] != '{' && text[0] != '[' {
		if text, err = document.JSONOf(in.Name, text); err != nil {
			return s, err
		}
	}
	if !json.Valid(text) {
		var any json.RawMessage
		return s, fault.New(fault.Invalid, "import_unreadable", "%s is not valid JSON: %v", in.Name, json.Unmarshal(text, &any))
	}
	return source{in.Name, text}, nil
}

// fields are the members of an object, or nil where the text is none.
func (s source) fields() map[string]json.RawMessage { return object(s.raw) }

func object(raw json.RawMessage) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	return fields
}

func list(raw json.RawMessage) []json.RawMessage {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	return items
}

// text is a JSON string's text; ok is false for anything else.
func text(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// decode reads a part of the export; what does not fit is an error with its place.
func (s source) decode(raw json.RawMessage, what string, into any) error {
	if err := json.Unmarshal(raw, into); err != nil {
		return fault.New(fault.Invalid, "import_unreadable", "%s: %s is not as it is exported: %v", s.name, what, err)
	}
	return nil
}

// unknown says that a text is no export of the product.
func (s source) unknown(product, expected string) error {
	return fault.New(fault.Invalid, "import_unknown", "%s is no export of %s that can be read here: it has %s", s.name, product, expected)
}
