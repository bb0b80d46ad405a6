package store

import (
	"context"

	"burgee.dev/burgee/internal/once"
)

// The store implements once.Store.
var _ once.Store = (*Store)(nil)

// claim writes down that what the transaction does was asked for with a key. It
// is the first thing that the transaction writes: who is second learns of that
// before of what the first one has changed.
func (q query) claim(c *once.Claim) error {
	n, err := q.touched(`INSERT INTO idempotency_key (actor, key, request, at, request_id, status, made, answer) VALUES ($1, $2, $3, $4, $5, 0, '', NULL)
		ON CONFLICT (actor, key) DO UPDATE SET request = excluded.request, at = excluded.at, request_id = excluded.request_id, status = 0, made = '', answer = NULL
		WHERE idempotency_key.at <= $6`, c.Actor, c.Key[:], c.Request[:], c.At, c.RequestID, forgotten(c))
	if err == nil && n == 0 {
		err = c.Take()
	}
	return err
}

// forgotten is the time of keys that are too old to count when a claim is made;
// retention may not have come to them.
func forgotten(c *once.Claim) int64 { return c.At - once.Kept.Milliseconds() }

// Claimed implements once.Store.
func (s *Store) Claimed(ctx context.Context, c *once.Claim) (r once.Record, found bool, err error) {
	var request []byte
	err = s.glance(ctx, func(q query) error {
		return q.row(`SELECT request, at, request_id, status, made, answer IS NOT NULL, answer FROM idempotency_key WHERE actor = $1 AND key = $2 AND at > $3`, c.Actor, c.Key[:], forgotten(c)).
			scan(&request, &r.At, &r.RequestID, &r.Answer.Status, &r.Answer.Made, &r.Answer.Kept, &r.Answer.Body)
	})
	copy(r.Request[:], request)
	if len(r.Answer.Body) == 0 { // of one engine it is nil
		r.Answer.Body = nil
	}
	return r, err == nil, unlessNone(err)
}

// KeepAnswer implements once.Store.
func (s *Store) KeepAnswer(ctx context.Context, c *once.Claim, a once.Answer) error {
	var body []byte
	if a.Kept {
		body = append([]byte{}, a.Body...) // also of an answer without a body it is not NULL
	}
	return s.add(ctx, func(q query) error {
		return q.exec(`UPDATE idempotency_key SET status = $4, made = $5, answer = $6 WHERE actor = $1 AND key = $2 AND at = $3`,
			c.Actor, c.Key[:], c.At, a.Status, a.Made, body)
	})
}

// ForgetReplays implements catalog.Tx.
func (t catalogTx) ForgetReplays() error {
	return t.q.exec(`UPDATE idempotency_key SET answer = NULL WHERE answer IS NOT NULL`)
}
