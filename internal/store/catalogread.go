package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strconv"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

// catalogTx implements catalog.Tx.
type catalogTx struct {
	q      query
	engine engine
	known  *known
}

func newCatalogTx(q query, e engine) catalogTx {
	return catalogTx{q, e, &known{revisions: map[int64]int64{}}}
}

const projectColumns = `SELECT id, key, name, created_at, archived_at, generation, chain_seq, chain_hash FROM project`

func scanProject(from scanner) (p catalog.ProjectRow, err error) {
	err = from.Scan(&p.ID, &p.Key, &p.Name, &p.CreatedAt, &p.ArchivedAt, &p.Generation, &p.ChainSeq, &p.ChainHash)
	return p, err
}

// Projects implements catalog.Reader.
func (t catalogTx) Projects() ([]catalog.ProjectRow, error) {
	var out []catalog.ProjectRow
	err := t.q.each(func(from scanner) error {
		p, err := scanProject(from)
		out = append(out, p)
		return err
	}, projectColumns+` ORDER BY id`)
	if err != nil {
		return nil, err
	}
	for i := range out {
		if err := t.environments(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Project implements catalog.Reader.
func (t catalogTx) Project(key string) (catalog.ProjectRow, error) {
	p, err := scanProject(t.q.row(projectColumns+` WHERE key = $1`, key))
	if errors.Is(err, sql.ErrNoRows) {
		return p, missing(err, "project_not_found", "There is no project %q", key)
	}
	if err != nil {
		return p, translate(err)
	}
	return p, t.environments(&p)
}

func (t catalogTx) environments(p *catalog.ProjectRow) error {
	return t.q.each(func(from scanner) error {
		var e catalog.EnvironmentRow
		err := from.Scan(&e.ID, &e.Key, &e.Name, &e.Kind, &e.Position, &e.Revision, &e.Approvals, &e.ArchivedAt)
		p.Environments = append(p.Environments, e)
		t.known.revisions[e.ID] = e.Revision
		return err
	}, `SELECT id, key, name, kind, position, revision, approvals, archived_at FROM environment WHERE project_id = $1 ORDER BY position, id`, p.ID)
}

// FlagCount implements catalog.Reader.
func (t catalogTx) FlagCount(projectID int64) (n int, err error) {
	err = t.q.row(`SELECT COUNT(*) FROM flag WHERE project_id = $1 AND archived_at = 0`, projectID).scan(&n)
	return n, err
}

// Objects implements catalog.Reader.
func (t catalogTx) Objects(projectID int64) (out catalog.ObjectRows, err error) {
	for kind, rows := range map[document.Kind]*[]catalog.ObjectRow{
		document.FlagKind: &out.Flags, document.ConfigurationKind: &out.Configurations, document.TargetGroupKind: &out.Groups,
		document.ExperimentKind: &out.Experiments, document.AttributeKind: &out.Attributes,
	} {
		home := objectHomes[kind]
		if *rows, err = t.objects(nil, kind, "SELECT "+home.columns+" FROM "+home.table+" o WHERE o.project_id = $1", projectID); err != nil {
			return out, err
		}
	}
	return out, nil
}

// ObjectsOf implements catalog.Reader.
func (t catalogTx) ObjectsOf(projectID int64, kind document.Kind, keys ...string) (out []catalog.ObjectRow, err error) {
	home := objectHomes[kind]
	for with, args := range t.wanted(projectID, keys) {
		out, err = t.objects(out, kind, with+"SELECT "+home.columns+" FROM wanted w JOIN "+home.table+
			" o ON o.project_id = w.project_id AND o."+home.key+" = w.key", args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// objectHomes are the tables of entities, each with the columns that make an
// ObjectRow.
var objectHomes = map[document.Kind]struct{ table, key, columns string }{
	document.FlagKind:          {"flag", "key", "o.key, 0, o.body, o.source, o.created_at, o.archived_at, o.declared_by, 0, o.archived_reason, o.restored_at"},
	document.ConfigurationKind: {"configuration", "flag_key", "o.flag_key, o.environment_id, o.body, '', 0, 0, 0, 0, '', 0"},
	document.TargetGroupKind:   {"target_group", "key", "o.key, 0, o.body, '', 0, 0, 0, 0, '', 0"},
	document.ExperimentKind:    {"experiment", "key", "o.key, o.environment_id, o.body, '', 0, 0, 0, o.started_at, '', 0"},
	document.AttributeKind:     {"attribute", "path", "o.path, 0, o.body, '', 0, 0, 0, 0, '', 0"},
}

func (t catalogTx) objects(out []catalog.ObjectRow, kind document.Kind, text string, args ...any) ([]catalog.ObjectRow, error) {
	err := t.q.each(func(from scanner) error {
		o := catalog.ObjectRow{Kind: kind}
		err := from.Scan(&o.Key, &o.EnvironmentID, (*[]byte)(&o.Body), &o.Source, &o.CreatedAt, &o.ArchivedAt, &o.DeclaredBy, &o.StartedAt,
			&o.ArchivedReason, &o.RestoredAt)
		out = append(out, o)
		return err
	}, text, args...)
	return out, err
}

// Lines implements catalog.Reader.
func (t catalogTx) Lines(environmentID int64) (map[document.EntityRef][]byte, error) {
	out := map[document.EntityRef][]byte{}
	err := t.q.each(func(from scanner) error {
		var ref document.EntityRef
		var line []byte
		if err := from.Scan(&ref.Kind, &ref.Key, &line); err != nil {
			return err
		}
		out[ref] = line
		return nil
	}, `SELECT kind, key, line FROM ruleset_line WHERE environment_id = $1`, environmentID)
	return out, err
}

// wanted are objects of a project as a WITH of the table wanted (project_id,
// key), as many at a time as a statement takes, with its arguments.
func (t catalogTx) wanted(projectID int64, keys []string) iter.Seq2[string, []any] {
	columns := []column{{"project_id", kindInteger}, {"key", kindText}}
	return func(yield func(string, []any) bool) {
		for some := range slices.Chunk(keys, t.engine.atOnce(len(columns))) {
			rows := make([][]any, len(some))
			for i, key := range some {
				rows[i] = []any{projectID, key}
			}
			from, args := t.engine.list(columns, rows)
			if !yield("WITH wanted (project_id, key) AS (SELECT * FROM "+from+" l) ", args) {
				return
			}
		}
	}
}

// Latest implements catalog.Reader.
func (t catalogTx) Latest(projectID int64, kind document.Kind, objects ...string) (out []catalog.LatestRow, err error) {
	if len(objects) == 0 {
		return t.latest(nil, "", "latest_change l", conditions{text: " AND l.project_id = $1", args: []any{projectID}}, kind)
	}
	const from = "wanted w JOIN latest_change l ON l.project_id = w.project_id AND l.object = w.key"
	for with, args := range t.wanted(projectID, objects) {
		if out, err = t.latest(out, with, from, conditions{args: args}, kind); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t catalogTx) latest(out []catalog.LatestRow, with, from string, where conditions, kind document.Kind) ([]catalog.LatestRow, error) {
	if kind != "" {
		where.add("l.kind = $%d", string(kind))
	}
	err := t.q.each(func(from scanner) error {
		var c catalog.LatestRow
		var environmentID, number sql.NullInt64
		if err := from.Scan(&c.Kind, &c.Object, &c.EnvironmentID, &c.ChangeID, &c.FileChangeID, &c.At, &c.Author.Kind, &c.Author.ID, &c.Author.Name, &environmentID, &number); err != nil {
			return err
		}
		if n := len(out); n == 0 || out[n-1].ChangeID != c.ChangeID {
			c.Revisions = map[int64]int64{}
			out = append(out, c)
		}
		if environmentID.Valid {
			out[len(out)-1].Revisions[environmentID.Int64] = number.Int64
		}
		return nil
	}, with+`SELECT l.kind, l.object, l.environment_id, l.change_id, l.file_change_id, c.at, c.actor_kind, c.actor_id, c.actor_name, r.environment_id, r.number
		FROM `+from+` JOIN change c ON c.id = l.change_id LEFT JOIN revision r ON r.change_id = l.change_id
		WHERE true`+where.text+` ORDER BY l.change_id`, where.args...)
	return out, err
}

// LatestOf implements catalog.Reader.
func (t catalogTx) LatestOf(projectID int64) (map[int64]catalog.LastChange, error) {
	out := map[int64]catalog.LastChange{}
	err := t.q.each(func(from scanner) error {
		var environmentID int64
		var c catalog.LastChange
		err := from.Scan(&environmentID, &c.Revision, &c.ID, &c.At, &c.Author.Kind, &c.Author.ID, &c.Author.Name)
		out[environmentID] = c
		return err
	}, `SELECT e.id, e.revision, c.id, c.at, c.actor_kind, c.actor_id, c.actor_name FROM environment e
		JOIN change c ON c.id = (SELECT MAX(r.change_id) FROM revision r WHERE r.environment_id = e.id AND r.number = e.revision)
		WHERE e.project_id = $1`, projectID)
	return out, err
}

// Asked implements catalog.Reader.
func (t catalogTx) Asked(projectID, since int64, flags ...string) (out []catalog.AskedRow, err error) {
	for with, args := range t.wanted(projectID, flags) {
		err := t.q.each(func(from scanner) error {
			var a catalog.AskedRow
			err := from.Scan(&a.EnvironmentID, &a.Flag, &a.Application, &a.Version, &a.LastAt, &a.Count)
			out = append(out, a)
			return err
		}, with+`SELECT c.environment_id, c.flag, c.application, c.version, MAX(c.minute), CAST(SUM(c.count) AS BIGINT)
			FROM wanted w JOIN environment e ON e.project_id = w.project_id
			JOIN evaluation_count c ON c.environment_id = e.id AND c.flag = w.key AND c.minute >= `+strconv.FormatInt(since, 10)+`
			GROUP BY c.environment_id, c.flag, c.application, c.version`, args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Served implements catalog.Reader.
func (t catalogTx) Served(projectID int64, flags ...string) (out []catalog.ServedRow, err error) {
	if len(flags) == 0 {
		return t.served(nil, "", "environment e JOIN evaluation_served s ON s.environment_id = e.id WHERE e.project_id = $1", projectID)
	}
	const from = "wanted w JOIN environment e ON e.project_id = w.project_id JOIN evaluation_served s ON s.environment_id = e.id AND s.flag = w.key"
	for with, args := range t.wanted(projectID, flags) {
		if out, err = t.served(out, with, from, args...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t catalogTx) served(out []catalog.ServedRow, with, from string, args ...any) ([]catalog.ServedRow, error) {
	err := t.q.each(func(from scanner) error {
		var s catalog.ServedRow
		err := from.Scan(&s.EnvironmentID, &s.Flag, &s.Variation, &s.FirstAt, &s.LastAt)
		out = append(out, s)
		return err
	}, with+`SELECT s.environment_id, s.flag, s.variation, s.first_minute, s.last_minute FROM `+from, args...)
	return out, err
}

// Declarations implements catalog.Reader.
func (t catalogTx) Declarations(projectID int64, flags ...string) (out []catalog.DeclarationRow, err error) {
	if len(flags) == 0 {
		return t.declarations(nil, "", "declaration d WHERE d.project_id = $1", projectID)
	}
	const from = "wanted w JOIN declaration d ON d.project_id = w.project_id AND d.flag_key = w.key"
	for with, args := range t.wanted(projectID, flags) {
		if out, err = t.declarations(out, with, from, args...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t catalogTx) declarations(out []catalog.DeclarationRow, with, from string, args ...any) ([]catalog.DeclarationRow, error) {
	err := t.q.each(func(from scanner) error {
		var d catalog.DeclarationRow
		var options []byte
		err := from.Scan(&d.EnvironmentID, &d.Flag, &d.Application, &d.Version, &d.SDK, &d.Platform, &d.Type,
			(*[]byte)(&d.Default), &options, &d.Description, &d.FirstSeenAt, &d.LastSeenAt)
		if err == nil {
			err = json.Unmarshal(options, &d.Options)
		}
		out = append(out, d)
		return err
	}, with+`SELECT d.environment_id, d.flag_key, d.application, d.version, d.sdk, d.platform, d.type, d.default_value, d.options, d.description,
		d.first_seen_at, d.last_seen_at FROM `+from+` ORDER BY d.last_seen_at DESC, d.first_seen_at DESC, d.version DESC, d.application`, args...)
	return out, err
}

// DeclaredSince implements catalog.Reader.
func (t catalogTx) DeclaredSince(keyID, since int64) (n int, err error) {
	err = t.q.row(`SELECT COUNT(*) FROM flag WHERE declared_by = $1 AND created_at > $2`, keyID, since).scan(&n)
	return n, err
}

// Keys implements catalog.Reader.
func (t catalogTx) Keys(environmentID int64) ([]catalog.KeyRow, error) {
	var out []catalog.KeyRow
	err := t.q.each(func(from scanner) error {
		k := catalog.KeyRow{EnvironmentID: environmentID}
		var hash []byte
		var contexts string
		err := from.Scan(&k.ID, &k.Kind, &k.Name, &hash, &k.Masked, &k.Public, &k.CreatedAt, &k.ExpiresAt, &k.RevokedAt, &k.LastUsedAt, &k.Uses, &k.LastSDK, &contexts)
		copy(k.Hash[:], hash)
		k.SignedContexts = contexts == signedContexts
		out = append(out, k)
		return err
	}, `SELECT id, kind, name, hash, masked, public, created_at, expires_at, revoked_at, last_used_at, uses, last_sdk, contexts
		FROM sdk_key WHERE environment_id = $1 ORDER BY id`, environmentID)
	return out, err
}
