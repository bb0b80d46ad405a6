package account_test

import (
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
)

// What happens later happens with the rights of then: of the member, also where they
// came with a token of their own, and of a service token as long as it counts.
func TestWhoActsLaterHasTheRightsOfThen(t *testing.T) {
	h, ann := company(t)
	ben := h.join(t, ann, "ben@example.com", "publisher")
	publishes := func(kind account.ActorKind, id, person string) error {
		t.Helper()
		actor, err := h.Actor(t.Context(), kind, id, person)
		if err != nil {
			return err
		}
		return account.Can(actor, account.Publish, account.Scope{Project: "default", Environment: "production"})
	}
	service, _, err := h.CreateToken(t.Context(), ann, account.TokenRequest{Name: "deploy", Kind: account.ServiceToken, Role: account.Publisher, Life: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	nobodys := string(account.Token) + ":" + service.ID
	for name, err := range map[string]error{
		"a member":        publishes(account.Member, ben.ID, ben.ID),
		"their own token": publishes(account.Token, "a token that is gone", ben.ID),
		"a service token": publishes(account.Token, service.ID, nobodys),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.SetRoles(t.Context(), ann, ben.ID, []account.Grant{{Role: account.Viewer}}, nil, ""); err != nil {
		t.Fatal(err)
	}
	wantCode(t, publishes(account.Member, ben.ID, ben.ID), "forbidden")
	if err := h.RemoveMember(t.Context(), ann, ben.ID, ""); err != nil {
		t.Fatal(err)
	}
	if err := h.DeleteToken(t.Context(), ann, service.ID, ""); err != nil {
		t.Fatal(err)
	}
	wantCode(t, publishes(account.Member, ben.ID, ben.ID), "author_gone")
	wantCode(t, publishes(account.Token, "another", ben.ID), "author_gone")
	wantCode(t, publishes(account.Token, service.ID, nobodys), "author_gone")
}
