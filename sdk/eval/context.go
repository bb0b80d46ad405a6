package eval

import (
	"slices"
	"sync/atomic"
)

// Context is what is known about the subject of an evaluation: attributes by
// path. It is immutable once made and may be read by several goroutines. The
// first evaluation binds it to a snapshot; later ones on the same snapshot share
// that work, so one Context serves a whole request.
//
// It is kept below 512 bytes, up to which Go allocates quickest: what few
// contexts have is behind pointers.
type Context struct {
	attrs   []attr
	extra   *extra // nil where there is nothing in it
	bound   atomic.Pointer[binding]
	claimed atomic.Bool       // own is in use
	own     binding           // the first binding, so that it needs no allocation
	space   [inlineAttrs]attr // attrs, where they are few
}

const inlineAttrs = 7

// extra is what a context of plain values does without.
type extra struct {
	lists   [][]value
	objects [][]attr
	levels  int // how deep the objects nest
	notes   []string
}

// more is the extra, made when it is first needed.
func (c *Context) more() *extra {
	if c.extra == nil {
		c.extra = &extra{}
	}
	return c.extra
}

func (c *Context) notes() []string {
	if c.extra == nil {
		return nil
	}
	return c.extra.notes
}

// attr is a named value, at the top or inside an object.
type attr struct {
	name  string
	value value
}

// clockPath is the path of the evaluation's clock; an attribute of this name is
// not read.
const clockPath = "now"

// NewContext makes a context of attributes: the one object, of the shape that
// OpenFeature has, with "targetingKey" beside the rest. Values are booleans,
// numbers, strings, lists of those and nested maps; nil is absent, and a value
// of another type is left out with a note.
func NewContext(attrs map[string]any) *Context {
	c := &Context{}
	c.attrs = c.space[:0]
	if len(attrs) > len(c.space) {
		c.attrs = make([]attr, 0, len(attrs))
	}
	for name, v := range attrs {
		c.add(name, v)
	}
	slices.Sort(c.notes()) // maps have no order, notes do
	return c
}

// Attribute is one named value for ContextOf.
type Attribute struct {
	name  string
	value value
	other any
}

// Text is an attribute that is a string.
func Text(name, v string) Attribute { return Attribute{name: name, value: textValue(v)} }

// Number is an attribute that is a number.
func Number(name string, v float64) Attribute { return Attribute{name: name, value: numberValue(v)} }

// Flagged is an attribute that is a boolean.
func Flagged(name string, v bool) Attribute { return Attribute{name: name, value: boolValue(v)} }

// Any is an attribute of any type that NewContext takes.
func Any(name string, v any) Attribute { return Attribute{name: name, other: v} }

// ContextOf makes a context like NewContext without a map, in one allocation
// where attributes are few. Of two attributes with one name the first counts.
func ContextOf(attrs ...Attribute) *Context {
	c := &Context{}
	c.attrs = c.space[:0]
	if len(attrs) > len(c.space) {
		c.attrs = make([]attr, 0, len(attrs))
	}
	for i := range attrs {
		a := &attrs[i]
		if a.other != nil {
			c.add(a.name, a.other)
			continue
		}
		if a.value.kind == missing || a.name == clockPath {
			continue
		}
		n := len(c.attrs)
		c.attrs = c.attrs[:n+1]
		to := &c.attrs[n]
		to.name, to.value.text, to.value.num, to.value.kind = a.name, a.value.text, a.value.num, a.value.kind
	}
	return c
}

func (c *Context) add(name string, v any) {
	if name == clockPath {
		return
	}
	if converted := (converter{c}).value(name, v, 0); converted.kind != missing {
		c.attrs = append(c.attrs, attr{name, converted})
	}
}

func (c *Context) list(v *value) []value  { return c.extra.lists[int(v.num)] }
func (c *Context) inside(v *value) []attr { return c.extra.objects[int(v.num)] }
func (c *Context) bind(s *Snapshot) *binding {
	if b := c.bound.Load(); b != nil && b.snapshot == s {
		return b
	}
	return c.rebind(s)
}

// rebind makes the binding to a snapshot. When two goroutines come at once each
// makes its own and either may stay.
func (c *Context) rebind(s *Snapshot) *binding {
	b := &c.own
	if !c.claimed.CompareAndSwap(false, true) {
		b = &binding{}
	}
	b.fill(s, c)
	c.bound.Store(b)
	return b
}
