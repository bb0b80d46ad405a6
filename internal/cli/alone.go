package cli

import (
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// alone makes a project of a file by itself: its environments are those that
// the file names. made lists the flags and experiments that split and have no
// seed in the file, so that theirs was derived from their keys.
func alone(stdio Stdio, file *document.File) (p *document.Project, changes []document.Change, made []string, err error) {
	project := projectOr(stdio, file.Project)
	if file.Project == "" {
		file.Project = project
	}
	derive := document.DerivedSeeds(project)
	p, changes, err = document.Merge(document.NewProject(project, named(file)...), file, func(key string) string {
		made = append(made, key)
		return derive(key)
	})
	return p, changes, made, err
}

// named lists the environments that a file names.
func named(file *document.File) []string {
	var keys []string
	add := func(key string) {
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for key := range file.Revision {
		add(key)
	}
	for _, f := range file.Flags {
		for key := range f.Environments {
			add(key)
		}
	}
	for _, x := range file.Experiments {
		add(x.Environment)
	}
	slices.Sort(keys)
	return keys
}

// snapshotLines lowers an environment to the wire form.
func snapshotLines(p *document.Project, environment string, revision int64) ([]byte, error) {
	lines, err := p.Lower(environment)
	if err != nil {
		return nil, err
	}
	refs := make([]document.EntityRef, 0, len(lines))
	for ref := range lines {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b document.EntityRef) int {
		return strings.Compare(a.Kind+" "+a.Key, b.Kind+" "+b.Key)
	})
	ordered := make([][]byte, 0, len(refs))
	for _, ref := range refs {
		ordered = append(ordered, lines[ref])
	}
	header := ruleset.Header{
		Burgee: ruleset.WireVersion, Project: p.Key, Environment: environment, Revision: revision, Hash: ruleset.HashP32,
	}
	return ruleset.Encode(header, ordered), nil
}

// compiled is an environment of a project, ready to be asked.
func compiled(p *document.Project, environment string) (*eval.Snapshot, error) {
	wire, err := snapshotLines(p, environment, 0)
	if err != nil {
		return nil, err
	}
	set, err := ruleset.Parse(wire)
	if err != nil {
		return nil, fmt.Errorf("read back what was lowered: %w", err)
	}
	return eval.Compile(set), nil
}
