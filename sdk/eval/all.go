package eval

import "iter"

// fewConditions is how many answers to conditions are kept without allocating.
const fewConditions = 256

// EvaluateAll evaluates every flag to one context at one instant, as Evaluate
// does, in the order of the set. It looks no key up, and a condition that rules of
// several flags have is tested once.
func (s *Snapshot) EvaluateAll(c *Context, now int64) iter.Seq2[string, Result] {
	return s.evaluateAll(c, now, false)
}

// EvaluateClient is EvaluateAll of the flags that client keys may see.
func (s *Snapshot) EvaluateClient(c *Context, now int64) iter.Seq2[string, Result] {
	return s.evaluateAll(c, now, true)
}

func (s *Snapshot) evaluateAll(c *Context, now int64, client bool) iter.Seq2[string, Result] {
	return func(yield func(string, Result) bool) {
		if s == nil {
			return
		}
		if c == nil {
			c = s.nobody
		}
		clock := numberValue(float64(now))
		var few [fewConditions]answer
		e := scope{s: s, b: c.bind(s), attrs: c.attrs, clock: &clock, answers: few[:]}
		if s.conditions > len(few) {
			e.answers = make([]answer, s.conditions)
		}
		for i := range s.flags {
			f := &s.flags[i]
			if client && !f.source.Client {
				continue
			}
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
