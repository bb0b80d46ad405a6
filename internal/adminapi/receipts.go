package adminapi

import (
	"context"

	"burgee.dev/burgee/internal/fault"
)

func (a *API) getReceipts(ctx context.Context, in *RevisionPath) (*body[Receipt], error) {
	revisions, err := a.deps.Catalog.Revisions(ctx, actorOf(ctx), in.Project, in.Environment, in.Revision+1, 1)
	if err != nil {
		return nil, err
	}
	if len(revisions) == 0 || revisions[0].Number != in.Revision {
		return nil, fault.New(fault.NotFound, "revision_not_found", "%s has no revision %d", in.Environment, in.Revision)
	}
	receipt, kept, err := a.deps.Receipts.Receipt(ctx, in.Project, in.Environment, in.Revision)
	if err != nil {
		return nil, err
	}
	if !kept {
		receipt = Receipt{Revision: in.Revision, State: "unknown"}
	}
	if receipt.StaleInstances == nil {
		receipt.StaleInstances = []StaleInstance{}
	}
	return &body[Receipt]{receipt}, nil
}
