package document

import (
	"encoding/json"
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

var (
	flagFields      = []string{"type", "variations", "description", "tags", "owner", "kind", "expires", "keepUntil", "client", "managedBy", "managedIn", "seed", "environments"}
	variationFields = []string{"id", "value", "name"}
	blockFields     = []string{"enabled", "off", "prerequisites", "targets", "rules", "default"}
	ruleFields      = []string{"id", "name", "when", "serve", "by", "seed", "table"}
	splitFields     = []string{"serve", "by", "seed", "table"}

	flagKinds = []string{"release", "experiment", "operational", "permission"}
)

func (d *decoder) flag(at string, n *node) Flag {
	var f Flag
	o := d.object(at, n, flagFields...)
	if o == nil {
		return f
	}
	if v := o.get("type"); v != nil {
		f.Type = ruleset.Type(d.oneOf(join(at, "type"), v, "boolean", "string", "integer", "double", "json"))
	}
	f.Description = d.optional(at, o, "description")
	f.Owner = d.optional(at, o, "owner")
	f.Expires = d.optional(at, o, "expires")
	f.KeepUntil = d.optional(at, o, "keepUntil")
	f.Seed = d.optional(at, o, "seed")
	if v := o.get("kind"); v != nil {
		kind := d.oneOf(join(at, "kind"), v, append(slices.Clone(flagKinds), "")...)
		f.Kind = &kind
	}
	if v := o.get("tags"); v != nil {
		f.Tags = d.each(join(at, "tags"), v, d.text)
	}
	if v := o.get("client"); v != nil {
		client := d.bool(join(at, "client"), v)
		f.Client = &client
	}
	f.ManagedBy, f.ManagedIn = d.managed(at, o)
	if v := o.get("variations"); v != nil {
		f.Variations = d.variations(join(at, "variations"), v)
	}
	if v := o.get("environments"); v != nil {
		for _, entry := range v.fields {
			d.blocks = append(d.blocks, join(join(at, "environments"), entry.key))
		}
		f.Environments = section(d, join(at, "environments"), v, (*decoder).configuration)
	}
	return f
}

// managed reads who changes a flag, or the flags of a document.
func (d *decoder) managed(at string, o *node) (by, in *string) {
	if v := o.get("managedBy"); v != nil {
		text := d.oneOf(join(at, "managedBy"), v, ByFile, "")
		by = &text
	}
	return by, d.optional(at, o, "managedIn")
}

// optional reads a text that may be left out.
func (d *decoder) optional(at string, o *node, key string) *string {
	v := o.get(key)
	if v == nil {
		return nil
	}
	text := d.text(join(at, key), v)
	return &text
}

// oneOf reads one of a few words.
func (d *decoder) oneOf(at string, n *node, words ...string) string {
	d.mark(at, n)
	if n.kind != textKind || !slices.Contains(words, n.text) {
		known := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
		d.fail(n, at, "takes one of %s", strings.Join(known, ", "))
	}
	return n.text
}

func (d *decoder) variations(at string, n *node) []Variation {
	out := []Variation{}
	for i, item := range d.list(at, n) {
		p := index(at, i)
		if o := d.object(p, item, variationFields...); o != nil {
			out = append(out, d.variation(p, o))
		}
	}
	return out
}

func (d *decoder) variation(at string, o *node) Variation {
	var v Variation
	if id := o.get("id"); id != nil {
		v.ID = d.id(join(at, "id"), id)
	} else {
		d.fail(o, join(at, "id"), "missing; a variation has an id and a value")
	}
	if value := o.get("value"); value != nil {
		v.Value = value.json()
	} else {
		d.fail(o, join(at, "value"), "missing; a variation has an id and a value")
	}
	if name := o.get("name"); name != nil {
		v.Name = d.text(join(at, "name"), name)
	}
	return v
}

// configuration reads an environment's block: what it leaves out has the
// default, but `off`, whose default depends on the flag's type.
func (d *decoder) configuration(at string, n *node) *Configuration {
	c := &Configuration{Enabled: true, Default: Serve{Variation: Code}}
	o := d.object(at, n, blockFields...)
	if o == nil {
		return c
	}
	if v := o.get("enabled"); v != nil {
		c.Enabled = d.bool(join(at, "enabled"), v)
	}
	if v := o.get("off"); v != nil {
		c.Off = d.id(join(at, "off"), v)
	}
	if v := o.get("prerequisites"); v != nil {
		c.Prerequisites = d.prerequisites(join(at, "prerequisites"), v)
	}
	if v := o.get("targets"); v != nil {
		c.Targets = d.targets(join(at, "targets"), v)
	}
	if v := o.get("rules"); v != nil {
		p := join(at, "rules")
		for i, item := range d.list(p, v) {
			c.Rules = append(c.Rules, d.rule(index(p, i), item))
		}
	}
	if v := o.get("default"); v != nil {
		c.Default = d.otherwise(join(at, "default"), v)
	}
	return c
}

func (d *decoder) prerequisites(at string, n *node) []Prerequisite {
	var out []Prerequisite
	for i, item := range d.list(at, n) {
		p := index(at, i)
		o := d.object(p, item, "flag", "variations")
		if o == nil {
			continue
		}
		flag, variations := o.get("flag"), o.get("variations")
		if flag == nil || variations == nil {
			d.fail(item, p, "a prerequisite has a flag and variations, such as {flag: pay.api, variations: [true]}")
			continue
		}
		out = append(out, Prerequisite{Flag: d.id(join(p, "flag"), flag), Variations: d.ids(join(p, "variations"), variations)})
	}
	return out
}

// targets reads path → unit → variation. A unit is what a context holds at the
// path; 42 and "42" are one.
func (d *decoder) targets(at string, n *node) map[string]map[string]string {
	paths := d.mapping(at, n)
	if paths == nil || len(paths.fields) == 0 {
		return nil
	}
	out := make(map[string]map[string]string, len(paths.fields))
	for _, path := range paths.fields {
		p := join(at, path.key)
		units := d.mapping(p, path.value)
		if units == nil {
			continue
		}
		listed := make(map[string]string, len(units.fields))
		for _, unit := range units.fields {
			listed[unit.key] = d.id(join(p, unit.key), unit.value)
		}
		if len(listed) > 0 {
			out[path.key] = listed
		}
	}
	return out
}

func (d *decoder) rule(at string, n *node) Rule {
	var r Rule
	o := d.object(at, n, d.withPast(ruleFields)...)
	if o == nil {
		return r
	}
	if v := o.get("id"); v != nil {
		r.ID = d.id(join(at, "id"), v)
	}
	if v := o.get("name"); v != nil {
		r.Name = d.text(join(at, "name"), v)
	}
	if v := o.get("when"); v != nil {
		r.When = d.condition(join(at, "when"), v)
	}
	serve := o.get("serve")
	if serve == nil {
		d.fail(n, join(at, "serve"), "missing; a rule says what it serves: a variation, or shares such as {true: 25, false: 75}")
		return r
	}
	r.Serve = d.serve(at, serve, o)
	return r
}

// serve reads what a rule serves, with the fields beside it.
func (d *decoder) serve(at string, n, beside *node) Serve {
	p, s := join(at, "serve"), d.split(at, beside) // beside one variation it says nothing, and nothing wrong either
	if n.kind != mapKind {
		if n.text == Code && n.kind == textKind {
			d.fail(n, p, "a rule serves a variation or shares; code is for off and default")
		}
		return Serve{Variation: d.id(p, n), Past: s.Past}
	}
	s.Shares = d.shares(p, n)
	return s
}

// otherwise reads a default: a variation, code, shares, or shares with the
// fields of a split around them.
func (d *decoder) otherwise(at string, n *node) Serve {
	if n.kind != mapKind {
		return Serve{Variation: d.id(at, n)}
	}
	inner := n.get("serve")
	if inner == nil || inner.kind != mapKind && inner.kind != textKind && inner.kind != boolKind {
		return Serve{Shares: d.shares(at, n)}
	}
	o := d.object(at, n, d.withPast(splitFields)...)
	if d.stored && inner.kind == textKind && inner.text == Code {
		return Serve{Variation: Code, Past: d.past(at, o)}
	}
	return d.serve(at, inner, o)
}

// split reads the fields that stand beside shares.
func (d *decoder) split(at string, beside *node) Serve {
	s := Serve{Past: d.past(at, beside)}
	s.By, s.Seed = d.splitBy(at, beside)
	if v := beside.get("table"); v != nil {
		s.Table = d.table(join(at, "table"), v)
	}
	return s
}

func (d *decoder) splitBy(at string, o *node) (by string, seed *string) {
	if v := o.get("by"); v != nil {
		by = d.text(join(at, "by"), v)
	}
	return by, d.optional(at, o, "seed")
}

// json returns the node as JSON text, numbers as they are spelled.
func (n *node) json() json.RawMessage { return appendJSON(nil, n) }
