package ruleset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// EntityRef names an entity by kind ("flag", "target_group") and key.
type EntityRef struct{ Kind, Key string }

// Delta is what leads from one revision of an environment to a later one.
type Delta struct {
	From       int64  // the revision that it is applied to
	HeaderLine []byte // of the snapshot that it leads to
	Changed    [][]byte
	Removed    []EntityRef
	Signature  Signature // of HeaderLine; zero where it is not signed
}

// Encode writes the delta: the header line with "from" as its last field, the
// changed lines, {"removed":[[kind,key],…]} if there are any, and the signature
// of the snapshot's header line, so that a reader that has applied the delta
// holds a signed snapshot.
func (d *Delta) Encode() []byte {
	out := append([]byte{}, bytes.TrimSuffix(d.HeaderLine, []byte("}"))...)
	out = append(strconv.AppendInt(append(out, `,"from":`...), d.From, 10), "}\n"...)
	for _, line := range d.Changed {
		out = append(append(out, line...), '\n')
	}
	if len(d.Removed) > 0 {
		pairs := make([][2]string, len(d.Removed))
		for i, ref := range d.Removed {
			pairs[i] = [2]string{ref.Kind, ref.Key}
		}
		line, _ := marshal(map[string][][2]string{"removed": pairs}) // strings always encode
		out = append(append(out, line...), '\n')
	}
	return appendSignature(out, d.Signature)
}

// fromAtEnd is how the header line of a delta ends.
var fromAtEnd = regexp.MustCompile(`,"from":(0|[1-9][0-9]{0,18})\}$`)

// ParseDelta reads a delta. It keeps slices of ndjson.
func ParseDelta(ndjson []byte) (*Delta, error) {
	lines := splitLines(ndjson)
	if len(lines) == 0 {
		return nil, errors.New("the delta is empty; its first line must be the header")
	}
	at := fromAtEnd.FindSubmatchIndex(lines[0])
	if at == nil {
		return nil, errors.New(`the delta's header does not end with "from"`)
	}
	from, err := strconv.ParseInt(string(lines[0][at[2]:at[3]]), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the delta's header: %w", err)
	}
	d := &Delta{From: from, HeaderLine: append(slices.Clone(lines[0][:at[0]]), '}')}
	lines, d.Signature = cutSignature(lines[1:])
	if n := len(lines); n > 0 {
		if removed, ok := readRemoved(lines[n-1]); ok {
			lines, d.Removed = lines[:n-1], removed
		}
	}
	d.Changed = slices.Clip(lines)
	return d, nil
}

func readRemoved(line []byte) ([]EntityRef, bool) {
	var read struct {
		Removed [][2]string `json:"removed"`
	}
	if !bytes.HasPrefix(line, []byte(`{"removed":`)) || json.Unmarshal(line, &read) != nil {
		return nil, false
	}
	refs := make([]EntityRef, len(read.Removed))
	for i, pair := range read.Removed {
		refs[i] = EntityRef{pair[0], pair[1]}
	}
	return refs, true
}

// ErrGap says that a delta begins at another revision than the one that the
// reader has.
var ErrGap = errors.New("the delta does not begin at the revision that is here")

// Apply returns the document that a delta leads to; d stays as it is. It is
// ErrGap when the delta begins elsewhere and ErrRoot when what comes out is not
// what the sender had: then the reader asks for a whole snapshot.
func (d *Document) Apply(delta *Delta) (*Document, error) {
	next := &Document{headerLine: delta.HeaderLine, signature: delta.Signature}
	if err := readHeader(delta.HeaderLine, &next.header); err != nil {
		return nil, err
	}
	if next.header.Epoch != d.header.Epoch || delta.From != d.header.Revision {
		return nil, fmt.Errorf("%w: %d, not %d", ErrGap, delta.From, d.header.Revision)
	}
	next.entities = merge(d.entities, inOrder(delta.Changed), delta.Removed)
	return next, next.check()
}

// merge lays changed entities over those that are there, both in order, and
// leaves the removed ones out.
func merge(have, changed []entity, removed []EntityRef) []entity {
	gone := make(map[EntityRef]bool, len(removed))
	for _, ref := range removed {
		gone[ref] = true
	}
	out := make([]entity, 0, len(have)+len(changed))
	for len(have) > 0 || len(changed) > 0 {
		order := 0
		switch {
		case len(have) == 0:
			order = 1
		case len(changed) == 0:
			order = -1
		default:
			order = byKindAndKey(have[0], changed[0])
		}
		if order >= 0 {
			out = append(out, changed[0])
			changed = changed[1:]
		} else if !gone[EntityRef{have[0].kind, have[0].key}] {
			out = append(out, have[0])
		}
		if order <= 0 {
			have = have[1:]
		}
	}
	return out
}

// Between is the delta that leads from one document to a later one of the same
// epoch.
func Between(from, to *Document) *Delta {
	d := &Delta{From: from.header.Revision, HeaderLine: to.headerLine, Signature: to.signature}
	have, want := from.entities, to.entities
	for len(have) > 0 || len(want) > 0 {
		switch {
		case len(have) == 0 || len(want) > 0 && byKindAndKey(want[0], have[0]) < 0:
			d.Changed = append(d.Changed, want[0].line)
			want = want[1:]
		case len(want) == 0 || byKindAndKey(have[0], want[0]) < 0:
			d.Removed = append(d.Removed, EntityRef{have[0].kind, have[0].key})
			have = have[1:]
		default:
			if have[0].sum != want[0].sum {
				d.Changed = append(d.Changed, want[0].line)
			}
			have, want = have[1:], want[1:]
		}
	}
	return d
}
