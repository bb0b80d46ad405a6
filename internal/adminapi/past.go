package adminapi

import (
	"context"
	"maps"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
)

// momentOf is the moment that a revision or a time selects; without either it
// is the newest state.
func momentOf(revision, at int64) (catalog.Moment, error) {
	if revision != 0 && at != 0 {
		return catalog.Moment{}, fault.New(fault.Invalid, "moment_malformed", "A moment is a revision or a time, not both").
			WithField("at", "leave it out, or the revision")
	}
	return catalog.Moment{Revision: revision, At: at}, nil
}

// pastSnapshot is what programs had at a moment.
func (a *API) pastSnapshot(ctx context.Context, in *evaluateInput) (*eval.Snapshot, *AsOf, error) {
	moment, err := momentOf(in.Body.Revision, in.Body.At)
	if err != nil {
		return nil, nil, err
	}
	past, err := a.deps.Catalog.AsOf(ctx, actorOf(ctx), in.Project, in.Environment, moment)
	if err != nil {
		return nil, nil, err
	}
	if _, there := past.Project.Flags[in.Body.Flag]; !there && !past.Project.Archived[in.Body.Flag] {
		return nil, nil, fault.New(fault.NotFound, "flag_not_found", "At revision %d of %s there was no flag %q%s",
			past.Number, in.Environment, in.Body.Flag, document.AlikeHint(in.Body.Flag, maps.Keys(past.Project.Flags)))
	}
	snapshot, err := past.Snapshot()
	view := asOfView(past)
	return snapshot, &view, err
}

func asOfView(past *catalog.Past) AsOf {
	return AsOf{Revision: revisionView(past.Revision), Until: past.Until, Erased: past.Erased}
}

func (a *API) compare(ctx context.Context, in *compareInput) (*body[Comparison], error) {
	from, to, plan, err := a.deps.Catalog.Compare(ctx, actorOf(ctx), in.Project, in.Environment, in.Object,
		catalog.Moment{Revision: in.From}, catalog.Moment{Revision: in.To})
	if err != nil {
		return nil, err
	}
	return &body[Comparison]{Comparison{From: asOfView(from), To: asOfView(to), Changes: planView(plan)}}, nil
}

// backTo is how far back a rollback goes.
func backTo(revision, at int64) (catalog.Moment, error) {
	moment, err := momentOf(revision, at)
	if err == nil && moment == (catalog.Moment{}) {
		err = fault.New(fault.Invalid, "moment_missing", "A rollback needs to know how far back").
			WithField("revision", "name the revision to go back to, or a time in at")
	}
	return moment, err
}

func (a *API) rollback(ctx context.Context, in *rollbackInput) (*body[RollbackResult], error) {
	moment, err := backTo(in.Body.Revision, in.Body.At)
	if err != nil {
		return nil, err
	}
	write, err := conditional(ctx, in.WriteOptions)
	if err != nil {
		return nil, err
	}
	if in.Body.Comment != "" {
		write.Comment = in.Body.Comment
	}
	write.Bypass = in.Body.Bypass
	result, err := a.deps.Catalog.Rollback(ctx, actorOf(ctx), in.Project, catalog.RollbackRequest{
		Environment: in.Environment, To: moment, Kind: document.Kind(in.Body.Kind), Object: in.Body.Object,
		Shared: in.Body.Shared, DryRun: in.Body.DryRun, Write: write,
	})
	if err != nil {
		return nil, err
	}
	return &body[RollbackResult]{RollbackResult{
		ApplyResult: applyView(result.ApplyResult), To: asOfView(&result.To), Kept: planView(result.Kept),
	}}, nil
}
