package ruleset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// Parse reads a snapshot. Only a bad header is an error: an entity line that
// cannot be understood becomes an entity with Malformed set, a line of a kind
// not known yet is passed over, and of two entities with one key the later
// counts. The set keeps slices of ndjson; the caller must not change it
// afterwards.
func Parse(ndjson []byte) (*Set, error) {
	set := &Set{}
	p := newParser(set)
	headed := false
	for line := range bytes.Lines(ndjson) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0:
		case headed:
			p.entity(line)
		default:
			if err := readHeader(line, &set.Header); err != nil {
				return nil, err
			}
			headed = true
		}
	}
	if !headed {
		return nil, errEmpty
	}
	return set, nil
}

var errEmpty = errors.New("the snapshot is empty; its first line must be the header")

func readHeader(line []byte, h *Header) error {
	if err := json.Unmarshal(exact(line), h); err != nil {
		return fmt.Errorf("the snapshot's first line is not a header: %w", err)
	}
	if h.Burgee == 0 {
		return errors.New(`the snapshot's first line has no "burgee" version; is the address the one of a Burgee server?`)
	}
	if h.Burgee != WireVersion {
		return fmt.Errorf("the snapshot has version %d, this program reads version %d; upgrade it", h.Burgee, WireVersion)
	}
	if h.Hash != "" && h.Hash != HashP32 {
		return fmt.Errorf("the snapshot uses the hash %q, which this program does not know; upgrade it", h.Hash)
	}
	return nil
}

type parser struct {
	set           *Set
	flags, groups map[string]int
}

func newParser(set *Set) *parser {
	return &parser{set: set, flags: map[string]int{}, groups: map[string]int{}}
}

// outline is what must be understood of a line before the rest is looked at: a
// line that needs something unknown may have any shape.
type outline struct {
	Flag  name            `json:"flag"`
	Group name            `json:"target_group"`
	Needs json.RawMessage `json:"needs"`
}

// name is a field that may hold a text; what else it holds is passed over.
type name struct {
	text string
	is   bool
}

// UnmarshalJSON reads a text.
func (n *name) UnmarshalJSON(raw []byte) error {
	*n = name{is: raw[0] == '"'}
	if !n.is {
		return nil
	}
	return json.Unmarshal(raw, &n.text)
}

func (p *parser) entity(line []byte) {
	var o outline
	fields := exact(line)
	if err := json.Unmarshal(fields, &o); err != nil && !json.Valid(line) {
		p.salvage(line, err)
		return
	}
	switch {
	case o.Flag.is:
		f := readFlag(fields, o.Flag.text, o.Needs)
		f.Line = line
		p.addFlag(f)
	case o.Group.is:
		g := readGroup(fields, o.Group.text, o.Needs)
		g.Line = line
		p.addGroup(g)
	}
}

var keyAtStart = regexp.MustCompile(`^\{\s*"(flag|target_group)"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]{0,127})"`)

// salvage keeps the key of a line that is not JSON, so that its readers learn
// why.
func (p *parser) salvage(line []byte, err error) {
	found := keyAtStart.FindSubmatch(line)
	if found == nil {
		return
	}
	if string(found[1]) == kindFlag {
		p.addFlag(Flag{Key: string(found[2]), Line: line, Malformed: err.Error()})
		return
	}
	p.addGroup(Group{Key: string(found[2]), Line: line, Malformed: err.Error()})
}

func (p *parser) addFlag(f Flag) {
	if i, twice := p.flags[f.Key]; twice {
		p.set.Flags[i] = f
		return
	}
	p.flags[f.Key] = len(p.set.Flags)
	p.set.Flags = append(p.set.Flags, f)
}

func (p *parser) addGroup(g Group) {
	if i, twice := p.groups[g.Key]; twice {
		p.set.Groups[i] = g
		return
	}
	p.groups[g.Key] = len(p.set.Groups)
	p.set.Groups = append(p.set.Groups, g)
}

func readFlag(fields []byte, key string, rawNeeds json.RawMessage) Flag {
	needs, err := readNeeds(rawNeeds)
	if err != nil {
		return Flag{Key: key, Malformed: err.Error()}
	}
	if _, unknown := UnknownNeed(needs); unknown {
		return Flag{Key: key, Needs: needs}
	}
	var w wireFlag
	if err := json.Unmarshal(fields, &w); err != nil {
		return Flag{Key: key, Malformed: err.Error()}
	}
	f, err := w.flag()
	f.Key = key
	if err != nil {
		f.Malformed = err.Error()
	}
	return f
}

func readGroup(fields []byte, key string, rawNeeds json.RawMessage) Group {
	needs, err := readNeeds(rawNeeds)
	if err != nil {
		return Group{Key: key, Malformed: err.Error()}
	}
	if _, unknown := UnknownNeed(needs); unknown {
		return Group{Key: key, Needs: needs}
	}
	var w wireGroup
	if err := json.Unmarshal(fields, &w); err != nil {
		return Group{Key: key, Malformed: err.Error()}
	}
	g := w.group()
	g.Key = key
	return g
}

func readNeeds(raw json.RawMessage) (needs []string, err error) {
	if raw == nil {
		return nil, nil
	}
	if err := json.Unmarshal(raw, (*texts)(&needs)); err != nil {
		return nil, errors.New("needs is not a list of names")
	}
	return needs, nil
}

// UnknownNeed finds a name in needs that this engine does not know.
func UnknownNeed(needs []string) (name string, unknown bool) {
	for _, name := range needs {
		if !Supports(name) {
			return name, true
		}
	}
	return "", false
}
