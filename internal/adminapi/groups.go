package adminapi

import (
	"context"
	"encoding/json"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

func (a *API) listGroups(ctx context.Context, in *ProjectPath) (*body[Items[GroupView]], error) {
	groups, err := a.deps.Catalog.Groups(ctx, actorOf(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	views := make([]GroupView, 0, len(groups))
	for _, g := range groups {
		view, err := groupViewOf(g)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return &body[Items[GroupView]]{Items[GroupView]{views}}, nil
}

func (a *API) getGroup(ctx context.Context, in *GroupPath) (*body[GroupView], error) {
	group, err := a.deps.Catalog.Group(ctx, actorOf(ctx), in.Project, in.Group)
	if err != nil {
		return nil, err
	}
	view, err := groupViewOf(group)
	return &body[GroupView]{view}, err
}

func (a *API) putGroup(ctx context.Context, in *putGroupInput) (*body[GroupView], error) {
	var group document.TargetGroup
	if err := json.Unmarshal(in.Body.RawMessage, &group); err != nil {
		return nil, relative(err, "")
	}
	write, err := ofVersion(ctx, in.VersionOptions)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.PutGroup(ctx, actorOf(ctx), in.Project, in.Group, group, write); err != nil {
		return nil, relative(err, "targetGroups."+in.Group)
	}
	return a.getGroup(ctx, &in.GroupPath)
}

func (a *API) deleteGroup(ctx context.Context, in *deleteGroupInput) (*body[RevisionsResult], error) {
	write, err := ofVersion(ctx, in.VersionOptions)
	if err != nil {
		return nil, err
	}
	out, err := a.deps.Catalog.DeleteGroup(ctx, actorOf(ctx), in.Project, in.Group, write)
	if err != nil {
		return nil, err
	}
	return &body[RevisionsResult]{RevisionsResult{out.Revisions}}, nil
}

func groupViewOf(g catalog.Group) (GroupView, error) {
	data, err := json.Marshal(g.TargetGroup)
	if err != nil {
		return GroupView{}, err
	}
	merged, err := merge(data, struct {
		Key     string `json:"key"`
		Summary string `json:"summary"`
		UsedBy  []Use  `json:"usedBy"`
		Version int64  `json:"version"`
	}{g.Key, document.GroupSummary(g.TargetGroup), usesView(g.UsedBy), g.LastChange.Version()})
	return GroupView{merged}, err
}
