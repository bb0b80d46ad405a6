package eval

import (
	"math"
	"strings"
	"sync/atomic"
)

const (
	inlineSlots = 16
	maxBound    = 1<<16 - 1 // attributes that a binding can number
)

// binding is a context's attributes seen through the paths of one snapshot, with
// what was worked out on the way. All but the memos is immutable once snapshot is
// set; the memos are single words written atomically, each complete in itself, so
// goroutines may share them.
type binding struct {
	snapshot once[Snapshot]      // set when the rest is complete
	inline   [inlineSlots]uint16 // by slot: 0 missing, else 1 + index into the attributes, then into deep
	more     *widening           // nil without any
	known    once[memos]         // made when something is first worth remembering
}

// widening is what few bindings have.
type widening struct {
	slots []uint16 // those after the inline ones
	deep  []inner  // values inside objects
}

// inner is a value inside an object.
type inner struct {
	value value
	level int    // how many objects deep
	names uint64 // how long the names on the way are, the first foremost
}

// memos are what was worked out for a context and a snapshot.
type memos struct {
	hashes [32]memo // by seed and path: the bucket
	groups [16]memo // by group: the answer
	flags  [16]memo // by flag that others read: reason << 16 | variation
}

// memos are the binding's, made now if need be; nil while another goroutine makes
// them, which costs working out again.
func (b *binding) memos() *memos {
	if m := b.known.get(); m != nil {
		return m
	}
	if !b.known.claim() {
		return nil
	}
	m := &memos{}
	b.known.set(m)
	return m
}

// hash, group and flag are the memos that an id may be kept in.
func (m *memos) hash(id int32) *memo {
	if m == nil {
		return nil
	}
	return &m.hashes[uint(id)%uint(len(m.hashes))]
}

func (m *memos) group(id int32) *memo {
	if m == nil {
		return nil
	}
	return &m.groups[uint(id)%uint(len(m.groups))]
}

func (m *memos) flag(id int32) *memo {
	if m == nil {
		return nil
	}
	return &m.flags[uint(id)%uint(len(m.flags))]
}

// fill binds attributes to the paths of a snapshot.
func (b *binding) fill(s *Snapshot, attrs []Attribute) {
	if n := s.paths.count(); n > inlineSlots {
		b.more = &widening{slots: make([]uint16, n-inlineSlots)}
	}
	nested := false
	for i := range min(len(attrs), maxBound) {
		switch a := &attrs[i]; a.value.kind {
		case missing:
			continue
		case object:
			nested = true
		}
		if slot, ok := s.paths.slots[attrs[i].name]; ok {
			b.put(slot, i+1)
		}
	}
	if nested {
		b.fillDeep(s, attrs)
	}
	b.snapshot.set(s)
}

// at is the number of the value in a slot, from 1, or 0 when it is missing.
func (b *binding) at(slot int32) int {
	if uint32(slot) < inlineSlots {
		return int(b.inline[slot])
	}
	return int(b.more.slots[slot-inlineSlots])
}

// put gives a slot its value unless it has one.
func (b *binding) put(slot int32, number int) {
	switch {
	case b.at(slot) != 0:
	case slot < inlineSlots:
		b.inline[slot] = uint16(number)
	default:
		b.more.slots[slot-inlineSlots] = uint16(number)
	}
}

// fillDeep binds the values inside objects, level by level: shallower ones come
// first and win, so a key that holds a dot beats the nested value. Of two that are
// as deep the one wins whose names are the longer from the first on: attributes
// have no order.
func (b *binding) fillDeep(s *Snapshot, attrs []Attribute) {
	f := filling{b: b, top: len(attrs), level: 1}
	for f.fillLevel(&s.paths.root, attrs, f.level, 0) {
		f.level++
	}
}

// filling binds the values that lie level objects deep; top is how many attributes
// there are at the top.
type filling struct {
	b          *binding
	top, level int
}

// fillLevel binds the values that lie left objects below these attributes, and says
// whether there were any.
func (f *filling) fillLevel(from *pathNode, attrs []Attribute, left int, names uint64) (reached bool) {
	for i := range attrs {
		if left > 0 && attrs[i].value.kind != object {
			continue
		}
		node := from.descend(attrs[i].name)
		switch {
		case node == nil:
		case left == 0:
			f.add(node.slot, inner{attrs[i].value, f.level, names})
			reached = true
		default:
			longer := names<<16 | uint64(min(len(attrs[i].name), math.MaxUint16))
			reached = f.fillLevel(node, attrs[i].value.in.attrs, left-1, longer) || reached
		}
	}
	return reached
}

func (f *filling) add(slot int32, v inner) {
	if slot < 0 {
		return
	}
	b := f.b
	if at := b.at(slot); at != 0 {
		if at > f.top && b.more.deep[at-f.top-1].before(v) {
			b.more.deep[at-f.top-1] = v
		}
		return
	}
	if b.more == nil {
		b.more = &widening{}
	}
	if number := f.top + len(b.more.deep) + 1; number <= maxBound {
		b.more.deep = append(b.more.deep, v)
		b.put(slot, number)
	}
}

// before says whether v must give way to other, which has the same path.
func (v inner) before(other inner) bool {
	return v.level == other.level && v.names < other.names
}

// memo is one remembered result, (id + 1) << 32 | result.
type memo struct{ word atomic.Uint64 }

// recall is what the memo knows of an id.
func (m *memo) recall(id int32) (result uint32, known bool) {
	if m == nil {
		return 0, false
	}
	word := m.word.Load()
	return uint32(word), uint32(word>>32) == uint32(id)+1
}

// remember keeps a result under an id, in place of another one perhaps.
func (m *memo) remember(id int32, result uint32) {
	if m != nil {
		m.word.Store((uint64(id)+1)<<32 | uint64(result))
	}
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
