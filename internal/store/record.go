package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
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
	ids, args := changeIDs(query)
	var out []catalog.ChangeRow
	err := t.entries(func(c catalog.ChangeRow) error {
		out = append(out, c)
		return nil
	}, ` WHERE c.id IN (`+ids+`) ORDER BY c.id DESC`, args...)
	return out, err
}

// changeIDs is the query for the ids of the entries that are asked for. None
// reads more of the record than an index of what it is filtered by leads to,
// from the newest on: a page takes as long in a long record as in a short one.
func changeIDs(query catalog.ChangeQuery) (text string, args []any) {
	where := conditions{args: []any{query.ProjectID}}
	if query.EnvironmentID != 0 {
		where.argument(query.EnvironmentID)
	}
	// Of several filters the one that leaves least has the index: an expression
	// is no index's column.
	const onlyFilter = " || '' = $%d"
	if query.Object != "" {
		where.add("x.object = $%d", query.Object)
	}
	if query.Actor != "" && query.Object == "" {
		where.add("x.actor_name = $%d", query.Actor)
	} else if query.Actor != "" {
		where.add("x.actor_name"+onlyFilter, query.Actor)
	}
	if query.Kind != "" && query.Object == "" && query.Actor == "" && (query.EnvironmentID == 0 || narrow(query)) {
		where.add("x.kind = $%d", string(query.Kind))
	} else if query.Kind != "" {
		where.add("x.kind"+onlyFilter, string(query.Kind))
	}
	limit, before := "", ""
	if query.Limit > 0 {
		limit = " LIMIT " + where.argument(query.Limit)
	}
	if query.Before != 0 {
		before = " < " + where.argument(query.Before)
	}
	page := func(id string) string {
		text := where.text
		if before != "" {
			text += " AND " + id + before
		}
		return text + " ORDER BY " + id + " DESC" + limit
	}
	const (
		record = `SELECT x.id FROM change x WHERE x.project_id = $1`
		own    = record + ` AND x.environment_id = $2`
		either = record + ` AND (x.environment_id = $2 OR EXISTS (SELECT 1 FROM revision v WHERE v.change_id = x.id AND v.environment_id = $2))`
		// SQLite reads the tables of a CROSS JOIN in the order of the text.
		raised = `SELECT v.change_id AS id FROM revision v CROSS JOIN change x WHERE x.id = v.change_id AND v.environment_id = $2 AND x.project_id = $1`
	)
	switch {
	case query.EnvironmentID == 0:
		return record + page("x.id"), where.args
	case query.Revision != 0:
		if query.Through > query.Revision {
			where.add("v.number >= $%d", query.Revision)
			where.add("v.number <= $%d", query.Through)
		} else { // one number needs no sorting
			where.add("v.number = $%d", query.Revision)
		}
		return raised + page("v.change_id"), where.args
	case narrow(query):
		return either + page("x.id"), where.args
	case query.Kind != "": // a configuration is part of its own environment's revisions only
		return own + page("x.id"), where.args
	}
	return `SELECT id FROM (SELECT id FROM (` + own + page("x.id") + `) a UNION SELECT id FROM (` + raised + page("v.change_id") + `) b) u
		ORDER BY id DESC` + limit, where.args
}

// narrow says whether a query asks for little of the record beside an
// environment: less than the environment's own entries. Most of those are
// configurations.
func narrow(query catalog.ChangeQuery) bool {
	return query.Object != "" || query.Actor != "" || query.Kind != "" && query.Kind != document.ConfigurationKind
}

// likeLiteral has a text stand for itself in LIKE.
var likeLiteral = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// ChangesWith implements catalog.Reader.
func (t catalogTx) ChangesWith(projectID int64, text string, visit func(catalog.ChangeRow) error) error {
	return t.entries(visit, ` WHERE c.project_id = $1 AND (LOWER(c.before) LIKE $2 ESCAPE '\' OR LOWER(c.after) LIKE $2 ESCAPE '\'
		OR LOWER(c.comment) LIKE $2 ESCAPE '\') ORDER BY c.seq, c.id`, projectID, "%"+likeLiteral.Replace(strings.ToLower(text))+"%")
}

// ChangesNaming implements catalog.Reader.
func (t catalogTx) ChangesNaming(projectID int64, name string) (n int, err error) {
	err = t.q.row(`SELECT COUNT(*) FROM change WHERE project_id = $1 AND (actor_name = $2 OR object = $2)`, projectID, name).scan(&n)
	return n, err
}

// RewriteChange implements catalog.Tx.
func (t catalogTx) RewriteChange(c catalog.ChangeRow) error {
	return t.q.exec(`UPDATE change SET before = $2, after = $3, before_salt = $4, after_salt = $5, before_hash = $6, after_hash = $7, comment = $8 WHERE id = $1`,
		c.ID, nullText(c.Before), nullText(c.After), c.BeforeSalt, c.AfterSalt, c.BeforeHash, c.AfterHash, c.Comment)
}

// Chain implements catalog.Reader.
func (t catalogTx) Chain(projectID int64, visit func(catalog.ChangeRow) error) error {
	return t.entries(visit, ` WHERE c.project_id = $1 ORDER BY c.seq, c.id`, projectID)
}

// ChainAfter implements catalog.Reader.
func (t catalogTx) ChainAfter(projectID, seq int64, limit int, visit func(catalog.ChangeRow) error) error {
	return t.entries(visit, ` WHERE c.id IN (SELECT x.id FROM change x WHERE x.project_id = $1 AND x.seq > $2 ORDER BY x.seq LIMIT $3) ORDER BY c.seq, c.id`, projectID, seq, limit)
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

// EntryAt implements catalog.Reader. The order of the entries is the truth, and
// not their times, which a clock that was set back may have mixed: the index
// change_project holds the times, so that looking back reads no entry.
func (t catalogTx) EntryAt(projectID, at int64) (id int64, err error) {
	err = t.q.row(`SELECT id FROM change WHERE project_id = $1 AND at <= $2 ORDER BY id DESC LIMIT 1`, projectID, at).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, translate(err)
}

// RevisionAt implements catalog.Reader.
func (t catalogTx) RevisionAt(environmentID, entryID int64) (number int64, err error) {
	err = t.q.row(`SELECT COALESCE(MAX(number), 0) FROM revision WHERE environment_id = $1 AND change_id =
		(SELECT MAX(change_id) FROM revision WHERE environment_id = $1 AND change_id <= $2)`, environmentID, entryID).scan(&number)
	return number, err
}

// ObjectsAt implements catalog.Reader. It looks once for each object that ever
// was, however long the record is.
func (t catalogTx) ObjectsAt(projectID, entryID int64) ([]catalog.PastRow, error) {
	var out []catalog.PastRow
	err := t.q.each(func(from scanner) error {
		var c catalog.PastRow
		err := from.Scan(&c.Kind, &c.Object, &c.EnvironmentID, &c.At, (*[]byte)(&c.Before), (*[]byte)(&c.After))
		out = append(out, c)
		return err
	}, `SELECT kind, object, COALESCE(environment_id, 0), at, before, after FROM change WHERE id IN (
		SELECT (SELECT c.id FROM change c WHERE c.project_id = l.project_id AND c.object = l.object AND c.kind = l.kind
			AND COALESCE(c.environment_id, 0) = l.environment_id AND c.id <= $2 ORDER BY c.id DESC LIMIT 1)
		FROM latest_change l WHERE l.project_id = $1 AND l.kind IN ('flag', 'configuration', 'target_group', 'experiment', 'attribute'))
		ORDER BY id`, projectID, entryID)
	return out, err
}

// AppendChange implements catalog.Tx.
func (t catalogTx) AppendChange(c catalog.ChangeRow) (id int64, err error) {
	if id, err = t.entryID(); err != nil {
		return 0, err
	}
	err = t.q.exec(`INSERT INTO change (id, project_id, seq, environment_id, at, actor_kind, actor_id, actor_name, kind, object, action,
		before, after, before_salt, after_salt, before_hash, after_hash, comment, request_id, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		id, c.ProjectID, c.Seq, sql.NullInt64{Int64: c.EnvironmentID, Valid: c.EnvironmentID != 0}, c.At,
		string(c.Author.Kind), c.Author.ID, c.Author.Name, string(c.Kind), c.Object, string(c.Action),
		nullText(c.Before), nullText(c.After), c.BeforeSalt, c.AfterSalt, c.BeforeHash, c.AfterHash,
		c.Comment, c.RequestID, c.PrevHash, c.Hash)
	if err != nil {
		return 0, err
	}
	fileID := int64(0)
	if c.FromFile {
		fileID = id
	}
	err = t.q.exec(`INSERT INTO latest_change (project_id, kind, object, environment_id, change_id, file_change_id) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (project_id, object, kind, environment_id) DO UPDATE SET change_id = excluded.change_id,
			file_change_id = CASE WHEN excluded.file_change_id = 0 THEN latest_change.file_change_id ELSE excluded.file_change_id END`,
		c.ProjectID, string(c.Kind), c.Object, c.EnvironmentID, id, fileID)
	if err != nil {
		return 0, err
	}
	return id, t.q.execLast(`UPDATE project SET chain_seq = $2, chain_hash = $3 WHERE id = $1`, c.ProjectID, c.Seq, c.Hash)
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
