package ruleset

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
)

// Document is one snapshot taken apart: its header line, its entity lines in
// the root's order, and its signature. It never changes.
type Document struct {
	header     Header
	headerLine []byte
	signature  Signature
	entities   []entity
}

// ErrRoot says that lines were lost, changed or put in another order on the way.
var ErrRoot = errors.New("the configuration does not fit its root")

// ParseDocument reads a snapshot and checks it against its root. It does not
// check the signature, see Trust. The document keeps slices of ndjson, which
// must not change afterwards.
func ParseDocument(ndjson []byte) (*Document, error) {
	d := &Document{}
	lines := splitLines(ndjson)
	if len(lines) == 0 {
		return nil, errEmpty
	}
	if err := readHeader(lines[0], &d.header); err != nil {
		return nil, err
	}
	d.headerLine = lines[0]
	lines, d.signature = cutSignature(lines[1:])
	d.entities = inOrder(lines)
	return d, d.check()
}

// NewDocument makes the unsigned document of a header, whose root it computes,
// and of entity lines.
func NewDocument(h Header, lines [][]byte) (*Document, error) {
	return (*Document)(nil).Next(h, lines)
}

// Next is NewDocument for what may be much the same as d: entities whose lines
// are the same bytes are taken from d and not read again. What it returns does
// not depend on d. A nil Document serves as well.
func (d *Document) Next(h Header, lines [][]byte) (*Document, error) {
	next := &Document{header: h, entities: make([]entity, len(lines))}
	for i, line := range lines {
		kind, key := lineKey(line)
		next.entities[i] = d.entity(kind, key, line)
	}
	slices.SortStableFunc(next.entities, byKindAndKey)
	next.header.Root = rootOf(next.entities)
	next.headerLine = EncodeHeader(next.header)
	return next, next.check()
}

// entity is the entity of a line, read already where d has the same.
func (d *Document) entity(kind, key string, line []byte) entity {
	if d != nil {
		i, found := slices.BinarySearchFunc(d.entities, entity{kind: kind, key: key}, byKindAndKey)
		if found && bytes.Equal(d.entities[i].line, line) {
			return d.entities[i]
		}
	}
	return entity{kind: kind, key: key, line: line, sum: sha256.Sum256(line)}
}

// check compares the root and reads the entities that have not been read.
func (d *Document) check() error {
	if root := rootOf(d.entities); root != d.header.Root {
		return fmt.Errorf("%w: %.12s… instead of %.12s…", ErrRoot, root, d.header.Root)
	}
	for i := range d.entities {
		e := &d.entities[i]
		if i > 0 && byKindAndKey(d.entities[i-1], *e) == 0 {
			return fmt.Errorf("the configuration holds %s %q twice", e.kind, e.key)
		}
	}
	readAll(d.entities)
	return nil
}

// readTogether is how many entities are worth a goroutine.
const readTogether = 64

// readAll reads the entities that have not been read. A program that starts
// waits for a whole snapshot, so that all processors read it.
func readAll(entities []entity) {
	var unread []*entity
	for i := range entities {
		if e := &entities[i]; e.flag == nil && e.group == nil {
			unread = append(unread, e)
		}
	}
	each := max(readTogether, (len(unread)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var reading sync.WaitGroup
	for len(unread) > each {
		part := unread[:each]
		unread = unread[each:]
		reading.Go(func() { readEach(part) })
	}
	readEach(unread)
	reading.Wait()
}

func readEach(entities []*entity) {
	for _, e := range entities {
		e.read()
	}
}

// Header is the header.
func (d *Document) Header() Header { return d.header }

// HeaderLine is the header as sent, which is what a signature covers.
func (d *Document) HeaderLine() []byte { return d.headerLine }

// Signature is the signature; its zero value where there is none.
func (d *Document) Signature() Signature { return d.signature }

// Len is the number of entities.
func (d *Document) Len() int { return len(d.entities) }

// WithSignature returns the document with another signature.
func (d *Document) WithSignature(s Signature) *Document {
	next := *d
	next.signature = s
	return &next
}

// Encode writes the document as a snapshot: the bytes that ParseDocument reads.
func (d *Document) Encode() []byte {
	size := len(d.headerLine) + 256
	for i := range d.entities {
		size += len(d.entities[i].line) + 1
	}
	out := append(append(make([]byte, 0, size), d.headerLine...), '\n')
	for i := range d.entities {
		out = append(append(out, d.entities[i].line...), '\n')
	}
	return appendSignature(out, d.signature)
}

// SameEntities says whether two documents decide alike: their entity lines are
// the same bytes.
func (d *Document) SameEntities(other *Document) bool {
	return d.header.Root == other.header.Root
}

// Set is the entities as an engine reads them. Documents that a delta leads from
// one to the other share what it did not change.
func (d *Document) Set() *Set {
	set := &Set{Header: d.header}
	for i := range d.entities {
		switch e := &d.entities[i]; {
		case e.flag != nil:
			set.Flags = append(set.Flags, *e.flag)
		case e.group != nil:
			set.Groups = append(set.Groups, *e.group)
		}
	}
	return set
}

// splitLines parts a payload; empty lines and the white space around lines do
// not count.
func splitLines(ndjson []byte) [][]byte {
	var lines [][]byte
	for line := range bytes.Lines(ndjson) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			lines = append(lines, line)
		}
	}
	return lines
}

// cutSignature takes the last line off when it is a signature.
func cutSignature(lines [][]byte) ([][]byte, Signature) {
	if len(lines) == 0 {
		return lines, Signature{}
	}
	last := len(lines) - 1
	if s, ok := readSignature(lines[last]); ok {
		return slices.Clip(lines[:last]), s
	}
	return lines, Signature{}
}

func appendSignature(out []byte, s Signature) []byte {
	if s.Signature == "" {
		return out
	}
	return append(append(out, s.Line()...), '\n')
}
