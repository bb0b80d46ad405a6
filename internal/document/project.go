package document

import (
	"encoding/json"
	"maps"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Project is the whole configured state of one project, after Merge: rules
// have ids, splits have tables, flags have seeds, and what a file may leave out
// is filled in. Archived flags are not in it.
type Project struct {
	Key            string
	Environments   []string // keys, in the project's own order
	Attributes     map[string]Attribute
	TargetGroups   map[string]TargetGroup
	Flags          map[string]Flag                      // own fields only
	Configurations map[string]map[string]*Configuration // environment → flag; absent is "nobody configured it"
	Experiments    map[string]Experiment
	Archived       map[string]bool // keys of archived flags: taken, and not to be used
}

// NewProject returns a project without flags.
func NewProject(key string, environments ...string) *Project {
	p := &Project{
		Key:            key,
		Environments:   environments,
		Attributes:     map[string]Attribute{},
		TargetGroups:   map[string]TargetGroup{},
		Flags:          map[string]Flag{},
		Configurations: map[string]map[string]*Configuration{},
		Experiments:    map[string]Experiment{},
		Archived:       map[string]bool{},
	}
	for _, environment := range environments {
		p.Configurations[environment] = map[string]*Configuration{}
	}
	return p
}

// Clone returns a copy whose maps can be changed without touching p. The
// values in them are shared: replace a configuration, never write into it.
func (p *Project) Clone() *Project {
	next := NewProject(p.Key, slices.Clone(p.Environments)...)
	maps.Copy(next.Attributes, p.Attributes)
	maps.Copy(next.TargetGroups, p.TargetGroups)
	maps.Copy(next.Flags, p.Flags)
	maps.Copy(next.Experiments, p.Experiments)
	maps.Copy(next.Archived, p.Archived)
	for environment, configurations := range p.Configurations {
		next.Configurations[environment] = maps.Clone(configurations)
		if next.Configurations[environment] == nil {
			next.Configurations[environment] = map[string]*Configuration{}
		}
	}
	return next
}

// HasEnvironment says whether the project has the environment.
func (p *Project) HasEnvironment(key string) bool { return slices.Contains(p.Environments, key) }

// Configuration returns what an environment does with a flag, or nil where
// nobody has configured it.
func (p *Project) Configuration(environment, flag string) *Configuration {
	return p.Configurations[environment][flag]
}

// DefaultOff is the value of `off` where none is written: false for a boolean,
// the program's own default for the other types.
func DefaultOff(t ruleset.Type) string {
	if t == ruleset.Boolean {
		return "false"
	}
	return Code
}

// Unconfigured returns what a flag does in an environment where nobody has
// configured it: the program's own default is served.
func Unconfigured(t ruleset.Type) *Configuration {
	return &Configuration{Enabled: true, Off: DefaultOff(t), Default: Serve{Variation: Code}}
}

// All returns the flag's variations in order; a boolean's are true and false,
// whether or not they are listed.
func (f Flag) All() []Variation {
	if f.Type != ruleset.Boolean {
		return f.Variations
	}
	both := []Variation{
		{ID: "true", Value: json.RawMessage("true")},
		{ID: "false", Value: json.RawMessage("false")},
	}
	for i := range both {
		for _, v := range f.Variations {
			if v.ID == both[i].ID {
				both[i].Name = v.Name
			}
		}
	}
	return both
}

// Variation returns the index of a variation in All, or -1.
func (f Flag) Variation(id string) int {
	return slices.IndexFunc(f.All(), func(v Variation) bool { return v.ID == id })
}

// Text returns what a pointer field holds, or "" where it is left out.
func Text(field *string) string {
	if field == nil {
		return ""
	}
	return *field
}
