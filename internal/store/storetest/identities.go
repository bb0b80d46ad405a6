package storetest

import (
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// identities shows that a subject of an issuer leads to one account, that an
// account has one identity of an issuer, and that settings come back as they were
// put.
func identities(t *testing.T, s Store) {
	ctx := t.Context()
	ann := account.MemberRecord{ID: "a", Email: "a", EmailKey: "a", PasswordHash: "h", Grants: []account.Grant{{Role: account.Owner}}}
	check(t, s.CreateOwner(ctx, ann, nil, about("ann")))
	hers := account.IdentityRecord{Issuer: "https://one", Subject: "1", MemberID: "a", CreatedAt: 5}
	check(t, s.AddIdentity(ctx, hers, about("ann")))
	other := account.IdentityRecord{Issuer: "https://two", Subject: "1", MemberID: "a", CreatedAt: 6}
	check(t, s.AddIdentity(ctx, other, about("ann")))
	wantCode(t, s.AddIdentity(ctx, account.IdentityRecord{Issuer: "https://one", Subject: "2", MemberID: "a"}, about("ann")), fault.Conflict, "identity_taken")

	invitation := account.LinkRecord{Hash: [32]byte{5}, Kind: account.Invitation, Email: "b", ExpiresAt: 10}
	check(t, s.CreateLink(ctx, invitation, about("ben")))
	ben := account.MemberRecord{ID: "b", Email: "b", EmailKey: "b", CreatedAt: 7}
	taken := account.IdentityRecord{Issuer: "https://one", Subject: "1", MemberID: "b", CreatedAt: 7}
	wantCode(t, s.CreateLinked(ctx, ben, taken, &invitation.Hash, about("ben")), fault.Conflict, "identity_taken")
	_, err := s.MemberByID(ctx, "b")
	wantCode(t, err, fault.NotFound, "member_not_found")
	taken.Subject = "3"
	check(t, s.CreateLinked(ctx, ben, taken, &invitation.Hash, about("ben")))
	if _, err := s.LinkByHash(ctx, invitation.Hash); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("an invitation that made an account is kept: %v", err)
	}
	eve := account.MemberRecord{ID: "e", Email: "e", EmailKey: "e"}
	if err := s.CreateLinked(ctx, eve, account.IdentityRecord{Issuer: "https://one", Subject: "4", MemberID: "e"}, &invitation.Hash, about("eve")); err == nil {
		t.Error("an invitation makes two accounts")
	}

	found, err := s.MemberByIdentity(ctx, "https://one", "3")
	check(t, err)
	equal(t, []any{"b", true}, []any{found.ID, found.Linked})
	_, err = s.MemberByIdentity(ctx, "https://two", "3")
	wantCode(t, err, fault.NotFound, "member_not_found")

	check(t, s.DeleteIdentity(ctx, "a", "https://one", about("ann")))
	wantCode(t, s.DeleteIdentity(ctx, "a", "https://one", about("ann")), fault.NotFound, "identity_not_found")
	wantCode(t, s.DeleteIdentity(ctx, "a", "https://none", about("ann")), fault.NotFound, "identity_not_found")
	left, err := s.IdentitiesOf(ctx, "a")
	check(t, err)
	equal(t, []account.IdentityRecord{other}, left)
	found, err = s.MemberByIdentity(ctx, "https://one", "3")
	check(t, err)
	equal(t, "b", found.ID)
}

func singleSignOn(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.SingleSignOn(ctx)
	wantCode(t, err, fault.NotFound, "sso_off")
	wantCode(t, s.DeleteSingleSignOn(ctx, about("sso")), fault.NotFound, "sso_off")

	// Somebody has to own the server with a password before it is on.
	linked := account.MemberRecord{ID: "a", Email: "a", EmailKey: "a", Grants: []account.Grant{{Role: account.Owner}}}
	check(t, s.CreateLinked(ctx, linked, account.IdentityRecord{Issuer: "i", Subject: "s", MemberID: "a"}, nil, about("ann")))
	rec := account.SSORecord{Settings: []byte(`{"name":"Corp"}`), Sealed: []byte{0, 1, 2}, ChangedAt: 5}
	wantCode(t, s.PutSingleSignOn(ctx, 0, rec, about("sso")), fault.Conflict, "last_owner")
	_, err = s.SingleSignOn(ctx)
	wantCode(t, err, fault.NotFound, "sso_off")
	check(t, s.SetPassword(ctx, "a", "hash", nil, about("ann")))

	seen := int64(0)
	for _, want := range []account.SSORecord{rec, {Settings: []byte(`{"name":"Other"}`), Sealed: []byte{3}, ChangedAt: 6}} {
		check(t, s.PutSingleSignOn(ctx, seen, want, about("sso")))
		wantCode(t, s.PutSingleSignOn(ctx, seen, want, about("sso")), fault.Conflict, "sso_changed")
		got, err := s.SingleSignOn(ctx)
		check(t, err)
		equal(t, want, got)
		seen = want.ChangedAt
	}
	check(t, s.DeleteSingleSignOn(ctx, about("sso")))
	_, err = s.SingleSignOn(ctx)
	wantCode(t, err, fault.NotFound, "sso_off")
}
