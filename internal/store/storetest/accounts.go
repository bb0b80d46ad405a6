package storetest

import (
	"errors"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

// about is an entry that names an object.
func about(object string) account.Entry { return account.Entry{Object: object} }

// roles shows that a role is written only where it is as the writer has seen it.
func roles(t *testing.T, s Store) {
	ctx := t.Context()
	duty := account.RoleRecord{Name: "duty", Description: "on duty", Actions: []account.Action{account.Read, account.SwitchOff}, CreatedAt: 1}
	check(t, s.PutRole(ctx, nil, duty, about("made")))
	wantCode(t, s.PutRole(ctx, nil, account.RoleRecord{Name: "duty", CreatedAt: 2}, about("made twice")), fault.Conflict, account.CodeRoleChanged)
	wider := duty
	wider.Actions = []account.Action{account.Read, account.Publish}
	check(t, s.PutRole(ctx, &duty, wider, about("changed")))
	wantCode(t, s.PutRole(ctx, &duty, account.RoleRecord{Name: "duty"}, about("changed by who saw the first")), fault.Conflict, account.CodeRoleChanged)
	got, err := s.ListRoles(ctx)
	check(t, err)
	equal(t, []account.RoleRecord{wider}, got)
}

// recorded runs every change of accounts with a record that keeps the entries,
// and then with one that fails: no change is there without its entry.
func recorded(t *testing.T, open Opener) {
	full := errors.New("the record is full")
	var refuse error
	var seen []string
	s := open(t, func(tx catalog.Tx, e account.Entry) error {
		if refuse != nil {
			return refuse
		}
		seen = append(seen, e.Object)
		_, err := tx.InsertProject(e.Object, "of the same transaction", 1)
		return err
	})
	ann := account.MemberRecord{ID: "1", Email: "a", EmailKey: "a", PasswordHash: "h", Grants: []account.Grant{{Role: account.Owner}}}
	ben := account.MemberRecord{ID: "b", Email: "b", EmailKey: "b"}
	invitation := account.LinkRecord{Hash: [32]byte{5}, Kind: account.Invitation, Email: "b", ExpiresAt: 10}
	duty := account.RoleRecord{Name: "duty", Actions: []account.Action{account.Read, account.SwitchOff}}
	onDuty := []account.Grant{{Role: "duty"}}
	session := account.SessionRecord{Hash: [32]byte{6}, MemberID: "b", ExpiresAt: 10}
	link := account.SetupLinkRecord{Hash: [32]byte{9}}
	check(t, s.AddSetupLink(t.Context(), link, -1))
	token := account.TokenRecord{ID: "t", Hash: [32]byte{3}, Role: account.Owner}
	writes := []struct {
		name string
		do   func() error
		done func() bool
	}{
		{"owner", func() error { return s.CreateOwner(t.Context(), ann, &link.Hash, about("owner")) }, func() bool {
			n, err := s.CountMembers(t.Context())
			check(t, err)
			unused, err := s.SetupLinkExists(t.Context(), link.Hash, -1)
			check(t, err)
			if unused == (n > 0) {
				t.Errorf("%d members, and the set-up link is unused: %v", n, unused)
			}
			return n > 0
		}},
		{"password", func() error { return s.SetPassword(t.Context(), "1", "new", nil, about("password")) }, func() bool {
			m, err := s.MemberByID(t.Context(), "1")
			check(t, err)
			return m.PasswordHash == "new"
		}},
		{"token", func() error { return s.CreateToken(t.Context(), token, about("token")) }, func() bool {
			list, err := s.ListTokens(t.Context())
			check(t, err)
			return len(list) > 0
		}},
		{"invited", func() error { return s.CreateLink(t.Context(), invitation, about("invited")) }, func() bool {
			_, err := s.LinkByHash(t.Context(), invitation.Hash)
			return err == nil
		}},
		{"joined", func() error { return s.CreateMember(t.Context(), ben, invitation.Hash, about("joined")) }, func() bool {
			_, err := s.MemberByID(t.Context(), "b")
			_, unused := s.LinkByHash(t.Context(), invitation.Hash)
			if (err == nil) == (unused == nil) {
				t.Errorf("a member and the link: %v, %v", err, unused)
			}
			return err == nil
		}},
		{"made", func() error { return s.PutRole(t.Context(), nil, duty, about("made")) }, func() bool {
			roles, err := s.ListRoles(t.Context())
			check(t, err)
			return len(roles) > 0
		}},
		{"roles", func() error { return s.SetGrants(t.Context(), "b", nil, onDuty, about("roles")) }, func() bool {
			m, err := s.MemberByID(t.Context(), "b")
			check(t, err)
			return len(m.Grants) > 0
		}},
		{"guarded", func() error {
			check(t, s.PutTOTP(t.Context(), "b", []byte("sealed")))
			totp := account.TOTPRecord{MemberID: "b", Sealed: []byte("sealed"), ConfirmedAt: 1, LastStep: 7}
			return s.ConfirmTOTP(t.Context(), totp, [][32]byte{{1}, {2}}, about("guarded"))
		}, func() bool {
			m, err := s.MemberByID(t.Context(), "b")
			check(t, err)
			return m.TOTP
		}},
		{"renewed", func() error {
			return s.ReplaceRecoveryCodes(t.Context(), "b", [][32]byte{{1}}, nil, about("renewed"))
		}, func() bool {
			totp, err := s.TOTPOf(t.Context(), "b")
			check(t, err)
			return totp.RecoveryCodes == 1
		}},
		{"linked", func() error {
			return s.AddIdentity(t.Context(), account.IdentityRecord{Issuer: "i", Subject: "s", MemberID: "b"}, about("linked"))
		}, func() bool { return linked(t, s, "b") }},
		{"unlinked", func() error { return s.DeleteIdentity(t.Context(), "b", "i", about("unlinked")) }, func() bool { return !linked(t, s, "b") }},
		{"sso", func() error {
			return s.PutSingleSignOn(t.Context(), 0, account.SSORecord{Settings: []byte("{}"), Sealed: []byte{1}}, about("sso"))
		}, func() bool { return !ssoOff(t, s) }},
		{"no-sso", func() error { return s.DeleteSingleSignOn(t.Context(), about("no-sso")) }, func() bool { return ssoOff(t, s) }},
		{"unguarded", func() error {
			return s.DeleteTOTP(t.Context(), "b", &account.Proof{Recovery: &[32]byte{1}}, about("unguarded"))
		}, func() bool {
			_, err := s.TOTPOf(t.Context(), "b")
			return fault.IsKind(err, fault.NotFound)
		}},
		{"ended", func() error { return s.EndSession(t.Context(), session.Hash, about("ended")) }, func() bool {
			left, err := s.SessionsOf(t.Context(), "b")
			check(t, err)
			return len(left) == 0
		}},
		{"removed", func() error { return s.DeleteMember(t.Context(), "b", onDuty, about("removed")) }, func() bool {
			_, err := s.MemberByID(t.Context(), "b")
			return fault.IsKind(err, fault.NotFound)
		}},
		{"unmade", func() error { return s.DeleteRole(t.Context(), duty.Name, about("unmade")) }, func() bool {
			roles, err := s.ListRoles(t.Context())
			check(t, err)
			return len(roles) == 0
		}},
		{"gone", func() error { return s.DeleteToken(t.Context(), "t", about("gone")) }, func() bool {
			_, err := s.TokenByID(t.Context(), "t")
			return fault.IsKind(err, fault.NotFound)
		}},
	}
	for _, w := range writes {
		if w.name == "ended" {
			check(t, s.CreateSession(t.Context(), session))
		}
		if refuse = full; !errors.Is(w.do(), full) || w.done() {
			t.Errorf("%s: written without its entry", w.name)
		}
		refuse = nil
		check(t, w.do())
		if !w.done() {
			t.Errorf("%s: not written", w.name)
		}
		read(t, s, func(r catalog.Reader) error {
			_, err := r.Project(w.name) // what record wrote is there too
			return err
		})
	}
	wantCode(t, s.CreateOwner(t.Context(), account.MemberRecord{ID: "2"}, nil, about("second")), fault.Conflict, "owner_exists")
	wantCode(t, s.SetPassword(t.Context(), "2", "new", nil, about("nobody")), fault.NotFound, "member_not_found")
	wantCode(t, s.DeleteToken(t.Context(), "t", about("again")), fault.NotFound, "token_not_found")
	equal(t, []string{"owner", "password", "token", "invited", "joined", "made", "roles", "guarded", "renewed", "linked", "unlinked", "sso", "no-sso", "unguarded", "ended", "removed", "unmade", "gone"}, seen)
}

func linked(t *testing.T, s Store, member string) bool {
	t.Helper()
	m, err := s.MemberByID(t.Context(), member)
	check(t, err)
	return m.Linked
}

func ssoOff(t *testing.T, s Store) bool {
	t.Helper()
	_, err := s.SingleSignOn(t.Context())
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		t.Fatal(err)
	}
	return err != nil
}

func waiting(t *testing.T, s Store) {
	rows := []catalog.ChangeRow{
		{At: 5, Author: catalog.Author{Kind: account.Host, ID: "h", Name: "host"}, Kind: catalog.MemberKind, Object: "ann@x", Action: catalog.ActionCreate, After: []byte(`{"a":1}`)},
		{At: 6, Author: catalog.Author{Kind: account.Member, Name: "ann@x"}, Kind: catalog.TokenKind, Object: "ci", Action: catalog.ActionDelete, Before: []byte(`{}`), RequestID: "r"},
	}
	write(t, s, func(tx catalog.Tx) error {
		return errors.Join(tx.PutWaiting(rows[0]), tx.PutWaiting(rows[1]))
	})
	for _, want := range [][]catalog.ChangeRow{rows, nil} {
		write(t, s, func(tx catalog.Tx) error {
			got, err := tx.TakeWaiting()
			equal(t, want, got)
			return err
		})
	}
}

// lastOwner shows that nobody takes away the last owner who has a password, and that
// others go where there is none, as on a server that tokens alone have set up.
func lastOwner(t *testing.T, s Store) {
	ctx := t.Context()
	owns, views := []account.Grant{{Role: account.Owner}}, []account.Grant{{Role: account.Viewer}}
	join := func(id string, grants []account.Grant) {
		t.Helper()
		m := account.MemberRecord{ID: id, Email: id, EmailKey: id, Grants: grants}
		check(t, s.CreateLinked(ctx, m, account.IdentityRecord{Issuer: "i", Subject: id, MemberID: id}, nil, about(id)))
	}
	join("viewer", views)
	check(t, s.SetGrants(ctx, "viewer", views, nil, about("viewer")))
	check(t, s.DeleteMember(ctx, "viewer", nil, about("viewer")))

	join("a", owns)
	refused := func(err error) {
		t.Helper()
		wantCode(t, err, fault.Conflict, "last_owner")
	}
	refused(s.SetGrants(ctx, "a", owns, views, about("a")))
	refused(s.DeleteMember(ctx, "a", owns, about("a")))
	join("b", owns)
	check(t, s.SetPassword(ctx, "b", "hash", nil, about("b")))
	check(t, s.DeleteMember(ctx, "a", owns, about("a")))
	refused(s.DeleteMember(ctx, "b", owns, about("b")))
}
