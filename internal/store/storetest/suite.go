package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/once"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
)

// Store is what an engine offers to the rest of the server.
type Store interface {
	catalog.Store
	account.Store
	account.Attempts
	delivery.Reader
	ingest.Sink
	receipts.Sink
	secret.Store
	AllSealed(ctx context.Context) (map[string][]byte, error)
	ForgetSealed(ctx context.Context) error
	HourlyCounts(ctx context.Context, project, first, last string, from time.Time, hours int) (map[string]map[string]store.HourlyCount, error)
	MinuteCounts(ctx context.Context, project, environment, flag string, from time.Time) ([]store.MinuteCount, error)
	lease.Store
	nodes.Store
	once.Store
	Prune(ctx context.Context, fence lease.Fence, now time.Time) error
	Empty(ctx context.Context) (bool, error)
}

// Opener opens an empty store that is closed with the test. record writes the
// entries of accounts.
type Opener func(t *testing.T, record func(catalog.Tx, account.Entry) error) Store

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(*testing.T, Store){
		"a transaction that fails leaves nothing":    failedTransaction,
		"objects come back as they were put":         objects,
		"the record keeps every field":               record,
		"an import reads what it has written":        longTransaction,
		"a duplicate is named by its constraint":     duplicates,
		"what is missing is not found":               missingThings,
		"delivery reads one state":                   deliveryState,
		"deltas lead to the newest revisions":        deltas,
		"keys end and are counted":                   keys,
		"the token of a relay opens what it lists":   relayKeys,
		"one owner, whoever is faster":               owner,
		"sessions and tokens":                        sessionsAndTokens,
		"attempts to sign in count together":         attempts,
		"one network begins so many logins":          logins,
		"a code of a second step counts once":        codes,
		"a login is collected once":                  loginCollected,
		"the last owner stays":                       lastOwner,
		"a subject leads to one account":             identities,
		"settings of single sign-on come back":       singleSignOn,
		"a role is what its writer has seen":         roles,
		"nodes hear each other":                      nodesMeet,
		"entries wait in order and are taken once":   waiting,
		"counts add up and a batch is known":         counts,
		"a batch counts once, whatever happens":      onceEach,
		"nodes add to the same rows":                 manyNodes,
		"receipts and overrides come back":           receiptsKept,
		"sealed secrets come back":                   sealedSecrets,
		"a key is claimed with what it is for":       claims,
		"of many with one key one is done":           func(t *testing.T, s Store) { Rivals(t, s) },
		"a lease has one holder":                     leaseHolders,
		"who lost a lease cannot write":              leaseFence,
		"minutes go after a fortnight, hours do not": retention,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, open(t, func(catalog.Tx, account.Entry) error { return nil }))
		})
	}
	t.Run("accounts change only with their entry", func(t *testing.T) { recorded(t, open) })
}

// project makes a project with one environment and returns their ids.
func project(t *testing.T, s Store) (projectID, environmentID int64) {
	t.Helper()
	write(t, s, func(tx catalog.Tx) (err error) {
		if projectID, err = tx.InsertProject("p", "P", 1); err != nil {
			return err
		}
		environmentID, err = tx.InsertEnvironment(projectID, catalog.EnvironmentRow{Key: "production", Name: "Production", Kind: catalog.Production, Revision: 1}, 1)
		return err
	})
	return projectID, environmentID
}

func write(t *testing.T, s Store, fn func(catalog.Tx) error) {
	t.Helper()
	check(t, s.Write(t.Context(), fn))
}

func read(t *testing.T, s Store, fn func(catalog.Reader) error) {
	t.Helper()
	check(t, s.Read(t.Context(), fn))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Kind != kind || f.Code != code {
		t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

func failedTransaction(t *testing.T, s Store) {
	stop := errors.New("stop")
	err := s.Write(t.Context(), func(tx catalog.Tx) error {
		if _, err := tx.InsertProject("p", "P", 1); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the function's own error", err)
	}
	if empty, err := s.Empty(t.Context()); err != nil || !empty {
		t.Errorf("something stayed: %v, %v", empty, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Write(cancelled, func(catalog.Tx) error { return nil }); !fault.IsKind(err, fault.Unavailable) {
		t.Errorf("a cancelled caller: %v", err)
	}
	project(t, s) // the store works on
	broken, cut := context.WithCancel(t.Context())
	err = s.Read(broken, func(r catalog.Reader) error {
		cut()
		_, err := r.Projects()
		return err
	})
	if err == nil {
		t.Error("a reader whose caller left in the middle got an answer")
	}
	read(t, s, func(r catalog.Reader) error {
		list, err := r.Projects()
		equal(t, 1, len(list))
		return err
	})
}

func objects(t *testing.T, s Store) {
	projectID, environmentID := project(t, s)
	all := []catalog.ObjectRow{
		{Kind: document.FlagKind, Key: "x", Body: []byte(`{"type":"boolean"}`), Source: catalog.FromCode, CreatedAt: 5, DeclaredBy: 7,
			ArchivedAt: 6, ArchivedReason: "nobody asks for it", RestoredAt: 8},
		{Kind: document.ConfigurationKind, Key: "x", EnvironmentID: environmentID, Body: []byte(`{"a":1}`)},
		{Kind: document.TargetGroupKind, Key: "g", Body: []byte(`{"b":1}`)},
		{Kind: document.ExperimentKind, Key: "e", EnvironmentID: environmentID, Body: []byte(`{"c":1}`), StartedAt: 9},
		{Kind: document.AttributeKind, Key: "plan", Body: []byte(`{"d":1}`)},
	}
	ref := document.EntityRef{Kind: "flag", Key: "x"}
	for range 2 { // the second time replaces
		write(t, s, func(tx catalog.Tx) error {
			for _, o := range all {
				if err := tx.PutObject(projectID, o); err != nil {
					return err
				}
			}
			return tx.PutLine(environmentID, ref, []byte(`{"flag":"x"}`))
		})
	}
	read(t, s, func(r catalog.Reader) error {
		got, err := r.Objects(projectID)
		if err != nil {
			return err
		}
		for i, rows := range [][]catalog.ObjectRow{got.Flags, got.Configurations, got.Groups, got.Experiments, got.Attributes} {
			equal(t, []catalog.ObjectRow{all[i]}, rows)
		}
		lines, err := r.Lines(environmentID)
		equal(t, map[document.EntityRef][]byte{ref: []byte(`{"flag":"x"}`)}, lines)
		n, _ := r.DeclaredSince(7, 4)
		equal(t, 1, n)
		return err
	})
	write(t, s, func(tx catalog.Tx) error {
		for _, o := range all[1:] {
			if err := tx.DeleteObject(projectID, o.Kind, o.EnvironmentID, o.Key); err != nil {
				return err
			}
		}
		return tx.PutLine(environmentID, ref, nil)
	})
	read(t, s, func(r catalog.Reader) error {
		got, err := r.Objects(projectID)
		equal(t, 1, len(got.Flags)+len(got.Configurations)+len(got.Groups)+len(got.Experiments)+len(got.Attributes))
		lines, _ := r.Lines(environmentID)
		equal(t, 0, len(lines))
		return err
	})
}

func record(t *testing.T, s Store) {
	projectID, environmentID := project(t, s)
	first := catalog.ChangeRow{
		ProjectID: projectID, Seq: 1, EnvironmentID: environmentID, At: 11, Author: catalog.Author{Kind: account.Member, ID: "m", Name: "ann"},
		Kind: document.ConfigurationKind, Object: "x", Action: catalog.ActionUpdate, Before: []byte(`{}`), After: nil,
		BeforeSalt: []byte{1}, AfterSalt: []byte{2}, BeforeHash: []byte{3}, AfterHash: []byte{4},
		Comment: "why", RequestID: "r", PrevHash: []byte{5}, Hash: []byte{6},
	}
	second := first
	second.Seq, second.PrevHash, second.Hash, second.Object = 2, first.Hash, []byte{7}, "y"
	second.At = 5 // its clock was set back
	write(t, s, func(tx catalog.Tx) (err error) {
		for _, c := range []*catalog.ChangeRow{&first, &second} {
			if c.ID, err = tx.AppendChange(*c); err != nil {
				return err
			}
			revision, err := tx.RaiseRevision(environmentID)
			if err != nil {
				return err
			}
			if err := tx.LinkRevision(environmentID, revision, c.ID); err != nil {
				return err
			}
			c.Environment, c.Revisions = "production", map[string]int64{"production": revision}
		}
		return nil
	})
	read(t, s, func(r catalog.Reader) error {
		got, err := r.Changes(catalog.ChangeQuery{ProjectID: projectID})
		equal(t, []catalog.ChangeRow{second, first}, got)
		if err != nil {
			return err
		}
		for name, q := range map[string]catalog.ChangeQuery{
			"object":      {Object: "x"},
			"before":      {Before: second.ID},
			"revision":    {EnvironmentID: environmentID, Revision: 2},
			"environment": {EnvironmentID: environmentID, Object: "x", Kind: document.ConfigurationKind, Actor: "ann", Limit: 5},
			"older":       {EnvironmentID: environmentID, Before: second.ID, Limit: 5},
		} {
			q.ProjectID = projectID
			if got, err := r.Changes(q); err != nil || len(got) != 1 || got[0].ID != first.ID {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
		}
		for name, q := range map[string]catalog.ChangeQuery{
			"environment": {EnvironmentID: environmentID},
			"limit":       {EnvironmentID: environmentID, Limit: 2},
			"kind":        {EnvironmentID: environmentID, Kind: document.ConfigurationKind, Limit: 5},
		} {
			q.ProjectID = projectID
			got, err := r.Changes(q)
			equal(t, []catalog.ChangeRow{second, first}, got)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		past(t, r, projectID, environmentID, first, second)
		var chain []int64
		err = r.Chain(projectID, func(c catalog.ChangeRow) error { chain = append(chain, c.Seq); return nil })
		equal(t, []int64{1, 2}, chain)
		latest, _ := r.Latest(projectID, document.ConfigurationKind, "y")
		equal(t, []catalog.LatestRow{{Kind: second.Kind, Object: "y", EnvironmentID: environmentID, ChangeID: second.ID, At: 5,
			Author: second.Author, Revisions: map[int64]int64{environmentID: 3}}}, latest)
		revisions, _ := r.Revisions(environmentID, 3, 10)
		equal(t, []catalog.RevisionRow{{Number: 2, ChangeIDs: []int64{first.ID}}}, revisions)
		p, _ := r.Project("p")
		equal(t, int64(2), p.ChainSeq)
		equal(t, second.Hash, p.ChainHash)
		return err
	})
}

// past looks back at a record of two entries, of which the second was made by a
// clock that had been set back from 11 to 5.
func past(t *testing.T, r catalog.Reader, projectID, environmentID int64, first, second catalog.ChangeRow) {
	t.Helper()
	for at, want := range map[int64]int64{4: 0, 5: second.ID, 10: second.ID, 11: second.ID, 99: second.ID} {
		got, err := r.EntryAt(projectID, at)
		check(t, err)
		equal(t, want, got)
	}
	for entry, want := range map[int64]int64{first.ID - 1: 0, first.ID: 2, second.ID: 3, second.ID + 9: 3} {
		got, err := r.RevisionAt(environmentID, entry)
		check(t, err)
		equal(t, want, got)
	}
	x := catalog.PastRow{Kind: first.Kind, Object: "x", EnvironmentID: environmentID, At: 11, Before: first.Before}
	y := catalog.PastRow{Kind: first.Kind, Object: "y", EnvironmentID: environmentID, At: 5, Before: first.Before}
	for entry, want := range map[int64][]catalog.PastRow{first.ID - 1: nil, first.ID: {x}, second.ID: {x, y}} {
		got, err := r.ObjectsAt(projectID, entry)
		check(t, err)
		equal(t, want, got)
	}
}

func duplicates(t *testing.T, s Store) {
	projectID, environmentID := project(t, s)
	wantCode(t, s.Write(t.Context(), func(tx catalog.Tx) error {
		_, err := tx.InsertProject("p", "again", 1)
		return err
	}), fault.Conflict, "project_exists")
	wantCode(t, s.Write(t.Context(), func(tx catalog.Tx) error {
		_, err := tx.InsertEnvironment(projectID, catalog.EnvironmentRow{Key: "production"}, 1)
		return err
	}), fault.Conflict, "environment_exists")
	key := catalog.KeyRow{EnvironmentID: environmentID, Key: catalog.Key{Kind: catalog.ServerKey, Name: "k"}, Hash: [32]byte{1}}
	wantCode(t, s.Write(t.Context(), func(tx catalog.Tx) error {
		_, err := tx.InsertKey(key)
		if err == nil {
			_, err = tx.InsertKey(key)
		}
		return err
	}), fault.Conflict, "key_exists")
	wantCode(t, s.Write(t.Context(), func(tx catalog.Tx) error {
		return tx.PutObject(projectID, catalog.ObjectRow{Kind: document.ConfigurationKind, Key: "no-such-flag", EnvironmentID: environmentID, Body: []byte(`{}`)})
	}), fault.Conflict, "referenced")
	token := account.TokenRecord{ID: "1", Hash: [32]byte{1}, Role: account.Owner}
	check(t, s.CreateToken(t.Context(), token, about("ci")))
	token.ID = "2"
	wantCode(t, s.CreateToken(t.Context(), token, about("ci")), fault.Conflict, "token_exists")
}

func missingThings(t *testing.T, s Store) {
	_, err := s.MemberByEmail(t.Context(), "nobody")
	wantCode(t, err, fault.NotFound, "member_not_found")
	_, _, err = s.SessionByHash(t.Context(), [32]byte{})
	wantCode(t, err, fault.NotFound, "session_not_found")
	_, err = s.TokenByHash(t.Context(), [32]byte{})
	wantCode(t, err, fault.NotFound, "token_not_found")
	wantCode(t, s.DeleteToken(t.Context(), "x", about("x")), fault.NotFound, "token_not_found")
	wantCode(t, s.SetPassword(t.Context(), "x", "h", nil, about("x")), fault.NotFound, "member_not_found")
	_, err = s.Ruleset(t.Context(), 99)
	wantCode(t, err, fault.NotFound, "environment_not_found")
	wantCode(t, s.Read(t.Context(), func(r catalog.Reader) error {
		_, err := r.Project("x")
		return err
	}), fault.NotFound, "project_not_found")
}
