package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"burgee.dev/burgee/internal/catalog"
)

const rolloutColumns = `project_id, number, environment_id, kind, object, rule, variation, rest, unit, state, steps, made, next_at, remaining,
	problem, began, remains, approvals, request, actor_kind, actor_id, actor_name, person, created_at, updated_at, attempts, retry_at`

func scanRollout(from scanner) (r catalog.RolloutRow, err error) {
	var steps, began, remains []byte
	err = from.Scan(&r.ProjectID, &r.Number, &r.EnvironmentID, &r.Kind, &r.Object, &r.Rule, &r.Variation, &r.Rest, &r.By, &r.State, &steps, &r.Made, &r.NextAt, &r.Remaining,
		&r.Problem, &began, &remains, &r.Approvals, &r.Request, &r.Author.Kind, &r.Author.ID, &r.Author.Name, &r.Person, &r.CreatedAt, &r.UpdatedAt, &r.Attempts, &r.RetryAt)
	if err != nil {
		return r, err
	}
	if len(began) > 0 {
		r.Began = began
	}
	r.Remains = remains
	return r, json.Unmarshal(steps, &r.Steps)
}

// Rollouts implements catalog.Reader.
func (t catalogTx) Rollouts(query catalog.RolloutQuery) (out []catalog.RolloutRow, err error) {
	where := conditions{args: []any{query.ProjectID}}
	if query.EnvironmentID != 0 {
		where.add("environment_id = $%d", query.EnvironmentID)
	}
	if query.Kind != "" {
		where.add("kind = $%d", string(query.Kind))
	}
	if query.Object != "" {
		where.add("object = $%d", query.Object)
	}
	if query.Before != 0 {
		where.add("number < $%d", query.Before)
	}
	if len(query.States) > 0 {
		var places []string
		for _, state := range query.States {
			places = append(places, where.argument(string(state)))
		}
		where.text += " AND state IN (" + strings.Join(places, ", ") + ")"
	}
	limit := where.argument(query.Limit)
	err = t.q.each(func(from scanner) error {
		r, err := scanRollout(from)
		out = append(out, r)
		return err
	}, `SELECT `+rolloutColumns+` FROM rollout WHERE project_id = $1`+where.text+` ORDER BY number DESC LIMIT `+limit, where.args...)
	return out, err
}

// Rollout implements catalog.Reader.
func (t catalogTx) Rollout(projectID, number int64) (catalog.RolloutRow, error) {
	r, err := scanRollout(t.q.row(`SELECT `+rolloutColumns+` FROM rollout WHERE project_id = $1 AND number = $2`, projectID, number))
	if errors.Is(err, sql.ErrNoRows) {
		return r, missing(err, "rollout_not_found", "There is no rollout %d", number)
	}
	return r, translate(err)
}

// DueRollouts implements catalog.Reader.
func (t catalogTx) DueRollouts(at int64) (out []catalog.DueRow, err error) {
	err = t.q.each(func(from scanner) error {
		due := catalog.DueRow{Rollout: true}
		err := from.Scan(&due.Project, &due.ProjectID, &due.Number, &due.At, &due.Attempts)
		out = append(out, due)
		return err
	}, `SELECT p.key, p.id, r.number, r.next_at, r.attempts FROM rollout r JOIN project p ON p.id = r.project_id
		WHERE r.state = $1 AND r.next_at <= $2 AND r.retry_at <= $2 ORDER BY r.next_at, r.project_id, r.number`, string(catalog.RolloutRunning), at)
	return out, err
}

// PutRollout implements catalog.Tx.
func (t catalogTx) PutRollout(r catalog.RolloutRow) (int64, error) {
	if r.Number == 0 {
		if err := t.q.row(`SELECT COALESCE(MAX(number), 0) + 1 FROM rollout WHERE project_id = $1`, r.ProjectID).scan(&r.Number); err != nil {
			return 0, err
		}
	}
	steps, err := json.Marshal(r.Steps)
	if err != nil {
		return 0, fmt.Errorf("store: encode the steps of a rollout: %w", err)
	}
	return r.Number, t.q.exec(`INSERT INTO rollout (`+rolloutColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)
		ON CONFLICT (project_id, number) DO UPDATE SET state = excluded.state, steps = excluded.steps, made = excluded.made, next_at = excluded.next_at,
			remaining = excluded.remaining, problem = excluded.problem, began = excluded.began, remains = excluded.remains,
			actor_kind = excluded.actor_kind, actor_id = excluded.actor_id, actor_name = excluded.actor_name, person = excluded.person, updated_at = excluded.updated_at,
			attempts = excluded.attempts, retry_at = excluded.retry_at`,
		r.ProjectID, r.Number, r.EnvironmentID, string(r.Kind), r.Object, r.Rule, r.Variation, r.Rest, r.By, string(r.State), string(steps), r.Made, r.NextAt, r.Remaining,
		r.Problem, string(r.Began), string(r.Remains), r.Approvals, r.Request, string(r.Author.Kind), r.Author.ID, r.Author.Name, r.Person, r.CreatedAt, r.UpdatedAt, r.Attempts, r.RetryAt)
}
