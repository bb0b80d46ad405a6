package check

import (
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Environment is all that one environment serves, ready to be checked. It
// remembers what it worked out and belongs to one goroutine.
type Environment struct {
	flags  map[string]*ruleset.Flag
	groups map[string]*ruleset.Group
	types  map[string]string // path → type in the registry of attributes
	serves map[string][]string
}

// New takes a sound set: what Compile would find fault with must have been
// refused before. Types are those of the attribute registry by path: string,
// number, boolean, version or time.
func New(set *ruleset.Set, types map[string]string) *Environment {
	e := &Environment{
		flags: map[string]*ruleset.Flag{}, groups: map[string]*ruleset.Group{},
		types: types, serves: map[string][]string{},
	}
	for i := range set.Flags {
		e.flags[set.Flags[i].Key] = &set.Flags[i]
	}
	for i := range set.Groups {
		e.groups[set.Groups[i].Key] = &set.Groups[i]
	}
	return e
}

// Serves lists what a flag can serve: ids of its variations, and "" where it can
// serve none. What it says is possible may still not be; the rest never is.
func (e *Environment) Serves(flag string) []string {
	if known, found := e.serves[flag]; found {
		return known
	}
	f := e.flags[flag]
	if f == nil {
		return []string{""}
	}
	e.serves[flag] = []string{""} // for a circle, which is refused elsewhere
	can := map[int]bool{}
	if !f.Enabled || slices.ContainsFunc(f.Prerequisites, e.Impossible) {
		can[f.Off] = true
	} else {
		e.running(f, can)
	}
	var out []string
	for i, v := range f.Variations {
		if can[i] {
			out = append(out, v.ID)
		}
	}
	if can[ruleset.Code] {
		out = append(out, "")
	}
	e.serves[flag] = out
	return out
}

// running adds what a flag serves that is switched on.
func (e *Environment) running(f *ruleset.Flag, can map[int]bool) {
	if len(f.Prerequisites) > 0 {
		can[f.Off] = true
	}
	for _, units := range f.Targets {
		for _, v := range units {
			can[v] = true
		}
	}
	for _, r := range f.Rules {
		addServed(r.Serve, can)
	}
	addServed(f.Default, can)
	if len(f.Default.Table) > 1 {
		can[f.Off] = true // no unit
	}
}

func addServed(s ruleset.Serve, can map[int]bool) {
	if !s.IsSplit() {
		can[s.Variation] = true
	}
	for _, c := range s.Table {
		if c.Variation != ruleset.Skip {
			can[c.Variation] = true
		}
	}
}

// Impossible says whether a prerequisite can never hold.
func (e *Environment) Impossible(p ruleset.Prerequisite) bool {
	return !slices.ContainsFunc(e.Serves(p.Flag), func(id string) bool {
		return id != "" && slices.Contains(p.Variations, id)
	})
}
