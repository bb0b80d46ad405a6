package ruleset

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"strings"
)

const (
	kindFlag  = "flag"
	kindGroup = "target_group"
)

// entity is one line of a snapshot with its place in the root's order.
type entity struct {
	kind, key string
	line      []byte
	sum       [sha256.Size]byte // of line

	// One of these is set once the line has been read, none for a kind that is
	// not known.
	flag  *Flag
	group *Group
}

func newEntity(line []byte) entity {
	kind, key := lineKey(line)
	return entity{kind: kind, key: key, line: line, sum: sha256.Sum256(line)}
}

// read decodes the line. A line without a usable key is of no known kind.
func (e *entity) read() {
	p := newParser(&Set{})
	p.entity(e.line)
	switch {
	case len(p.set.Flags) == 1:
		e.flag = &p.set.Flags[0]
	case len(p.set.Groups) == 1:
		e.group = &p.set.Groups[0]
	}
}

func byKindAndKey(a, b entity) int {
	return cmp.Or(strings.Compare(a.kind, b.kind), strings.Compare(a.key, b.key))
}

// lineKey finds an entity's kind and key: the name and the text of the first
// field of its line. Kinds that a later version adds are told apart so too. Of
// a line that begins otherwise, the flag or group that JSON finds in it.
func lineKey(line []byte) (kind, key string) {
	if rest, ok := bytes.CutPrefix(line, []byte(`{"`)); ok {
		kind, rest, ok := bytes.Cut(rest, []byte(`":"`))
		end := bytes.IndexAny(rest, `"\`)
		if ok && !bytes.ContainsAny(kind, `"\`) && end >= 0 && rest[end] == '"' {
			return string(kind), string(rest[:end])
		}
	}
	var found struct {
		Flag  name `json:"flag"`
		Group name `json:"target_group"`
	}
	if err := json.Unmarshal(exact(line), &found); err == nil {
		switch {
		case found.Flag.is:
			return kindFlag, found.Flag.text
		case found.Group.is:
			return kindGroup, found.Group.text
		}
	}
	return "", ""
}
