package catalog

import (
	"fmt"

	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

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

// stillAsked names, flag by flag, the programs that asked for it lately.
func (e *edit) stillAsked(flags []string) ([]document.Warning, error) {
	asking, err := e.askers(flags)
	if err != nil {
		return nil, err
	}
	var out []document.Warning
	for _, key := range sortedKeys(asking) {
		out = append(out, document.Warning{Path: "flags." + key, Message: "still asked for by " + askerWords(asking[key])})
	}
	return out, nil
}
