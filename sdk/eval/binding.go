package eval

import (
	"strings"
	"sync/atomic"
)

const (
	inlineSlots = 16
	maxBound    = 1<<16 - 1 // attributes that a binding can number
)

// binding is a context seen through the paths of one snapshot, with what was
// worked out on the way. All but the memos is immutable once made; the memos
// are single words written atomically, each complete in itself, so goroutines
// may share them.
type binding struct {
	snapshot *Snapshot
	context  *Context
	slots    []uint16 // by slot: 0 missing, else 1 + index into attrs, then deep
	deep     *[]value // values inside objects, nil without any
	inline   [inlineSlots]uint16
	known    atomic.Pointer[memos] // made when something is first worth remembering
}

// memos are what was worked out for a context and a snapshot.
type memos struct {
	hashes [32]memo // by seed and path: the bucket
	groups [16]memo // by group: the answer
	flags  [16]memo // by flag that others read: reason << 16 | variation
}

// memos are the binding's, made now if need be. Of two made at once one is lost,
// which costs working out again.
func (b *binding) memos() *memos {
	if m := b.known.Load(); m != nil {
		return m
	}
	m := &memos{}
	b.known.Store(m)
	return m
}

func (b *binding) fill(s *Snapshot, c *Context) {
	b.snapshot, b.context = s, c
	if n := s.paths.count(); n <= inlineSlots {
		b.slots = b.inline[:n]
	} else {
		b.slots = make([]uint16, n)
	}
	for i := range min(len(c.attrs), maxBound) {
		if slot, ok := s.paths.slots[c.attrs[i].name]; ok && b.slots[slot] == 0 {
			b.slots[slot] = uint16(i + 1)
		}
	}
	if c.extra == nil {
		return
	}
	for level := 1; level <= c.extra.levels; level++ {
		b.fillLevel(&s.paths.root, c.attrs, level)
	}
}

// fillLevel binds the values that lie a number of objects deep. Shallower ones
// come first and win, so a key that holds a dot beats the nested value.
func (b *binding) fillLevel(from *pathNode, attrs []attr, level int) {
	for i := range attrs {
		node := from.descend(attrs[i].name)
		switch {
		case node == nil:
		case level == 0:
			b.addDeep(node.slot, attrs[i].value)
		case attrs[i].value.kind == object:
			b.fillLevel(node, b.context.inside(&attrs[i].value), level-1)
		}
	}
}

func (b *binding) addDeep(slot int32, v value) {
	if slot < 0 || b.slots[slot] != 0 {
		return
	}
	if b.deep == nil {
		b.deep = &[]value{}
	}
	if number := len(b.context.attrs) + len(*b.deep) + 1; number <= maxBound {
		*b.deep = append(*b.deep, v)
		b.slots[slot] = uint16(number)
	}
}

// value is the attribute in a slot, nil when it is missing.
func (b *binding) value(slot int32) *value {
	i := int(b.slots[slot]) - 1
	if i < 0 {
		return nil
	}
	if i < len(b.context.attrs) {
		return &b.context.attrs[i].value
	}
	return &(*b.deep)[i-len(b.context.attrs)]
}

// memo is one remembered result, (id + 1) << 32 | result, in a row of them whose
// length is a power of two.
type memo struct{ word atomic.Uint64 }

// recall finds what a row knows under an id.
func recall(row []memo, id int32) (uint32, bool) {
	word := row[int(id)&(len(row)-1)].word.Load()
	return uint32(word), uint32(word>>32) == uint32(id)+1
}

// remember keeps a result under an id, in place of another one perhaps.
func remember(row []memo, id int32, result uint32) {
	row[int(id)&(len(row)-1)].word.Store((uint64(id)+1)<<32 | uint64(result))
}

// paths are the attribute paths that a snapshot reads, each with a slot.
type paths struct {
	slots map[string]int32
	root  pathNode
}

type pathNode struct {
	slot int32 // -1 when the path only leads on
	sub  map[string]*pathNode
}

func newPaths() paths {
	return paths{slots: map[string]int32{}, root: pathNode{slot: -1}}
}

func (p *paths) count() int { return len(p.slots) }

// clockSlot stands for the path of the clock, which no context binds.
const clockSlot = -1

func (p *paths) intern(path string) int32 {
	if path == clockPath {
		return clockSlot
	}
	if slot, known := p.slots[path]; known {
		return slot
	}
	slot := int32(len(p.slots))
	p.slots[path] = slot
	node := &p.root
	for step := range strings.SplitSeq(path, ".") {
		next := node.sub[step]
		if next == nil {
			next = &pathNode{slot: -1}
			if node.sub == nil {
				node.sub = map[string]*pathNode{}
			}
			node.sub[step] = next
		}
		node = next
	}
	node.slot = slot
	return slot
}

// descend follows a name, which may hold dots; nil when no path goes there.
func (n *pathNode) descend(name string) *pathNode {
	for node := n; node != nil; {
		dot := strings.IndexByte(name, '.')
		if dot < 0 {
			return node.sub[name]
		}
		node, name = node.sub[name[:dot]], name[dot+1:]
	}
	return nil
}
