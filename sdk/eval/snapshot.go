package eval

import (
	"slices"
	"strings"

	"burgee.dev/burgee/sdk/ruleset"
)

// Snapshot is a compiled set: immutable, for any number of goroutines.
type Snapshot struct {
	header     ruleset.Header
	flags      []flag
	groups     []group
	index      map[string]int32
	groupIndex map[string]int32
	paths      paths
	nobody     *Context // stands for a nil context
	outcomes   int      // how many there are of all flags
	conditions int      // how many different ones rules have
}

// Header is the header of the set.
func (s *Snapshot) Header() ruleset.Header { return s.header }

// Revision is the environment's revision, which never goes down within an
// epoch.
func (s *Snapshot) Revision() int64 { return s.header.Revision }

// Epoch is the Unix second at which the store was made.
func (s *Snapshot) Epoch() int64 { return s.header.Epoch }

// Len is the number of flags.
func (s *Snapshot) Len() int { return len(s.flags) }

// Keys are the keys of all flags, sorted.
func (s *Snapshot) Keys() []string {
	keys := make([]string, 0, len(s.flags))
	for i := range s.flags {
		keys = append(keys, s.flags[i].key)
	}
	slices.Sort(keys)
	return keys
}

// Has says whether there is such a flag.
func (s *Snapshot) Has(key string) bool { return s.find(key) != nil }

// FlagType is the type of a flag; ok is false when there is none, or when its
// type could not be read.
func (s *Snapshot) FlagType(key string) (t ruleset.Type, ok bool) {
	if f := s.find(key); f != nil {
		return f.source.Type, f.source.Type.Valid()
	}
	return "", false
}

// ClientVisible says whether client keys may see a flag.
func (s *Snapshot) ClientVisible(key string) bool {
	f := s.find(key)
	return f != nil && f.source.Client
}

// Static says whether a flag serves the same to everyone at all times.
func (s *Snapshot) Static(key string) bool {
	f := s.find(key)
	return f != nil && f.settled
}

// Problems lists the entities that cannot be used, flags first, by key. A
// server publishes no set that has any.
func (s *Snapshot) Problems() []Problem {
	var problems []Problem
	for i := range s.flags {
		if f := &s.flags[i]; f.fault != nil {
			problems = append(problems, Problem{"flag", f.key, f.fault.Code, f.fault.Message})
		}
	}
	for i := range s.groups {
		if g := &s.groups[i]; g.fault != nil {
			problems = append(problems, Problem{"target_group", g.key, g.fault.Code, g.fault.Message})
		}
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		if a.Kind != b.Kind {
			return strings.Compare(a.Kind, b.Kind)
		}
		return strings.Compare(a.Flag, b.Flag)
	})
	return problems
}

func (s *Snapshot) find(key string) *flag {
	if s == nil {
		return nil
	}
	if id, known := s.index[key]; known {
		return &s.flags[id]
	}
	return nil
}
