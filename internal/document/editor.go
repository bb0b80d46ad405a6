package document

import (
	"maps"
	"slices"

	"burgee.dev/burgee/internal/fault"
)

// Editor is a change of a project in the making. It knows which objects were put
// in or taken out, so that what a change costs depends on these and not on the
// project: the maps that it does not write to are shared with the project it
// began at, and the check and the changes are about the objects touched.
//
// It is not safe for concurrent use.
type Editor struct {
	base, next  *Project
	touched     *selection // of a kind that is touched, the map in next is the editor's own
	ownArchived bool
}

// Edit begins a change of the project, which itself stays as it is.
func (p *Project) Edit() *Editor {
	next := *p
	next.Configurations = maps.Clone(p.Configurations)
	next.links = maps.Clone(p.links)
	return &Editor{base: p, next: &next, touched: newSelection()}
}

// Project is the project with what was put in so far. It is the editor's own
// until the last of them, and never changes after it.
func (e *Editor) Project() *Project { return e.next }

// touch notes that the object of a kind is put in or taken out, and returns the
// map to do so in.
func touch[V any](objects map[string]V, touched map[string]bool, key string) map[string]V {
	if len(touched) == 0 {
		objects = maps.Clone(objects)
	}
	touched[key] = true
	return objects
}

// PutAttribute puts in an entry of the registry of attributes.
func (e *Editor) PutAttribute(path string, a Attribute) {
	e.next.Attributes = touch(e.next.Attributes, e.touched.attributes, path)
	e.next.Attributes[path] = a
}

// DeleteAttribute takes one out.
func (e *Editor) DeleteAttribute(path string) {
	e.next.Attributes = touch(e.next.Attributes, e.touched.attributes, path)
	delete(e.next.Attributes, path)
}

// PutGroup puts a target group in.
func (e *Editor) PutGroup(key string, g TargetGroup) {
	e.relinkGroups(key, g)
	e.next.TargetGroups = touch(e.next.TargetGroups, e.touched.groups, key)
	e.next.TargetGroups[key] = g
}

// DeleteGroup takes a target group out.
func (e *Editor) DeleteGroup(key string) {
	e.relinkGroups(key, TargetGroup{})
	e.next.TargetGroups = touch(e.next.TargetGroups, e.touched.groups, key)
	delete(e.next.TargetGroups, key)
}

func (e *Editor) relinkGroups(key string, g TargetGroup) {
	if !maps.Equal(nodeSet(e.next.TargetGroups[key], TargetGroup.eachRead), nodeSet(g, TargetGroup.eachRead)) {
		e.next.groupLinks = new(links)
	}
}

// PutFlag puts in a flag's own fields. What is there already touches nothing.
func (e *Editor) PutFlag(key string, f Flag) {
	if present, ok := e.next.Flags[key]; ok && sharedFlag(present, f) {
		return
	}
	e.next.Flags = touch(e.next.Flags, e.touched.flags, key)
	e.next.Flags[key] = f
}

// DeleteFlag takes out a flag's own fields.
func (e *Editor) DeleteFlag(key string) {
	e.next.Flags = touch(e.next.Flags, e.touched.flags, key)
	delete(e.next.Flags, key)
}

// SetArchived notes whether the key of a flag is taken by an archived one.
func (e *Editor) SetArchived(key string, archived bool) {
	if !e.ownArchived {
		e.next.Archived, e.ownArchived = maps.Clone(e.next.Archived), true
	}
	if !archived {
		delete(e.next.Archived, key)
		return
	}
	e.next.Archived[key] = true
}

// PutConfiguration puts in what an environment does with a flag; nil is "nobody
// configured it". What is there already touches nothing.
func (e *Editor) PutConfiguration(environment, flag string, c *Configuration) {
	present := e.next.Configuration(environment, flag)
	if present == c {
		return
	}
	if !maps.Equal(nodeSet(present, (*Configuration).eachRead), nodeSet(c, (*Configuration).eachRead)) {
		e.next.links[environment] = new(links)
	}
	configurations := e.next.Configurations[environment]
	if e.touched.configurations[environment] == nil {
		configurations = maps.Clone(configurations)
		e.next.Configurations[environment] = configurations
	}
	e.touched.configuration(environment, flag)
	if c == nil {
		delete(configurations, flag)
		return
	}
	configurations[flag] = c
}

// PutExperiment puts an experiment in.
func (e *Editor) PutExperiment(key string, x Experiment) {
	e.next.Experiments = touch(e.next.Experiments, e.touched.experiments, key)
	e.next.Experiments[key] = x
}

// DeleteExperiment takes an experiment out.
func (e *Editor) DeleteExperiment(key string) {
	e.next.Experiments = touch(e.next.Experiments, e.touched.experiments, key)
	delete(e.next.Experiments, key)
}

// Changes lists what differs from the project that the edit began at.
func (e *Editor) Changes() []Change { return e.ChangesFrom(e.base) }

// ChangesFrom lists what differs from before in the objects that the
// edit touches.
func (e *Editor) ChangesFrom(before *Project) []Change { return changes(before, e.next, e.touched) }

// Validate is Project.Validate of an edit of a sound project: the same verdict
// in the same words, from a look at what the edit may have broken.
func (e *Editor) Validate() *fault.Error { return e.next.validate(e.suspects(), e.entangled()) }

// suspects are the objects whose check may end otherwise than before: those
// touched, what names a flag or a group that is gone or has lost a variation,
// and what holds a group that has become deeper.
func (e *Editor) suspects() *selection {
	out := newSelection()
	out.join(e.touched)
	for key := range e.touched.flags {
		before, was := e.base.Flags[key]
		if after, is := e.next.Flags[key]; was && (!is || lost(before, after)) {
			out.usersOfFlag(e.next, key)
		}
	}
	var deeper []string
	for key := range e.touched.groups {
		_, was := e.base.TargetGroups[key]
		_, is := e.next.TargetGroups[key]
		switch {
		case was && !is:
			out.usersOfGroup(e.next, key)
		case was && e.next.groupDepth(key) > e.base.groupDepth(key):
			deeper = append(deeper, groupNodeName(key))
		}
	}
	for _, node := range reach(deeper, e.groupsAbove) {
		out.readersOf(e.next, node)
	}
	return out
}

// lost says whether a flag has no longer all of its variations.
func lost(before, after Flag) bool {
	return slices.ContainsFunc(before.All(), func(v Variation) bool { return after.Variation(v.ID) < 0 })
}

func (e *Editor) groupsAbove(node string, visit func(node string)) {
	for _, group := range e.next.groupsReading(node) {
		visit(groupNodeName(group))
	}
}

// entangled are the environments in which something has come to read what it did
// not before: a cycle or a row that is too long begins there, and nowhere else.
func (e *Editor) entangled() []string {
	for key := range e.touched.groups {
		if reaches(e.base.TargetGroups[key], e.next.TargetGroups[key], TargetGroup.eachRead) {
			return e.next.Environments
		}
	}
	named := map[string]bool{}
	for environment, flags := range e.touched.configurations {
		for key := range flags {
			if reaches(e.base.Configuration(environment, key), e.next.Configuration(environment, key), (*Configuration).eachRead) {
				named[environment] = true
				break
			}
		}
	}
	for key := range e.touched.experiments {
		if x := e.next.Experiments[key]; x.State == Running && len(nodeSet(x.When, Condition.eachRead)) > 0 {
			named[x.Environment] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(e.next.Environments), func(environment string) bool { return !named[environment] })
}

// reaches says whether an object reads a node that it did not read before.
func reaches[T any](before, after T, eachRead func(T, func(node string))) bool {
	known := nodeSet(before, eachRead)
	found := false
	eachRead(after, func(node string) { found = found || !known[node] })
	return found
}
