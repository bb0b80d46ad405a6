package ruleset

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Check says what is wrong inside a flag, apart from its conditions and from
// what it refers to: types, values, indexes and tables.
func (f *Flag) Check() error {
	if !f.Type.Valid() {
		return fmt.Errorf("type %q is not boolean, string, integer, double or json", f.Type)
	}
	if err := f.checkCounts(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(f.Variations))
	for _, v := range f.Variations {
		if seen[v.ID] {
			return fmt.Errorf("the variation %q is there twice", v.ID)
		}
		seen[v.ID] = true
		if err := f.Type.CheckValue(v.Value); err != nil {
			return fmt.Errorf("variation %q: %w", v.ID, err)
		}
	}
	if f.Off != Code {
		if err := f.checkIndex(f.Off); err != nil {
			return fmt.Errorf("off: %w", err)
		}
	}
	for path, units := range f.Targets {
		for unit, variation := range units {
			if err := f.checkIndex(variation); err != nil {
				return fmt.Errorf("targets: %s %q: %w", path, unit, err)
			}
		}
	}
	return f.checkServes()
}

// checkCounts refuses what results cannot number.
func (f *Flag) checkCounts() error {
	most := max(len(f.Variations), len(f.Rules), len(f.Default.Table))
	for _, r := range f.Rules {
		most = max(most, len(r.Arms), len(r.Serve.Table))
	}
	if most > MaxNumbered {
		return fmt.Errorf("%d variations, rules, arms or cells in one place are too many; at most %d may be", most, MaxNumbered)
	}
	return nil
}

func (f *Flag) checkServes() error {
	for i, r := range f.Rules {
		arms := -1
		if r.Experiment != "" {
			arms = len(r.Arms)
		}
		if err := f.checkServe(r.Serve, arms); err != nil {
			return fmt.Errorf("rules[%d]: %w", i, err)
		}
		if !r.Serve.IsSplit() && r.Serve.Variation == Code {
			return fmt.Errorf("rules[%d]: a rule serves a variation", i)
		}
	}
	if err := f.checkServe(f.Default, -1); err != nil {
		return fmt.Errorf("default: %w", err)
	}
	return nil
}

// checkServe checks indexes and ends; arms is -1 where there are none.
func (f *Flag) checkServe(s Serve, arms int) error {
	if !s.IsSplit() {
		if s.Variation == Code {
			return nil
		}
		return f.checkIndex(s.Variation)
	}
	end := 0
	for _, c := range s.Table {
		if c.End <= end {
			return fmt.Errorf("the ends of the table do not grow: %d after %d", c.End, end)
		}
		end = c.End
		if c.Variation != Skip {
			if err := f.checkIndex(c.Variation); err != nil {
				return err
			}
		}
		if c.Arm != Skip && (c.Arm < 0 || c.Arm >= arms) {
			return fmt.Errorf("the table names arm %d, which does not exist", c.Arm)
		}
	}
	if end != Whole {
		return fmt.Errorf("the table ends at %d, not at %d", end, Whole)
	}
	return nil
}

func (f *Flag) checkIndex(i int) error {
	if i < 0 || i >= len(f.Variations) {
		return fmt.Errorf("variation %d is not one of the %d there are", i, len(f.Variations))
	}
	return nil
}

// CheckValue says whether a JSON value is of type t.
func (t Type) CheckValue(raw json.RawMessage) error {
	if t.holds(bytes.TrimSpace(raw)) {
		return nil
	}
	return fmt.Errorf("the value %.80s is not %s", raw, t.words())
}

func (t Type) holds(raw []byte) bool {
	if len(raw) == 0 || !json.Valid(raw) {
		return false
	}
	switch t {
	case Boolean:
		return raw[0] == 't' || raw[0] == 'f'
	case String:
		return raw[0] == '"'
	case Integer:
		f, ok := ParseNumber(raw)
		if !ok {
			return false
		}
		_, whole := WholeNumber(f)
		return whole
	case Double:
		_, ok := ParseNumber(raw)
		return ok
	}
	return raw[0] == '{' || raw[0] == '['
}

func (t Type) words() string {
	switch t {
	case Boolean:
		return "true or false"
	case String:
		return "a string"
	case Integer:
		return "a whole number between -(2^53-1) and 2^53-1"
	case Double:
		return "a finite number"
	}
	return "a JSON object or array"
}
