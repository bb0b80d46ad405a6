package catalog

import "burgee.dev/burgee/internal/document"

// prune takes out what the file leaves out; flags are archived. What programs still
// ask for is a warning of the plan, and takes force.
func (e *edit) prune(request ApplyRequest) error {
	var gone []ObjectRef
	var flags []string
	for _, ref := range e.project.Missing(request.File) {
		gone = append(gone, ObjectRef(ref))
		if ref.Kind == document.FlagKind {
			flags = append(flags, ref.Key)
		}
	}
	asking, err := e.askers(flags)
	if err != nil {
		return err
	}
	if e.tx != nil && !request.Force {
		if err := askedFor(asking); err != nil {
			return err
		}
	}
	e.asking = askedWarnings(asking)
	return e.removed(gone)
}
