package store

import (
	"context"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// TOTPOf implements account.Store.
func (s *Store) TOTPOf(ctx context.Context, memberID string) (t account.TOTPRecord, err error) {
	t.MemberID = memberID
	err = s.glance(ctx, func(q query) error {
		err := q.row(`SELECT sealed, confirmed_at, last_step, (SELECT COUNT(*) FROM recovery_code r WHERE r.member_id = t.member_id)
			FROM totp t WHERE t.member_id = $1`, memberID).scan(&t.Sealed, &t.ConfirmedAt, &t.LastStep, &t.RecoveryCodes)
		return translate(err)
	})
	return t, missing(err, "totp_not_found", "The member has no second step")
}

// PutTOTP implements account.Store.
func (s *Store) PutTOTP(ctx context.Context, memberID string, sealed []byte) error {
	return s.change(ctx, func(q query) error {
		n, err := q.touched(`INSERT INTO totp (member_id, sealed, confirmed_at, last_step) VALUES ($1, $2, 0, 0)
			ON CONFLICT (member_id) DO UPDATE SET sealed = excluded.sealed WHERE totp.confirmed_at = 0`, memberID, sealed)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "totp_on", "The second step is on already; turn it off first")
		}
		return err
	})
}

// ConfirmTOTP implements account.Store.
func (a *Accounts) ConfirmTOTP(ctx context.Context, t account.TOTPRecord, recovery [][32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := q.touched(`UPDATE totp SET confirmed_at = $2, last_step = $3 WHERE member_id = $1 AND confirmed_at = 0 AND sealed = $4`,
			t.MemberID, t.ConfirmedAt, t.LastStep, t.Sealed)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "totp_not_started", "There is nothing to confirm: begin anew")
		}
		return replaceRecoveryCodes(q, t.MemberID, recovery)
	})
}

func replaceRecoveryCodes(q query, memberID string, recovery [][32]byte) error {
	if err := q.exec(`DELETE FROM recovery_code WHERE member_id = $1`, memberID); err != nil {
		return err
	}
	for _, hash := range recovery {
		if err := q.exec(`INSERT INTO recovery_code (member_id, hash) VALUES ($1, $2)`, memberID, hash[:]); err != nil {
			return err
		}
	}
	return nil
}

// ReplaceRecoveryCodes implements account.Store.
func (a *Accounts) ReplaceRecoveryCodes(ctx context.Context, memberID string, recovery [][32]byte, proof *account.Proof, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		// The row is written to, so that a second step that is turned off meanwhile
		// leaves no codes behind.
		n, err := q.touched(`UPDATE totp SET last_step = last_step WHERE member_id = $1 AND confirmed_at > 0`, memberID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "totp_off", "The second step is off")
		}
		if proof != nil {
			if err := useProof(q, memberID, *proof); err != nil {
				return err
			}
		}
		return replaceRecoveryCodes(q, memberID, recovery)
	})
}

// DeleteTOTP implements account.Store.
func (a *Accounts) DeleteTOTP(ctx context.Context, memberID string, proof *account.Proof, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if proof != nil {
			if err := useProof(q, memberID, *proof); err != nil {
				return err
			}
		}
		for _, text := range []string{
			`DELETE FROM pending_sign_in WHERE member_id = $1`,
			`DELETE FROM recovery_code WHERE member_id = $1`,
			`DELETE FROM totp WHERE member_id = $1`,
		} {
			if err := q.exec(text, memberID); err != nil {
				return err
			}
		}
		return nil
	})
}

// useProof uses a code up, or refuses one that does not count.
func useProof(q query, memberID string, proof account.Proof) (err error) {
	var n int64
	if proof.Recovery != nil {
		n, err = q.touched(`DELETE FROM recovery_code WHERE member_id = $1 AND hash = $2`, memberID, proof.Recovery[:])
	} else {
		n, err = q.touched(`UPDATE totp SET last_step = $2 WHERE member_id = $1 AND confirmed_at > 0 AND last_step < $2`, memberID, proof.Step)
	}
	if err == nil && n == 0 {
		err = fault.New(fault.Unauthenticated, account.CodeWrong, "The code is wrong, or was used already. Wait for the next one, and check the clock of the device").
			WithField("code", "is wrong, or was used already")
	}
	return err
}

// CreatePending implements account.Store.
func (s *Store) CreatePending(ctx context.Context, p account.PendingRecord) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM pending_sign_in WHERE expires_at <= $1`, p.CreatedAt); err != nil {
			return err
		}
		return q.exec(`INSERT INTO pending_sign_in (hash, member_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			p.Hash[:], p.MemberID, p.CreatedAt, p.ExpiresAt)
	})
}

// PendingByHash implements account.Store.
func (s *Store) PendingByHash(ctx context.Context, hash [32]byte) (p account.PendingRecord, m account.MemberRecord, err error) {
	p.Hash = hash
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			return scanMember(from, &m, &p.MemberID, &p.CreatedAt, &p.ExpiresAt)
		}, `SELECT p.member_id, p.created_at, p.expires_at, `+memberColumns+` FROM pending_sign_in p JOIN member m ON m.id = p.member_id `+memberGrants+` WHERE p.hash = $1`, hash[:])
	})
	if err == nil && m.ID == "" {
		err = noPending()
	}
	return p, m, err
}

func noPending() *fault.Error {
	return fault.New(fault.NotFound, account.CodeSignInOver, "This sign-in took longer than 5 minutes or is done. Begin it anew")
}

// FinishSignIn implements account.Store.
func (s *Store) FinishSignIn(ctx context.Context, pending [32]byte, proof account.Proof, session account.SessionRecord) error {
	return s.change(ctx, func(q query) error {
		n, err := q.touched(`DELETE FROM pending_sign_in WHERE hash = $1 AND member_id = $2`, pending[:], session.MemberID)
		if err != nil {
			return err
		}
		if n == 0 {
			return noPending()
		}
		if err := useProof(q, session.MemberID, proof); err != nil {
			return err
		}
		return insertSession(q, session)
	})
}

// IdentitiesOf implements account.Store.
func (s *Store) IdentitiesOf(ctx context.Context, memberID string) (out []account.IdentityRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var i account.IdentityRecord
			err := from.Scan(&i.Issuer, &i.Subject, &i.MemberID, &i.CreatedAt)
			out = append(out, i)
			return err
		}, `SELECT issuer, subject, member_id, created_at FROM identity WHERE member_id = $1 ORDER BY issuer`, memberID)
	})
	return out, err
}
