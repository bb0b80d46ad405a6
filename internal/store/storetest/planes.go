package storetest

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/sdk/ruleset"
	"github.com/google/go-cmp/cmp"
)

func equal[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func deliveryState(t *testing.T, s Store) {
	_, id := project(t, s)
	write(t, s, func(tx catalog.Tx) error {
		if err := tx.PutLine(id, document.EntityRef{Kind: "target_group", Key: "a"}, []byte(`{"target_group":"a"}`)); err != nil {
			return err
		}
		if err := tx.PutLine(id, document.EntityRef{Kind: "flag", Key: "b"}, []byte(`{"flag":"b"}`)); err != nil {
			return err
		}
		_, err := tx.RaiseRevision(id)
		return err
	})
	all, err := s.Ruleset(t.Context(), id)
	check(t, err)
	equal(t, [][]byte{[]byte(`{"flag":"b"}`), []byte(`{"target_group":"a"}`)}, all.Lines)
	header := all.Header
	if header.Project != "p" || header.Environment != "production" || header.Revision != 2 || header.Epoch == 0 || header.Burgee != 1 || header.Hash != "p32" {
		t.Errorf("got %+v", header)
	}
	list, err := s.Environments(t.Context())
	check(t, err)
	equal(t, []delivery.EnvironmentState{{ID: id, Project: "p", Key: "production", Epoch: header.Epoch, Revision: 2}}, list)
}

func deltas(t *testing.T, s Store) {
	_, id := project(t, s)
	ref := document.EntityRef{Kind: "flag", Key: "b"}
	log := func(line []byte) {
		t.Helper()
		write(t, s, func(tx catalog.Tx) error {
			if err := tx.PutLine(id, ref, line); err != nil {
				return err
			}
			revision, err := tx.RaiseRevision(id)
			if err != nil {
				return err
			}
			return tx.LogDelta(id, catalog.DeltaRow{
				Revision: revision, At: day.Add(time.Duration(revision) * time.Hour).UnixMilli(), Root: "r", Lines: []catalog.LineRow{{Ref: ref, Line: line}},
			})
		})
	}
	revisions := func(from int64, room int) (numbers []int64, all []delivery.Delta) {
		t.Helper()
		all, err := s.Deltas(t.Context(), id, from, room)
		check(t, err)
		for _, d := range all {
			numbers = append(numbers, d.Header.Revision)
		}
		return numbers, all
	}
	log([]byte(`{"flag":"b","x":1}`))
	log([]byte(`{"flag":"b","x":2}`))
	log(nil)
	numbers, all := revisions(1, 1000)
	equal(t, []int64{2, 3, 4}, numbers)
	whole, err := s.Ruleset(t.Context(), id)
	check(t, err)
	want := whole.Header
	want.Root = "r"
	equal(t, delivery.Delta{
		Revision: delivery.Revision{Header: want, CommittedAt: day.Add(4 * time.Hour).UnixMilli()},
		From:     3, Removed: []ruleset.EntityRef{{Kind: "flag", Key: "b"}},
	}, all[2])
	equal(t, [][]byte{[]byte(`{"flag":"b","x":2}`)}, all[1].Changed)
	equal(t, day.Add(4*time.Hour).UnixMilli(), whole.CommittedAt)
	numbers, _ = revisions(3, 1000)
	equal(t, []int64{4}, numbers)
	numbers, _ = revisions(0, 40) // the newest that there is room for
	equal(t, []int64{3, 4}, numbers)
	prune(t, s, day.Add(27*time.Hour+time.Minute))
	numbers, _ = revisions(0, 1000)
	equal(t, []int64{4}, numbers)
}

// day is when the suite's deltas are committed.
var day = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

func keys(t *testing.T, s Store) {
	_, environment := project(t, s)
	var id, other int64
	write(t, s, func(tx catalog.Tx) (err error) {
		row := catalog.KeyRow{EnvironmentID: environment, Hash: [32]byte{1}, Key: catalog.Key{Kind: catalog.ServerKey, Name: "k", Masked: "bgs_a…b", CreatedAt: 3}}
		if id, err = tx.InsertKey(row); err != nil {
			return err
		}
		row.Hash, row.Kind, row.Public = [32]byte{2}, catalog.ClientKey, "bgc_public"
		if other, err = tx.InsertKey(row); err != nil {
			return err
		}
		if err := tx.ExpireKey(id, 70); err != nil {
			return err
		}
		if err := tx.RevokeKey(other, 60); err != nil {
			return err
		}
		return tx.RaiseKeyGeneration(environment)
	})
	refs, err := s.Keys(t.Context(), environment)
	check(t, err)
	equal(t, []delivery.KeyRef{{ID: id, Hash: [32]byte{1}, Kind: delivery.ServerKey, ExpiresAt: 70}}, refs)
	check(t, s.AddKeyUses(t.Context(), []ingest.KeyUse{{KeyID: id, Uses: 2, LastUsedAt: 50, SDK: "go/1"}}))
	check(t, s.AddKeyUses(t.Context(), []ingest.KeyUse{{KeyID: id, Uses: 1, LastUsedAt: 40, SDK: "python/1"}}))
	read(t, s, func(r catalog.Reader) error {
		rows, err := r.Keys(environment)
		equal(t, []catalog.KeyRow{
			{EnvironmentID: environment, Hash: [32]byte{1}, Key: catalog.Key{ID: id, Kind: catalog.ServerKey, Name: "k", Masked: "bgs_a…b", CreatedAt: 3, ExpiresAt: 70, Uses: 3, LastUsedAt: 50, LastSDK: "go/1"}},
			{EnvironmentID: environment, Hash: [32]byte{2}, Key: catalog.Key{ID: other, Kind: catalog.ClientKey, Name: "k", Masked: "bgs_a…b", Public: "bgc_public", CreatedAt: 3, RevokedAt: 60}},
		}, rows)
		return err
	})
	list, err := s.Environments(t.Context())
	check(t, err)
	equal(t, int64(1), list[0].KeyGeneration)
}

// relayKeys asks that the token of a relay opens the environments that it
// lists, or all, and that the data plane is told of each change.
func relayKeys(t *testing.T, s Store) {
	id, production := project(t, s)
	var other int64
	write(t, s, func(tx catalog.Tx) (err error) {
		other, err = tx.InsertEnvironment(id, catalog.EnvironmentRow{Key: "qa", Name: "QA", Kind: catalog.Development, Position: 1, Revision: 1}, 1)
		return err
	})
	opens := func(environment int64) (hashes []byte) {
		refs, err := s.Keys(t.Context(), environment)
		check(t, err)
		for _, ref := range refs {
			if ref.Kind != delivery.RelayToken || ref.ID != 0 {
				t.Errorf("%+v is no relay's token", ref)
			}
			hashes = append(hashes, ref.Hash[0])
		}
		return hashes
	}
	generations := func() (all []int64) {
		list, err := s.Environments(t.Context())
		check(t, err)
		for _, e := range list {
			all = append(all, e.KeyGeneration)
		}
		return all
	}
	add := func(token account.TokenRecord) {
		check(t, s.CreateToken(t.Context(), token, account.Entry{}))
	}
	scope := []account.Scope{{Project: "p", Environment: "production"}}
	add(account.TokenRecord{ID: "a", Hash: [32]byte{1}, Role: account.Owner})
	equal(t, []int64{0, 0}, generations())
	add(account.TokenRecord{ID: "b", Hash: [32]byte{2}, Role: account.Relay, CreatedAt: 1})
	equal(t, []int64{1, 1}, generations())
	add(account.TokenRecord{ID: "c", Hash: [32]byte{3}, Role: account.Relay, CreatedAt: 2, Scopes: scope})
	equal(t, []int64{2, 1}, generations())
	equal(t, []byte{2, 3}, opens(production))
	equal(t, []byte{2}, opens(other))
	kept, err := s.TokenByID(t.Context(), "c")
	check(t, err)
	equal(t, scope, kept.Scopes)
	check(t, s.DeleteToken(t.Context(), "c", account.Entry{}))
	check(t, s.DeleteToken(t.Context(), "b", account.Entry{}))
	equal(t, []int64{4, 2}, generations())
	equal(t, nil, opens(production))
	nowhere := account.TokenRecord{ID: "d", Hash: [32]byte{4}, Role: account.Relay, Scopes: []account.Scope{{Project: "p", Environment: "moon"}}}
	wantCode(t, s.CreateToken(t.Context(), nowhere, account.Entry{}), fault.NotFound, "environment_not_found")
	if _, err := s.TokenByID(t.Context(), "d"); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("a token for no environment was kept: %v", err)
	}
}

func owner(t *testing.T, s Store) {
	link := [32]byte{9}
	open := func(hash [32]byte, since int64) bool {
		exists, err := s.SetupLinkExists(t.Context(), hash, since)
		check(t, err)
		return exists
	}
	check(t, s.AddSetupLink(t.Context(), account.SetupLinkRecord{Hash: [32]byte{7}, CreatedAt: 1}, 0))
	check(t, s.AddSetupLink(t.Context(), account.SetupLinkRecord{Hash: [32]byte{8}, CreatedAt: 2}, 1))
	check(t, s.AddSetupLink(t.Context(), account.SetupLinkRecord{Hash: link, CreatedAt: 3}, 1))
	if open([32]byte{7}, 0) || !open([32]byte{8}, 1) || open([32]byte{8}, 2) || !open(link, 1) {
		t.Error("not the links that were made after a time are open")
	}
	m := account.MemberRecord{ID: "1", Email: "Ann@x", EmailKey: "ann@x", PasswordHash: "h", CreatedAt: 4, Grants: []account.Grant{{Role: account.Owner}}}
	wantCode(t, s.CreateOwner(t.Context(), m, &[32]byte{1}, about(m.Email)), fault.NotFound, "link_not_found")
	check(t, s.CreateOwner(t.Context(), m, &link, about(m.Email)))
	if open(link, 0) || open([32]byte{8}, 0) {
		t.Error("a link still works")
	}
	wantCode(t, s.CreateOwner(t.Context(), account.MemberRecord{ID: "2", EmailKey: "bob@x"}, nil, about("bob@x")), fault.Conflict, "owner_exists")
	got, err := s.MemberByEmail(t.Context(), "ann@x")
	check(t, err)
	equal(t, m, got)
	n, err := s.CountMembers(t.Context())
	check(t, err)
	equal(t, 1, n)
}

func sessionsAndTokens(t *testing.T, s Store) {
	m := account.MemberRecord{ID: "1", EmailKey: "a", Grants: []account.Grant{{Role: account.Owner}}}
	check(t, s.CreateOwner(t.Context(), m, nil, about("a")))
	first := account.SessionRecord{Hash: [32]byte{1}, MemberID: "1", CreatedAt: 1, LastSeenAt: 1, ExpiresAt: 10, UserAgent: "curl", Address: "::1"}
	check(t, s.CreateSession(t.Context(), first))
	check(t, s.TouchSession(t.Context(), first.Hash, 5, 20))
	session, member, err := s.SessionByHash(t.Context(), first.Hash)
	check(t, err)
	first.LastSeenAt, first.ExpiresAt = 5, 20
	equal(t, first, session)
	equal(t, m, member)
	second := account.SessionRecord{Hash: [32]byte{2}, MemberID: "1", CreatedAt: 20, ExpiresAt: 40}
	check(t, s.CreateSession(t.Context(), second)) // the first has ended by then
	_, _, err = s.SessionByHash(t.Context(), first.Hash)
	wantCode(t, err, fault.NotFound, "session_not_found")
	check(t, s.SetPassword(t.Context(), "1", "new", nil, about("a")))
	_, _, err = s.SessionByHash(t.Context(), second.Hash)
	wantCode(t, err, fault.NotFound, "session_not_found")
	check(t, s.DeleteSession(t.Context(), second.Hash))

	token := account.TokenRecord{ID: "t", Hash: [32]byte{3}, MemberID: "1", Kind: account.PersonalToken, Name: "ci", Masked: "bgp_…", Role: account.Owner, CreatedAt: 7, ExpiresAt: 90}
	check(t, s.CreateToken(t.Context(), token, about("ci")))
	check(t, s.TouchToken(t.Context(), "t", 30))
	token.LastUsedAt = 30
	holder, err := s.TokenByHash(t.Context(), token.Hash)
	check(t, err)
	m.PasswordHash = "new"
	equal(t, account.HolderRecord{Token: token, Member: m}, holder)
	got, err := s.TokenByID(t.Context(), "t")
	check(t, err)
	equal(t, token, got)
	list, err := s.ListTokens(t.Context())
	check(t, err)
	equal(t, []account.TokenRecord{token}, list)
	check(t, s.DeleteToken(t.Context(), "t", about("ci")))
}

func counts(t *testing.T, s Store) {
	_, id := project(t, s)
	at := time.Date(2026, 11, 3, 10, 30, 0, 0, time.UTC)
	row := ingest.Row{EnvironmentID: id, Minute: at.UnixMilli(), Flag: "x", Variation: "true", Reason: "RULE", Application: "calendar", Version: "1", SDK: "go/1", Count: 3}
	none := row
	none.Variation, none.Reason, none.Count, none.Minute = "", "CODE_DEFAULT", 1, at.Add(time.Hour).UnixMilli()
	first, second := &ingest.Load{}, &ingest.Load{}
	first.Batch("a", row)
	first.Plain(none)
	second.Batch("a", row) // again, from another node
	second.Batch("b", row)
	second.Batch("b", row)
	check(t, s.AddCounts(t.Context(), first))
	check(t, s.AddCounts(t.Context(), second))
	check(t, s.AddCounts(t.Context(), second)) // whose answer was lost
	minutes, err := s.MinuteCounts(t.Context(), "p", "production", "x", at.Add(-time.Hour))
	check(t, err)
	equal(t, []store.MinuteCount{
		{Minute: row.Minute, Variation: "true", Reason: "RULE", Application: "calendar", Version: "1", SDK: "go/1", Count: 6},
		{Minute: none.Minute, Reason: "CODE_DEFAULT", Application: "calendar", Version: "1", SDK: "go/1", Count: 1},
	}, minutes)
	all, err := s.HourlyCounts(t.Context(), "p", "", "~", at.Add(-time.Hour), 3)
	check(t, err)
	hours := all["production"]
	equal(t, map[string]store.HourlyCount{"x": {Counts: []int64{0, 6, 1}, LastAt: none.Minute}}, hours)
}

func receiptsKept(t *testing.T, s Store) {
	_, id := project(t, s)
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	calendar := presence.Caller{Application: "calendar", Version: "1", Platform: "linux", SDK: "go/1", Instance: "i", Address: "::1"}
	record := func(revision int64, at time.Time) receipts.Record {
		return receipts.Record{
			EnvironmentID: id, Revision: revision, CommittedAt: at.UnixMilli(), Expected: 3, Applied: 2,
			Latencies: []receipts.Bucket{{Number: 31, Count: 1}, {Number: 140, Count: 1}}, SlowestMs: 310, Slowest: calendar,
			Pending: []receipts.Pending{{Caller: calendar, Revision: 1, BehindSince: 7, LastSeenAt: 8, Direct: true}},
		}
	}
	old, first, second := record(2, now.Add(-15*24*time.Hour)), record(3, now.Add(-time.Hour)), record(4, now)
	override := receipts.Override{EnvironmentID: id, Caller: calendar, Flags: []string{"a", "b"}, Direct: true}
	check(t, s.SaveReceipts(t.Context(), receipts.Changes{Receipts: []receipts.Record{old, first, second}, Overrides: []receipts.Override{override}}))
	second.Applied, second.Pending = 3, nil
	check(t, s.SaveReceipts(t.Context(), receipts.Changes{Receipts: []receipts.Record{second}}))
	knowsLess, knowsFewer := second, second // as other nodes may have it
	knowsLess.Applied--
	knowsFewer.Expected--
	check(t, s.SaveReceipts(t.Context(), receipts.Changes{Receipts: []receipts.Record{knowsLess, knowsFewer}}))
	got, ok, err := s.Receipt(t.Context(), id, 4)
	check(t, err)
	equal(t, true, ok)
	equal(t, second, got)
	_, ok, err = s.Receipt(t.Context(), id, 5)
	check(t, err)
	equal(t, false, ok)
	recent, err := s.RecentReceipts(t.Context(), 2)
	check(t, err)
	equal(t, []receipts.Record{first, second}, recent)
	kept, err := s.Overrides(t.Context())
	check(t, err)
	equal(t, []receipts.Override{override}, kept)

	prune(t, s, now)
	recent, err = s.RecentReceipts(t.Context(), 10)
	check(t, err)
	equal(t, []receipts.Record{first, second}, recent)
	override.Flags = nil
	check(t, s.SaveReceipts(t.Context(), receipts.Changes{Overrides: []receipts.Override{override}}))
	kept, err = s.Overrides(t.Context())
	check(t, err)
	equal(t, 0, len(kept))
}

func retention(t *testing.T, s Store) {
	projectID, id := project(t, s)
	write(t, s, func(tx catalog.Tx) error {
		return tx.PutObject(projectID, catalog.ObjectRow{Kind: document.FlagKind, Key: "x", Body: []byte(`{"type":"boolean"}`), Source: catalog.FromCode})
	})
	now := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	old := now.Add(-15 * 24 * time.Hour)
	for i, at := range []time.Time{old, now} {
		load := &ingest.Load{}
		for _, flag := range []string{"x", "no-flag"} {
			load.Plain(ingest.Row{EnvironmentID: id, Minute: at.UnixMilli(), Flag: flag, Count: 1})
		}
		load.Batch(fmt.Sprint("batch ", i)) // kept as of the store's clock, long ago
		check(t, s.AddCounts(t.Context(), load))
	}
	prune(t, s, now)
	for _, flag := range []string{"x", "no-flag"} {
		minutes, err := s.MinuteCounts(t.Context(), "p", "production", flag, old)
		check(t, err)
		equal(t, 1, len(minutes))
	}
	all, err := s.HourlyCounts(t.Context(), "p", "", "~", old, 16*24)
	check(t, err)
	hours := all["production"]
	total := map[string]int64{}
	for flag, h := range hours {
		for _, n := range h.Counts {
			total[flag] += n
		}
	}
	equal(t, map[string]int64{"x": 2, "no-flag": 1}, total)

	late := &ingest.Load{} // a day that is gone is made again
	late.Plain(ingest.Row{EnvironmentID: id, Minute: old.UnixMilli(), Flag: "x", Count: 1})
	check(t, s.AddCounts(t.Context(), late))
	minutes, err := s.MinuteCounts(t.Context(), "p", "production", "x", old)
	check(t, err)
	equal(t, 2, len(minutes))
}

// prune runs retention as who holds its lease.
func prune(t *testing.T, s Store, now time.Time) {
	t.Helper()
	number, held, err := s.TakeLease(t.Context(), "retention", "suite", time.Minute)
	check(t, err)
	equal(t, true, held)
	check(t, s.Prune(t.Context(), lease.Fence{Name: "retention", Number: number}, now))
}
