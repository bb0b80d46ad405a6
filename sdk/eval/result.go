package eval

import (
	"encoding/json"

	"burgee.dev/burgee/sdk/ruleset"
)

// Result is what a flag serves to a context: a value of 16 bytes whose methods do
// not allocate.
type Result struct {
	flag      *flag
	rule      int16 // position in the flag's rules, for RULE and EXPERIMENT
	cell      int16 // position in the table that decided, -1 when none did
	variation int16 // or noVariation
	reason    Reason
}

// Without is a result that serves no variation, for a reason that lies outside of
// a snapshot.
func Without(reason Reason) Result {
	return Result{cell: -1, variation: noVariation, reason: reason}
}

// Reason says why.
func (r Result) Reason() Reason { return r.reason }

// Served says whether a variation is served; otherwise the caller's own default
// is the answer.
func (r Result) Served() bool { return r.flag != nil && r.variation >= 0 }

// Type is the flag's type, empty when there is no such flag.
func (r Result) Type() ruleset.Type {
	if r.flag == nil {
		return ""
	}
	return r.flag.source.Type
}

// Variation is the id of the variation that is served.
func (r Result) Variation() (id string, ok bool) {
	if !r.Served() {
		return "", false
	}
	return r.flag.variations[r.variation].id, true
}

// Raw is the served value as JSON: an integer in digits, a double with a point
// or an exponent, everything else as it was written. It must not be changed.
func (r Result) Raw() (json.RawMessage, bool) {
	if !r.Served() {
		return nil, false
	}
	return r.flag.variations[r.variation].raw, true
}

// Bool is the served value of a boolean flag.
func (r Result) Bool() (value, ok bool) {
	if !r.is(ruleset.Boolean) {
		return false, false
	}
	return r.flag.variations[r.variation].integer != 0, true
}

// Text is the served value of a string flag.
func (r Result) Text() (value string, ok bool) {
	if !r.is(ruleset.String) {
		return "", false
	}
	return r.flag.variations[r.variation].text, true
}

// Int64 is the served value of an integer flag, or of a double one where it is
// whole and no digit was lost.
func (r Result) Int64() (value int64, ok bool) {
	if !r.is(ruleset.Integer) && !r.is(ruleset.Double) {
		return 0, false
	}
	v := &r.flag.variations[r.variation]
	return v.integer, v.whole
}

// Float64 is the served value of a double or an integer flag.
func (r Result) Float64() (value float64, ok bool) {
	if !r.is(ruleset.Double) && !r.is(ruleset.Integer) {
		return 0, false
	}
	return r.flag.variations[r.variation].num, true
}

func (r Result) is(t ruleset.Type) bool { return r.Served() && r.flag.source.Type == t }

// Rule is the rule that decided: its position among the flag's own rules, and
// its id.
func (r Result) Rule() (index int, id string, ok bool) {
	if r.reason != Rule {
		return 0, "", false
	}
	decided := &r.flag.rules[r.rule]
	return int(decided.index), decided.id, true
}

// Experiment is the experiment that decided, its arm and its phase.
func (r Result) Experiment() (key, arm string, phase int, ok bool) {
	if r.reason != Experiment {
		return "", "", 0, false
	}
	decided := &r.flag.rules[r.rule]
	at := decided.serve.arm
	if r.cell >= 0 {
		at = decided.serve.cells[r.cell].arm
	}
	if at >= 0 && int(at) < len(decided.arms) {
		arm = decided.arms[at]
	}
	return decided.experiment, arm, decided.phase, true
}

// Split says whether a table of more than one cell decided.
func (r Result) Split() bool { return r.split() != nil }

// split is the table that decided, nil when none did.
func (r Result) split() *serve {
	switch {
	case r.flag == nil || r.cell < 0:
		return nil
	case r.reason == Rule || r.reason == Experiment:
		return &r.flag.rules[r.rule].serve
	}
	return &r.flag.def
}
