package server

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

func TestTheDataPlaneHearsOfTokensWhenTheyChange(t *testing.T) {
	st, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	record := func(catalog.Tx, account.Entry) error { return nil }
	told := 0
	accounts := account.New(announcedTokens{st.Accounts(record), func() { told++ }}, account.Options{Clock: clock.System{}})
	owner := account.Actor{Kind: account.Host, Name: "host", Role: account.Owner}

	token, _, err := accounts.CreateToken(t.Context(), owner, account.TokenRequest{Name: "edge", Role: account.Relay})
	if err != nil || told != 1 {
		t.Fatalf("made: told %d times, %v", told, err)
	}
	if err := accounts.DeleteToken(t.Context(), owner, token.ID, ""); err != nil || told != 2 {
		t.Fatalf("revoked: told %d times, %v", told, err)
	}
	_, _, err = accounts.CreateToken(t.Context(), owner, account.TokenRequest{
		Name: "edge", Role: account.Relay, Scopes: []account.Scope{{Project: "no", Environment: "where"}},
	})
	if err == nil || told != 2 {
		t.Fatalf("refused: told %d times, %v", told, err)
	}
}

func TestAProgramOverTheLimitIsToldOfOnce(t *testing.T) {
	refused := []catalog.Refusal{
		{KeyID: 1, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "bad key", Code: "declaration_invalid", Message: "is no flag key"},
		{KeyID: 1, Application: "calc", Flag: "m2", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "m3", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 2, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
	}
	want := []catalog.Refusal{
		{KeyID: 1, Application: "calc", Flag: "m1 and 2 more", Code: "flag_limit", Message: "one key may make 200"},
		{KeyID: 1, Application: "calc", Flag: "bad key", Code: "declaration_invalid", Message: "is no flag key"},
		{KeyID: 2, Application: "calc", Flag: "m1", Code: "flag_limit", Message: "one key may make 200"},
	}
	if diff := cmp.Diff(want, together(refused)); diff != "" {
		t.Error(diff)
	}
}
