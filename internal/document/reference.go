package document

import (
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// references checks that every flag, variation and group that is named exists.
func (v *validator) references(all []reference) {
	for _, r := range all {
		if r.group != "" {
			if _, known := v.p.TargetGroups[r.group]; !known {
				v.fail(r.use.Path, "unknown target group %q%s", r.group, nearest(r.group, sortedKeys(v.p.TargetGroups)))
			}
			continue
		}
		f, known := v.p.Flags[r.flag]
		if !known {
			v.fail(r.use.Path, "%s", v.unknownFlag(r.flag))
			continue
		}
		for _, id := range r.variations {
			if f.Variation(id) < 0 {
				v.fail(r.use.Path, "%s", unknownVariation(r.flag, f, id))
			}
		}
	}
}

func (v *validator) unknownFlag(key string) string {
	if v.p.Archived[key] {
		return fmt.Sprintf("the flag %q is archived; restore it first", key)
	}
	return fmt.Sprintf("unknown flag %q%s", key, nearest(key, sortedKeys(v.p.Flags)))
}

func unknownVariation(key string, f Flag, id string) string {
	var known []string
	for _, variation := range f.All() {
		known = append(known, variation.ID)
	}
	if len(known) == 0 {
		return fmt.Sprintf("the flag %q has no variation %q; it has none yet, add it to its variations", key, id)
	}
	return fmt.Sprintf("the flag %q has no variation %q; it has %s", key, id, inWords(known, "and"))
}

// nearest says which known key was probably meant, or which there are.
func nearest(key string, known []string) string {
	if alike := LookAlikes([]string{key}, slices.Values(known))[key]; len(alike) > 0 {
		return fmt.Sprintf("; did you mean %q?", alike[0])
	}
	best, least := "", 3
	for _, k := range known {
		if d := distance(strings.ToLower(key), strings.ToLower(k), least); d < least {
			best, least = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("; did you mean %q?", best)
	case len(known) == 0:
		return "; there is none yet, add it to the file"
	case len(known) <= 8:
		return "; there are " + inWords(known, "and")
	}
	return ""
}

// distance counts the letters to change to make b of a; from limit on it says
// limit.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// cycles reports flags and groups that need their own answer to find it.
func (v *validator) cycles(environments []string) {
	for _, environment := range environments {
		g := v.p.graph(environment)
		if cycle := g.cycle(); cycle != nil {
			v.fail(g.path(cycle[0], environment), "a cycle in %s: %s; each needs the answer of the next, take one of them out",
				environment, strings.Join(cycle, " → "))
			return
		}
		v.chains(g, environment)
	}
}

// chains reports flags and groups that need too many others in a row.
func (v *validator) chains(g graph, environment string) {
	rows := map[string]row{}
	for _, node := range sortedKeys(g) {
		// Those above it in the row are too long for the same reason.
		switch r := g.row(node, rows); {
		case r.flags == ruleset.MaxPrerequisites+1:
			v.fail(g.path(node, environment), "%d flags in a row need each other's answer in %s; at most %d may, make the row shorter", r.flags, environment, ruleset.MaxPrerequisites)
		case r.groups == ruleset.MaxGroupNesting+1:
			v.fail(g.path(node, environment), "%d target groups in a row need each other's answer; at most %d may, make the row shorter", r.groups, ruleset.MaxGroupNesting)
		}
	}
}

// row is how many others a node needs one after the other.
type row struct{ flags, groups int }

// row finds the longest rows below a node; known holds those found before.
func (g graph) row(node string, known map[string]row) row {
	if r, ok := known[node]; ok {
		return r
	}
	var r row
	for _, next := range g[node] {
		below := g.row(next, known)
		if strings.HasPrefix(next, groupNodeName("")) {
			below.groups++
		} else {
			below = row{flags: below.flags + 1}
		}
		r.flags, r.groups = max(r.flags, below.flags), max(r.groups, below.groups)
	}
	known[node] = r
	return r
}

// graph is who reads whose answer; a group's node is written "group x".
type graph map[string][]string

// graph is that of an environment.
func (p *Project) graph(environment string) graph {
	readers := &selection{groups: keySet(p.TargetGroups), experiments: keySet(p.Experiments), configurations: map[string]map[string]bool{}}
	for _, flags := range p.readersIn(environment) {
		for _, flag := range flags {
			readers.configuration(environment, flag)
		}
	}
	g := graph{}
	for _, r := range p.references(readers) {
		if !r.reads {
			continue
		}
		target := r.flag
		if r.group != "" {
			target = groupNodeName(r.group)
		}
		for _, source := range p.readers(r.use, environment) {
			g[source] = append(g[source], target)
		}
	}
	for node := range g {
		slices.Sort(g[node])
	}
	return g
}

func groupNodeName(key string) string { return "group " + key }

// cutGroup is the key of a group's node; ok is false for a flag's.
func cutGroup(node string) (key string, ok bool) { return strings.CutPrefix(node, groupNodeName("")) }

// readers are the nodes that need the answer of what a place refers to.
func (p *Project) readers(use Use, environment string) []string {
	switch use.Kind {
	case TargetGroupKind:
		return []string{groupNodeName(use.Key)}
	case ConfigurationKind:
		if use.Environment == environment {
			return []string{use.Key}
		}
	case ExperimentKind:
		if x := p.Experiments[use.Key]; x.Environment == environment && x.State == Running {
			return x.Controls()
		}
	}
	return nil
}

// Controls lists the flags that an experiment acts on.
func (x Experiment) Controls() []string {
	if x.Arms == nil {
		return sortedKeys(x.Serve)
	}
	for _, arm := range x.Arms {
		if !arm.Next {
			return sortedKeys(arm.Flags)
		}
	}
	return nil
}

// cycle returns the nodes of one cycle, the first again at the end, or nil.
func (g graph) cycle() []string {
	state := map[string]int{} // 1 on the way, 2 done
	var way []string
	var visit func(string) []string
	visit = func(node string) []string {
		if state[node] == 2 {
			return nil
		}
		if state[node] == 1 {
			return append(slices.Clone(way[slices.Index(way, node):]), node)
		}
		state[node] = 1
		way = append(way, node)
		for _, next := range g[node] {
			if cycle := visit(next); cycle != nil {
				return cycle
			}
		}
		way = way[:len(way)-1]
		state[node] = 2
		return nil
	}
	for _, node := range sortedKeys(g) {
		if cycle := visit(node); cycle != nil {
			return cycle
		}
	}
	return nil
}

func (g graph) path(node, environment string) string {
	if group, ok := cutGroup(node); ok {
		return join("targetGroups", group)
	}
	return blockPath(node, environment)
}

// Reads lists the flags whose answers a flag's answer in an environment depends
// on, itself first.
func (p *Project) Reads(environment, flag string) []string {
	return p.graph(environment).flagsFrom(flag)
}

// ReadsOf is Reads of several flags.
func (p *Project) ReadsOf(environment string, flags []string) map[string][]string {
	g := p.graph(environment)
	out := make(map[string][]string, len(flags))
	for _, flag := range flags {
		out[flag] = g.flagsFrom(flag)
	}
	return out
}

// flagsFrom lists the flags that are reached from one, itself first.
func (g graph) flagsFrom(flag string) []string {
	seen := map[string]bool{flag: true}
	order := []string{flag}
	for i := 0; i < len(order); i++ {
		for _, next := range g[order[i]] {
			if !seen[next] {
				seen[next] = true
				order = append(order, next)
			}
		}
	}
	return slices.DeleteFunc(order, func(node string) bool { return strings.HasPrefix(node, groupNodeName("")) })
}
