package document

import (
	"slices"
)

// Altered lists the entities of an environment whose lines a change from before
// to after may alter: to lower these anew is to lower all of them. changes are
// all that there are between the two states.
func Altered(changes []Change, before, after *Project, environment string) []EntityRef {
	altered := map[EntityRef]bool{}
	for _, c := range changes {
		if c.Environment != "" && c.Environment != environment {
			continue
		}
		switch c.Kind {
		case FlagKind, ConfigurationKind:
			altered[flagRef(c.Object)] = true
		case TargetGroupKind:
			altered[groupRef(c.Object)] = true
		case ExperimentKind:
			for _, p := range []*Project{before, after} {
				for _, flag := range p.Experiments[c.Object].Controls() {
					altered[flagRef(flag)] = true
				}
			}
		}
	}
	out := make([]EntityRef, 0, len(altered))
	for ref := range altered {
		out = append(out, ref)
	}
	slices.SortFunc(out, EntityRef.Compare)
	return out
}

// Around lists the entities of an environment that have to be looked at to know
// whether some altered ones can be served: these, all that depend on their
// answers, and all that any of them needs the answer of.
func (p *Project) Around(environment string, altered []EntityRef) []EntityRef {
	n := p.neighbours(environment)
	nodes := make([]string, len(altered))
	for i, ref := range altered {
		nodes[i] = ref.node()
	}
	var out []EntityRef
	for _, node := range reach(reach(nodes, n.above), n.below) {
		out = append(out, entityOf(node))
	}
	slices.SortFunc(out, EntityRef.Compare)
	return out
}
