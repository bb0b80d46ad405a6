package catalog

import (
	"cmp"
	"maps"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
)

// write makes every row of a checked change and the state after it.
func (s *Service) write(e *edit, actor account.Actor, cmd command, next []serving) (_ committed, err error) {
	after := e.successor(next)
	for _, c := range e.changes {
		if err := e.putObject(c, after); err != nil {
			return committed{}, err
		}
	}
	if err := e.putDeclarations(); err != nil {
		return committed{}, err
	}
	done := committed{row: e.row, state: after, raised: map[string]int64{}}
	done.outcome = Outcome{Changed: true, Revisions: e.revisions()}
	for _, environment := range next {
		revision, err := e.putRevision(environment)
		if err != nil {
			return committed{}, err
		}
		key := environment.environment.Key
		done.raised[key], done.outcome.Revisions[key] = revision, revision
	}
	if err := e.finished(done.raised); err != nil {
		return committed{}, err
	}
	if err := e.holdRollouts(actor, cmd, done.raised); err != nil {
		return committed{}, err
	}
	if done.outcome.ChangeIDs, after.entry, err = s.record(e, actor, cmd, done.raised); err != nil {
		return committed{}, err
	}
	after.seq = e.row.ChainSeq + int64(len(done.outcome.ChangeIDs)+len(e.also))
	after.generation, err = e.tx.RaiseGeneration(e.row.ID)
	return done, err
}

// successor is the state after the changes; its generation is set at the end. It
// shares with the state before what the changes do not touch.
func (e *edit) successor(next []serving) *state {
	after := &state{project: e.next, meta: e.meta, started: e.started, hidden: e.hidden, lines: e.lines.clone()}
	for _, s := range next {
		after.lines.put(s.environment.ID, s.lines)
	}
	if e.touches(document.FlagKind) {
		after.meta = maps.Clone(e.meta)
	}
	if e.touches(document.ExperimentKind) {
		after.started = maps.Clone(e.started)
	}
	if len(e.actions) > 0 {
		after.hidden = e.hidden.clone()
	}
	for key, action := range e.actions {
		after.move(key, action, e.project)
	}
	return after
}

// touches says whether an object of a kind changes.
func (e *edit) touches(kind document.Kind) bool {
	return slices.ContainsFunc(e.changes, func(c document.Change) bool { return c.Kind == kind })
}

// move puts an archived flag aside, or takes a restored one back from there.
func (st *state) move(key string, action ActionKind, before *document.Project) {
	if action == ActionRestore {
		delete(st.hidden.flags, key)
		for _, configurations := range st.hidden.configurations {
			delete(configurations, key)
		}
		return
	}
	st.hidden.flags[key] = before.Flags[key]
	for environment, configurations := range before.Configurations {
		if c := configurations[key]; c != nil {
			st.hidden.configurations[environment][key] = c
		}
	}
}

// putObject writes the row of one changed object and notes it in the state.
func (e *edit) putObject(c document.Change, after *state) error {
	o := ObjectRow{Kind: c.Kind, Key: c.Object, Body: c.After}
	if c.Environment != "" {
		environment, err := e.environment(c.Environment)
		if err != nil {
			return err
		}
		o.EnvironmentID = environment.ID
	}
	switch {
	case c.Kind == document.FlagKind:
		if c.Action == document.Delete {
			o.Body = c.Before
		}
		meta := e.flagMeta(c)
		after.meta[c.Object] = meta
		o.Source, o.CreatedAt, o.ArchivedAt, o.DeclaredBy = meta.source, meta.createdAt, meta.archivedAt, meta.declaredBy
		o.ArchivedReason, o.RestoredAt = meta.archivedReason, meta.restoredAt
	case c.Action == document.Delete:
		delete(after.started, ifExperiment(c))
		return e.tx.DeleteObject(e.row.ID, c.Kind, o.EnvironmentID, c.Object)
	case c.Kind == document.ExperimentKind:
		o.StartedAt = e.startedAt(c.Object)
		after.started[c.Object] = o.StartedAt
	}
	return e.tx.PutObject(e.row.ID, o)
}

// ifExperiment is the key of an experiment's change, and of no other.
func ifExperiment(c document.Change) string {
	if c.Kind == document.ExperimentKind {
		return c.Object
	}
	return ""
}

// flagMeta is what is stored beside a flag after a change of it.
func (e *edit) flagMeta(c document.Change) flagMeta {
	meta, known := e.meta[c.Object]
	if made, ok := e.made[c.Object]; ok && !known {
		meta = made
	} else if !known {
		meta = flagMeta{source: FromPerson, createdAt: e.now}
	}
	switch {
	case c.Action == document.Delete:
		meta.archivedAt, meta.archivedReason = e.now, e.reasons[c.Object]
	case meta.archivedAt != 0:
		meta.archivedAt, meta.archivedReason, meta.restoredAt = 0, "", e.now
	}
	return meta
}

// startedAt is when an experiment last began to run.
func (e *edit) startedAt(key string) int64 {
	ran := e.project.Experiments[key].State == document.Running
	runs := e.next.Experiments[key].State == document.Running
	if runs && !ran {
		return e.now
	}
	return e.started[key]
}

// putRevision rewrites the wire lines that differ, and no others, and makes the
// revision that has them.
func (e *edit) putRevision(s serving) (int64, error) {
	for _, line := range s.differing {
		if err := e.tx.PutLine(s.environment.ID, line.Ref, line.Line); err != nil {
			return 0, err
		}
	}
	revision, err := e.tx.RaiseRevision(s.environment.ID)
	if err != nil {
		return 0, err
	}
	return revision, e.tx.LogDelta(s.environment.ID, DeltaRow{Revision: revision, At: e.now, Root: s.lines.root(), Lines: s.differing})
}

func (e *edit) putDeclarations() error {
	for _, d := range e.declared {
		if err := e.tx.PutDeclaration(e.row.ID, d); err != nil {
			return err
		}
	}
	return nil
}

// record writes one entry for each changed object and links it to the
// revisions that it is part of. It returns their ids and the hash of the last.
func (s *Service) record(e *edit, actor account.Actor, cmd command, raised map[string]int64) (ids []int64, last []byte, err error) {
	chain := s.chain(e.tx, e.row)
	for _, c := range e.changes {
		row := ChangeRow{
			At: e.now, Author: Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name},
			Kind: c.Kind, Object: c.Object, Environment: c.Environment, Action: e.actionOf(c),
			Before: c.Before, After: c.After, Comment: cmp.Or(e.reasons[c.Object], e.comment), RequestID: cmd.opts.RequestID,
			Revisions: raised, FromFile: e.fromFile,
		}
		if c.Environment != "" {
			environment, err := e.environment(c.Environment)
			if err != nil {
				return nil, nil, err
			}
			row.EnvironmentID = environment.ID
			row.Revisions = map[string]int64{}
			if revision, ok := raised[c.Environment]; ok { // an archived environment gets none
				row.Revisions[c.Environment] = revision
			}
		}
		id, err := chain.append(row)
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		if err := e.link(row, id); err != nil {
			return nil, nil, err
		}
	}
	last, err = s.recordAlso(e, actor, cmd, chain)
	return ids, last, err
}

// link notes which revisions an entry is part of.
func (e *edit) link(row ChangeRow, id int64) error {
	for _, environment := range e.row.Environments {
		if revision, ok := row.Revisions[environment.Key]; ok {
			if err := e.tx.LinkRevision(environment.ID, revision, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// recordAlso writes the entries that stand beside those of the changes, and
// returns the hash of the record's last one.
func (s *Service) recordAlso(e *edit, actor account.Actor, cmd command, chain *chain) (last []byte, err error) {
	for _, row := range e.also {
		row.At, row.RequestID = e.now, cmd.opts.RequestID
		row.Author = Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}
		id, err := chain.append(row)
		if err != nil {
			return nil, err
		}
		if err := e.link(row, id); err != nil {
			return nil, err
		}
	}
	return chain.last, nil
}

// finished runs what waits for the revisions.
func (e *edit) finished(raised map[string]int64) error {
	if e.finish == nil {
		return nil
	}
	return e.finish(raised)
}

// actionOf names a change for the record.
func (e *edit) actionOf(c document.Change) ActionKind {
	if action := e.actions[c.Object]; action != "" && c.Kind == document.FlagKind {
		return action
	}
	return ActionKind(c.Action)
}
