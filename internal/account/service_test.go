package account_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

const password = "correct horse battery"

// home is a service on a real store, with the entries that it wrote. The record
// fails while refuse is set.
type home struct {
	*account.Service
	store   *store.Store
	entries []account.Entry
	refuse  error
	ahead   time.Duration // of noon
}

func open(t *testing.T) *home {
	t.Helper()
	h := &home{}
	noon := clock.Func(func() time.Time { return time.UnixMilli(1_800_000_000_000).Add(h.ahead) })
	s, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir(), Clock: noon}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h.store = s
	h.Service = account.New(s.Accounts(func(_ catalog.Tx, e account.Entry) error {
		if h.refuse == nil {
			h.entries = append(h.entries, e)
		}
		return h.refuse
	}), account.Options{Clock: noon, Seals: seals(t)})
	return h
}

func seals(t *testing.T) account.Sealer {
	t.Helper()
	key, err := secret.ParseKey(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	check(t, err)
	box, err := key.Unwrap(key.NewDataKey())
	check(t, err)
	return box
}

// wrote returns the entries since it was last asked.
func (h *home) wrote() []account.Entry {
	entries := h.entries
	h.entries = nil
	return entries
}

func want(t *testing.T, got []account.Entry, entries ...account.Entry) {
	t.Helper()
	if diff := cmp.Diff(entries, got); diff != "" {
		t.Errorf("entries (-want +got)\n%s", diff)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEachChangeOfAccountsTellsItsEntry(t *testing.T) {
	h, ctx := open(t), t.Context()
	const at = 1_800_000_000_000
	host := account.Actor{Kind: account.Host, Name: "host"}

	link, err := h.NewSetupLink(ctx)
	check(t, err)
	signIn, err := h.Setup(ctx, link, " Ann@example.test ", password, account.Client{Address: "::1", RequestID: "r1"})
	check(t, err)
	named := account.Actor{Kind: account.Member, ID: signIn.Member.ID, Name: "Ann@example.test"}
	ann, _, err := h.BySession(ctx, signIn.Secret)
	check(t, err)
	member := account.MemberState{ID: ann.ID, Email: "Ann@example.test", Roles: []string{"owner"}}
	want(t, h.wrote(), account.Entry{Kind: "member", Object: "Ann@example.test", Action: "create", After: member, Actor: named, At: at, RequestID: "r1"})

	check(t, h.SetPassword(ctx, "ann@example.test", "another horse battery"))
	want(t, h.wrote(), account.Entry{Kind: "member", Object: "Ann@example.test", Action: "update", Before: member, After: member, Actor: host, At: at})

	made, secret, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: " ci ", Role: account.Owner, Life: 24 * time.Hour, RequestID: "r2"})
	check(t, err)
	token := account.TokenState{ID: made.ID, Name: "ci", Masked: made.Masked, Kind: account.PersonalToken, Role: account.Owner, ExpiresAt: at + 86_400_000}
	want(t, h.wrote(), account.Entry{Kind: "token", Object: "ci", Action: "create", After: token, Actor: named, At: at, RequestID: "r2"})

	ci, err := h.ByToken(ctx, secret) // the token ends itself
	check(t, err)
	check(t, h.DeleteToken(ctx, ci, made.ID, "r3"))
	want(t, h.wrote(), account.Entry{Kind: "token", Object: "ci", Action: "delete", Before: token, Actor: account.Actor{Kind: account.Token, ID: made.ID, Name: "ci"}, At: at, RequestID: "r3"})

	installed := "bgp_" + strings.Repeat("t", 40)
	check(t, h.InstallToken(ctx, installed, "BURGEE_INIT_TOKEN"))
	entries := h.wrote()
	if len(entries) != 1 || entries[0].Actor != host || entries[0].Object != "BURGEE_INIT_TOKEN" {
		t.Errorf("the token from outside: %+v", entries)
	}
	if text := fmt.Sprintf("%+v", entries); strings.Contains(text, installed) {
		t.Errorf("the secret is in the entry: %s", text)
	}

	_, err = h.SignIn(ctx, "ann@example.test", "another horse battery", account.Client{Address: "::1"})
	check(t, err)
	want(t, h.wrote()) // signing in changes no account
}

func TestAChangeThatIsRefusedTellsNothing(t *testing.T) {
	h, ctx := open(t), t.Context()
	_, err := h.CreateOwner(ctx, "ann@example.test", password)
	check(t, err)
	h.wrote()
	ann := account.Actor{Kind: account.Member, Name: "ann@example.test", Role: account.Owner}
	app := account.Actor{Kind: account.Application, Name: "calendar", Role: account.Declarer}
	for name, do := range map[string]func() error{
		"a second owner":    func() error { _, err := h.CreateOwner(ctx, "ben@example.test", password); return err },
		"nobody's password": func() error { return h.SetPassword(ctx, "ben@example.test", password) },
		"a short password":  func() error { return h.SetPassword(ctx, "ann@example.test", "short") },
		"a token of no name": func() error {
			_, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: " ", Role: account.Owner})
			return err
		},
		"a program's token": func() error {
			_, _, err := h.CreateToken(ctx, app, account.TokenRequest{Name: "x", Role: account.Owner})
			return err
		},
		"a relay nowhere": func() error {
			_, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "x", Role: account.Relay, Scopes: []account.Scope{{Project: "default", Environment: "moon"}}})
			return err
		},
		"full rights in one environment": func() error {
			_, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "x", Role: account.Owner, Scopes: []account.Scope{{Project: "default", Environment: "production"}}})
			return err
		},
		"a token of no role": func() error { _, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "x"}); return err },
		"no such token":      func() error { return h.DeleteToken(ctx, ann, "x", "") },
	} {
		if err := do(); err == nil || len(h.entries) != 0 {
			t.Errorf("%s: %v, entries %+v", name, err, h.wrote())
		}
	}
}

func TestAChangeWhoseEntryFailsDidNotHappen(t *testing.T) {
	h := open(t)
	ctx := t.Context()
	full := errors.New("the record is full")
	ann := account.Actor{Kind: account.Member, Name: "ann@example.test", Role: account.Owner}
	link, err := h.NewSetupLink(ctx)
	check(t, err)

	h.refuse = full
	if _, err := h.Setup(ctx, link, "ann@example.test", password, account.Client{}); !errors.Is(err, full) {
		t.Errorf("setup: %v", err)
	}
	if exists, err := h.OwnerExists(ctx); exists || err != nil {
		t.Errorf("an owner exists: %v, %v", exists, err)
	}
	h.refuse = nil
	_, err = h.Setup(ctx, link, "ann@example.test", password, account.Client{}) // the link is still good
	check(t, err)
	made, secret, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "ci", Role: account.Owner})
	check(t, err)

	h.refuse = full
	if err := h.SetPassword(ctx, "ann@example.test", "another horse battery"); !errors.Is(err, full) {
		t.Errorf("password: %v", err)
	}
	if _, err := h.SignIn(ctx, "ann@example.test", password, account.Client{}); err != nil {
		t.Errorf("the old password: %v", err)
	}
	if _, _, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "other", Role: account.Owner}); !errors.Is(err, full) {
		t.Errorf("token: %v", err)
	}
	if err := h.DeleteToken(ctx, ann, made.ID, ""); !errors.Is(err, full) {
		t.Errorf("delete: %v", err)
	}
	if tokens, err := h.Tokens(ctx, ann); err != nil || len(tokens) != 1 || tokens[0].ID != made.ID {
		t.Errorf("tokens %+v, %v", tokens, err)
	}
	if _, err := h.ByToken(ctx, secret); fault.IsKind(err, fault.Unauthenticated) {
		t.Errorf("the token was revoked: %v", err)
	}
}

func TestARelaysTokenMayNothing(t *testing.T) {
	h, ctx := open(t), t.Context()
	ann := account.Actor{Kind: account.Member, Name: "ann@example.test", Role: account.Owner}
	made, secret, err := h.CreateToken(ctx, ann, account.TokenRequest{Name: "edge", Role: account.Relay})
	check(t, err)
	if made.Role != account.Relay || len(made.Scopes) != 0 {
		t.Errorf("made %+v", made)
	}
	_, err = h.ByToken(ctx, secret)
	if f := fault.As(err); f.Kind != fault.Forbidden || f.Code != "relay_token" || !strings.Contains(f.Message, `"edge" is a relay's token`) {
		t.Errorf("it opens the management API: %v", err)
	}
	actor := account.Actor{Kind: account.Token, Name: "edge", Role: account.Relay}
	for _, action := range []account.Action{account.Read, account.EditFlags, account.Publish, account.SwitchOff,
		account.ManageKeys, account.ManageProject, account.ManageAccounts, account.Declare} {
		if err := account.Can(actor, action, account.Scope{Project: "default"}); !fault.IsKind(err, fault.Forbidden) {
			t.Errorf("%s: %v", action, err)
		}
	}
}

func TestAPlaceIsAProjectOrAnEnvironmentWithItsProject(t *testing.T) {
	if scope, err := account.ParseScope("default"); err != nil || scope != (account.Scope{Project: "default"}) {
		t.Errorf("%+v, %v", scope, err)
	}
	if scope, err := account.ParseScope("default/production"); err != nil || scope != (account.Scope{Project: "default", Environment: "production"}) {
		t.Errorf("%+v, %v", scope, err)
	}
	for _, text := range []string{"", "/production", "default/", "a/b/c"} {
		if _, err := account.ParseScope(text); !fault.IsKind(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
