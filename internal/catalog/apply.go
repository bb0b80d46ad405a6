package catalog

import (
	"context"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Apply carries a file out, all of it or nothing: one revision per environment.
// A dry run makes the same plan with the same checks and writes nothing.
func (s *Service) Apply(ctx context.Context, actor account.Actor, project string, request ApplyRequest) (ApplyResult, error) {
	cmd := command{project: project, warns: true, opts: WriteOptions{Comment: request.Comment, RequestID: request.RequestID, Bypass: request.Bypass}}
	return s.planned(ctx, actor, cmd, request.DryRun, func(e *edit) error {
		if err := e.merge(request.File); err != nil {
			return err
		}
		return e.unmoved(request)
	})
}

// planned carries out what want wants, unless it is a dry run, and says what that
// is.
func (s *Service) planned(ctx context.Context, actor account.Actor, cmd command, dryRun bool, want func(*edit) error) (ApplyResult, error) {
	var result ApplyResult
	plan := func(e *edit) error {
		if err := want(e); err != nil {
			return err
		}
		result.Plan = planOf(e.changes, e.next)
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
		e := &edit{view: v, reader: r, seeds: document.RandomSeeds(s.random), actions: map[string]ActionKind{}}
		if err := plan(e); err != nil {
			return err
		}
		result.Outcome = Outcome{Changed: len(e.changes) > 0, Revisions: v.revisions(), Warnings: document.Warnings(e.next, e.changes)}
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
// file was made from. Objects that the file leaves as they are do not count.
func (e *edit) unmoved(request ApplyRequest) error {
	if request.Force || (len(request.Expect) == 0 && len(request.File.Revision) == 0) {
		return nil
	}
	for key := range request.Expect {
		if _, err := e.environment(key); err != nil {
			return err
		}
	}
	for _, c := range e.changes {
		rows, err := e.reader.Latest(e.row.ID, c.Kind, c.Object)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := e.unmovedObject(request, c, row); err != nil {
				return err
			}
		}
	}
	return nil
}

// unmovedObject looks at the newest change of an object that the file changes.
func (e *edit) unmovedObject(request ApplyRequest, c document.Change, latest LatestRow) error {
	keys := e.environmentKeys()
	if keys[latest.EnvironmentID] != c.Environment {
		return nil
	}
	for id, revision := range latest.Revisions {
		base, known := request.Expect[keys[id]]
		if !known {
			base, known = request.File.Revision[keys[id]]
		}
		if known && revision > base {
			return e.moved(latest, keys[id], revision)
		}
	}
	return nil
}

// moved says who was faster, when and with what.
func (e *edit) moved(latest LatestRow, environment string, revision int64) error {
	what := ""
	rows, err := e.reader.Changes(ChangeQuery{ProjectID: e.row.ID, Kind: latest.Kind, Object: latest.Object, Before: latest.ChangeID + 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(rows) == 1 {
		what = ": " + newChange(rows[0]).Sentences[0]
	}
	return fault.New(fault.Conflict, "moved",
		"%s changed %s in %s at %s (revision %d%s), after your version. Load it again, or use force to overwrite",
		latest.Author, latest.Object, environment, time.UnixMilli(latest.At).UTC().Format("2006-01-02 15:04 UTC"), revision, what).
		WithField(fmt.Sprintf("%s.%s", latest.Kind, latest.Object), "is at revision %d of %s", revision, environment)
}

// atVersion refuses to write an object that is at another version than the one
// that the caller read; nil does not ask.
func (e *edit) atVersion(kind document.Kind, object string, want *int64) error {
	if want == nil {
		return nil
	}
	rows, err := e.reader.Latest(e.row.ID, kind, object)
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
	return fault.New(fault.Precondition, "version_moved",
		"%s changed %s at %s: it is at version %d, not %d. Load it again and repeat the change",
		newest.Author, object, time.UnixMilli(newest.At).UTC().Format("2006-01-02 15:04 UTC"), newest.ChangeID, *want)
}
