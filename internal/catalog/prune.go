package catalog

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// askedLately is how long a program that declared a flag counts as one that still
// asks for it.
const askedLately = 7 * 24 * time.Hour

// prune takes out what the file leaves out; flags are archived. What programs still
// ask for is named, and takes force.
func (e *edit) prune(request ApplyRequest) error {
	var gone []ObjectRef
	var flags []string
	for _, ref := range e.project.Missing(request.File) {
		gone = append(gone, ObjectRef(ref))
		if ref.Kind == document.FlagKind {
			flags = append(flags, ref.Key)
		}
	}
	asking, err := e.stillAsked(flags)
	if err != nil {
		return err
	}
	if e.tx != nil && len(asking) > 0 && !request.Force {
		refusal := fault.New(fault.Conflict, "flag_asked_for",
			"Nothing was changed: programs still ask for %s that the file leaves out. Put them into the file, or use force to archive them", countFlags(len(asking)))
		for _, w := range asking {
			refusal = refusal.WithField(w.Path, "%s", w.Message)
		}
		return refusal
	}
	e.asking = asking
	return e.removed(gone)
}

func countFlags(n int) string {
	if n == 1 {
		return "1 flag"
	}
	return fmt.Sprintf("%d flags", n)
}

// stillAsked names, flag by flag, the programs that declared it lately.
func (e *edit) stillAsked(flags []string) ([]document.Warning, error) {
	if len(flags) == 0 {
		return nil, nil // no key would be every key
	}
	rows, err := e.reader.Declarations(e.row.ID, flags...)
	if err != nil {
		return nil, err
	}
	keys, by := e.environmentKeys(), map[string][]string{}
	for _, d := range rows {
		if d.LastSeenAt < e.now-askedLately.Milliseconds() {
			continue
		}
		program := strings.TrimSpace(d.Application+" "+d.Version) + " in " + keys[d.EnvironmentID]
		if !slices.Contains(by[d.Flag], program) {
			by[d.Flag] = append(by[d.Flag], program)
		}
	}
	var out []document.Warning
	for _, key := range sortedKeys(by) {
		slices.Sort(by[key])
		out = append(out, document.Warning{Path: "flags." + key, Message: "still asked for by " + strings.Join(by[key], ", ")})
	}
	return out, nil
}
