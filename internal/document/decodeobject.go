package document

import (
	"strconv"

	"burgee.dev/burgee/sdk/ruleset"
)

var (
	groupFields      = []string{"description", "by", "include", "exclude", "when"}
	experimentFields = []string{"environment", "description", "state", "order", "when", "by", "seed", "serve", "arms", "table", "phase"}
	armFields        = []string{"name", "share", "flags", "next"}
	attributeFields  = []string{"type", "values", "privacy"}

	attributeTypes   = []string{"string", "number", "boolean", "version", "time"}
	attributePrivacy = []string{"plain", "hash", "bucket", "drop"}
)

// attributes reads the registry. Its keys are paths, which are freer than keys.
func attributes(d *decoder, n *node, into *map[string]Attribute) {
	m := d.mapping("attributes", n)
	if m == nil {
		return
	}
	if *into == nil {
		*into = map[string]Attribute{}
	}
	for _, f := range m.fields {
		at := join("attributes", f.key)
		if f.key == "" {
			d.fail(&node{line: f.line}, at, "the path of an attribute is missing")
		}
		if _, twice := (*into)[f.key]; twice {
			d.fail(&node{line: f.line}, at, "duplicate key; a document before it in this file has it too, remove one")
		}
		(*into)[f.key] = d.attribute(at, f.value)
	}
}

func (d *decoder) attribute(at string, n *node) Attribute {
	var a Attribute
	o := d.object(at, n, attributeFields...)
	if o == nil {
		return a
	}
	if v := o.get("type"); v != nil {
		a.Type = d.oneOf(join(at, "type"), v, attributeTypes...)
	}
	if v := o.get("privacy"); v != nil {
		a.Privacy = d.oneOf(join(at, "privacy"), v, attributePrivacy...)
	}
	if v := o.get("values"); v != nil {
		p := join(at, "values")
		for i, item := range d.list(p, v) {
			if !item.scalar() {
				d.fail(item, index(p, i), "takes a value, not %s", item.kind.words())
				continue
			}
			a.Values = append(a.Values, item.json())
		}
	}
	return a
}

func (d *decoder) group(at string, n *node) TargetGroup {
	var g TargetGroup
	o := d.object(at, n, groupFields...)
	if o == nil {
		return g
	}
	if v := o.get("description"); v != nil {
		g.Description = d.text(join(at, "description"), v)
	}
	if v := o.get("by"); v != nil {
		g.By = d.text(join(at, "by"), v)
	}
	if v := o.get("include"); v != nil {
		g.Include = nonEmpty(d.each(join(at, "include"), v, d.unit))
	}
	if v := o.get("exclude"); v != nil {
		g.Exclude = nonEmpty(d.each(join(at, "exclude"), v, d.unit))
	}
	if v := o.get("when"); v != nil {
		g.When = d.condition(join(at, "when"), v)
	}
	return g
}

// nonEmpty makes an empty list the same as none.
func nonEmpty(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// unit reads a value as a list holds it: text, or a whole number in decimal.
func (d *decoder) unit(at string, n *node) string {
	d.mark(at, n)
	switch n.kind {
	case textKind:
		return n.text
	case numberKind:
		if whole, ok := wholeNumber(n.text); ok {
			return whole
		}
		d.fail(n, at, "%s is no whole number that a program can hold exactly; write it in quotes if it is text", n.text)
	default:
		d.fail(n, at, "takes text or a whole number, not %s", n.kind.words())
	}
	return ""
}

func (d *decoder) experiment(at string, n *node) Experiment {
	x := Experiment{State: Draft, Order: 100}
	o := d.object(at, n, d.withPast(experimentFields)...)
	if o == nil {
		return x
	}
	if v := o.get("environment"); v != nil {
		x.Environment = d.id(join(at, "environment"), v)
	} else {
		d.fail(o, join(at, "environment"), "missing; an experiment runs in one environment, such as production")
	}
	if v := o.get("description"); v != nil {
		x.Description = d.text(join(at, "description"), v)
	}
	if v := o.get("state"); v != nil {
		x.State = d.oneOf(join(at, "state"), v, Draft, Running, Stopped)
	}
	if v := o.get("order"); v != nil {
		x.Order = d.whole32(join(at, "order"), v)
	}
	if v := o.get("phase"); v != nil {
		x.Phase = d.whole32(join(at, "phase"), v)
	}
	if v := o.get("when"); v != nil {
		x.When = d.condition(join(at, "when"), v)
	}
	x.By, x.Seed = d.splitBy(at, o)
	d.parties(at, o, &x)
	return x
}

// parties reads what an experiment serves: values for everyone, or arms.
func (d *decoder) parties(at string, o *node, x *Experiment) {
	serve, arms := o.get("serve"), o.get("arms")
	switch {
	case serve != nil && arms != nil:
		d.fail(serve, join(at, "serve"), "stands beside arms; write one of them")
	case serve != nil:
		x.Serve = d.assignment(join(at, "serve"), serve)
	case arms != nil:
		x.Arms = d.arms(join(at, "arms"), arms)
	default:
		d.fail(o, at, "serves nothing; write serve: {flag: variation}, or arms")
	}
	if v := o.get("table"); v != nil {
		x.Table = d.table(join(at, "table"), v)
	}
	x.Past = d.past(at, o)
}

// assignment reads a mapping from flags to the variation they serve.
func (d *decoder) assignment(at string, n *node) map[string]string {
	m := d.mapping(at, n)
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m.fields))
	for _, f := range m.fields {
		out[f.key] = d.id(join(at, f.key), f.value)
	}
	if len(out) == 0 {
		d.fail(n, at, "names no flag; write {flag: variation}")
	}
	return out
}

func (d *decoder) arms(at string, n *node) []Arm {
	var out []Arm
	sum, bad := 0, len(d.problems)
	for i, item := range d.list(at, n) {
		p := index(at, i)
		o := d.object(p, item, armFields...)
		if o == nil {
			continue
		}
		arm := d.arm(p, o)
		out = append(out, arm)
		sum += arm.PPM
	}
	if len(d.problems) == bad {
		d.whole(at, n, sum)
	}
	return out
}

func (d *decoder) arm(at string, o *node) Arm {
	if next := o.get("next"); next != nil {
		if len(o.fields) > 1 {
			d.fail(o, at, "next stands alone: it is the part of people outside the experiment")
		}
		return Arm{Next: true, PPM: d.share(join(at, "next"), next)}
	}
	var arm Arm
	name, share, flags := o.get("name"), o.get("share"), o.get("flags")
	if name == nil || share == nil || flags == nil {
		d.fail(o, at, "an arm has a name, a share and flags, or is {next: share}")
		return arm
	}
	arm.Name = d.id(join(at, "name"), name)
	arm.PPM = d.share(join(at, "share"), share)
	arm.Flags = d.assignment(join(at, "flags"), flags)
	if arm.Name == Next {
		d.fail(name, join(at, "name"), "is reserved; write {next: share} for people outside the experiment")
	}
	return arm
}

// whole32 reads a whole number of moderate size.
func (d *decoder) whole32(at string, n *node) int {
	d.mark(at, n)
	number, err := strconv.ParseInt(n.text, 10, 32)
	if n.kind != numberKind || err != nil {
		d.fail(n, at, "takes a whole number")
	}
	return int(number)
}

// wholeNumber writes a JSON number in decimal when it is whole and exact in
// every language: 42, 42.0 and 4.2e1 are all "42".
func wholeNumber(text string) (string, bool) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", false
	}
	whole, ok := ruleset.WholeNumber(f)
	return strconv.FormatInt(whole, 10), ok
}

// shortestNumber is how a number is written when its spelling was lost.
func shortestNumber(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// percent writes parts per million as a percentage.
func percent(ppm int) string { return ruleset.FormatPercent(ppm) }
