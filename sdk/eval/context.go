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
// A Context that does not leave the function that makes it lives on the stack and
// costs no allocation. For that, nothing here or in a binding points back to
// where it is kept itself: the compiler would move it to the heap.
type Context struct {
	attrs  []Attribute
	own    *binding       // the first binding, made with the context; may be nil
	others once[rebounds] // made when own is for another snapshot
}

// rebounds hold the last binding but a context's own. The pointer is behind a
// pointer because what has an atomic pointer in reach is kept on the heap.
type rebounds struct{ last *atomic.Pointer[binding] }

// fewAttributes is how many attributes a context has room for without a further
// allocation.
const fewAttributes = 7

// clockPath is the path of the evaluation's clock; an attribute of this name is
// not read.
const clockPath = "now"

// NewContext makes a context of attributes: the one object, of the shape that
// OpenFeature has, with "targetingKey" beside the rest. Values are booleans,
// numbers, strings, lists of those and nested maps; nil is absent, and a value
// of another type is left out with a note. The map may be changed afterwards.
func NewContext(attrs map[string]any) *Context {
	var room [fewAttributes]Attribute
	return &Context{attrs: appendMap(room[:0], attrs), own: &binding{}}
}

// appendMap appends what a map says.
func appendMap(list []Attribute, attrs map[string]any) []Attribute {
	if len(attrs) > cap(list) {
		list = make([]Attribute, 0, len(attrs))
	}
	for name, v := range attrs {
		if a := Any(name, v); !a.absent() {
			list = append(list, a)
		}
	}
	return list
}

// Attribute is one named value, at the top of a context or inside an object.
type Attribute struct {
	name  string
	value value
}

// absent says whether there is nothing to keep of an attribute.
func (a *Attribute) absent() bool { return a.value.kind == missing && a.value.in == nil }

// Text is an attribute that is a string.
func Text(name, v string) Attribute { return Attribute{name: name, value: textValue(v)} }

// Number is an attribute that is a number.
func Number(name string, v float64) Attribute { return Attribute{name: name, value: numberValue(v)} }

// Flagged is an attribute that is a boolean.
func Flagged(name string, v bool) Attribute { return Attribute{name: name, value: boolValue(v)} }

// Any is an attribute of any type that NewContext takes.
func Any(name string, v any) Attribute {
	if name == clockPath {
		return Attribute{name: name}
	}
	return Attribute{name: name, value: convert(name, v)}
}

// ContextOf makes a context like NewContext without a map, and without any
// allocation where the context stays with its maker. Of two attributes with one
// name the first counts. A slice that is handed over whole is kept and must not be
// changed afterwards.
func ContextOf(attrs ...Attribute) *Context {
	return &Context{attrs: attrs, own: &binding{}}
}

// notes tell, sorted, what was left out of the attributes.
func (c *Context) notes() []string {
	var notes []string
	for i := range c.attrs {
		if in := c.attrs[i].value.in; in != nil {
			notes = append(notes, in.notes...)
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

// bind returns the context's binding to a snapshot.
func (c *Context) bind(s *Snapshot) *binding {
	if c.own != nil && c.own.snapshot.get() == s {
		return c.own
	}
	return c.rebind(s)
}

// rebind finds or makes the binding to a snapshot that own is not for. When two
// goroutines come at once each makes its own and either may stay.
func (c *Context) rebind(s *Snapshot) *binding {
	if c.own != nil && c.own.snapshot.claim() {
		c.own.fill(s, c.attrs)
		return c.own
	}
	if others := c.others.get(); others != nil {
		if b := others.last.Load(); b != nil && b.snapshot.get() == s {
			return b
		}
	}
	b := &binding{}
	b.fill(s, c.attrs)
	if c.others.claim() {
		c.others.set(&rebounds{last: &atomic.Pointer[binding]{}})
	}
	if others := c.others.get(); others != nil {
		others.last.Store(b)
	}
	return b
}
