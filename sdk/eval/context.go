package eval

import (
	"reflect"
	"slices"
	"sync/atomic"
)

// Context is what a program knows about the current request, flattened once:
// a path names the top-level key spelled so, else the nested value. It is safe
// for concurrent use and serves any number of snapshots, though it is bound
// anew when the snapshot changes.
type Context struct {
	attributes map[string]value
	notes      []string // values that have no place in a context
	bound      atomic.Pointer[binding]
}

// binding is a context laid out in the slots of one snapshot.
type binding struct {
	snapshot *Snapshot
	slots    []value
	buckets  [bucketMemo]atomic.Uint64
}

// maxLevels is how deep nested objects are read.
const maxLevels = 4

// bucketMemo is how many buckets a binding remembers; it is a power of two.
const bucketMemo = 8

// NewContext flattens attributes: one JSON object with "targetingKey" and
// whatever else is known. Nil values are absent; nested objects are read four
// levels deep; the key "now" is ignored, since the path of that name is the
// clock. Values of other types than JSON's are left out, with a note.
func NewContext(attributes map[string]any) *Context {
	c := &Context{attributes: make(map[string]value, len(attributes)+4)}
	nested := c.put("", attributes, nil)
	for level := 0; len(nested) > 0 && level < maxLevels; level++ {
		var deeper []branch
		for _, b := range nested {
			deeper = c.put(b.path+".", b.values, deeper)
		}
		nested = deeper
	}
	slices.Sort(c.notes)
	c.notes = slices.Compact(c.notes)
	return c
}

// branch is a nested object that is still to be flattened.
type branch struct {
	path   string
	values map[string]any
}

// put adds one object's values. A path that is there already wins, for it was
// spelled out at a higher level.
func (c *Context) put(prefix string, values map[string]any, nested []branch) []branch {
	for key, raw := range values {
		path := prefix + mend(key)
		if raw == nil || path == "now" {
			continue
		}
		if _, there := c.attributes[path]; there {
			continue
		}
		if inner, ok := objectOf(raw); ok {
			c.attributes[path] = value{kind: object}
			nested = append(nested, branch{path, inner})
			continue
		}
		v, ok := scalarOf(raw)
		if !ok {
			v, ok = c.listOf(path, raw)
		}
		if !ok {
			c.notes = append(c.notes, "ATTR_TYPE "+path)
			continue
		}
		c.attributes[path] = v
	}
	return nested
}

func objectOf(raw any) (map[string]any, bool) {
	if m, ok := raw.(map[string]any); ok {
		return m, true
	}
	r := reflect.ValueOf(raw)
	if r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	m := make(map[string]any, r.Len())
	for _, key := range r.MapKeys() {
		m[key.String()] = r.MapIndex(key).Interface()
	}
	return m, true
}

func (c *Context) listOf(path string, raw any) (value, bool) {
	r := reflect.ValueOf(raw)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array {
		return value{}, false
	}
	v := value{kind: list, list: make([]value, 0, r.Len())}
	for i := range r.Len() {
		item := r.Index(i).Interface()
		if item == nil {
			continue
		}
		element, ok := scalarOf(item)
		if !ok {
			c.notes = append(c.notes, "ATTR_TYPE "+path)
			continue
		}
		v.list = append(v.list, element)
	}
	return v, true
}

// empty stands for a nil Context.
var empty = NewContext(nil)

// bind lays the context out for a snapshot, once.
func (c *Context) bind(s *Snapshot) *binding {
	if b := c.bound.Load(); b != nil && b.snapshot == s {
		return b
	}
	b := &binding{snapshot: s, slots: make([]value, len(s.paths))}
	if len(c.attributes) < len(s.paths) {
		for path, v := range c.attributes {
			if slot, ok := s.slotOf[path]; ok {
				b.slots[slot] = v
			}
		}
	} else {
		for slot, path := range s.paths {
			b.slots[slot] = c.attributes[path]
		}
	}
	c.bound.Store(b)
	return b
}

// noUnit is a bucket that no unit has; it stands for a context without one.
const noUnit = 1<<32 - 1

// bucket returns the position of the split's unit, or noUnit. A few are
// remembered: the low half of an entry is the bucket, the high half the pair
// of seed and path, counted from one.
func (b *binding) bucket(sp *split, now int64) uint32 {
	if sp.slot == nowSlot {
		v := value{kind: number, num: float64(now)}
		unit, _ := v.unit()
		return Bucket(sp.seed, unit)
	}
	memo := &b.buckets[sp.pair&(bucketMemo-1)]
	if known := memo.Load(); known>>32 == uint64(sp.pair) {
		return uint32(known)
	}
	h := uint32(noUnit)
	if unit, ok := b.slots[sp.slot].unit(); ok {
		h = Bucket(sp.seed, unit)
	}
	memo.Store(uint64(sp.pair)<<32 | uint64(h))
	return h
}
