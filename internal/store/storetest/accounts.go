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
	ann := account.MemberRecord{ID: "1", Email: "a", EmailKey: "a", PasswordHash: "h"}
	link := account.SetupLinkRecord{Hash: [32]byte{9}}
	check(t, s.ReplaceSetupLink(t.Context(), link))
	token := account.TokenRecord{ID: "t", Hash: [32]byte{3}}
	writes := []struct {
		name string
		do   func() error
		done func() bool
	}{
		{"owner", func() error { return s.CreateOwner(t.Context(), ann, &link.Hash, about("owner")) }, func() bool {
			n, err := s.CountMembers(t.Context())
			check(t, err)
			unused, err := s.SetupLinkExists(t.Context(), link.Hash)
			check(t, err)
			if unused == (n > 0) {
				t.Errorf("%d members, and the set-up link is unused: %v", n, unused)
			}
			return n > 0
		}},
		{"password", func() error { return s.SetPassword(t.Context(), "1", "new", about("password")) }, func() bool {
			m, err := s.MemberByID(t.Context(), "1")
			check(t, err)
			return m.PasswordHash == "new"
		}},
		{"token", func() error { return s.CreateToken(t.Context(), token, about("token")) }, func() bool {
			list, err := s.ListTokens(t.Context())
			check(t, err)
			return len(list) > 0
		}},
		{"gone", func() error { return s.DeleteToken(t.Context(), "t", about("gone")) }, func() bool {
			_, err := s.TokenByID(t.Context(), "t")
			return fault.IsKind(err, fault.NotFound)
		}},
	}
	for _, w := range writes {
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
	wantCode(t, s.SetPassword(t.Context(), "2", "new", about("nobody")), fault.NotFound, "member_not_found")
	wantCode(t, s.DeleteToken(t.Context(), "t", about("again")), fault.NotFound, "token_not_found")
	equal(t, []string{"owner", "password", "token", "gone"}, seen)
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
