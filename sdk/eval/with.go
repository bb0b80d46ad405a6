package eval

// With makes a context of attributes laid over those of c: of one name at the
// top, the new one counts. It does the work of NewContext for the new ones only; c
// stays as it is.
func (c *Context) With(attrs map[string]any) *Context {
	if c == nil {
		return NewContext(attrs)
	}
	over := &roomy{}
	over.own = &over.binding
	over.attrs = over.room[:0]
	if n := len(attrs) + len(c.attrs); n > len(over.room) {
		over.attrs = make([]Attribute, 0, n)
	}
	over.attrs = appendMap(over.attrs, attrs)
	for i := range c.attrs {
		if _, hidden := attrs[c.attrs[i].name]; !hidden {
			over.attrs = append(over.attrs, c.attrs[i])
		}
	}
	return &over.Context
}

// roomy is a context on the heap in one piece. It is kept below 512 bytes, up to
// which Go allocates quickest.
type roomy struct {
	Context
	binding binding
	room    [fewAttributes]Attribute
}
