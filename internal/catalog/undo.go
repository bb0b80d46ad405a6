package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// undoWindow is how long a revision can be taken back by one click.
const undoWindow = 10 * time.Minute

// Undo takes a revision of an environment back, by a new one: every object of
// it becomes what it was before. It refuses when the revision is too old or
// when one of the objects was changed since.
func (s *Service) Undo(ctx context.Context, actor account.Actor, project, environment string, number int64, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, environment: environment, action: account.SwitchOff, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		at, err := e.environment(environment)
		if err != nil {
			return err
		}
		entries, err := e.tx.Changes(ChangeQuery{ProjectID: e.row.ID, EnvironmentID: at.ID, Revision: number})
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fault.New(fault.NotFound, "revision_not_found", "%s has no revision %d that changed anything", environment, number)
		}
		if e.now-entries[0].At > undoWindow.Milliseconds() {
			return fault.New(fault.Conflict, "undo_too_late", "Revision %d is older than %d minutes; change the objects by hand", number, int(undoWindow.Minutes()))
		}
		if e.comment == "" {
			e.comment = fmt.Sprintf("Undo of revision %d", number)
		}
		if e.ordinary, err = endsAnothersOff(actor, entries); err != nil {
			return err
		}
		return e.takeBack(entries)
	})
}

// endsAnothersOff says whether taking a revision back switches on what somebody else
// has switched off, or starts what they have stopped. That is no emergency: it takes
// the rights and the approvals of any change. Who switched off by mistake may take
// that back at once.
func endsAnothersOff(actor account.Actor, entries []ChangeRow) (bool, error) {
	if by := entries[0].Author; by.Kind == actor.Kind && by.ID == actor.ID {
		return false, nil
	}
	for _, c := range entries {
		off, err := switchedOff(c)
		if off || err != nil {
			return off, err
		}
	}
	return false, nil
}

// switchedOff says whether a change switched a flag off or stopped an experiment.
func switchedOff(c ChangeRow) (bool, error) {
	switch {
	case c.Before == nil || c.After == nil:
	case c.Kind == document.ConfigurationKind:
		before, after, err := bothOf[document.Configuration](c)
		return before.Enabled && !after.Enabled, err
	case c.Kind == document.ExperimentKind:
		before, after, err := bothOf[document.Experiment](c)
		return before.State == document.Running && after.State != document.Running, err
	}
	return false, nil
}

// bothOf reads what the object of a change was before it and after.
func bothOf[T any](c ChangeRow) (before, after T, err error) {
	if err := errors.Join(json.Unmarshal(c.Before, &before), json.Unmarshal(c.After, &after)); err != nil {
		return before, after, fmt.Errorf("catalog: read %s from the record: %w", c.Object, err)
	}
	return before, after, nil
}

// takeBack puts every object back, the newest change first.
func (e *edit) takeBack(entries []ChangeRow) error {
	next := e.project.Edit()
	for _, c := range entries {
		if c.Kind == EnvironmentKey {
			return fault.New(fault.Conflict, "undo_environment", "This revision made or restored the environment %s; archive it instead", c.Object)
		}
		if err := e.untouched(c); err != nil {
			return err
		}
		if c.Kind != document.FlagKind {
			if err := putBack(next, c); err != nil {
				return err
			}
		}
	}
	for _, c := range entries { // flags last: what used them is gone by now
		if c.Kind == document.FlagKind {
			if err := e.putFlagBack(next, c); err != nil {
				return err
			}
		}
	}
	return e.propose(next)
}

// untouched checks that a change is still the newest of its object.
func (e *edit) untouched(c ChangeRow) error {
	rows, err := e.tx.Latest(e.row.ID, c.Kind, c.Object)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.EnvironmentID == c.EnvironmentID && row.ChangeID != c.ID {
			return fault.New(fault.Conflict, "undo_touched", "%s was changed again by %s; change it by hand", c.Object, row.Author)
		}
	}
	return nil
}

// putFlagBack undoes a change of a flag's own fields. A flag that was made is
// archived: its key stays known to the programs that ask for it.
func (e *edit) putFlagBack(next *document.Editor, c ChangeRow) error {
	switch c.Action {
	case ActionCreate, ActionRestore:
		return e.archive(next, c.Object)
	case ActionArchive:
		e.restore(next, c.Object)
		return nil
	}
	return putDecoded(c, next.PutFlag, next.DeleteFlag)
}

// putBack undoes a change of any other object.
func putBack(next *document.Editor, c ChangeRow) error {
	switch c.Kind {
	case document.ConfigurationKind:
		put := func(flag string, before *document.Configuration) { next.PutConfiguration(c.Environment, flag, before) }
		return putDecoded(c, put, func(flag string) { put(flag, nil) })
	case document.TargetGroupKind:
		return putDecoded(c, next.PutGroup, next.DeleteGroup)
	case document.ExperimentKind:
		return putDecoded(c, next.PutExperiment, next.DeleteExperiment)
	case document.AttributeKind:
		return putDecoded(c, next.PutAttribute, next.DeleteAttribute)
	}
	return fault.New(fault.Conflict, "undo_touched", "A change of kind %s cannot be undone", c.Kind)
}

// putDecoded puts in what the object of a change was before it, or takes it out
// where it was not there.
func putDecoded[T any](c ChangeRow, put func(key string, before T), remove func(key string)) error {
	if c.Before == nil {
		remove(c.Object)
		return nil
	}
	var before T
	if err := json.Unmarshal(c.Before, &before); err != nil {
		return fmt.Errorf("catalog: read %s from the record: %w", c.Object, err)
	}
	put(c.Object, before)
	return nil
}
