package store

import (
	"context"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

const (
	memberColumns = `m.id, m.email, m.email_key, m.password_hash, m.created_at, ` + guardColumns + `, ` + grantColumns
	guardColumns  = `(SELECT COUNT(*) FROM totp WHERE totp.member_id = m.id AND totp.confirmed_at > 0), (SELECT COUNT(*) FROM identity WHERE identity.member_id = m.id)`
	grantColumns  = `COALESCE(g.role, ''), COALESCE(g.project, ''), COALESCE(g.environment, ''), COALESCE(r.actions, '')`
	// memberGrants joins a member m with each role g, and what people let it do.
	memberGrants = `LEFT JOIN membership g ON g.member_id = m.id LEFT JOIN custom_role r ON r.name = g.role`
	memberOrder  = `m.email_key, m.id, g.project, g.environment, g.role`
)

// scanMember reads one row of a member, which is there once for each role, after
// other columns.
func scanMember(from scanner, m *account.MemberRecord, before ...any) error {
	var g account.Grant
	var actions string
	var totp, identities int
	err := from.Scan(append(before, &m.ID, &m.Email, &m.EmailKey, &m.PasswordHash, &m.CreatedAt, &totp, &identities,
		&g.Role, &g.Scope.Project, &g.Scope.Environment, &actions)...)
	m.TOTP, m.Linked = totp > 0, identities > 0
	if err != nil || g.Role == "" {
		return err
	}
	g.Actions = readActions(actions)
	m.Grants = append(m.Grants, g)
	return nil
}

// ListMembers implements account.Store.
func (s *Store) ListMembers(ctx context.Context) (out []account.MemberRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		out, err = members(q, ``)
		return err
	})
	return out, err
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
		m, err = member(q, where, arg)
		return err
	})
	return m, err
}

func member(q query, where, arg string) (account.MemberRecord, error) {
	found, err := members(q, where, arg)
	if err == nil && len(found) == 0 {
		err = noMember()
	}
	if err != nil {
		return account.MemberRecord{}, err
	}
	return found[0], nil
}

func members(q query, where string, args ...any) (out []account.MemberRecord, err error) {
	err = q.each(func(from scanner) error {
		var m account.MemberRecord
		if err := scanMember(from, &m); err != nil {
			return err
		}
		if last := len(out) - 1; last >= 0 && out[last].ID == m.ID {
			out[last].Grants = append(out[last].Grants, m.Grants...)
			return nil
		}
		out = append(out, m)
		return nil
	}, `SELECT `+memberColumns+` FROM member m `+memberGrants+` `+where+` ORDER BY `+memberOrder, args...)
	return out, err
}

// SetGrants implements account.Store.
func (a *Accounts) SetGrants(ctx context.Context, memberID string, before, after []account.Grant, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if err := unchanged(q, memberID, before); err != nil {
			return err
		}
		if err := q.exec(`DELETE FROM membership WHERE member_id = $1`, memberID); err != nil {
			return err
		}
		if err := insertGrants(q, memberID, after); err != nil {
			return err
		}
		if err := q.exec(`DELETE FROM link WHERE made_by = $1`, memberID); err != nil {
			return err
		}
		return ownedAfter(q, before, after)
	})
}

// DeleteMember implements account.Store.
func (a *Accounts) DeleteMember(ctx context.Context, memberID string, before []account.Grant, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if err := unchanged(q, memberID, before); err != nil {
			return err
		}
		for _, text := range []string{
			`DELETE FROM link WHERE made_by IN (SELECT id FROM token WHERE member_id = $1 AND kind = 'personal')`,
			`DELETE FROM token WHERE member_id = $1 AND kind = 'personal'`,
			`DELETE FROM link WHERE made_by = $1 OR member_id = $1`,
			`DELETE FROM membership WHERE member_id = $1`,
			`DELETE FROM session WHERE member_id = $1`,
			`DELETE FROM pending_sign_in WHERE member_id = $1`,
			`DELETE FROM recovery_code WHERE member_id = $1`,
			`DELETE FROM totp WHERE member_id = $1`,
			`DELETE FROM identity WHERE member_id = $1`,
			`DELETE FROM member WHERE id = $1`,
		} {
			if err := q.exec(text, memberID); err != nil {
				return err
			}
		}
		return ownedAfter(q, before, nil)
	})
}

// unchanged refuses to decide about a member who is another than the one that was
// looked at.
func unchanged(q query, memberID string, before []account.Grant) error {
	m, err := member(q, `WHERE m.id = $1`, memberID)
	if err != nil {
		return err
	}
	if !slices.Equal(grantLines(m.Grants), grantLines(before)) {
		return fault.New(fault.Conflict, "member_changed", "Somebody changed the roles of %s meanwhile; look again and repeat it", m.Email)
	}
	return nil
}

// ownedAfter refuses to take the last owner who has a password away. Where there is
// none, as on a server that tokens alone have set up, others come and go.
func ownedAfter(q query, before, after []account.Grant) error {
	if !owns(before) || owns(after) {
		return nil
	}
	return stillOwned(q)
}

func owns(grants []account.Grant) bool {
	return slices.ContainsFunc(grants, func(g account.Grant) bool { return g.Role == account.Owner })
}

func stillOwned(q query) error {
	var owners int
	err := q.row(`SELECT COUNT(*) FROM membership g JOIN member m ON m.id = g.member_id
		WHERE g.role = $1 AND g.project = '' AND m.password_hash <> ''`, string(account.Owner)).scan(&owners)
	if err == nil && owners == 0 {
		err = fault.New(fault.Conflict, "last_owner", "Somebody must own this server who can sign in with a password; make somebody else an owner first")
	}
	return err
}

func insertGrants(q query, memberID string, grants []account.Grant) error {
	for _, g := range grants {
		if err := grantExists(q, g); err != nil {
			return err
		}
		err := q.exec(`INSERT INTO membership (member_id, role, project, environment) VALUES ($1, $2, $3, $4)`,
			memberID, string(g.Role), g.Scope.Project, g.Scope.Environment)
		if err != nil {
			return err
		}
	}
	return nil
}

func grantExists(q query, g account.Grant) error {
	if err := roleExists(q, g.Role); err != nil {
		return err
	}
	return placeExists(q, g.Scope, "roles")
}

func roleExists(q query, role account.Role) error {
	if account.ActionsOf(role) != nil || role == account.Relay {
		return nil
	}
	var n int
	err := q.row(`SELECT COUNT(*) FROM custom_role WHERE name = $1`, string(role)).scan(&n)
	if err == nil && n == 0 {
		err = noRole(role)
	}
	return err
}

func noRole(role account.Role) *fault.Error {
	return fault.New(fault.NotFound, "role_not_found", "There is no role %q", string(role)).WithField("roles", "there is no role %s", role)
}

// placeExists says whether there is a project or an environment; field is what
// named it.
func placeExists(q query, scope account.Scope, field string) error {
	if scope.Project == "" {
		return nil
	}
	text, args := `SELECT COUNT(*) FROM project WHERE key = $1`, []any{scope.Project}
	kind := "project"
	if scope.Environment != "" {
		text, args = `SELECT COUNT(*) FROM environment e JOIN project p ON p.id = e.project_id WHERE p.key = $1 AND e.key = $2`, append(args, scope.Environment)
		kind = "environment"
	}
	var n int
	err := q.row(text, args...).scan(&n)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, kind+"_not_found", "There is no %s %s", kind, scope).
			WithField(field, "there is no %s %s", kind, scope)
	}
	return err
}

// CreateMember implements account.Store.
func (a *Accounts) CreateMember(ctx context.Context, m account.MemberRecord, link [32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if err := takeLink(q, link); err != nil {
			return err
		}
		return insertMember(q, m)
	})
}

// takeLink uses a link up.
func takeLink(q query, hash [32]byte) error {
	n, err := q.touched(`DELETE FROM link WHERE hash = $1`, hash[:])
	if err == nil && n == 0 {
		err = noLink()
	}
	return err
}

func noLink() *fault.Error {
	return fault.New(fault.NotFound, "link_not_found", "There is no such link; it may have been used")
}

// CreateLink implements account.Store.
func (a *Accounts) CreateLink(ctx context.Context, l account.LinkRecord, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		for _, g := range l.Grants {
			if err := grantExists(q, g); err != nil {
				return err
			}
		}
		err := q.exec(`DELETE FROM link WHERE expires_at <= $1 OR (kind = $2 AND lower(email) = $3)`, l.CreatedAt, string(l.Kind), strings.ToLower(l.Email))
		if err != nil {
			return err
		}
		return q.exec(`INSERT INTO link (hash, kind, email, member_id, roles, made_by, maker, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			l.Hash[:], string(l.Kind), l.Email, l.MemberID, strings.Join(grantLines(l.Grants), "\n"), l.MadeBy, l.Maker, l.CreatedAt, l.ExpiresAt)
	})
}

const linkColumns = `SELECT hash, kind, email, member_id, roles, made_by, maker, created_at, expires_at FROM link`

func scanLink(from scanner) (l account.LinkRecord, err error) {
	var hash []byte
	var roles string
	if err := from.Scan(&hash, &l.Kind, &l.Email, &l.MemberID, &roles, &l.MadeBy, &l.Maker, &l.CreatedAt, &l.ExpiresAt); err != nil {
		return l, err
	}
	copy(l.Hash[:], hash)
	l.Grants, err = account.ParseGrants(strings.Fields(roles))
	return l, err
}

// LinkByHash implements account.Store.
func (s *Store) LinkByHash(ctx context.Context, hash [32]byte) (l account.LinkRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		l, err = scanLink(q.row(linkColumns+` WHERE hash = $1`, hash[:]))
		return translate(err)
	})
	return l, missing(err, "link_not_found", "There is no such link; it may have been used")
}

// ListLinks implements account.Store.
func (s *Store) ListLinks(ctx context.Context) (out []account.LinkRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			l, err := scanLink(from)
			out = append(out, l)
			return err
		}, linkColumns+` ORDER BY created_at, hash`)
	})
	return out, err
}

// DeleteLink implements account.Store.
func (a *Accounts) DeleteLink(ctx context.Context, hash [32]byte, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error { return takeLink(q, hash) })
}

// ListRoles implements account.Store.
func (s *Store) ListRoles(ctx context.Context) (out []account.RoleRecord, err error) {
	err = s.glance(ctx, func(q query) error {
		return q.each(func(from scanner) error {
			var r account.RoleRecord
			var actions string
			err := from.Scan(&r.Name, &r.Description, &actions, &r.CreatedAt)
			r.Actions = readActions(actions)
			out = append(out, r)
			return err
		}, `SELECT name, description, actions, created_at FROM custom_role ORDER BY name`)
	})
	return out, err
}

// PutRole implements account.Store.
func (a *Accounts) PutRole(ctx context.Context, before *account.RoleRecord, r account.RoleRecord, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		n, err := writeRole(q, before, r)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, account.CodeRoleChanged, "Somebody else changed the role %s at the same moment; look at it, and repeat the change", r.Name)
		}
		if err != nil {
			return err
		}
		return q.exec(`DELETE FROM link WHERE made_by IN (SELECT member_id FROM membership WHERE role = $1)
			OR made_by IN (SELECT id FROM token WHERE role = $1 OR (kind = 'personal' AND member_id IN (SELECT member_id FROM membership WHERE role = $1)))`, string(r.Name))
	})
}

// writeRole writes a role where it is still as before, and returns how many rows
// that were.
func writeRole(q query, before *account.RoleRecord, r account.RoleRecord) (int64, error) {
	if before == nil {
		return q.touched(`INSERT INTO custom_role (name, description, actions, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING`,
			string(r.Name), r.Description, actionLines(r.Actions), r.CreatedAt)
	}
	return q.touched(`UPDATE custom_role SET description = $2, actions = $3 WHERE name = $1 AND description = $4 AND actions = $5`,
		string(r.Name), r.Description, actionLines(r.Actions), before.Description, actionLines(before.Actions))
}

// DeleteRole implements account.Store.
func (a *Accounts) DeleteRole(ctx context.Context, name account.Role, entry account.Entry) error {
	return a.recorded(ctx, entry, func(q query) error {
		if err := roleUnused(q, name); err != nil {
			return err
		}
		n, err := q.touched(`DELETE FROM custom_role WHERE name = $1`, string(name))
		if err == nil && n == 0 {
			err = noRole(name)
		}
		return err
	})
}

func roleUnused(q query, name account.Role) error {
	var members, tokens int
	if err := q.row(`SELECT (SELECT COUNT(*) FROM membership WHERE role = $1), (SELECT COUNT(*) FROM token WHERE role = $1)`, string(name)).scan(&members, &tokens); err != nil {
		return err
	}
	links := 0
	err := q.each(func(from scanner) error {
		l, err := scanLink(from)
		if slices.ContainsFunc(l.Grants, func(g account.Grant) bool { return g.Role == name }) {
			links++
		}
		return err
	}, linkColumns)
	if err == nil && members+tokens+links > 0 {
		err = fault.New(fault.Conflict, "role_used", "The role %s is in use: %d times by members, %d by tokens, %d by invitations. Give them another first", name, members, tokens, links)
	}
	return err
}

func grantLines(grants []account.Grant) []string {
	lines := make([]string, len(grants))
	for i, g := range grants {
		lines[i] = g.String()
	}
	slices.Sort(lines)
	return lines
}

func actionLines(actions []account.Action) string {
	lines := make([]string, len(actions))
	for i, a := range actions {
		lines[i] = string(a)
	}
	return strings.Join(lines, "\n")
}

func readActions(text string) (actions []account.Action) {
	for line := range strings.FieldsSeq(text) {
		actions = append(actions, account.Action(line))
	}
	return actions
}
