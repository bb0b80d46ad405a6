package eval

import "iter"

// EvaluateAll evaluates every flag to one context at one instant, as Evaluate
// does, in the order of the set. It looks no key up.
func (s *Snapshot) EvaluateAll(c *Context, now int64) iter.Seq2[string, Result] {
	return func(yield func(string, Result) bool) {
		if s == nil {
			return
		}
		if c == nil {
			c = s.nobody
		}
		clock := numberValue(float64(now))
		e := scope{s: s, b: c.bind(s), attrs: c.attrs, clock: &clock}
		for i := range s.flags {
			f := &s.flags[i]
			r := f.answer
			if !f.settled {
				r = e.flag(f)
			}
			if !yield(f.key, r) {
				return
			}
		}
	}
}
