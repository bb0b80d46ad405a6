package store

import (
	"database/sql"
	"encoding/json"

	"burgee.dev/burgee/internal/catalog"
)

const changeColumns = `SELECT c.id, c.project_id, c.seq, COALESCE(c.environment_id, 0), COALESCE(e.key, ''), c.at,
	c.actor_kind, c.actor_id, c.actor_name, c.kind, c.object, c.action, c.before, c.after,
	c.before_salt, c.after_salt, c.before_hash, c.after_hash, c.comment, c.request_id, c.prev_hash, c.hash, re.key, r.number
	FROM change c LEFT JOIN environment e ON e.id = c.environment_id
	LEFT JOIN revision r ON r.change_id = c.id LEFT JOIN environment re ON re.id = r.environment_id`

// entries gathers the rows of a change, one for each revision that it is part
// of, and hands each change on when it is whole.
type entries struct {
	visit func(catalog.ChangeRow) error
	open  *catalog.ChangeRow
}

func (w *entries) scan(from scanner) error {
	var c catalog.ChangeRow
	var environment sql.NullString
	var number sql.NullInt64
	err := from.Scan(&c.ID, &c.ProjectID, &c.Seq, &c.EnvironmentID, &c.Environment, &c.At,
		&c.Author.Kind, &c.Author.ID, &c.Author.Name, &c.Kind, &c.Object, &c.Action, (*[]byte)(&c.Before), (*[]byte)(&c.After),
		&c.BeforeSalt, &c.AfterSalt, &c.BeforeHash, &c.AfterHash, &c.Comment, &c.RequestID, &c.PrevHash, &c.Hash, &environment, &number)
	if err != nil {
		return err
	}
	if w.open == nil || w.open.ID != c.ID {
		if err := w.flush(); err != nil {
			return err
		}
		c.Revisions = map[string]int64{}
		w.open = &c
	}
	if environment.Valid {
		w.open.Revisions[environment.String] = number.Int64
	}
	return nil
}

func (w *entries) flush() error {
	if w.open == nil {
		return nil
	}
	done := *w.open
	w.open = nil
	return w.visit(done)
}

func (t catalogTx) entries(visit func(catalog.ChangeRow) error, where string, args ...any) error {
	w := &entries{visit: visit}
	if err := t.q.each(w.scan, changeColumns+where, args...); err != nil {
		return err
	}
	return w.flush()
}

// Changes implements catalog.Reader.
func (t catalogTx) Changes(query catalog.ChangeQuery) ([]catalog.ChangeRow, error) {
	where := conditions{args: []any{query.ProjectID}}
	if query.EnvironmentID != 0 && query.Revision != 0 {
		where.args = append(where.args, query.EnvironmentID)
		where.add("x.id IN (SELECT change_id FROM revision WHERE environment_id = $2 AND number = $%d)", query.Revision)
	} else if query.EnvironmentID != 0 {
		where.add("(x.environment_id = $%[1]d OR EXISTS (SELECT 1 FROM revision v WHERE v.change_id = x.id AND v.environment_id = $%[1]d))", query.EnvironmentID)
	}
	if query.Kind != "" {
		where.add("x.kind = $%d", string(query.Kind))
	}
	if query.Object != "" {
		where.add("x.object = $%d", query.Object)
	}
	if query.Actor != "" {
		where.add("x.actor_name = $%d", query.Actor)
	}
	if query.Before != 0 {
		where.add("x.id < $%d", query.Before)
	}
	limit := ""
	if query.Limit > 0 {
		where.args = append(where.args, query.Limit)
		limit = " LIMIT $" + itoa(len(where.args))
	}
	var out []catalog.ChangeRow
	err := t.entries(func(c catalog.ChangeRow) error {
		out = append(out, c)
		return nil
	}, ` WHERE c.id IN (SELECT x.id FROM change x WHERE x.project_id = $1`+where.text+` ORDER BY x.id DESC`+limit+`) ORDER BY c.id DESC`, where.args...)
	return out, err
}

// Chain implements catalog.Reader.
func (t catalogTx) Chain(projectID int64, visit func(catalog.ChangeRow) error) error {
	return t.entries(visit, ` WHERE c.project_id = $1 ORDER BY c.seq, c.id`, projectID)
}

// Revisions implements catalog.Reader.
func (t catalogTx) Revisions(environmentID, before int64, limit int) ([]catalog.RevisionRow, error) {
	where := conditions{args: []any{environmentID}}
	if before != 0 {
		where.add("number < $%d", before)
	}
	where.args = append(where.args, limit)
	var out []catalog.RevisionRow
	err := t.q.each(func(from scanner) error {
		var number, changeID int64
		if err := from.Scan(&number, &changeID); err != nil {
			return err
		}
		if n := len(out); n == 0 || out[n-1].Number != number {
			out = append(out, catalog.RevisionRow{Number: number})
		}
		last := &out[len(out)-1]
		last.ChangeIDs = append(last.ChangeIDs, changeID)
		return nil
	}, `SELECT number, change_id FROM revision WHERE environment_id = $1 AND number IN
		(SELECT DISTINCT number FROM revision WHERE environment_id = $1`+where.text+` ORDER BY number DESC LIMIT $`+itoa(len(where.args))+`)
		ORDER BY number DESC, change_id`, where.args...)
	return out, err
}

// AppendChange implements catalog.Tx.
func (t catalogTx) AppendChange(c catalog.ChangeRow) (id int64, err error) {
	err = t.q.row(`INSERT INTO change (project_id, seq, environment_id, at, actor_kind, actor_id, actor_name, kind, object, action,
		before, after, before_salt, after_salt, before_hash, after_hash, comment, request_id, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) RETURNING id`,
		c.ProjectID, c.Seq, sql.NullInt64{Int64: c.EnvironmentID, Valid: c.EnvironmentID != 0}, c.At,
		string(c.Author.Kind), c.Author.ID, c.Author.Name, string(c.Kind), c.Object, string(c.Action),
		nullText(c.Before), nullText(c.After), c.BeforeSalt, c.AfterSalt, c.BeforeHash, c.AfterHash,
		c.Comment, c.RequestID, c.PrevHash, c.Hash).scan(&id)
	if err != nil {
		return 0, err
	}
	err = t.q.exec(`INSERT INTO latest_change (project_id, kind, object, environment_id, change_id) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (project_id, object, kind, environment_id) DO UPDATE SET change_id = excluded.change_id`,
		c.ProjectID, string(c.Kind), c.Object, c.EnvironmentID, id)
	if err != nil {
		return 0, err
	}
	return id, t.q.exec(`UPDATE project SET chain_seq = $2, chain_hash = $3 WHERE id = $1`, c.ProjectID, c.Seq, c.Hash)
}

// PutWaiting implements catalog.Tx.
func (t catalogTx) PutWaiting(c catalog.ChangeRow) error {
	return t.q.exec(`INSERT INTO waiting_change (at, actor_kind, actor_id, actor_name, kind, object, action, before, after, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.At, string(c.Author.Kind), c.Author.ID, c.Author.Name, string(c.Kind), c.Object, string(c.Action),
		nullText(c.Before), nullText(c.After), c.RequestID)
}

// TakeWaiting implements catalog.Tx.
func (t catalogTx) TakeWaiting() ([]catalog.ChangeRow, error) {
	var out []catalog.ChangeRow
	err := t.q.each(func(from scanner) error {
		var c catalog.ChangeRow
		err := from.Scan(&c.At, &c.Author.Kind, &c.Author.ID, &c.Author.Name, &c.Kind, &c.Object, &c.Action,
			(*[]byte)(&c.Before), (*[]byte)(&c.After), &c.RequestID)
		out = append(out, c)
		return err
	}, `SELECT at, actor_kind, actor_id, actor_name, kind, object, action, before, after, request_id FROM waiting_change ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return out, t.q.exec(`DELETE FROM waiting_change`)
}

// nullText is JSON as stored: absent is NULL.
func nullText(raw json.RawMessage) sql.NullString {
	return sql.NullString{String: string(raw), Valid: raw != nil}
}
