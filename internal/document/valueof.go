package document

import (
	"encoding/json"

	"burgee.dev/burgee/internal/fault"
)

// JSONOf reads one value of any content that is written as documents are, such as a
// condition, an environment's block or what another product exports, and returns it as
// JSON. Unlike a whole file, a value that begins with a brace may be YAML: {country: DE}.
// name is what the user calls it, for the error, which is a fault of kind Invalid.
func JSONOf(name string, text []byte) (json.RawMessage, error) {
	format, docs, bad := read(text)
	if bad != nil && format == "JSON" {
		docs, bad = readYAML(text)
	}
	switch {
	case bad != nil:
		return nil, fault.New(fault.Invalid, "value_malformed", "%s: line %d: %s", name, bad.line, bad.message)
	case len(docs) == 1 && docs[0].kind == nullKind:
		return nil, fault.New(fault.Invalid, "value_malformed", "%s: is empty", name)
	case len(docs) != 1:
		return nil, fault.New(fault.Invalid, "value_malformed", "%s: holds %d values, not one", name, len(docs))
	}
	return docs[0].json(), nil
}
