package document

import (
	"bytes"
	"fmt"
	"maps"
	"strconv"
	"unicode/utf8"

	"burgee.dev/burgee/internal/fault"
)

// maxFile bounds a file. A flag takes about half a kilobyte, so this is room
// for several thousand.
const maxFile = 8 << 20

// maxDocuments bounds the documents of a file. What the YAML parser takes for them
// grows with the square of their number.
const maxDocuments = 1000

// tooMany is the error about the first document beyond the bound.
func tooMany(line int) *syntaxError {
	return &syntaxError{line, fmt.Sprintf("a file holds at most %d documents; put more flags into each, or split the file", maxDocuments)}
}

var fileFields = []string{"apiVersion", "project", "managedBy", "managedIn", "revision", "attributes", "targetGroups", "flags", "experiments"}

// Parse reads a YAML or JSON text of any number of documents. The name is that
// of the file, for messages; it is empty for a text that is no file. The error
// is a fault that lists everything that is wrong, each with its line.
func Parse(name string, data []byte) (*File, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	format, docs, bad := read(data)
	d := newDecoder(name, format)
	if bad != nil {
		d.problems = []problem{{bad.line, "", bad.message}}
		return nil, d.fault()
	}
	file := &File{name: name, lines: d.lines}
	read := 0
	for _, doc := range docs {
		if doc.kind != nullKind {
			d.withoutNUL("", doc)
			d.document(file, doc)
			read++
		}
	}
	if read == 0 {
		d.problems = []problem{{1, "", "the file is empty; it starts with \"apiVersion: " + APIVersion + "\""}}
	}
	if err := d.fault(); err != nil {
		return nil, err
	}
	return file, nil
}

// read turns a text into nodes.
func read(data []byte) (format string, docs []*node, bad *syntaxError) {
	defer func() {
		if bad == nil && len(docs) > maxDocuments {
			docs, bad = nil, tooMany(docs[maxDocuments].line)
		}
	}()
	if len(data) > maxFile {
		return "YAML", nil, &syntaxError{1, fmt.Sprintf("%d MB is too large; a file holds at most %d MB, split it", len(data)>>20, maxFile>>20)}
	}
	if at := invalidUTF8(data); at >= 0 {
		return "YAML", nil, &syntaxError{1 + bytes.Count(data[:at], []byte("\n")), "not UTF-8 text; save the file as UTF-8"}
	}
	if first := bytes.TrimLeft(data, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		docs, bad = readJSON(data)
		return "JSON", flatten(docs), bad
	}
	docs, bad = readYAML(data)
	return "YAML", docs, bad
}

// flatten takes lists of documents apart: JSON has no other way to hold several
// in one value.
func flatten(docs []*node) []*node {
	var out []*node
	for _, doc := range docs {
		if doc.kind == listKind {
			out = append(out, doc.items...)
			continue
		}
		out = append(out, doc)
	}
	return out
}

// invalidUTF8 returns the offset of the first byte that is no UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// document reads one document into the file.
func (d *decoder) document(file *File, n *node) {
	o := d.object("", n, fileFields...)
	if o == nil {
		return
	}
	d.version(o)
	if v := o.get("project"); v != nil {
		project := d.id("project", v)
		if file.Project != "" && file.Project != project {
			d.fail(v, "project", "the documents before it are of project %q; one file holds one project", file.Project)
		}
		file.Project = project
	}
	if v := o.get("revision"); v != nil {
		merge(d, "revision", v, &file.Revision, (*decoder).revision)
	}
	if v := o.get("attributes"); v != nil {
		attributes(d, v, &file.Attributes)
	}
	if v := o.get("targetGroups"); v != nil {
		merge(d, "targetGroups", v, &file.TargetGroups, (*decoder).group)
	}
	if v := o.get("flags"); v != nil {
		by, in := d.managed("", o)
		merge(d, "flags", v, &file.Flags, func(d *decoder, at string, n *node) Flag {
			return d.flag(at, n).managed(by, in)
		})
	}
	if v := o.get("experiments"); v != nil {
		merge(d, "experiments", v, &file.Experiments, (*decoder).experiment)
	}
}

// managed is the flag where its document says for all of its flags who changes
// them: what the flag itself says holds.
func (f Flag) managed(by, in *string) Flag {
	if f.ManagedBy == nil {
		f.ManagedBy = by
	}
	if f.ManagedIn == nil && Text(f.ManagedBy) == ByFile {
		f.ManagedIn = in
	}
	return f
}

func (d *decoder) version(o *node) {
	v := o.get("apiVersion")
	if v == nil {
		d.fail(o, "apiVersion", "missing; write \"apiVersion: %s\"", APIVersion)
		return
	}
	if v.text != APIVersion {
		d.fail(v, "apiVersion", "unknown version %q; this server reads %q", v.text, APIVersion)
	}
}

// merge reads a section and adds it to that of the documents before; the same
// key in two documents is an error.
func merge[T any](d *decoder, at string, n *node, into *map[string]T, read func(*decoder, string, *node) T) {
	for _, f := range n.fields {
		if _, twice := (*into)[f.key]; twice {
			d.fail(&node{line: f.line}, join(at, f.key), "duplicate key; a document before it in this file has it too, remove one")
		}
	}
	items := section(d, at, n, read)
	if *into == nil {
		*into = map[string]T{}
	}
	maps.Copy(*into, items)
}

func (d *decoder) revision(at string, n *node) int64 {
	d.mark(at, n)
	number, err := strconv.ParseInt(n.text, 10, 64)
	if n.kind != numberKind || err != nil || number < 0 {
		d.fail(n, at, "takes the number of a revision")
	}
	return number
}

// Pos says where in the file a path is, such as "flags.yaml:31", or nothing
// when that is not known. A path that is not in the file has the place of the
// nearest thing around it.
func (f *File) Pos(path string) string {
	if line := f.line(path); line > 0 && f.name != "" {
		return f.name + ":" + strconv.Itoa(line)
	}
	return ""
}

func (f *File) line(path string) int {
	for path != "" {
		if line, ok := f.lines[path]; ok {
			return line
		}
		path = parent(path)
	}
	return f.lines[""]
}

// blocks returns the paths of the environment blocks in the file.
func (f *File) blocks() []string {
	var out []string
	for _, key := range sortedKeys(f.Flags) {
		for _, environment := range sortedKeys(f.Flags[key].Environments) {
			out = append(out, blockPath(key, environment))
		}
	}
	return out
}

// Locate puts the place in the file before each message of a fault that is
// about the file's contents, and leaves other errors as they are.
func (f *File) Locate(err error) error {
	found, ok := err.(*fault.Error)
	if !ok || found == nil || found.Code != "document_invalid" || f.name == "" {
		return err
	}
	d := &decoder{name: f.name, blocks: f.blocks()}
	for _, field := range found.Fields {
		d.problems = append(d.problems, problem{f.line(field.Field), field.Field, field.Message})
	}
	return d.fault()
}
