package document

import (
	"encoding/json"
	"maps"
	"slices"
)

// Export returns the file that makes the project: every flag, and an
// environment block where somebody has configured it. Tables that a fresh
// layout would give again are left out. Revisions say what the file is a copy
// of, so that applying it later does not overwrite newer changes.
func (p *Project) Export(revisions map[string]int64) *File {
	return p.ExportOf(p.Environments, revisions)
}

// ExportOf is Export of some environments: what is of another one is not in it.
func (p *Project) ExportOf(environments []string, revisions map[string]int64) *File {
	f := &File{Project: p.Key, Revision: revisions}
	if len(p.Attributes) > 0 {
		f.Attributes = maps.Clone(p.Attributes)
	}
	if len(p.TargetGroups) > 0 {
		f.TargetGroups = maps.Clone(p.TargetGroups)
	}
	if len(p.Flags) > 0 {
		f.Flags = make(map[string]Flag, len(p.Flags))
	}
	for key, flag := range p.Flags {
		for _, environment := range environments {
			c := p.Configuration(environment, key)
			if c == nil {
				continue
			}
			if flag.Environments == nil {
				flag.Environments = map[string]*Configuration{}
			}
			flag.Environments[environment] = exportConfiguration(c, flag)
		}
		f.Flags[key] = flag
	}
	for key, x := range p.Experiments {
		if !slices.Contains(environments, x.Environment) {
			continue
		}
		if f.Experiments == nil {
			f.Experiments = make(map[string]Experiment, len(p.Experiments))
		}
		x.Phase, x.Past = 0, nil
		if slices.Equal(x.Table, layout(armShares(x.Arms))) {
			x.Table = nil
		}
		f.Experiments[key] = x
	}
	return f
}

// Block is what an environment does with a flag as a file says it; nil where nobody
// has configured it.
func (p *Project) Block(environment, flag string) *Configuration {
	c := p.Configuration(environment, flag)
	if c == nil {
		return nil
	}
	return exportConfiguration(c, p.Flags[flag])
}

// Like is the project after the environment to was made to do with every flag what
// the environment from does, as Merge of its blocks would, and what that changes.
// Whether it is sound is not looked at.
func (p *Project) Like(from, to string) (*Project, []Change) {
	next := p.Edit()
	for key, flag := range p.Flags {
		present, wanted := p.Configuration(to, key), p.Block(from, key)
		if wanted != nil {
			wanted = settleConfiguration(wanted, present, flag)
		}
		next.PutConfiguration(to, key, wanted)
	}
	return next.Project(), next.Changes()
}

func exportConfiguration(c *Configuration, flag Flag) *Configuration {
	out := *c
	out.Default = exportServe(out.Default, flag)
	out.Rules = slices.Clone(out.Rules)
	for i := range out.Rules {
		out.Rules[i].Serve = exportServe(out.Rules[i].Serve, flag)
	}
	return &out
}

// exportServe leaves out a table that another server would lay out alike.
func exportServe(s Serve, flag Flag) Serve {
	s.Past = nil
	if slices.Equal(s.Table, layout(ordered(s.Shares, flag))) {
		s.Table = nil
	}
	return s
}

// Exported is an object, as a Change has it before and after, as a file says it:
// without the past of its splits. nil stays nil. Of a configuration it is the
// environment's block.
func Exported(kind Kind, stored json.RawMessage) (json.RawMessage, error) {
	switch {
	case stored == nil:
		return nil, nil
	case kind == ConfigurationKind:
		return exported(stored, func(c *Configuration) {
			c.Default.Past = nil
			for i := range c.Rules {
				c.Rules[i].Serve.Past = nil
			}
		})
	case kind == ExperimentKind:
		return exported(stored, func(x *Experiment) { x.Phase, x.Past = 0, nil })
	}
	return stored, nil
}

func exported[T any](stored json.RawMessage, forget func(*T)) (json.RawMessage, error) {
	object := new(T)
	if err := json.Unmarshal(stored, object); err != nil {
		return nil, err
	}
	forget(object)
	return json.Marshal(object)
}
