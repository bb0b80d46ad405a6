package document

import "bytes"

// Changes lists what differs between two states of a project: attributes,
// target groups, flags, configurations, experiments, each by key.
func Changes(before, after *Project) []Change {
	var out []Change
	out = compare(out, AttributeKind, before.Attributes, after.Attributes, attributeNode, nil)
	out = compare(out, TargetGroupKind, before.TargetGroups, after.TargetGroups, groupNode, nil)
	out = compare(out, FlagKind, before.Flags, after.Flags, flagNode, nil)
	for _, environment := range union(before.Configurations, after.Configurations) {
		in := func(*Configuration) string { return environment }
		out = compare(out, ConfigurationKind, before.Configurations[environment], after.Configurations[environment], configurationNode, in)
	}
	in := func(x Experiment) string { return x.Environment }
	return compare(out, ExperimentKind, before.Experiments, after.Experiments, experimentNode, in)
}

// compare appends the changes between two sets of objects of one kind.
func compare[T any](out []Change, kind Kind, before, after map[string]T, write func(T, style) *node, environment func(T) string) []Change {
	for _, key := range union(before, after) {
		old, was := before[key]
		now, is := after[key]
		c := Change{Kind: kind, Object: key, Action: Update}
		if was {
			c.Before = write(old, canonical).json()
		}
		if is {
			c.After = write(now, canonical).json()
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

// union returns the keys of two maps in byte order.
func union[V any](a, b map[string]V) []string {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return sortedKeys(keys)
}
