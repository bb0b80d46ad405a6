package eval

import (
	"slices"
)

// pathRead is a name at the top of a context that a flag may read: the path in a
// slot, or one that leads to such a path inside an object.
type pathRead struct {
	name string
	slot int32 // leadsOn for the latter
}

const leadsOn = -1

// listReads lists the names of each flag that reads few, through the flags and
// the groups that it reads too.
func (c *compiler) listReads() {
	paths := make([]string, c.s.paths.count())
	for path, slot := range c.s.paths.slots {
		paths[slot] = path
	}
	known := make([][]int32, len(c.reads))
	for i := range c.s.flags {
		f := &c.s.flags[i]
		if f.settled {
			continue
		}
		f.alone = len(c.reads[i]) == 0
		f.reads = readsOf(c.slotsOf(int32(i), known), paths)
		if len(f.reads) > fewAttributes {
			f.reads = nil
		}
	}
}

// slotsOf are the slots that a usable node reads, sorted.
func (c *compiler) slotsOf(node int32, known [][]int32) []int32 {
	if known[node] != nil {
		return known[node]
	}
	slots := append([]int32{}, c.paths[node]...)
	for _, r := range c.reads[node] {
		slots = append(slots, c.slotsOf(r.to, known)...)
	}
	slices.Sort(slots)
	known[node] = slices.Compact(slots)
	return known[node]
}

// readsOf are the names that slots are found under, given the path of each.
func readsOf(slots []int32, paths []string) []pathRead {
	reads := []pathRead{}
	for _, slot := range slots {
		reads = append(reads, pathRead{paths[slot], slot})
	}
	for _, slot := range slots {
		for end, c := range paths[slot] {
			name := paths[slot][:end]
			if c == '.' && !slices.ContainsFunc(reads, func(r pathRead) bool { return r.name == name }) {
				reads = append(reads, pathRead{name, leadsOn})
			}
		}
	}
	return reads
}

// EvaluateMap decides as Evaluate does with NewContext(attrs). It looks up only
// what the flag may read, so it is the quicker way to a single answer; for
// several, one Context is. The map is not kept.
func (s *Snapshot) EvaluateMap(key string, attrs map[string]any, now int64) Result {
	f := s.find(key)
	if f == nil || f.settled || f.reads == nil || len(attrs) < len(f.reads) {
		return s.Evaluate(key, NewContext(attrs), now)
	}
	var room [fewAttributes]Attribute
	var b binding
	clock := numberValue(float64(now))
	e := scope{s: s, b: &b, attrs: b.fillReads(s, f, attrs, room[:0]), clock: &clock}
	return e.flag(f)
}

// fillReads binds what a flag may read of a map and returns it in room.
func (b *binding) fillReads(s *Snapshot, f *flag, attrs map[string]any, room []Attribute) []Attribute {
	if n := s.paths.count(); n > inlineSlots {
		b.more = &widening{slots: make([]uint16, n-inlineSlots)}
	}
	if f.alone {
		b.known.claim() // with nothing to come back to, memos are not worth their making
	}
	nested := false
	for i := range f.reads {
		read := &f.reads[i]
		v, there := attrs[read.name]
		if !there {
			continue
		}
		a := Any(read.name, v)
		if a.value.kind == missing {
			continue
		}
		nested = nested || a.value.kind == object
		room = append(room, a)
		if read.slot != leadsOn {
			b.put(read.slot, len(room))
		}
	}
	if nested {
		b.fillDeep(s, room)
	}
	return room
}
