package document

import (
	"encoding/json"
	"slices"

	"burgee.dev/burgee/sdk/ruleset"
)

// Project is the whole configured state of one project, after Merge: rules
// have ids, splits have tables, flags have seeds, and what a file may leave out
// is filled in. Archived flags are not in it.
//
// NewProject makes one. Whoever made it may fill its maps, before anything else
// is asked of it; after that it never changes, and the next state is an Editor's.
type Project struct {
	Key            string
	Environments   []string // keys, in the project's own order
	Attributes     map[string]Attribute
	TargetGroups   map[string]TargetGroup
	Flags          map[string]Flag                      // own fields only
	Configurations map[string]map[string]*Configuration // environment → flag; absent is "nobody configured it"
	Experiments    map[string]Experiment
	Archived       map[string]bool // keys of archived flags: taken, and not to be used

	links      map[string]*links // of the configurations, by environment
	groupLinks *links            // of the target groups
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
		links:          map[string]*links{},
		groupLinks:     new(links),
	}
	for _, environment := range environments {
		p.Configurations[environment] = map[string]*Configuration{}
		p.links[environment] = new(links)
	}
	return p
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
