package check

import (
	"encoding/json"
	"strconv"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// truth is what a predicate is for the values of a cell.
type truth uint8

const (
	unknown truth = iota
	yes
	no
	open // for some of the values it holds, for others not
)

// oracle asks the engine about single predicates: each is a flag that serves
// "yes" where it is true and "no" where it is false.
type oracle struct {
	path     string
	snapshot *eval.Snapshot
	keys     []string
}

var answers = []ruleset.Variation{
	{ID: "yes", Value: json.RawMessage(`"yes"`)},
	{ID: "no", Value: json.RawMessage(`"no"`)},
	{ID: "unknown", Value: json.RawMessage(`"unknown"`)},
}

// wholeSplit serves its first variation to everyone who has a unit. Two cells,
// since a table of one cell asks for no unit.
func wholeSplit(path string) ruleset.Serve {
	return ruleset.Serve{Unit: path, Table: []ruleset.Cell{
		{End: ruleset.Whole / 2, Arm: ruleset.Skip}, {End: ruleset.Whole, Arm: ruleset.Skip},
	}}
}

func newOracle(path string, predicates []*predicate) *oracle {
	o := &oracle{path: path}
	set := &ruleset.Set{}
	for i, p := range predicates {
		key := "p" + strconv.Itoa(i)
		o.keys = append(o.keys, key)
		f := ruleset.Flag{Key: key, Type: ruleset.String, Enabled: true, Variations: answers, Off: ruleset.Code, Default: ruleset.Fixed(2)}
		switch p.kind {
		case aUnit:
			f.Rules = []ruleset.Rule{{ID: "yes", Serve: wholeSplit(path)}}
			f.Default = ruleset.Fixed(1)
		case aListing:
			set.Groups = append(set.Groups, ruleset.Group{Key: key, Unit: path, Include: p.list})
			f.Rules = questions(ruleset.Expr{TargetGroup: key})
		default:
			f.Rules = questions(*p.clause)
		}
		set.Flags = append(set.Flags, f)
	}
	o.snapshot = eval.Compile(set)
	return o
}

func questions(e ruleset.Expr) []ruleset.Rule {
	return []ruleset.Rule{
		{ID: "yes", When: &e, Serve: ruleset.Fixed(0)},
		{ID: "no", When: &ruleset.Expr{Not: &e}, Serve: ruleset.Fixed(1)},
	}
}

// ask finds what each predicate is for one value, nil for a missing one.
func (o *oracle) ask(value any) []truth {
	now := int64(0)
	attributes := map[string]any{}
	if ms, isNumber := value.(float64); o.path == clockPath && isNumber {
		now = int64(ms)
	} else if value != nil {
		attributes[o.path] = value
	}
	context := eval.NewContext(attributes)
	out := make([]truth, len(o.keys))
	for i, key := range o.keys {
		switch id, _ := o.snapshot.Evaluate(key, context, now).Variation(); id {
		case "yes":
			out[i] = yes
		case "no":
			out[i] = no
		}
	}
	return out
}
