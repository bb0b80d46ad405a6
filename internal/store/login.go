package store

import (
	"context"
	"database/sql"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// How many logins may wait: anybody can begin one.
const (
	maxLogins     = 1000
	maxLoginsFrom = 20 // one address
)

func loginOver() *fault.Error {
	return fault.New(fault.NotFound, account.CodeLoginOver, "There is no such login: it was refused, is done, or took longer than 10 minutes. Run burgee login again")
}

// CreateLogin implements account.Store.
func (s *Store) CreateLogin(ctx context.Context, l account.LoginRecord) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM cli_login WHERE expires_at <= $1`, l.CreatedAt); err != nil {
			return err
		}
		var all, own int
		if err := q.row(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN address = $1 THEN 1 ELSE 0 END), 0) FROM cli_login`, l.Address).scan(&all, &own); err != nil {
			return err
		}
		if all >= maxLogins || own >= maxLoginsFrom {
			limited := fault.New(fault.Limited, "logins_many", "Very many logins wait to be approved; try again in a few minutes")
			limited.RetryAfter = account.LoginLife
			return limited
		}
		return q.exec(`INSERT INTO cli_login (hash, code, machine, address, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			l.Hash[:], l.Code[:], l.Machine, l.Address, l.CreatedAt, l.ExpiresAt)
	})
}

// LoginByCode implements account.Store.
func (s *Store) LoginByCode(ctx context.Context, code [32]byte, now int64) (l account.LoginRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		l, err = loginWhere(q, `code = $1 AND member_id IS NULL AND expires_at > $2`, code[:], now)
		return err
	})
	return l, err
}

func loginWhere(q query, where string, args ...any) (l account.LoginRecord, err error) {
	found := false
	err = q.each(func(from scanner) error {
		var hash, code []byte
		var member sql.NullString
		found = true
		err := from.Scan(&hash, &code, &l.Machine, &l.Address, &l.CreatedAt, &l.ExpiresAt, &member)
		copy(l.Hash[:], hash)
		copy(l.Code[:], code)
		l.MemberID = member.String
		return err
	}, `SELECT hash, code, machine, address, created_at, expires_at, member_id FROM cli_login WHERE `+where, args...)
	if err == nil && !found {
		err = loginOver()
	}
	return l, err
}

// ApproveLogin implements account.Store.
func (s *Store) ApproveLogin(ctx context.Context, code [32]byte, memberID string, now int64) error {
	return s.change(ctx, func(q query) error {
		return oneLogin(q.touched(`UPDATE cli_login SET member_id = $2 WHERE code = $1 AND member_id IS NULL AND expires_at > $3`, code[:], memberID, now))
	})
}

// RefuseLogin implements account.Store.
func (s *Store) RefuseLogin(ctx context.Context, code [32]byte) error {
	return s.change(ctx, func(q query) error {
		return oneLogin(q.touched(`DELETE FROM cli_login WHERE code = $1 AND member_id IS NULL`, code[:]))
	})
}

func oneLogin(n int64, err error) error {
	if err == nil && n == 0 {
		return loginOver()
	}
	return err
}

// TakeLogin implements account.Store.
func (s *Store) TakeLogin(ctx context.Context, hash [32]byte, now int64) (l account.LoginRecord, err error) {
	err = s.change(ctx, func(q query) error {
		if l, err = loginWhere(q, `hash = $1 AND expires_at > $2`, hash[:], now); err != nil || l.MemberID == "" {
			return err
		}
		return oneLogin(q.touched(`DELETE FROM cli_login WHERE hash = $1`, hash[:]))
	})
	return l, err
}
