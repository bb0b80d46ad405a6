package eval

// With makes a context of attributes laid over those of c: of one name at the
// top, the new one counts. It does the work of NewContext for the new ones only; c
// stays as it is.
func (c *Context) With(attrs map[string]any) *Context {
	if c == nil {
		return NewContext(attrs)
	}
	over := roomFor(len(attrs) + len(c.attrs))
	over.attrs = appendMap(over.attrs, attrs)
	for i := range c.attrs {
		if _, hidden := attrs[c.attrs[i].name]; !hidden {
			over.attrs = append(over.attrs, c.attrs[i])
		}
	}
	return over
}

// rebindable is a context on the heap with its binding, in one piece.
type rebindable struct {
	Context
	binding binding
}

// roomy is one with its attributes too. It is kept below 512 bytes, up to which Go
// allocates quickest.
type roomy struct {
	rebindable
	room [fewAttributes]Attribute
}

// roomFor is a context on the heap with room for n attributes.
func roomFor(n int) *Context {
	if n > fewAttributes {
		c := &rebindable{}
		c.own, c.attrs = &c.binding, make([]Attribute, 0, n)
		return &c.Context
	}
	c := &roomy{}
	c.own, c.attrs = &c.binding, c.room[:0]
	return &c.Context
}
