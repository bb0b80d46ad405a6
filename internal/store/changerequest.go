package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/lease"
)

const requestColumns = `c.project_id, c.number, c.title, c.state, c.version, c.digest, c.base, c.environments, c.objects,
	c.actor_kind, c.actor_id, c.actor_name, c.created_at, c.updated_at, c.publish_at, c.problem, c.revisions,
	c.attempts, c.retry_at, c.rollout`

func scanRequest(from scanner, more ...any) (c catalog.ChangeRequestRow, err error) {
	var base, environments, revisions, rollout []byte
	err = from.Scan(append([]any{&c.ProjectID, &c.Number, &c.Title, &c.State, &c.Version, &c.Digest, &base, &environments, &c.Objects,
		&c.Author.Kind, &c.Author.ID, &c.Author.Name, &c.CreatedAt, &c.UpdatedAt, &c.PublishAt, &c.Problem, &revisions,
		&c.Attempts, &c.RetryAt, &rollout}, more...)...)
	if err != nil {
		return c, err
	}
	if len(rollout) > 0 {
		c.Rollout = rollout
	}
	return c, errors.Join(json.Unmarshal(base, &c.Base), json.Unmarshal(environments, &c.Environments), json.Unmarshal(revisions, &c.Revisions))
}

// ChangeRequests implements catalog.Reader.
func (t catalogTx) ChangeRequests(query catalog.ChangeRequestQuery) (out []catalog.ChangeRequestRow, err error) {
	where := conditions{args: []any{query.ProjectID}}
	if query.State != "" {
		where.add("c.state = $%d", string(query.State))
	}
	if query.Scheduled {
		where.add("c.publish_at > $%d", 0)
	}
	if query.Digest != nil {
		where.add("c.digest = $%d", query.Digest)
	}
	if query.Before != 0 {
		where.add("c.number < $%d", query.Before)
	}
	limit := where.argument(query.Limit)
	err = t.q.each(func(from scanner) error {
		c, err := scanRequest(from)
		out = append(out, c)
		return err
	}, `SELECT `+requestColumns+` FROM change_request c WHERE c.project_id = $1`+where.text+` ORDER BY c.number DESC LIMIT `+limit, where.args...)
	return out, err
}

// ChangeRequest implements catalog.Reader.
func (t catalogTx) ChangeRequest(projectID, number int64) (c catalog.ChangeRequestRow, err error) {
	var changes []byte
	c, err = scanRequest(t.q.row(`SELECT `+requestColumns+`, c.changes FROM change_request c WHERE c.project_id = $1 AND c.number = $2`, projectID, number), &changes)
	if errors.Is(err, sql.ErrNoRows) {
		return c, missing(err, "change_request_not_found", "There is no change request %d", number)
	}
	c.Changes = changes
	return c, translate(err)
}

// ChangeRequestEvents implements catalog.Reader.
func (t catalogTx) ChangeRequestEvents(projectID, first, last int64) (out []catalog.ChangeRequestEventRow, err error) {
	err = t.q.each(func(from scanner) error {
		e := catalog.ChangeRequestEventRow{ProjectID: projectID}
		var environments []byte
		err := from.Scan(&e.Number, &e.Seq, &e.Kind, &e.Version, &e.At, &e.Author.Kind, &e.Author.ID, &e.Author.Name, &e.Person, &environments, &e.Text)
		if err == nil {
			err = json.Unmarshal(environments, &e.Environments)
		}
		out = append(out, e)
		return err
	}, `SELECT number, seq, kind, version, at, actor_kind, actor_id, actor_name, person, environments, text
		FROM change_request_event WHERE project_id = $1 AND number >= $2 AND number <= $3 ORDER BY number, seq`, projectID, first, last)
	return out, err
}

// DueChangeRequests implements catalog.Reader.
func (t catalogTx) DueChangeRequests(at int64) (out []catalog.DueRow, err error) {
	err = t.q.each(func(from scanner) error {
		var due catalog.DueRow
		err := from.Scan(&due.Project, &due.ProjectID, &due.Number, &due.At, &due.Attempts)
		out = append(out, due)
		return err
	}, `SELECT p.key, p.id, c.number, c.publish_at, c.attempts FROM change_request c JOIN project p ON p.id = c.project_id
		WHERE c.state = $1 AND c.publish_at > 0 AND c.publish_at <= $2 AND c.retry_at <= $2 ORDER BY c.publish_at, c.project_id, c.number`, string(catalog.RequestOpen), at)
	return out, err
}

// PutAttempt implements catalog.Tx.
func (t catalogTx) PutAttempt(due catalog.DueRow, attempts int, retryAt int64, problem string) error {
	table := "change_request"
	if due.Rollout {
		table = "rollout"
	}
	return t.q.exec(`UPDATE `+table+` SET attempts = $3, retry_at = $4, problem = $5 WHERE project_id = $1 AND number = $2`,
		due.ProjectID, due.Number, attempts, retryAt, problem)
}

// SetApprovals implements catalog.Tx.
func (t catalogTx) SetApprovals(environmentID int64, approvals int) error {
	return t.q.exec(`UPDATE environment SET approvals = $2 WHERE id = $1`, environmentID, approvals)
}

// PutChangeRequest implements catalog.Tx.
func (t catalogTx) PutChangeRequest(c catalog.ChangeRequestRow) (int64, error) {
	if c.Number == 0 {
		if err := t.q.row(`SELECT COALESCE(MAX(number), 0) + 1 FROM change_request WHERE project_id = $1`, c.ProjectID).scan(&c.Number); err != nil {
			return 0, err
		}
	}
	base, err := jsonText(c.Base, "{}")
	if err != nil {
		return 0, err
	}
	environments, err := jsonText(c.Environments, "[]")
	if err != nil {
		return 0, err
	}
	revisions, err := jsonText(c.Revisions, "{}")
	if err != nil {
		return 0, err
	}
	return c.Number, t.q.exec(`INSERT INTO change_request (project_id, number, title, state, version, digest, base, environments, objects, changes,
			actor_kind, actor_id, actor_name, created_at, updated_at, publish_at, problem, revisions,
			attempts, retry_at, rollout)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT (project_id, number) DO UPDATE SET title = excluded.title, state = excluded.state, version = excluded.version, digest = excluded.digest,
			base = excluded.base, environments = excluded.environments, objects = excluded.objects, changes = excluded.changes,
			updated_at = excluded.updated_at, publish_at = excluded.publish_at, problem = excluded.problem, revisions = excluded.revisions,
			attempts = excluded.attempts, retry_at = excluded.retry_at, rollout = excluded.rollout`,
		c.ProjectID, c.Number, c.Title, string(c.State), c.Version, c.Digest, base, environments, c.Objects, string(c.Changes),
		string(c.Author.Kind), c.Author.ID, c.Author.Name, c.CreatedAt, c.UpdatedAt, c.PublishAt, c.Problem, revisions,
		c.Attempts, c.RetryAt, string(c.Rollout))
}

// AppendChangeRequestEvent implements catalog.Tx.
func (t catalogTx) AppendChangeRequestEvent(e catalog.ChangeRequestEventRow) error {
	environments, err := jsonText(e.Environments, "[]")
	if err != nil {
		return err
	}
	t.q.moved.note(0, 0) // it is of no environment
	var seq int64
	if err := t.q.row(`SELECT COALESCE(MAX(seq), 0) + 1 FROM change_request_event WHERE project_id = $1 AND number = $2`, e.ProjectID, e.Number).scan(&seq); err != nil {
		return err
	}
	return t.q.exec(`INSERT INTO change_request_event (project_id, number, seq, kind, version, at, actor_kind, actor_id, actor_name, person, environments, text)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.ProjectID, e.Number, seq, string(e.Kind), e.Version, e.At, string(e.Author.Kind), e.Author.ID, e.Author.Name, e.Person, environments, e.Text)
}

// PutChangeRequestText implements catalog.Tx.
func (t catalogTx) PutChangeRequestText(e catalog.ChangeRequestEventRow) error {
	return t.q.exec(`UPDATE change_request_event SET text = $4 WHERE project_id = $1 AND number = $2 AND seq = $3`, e.ProjectID, e.Number, e.Seq, e.Text)
}

// Hold implements catalog.Tx.
func (t catalogTx) Hold(fence lease.Fence) error { return t.q.hold(fence) }

// jsonText is a value as stored; an empty one is written as said.
func jsonText[V map[string]int64 | []string](value V, empty string) (string, error) {
	if len(value) == 0 {
		return empty, nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("store: encode %T: %w", value, err)
	}
	return string(text), nil
}
