package catalog

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Apply carries a file out, all of it or nothing: one revision per environment.
// A dry run makes the same plan with the same checks and writes nothing.
func (s *Service) Apply(ctx context.Context, actor account.Actor, project string, request ApplyRequest) (ApplyResult, error) {
	cmd := command{project: project, warns: true, opts: WriteOptions{Comment: request.Comment, RequestID: request.RequestID, Bypass: request.Bypass}}
	return s.planned(ctx, actor, cmd, request.DryRun, func(e *edit) error {
		return e.apply(request)
	})
}

// apply makes the command of a file, and refuses it where it would overwrite what
// others did.
func (e *edit) apply(request ApplyRequest) error {
	e.fromFile = request.FromFile
	if err := e.mergeFile(request.File); err != nil {
		return err
	}
	if request.Prune {
		if err := e.prune(request); err != nil {
			return err
		}
	}
	return e.unmoved(request)
}

// planned carries out what want wants, unless it is a dry run, and says what that
// is.
func (s *Service) planned(ctx context.Context, actor account.Actor, cmd command, dryRun bool, want func(*edit) error) (ApplyResult, error) {
	var result ApplyResult
	plan := func(e *edit) error {
		if err := want(e); err != nil {
			return err
		}
		result.Plan = e.plan()
		return nil
	}
	if dryRun {
		return s.planOnly(ctx, actor, cmd, plan, &result)
	}
	var err error
	if result.Outcome, err = s.commit(ctx, actor, cmd, plan); err != nil {
		return ApplyResult{}, err
	}
	return result, nil
}

// planOnly runs a plan in a read transaction, with every check of a commit.
func (s *Service) planOnly(ctx context.Context, actor account.Actor, cmd command, plan func(*edit) error, result *ApplyResult) (ApplyResult, error) {
	if err := cmd.opts.check(); err != nil {
		return ApplyResult{}, err
	}
	_, err := s.read(ctx, actor, cmd.project, func(r Reader, v view) error {
		e := &edit{view: v, reader: r, now: clock.Millis(s.clock), seeds: document.RandomSeeds(s.random), actions: map[string]ActionKind{}}
		if err := plan(e); err != nil {
			return err
		}
		result.Outcome = Outcome{Changed: len(e.changes) > 0, Revisions: v.revisions(), Warnings: append(e.asking, document.Warnings(e.next, e.changes)...)}
		if _, err := e.check(actor, cmd); err != nil {
			return err
		}
		var err error
		result.Review, err = e.lacking(cmd)
		return err
	})
	if err != nil {
		return ApplyResult{}, err
	}
	return *result, nil
}

// plan is what the command changes, item by item.
func (e *edit) plan() []PlanItem {
	out := planOf(e.changes, e.next)
	for i, item := range out {
		if e.restores(item.Change) {
			out[i].Sentences = []string{item.Object + ": restored"}
		}
	}
	return out
}

func planOf(changes []document.Change, next *document.Project) []PlanItem {
	out := make([]PlanItem, 0, len(changes))
	for _, c := range changes {
		out = append(out, PlanItem{
			Change: c, Sentences: document.Sentences(c, next),
			Diff: document.Diff(c.Before, c.After), Moves: document.Moves(c, next),
		})
	}
	return out
}

// unmoved refuses to overwrite what others changed after the state that the
// file was made from: the revisions that it names or else, object by object, what
// a file left there last. Objects that the file leaves as they are do not count.
func (e *edit) unmoved(request ApplyRequest) error {
	if request.Force || !request.FromFile && len(request.Expect) == 0 && len(request.File.Revision) == 0 {
		return nil
	}
	for key := range request.Expect {
		if _, err := e.environment(key); err != nil {
			return err
		}
	}
	rows, err := e.latestOf(e.changes)
	if err != nil {
		return err
	}
	ids, changed := e.environmentIDs(), make(map[objectID]document.Change, len(e.changes))
	for _, c := range e.changes {
		changed[objectID{c.Kind, c.Object, ids[c.Environment]}] = c
	}
	for _, row := range rows {
		c, concerned := changed[objectID{row.Kind, row.Object, row.EnvironmentID}]
		if !concerned || e.restores(c) {
			continue // that it archived itself is no work of anybody's
		}
		if err := e.unmovedObject(request, c, row); err != nil {
			return err
		}
	}
	return nil
}

// latestOf reads the newest entries of the objects that changes are about, in one
// query however many they are.
func (e *edit) latestOf(changes []document.Change) ([]LatestRow, error) {
	if len(changes) == 0 {
		return nil, nil // no key would be every key
	}
	keys := objectsIn(changes)
	slices.Sort(keys)
	return e.reader.Latest(e.row.ID, "", slices.Compact(keys)...)
}

// unmovedObject looks at the newest change of an object that the file changes.
func (e *edit) unmovedObject(request ApplyRequest, c document.Change, latest LatestRow) error {
	keys, known := e.environmentKeys(), false
	for _, id := range slices.Sorted(maps.Keys(latest.Revisions)) {
		revision := latest.Revisions[id]
		base, said := request.Expect[keys[id]]
		if !said {
			base, said = request.File.Revision[keys[id]]
		}
		if said && revision > base {
			return e.moved(latest, keys[id], revision)
		}
		known = known || said
	}
	if known || !request.FromFile {
		return nil
	}
	if byHand, err := e.byHand(c, latest); err != nil || !byHand {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(latest.Revisions)) {
		return e.moved(latest, keys[id], latest.Revisions[id])
	}
	return nil
}

// byHand says whether an object is no longer as a file left it last, because a
// person changed it.
func (e *edit) byHand(c document.Change, latest LatestRow) (bool, error) {
	if latest.FileChangeID == 0 || latest.FileChangeID == latest.ChangeID || latest.Author.Kind == account.Application {
		return false, nil
	}
	rows, err := e.reader.Changes(ChangeQuery{ProjectID: e.row.ID, Kind: latest.Kind, Object: latest.Object, EnvironmentID: latest.EnvironmentID, Before: latest.FileChangeID + 1, Limit: 1})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	return !bytes.Equal(rows[0].After, c.Before), nil
}

// moved says who was faster, when and with what.
func (e *edit) moved(latest LatestRow, environment string, revision int64) error {
	what := ""
	rows, err := e.reader.Changes(ChangeQuery{ProjectID: e.row.ID, Kind: latest.Kind, Object: latest.Object, Before: latest.ChangeID + 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		what = withoutSubject(newChange(rows[0]).Sentences[0], latest.Object)
	}
	m := fault.Meanwhile{By: latest.Author.String(), Object: latest.Object, Environment: environment, Revision: revision, What: what, At: latest.At}
	return fault.New(fault.Conflict, "moved", "%s, after your version. Load it again, or use force to overwrite", m.Words(inUTC)).
		WithField(fmt.Sprintf("%s.%s", latest.Kind, latest.Object), "is at revision %d of %s", revision, environment).
		WithMeanwhile(m)
}

// inUTC writes a time for people whose clock is not known.
func inUTC(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// withoutSubject is a sentence about an object without its beginning, which names it.
func withoutSubject(sentence, object string) string {
	subject, rest, found := strings.Cut(sentence, ": ")
	if found && (subject == object || strings.HasPrefix(subject, object+" in ")) {
		return rest
	}
	return sentence
}

// atVersion refuses to write an object that is at another version than the one
// that the caller read; nil does not ask.
func (e *edit) atVersion(kind document.Kind, object string, want *int64) error {
	return atVersion(e.reader, e.row, kind, object, want)
}

func atVersion(r Reader, project ProjectRow, kind document.Kind, object string, want *int64) error {
	if want == nil {
		return nil
	}
	rows, err := r.Latest(project.ID, kind, object)
	if err != nil {
		return err
	}
	var newest LatestRow
	for _, row := range rows { // an experiment that was made anew elsewhere has one of each environment
		if row.ChangeID > newest.ChangeID {
			newest = row
		}
	}
	switch newest.ChangeID {
	case *want:
		return nil
	case 0:
		return fault.New(fault.Precondition, "version_moved", "%s has no version %d: nothing is recorded of it", object, *want)
	}
	m := fault.Meanwhile{By: newest.Author.String(), Object: object, At: newest.At}
	return fault.New(fault.Precondition, "version_moved", "%s: it is at version %d, not %d. Load it again and repeat the change",
		m.Words(inUTC), newest.ChangeID, *want).WithMeanwhile(m)
}
