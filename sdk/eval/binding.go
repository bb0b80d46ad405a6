package eval

import (
	"strings"
	"sync/atomic"
)

const (
	inlineSlots = 32
	memoSize    = 16 // a power of two
)

// binding is a context seen through the paths of one snapshot, with what was
// worked out on the way. All but the memos is immutable once made; the memos
// are single words written atomically, each complete in itself, so goroutines
// may share them.
type binding struct {
	snapshot *Snapshot
	context  *Context
	slots    []uint32 // by slot: 0 missing, else 1 + index into attrs, then deep
	deep     []value  // values inside objects
	inline   [inlineSlots]uint32

	hashes [memoSize]atomic.Uint64 // (hash id + 1) << 32 | bucket
	groups [memoSize]atomic.Uint64 // (group + 1) << 32 | answer
	flags  [memoSize]atomic.Uint64 // (flag + 1) << 32 | reason << 16 | variation + 1
}

func (b *binding) fill(s *Snapshot, c *Context) {
	b.snapshot, b.context = s, c
	if n := s.paths.count(); n <= inlineSlots {
		b.slots = b.inline[:n]
	} else {
		b.slots = make([]uint32, n)
	}
	for i := range c.attrs {
		if slot, ok := s.paths.slots[c.attrs[i].name]; ok && b.slots[slot] == 0 {
			b.slots[slot] = uint32(i + 1)
		}
	}
	for level := 1; level <= c.levels; level++ {
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
			if node.slot >= 0 && b.slots[node.slot] == 0 {
				b.deep = append(b.deep, attrs[i].value)
				b.slots[node.slot] = uint32(len(b.context.attrs) + len(b.deep))
			}
		case attrs[i].value.kind == object:
			b.fillLevel(node, b.context.inside(&attrs[i].value), level-1)
		}
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
	return &b.deep[i-len(b.context.attrs)]
}

// recall finds what a memo knows under an id.
func recall(memo *[memoSize]atomic.Uint64, id int32) (uint32, bool) {
	word := memo[id&(memoSize-1)].Load()
	return uint32(word), uint32(word>>32) == uint32(id)+1
}

// remember keeps a result under an id, in place of another one perhaps.
func remember(memo *[memoSize]atomic.Uint64, id int32, result uint32) {
	memo[id&(memoSize-1)].Store((uint64(id)+1)<<32 | uint64(result))
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
