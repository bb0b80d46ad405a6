package catalog

import (
	"context"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// Groups lists the target groups by key.
func (s *Service) Groups(ctx context.Context, actor account.Actor, project string) ([]Group, error) {
	v, latest, err := s.readLatest(ctx, actor, project, document.TargetGroupKind)
	if err != nil {
		return nil, err
	}
	out := []Group{}
	for _, key := range sortedKeys(v.project.TargetGroups) {
		out = append(out, v.group(key, latest))
	}
	return out, nil
}

// Group returns one target group.
func (s *Service) Group(ctx context.Context, actor account.Actor, project, key string) (Group, error) {
	v, latest, err := s.readLatest(ctx, actor, project, document.TargetGroupKind, key)
	if err != nil {
		return Group{}, err
	}
	if err := v.hasGroup(key); err != nil {
		return Group{}, err
	}
	return v.group(key, latest), nil
}

func (v view) hasGroup(key string) error {
	if _, ok := v.project.TargetGroups[key]; !ok {
		return fault.New(fault.NotFound, "group_not_found", "The project %s has no target group %q", v.row.Key, key)
	}
	return nil
}

func (v view) group(key string, latest lastChanges) Group {
	return Group{
		Key: key, TargetGroup: v.project.TargetGroups[key],
		UsedBy:     v.project.UsesOfGroup(key),
		LastChange: latest.of(document.TargetGroupKind, key, 0, 0),
	}
}

// PutGroup makes a target group or replaces it whole.
func (s *Service) PutGroup(ctx context.Context, actor account.Actor, project, key string, group document.TargetGroup, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.EditFlags, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		if err := e.atVersion(document.TargetGroupKind, key, opts.IfVersion); err != nil {
			return err
		}
		return e.merge(&document.File{TargetGroups: map[string]document.TargetGroup{key: group}})
	})
}

// DeleteGroup removes a target group that nothing refers to.
func (s *Service) DeleteGroup(ctx context.Context, actor account.Actor, project, key string, opts WriteOptions) (Outcome, error) {
	cmd := command{project: project, action: account.EditFlags, opts: opts}
	return s.commit(ctx, actor, cmd, func(e *edit) error {
		if err := e.hasGroup(key); err != nil {
			return err
		}
		if err := e.atVersion(document.TargetGroupKind, key, opts.IfVersion); err != nil {
			return err
		}
		if uses := e.project.UsesOfGroup(key); len(uses) > 0 {
			return fault.New(fault.Conflict, "group_in_use", "The target group %s is used by %s; take it out there first", key, document.UseWords(uses))
		}
		next := e.project.Edit()
		next.DeleteGroup(key)
		return e.propose(next)
	})
}
