package document

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/ruleset"
)

// Merge applies a file to a project and says what changes. Each environment
// block, target group, experiment and attribute of the file replaces the stored
// one whole; a flag's own fields that are left out stay, and so does everything
// that is not in the file. current, which must be sound, is not touched. The error is a fault that
// lists every reference and value that does not fit, with its line.
func Merge(current *Project, file *File, seeds SeedFunc) (*Project, []Change, error) {
	m := &merger{current: current, edit: current.Edit(), file: file, seeds: seeds}
	m.checkProject()
	for path, a := range file.Attributes {
		m.edit.PutAttribute(path, a)
	}
	for key, g := range file.TargetGroups {
		g.By = normalBy(g.By)
		m.edit.PutGroup(key, g)
	}
	for _, key := range sortedKeys(file.Flags) {
		m.flag(key, file.Flags[key])
	}
	for _, key := range sortedKeys(file.Experiments) {
		m.experiment(key, file.Experiments[key])
	}
	m.checkRemovedVariations()
	if len(m.fields) > 0 {
		f := invalid(file.name, len(m.fields))
		f.Fields = m.fields
		return nil, nil, file.Locate(f)
	}
	if f := m.edit.Validate(); f != nil {
		return nil, nil, file.Locate(f)
	}
	return m.edit.Project(), m.edit.Changes(), nil
}

type merger struct {
	current *Project
	edit    *Editor
	file    *File
	seeds   SeedFunc
	fields  []fault.Field
}

func (m *merger) fail(at, format string, args ...any) {
	m.fields = append(m.fields, fault.Field{Field: at, Message: fmt.Sprintf(format, args...)})
}

func (m *merger) checkProject() {
	if m.file.Project != "" && m.file.Project != m.current.Key {
		m.fail("project", "unknown project %q; this is the project %q", m.file.Project, m.current.Key)
	}
	for _, environment := range sortedKeys(m.file.Revision) {
		if !m.current.HasEnvironment(environment) {
			m.fail(join("revision", environment), "%s", m.unknownEnvironment(environment))
		}
	}
}

func (m *merger) unknownEnvironment(key string) string {
	return fmt.Sprintf("unknown environment %q; the project has %s", key, strings.Join(m.current.Environments, ", "))
}

func (m *merger) flag(key string, f Flag) {
	at := join("flags", key)
	if m.current.Archived[key] {
		m.fail(at, "the flag is archived; restore it first, or use another key")
		return
	}
	stored, known := m.current.Flags[key]
	if !known && f.Type == "" {
		m.fail(at, "unknown flag; a new flag needs a type: boolean, string, integer, double or json")
		return
	}
	if known && f.Type != "" && f.Type != stored.Type {
		m.fail(join(at, "type"), "the flag is of type %s, and a flag's type never changes; make a new flag", stored.Type)
		return
	}
	next := overlay(stored, f)
	if next.Seed == nil {
		seed := m.seeds(key)
		next.Seed = &seed
	}
	m.edit.PutFlag(key, next)
	for _, environment := range sortedKeys(f.Environments) {
		if !m.current.HasEnvironment(environment) {
			m.fail(blockPath(key, environment), "%s", m.unknownEnvironment(environment))
			continue
		}
		before := m.current.Configuration(environment, key)
		m.edit.PutConfiguration(environment, key, settleConfiguration(f.Environments[environment], before, next))
	}
}

// overlay puts the fields that are written over the stored ones, in normal form.
func overlay(stored, f Flag) Flag {
	if f.Type != "" {
		stored.Type = f.Type
	}
	put := func(field **string, value *string) {
		if value != nil {
			*field = value
		}
		if *field != nil && **field == "" {
			*field = nil
		}
	}
	put(&stored.Description, f.Description)
	put(&stored.Owner, f.Owner)
	put(&stored.Kind, f.Kind)
	put(&stored.Expires, f.Expires)
	put(&stored.KeepUntil, f.KeepUntil)
	put(&stored.ManagedBy, f.ManagedBy)
	put(&stored.ManagedIn, f.ManagedIn)
	if stored.ManagedBy == nil {
		stored.ManagedIn = nil
	}
	if f.Seed != nil {
		stored.Seed = f.Seed
	}
	if f.Tags != nil {
		stored.Tags = nonEmpty(f.Tags)
	}
	if f.Client != nil {
		stored.Client = f.Client
		if !*f.Client {
			stored.Client = nil
		}
	}
	if f.Variations != nil {
		stored.Variations = normalVariations(stored.Type, f.Variations)
	}
	stored.Environments = nil
	return stored
}

// normalVariations writes values in the one spelling of their type. A boolean's
// variations are there by themselves and are kept only for their names.
func normalVariations(t ruleset.Type, list []Variation) []Variation {
	var out []Variation
	named := false
	for _, v := range list {
		v.Value = normalValue(t, v.Value)
		named = named || v.Name != ""
		out = append(out, v)
	}
	if t == ruleset.Boolean && !named && !slices.ContainsFunc(out, strangeToBoolean) {
		return nil
	}
	return out
}

// strangeToBoolean says whether a variation is none of the two that a boolean
// has.
func strangeToBoolean(v Variation) bool {
	return !slices.ContainsFunc(Flag{Type: ruleset.Boolean}.All(), func(own Variation) bool {
		return own.ID == v.ID && bytes.Equal(own.Value, v.Value)
	})
}

// settleConfiguration fills in what a block leaves out and gives each rule its
// id and each split its table.
func settleConfiguration(c, stored *Configuration, flag Flag) *Configuration {
	out := *c
	if out.Off == "" {
		out.Off = DefaultOff(flag.Type)
	}
	if stored == nil {
		stored = &Configuration{}
	}
	if out.Default.Variation == "" && len(out.Default.Shares) == 0 {
		out.Default.Variation = Code
	}
	out.Default = settle(out.Default, &stored.Default, flag)
	out.Rules = numberRules(stored.Rules, out.Rules)
	for i := range out.Rules {
		r := &out.Rules[i]
		if len(r.When) == 0 {
			r.When = nil
		}
		var before *Serve
		if at := slices.IndexFunc(stored.Rules, func(s Rule) bool { return s.ID == r.ID }); at >= 0 {
			before = &stored.Rules[at].Serve
		}
		r.Serve = settle(r.Serve, before, flag)
	}
	return &out
}

func (m *merger) experiment(key string, x Experiment) {
	at := join("experiments", key)
	if !m.current.HasEnvironment(x.Environment) {
		m.fail(join(at, "environment"), "%s", m.unknownEnvironment(x.Environment))
		return
	}
	stored, known := m.current.Experiments[key]
	x.By = normalBy(x.By)
	if len(x.When) == 0 {
		x.When = nil
	}
	if x.Seed == nil {
		x.Seed = stored.Seed
	}
	if x.Seed == nil && x.Arms != nil {
		seed := m.seeds(key)
		x.Seed = &seed
	}
	x.Table, x.Past = settleArms(x, stored)
	x.Phase = nextPhase(x, stored, known)
	m.edit.PutExperiment(key, x)
}

// settleArms is the table of an experiment's arms with its past; one that is
// written with serve has no table.
func settleArms(x, stored Experiment) ([]Cell, [][]Cell) {
	if x.Arms == nil {
		return nil, remember(stored.Past, stored.Table, nil)
	}
	return retable(x.Table, stored.Table, stored.Past, armShares(x.Arms))
}

// nextPhase counts the edits of an experiment that has been started: results
// before and after one are not of the same experiment.
func nextPhase(x, stored Experiment, known bool) int {
	if !known {
		return 1
	}
	phase := max(stored.Phase, 1)
	if stored.State == Draft || bytes.Equal(design(x), design(stored)) {
		return phase
	}
	return phase + 1
}

// InPlaceOf returns an earlier state of an experiment ready to take the place of
// the present one: where the two differ in more than words, the next phase
// begins.
func (x Experiment) InPlaceOf(present Experiment) Experiment {
	x.Phase = nextPhase(x, present, true)
	return x
}

// design is the part of an experiment that its results depend on.
func design(x Experiment) []byte {
	x.Description, x.State, x.Order, x.Phase = "", "", 0, 0
	return appendJSON(nil, experimentNode(x, canonical))
}

// checkRemovedVariations refuses to delete what is still served, and names
// where.
func (m *merger) checkRemovedVariations() {
	after := m.edit.Project()
	for _, key := range sortedKeys(m.file.Flags) {
		stored, known := m.current.Flags[key]
		next := after.Flags[key]
		if !known {
			continue
		}
		for _, v := range stored.All() {
			if next.Variation(v.ID) >= 0 {
				continue
			}
			if uses := after.UsesOfVariation(key, v.ID); len(uses) > 0 {
				m.fail(join(join("flags", key), "variations"), "variation %q is still in use by %s; serve another there first", v.ID, UseWords(uses))
			}
		}
	}
}
