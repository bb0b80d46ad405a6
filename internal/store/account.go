package store

import (
	"context"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

// Accounts is a Store that writes each change of accounts together with its
// entry of the record.
type Accounts struct {
	*Store
	record func(catalog.Tx, account.Entry) error
}

// Accounts returns the store of accounts. record writes an entry in the
// transaction of its change; when it fails, there is no change.
func (s *Store) Accounts(record func(catalog.Tx, account.Entry) error) *Accounts {
	return &Accounts{s, record}
}

// recorded runs fn and the entry's record in one write transaction.
func (a *Accounts) recorded(ctx context.Context, entry account.Entry, fn func(query) error) error {
	return a.change(ctx, func(q query) error {
		if err := fn(q); err != nil {
			return err
		}
		return a.record(newCatalogTx(q, a.engine), entry)
	})
}

// CountMembers implements account.Store.
func (s *Store) CountMembers(ctx context.Context) (n int, err error) {
	err = s.read(ctx, func(q query) error { return q.row(`SELECT COUNT(*) FROM member`).scan(&n) })
	return n, err
}

// CreateOwner implements account.Store.
func (a *Accounts) CreateOwner(ctx context.Context, m account.MemberRecord, linkHash *[32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		var members, links int
		if err := q.row(`SELECT COUNT(*) FROM member`).scan(&members); err != nil {
			return err
		}
		if members > 0 {
			return fault.New(fault.Conflict, "owner_exists", "This server has an owner already; sign in instead")
		}
		if linkHash != nil {
			if err := q.row(`SELECT COUNT(*) FROM setup_link WHERE hash = $1`, linkHash[:]).scan(&links); err != nil {
				return err
			}
			if links == 0 {
				return fault.New(fault.NotFound, "link_not_found", "This set-up link is not the open one; use the newest link that the server printed")
			}
		}
		if err := insertMember(q, m); err != nil {
			return err
		}
		return q.exec(`DELETE FROM setup_link`)
	})
}

func insertMember(q query, m account.MemberRecord) error {
	return q.exec(`INSERT INTO member (id, email, email_key, password_hash, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.Email, m.EmailKey, m.PasswordHash, string(m.Role), m.CreatedAt)
}

const memberColumns = `m.id, m.email, m.email_key, m.password_hash, m.role, m.created_at`

func memberFields(m *account.MemberRecord) []any {
	return []any{&m.ID, &m.Email, &m.EmailKey, &m.PasswordHash, &m.Role, &m.CreatedAt}
}

// MemberByEmail implements account.Store.
func (s *Store) MemberByEmail(ctx context.Context, emailKey string) (account.MemberRecord, error) {
	return s.member(ctx, `WHERE m.email_key = $1`, emailKey)
}

// MemberByID implements account.Store.
func (s *Store) MemberByID(ctx context.Context, id string) (account.MemberRecord, error) {
	return s.member(ctx, `WHERE m.id = $1`, id)
}

func (s *Store) member(ctx context.Context, where, arg string) (m account.MemberRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.row(`SELECT `+memberColumns+` FROM member m `+where, arg).scan(memberFields(&m)...)
	})
	return m, missing(err, "member_not_found", "There is no such member")
}

// SetPassword implements account.Store.
func (a *Accounts) SetPassword(ctx context.Context, memberID, passwordHash string, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := q.touched(`UPDATE member SET password_hash = $2 WHERE id = $1`, memberID, passwordHash)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "member_not_found", "There is no such member")
		}
		return q.exec(`DELETE FROM session WHERE member_id = $1`, memberID)
	})
}

// CreateSession implements account.Store.
func (s *Store) CreateSession(ctx context.Context, e account.SessionRecord) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM session WHERE expires_at <= $1`, e.CreatedAt); err != nil {
			return err
		}
		return q.exec(`INSERT INTO session (hash, member_id, created_at, last_seen_at, expires_at, user_agent, address) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.Hash[:], e.MemberID, e.CreatedAt, e.LastSeenAt, e.ExpiresAt, e.UserAgent, e.Address)
	})
}

// SessionByHash implements account.Store.
func (s *Store) SessionByHash(ctx context.Context, hash [32]byte) (e account.SessionRecord, m account.MemberRecord, err error) {
	e.Hash = hash
	err = s.glance(ctx, func(q query) error {
		fields := []any{&e.MemberID, &e.CreatedAt, &e.LastSeenAt, &e.ExpiresAt, &e.UserAgent, &e.Address}
		return q.row(`SELECT s.member_id, s.created_at, s.last_seen_at, s.expires_at, s.user_agent, s.address, `+memberColumns+`
			FROM session s JOIN member m ON m.id = s.member_id WHERE s.hash = $1`, hash[:]).scan(append(fields, memberFields(&m)...)...)
	})
	return e, m, missing(err, "session_not_found", "This session has ended; sign in again")
}

// TouchSession implements account.Store.
func (s *Store) TouchSession(ctx context.Context, hash [32]byte, lastSeenAt, expiresAt int64) error {
	return s.add(ctx, func(q query) error {
		return q.exec(`UPDATE session SET last_seen_at = $2, expires_at = $3 WHERE hash = $1`, hash[:], lastSeenAt, expiresAt)
	})
}

// DeleteSession implements account.Store.
func (s *Store) DeleteSession(ctx context.Context, hash [32]byte) error {
	return s.change(ctx, func(q query) error { return q.exec(`DELETE FROM session WHERE hash = $1`, hash[:]) })
}

// CreateToken implements account.Store.
func (a *Accounts) CreateToken(ctx context.Context, t account.TokenRecord, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		err := q.exec(`INSERT INTO token (id, hash, member_id, name, masked, role, environments, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			t.ID, t.Hash[:], t.MemberID, t.Name, t.Masked, string(t.Role), scopesText(t.Environments), t.CreatedAt, t.LastUsedAt, t.ExpiresAt)
		if err != nil {
			return err
		}
		for _, scope := range t.Environments {
			if err := environmentExists(q, scope); err != nil {
				return err
			}
		}
		return relayTokenMoved(q, t)
	})
}

func environmentExists(q query, scope account.Scope) error {
	var n int
	err := q.row(`SELECT COUNT(*) FROM environment e JOIN project p ON p.id = e.project_id WHERE p.key = $1 AND e.key = $2`,
		scope.Project, scope.Environment).scan(&n)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "environment_not_found", "There is no environment %s", scope).
			WithField("environments", "there is no environment %s", scope)
	}
	return err
}

// relayTokenMoved lets the data plane look at the keys of each environment where
// the token of a relay counts.
func relayTokenMoved(q query, t account.TokenRecord) error {
	if t.Role != account.Relay {
		return nil
	}
	q.moved.note(0, 0)
	if len(t.Environments) == 0 {
		return q.exec(`UPDATE environment SET key_generation = key_generation + 1`)
	}
	for _, scope := range t.Environments {
		err := q.exec(`UPDATE environment SET key_generation = key_generation + 1
			WHERE key = $2 AND project_id = (SELECT id FROM project WHERE key = $1)`, scope.Project, scope.Environment)
		if err != nil {
			return err
		}
	}
	return nil
}

// scopesText is a list of environments as stored, one a line: keys hold no
// white space.
func scopesText(scopes []account.Scope) string {
	lines := make([]string, len(scopes))
	for i, scope := range scopes {
		lines[i] = scope.String()
	}
	return strings.Join(lines, "\n")
}

func readScopes(text string) (scopes []account.Scope) {
	for line := range strings.FieldsSeq(text) {
		project, environment, _ := strings.Cut(line, "/")
		scopes = append(scopes, account.Scope{Project: project, Environment: environment})
	}
	return scopes
}

const tokenColumns = `SELECT id, hash, member_id, name, masked, role, environments, created_at, last_used_at, expires_at FROM token`

func scanToken(from scanner) (t account.TokenRecord, err error) {
	var hash []byte
	var environments string
	err = from.Scan(&t.ID, &hash, &t.MemberID, &t.Name, &t.Masked, &t.Role, &environments, &t.CreatedAt, &t.LastUsedAt, &t.ExpiresAt)
	copy(t.Hash[:], hash)
	t.Environments = readScopes(environments)
	return t, err
}

// TokenByHash implements account.Store.
func (s *Store) TokenByHash(ctx context.Context, hash [32]byte) (account.TokenRecord, error) {
	return s.token(ctx, `WHERE hash = $1`, hash[:])
}

// TokenByID implements account.Store.
func (s *Store) TokenByID(ctx context.Context, id string) (account.TokenRecord, error) {
	return s.token(ctx, `WHERE id = $1`, id)
}

func (s *Store) token(ctx context.Context, where string, arg any) (t account.TokenRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		t, err = scanToken(q.row(tokenColumns+` `+where, arg))
		return translate(err)
	})
	return t, missing(err, "token_not_found", "There is no such token")
}

// TouchToken implements account.Store.
func (s *Store) TouchToken(ctx context.Context, id string, lastUsedAt int64) error {
	return s.add(ctx, func(q query) error {
		return q.exec(`UPDATE token SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, id, lastUsedAt)
	})
}

// ListTokens implements account.Store.
func (s *Store) ListTokens(ctx context.Context) ([]account.TokenRecord, error) {
	var out []account.TokenRecord
	err := s.read(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			t, err := scanToken(from)
			out = append(out, t)
			return err
		}, tokenColumns+` ORDER BY created_at, id`)
	})
	return out, err
}

// DeleteToken implements account.Store.
func (a *Accounts) DeleteToken(ctx context.Context, id string, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		t, err := scanToken(q.row(tokenColumns+` WHERE id = $1`, id))
		if err != nil {
			return missing(translate(err), "token_not_found", "There is no such token")
		}
		if err := q.exec(`DELETE FROM token WHERE id = $1`, id); err != nil {
			return err
		}
		return relayTokenMoved(q, t)
	})
}

// ReplaceSetupLink implements account.Store.
func (s *Store) ReplaceSetupLink(ctx context.Context, link account.SetupLinkRecord) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM setup_link`); err != nil {
			return err
		}
		return q.exec(`INSERT INTO setup_link (hash, created_at) VALUES ($1, $2)`, link.Hash[:], link.CreatedAt)
	})
}

// SetupLinkExists implements account.Store.
func (s *Store) SetupLinkExists(ctx context.Context, hash [32]byte) (bool, error) {
	var n int
	err := s.read(ctx, func(q query) error {
		return q.row(`SELECT COUNT(*) FROM setup_link WHERE hash = $1`, hash[:]).scan(&n)
	})
	return n > 0, err
}
