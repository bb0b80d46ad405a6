package catalog_test

import (
	"errors"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

func TestEntriesOfAccountsAreInTheRecordWithoutARevision(t *testing.T) {
	h := open(t)
	token := account.TokenState{ID: "t1", Name: "ci", Masked: "bgp_a…b", Role: account.Owner}
	edge := account.TokenState{ID: "t2", Name: "edge", Masked: "bgp_c…d", Role: account.Relay}
	two := account.TokenState{ID: "t3", Name: "two", Masked: "bgp_e…f", Role: account.Relay, Environments: []string{"default/production", "shop/qa"}}
	member := account.MemberState{ID: "m1", Email: ann.Name, Roles: []string{"owner"}}
	host := account.Actor{Kind: account.Host, Name: "host"}
	for _, c := range []struct {
		entry    account.Entry
		sentence string
		diff     string // before → after
	}{
		{account.Entry{Kind: account.MemberEntry, Object: ann.Name, Action: account.EntryCreate, After: member, Actor: ann},
			"ann@example.org created the owner account", ` → {"id":"m1","email":"ann@example.org","roles":["owner"]}`},
		{account.Entry{Kind: account.MemberEntry, Object: ann.Name, Action: account.EntryCreate, After: member, Actor: host},
			"host created the owner account ann@example.org", ` → {"id":"m1","email":"ann@example.org","roles":["owner"]}`},
		{account.Entry{Kind: account.MemberEntry, Object: ann.Name, Action: account.EntryUpdate, Before: member, After: member, Actor: host},
			"host set another password for ann@example.org", ""},
		{account.Entry{Kind: account.TokenEntry, Object: "ci", Action: account.EntryCreate, After: token, Actor: ann},
			"ann@example.org made the API token ci", ` → {"id":"t1","name":"ci","masked":"bgp_a…b","role":"owner"}`},
		{account.Entry{Kind: account.TokenEntry, Object: "ci", Action: account.EntryDelete, Before: token, Actor: bob},
			"bob deleted the API token ci", `{"id":"t1","name":"ci","masked":"bgp_a…b","role":"owner"} → `},
		{account.Entry{Kind: account.TokenEntry, Object: "edge", Action: account.EntryCreate, After: edge, Actor: ann},
			"ann@example.org made the relay's token edge for every environment", ` → {"id":"t2","name":"edge","masked":"bgp_c…d","role":"relay"}`},
		{account.Entry{Kind: account.TokenEntry, Object: "two", Action: account.EntryDelete, Before: two, Actor: ann},
			"ann@example.org deleted the relay's token two for default/production",
			`{"id":"t3","name":"two","masked":"bgp_e…f","role":"relay","environments":["default/production"]} → `},
	} {
		c.entry.At, c.entry.RequestID = 7, "r"
		h.recordAccount(t, c.entry)
		page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Limit: 1}))
		got := page.Items[0]
		if len(got.Sentences) != 1 || got.Sentences[0] != c.sentence {
			t.Errorf("%q, want %q", got.Sentences, c.sentence)
		}
		if string(got.Kind) != string(c.entry.Kind) || got.Object != c.entry.Object || string(got.Action) != string(c.entry.Action) ||
			got.At != 7 || got.RequestID != "r" || got.Author != (catalog.Author{Kind: c.entry.Actor.Kind, ID: c.entry.Actor.ID, Name: c.entry.Actor.Name}) {
			t.Errorf("got %+v", got)
		}
		if len(got.Revisions) != 0 || got.Environment != "" {
			t.Errorf("it is part of a revision: %+v", got)
		}
		var diff string
		for _, d := range got.Diff {
			diff += d.Path + string(d.Before) + " → " + string(d.After)
		}
		if diff != c.diff {
			t.Errorf("diff %s, want %s", diff, c.diff)
		}
	}
	p := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	if p.Environments[0].Revision != 1 || h.announced != nil {
		t.Errorf("got %+v, announced %v", p, h.announced)
	}
	h.verify(t)
}

func (h *home) recordAccount(t *testing.T, e account.Entry) {
	t.Helper()
	if err := h.store.Write(t.Context(), func(tx catalog.Tx) error { return h.RecordAccount(tx, e) }); err != nil {
		t.Fatal(err)
	}
}

func TestTheRecordBeginsWithTheAccountsOfBefore(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h := &home{store: s, Service: catalog.New(s, catalog.Options{})}
	for _, name := range []string{"ann", "ben"} {
		h.recordAccount(t, account.Entry{Kind: account.TokenEntry, Object: name, Action: account.EntryCreate, Actor: bob, At: 3})
	}
	stop := errors.New("stop")
	err = s.Write(t.Context(), func(tx catalog.Tx) error { // a start that is cut off
		_, err := tx.TakeWaiting()
		return errors.Join(stop, err)
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	must[catalog.FirstRunResult](t)(h.EnsureFirstRun(t.Context(), catalog.FirstRun{}))
	var got []string
	err = h.ExportRecord(t.Context(), ann, "default", func() {}, func(e audit.Entry) error {
		got = append(got, e.Kind+" "+e.Object)
		return nil
	})
	if err != nil || len(got) != 6 || got[0] != "token ann" || got[1] != "token ben" || got[2] != "project default" {
		t.Errorf("got %q, %v", got, err)
	}
	h.verify(t)
}
