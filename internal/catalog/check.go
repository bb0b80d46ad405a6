package catalog

import (
	"fmt"
	"maps"
	"slices"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// Limits of what one environment may send to every program. The number of flags
// is checked with the document; registration stops before it.
const (
	maxLine     = 256 << 10
	maxSnapshot = 32 << 20
	maxFlags    = 5000
)

// lower writes the wire lines of the environments.
func lower(p *document.Project, environments []EnvironmentRow) (wireLines, error) {
	out := make(wireLines, len(environments))
	for _, environment := range environments {
		lines, err := p.Lower(environment.Key)
		if err != nil {
			return nil, err
		}
		if err := fits(environment.Key, lines); err != nil {
			return nil, err
		}
		out[environment.Key] = lines
	}
	return out, nil
}

// fits holds an environment to the limits.
func fits(environment string, lines map[document.EntityRef][]byte) error {
	total := 0
	for ref, line := range lines {
		total += len(line)
		if ref.Kind == "flag" && len(line) > maxLine {
			return fault.New(fault.Invalid, "flag_too_large", "The flag %s would be %d kB in %s; at most %d kB fit. Move long lists into a target group", ref.Key, len(line)>>10, environment, maxLine>>10)
		}
	}
	if total > maxSnapshot {
		return fault.New(fault.Invalid, "snapshot_too_large", "%s would be %d MB; at most %d MB fit. Archive flags or shorten lists", environment, total>>20, maxSnapshot>>20)
	}
	return nil
}

// dryRun compiles what programs would get. A change that some engine could not
// use is refused here, before it is anyone's truth. It returns the roots of the
// environments, by key.
func (r *readings) dryRun(project ProjectRow, environments []EnvironmentRow, lines wireLines) (map[string]string, error) {
	roots := make(map[string]string, len(environments))
	for _, environment := range environments {
		read, snapshot, err := compile(project.Key, environment.Key, environment.Revision+1, lines[environment.Key], r.of(environment.ID))
		if err != nil {
			return nil, fmt.Errorf("catalog: dry run of %s: %w", environment.Key, err)
		}
		r.keep(environment.ID, read)
		roots[environment.Key] = read.Header().Root
		problems := snapshot.Problems()
		if len(problems) == 0 {
			continue
		}
		out := fault.New(fault.Invalid, "not_servable", "This change cannot be served in %s", environment.Key)
		for _, problem := range problems {
			out.WithField(problem.Kind+"."+problem.Flag, "%s: %s", problem.Code, problem.Message)
		}
		return nil, out
	}
	return roots, nil
}

// compile makes of wire lines what programs make of them. What was read before,
// if anything, saves work.
func compile(project, environment string, revision int64, lines map[document.EntityRef][]byte, before *ruleset.Document) (*ruleset.Document, *eval.Snapshot, error) {
	header := ruleset.Header{
		Burgee: ruleset.WireVersion, Project: project, Environment: environment,
		Revision: revision, Hash: ruleset.HashP32,
	}
	read, err := before.Next(header, slices.Collect(maps.Values(lines)))
	if err != nil {
		return nil, nil, err
	}
	return read, eval.Compile(read.Set()), nil
}
