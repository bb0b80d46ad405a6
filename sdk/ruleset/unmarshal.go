package ruleset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

var (
	errCell         = errors.New("a cell is [end in ppm, variation or null, arm]")
	errVariation    = errors.New("a variation is [id, value]")
	errPrerequisite = errors.New("a prerequisite is [flag, [variations]]")
	errTarget       = errors.New("a target list is [path, {unit: variation}]")
	errTexts        = errors.New("a list of texts holds null")
	errServe        = errors.New("serve is {variation} or {seed, unit, table}")
)

func (w *wireFlag) flag() (Flag, error) {
	f := Flag{
		Key: w.Flag, Type: w.Type, Client: w.Client, Enabled: w.Enabled,
		Off: Code, Needs: w.Needs,
	}
	if w.Off != nil {
		f.Off = *w.Off
		if f.Off < 0 {
			return f, fmt.Errorf("off is %d, which no variation has", f.Off)
		}
	}
	for _, v := range w.Variations {
		f.Variations = append(f.Variations, Variation(v))
	}
	for _, p := range w.Prerequisites {
		f.Prerequisites = append(f.Prerequisites, Prerequisite(p))
	}
	for _, t := range w.Targets {
		f.addTargets(t)
	}
	for i, r := range w.Rules {
		if r.Serve == nil {
			return f, fmt.Errorf("rule %d: %w", i, errServe)
		}
		f.Rules = append(f.Rules, Rule{r.Experiment, r.Phase, r.Arms, r.ID, r.When, r.Serve.Serve})
	}
	if w.Default == nil {
		return f, fmt.Errorf("default: %w", errServe)
	}
	f.Default = w.Default.Serve
	return f, nil
}

func (f *Flag) addTargets(t wireTarget) {
	if f.Targets == nil {
		f.Targets = map[string]map[string]int{}
	}
	units := f.Targets[t.Path]
	if units == nil {
		units = make(map[string]int, len(t.Units))
		f.Targets[t.Path] = units
	}
	for unit, variation := range t.Units {
		units[unit] = variation
	}
}

func (w *wireGroup) group() Group {
	unit := w.Unit
	if unit == "" {
		unit = TargetingKey
	}
	return Group{Key: w.Group, Unit: unit, Include: w.Include, Exclude: w.Exclude, When: w.When, Needs: w.Needs}
}

// UnmarshalJSON reads both forms of serve.
func (s *wireServe) UnmarshalJSON(raw []byte) error {
	var w struct {
		Variation json.RawMessage `json:"variation"`
		Seed      string          `json:"seed"`
		Unit      string          `json:"unit"`
		Table     []wireCell      `json:"table"`
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		return err
	}
	if w.Table == nil && w.Variation == nil || w.Table != nil && len(w.Table) == 0 {
		return errServe
	}
	if w.Table == nil {
		s.fixed = true
		return indexFrom(w.Variation, &s.Variation)
	}
	s.Seed, s.Unit, s.Variation = w.Seed, w.Unit, Code
	if s.Unit == "" {
		s.Unit = TargetingKey
	}
	for _, c := range w.Table {
		s.Table = append(s.Table, Cell(c))
	}
	return nil
}

// UnmarshalJSON reads [end, variation or null, arm or null or nothing].
func (c *wireCell) UnmarshalJSON(raw []byte) error {
	cell, err := literals(raw)
	if err != nil || len(cell) < 2 || len(cell) > 3 {
		return errCell
	}
	c.Arm = Skip
	if err := indexFrom(cell[0], &c.End); err != nil {
		return errCell
	}
	if err := indexFrom(cell[1], &c.Variation); err != nil {
		return errCell
	}
	if len(cell) == 3 {
		return indexFrom(cell[2], &c.Arm)
	}
	return nil
}

// literals takes an array apart. One of numbers and nulls without white space,
// as all cells are that a server writes, needs no decoder.
func literals(raw []byte) (elements []json.RawMessage, err error) {
	if len(raw) < 2 || raw[0] != '[' || bytes.ContainsAny(raw[1:len(raw)-1], "[]{}\" \t\r\n") {
		err = json.Unmarshal(raw, &elements)
		return elements, err
	}
	elements = make([]json.RawMessage, 0, 3)
	for element := range bytes.SplitSeq(raw[1:len(raw)-1], []byte(",")) {
		elements = append(elements, element)
	}
	return elements, nil
}

// indexFrom reads an index, -1 for null.
func indexFrom(raw json.RawMessage, into *int) error {
	if i, ok := plainNumber(raw); ok {
		*into = i
		return nil
	}
	var i *int
	if err := json.Unmarshal(raw, &i); err != nil {
		return fmt.Errorf("%s is not the index of a variation", raw)
	}
	*into = -1
	if i == nil {
		return nil
	}
	if *i < 0 {
		return fmt.Errorf("%d is not the index of a variation", *i)
	}
	*into = *i
	return nil
}

// plainNumber reads a number of up to nine digits, which is what nearly all are.
func plainNumber(raw []byte) (n int, ok bool) {
	if len(raw) == 0 || len(raw) > 9 || raw[0] == '0' && len(raw) > 1 {
		return 0, false
	}
	for _, d := range raw {
		if d < '0' || d > '9' {
			return 0, false
		}
		n = n*10 + int(d-'0')
	}
	return n, true
}

// UnmarshalJSON reads [id, value].
func (v *wireVariation) UnmarshalJSON(raw []byte) error {
	return pair(raw, &v.ID, &v.Value, errVariation)
}

// UnmarshalJSON reads [flag, variations].
func (p *wirePrerequisite) UnmarshalJSON(raw []byte) error {
	return pair(raw, &p.Flag, (*texts)(&p.Variations), errPrerequisite)
}

// UnmarshalJSON reads a list of texts. A null would silently become the empty
// one, so it is looked for where there is one.
func (l *texts) UnmarshalJSON(raw []byte) error {
	if err := json.Unmarshal(raw, (*[]string)(l)); err != nil {
		return err
	}
	if !slices.Contains(*l, "") {
		return nil
	}
	var elements []*string
	if err := json.Unmarshal(raw, &elements); err != nil {
		return err
	}
	if slices.Contains(elements, nil) {
		return errTexts
	}
	return nil
}

// UnmarshalJSON reads [path, units].
func (t *wireTarget) UnmarshalJSON(raw []byte) error {
	var units map[string]*int
	if err := pair(raw, &t.Path, &units, errTarget); err != nil {
		return err
	}
	t.Units = make(map[string]int, len(units))
	for unit, variation := range units {
		if variation == nil {
			return errTarget
		}
		t.Units[unit] = *variation
	}
	return nil
}

// pair reads an array of a string and something else.
func pair(raw []byte, first *string, second any, wrong error) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil || len(parts) != 2 {
		return wrong
	}
	if string(parts[0]) == "null" || textFrom(parts[0], first) != nil {
		return wrong
	}
	if value, ok := second.(*json.RawMessage); ok {
		*value = parts[1]
		return nil
	}
	if err := json.Unmarshal(parts[1], second); err != nil {
		return wrong
	}
	return nil
}

// textFrom reads a text. One of plain ASCII is what stands between the quotes.
func textFrom(raw json.RawMessage, into *string) error {
	plain := func(r rune) bool { return r >= ' ' && r < 0x7f && r != '"' && r != '\\' }
	if n := len(raw); n >= 2 && raw[0] == '"' && bytes.IndexFunc(raw[1:n-1], func(r rune) bool { return !plain(r) }) < 0 {
		*into = string(raw[1 : n-1])
		return nil
	}
	return json.Unmarshal(raw, into)
}
