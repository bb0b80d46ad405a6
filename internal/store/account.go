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
				return fault.New(fault.NotFound, "link_not_found", "This set-up link is not open; use one that the server printed")
			}
		}
		if err := insertMember(q, m); err != nil {
			return err
		}
		return q.exec(`DELETE FROM setup_link`)
	})
}

func insertMember(q query, m account.MemberRecord) error {
	err := q.exec(`INSERT INTO member (id, email, email_key, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)`,
		m.ID, m.Email, m.EmailKey, m.PasswordHash, m.CreatedAt)
	if err != nil {
		return err
	}
	return insertGrants(q, m.ID, m.Grants)
}

// SetPassword implements account.Store.
func (a *Accounts) SetPassword(ctx context.Context, memberID, passwordHash string, link *[32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if link != nil {
			if err := takeLink(q, *link); err != nil {
				return err
			}
		}
		n, err := q.touched(`UPDATE member SET password_hash = $2 WHERE id = $1`, memberID, passwordHash)
		if err != nil {
			return err
		}
		if n == 0 {
			return noMember()
		}
		for _, text := range []string{
			`DELETE FROM link WHERE member_id = $1`,
			`DELETE FROM cli_login WHERE member_id = $1`, // approved, perhaps by who knew the old one
			`DELETE FROM session WHERE member_id = $1`,
		} {
			if err := q.exec(text, memberID); err != nil {
				return err
			}
		}
		return nil
	})
}

func noMember() *fault.Error {
	return fault.New(fault.NotFound, "member_not_found", "There is no such member")
}

// CreateSession implements account.Store.
func (s *Store) CreateSession(ctx context.Context, e account.SessionRecord) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM session WHERE expires_at <= $1`, e.CreatedAt); err != nil {
			return err
		}
		return insertSession(q, e)
	})
}

func insertSession(q query, e account.SessionRecord) error {
	return q.exec(`INSERT INTO session (hash, member_id, created_at, last_seen_at, expires_at, user_agent, address) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.Hash[:], e.MemberID, e.CreatedAt, e.LastSeenAt, e.ExpiresAt, e.UserAgent, e.Address)
}

const sessionColumns = `s.member_id, s.created_at, s.last_seen_at, s.expires_at, s.user_agent, s.address`

func sessionFields(e *account.SessionRecord) []any {
	return []any{&e.MemberID, &e.CreatedAt, &e.LastSeenAt, &e.ExpiresAt, &e.UserAgent, &e.Address}
}

// SessionByHash implements account.Store.
func (s *Store) SessionByHash(ctx context.Context, hash [32]byte) (e account.SessionRecord, m account.MemberRecord, err error) {
	e.Hash = hash
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			return scanMember(from, &m, sessionFields(&e)...)
		}, `SELECT `+sessionColumns+`, `+memberColumns+` FROM session s JOIN member m ON m.id = s.member_id `+memberGrants+` WHERE s.hash = $1`, hash[:])
	})
	if err == nil && m.ID == "" {
		err = fault.New(fault.NotFound, "session_not_found", "This session has ended; sign in again")
	}
	return e, m, err
}

// SessionsOf implements account.Store.
func (s *Store) SessionsOf(ctx context.Context, memberID string) (out []account.SessionRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var e account.SessionRecord
			var hash []byte
			err := from.Scan(append([]any{&hash}, sessionFields(&e)...)...)
			copy(e.Hash[:], hash)
			out = append(out, e)
			return err
		}, `SELECT s.hash, `+sessionColumns+` FROM session s WHERE s.member_id = $1 ORDER BY s.last_seen_at DESC, s.hash`, memberID)
	})
	return out, err
}

// EndSession implements account.Store.
func (a *Accounts) EndSession(ctx context.Context, hash [32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := q.touched(`DELETE FROM session WHERE hash = $1`, hash[:])
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "session_not_found", "There is no such session; it may have ended")
		}
		return err
	})
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
		err := q.exec(`INSERT INTO token (id, hash, member_id, kind, name, masked, role, environments, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			t.ID, t.Hash[:], t.MemberID, string(t.Kind), t.Name, t.Masked, string(t.Role), scopesText(t.Scopes), t.CreatedAt, t.LastUsedAt, t.ExpiresAt)
		if err != nil {
			return err
		}
		if err := roleExists(q, t.Role); err != nil {
			return err
		}
		for _, scope := range t.Scopes {
			if err := placeExists(q, scope, "environments"); err != nil {
				return err
			}
		}
		return relayTokenMoved(q, t)
	})
}

// relayTokenMoved lets the data plane look at the keys of each environment where
// the token of a relay counts.
func relayTokenMoved(q query, t account.TokenRecord) error {
	if t.Role != account.Relay {
		return nil
	}
	q.moved.note(0, 0)
	if len(t.Scopes) == 0 {
		return q.exec(`UPDATE environment SET key_generation = key_generation + 1`)
	}
	for _, scope := range t.Scopes {
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

// tokenColumns are those of a token. Older ones that a token made have the id of that
// one in the place of the member's.
const tokenColumns = `t.id, t.hash, COALESCE((SELECT by_token.member_id FROM token by_token WHERE by_token.id = t.member_id), t.member_id), t.kind, t.name, t.masked, t.role, t.environments, t.created_at, t.last_used_at, t.expires_at`

// tokenRow reads the columns of a token.
type tokenRow struct {
	account.TokenRecord
	hash         []byte
	environments string
}

func (t *tokenRow) fields() []any {
	return []any{&t.ID, &t.hash, &t.MemberID, &t.Kind, &t.Name, &t.Masked, &t.Role, &t.environments, &t.CreatedAt, &t.LastUsedAt, &t.ExpiresAt}
}

func (t *tokenRow) record() account.TokenRecord {
	copy(t.Hash[:], t.hash)
	t.Scopes = readScopes(t.environments)
	return t.TokenRecord
}

func scanToken(from scanner) (account.TokenRecord, error) {
	var t tokenRow
	err := from.Scan(t.fields()...)
	return t.record(), err
}

// TokenByHash implements account.Store.
func (s *Store) TokenByHash(ctx context.Context, hash [32]byte) (h account.HolderRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var t tokenRow
			var actions string
			err := scanMember(from, &h.Member, append(t.fields(), &actions)...)
			h.Token, h.Actions = t.record(), readActions(actions)
			return err
		}, `SELECT `+tokenColumns+`, COALESCE(tr.actions, ''), COALESCE(m.id, ''), COALESCE(m.email, ''), COALESCE(m.email_key, ''), COALESCE(m.password_hash, ''), COALESCE(m.created_at, 0), `+guardColumns+`, `+grantColumns+`
			FROM token t LEFT JOIN custom_role tr ON tr.name = t.role
			LEFT JOIN member m ON m.id = t.member_id AND t.kind = 'personal' `+memberGrants+` WHERE t.hash = $1`, hash[:])
	})
	if err == nil && h.Token.ID == "" {
		err = noToken()
	}
	return h, err
}

func noToken() *fault.Error {
	return fault.New(fault.NotFound, "token_not_found", "There is no such token")
}

// TokenByID implements account.Store.
func (s *Store) TokenByID(ctx context.Context, id string) (t account.TokenRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		t, err = tokenByID(q, id)
		return err
	})
	return t, err
}

func tokenByID(q query, id string) (account.TokenRecord, error) {
	t, err := scanToken(q.row(`SELECT `+tokenColumns+` FROM token t WHERE t.id = $1`, id))
	return t, missing(translate(err), "token_not_found", "There is no such token")
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
		}, `SELECT `+tokenColumns+` FROM token t ORDER BY t.created_at, t.id`)
	})
	return out, err
}

// DeleteToken implements account.Store.
func (a *Accounts) DeleteToken(ctx context.Context, id string, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		t, err := tokenByID(q, id)
		if err != nil {
			return err
		}
		if err := q.exec(`DELETE FROM link WHERE made_by = $1`, id); err != nil {
			return err
		}
		if err := q.exec(`DELETE FROM token WHERE id = $1`, id); err != nil {
			return err
		}
		return relayTokenMoved(q, t)
	})
}

// AddSetupLink implements account.Store.
func (s *Store) AddSetupLink(ctx context.Context, link account.SetupLinkRecord, since int64) error {
	return s.change(ctx, func(q query) error {
		if err := q.exec(`DELETE FROM setup_link WHERE created_at <= $1`, since); err != nil {
			return err
		}
		return q.exec(`INSERT INTO setup_link (hash, created_at) VALUES ($1, $2)`, link.Hash[:], link.CreatedAt)
	})
}

// SetupLinkExists implements account.Store.
func (s *Store) SetupLinkExists(ctx context.Context, hash [32]byte, since int64) (bool, error) {
	var n int
	err := s.read(ctx, func(q query) error {
		return q.row(`SELECT COUNT(*) FROM setup_link WHERE hash = $1 AND created_at > $2`, hash[:], since).scan(&n)
	})
	return n > 0, err
}
