package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/lease"
)

// TakeLease implements lease.Store: one statement, which decides by the
// database's clock.
func (s *Store) TakeLease(ctx context.Context, name, holder string, life time.Duration) (number int64, held bool, err error) {
	now := s.engine.now()
	err = s.add(ctx, func(q query) error {
		return q.row(fmt.Sprintf(`INSERT INTO lease (name, holder, fence, until) VALUES ($1, $2, 1, %[1]s + $3)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until,
				fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END
			WHERE lease.holder = excluded.holder OR lease.until < %[1]s
			RETURNING fence`, now), name, holder, life.Milliseconds()).scan(&number)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return number, err == nil, err
}

// ReleaseLease implements lease.Store.
func (s *Store) ReleaseLease(ctx context.Context, fence lease.Fence) error {
	return s.add(ctx, func(q query) error {
		return q.exec(`UPDATE lease SET holder = '', until = 0 WHERE name = $1 AND fence = $2`, fence.Name, fence.Number)
	})
}

// fenced is add for what runs under a lease. The lease's row is locked until
// the end, so that nobody takes it over between the check and the commit.
func (s *Store) fenced(ctx context.Context, fence lease.Fence, fn func(query) error) error {
	return s.add(ctx, func(q query) error {
		if err := q.hold(fence); err != nil {
			return err
		}
		return fn(q)
	})
}

// hold locks a lease's row for a holder until the transaction ends.
func (q query) hold(fence lease.Fence) error {
	n, err := q.touched(`UPDATE lease SET fence = fence WHERE name = $1 AND fence = $2`, fence.Name, fence.Number)
	if err == nil && n == 0 {
		err = lease.ErrLost
	}
	return err
}
