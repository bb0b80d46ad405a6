package store

import (
	"encoding/json"
	"fmt"
	"strconv"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

func itoa(n int) string { return strconv.Itoa(n) }

// InsertProject implements catalog.Tx.
func (t catalogTx) InsertProject(key, name string, at int64) (id int64, err error) {
	err = t.q.row(`INSERT INTO project (key, name, created_at) VALUES ($1, $2, $3) RETURNING id`, key, name, at).scan(&id)
	return id, err
}

// InsertEnvironment implements catalog.Tx.
func (t catalogTx) InsertEnvironment(projectID int64, e catalog.EnvironmentRow, at int64) (id int64, err error) {
	err = t.q.row(`INSERT INTO environment (project_id, key, name, kind, position, revision, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		projectID, e.Key, e.Name, string(e.Kind), e.Position, e.Revision, at).scan(&id)
	t.q.moved.note(id, e.Revision)
	t.known.revisions[id] = e.Revision
	return id, err
}

// RenameProject implements catalog.Tx.
func (t catalogTx) RenameProject(projectID int64, name string) error {
	return t.q.exec(`UPDATE project SET name = $2 WHERE id = $1`, projectID, name)
}

// ArchiveProject implements catalog.Tx.
func (t catalogTx) ArchiveProject(projectID, at int64) error {
	return t.q.exec(`UPDATE project SET archived_at = $2 WHERE id = $1`, projectID, at)
}

// UpdateEnvironment implements catalog.Tx.
func (t catalogTx) UpdateEnvironment(e catalog.EnvironmentRow) error {
	return t.q.exec(`UPDATE environment SET name = $2, kind = $3, position = $4, approvals = $5, archived_at = $6 WHERE id = $1`,
		e.ID, e.Name, string(e.Kind), e.Position, e.Approvals, e.ArchivedAt)
}

// PutObject implements catalog.Tx.
func (t catalogTx) PutObject(projectID int64, o catalog.ObjectRow) error {
	body := string(o.Body)
	switch o.Kind {
	case document.FlagKind:
		return t.q.exec(`INSERT INTO flag (project_id, key, body, source, created_at, archived_at, declared_by, archived_reason, restored_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (project_id, key) DO UPDATE SET body = excluded.body, archived_at = excluded.archived_at,
				archived_reason = excluded.archived_reason, restored_at = excluded.restored_at`,
			projectID, o.Key, body, string(o.Source), o.CreatedAt, o.ArchivedAt, o.DeclaredBy, o.ArchivedReason, o.RestoredAt)
	case document.ConfigurationKind:
		return t.q.exec(`INSERT INTO configuration (project_id, environment_id, flag_key, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (environment_id, flag_key) DO UPDATE SET body = excluded.body`, projectID, o.EnvironmentID, o.Key, body)
	case document.TargetGroupKind:
		return t.q.exec(`INSERT INTO target_group (project_id, key, body) VALUES ($1, $2, $3)
			ON CONFLICT (project_id, key) DO UPDATE SET body = excluded.body`, projectID, o.Key, body)
	case document.ExperimentKind:
		return t.q.exec(`INSERT INTO experiment (project_id, key, environment_id, body, started_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (project_id, key) DO UPDATE SET body = excluded.body, started_at = excluded.started_at`,
			projectID, o.Key, o.EnvironmentID, body, o.StartedAt)
	case document.AttributeKind:
		return t.q.exec(`INSERT INTO attribute (project_id, path, body) VALUES ($1, $2, $3)
			ON CONFLICT (project_id, path) DO UPDATE SET body = excluded.body`, projectID, o.Key, body)
	}
	return fmt.Errorf("store: put: no such kind of object: %s", o.Kind)
}

// DeleteObject implements catalog.Tx.
func (t catalogTx) DeleteObject(projectID int64, kind document.Kind, environmentID int64, key string) error {
	switch kind {
	case document.ConfigurationKind:
		return t.q.exec(`DELETE FROM configuration WHERE project_id = $1 AND environment_id = $2 AND flag_key = $3`, projectID, environmentID, key)
	case document.TargetGroupKind:
		return t.q.exec(`DELETE FROM target_group WHERE project_id = $1 AND key = $2`, projectID, key)
	case document.ExperimentKind:
		return t.q.exec(`DELETE FROM experiment WHERE project_id = $1 AND key = $2`, projectID, key)
	case document.AttributeKind:
		return t.q.exec(`DELETE FROM attribute WHERE project_id = $1 AND path = $2`, projectID, key)
	}
	return fmt.Errorf("store: delete: no such kind of object: %s", kind)
}

// PutLine implements catalog.Tx.
func (t catalogTx) PutLine(environmentID int64, ref document.EntityRef, line []byte) error {
	if line == nil {
		return t.q.exec(`DELETE FROM ruleset_line WHERE environment_id = $1 AND kind = $2 AND key = $3`, environmentID, ref.Kind, ref.Key)
	}
	return t.q.exec(`INSERT INTO ruleset_line (environment_id, kind, key, line) VALUES ($1, $2, $3, $4)
		ON CONFLICT (environment_id, kind, key) DO UPDATE SET line = excluded.line`, environmentID, ref.Kind, ref.Key, line)
}

// DropLines implements catalog.Tx.
func (t catalogTx) DropLines(environmentID int64) error {
	return t.q.exec(`DELETE FROM ruleset_line WHERE environment_id = $1`, environmentID)
}

// RaiseRevision implements catalog.Tx.
func (t catalogTx) RaiseRevision(environmentID int64) (n int64, err error) {
	if n, err = t.revision(environmentID); err != nil {
		return 0, err
	}
	n++
	t.known.revisions[environmentID] = n
	t.q.moved.note(environmentID, n)
	return n, t.q.execLast(`UPDATE environment SET revision = $2 WHERE id = $1`, environmentID, n)
}

// revision is the one that an environment is at.
func (t catalogTx) revision(environmentID int64) (n int64, err error) {
	if n, known := t.known.revisions[environmentID]; known {
		return n, nil
	}
	err = t.q.row(`SELECT revision FROM environment WHERE id = $1`, environmentID).scan(&n)
	return n, err
}

// LinkRevision implements catalog.Tx.
func (t catalogTx) LinkRevision(environmentID, revision, changeID int64) error {
	return t.q.exec(`INSERT INTO revision (environment_id, number, change_id) VALUES ($1, $2, $3)`, environmentID, revision, changeID)
}

// RaiseGeneration implements catalog.Tx.
func (t catalogTx) RaiseGeneration(projectID int64) (n int64, err error) {
	err = t.q.row(`UPDATE project SET generation = generation + 1 WHERE id = $1 RETURNING generation`, projectID).scan(&n)
	return n, err
}

// PutDeclaration implements catalog.Tx.
func (t catalogTx) PutDeclaration(projectID int64, d catalog.DeclarationRow) error {
	options := d.Options
	if options == nil {
		options = []json.RawMessage{}
	}
	list, err := json.Marshal(options)
	if err != nil {
		return fmt.Errorf("store: options of %s: %w", d.Flag, err)
	}
	return t.q.exec(`INSERT INTO declaration (project_id, flag_key, environment_id, application, version, sdk, platform, type,
		default_value, options, description, first_seen_at, last_seen_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (project_id, flag_key, environment_id, application, version, sdk) DO UPDATE SET platform = excluded.platform, type = excluded.type,
		default_value = excluded.default_value, options = excluded.options, description = excluded.description, last_seen_at = excluded.last_seen_at`,
		projectID, d.Flag, d.EnvironmentID, d.Application, d.Version, d.SDK, d.Platform, d.Type,
		string(d.Default), string(list), d.Description, d.FirstSeenAt, d.LastSeenAt)
}

// InsertKey implements catalog.Tx.
func (t catalogTx) InsertKey(k catalog.KeyRow) (id int64, err error) {
	contexts := anyContexts
	if k.SignedContexts {
		contexts = signedContexts
	}
	err = t.q.row(`INSERT INTO sdk_key (environment_id, kind, name, hash, masked, public, created_at, expires_at, contexts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		k.EnvironmentID, string(k.Kind), k.Name, k.Hash[:], k.Masked, k.Public, k.CreatedAt, k.ExpiresAt, contexts).scan(&id)
	return id, err
}

// RevokeKey implements catalog.Tx.
func (t catalogTx) RevokeKey(keyID, at int64) error {
	return t.q.exec(`UPDATE sdk_key SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0`, keyID, at)
}

// ExpireKey implements catalog.Tx.
func (t catalogTx) ExpireKey(keyID, at int64) error {
	return t.q.exec(`UPDATE sdk_key SET expires_at = $2 WHERE id = $1`, keyID, at)
}

// RaiseKeyGeneration implements catalog.Tx.
func (t catalogTx) RaiseKeyGeneration(environmentID int64) error {
	t.q.moved.note(environmentID, 0)
	return t.q.exec(`UPDATE environment SET key_generation = key_generation + 1 WHERE id = $1`, environmentID)
}
