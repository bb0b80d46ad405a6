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
	maxLoginsFrom = 20 // one network
)

func loginOver() *fault.Error {
	return fault.New(fault.NotFound, account.CodeLoginOver, "There is no such login: it was refused, is done, or took longer than 10 minutes. Run burgee login again")
}

// CreateLogin implements account.Store. Whoever begins too many is refused without a
// write: anybody may ask.
func (s *Store) CreateLogin(ctx context.Context, l account.LoginRecord) error {
	if err := s.glance(ctx, func(q query) error { return roomForLogin(q, l) }); err != nil {
		return err
	}
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM cli_login WHERE expires_at <= $1`, l.CreatedAt); err != nil {
			return err
		}
		if err := roomForLogin(q, l); err != nil {
			return err
		}
		return q.exec(`INSERT INTO cli_login (hash, code, machine, address, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			l.Hash[:], l.Code[:], l.Machine, l.Address, l.CreatedAt, l.ExpiresAt)
	})
}

// roomForLogin refuses a login where too many wait.
func roomForLogin(q query, l account.LoginRecord) error {
	all, own := 0, 0
	err := q.each(func(from scanner) error {
		var address string
		err := from.Scan(&address)
		if all++; account.Network(address) == account.Network(l.Address) {
			own++
		}
		return err
	}, `SELECT address FROM cli_login WHERE expires_at > $1`, l.CreatedAt)
	if err != nil {
		return err
	}
	if all >= maxLogins || own >= maxLoginsFrom {
		limited := fault.New(fault.Limited, "logins_many", "Very many logins wait to be approved; try again in a few minutes")
		limited.RetryAfter = account.LoginLife
		return limited
	}
	return nil
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

// TakeLogin implements account.Store. While nobody has approved it, it is asked for
// every other second, and nothing is written.
func (s *Store) TakeLogin(ctx context.Context, hash [32]byte, now int64) (l account.LoginRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		l, err = loginWhere(q, `hash = $1 AND expires_at > $2`, hash[:], now)
		return err
	})
	if err != nil || l.MemberID == "" {
		return l, err
	}
	return l, s.change(ctx, func(q query) error {
		return oneLogin(q.touched(`DELETE FROM cli_login WHERE hash = $1`, hash[:]))
	})
}
