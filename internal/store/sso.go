package store

import (
	"context"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// MemberByIdentity implements account.Store.
func (s *Store) MemberByIdentity(ctx context.Context, issuer, subject string) (m account.MemberRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		found, err := members(q, `JOIN identity i ON i.member_id = m.id WHERE i.issuer = $1 AND i.subject = $2`, issuer, subject)
		if err == nil && len(found) == 0 {
			err = noMember()
		}
		if err == nil {
			m = found[0]
		}
		return err
	})
	return m, err
}

// AddIdentity implements account.Store.
func (a *Accounts) AddIdentity(ctx context.Context, i account.IdentityRecord, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error { return insertIdentity(q, i) })
}

func insertIdentity(q query, i account.IdentityRecord) error {
	n, err := q.touched(`INSERT INTO identity (issuer, subject, member_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		i.Issuer, i.Subject, i.MemberID, i.CreatedAt)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "identity_taken", "This identity is linked to an account already, or the account has another one of the provider")
	}
	return err
}

// DeleteIdentity implements account.Store.
func (a *Accounts) DeleteIdentity(ctx context.Context, memberID, issuer string, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := q.touched(`DELETE FROM identity WHERE member_id = $1 AND issuer = $2`, memberID, issuer)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "identity_not_found", "The account is not linked to this provider")
		}
		return err
	})
}

// CreateLinked implements account.Store.
func (a *Accounts) CreateLinked(ctx context.Context, m account.MemberRecord, i account.IdentityRecord, link *[32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if link != nil {
			if err := takeLink(q, *link); err != nil {
				return err
			}
		}
		if err := insertMember(q, m); err != nil {
			return err
		}
		return insertIdentity(q, i)
	})
}

// SingleSignOn implements account.Store.
func (s *Store) SingleSignOn(ctx context.Context) (rec account.SSORecord, err error) {
	err = s.glance(ctx, func(q query) error {
		var settings string
		err := q.row(`SELECT settings, sealed, changed_at FROM single_sign_on WHERE id = 1`).scan(&settings, &rec.Sealed, &rec.ChangedAt)
		rec.Settings = []byte(settings)
		return translate(err)
	})
	return rec, missing(err, "sso_off", "Single sign-on is off")
}

// PutSingleSignOn implements account.Store.
func (a *Accounts) PutSingleSignOn(ctx context.Context, seen int64, rec account.SSORecord, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		text, args := `INSERT INTO single_sign_on (id, settings, sealed, changed_at) VALUES (1, $1, $2, $3) ON CONFLICT (id) DO NOTHING`,
			[]any{string(rec.Settings), rec.Sealed, rec.ChangedAt}
		if seen != 0 {
			text, args = `UPDATE single_sign_on SET settings = $1, sealed = $2, changed_at = $3 WHERE id = 1 AND changed_at = $4`, append(args, seen)
		}
		n, err := q.touched(text, args...)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "sso_changed", "Somebody changed single sign-on meanwhile. Load it again and repeat the change")
		}
		return stillOwned(q)
	})
}

// DeleteSingleSignOn implements account.Store.
func (a *Accounts) DeleteSingleSignOn(ctx context.Context, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := q.touched(`DELETE FROM single_sign_on WHERE id = 1`)
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "sso_off", "Single sign-on is off")
		}
		return err
	})
}
