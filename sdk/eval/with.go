package eval

import "slices"

// With makes a context of attributes laid over those of c: of one name at the
// top, the new one counts. It does the work of NewContext for the new ones only; c
// stays as it is, and what was noted about it is noted here too.
func (c *Context) With(attrs map[string]any) *Context {
	if c == nil {
		return NewContext(attrs)
	}
	over := &Context{}
	over.attrs = over.space[:0]
	if n := len(attrs) + len(c.attrs); n > len(over.space) {
		over.attrs = make([]attr, 0, n)
	}
	if c.extra != nil {
		over.extra = &extra{
			lists: slices.Clip(c.extra.lists), objects: slices.Clip(c.extra.objects),
			levels: c.extra.levels, notes: slices.Clone(c.extra.notes),
		}
	}
	for name, v := range attrs {
		over.add(name, v)
	}
	slices.Sort(over.notes())
	for i := range c.attrs {
		if _, hidden := attrs[c.attrs[i].name]; !hidden {
			over.attrs = append(over.attrs, c.attrs[i])
		}
	}
	return over
}
