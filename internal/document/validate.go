package document

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Limits of one project. They bound what one snapshot can grow to.
const (
	maxVariations = 100

	maxUnits = 100_000 // of one list of a target group or target
	maxText  = 4_096   // bytes of a name or description
	maxTags  = 50
)

// Validate checks everything about a project that concerns more than one
// field: references, types, shares, cycles and limits. It returns nil when the
// project is sound, else one fault with a field for each thing that is wrong.
func (p *Project) Validate() *fault.Error { return p.validate(p.everything(), p.Environments) }

// validate checks some objects, and for cycles and rows that are too long some
// environments.
func (p *Project) validate(of *selection, environments []string) *fault.Error {
	v := &validator{p: p}
	if len(p.Flags) > ruleset.MaxFlags {
		v.fail("flags", "the project has %d flags; at most %d fit, archive some", len(p.Flags), ruleset.MaxFlags)
	}
	for key, g := range selected(of.groups, p.TargetGroups) {
		v.group(key, g)
	}
	for key, f := range selected(of.flags, p.Flags) {
		v.flag(key, f)
	}
	for _, environment := range sortedKeys(of.configurations) {
		for key, c := range selected(of.configurations[environment], p.Configurations[environment]) {
			v.configuration(environment, key, c)
		}
	}
	for key, x := range selected(of.experiments, p.Experiments) {
		v.experiment(key, x)
	}
	v.references(p.references(of))
	if len(v.fields) == 0 {
		v.cycles(environments) // only sensible where every reference has an end
	}
	if len(v.fields) == 0 {
		return nil
	}
	f := invalid("", len(v.fields))
	f.Fields = v.fields
	return f
}

type validator struct {
	p      *Project
	fields []fault.Field
}

func (v *validator) fail(at, format string, args ...any) {
	v.fields = append(v.fields, fault.Field{Field: at, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) key(at, key string) {
	if !ruleset.ValidKey(key) {
		v.fail(at, "%s", badKey(key))
	}
}

func (v *validator) length(at, text string, limit int) {
	if len(text) > limit {
		v.fail(at, "has %d bytes; at most %d fit", len(text), limit)
	}
}

func (v *validator) group(key string, g TargetGroup) {
	at := join("targetGroups", key)
	v.key(at, key)
	v.length(join(at, "description"), g.Description, maxText)
	if len(g.Include) > maxUnits || len(g.Exclude) > maxUnits {
		v.fail(at, "a list has over %d entries", maxUnits)
	}
	v.condition(join(at, "when"), g.When)
}

func (v *validator) flag(key string, f Flag) {
	at := join("flags", key)
	v.key(at, key)
	if !f.Type.Valid() {
		v.fail(join(at, "type"), "takes one of boolean, string, integer, double, json")
	}
	v.length(join(at, "description"), Text(f.Description), maxText)
	v.length(join(at, "owner"), Text(f.Owner), maxText)
	v.length(join(at, "managedIn"), Text(f.ManagedIn), maxText)
	if by := Text(f.ManagedBy); by != "" && by != ByFile {
		v.fail(join(at, "managedBy"), "takes file")
	}
	v.seed(join(at, "seed"), f.Seed)
	if kind := Text(f.Kind); kind != "" && !slices.Contains(flagKinds, kind) {
		v.fail(join(at, "kind"), "takes one of %s", strings.Join(flagKinds, ", "))
	}
	v.date(join(at, "expires"), Text(f.Expires), `write one such as "2027-03-31"`)
	if until := Text(f.KeepUntil); until != Always {
		v.date(join(at, "keepUntil"), until, `write one such as "2027-03-31", or always`)
	}
	if len(f.Tags) > maxTags {
		v.fail(join(at, "tags"), "has %d tags; at most %d fit", len(f.Tags), maxTags)
	}
	v.variations(join(at, "variations"), f)
}

// date checks a day that may be left out.
func (v *validator) date(at, text, remedy string) {
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		v.fail(at, "%q is no date; %s", text, remedy)
	}
}

func (v *validator) seed(at string, seed *string) { v.length(at, Text(seed), ruleset.MaxSeedBytes) }

func (v *validator) variations(at string, f Flag) {
	if len(f.Variations) > maxVariations {
		v.fail(at, "has %d variations; at most %d fit", len(f.Variations), maxVariations)
	}
	seen := map[string]bool{}
	for i, variation := range f.Variations {
		p := index(at, i)
		v.length(join(p, "name"), variation.Name, maxText)
		switch {
		case variation.ID == Code || variation.ID == Next:
			v.fail(join(p, "id"), "%q is reserved and cannot be a variation's id; choose another", variation.ID)
		case !ruleset.ValidKey(variation.ID):
			v.fail(join(p, "id"), "%s", badKey(variation.ID))
		case seen[variation.ID]:
			v.fail(join(p, "id"), "there is already a variation %q", variation.ID)
		case f.Type == ruleset.Boolean && strangeToBoolean(variation):
			v.fail(p, "a boolean flag has the variations true and false by itself; a list may only give them names")
		}
		seen[variation.ID] = true
		if wrong := checkValue(f.Type, variation.Value); wrong != "" {
			v.fail(join(p, "value"), "%s", wrong)
		}
	}
}

func (v *validator) configuration(environment, key string, c *Configuration) {
	at := blockPath(key, environment)
	f, known := v.p.Flags[key]
	if !known {
		v.fail(at, "%s", v.unknownFlag(key))
		return
	}
	if len(c.Rules) > ruleset.MaxRules {
		v.fail(join(at, "rules"), "has %d rules; at most %d fit", len(c.Rules), ruleset.MaxRules)
	}
	for path, units := range c.Targets {
		if len(units) > maxUnits {
			v.fail(join(join(at, "targets"), path), "lists %d values; at most %d fit, use a target group", len(units), maxUnits)
		}
	}
	seen := map[string]bool{}
	for i, r := range c.Rules {
		p := index(join(at, "rules"), i)
		v.key(join(p, "id"), r.ID)
		if seen[r.ID] {
			v.fail(join(p, "id"), "there is already a rule %q", r.ID)
		}
		seen[r.ID] = true
		v.length(join(p, "name"), r.Name, maxText)
		v.condition(join(p, "when"), r.When)
		v.serve(p, "serve", r.Serve, f)
		if len(r.Serve.Shares) == 0 && (r.Serve.Variation == Code || r.Serve.Variation == Next) {
			v.fail(join(p, "serve"), "a rule serves a variation or shares; %s cannot stand alone here", r.Serve.Variation)
		}
	}
	v.serve(at, "default", c.Default, f)
	if len(c.Default.Shares) == 0 && c.Default.Variation == Next {
		v.fail(join(at, "default"), "nothing comes after the default; write a variation, shares or code")
	}
	for _, share := range c.Default.Shares {
		if share.To == Next && share.PPM > 0 {
			v.fail(join(at, "default"), "nothing comes after the default, so that next has no meaning; give the share to a variation")
		}
	}
	if c.Off == Next {
		v.fail(join(at, "off"), "takes a variation or code")
	}
}

// serve checks the parts of a split against each other.
func (v *validator) serve(at, field string, s Serve, f Flag) {
	if len(s.Shares) == 0 {
		return
	}
	v.seed(join(at, "seed"), s.Seed)
	v.split(at, field, s.Shares, s.Table)
}

func (v *validator) split(at, field string, shares []Share, table []Cell) {
	sum := 0
	seen := map[string]bool{}
	for _, share := range shares {
		sum += share.PPM
		if seen[share.To] {
			v.fail(join(at, field), "%q has two shares", share.To)
		}
		seen[share.To] = true
		if share.PPM < 0 || share.PPM > ruleset.Whole {
			v.fail(join(at, field), "a share is from 0 to 100 percent")
		}
	}
	if sum != ruleset.Whole {
		v.fail(join(at, field), "the shares sum to %s, not 100; %s", percent(sum), remainder(join(at, field), sum))
		return
	}
	if table != nil && !agrees(table, shares) {
		v.fail(join(at, "table"), "the table does not agree with the shares; leave it out and it follows from them")
	}
}

func (v *validator) experiment(key string, x Experiment) {
	at := join("experiments", key)
	v.key(at, key)
	if !v.p.HasEnvironment(x.Environment) {
		v.fail(join(at, "environment"), "unknown environment %q; the project has %s", x.Environment, strings.Join(v.p.Environments, ", "))
	}
	if x.State != Draft && x.State != Running && x.State != Stopped {
		v.fail(join(at, "state"), "takes one of draft, running, stopped")
	}
	v.length(join(at, "description"), x.Description, maxText)
	v.seed(join(at, "seed"), x.Seed)
	v.condition(join(at, "when"), x.When)
	if x.Arms == nil {
		if len(x.Serve) == 0 {
			v.fail(join(at, "serve"), "names no flag; write {flag: variation}")
		}
		return
	}
	v.arms(at, x)
}

func (v *validator) arms(at string, x Experiment) {
	v.split(at, "arms", armShares(x.Arms), x.Table)
	var first []string
	for i, arm := range x.Arms {
		if arm.Next {
			continue
		}
		p := index(join(at, "arms"), i)
		v.key(join(p, "name"), arm.Name)
		flags := sortedKeys(arm.Flags)
		if len(flags) == 0 {
			v.fail(join(p, "flags"), "names no flag; write {flag: variation}")
		}
		if first == nil {
			first = flags
		}
		if !slices.Equal(first, flags) {
			v.fail(join(p, "flags"), "all arms name the same flags, one variation each; the first names %s", strings.Join(first, ", "))
		}
	}
	if first == nil {
		v.fail(join(at, "arms"), "there is no arm; write at least one with a name, a share and flags")
	}
}
