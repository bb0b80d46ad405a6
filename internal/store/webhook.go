package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/webhook"
)

// Webhooks is a Store that writes each change of webhooks together with its entry
// of the record.
type Webhooks struct {
	*Store
	record func(tx catalog.Tx, project string, entry catalog.ChangeRow) error
}

// RecordedWebhooks returns the store of webhooks. record writes an entry in the transaction
// of its change; when it fails, there is no change.
func (s *Store) RecordedWebhooks(record func(catalog.Tx, string, catalog.ChangeRow) error) *Webhooks {
	return &Webhooks{s, record}
}

var webhookColumns = fmt.Sprintf(`SELECT w.id, p.key, w.name, w.format, w.filter, w.enabled, w.sealed, w.version, w.created_at, w.updated_at,
	g.seq, g.failures, g.failing_since, g.retry_at, g.attempted_at, g.succeeded_at, g.problem, p.chain_seq - g.seq,
	(SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'pending'),
	(SELECT COUNT(*) FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.attempts >= %d)
	FROM webhook w JOIN project p ON p.id = w.project_id JOIN webhook_progress g ON g.webhook_id = w.id`, webhook.InOrder)

func scanWebhook(from scanner) (r webhook.Row, err error) {
	var filter []byte
	var enabled int64
	p := &r.Progress
	err = from.Scan(&r.ID, &r.Project, &r.Name, &r.Format, &filter, &enabled, &r.Sealed, &r.Version, &r.CreatedAt, &r.UpdatedAt,
		&p.Seq, &p.Failures, &p.FailingSince, &p.RetryAt, &p.AttemptedAt, &p.SucceededAt, &p.Problem, &p.Behind, &p.Pending, &p.Odd)
	if err != nil {
		return r, err
	}
	r.Enabled = enabled != 0
	return r, json.Unmarshal(filter, &r.Filter)
}

// Webhooks implements webhook.Store.
func (s *Store) Webhooks(ctx context.Context, project string) (out []webhook.Row, err error) {
	err = s.read(ctx, func(q query) error {
		if _, err := newCatalogTx(q, s.engine).Project(project); err != nil {
			return err
		}
		return q.each(func(from scanner) error {
			r, err := scanWebhook(from)
			out = append(out, r)
			return err
		}, webhookColumns+` WHERE p.key = $1 ORDER BY w.name`, project)
	})
	return out, err
}

// AllWebhooks lists the webhooks of all projects.
func (s *Store) AllWebhooks(ctx context.Context) (out []webhook.Row, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			r, err := scanWebhook(from)
			out = append(out, r)
			return err
		}, webhookColumns+` ORDER BY p.key, w.name`)
	})
	return out, err
}

// Webhook implements webhook.Store.
func (s *Store) Webhook(ctx context.Context, project, id string) (r webhook.Row, err error) {
	err = s.read(ctx, func(q query) error {
		r, err = scanWebhook(q.row(webhookColumns+` WHERE w.id = $1 AND p.key = $2`, id, project))
		if errors.Is(err, sql.ErrNoRows) {
			if _, err := newCatalogTx(q, s.engine).Project(project); err != nil {
				return err
			}
		}
		return noWebhook(err)
	})
	return r, err
}

// WebhookByID implements webhook.Queue.
func (s *Store) WebhookByID(ctx context.Context, id string) (r webhook.Row, err error) {
	err = s.glance(ctx, func(q query) error {
		r, err = scanWebhook(q.row(webhookColumns+` WHERE w.id = $1`, id))
		return noWebhook(err)
	})
	return r, err
}

func noWebhook(err error) error {
	return translate(missing(err, "webhook_not_found", "There is no such webhook"))
}

// recorded runs fn and the entry's record in one write transaction.
func (w *Webhooks) recorded(ctx context.Context, project string, entry catalog.ChangeRow, fn func(query) error) error {
	return w.change(ctx, func(q query) error {
		if err := w.record(newCatalogTx(q, w.engine), project, entry); err != nil {
			return err
		}
		return fn(q)
	})
}

// AddWebhook implements webhook.Store.
func (w *Webhooks) AddWebhook(ctx context.Context, r webhook.Row, entry catalog.ChangeRow) error {
	filter, err := json.Marshal(r.Filter)
	if err != nil {
		return fmt.Errorf("store: encode a filter: %w", err)
	}
	return w.recorded(ctx, r.Project, entry, func(q query) error {
		var project, seq int64
		var there int
		err := q.row(`SELECT p.id, p.chain_seq, (SELECT COUNT(*) FROM webhook w WHERE w.project_id = p.id) FROM project p WHERE p.key = $1`, r.Project).scan(&project, &seq, &there)
		if err != nil {
			return err
		}
		if there >= webhook.MaxWebhooks {
			return fault.New(fault.Conflict, "webhook_limit", "The project %s has %d webhooks, and more do not fit", r.Project, there)
		}
		err = q.exec(`INSERT INTO webhook (id, project_id, name, format, filter, enabled, sealed, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			r.ID, project, r.Name, string(r.Format), string(filter), truth(r.Enabled), r.Sealed, r.Version, r.CreatedAt, r.UpdatedAt)
		if err != nil {
			return err
		}
		return q.exec(`INSERT INTO webhook_progress (webhook_id, seq, failures, failing_since, retry_at, attempted_at, succeeded_at, problem) VALUES ($1, $2, 0, 0, 0, 0, 0, '')`, r.ID, seq)
	})
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// PutWebhook implements webhook.Store. What waits is tried with the new settings at
// once.
func (w *Webhooks) PutWebhook(ctx context.Context, r webhook.Row, was int64, fromNow bool, entry catalog.ChangeRow) error {
	filter, err := json.Marshal(r.Filter)
	if err != nil {
		return fmt.Errorf("store: encode a filter: %w", err)
	}
	return w.recorded(ctx, r.Project, entry, func(q query) error {
		n, err := q.touched(`UPDATE webhook SET name = $3, format = $4, filter = $5, enabled = $6, sealed = $7, version = $8, updated_at = $9 WHERE id = $1 AND version = $2`,
			r.ID, was, r.Name, string(r.Format), string(filter), truth(r.Enabled), r.Sealed, r.Version, r.UpdatedAt)
		if err != nil {
			return err
		}
		if n == 0 {
			return overtaken()
		}
		if err := tryNow(q, r.ID); err != nil || !fromNow {
			return err
		}
		return q.exec(`UPDATE webhook_progress SET seq = (SELECT p.chain_seq FROM project p WHERE p.key = $2) WHERE webhook_id = $1`, r.ID, r.Project)
	})
}

// tryNow has nothing of a webhook wait for its time any more. Below 0 the time of the
// next attempt counts how often that was asked for: an attempt that is just being made
// does not hold back what it knew nothing of.
func tryNow(q query, id string) error {
	if err := q.exec(`UPDATE webhook_progress SET retry_at = CASE WHEN retry_at > 0 THEN -1 ELSE retry_at - 1 END WHERE webhook_id = $1`, id); err != nil {
		return err
	}
	return q.exec(`UPDATE webhook_delivery SET next_at = queued_at WHERE webhook_id = $1 AND state = 'pending'`, id)
}

func overtaken() *fault.Error {
	return fault.New(fault.Conflict, "webhook_changed", "Somebody changed the webhook meanwhile. Load it again and repeat the change")
}

// DeleteWebhook implements webhook.Store.
func (w *Webhooks) DeleteWebhook(ctx context.Context, r webhook.Row, entry catalog.ChangeRow) error {
	return w.recorded(ctx, r.Project, entry, func(q query) error {
		n, err := q.touched(`DELETE FROM webhook WHERE id = $1 AND version = $2`, r.ID, r.Version)
		if err == nil && n == 0 {
			err = overtaken()
		}
		return err
	})
}

const deliveryColumns = `SELECT d.id, d.webhook_id, d.message, d.first_seq, d.last_seq, d.state, d.created_at, d.queued_at, d.next_at, d.finished_at, d.attempts,
	a.number, a.at, a.duration_ms, a.status, a.problem, a.answer
	FROM webhook_delivery d LEFT JOIN webhook_attempt a ON a.delivery_id = d.id AND a.number = d.attempts`

func scanDelivery(from scanner) (d webhook.DeliveryRow, err error) {
	var number, at, duration, status sql.NullInt64
	var problem, answer sql.NullString
	err = from.Scan(&d.ID, &d.Webhook, &d.Message, &d.First, &d.Last, &d.State, &d.CreatedAt, &d.QueuedAt, &d.NextAt, &d.FinishedAt, &d.Attempts,
		&number, &at, &duration, &status, &problem, &answer)
	if number.Valid {
		d.Newest = &webhook.Attempt{Number: int(number.Int64), At: at.Int64, DurationMS: duration.Int64, Status: int(status.Int64), Problem: problem.String, Answer: answer.String}
	}
	return d, err
}

// Deliveries implements webhook.Store.
func (s *Store) Deliveries(ctx context.Context, id string, page webhook.DeliveryQuery) (out []webhook.DeliveryRow, err error) {
	where := conditions{args: []any{id}}
	if page.State != "" {
		where.add("d.state = $%d", string(page.State))
	}
	if page.Before != 0 {
		where.add("d.id < $%d", page.Before)
	}
	limit := where.argument(page.Limit)
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			d, err := scanDelivery(from)
			out = append(out, d)
			return err
		}, deliveryColumns+` WHERE d.webhook_id = $1`+where.text+` ORDER BY d.id DESC LIMIT `+limit, where.args...)
	})
	return out, err
}

// Delivery implements webhook.Store.
func (s *Store) Delivery(ctx context.Context, id string, delivery int64) (d webhook.DeliveryRow, attempts []webhook.Attempt, err error) {
	err = s.read(ctx, func(q query) error {
		if d, err = scanDelivery(q.row(deliveryColumns+` WHERE d.webhook_id = $1 AND d.id = $2`, id, delivery)); err != nil {
			return translate(missing(err, "delivery_not_found", "The webhook has no delivery %d; they are kept for two weeks", delivery))
		}
		return q.each(func(from scanner) error {
			var a webhook.Attempt
			err := from.Scan(&a.Number, &a.At, &a.DurationMS, &a.Status, &a.Problem, &a.Answer)
			attempts = append(attempts, a)
			return err
		}, `SELECT number, at, duration_ms, status, problem, answer FROM webhook_attempt WHERE delivery_id = $1 ORDER BY number`, delivery)
	})
	return d, attempts, err
}

const insertDelivery = `INSERT INTO webhook_delivery (webhook_id, message, first_seq, last_seq, state, created_at, queued_at, next_at, finished_at, attempts)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0)`

// AddDelivery implements webhook.Store.
func (s *Store) AddDelivery(ctx context.Context, d webhook.DeliveryRow) (id int64, err error) {
	err = s.change(ctx, func(q query) error {
		err := q.row(insertDelivery+` RETURNING id`, d.Webhook, d.Message, d.First, d.Last, string(d.State), d.CreatedAt, d.QueuedAt, d.NextAt).scan(&id)
		if err != nil {
			return err
		}
		return tryNow(q, d.Webhook)
	})
	return id, err
}

// QueueDelivery implements webhook.Store.
func (s *Store) QueueDelivery(ctx context.Context, id string, delivery, at int64) error {
	return s.change(ctx, func(q query) error {
		if err := tryNow(q, id); err != nil {
			return err
		}
		n, err := q.touched(`UPDATE webhook_delivery SET state = 'pending', queued_at = $3, next_at = $3, finished_at = 0 WHERE webhook_id = $1 AND id = $2`, id, delivery, at)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "delivery_not_found", "The webhook has no delivery %d; they are kept for two weeks", delivery)
		}
		return err
	})
}

// AnyWebhook implements webhook.Queue.
func (s *Store) AnyWebhook(ctx context.Context) (any bool, err error) {
	err = s.glance(ctx, func(q query) error {
		var n int
		err := q.row(`SELECT COUNT(*) FROM (SELECT id FROM webhook LIMIT 1) w`).scan(&n)
		any = n > 0
		return err
	})
	return any, err
}

// DueWebhooks implements webhook.Queue.
func (s *Store) DueWebhooks(ctx context.Context, now int64) (ids []string, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var id string
			err := from.Scan(&id)
			ids = append(ids, id)
			return err
		}, `SELECT w.id FROM webhook w JOIN project p ON p.id = w.project_id JOIN webhook_progress g ON g.webhook_id = w.id
			WHERE w.enabled = 1 AND (g.retry_at <= $1 OR g.retry_at > $2) AND (p.chain_seq > g.seq OR EXISTS
				(SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND d.state = 'pending' AND (d.next_at <= $1 OR d.next_at > $2)))
			ORDER BY g.attempted_at, w.id`, now, now+webhook.LongestWait.Milliseconds())
	})
	return ids, err
}

// NextDelivery implements webhook.Queue.
func (s *Store) NextDelivery(ctx context.Context, id string, now int64, odd int) (d webhook.DeliveryRow, found bool, err error) {
	err = s.glance(ctx, func(q query) error {
		d, err = scanDelivery(q.row(deliveryColumns+` WHERE d.webhook_id = $1 AND d.state = 'pending' AND (d.next_at <= $2 OR d.next_at > $3)
			ORDER BY CASE WHEN d.first_seq = 0 THEN 0 WHEN d.attempts < $4 THEN 1 ELSE 2 END, d.id LIMIT 1`, id, now, now+webhook.LongestWait.Milliseconds(), odd))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		found = err == nil
		return translate(err)
	})
	return d, found, err
}

// Enqueue implements webhook.Queue. Who enables a webhook again moves its cursor
// too.
func (s *Store) Enqueue(ctx context.Context, fence lease.Fence, id string, from, to int64, rows []webhook.DeliveryRow) error {
	return s.fenced(ctx, fence, func(q query) error {
		n, err := q.touched(`UPDATE webhook_progress SET seq = $3 WHERE webhook_id = $1 AND seq = $2`, id, from, to)
		if err != nil || n == 0 {
			return err
		}
		return enqueue(q, id, rows)
	})
}

// enqueue adds those messages that are not there yet.
func enqueue(q query, id string, rows []webhook.DeliveryRow) error {
	for _, d := range rows {
		err := q.exec(insertDelivery+` ON CONFLICT (webhook_id, message) DO NOTHING`, id, d.Message, d.First, d.Last, string(d.State), d.CreatedAt, d.QueuedAt, d.NextAt)
		if err != nil {
			return err
		}
	}
	return nil
}

// Split implements webhook.Queue.
func (s *Store) Split(ctx context.Context, fence lease.Fence, d webhook.DeliveryRow, others []webhook.DeliveryRow) error {
	return s.fenced(ctx, fence, func(q query) error {
		n, err := q.touched(`UPDATE webhook_delivery SET last_seq = $2 WHERE id = $1`, d.ID, d.Last)
		if err != nil || n == 0 { // it was deleted meanwhile
			return err
		}
		return enqueue(q, d.Webhook, others)
	})
}

// Report implements webhook.Queue. What was deleted meanwhile is left alone.
func (s *Store) Report(ctx context.Context, fence lease.Fence, r webhook.Report) error {
	d, a, p := r.Delivery, r.Attempt, r.Progress
	return s.fenced(ctx, fence, func(q query) error {
		n, err := q.touched(`UPDATE webhook_progress SET retry_at = $3 WHERE webhook_id = $1 AND retry_at = $2`, d.Webhook, r.RetryWas, p.RetryAt)
		if err != nil {
			return err
		}
		if n == 0 { // somebody has asked meanwhile for what waits to be tried now
			d.NextAt, r.Hold = d.QueuedAt, nil
		}
		n, err = q.touched(`UPDATE webhook_delivery SET state = $2, next_at = $3, finished_at = $4, attempts = $5 WHERE id = $1`,
			d.ID, string(d.State), d.NextAt, d.FinishedAt, d.Attempts)
		if err != nil || n == 0 {
			return err
		}
		err = q.exec(`INSERT INTO webhook_attempt (delivery_id, number, at, duration_ms, status, problem, answer) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			d.ID, a.Number, a.At, a.DurationMS, a.Status, a.Problem, a.Answer)
		if err != nil {
			return err
		}
		err = q.exec(`UPDATE webhook_progress SET failures = $2, failing_since = $3, attempted_at = $4, succeeded_at = $5, problem = $6 WHERE webhook_id = $1`,
			d.Webhook, p.Failures, p.FailingSince, p.AttemptedAt, p.SucceededAt, p.Problem)
		if err != nil {
			return err
		}
		for _, held := range r.Hold {
			if err := q.exec(`UPDATE webhook_delivery SET next_at = $2 WHERE id = $1 AND state = 'pending'`, held, p.RetryAt); err != nil {
				return err
			}
		}
		if r.GiveUp == 0 {
			return nil
		}
		return q.exec(`UPDATE webhook_delivery SET state = 'failed', finished_at = $3 WHERE webhook_id = $1 AND state = 'pending' AND queued_at <= $2`, d.Webhook, r.GiveUp, a.At)
	})
}

// ForgetAnswers implements catalog.Tx.
func (t catalogTx) ForgetAnswers(projectID int64) error {
	return t.q.exec(`UPDATE webhook_attempt SET answer = '' WHERE answer <> '' AND delivery_id IN
		(SELECT d.id FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id WHERE w.project_id = $1)`, projectID)
}

// notWaiting narrows what retention deletes to what does not wait.
const notWaiting = ` AND state <> 'pending'`
