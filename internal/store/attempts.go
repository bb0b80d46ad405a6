package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/account"
)

// errMustWait takes back what a refused attempt has counted already.
var errMustWait = errors.New("store: the subject must wait")

// CountAttempt implements account.Attempts. The first statement locks the row of
// its subject, so that what the second one writes follows from what the first
// has read.
func (s *Store) CountAttempt(ctx context.Context, subjects ...account.Subject) (wait time.Duration, err error) {
	err = s.add(ctx, func(q query) error {
		for _, subject := range subjects {
			if wait, err = s.countAttempt(q, subject); err != nil {
				return err
			}
			if wait > 0 {
				return errMustWait
			}
		}
		return nil
	})
	if errors.Is(err, errMustWait) {
		return wait, nil
	}
	return 0, err
}

func (s *Store) countAttempt(q query, subject account.Subject) (wait time.Duration, err error) {
	now := s.engine.now()
	var failures int64
	err = q.row(fmt.Sprintf(`INSERT INTO sign_in_failure (subject, failures, last_at, until) VALUES ($1, 1, %[1]s, 0)
		ON CONFLICT (subject) DO UPDATE SET last_at = excluded.last_at,
			failures = CASE WHEN sign_in_failure.last_at < excluded.last_at - $2 THEN 1 ELSE sign_in_failure.failures + 1 END
		WHERE sign_in_failure.until <= excluded.last_at
		RETURNING failures`, now), subject.Hash[:], account.ForgetAfter.Milliseconds()).scan(&failures)
	if errors.Is(err, sql.ErrNoRows) {
		var ms int64
		err = q.row(fmt.Sprintf(`SELECT until - %s FROM sign_in_failure WHERE subject = $1`, now), subject.Hash[:]).scan(&ms)
		return time.Duration(max(ms, 1)) * time.Millisecond, err // its time may have come just now
	}
	if err != nil {
		return 0, err
	}
	if wait := subject.Wait(failures); wait > 0 {
		err = q.exec(fmt.Sprintf(`UPDATE sign_in_failure SET until = %s + $2 WHERE subject = $1`, now), subject.Hash[:], wait.Milliseconds())
	}
	return 0, err
}

// ForgetAttempts implements account.Attempts.
func (s *Store) ForgetAttempts(ctx context.Context, subjects ...account.Subject) error {
	return s.add(ctx, func(q query) error {
		for _, subject := range subjects {
			if err := q.exec(`DELETE FROM sign_in_failure WHERE subject = $1`, subject.Hash[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgiveAttempts implements account.Attempts.
func (s *Store) ForgiveAttempts(ctx context.Context, subject account.Subject, attempts int64) error {
	return s.add(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM sign_in_failure WHERE subject = $1 AND failures <= $2`, subject.Hash[:], attempts); err != nil {
			return err
		}
		return q.exec(`UPDATE sign_in_failure SET failures = failures - $2, until = 0 WHERE subject = $1`, subject.Hash[:], attempts)
	})
}
