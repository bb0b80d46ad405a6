package document

import (
	"bytes"
	"encoding/json"
	"maps"
)

// Changes lists what differs between two states of a project: attributes,
// target groups, flags, configurations, experiments, each by key.
func Changes(before, after *Project) []Change {
	all := before.everything()
	all.join(after.everything())
	return changes(before, after, all)
}

// changes is Changes of some objects.
func changes(before, after *Project, of *selection) []Change {
	var out []Change
	out = compare(out, AttributeKind, of.attributes, before.Attributes, after.Attributes, attributeNode, nil, nil)
	out = compare(out, TargetGroupKind, of.groups, before.TargetGroups, after.TargetGroups, groupNode, nil, nil)
	out = compare(out, FlagKind, of.flags, before.Flags, after.Flags, flagNode, nil, sharedFlag)
	for _, environment := range sortedKeys(of.configurations) {
		in := func(*Configuration) string { return environment }
		out = compare(out, ConfigurationKind, of.configurations[environment],
			before.Configurations[environment], after.Configurations[environment], configurationNode, in, sharedConfiguration)
	}
	in := func(x Experiment) string { return x.Environment }
	return compare(out, ExperimentKind, of.experiments, before.Experiments, after.Experiments, experimentNode, in, nil)
}

// compare appends the changes of the objects of one kind that keys names. shared
// says, where it is given, whether two objects are the very same and so need no
// comparison.
func compare[T any](out []Change, kind Kind, keys map[string]bool, before, after map[string]T,
	write func(T, style) *node, environment func(T) string, shared func(a, b T) bool,
) []Change {
	for _, key := range sortedKeys(keys) {
		old, was := before[key]
		now, is := after[key]
		if !was && !is || was && is && shared != nil && shared(old, now) {
			continue
		}
		c := Change{Kind: kind, Object: key, Action: Update}
		if was {
			c.Before = write(old, stored).json()
		}
		if is {
			c.After = write(now, stored).json()
		}
		if was && is && bytes.Equal(c.Before, c.After) {
			continue
		}
		if environment != nil && is {
			c.Environment = environment(now)
		}
		switch {
		case !was:
			c.Action = Create
		case !is:
			c.Action = Delete
			if environment != nil {
				c.Environment = environment(old)
			}
		}
		out = append(out, c)
	}
	return out
}

func sharedConfiguration(a, b *Configuration) bool { return a == b }

func sharedFlag(a, b Flag) bool {
	return a.Type == b.Type && a.Description == b.Description && a.Owner == b.Owner && a.Kind == b.Kind &&
		a.Expires == b.Expires && a.KeepUntil == b.KeepUntil && a.Client == b.Client && a.Seed == b.Seed &&
		a.ManagedBy == b.ManagedBy && a.ManagedIn == b.ManagedIn &&
		sharedList(a.Tags, b.Tags) && sharedList(a.Variations, b.Variations)
}

// sharedList says whether two lists are one in memory.
func sharedList[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// union returns the keys of two maps in byte order.
func union[V any](a, b map[string]V) []string {
	keys := keySet(a)
	maps.Copy(keys, keySet(b))
	return sortedKeys(keys)
}

// Stored is an object of the project as a Change has it before and after; nil is
// absent. The environment is that of a configuration; of other kinds it is not
// looked at.
func (p *Project) Stored(kind Kind, environment, key string) json.RawMessage {
	switch kind {
	case AttributeKind:
		return storedIn(p.Attributes, key, attributeNode)
	case TargetGroupKind:
		return storedIn(p.TargetGroups, key, groupNode)
	case FlagKind:
		return storedIn(p.Flags, key, flagNode)
	case ConfigurationKind:
		return storedIn(p.Configurations[environment], key, configurationNode)
	case ExperimentKind:
		return storedIn(p.Experiments, key, experimentNode)
	}
	return nil
}

func storedIn[T any](objects map[string]T, key string, write func(T, style) *node) json.RawMessage {
	object, ok := objects[key]
	if !ok {
		return nil
	}
	return write(object, stored).json()
}
