package catalog

import (
	"context"
	"slices"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

// CreateProject makes a project with the environments Production and Development.
// It takes the right to manage projects everywhere.
func (s *Service) CreateProject(ctx context.Context, actor account.Actor, key, name string, opts WriteOptions) (Project, error) {
	if err := account.Can(actor, account.ManageProject, account.Scope{}); err != nil {
		return Project{}, err
	}
	if err := checkPlace("a project", key); err != nil {
		return Project{}, err
	}
	if name == "" {
		name = key
	}
	name, err := checkName("project", name)
	if err != nil {
		return Project{}, err
	}
	var ids []int64
	var out Project
	err = s.store.Write(ctx, func(tx Tx) error {
		projects, err := tx.Projects()
		if err != nil {
			return err
		}
		if err := freeProject(projects, key); err != nil {
			return err
		}
		author := Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name}
		if ids, err = s.makeProject(tx, ProjectRow{Key: key, Name: name}, firstKeys{}, author, opts); err != nil {
			return err
		}
		row, err := tx.Project(key)
		if err != nil {
			return err
		}
		out, err = project(tx, row)
		return err
	})
	if err != nil {
		return Project{}, err
	}
	for _, id := range ids {
		s.tell.Announce(ctx, id, firstRevision)
	}
	return out, nil
}

func freeProject(projects []ProjectRow, key string) error {
	live := 0
	for _, p := range projects {
		switch {
		case p.Key == key && p.ArchivedAt != 0:
			return fault.New(fault.Conflict, "project_exists", "There is an archived project %s; restore that one, or use another key", key)
		case p.Key == key:
			return fault.New(fault.Conflict, "project_exists", "There is a project %s already; use another key", key)
		case p.ArchivedAt == 0:
			live++
		}
	}
	if live >= maxProjects {
		return fault.New(fault.Invalid, "too_many_projects", "There are %d projects, and no more fit; archive one first", maxProjects)
	}
	return nil
}

// ArchiveProject ends a project: the keys of all its environments are no longer
// accepted. The last project stays.
func (s *Service) ArchiveProject(ctx context.Context, actor account.Actor, key string, opts WriteOptions) error {
	var row ProjectRow
	out, err := s.note(ctx, actor, account.ManageProject, account.Scope{Project: key}, opts, func(tx Tx, p ProjectRow) (*ChangeRow, error) {
		row = p
		projects, err := tx.Projects()
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(projects, func(other ProjectRow) bool { return other.ArchivedAt == 0 && other.ID != p.ID }) {
			return nil, fault.New(fault.Conflict, "last_project", "%s is the last project; make another one first", p.Key)
		}
		if err := idle(tx, p, p.Environments); err != nil {
			return nil, err
		}
		return &ChangeRow{Kind: ProjectKind, Object: p.Key, Action: ActionArchive, Before: jsonOf(named{Name: p.Name})},
			setArchived(tx, p, clock.Millis(s.clock))
	})
	if err == nil && out.Changed {
		s.announceAll(ctx, row)
	}
	return err
}

// RestoreProject brings an archived project back, with the environments that it had
// when it was archived.
func (s *Service) RestoreProject(ctx context.Context, actor account.Actor, key string, opts WriteOptions) (Project, error) {
	if err := account.Can(actor, account.ManageProject, account.Scope{Project: key}); err != nil {
		return Project{}, err
	}
	var out Project
	var row ProjectRow
	err := s.store.Write(ctx, func(tx Tx) (err error) {
		if row, err = tx.Project(key); err != nil {
			return err
		}
		if row.ArchivedAt == 0 {
			return fault.New(fault.Conflict, "project_not_archived", "The project %s is not archived", key)
		}
		projects, err := tx.Projects()
		if err != nil {
			return err
		}
		if err := freeProject(projects, ""); err != nil {
			return err
		}
		if err := setArchived(tx, row, 0); err != nil {
			return err
		}
		if _, err := s.chain(tx, row).append(ChangeRow{
			Kind: ProjectKind, Object: key, Action: ActionRestore, After: jsonOf(named{Name: row.Name}),
			At: clock.Millis(s.clock), Author: Author{Kind: actor.Kind, ID: actor.ID, Name: actor.Name},
			Comment: opts.Comment, RequestID: opts.RequestID,
		}); err != nil {
			return err
		}
		row.ArchivedAt = 0
		out, err = project(tx, row)
		return err
	})
	if err == nil {
		s.announceAll(ctx, row)
	}
	return out, err
}

func setArchived(tx Tx, row ProjectRow, at int64) error {
	for _, e := range row.live() {
		if err := tx.RaiseKeyGeneration(e.ID); err != nil {
			return err
		}
	}
	return tx.ArchiveProject(row.ID, at)
}

func (s *Service) announceAll(ctx context.Context, row ProjectRow) {
	for _, e := range row.live() {
		s.tell.Announce(ctx, e.ID, e.Revision)
	}
}
