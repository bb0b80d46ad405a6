package eval

import "sort"

// Outcome is how an evaluation ended, as far as reports tell endings apart: not
// by the rule that matched, but by what was served and why.
type Outcome struct {
	Flag       string
	Variation  string // empty when none was served
	Served     bool   // whether a variation was served
	Reason     Reason
	Experiment string
	Arm        string
}

// The outcomes of a flag are numbered: these, then one for each variation and
// one for none in each row of outcomeRows, then one for each cell of each
// experiment and one for no cell.
const (
	outcomeMistyped = iota
	outcomeSettled
	outcomeFailed
	outcomeCode
	outcomeRow
)

// outcomeRows are the reasons that may serve any variation.
var outcomeRows = [...]Reason{Target, Rule, Default}

// numberOutcomes gives each outcome of each flag its number.
func (s *Snapshot) numberOutcomes() {
	next := int32(0)
	for i := range s.flags {
		f := &s.flags[i]
		f.outcomes = next
		if f.settled {
			next += outcomeSettled + 1
			continue
		}
		next += outcomeRow + int32(len(outcomeRows)*(len(f.variations)+1))
		for j := range f.rules {
			if r := &f.rules[j]; r.experiment != "" {
				r.outcomes = next - f.outcomes
				next += int32(len(r.serve.cells)) + 1
			}
		}
	}
	s.outcomes = int(next)
}

// Outcomes is how many outcomes the evaluations of all flags can have. Their
// numbers go from 0 to one less.
func (s *Snapshot) Outcomes() int { return s.outcomes }

// OutcomeNumber is the number of a result's outcome in its snapshot, so that it
// can be counted without a look at texts; ok is false when there is no such
// flag. Two numbers may stand for one outcome.
func (r Result) OutcomeNumber() (n int, ok bool) {
	f := r.flag
	if f == nil {
		return 0, false
	}
	own := int32(outcomeSettled)
	switch {
	case r.reason == TypeMismatch:
		own = outcomeMistyped
	case f.settled:
	case r.reason == PrerequisiteFailed:
		own = outcomeFailed
	case r.reason == CodeDefault:
		own = outcomeCode
	case r.reason == Experiment:
		own = f.rules[r.rule].outcomes + int32(r.cell) + 1
	default:
		own = outcomeRow + int32(r.variation) + 1
		for _, reason := range outcomeRows {
			if reason == r.reason {
				break
			}
			own += int32(len(f.variations)) + 1
		}
	}
	return int(f.outcomes + own), true
}

// Outcome is what a number from 0 to Outcomes()-1 stands for.
func (s *Snapshot) Outcome(n int) Outcome {
	i := sort.Search(len(s.flags), func(i int) bool { return int(s.flags[i].outcomes) > n }) - 1
	return s.flags[i].outcomeResult(int32(n) - s.flags[i].outcomes).outcome()
}

// outcomeResult is a result that has one of the flag's own outcome numbers.
func (f *flag) outcomeResult(own int32) Result {
	r := Result{flag: f, variation: noVariation, cell: noCell}
	switch {
	case own == outcomeMistyped:
		r.reason = TypeMismatch
		return r
	case f.settled:
		return f.answer
	case own == outcomeFailed:
		r.reason, r.variation = PrerequisiteFailed, f.off
		return r
	case own == outcomeCode:
		r.reason = CodeDefault
		return r
	}
	width := int32(len(f.variations)) + 1
	if row := (own - outcomeRow) / width; int(row) < len(outcomeRows) {
		r.reason, r.variation = outcomeRows[row], int16((own-outcomeRow)%width-1)
		return r
	}
	for i := range f.rules {
		x := &f.rules[i]
		if x.experiment == "" || own < x.outcomes || own > x.outcomes+int32(len(x.serve.cells)) {
			continue
		}
		r.reason, r.rule, r.cell, r.variation = Experiment, int16(i), int16(own-x.outcomes-1), x.serve.fixed
		if r.cell >= 0 {
			r.variation = x.serve.cells[r.cell].variation
		}
	}
	return r
}

func (r Result) outcome() Outcome {
	o := Outcome{Flag: r.flag.key, Reason: r.reason}
	o.Variation, o.Served = r.Variation()
	o.Experiment, o.Arm, _, _ = r.Experiment()
	return o
}

// Mistyped is the outcome of a result whose value is of another type than the
// program asked for: the caller's own default is served.
func (r Result) Mistyped() Result {
	return Result{flag: r.flag, reason: TypeMismatch, variation: noVariation, cell: noCell}
}
