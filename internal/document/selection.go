package document

import (
	"iter"
	"maps"
)

// selection names objects of a project, whether they are there or not.
type selection struct {
	attributes, groups, flags, experiments map[string]bool
	configurations                         map[string]map[string]bool // environment → flag
}

func newSelection() *selection {
	return &selection{
		attributes: map[string]bool{}, groups: map[string]bool{}, flags: map[string]bool{}, experiments: map[string]bool{},
		configurations: map[string]map[string]bool{},
	}
}

// configuration selects what an environment does with a flag.
func (s *selection) configuration(environment, flag string) {
	if s.configurations[environment] == nil {
		s.configurations[environment] = map[string]bool{}
	}
	s.configurations[environment][flag] = true
}

// join selects what other does, too.
func (s *selection) join(other *selection) {
	maps.Copy(s.attributes, other.attributes)
	maps.Copy(s.groups, other.groups)
	maps.Copy(s.flags, other.flags)
	maps.Copy(s.experiments, other.experiments)
	for environment, flags := range other.configurations {
		if s.configurations[environment] == nil {
			s.configurations[environment] = map[string]bool{}
		}
		maps.Copy(s.configurations[environment], flags)
	}
}

// everything selects all objects of the project.
func (p *Project) everything() *selection {
	s := &selection{
		attributes: keySet(p.Attributes), groups: keySet(p.TargetGroups), flags: keySet(p.Flags), experiments: keySet(p.Experiments),
		configurations: make(map[string]map[string]bool, len(p.Configurations)),
	}
	for environment, configurations := range p.Configurations {
		s.configurations[environment] = keySet(configurations)
	}
	return s
}

// keySet is the set of a map's keys.
func keySet[V any](m map[string]V) map[string]bool {
	out := make(map[string]bool, len(m))
	for key := range m {
		out[key] = true
	}
	return out
}

// selected ranges over the objects that keys names and that are there, in the
// order of their keys.
func selected[V any](keys map[string]bool, objects map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, key := range sortedKeys(keys) {
			if object, ok := objects[key]; ok && !yield(key, object) {
				return
			}
		}
	}
}

// usersOfFlag selects what names a flag, its own configurations included.
func (s *selection) usersOfFlag(p *Project, flag string) {
	s.readersOf(p, flag)
	for environment, configurations := range p.Configurations {
		if configurations[flag] != nil {
			s.configuration(environment, flag)
		}
	}
	for key, x := range p.Experiments {
		if x.assigns(flag) {
			s.experiments[key] = true
		}
	}
}

// usersOfGroup selects what names a target group.
func (s *selection) usersOfGroup(p *Project, group string) { s.readersOf(p, groupNodeName(group)) }

// readersOf selects what needs the answer of a node.
func (s *selection) readersOf(p *Project, node string) {
	for _, group := range p.groupsReading(node) {
		s.groups[group] = true
	}
	for _, environment := range p.Environments {
		for _, flag := range p.flagsReading(environment, node) {
			s.configuration(environment, flag)
		}
	}
	for key, x := range p.Experiments {
		if x.When.reads(node) {
			s.experiments[key] = true
		}
	}
}
