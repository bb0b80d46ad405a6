package document

import "burgee.dev/burgee/internal/fault"

// AsJSON is the one document of a YAML text, of any content, as JSON: plain scalars are
// taken for what JSON would take them for. It reads what files of ours are read by, with
// the same bounds, and knows no anchors or tags. Errors are faults of kind Invalid that
// name the line.
func AsJSON(name string, data []byte) ([]byte, error) {
	_, docs, bad := read(data)
	d := newDecoder(name, "YAML")
	switch {
	case bad != nil:
		d.problems = []problem{{bad.line, "", bad.message}}
		return nil, d.fault()
	case len(docs) != 1:
		return nil, fault.New(fault.Invalid, "document_missing", "%s holds %d documents; it has to be one", name, len(docs))
	}
	return appendJSON(nil, docs[0]), nil
}
