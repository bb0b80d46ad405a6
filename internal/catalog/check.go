package catalog

import (
	"fmt"

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

// serving is what programs will get in an environment.
type serving struct {
	environment EnvironmentRow
	lines       lines     // all
	differing   []LineRow // from the revision before
	// around are the altered lines with those that depend on them or that they
	// depend on: whether anything can be served that could be before.
	around [][]byte
}

// serve writes the wire lines of an environment that the changes may alter, and
// holds it to the limits.
func (e *edit) serve(environment EnvironmentRow) (serving, error) {
	before, err := e.linesOf(e.reader, environment.ID)
	if err != nil {
		return serving{}, err
	}
	altered := document.Altered(e.changes, e.project, e.next, environment.Key)
	lowered, err := e.next.LowerEach(environment.Key, e.next.Around(environment.Key, altered))
	if err != nil {
		return serving{}, err
	}
	out := serving{environment: environment}
	out.lines, out.differing = before.with(altered, lowered)
	for _, line := range lowered {
		if line != nil {
			out.around = append(out.around, line)
		}
	}
	return out, out.fits()
}

// fits holds an environment to the limits.
func (s serving) fits() error {
	for _, row := range s.differing {
		if row.Ref.Kind == "flag" && len(row.Line) > maxLine {
			return fault.New(fault.Invalid, "flag_too_large", "The flag %s would be %d kB in %s; at most %d kB fit. Move long lists into a target group",
				row.Ref.Key, len(row.Line)>>10, s.environment.Key, maxLine>>10)
		}
	}
	if total := s.lines.size(); total > maxSnapshot {
		return fault.New(fault.Invalid, "snapshot_too_large", "%s would be %d MB; at most %d MB fit. Archive flags or shorten lists",
			s.environment.Key, total>>20, maxSnapshot>>20)
	}
	return nil
}

// dryRun compiles what programs would get of all that a change may have spoilt. A
// change that some engine could not use is refused here, before it is anyone's
// truth.
func (s serving) dryRun(project ProjectRow) error {
	snapshot, err := compile(project.Key, s.environment.Key, s.environment.Revision+1, s.around)
	if err != nil {
		return fmt.Errorf("catalog: dry run of %s: %w", s.environment.Key, err)
	}
	problems := snapshot.Problems()
	if len(problems) == 0 {
		return nil
	}
	out := fault.New(fault.Invalid, "not_servable", "This change cannot be served in %s", s.environment.Key)
	for _, problem := range problems {
		out.WithField(problem.Kind+"."+problem.Flag, "%s: %s", problem.Code, problem.Message)
	}
	return out
}

// compile makes of wire lines what programs make of them.
func compile(project, environment string, revision int64, lines [][]byte) (*eval.Snapshot, error) {
	read, err := ruleset.NewDocument(ruleset.Header{
		Burgee: ruleset.WireVersion, Project: project, Environment: environment,
		Revision: revision, Hash: ruleset.HashP32,
	}, lines)
	if err != nil {
		return nil, err
	}
	return eval.Compile(read.Set()), nil
}
