package nodes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/store/storetest"
)

var production = receipts.Environment{ID: 1, Project: "default", Key: "production"}

// node is what a server has of programs.
type node struct {
	presence *presence.Registry
	receipts *receipts.Registry
	*nodes.Exchange
}

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.At(t, store.Options{Dir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func start(t *testing.T, s *store.Store) *node {
	t.Helper()
	p := presence.New(clock.System{})
	r := receipts.New(p, s, receipts.Options{})
	r.Published(production, 1)
	return &node{p, r, nodes.New(s, p, r, nodes.Options{Name: "a node", SecretKey: "0011"})}
}

// exchange gives each as many turns as news needs to reach the others, from the
// moment when nobody knows of anybody.
func exchange(t *testing.T, of ...*node) {
	t.Helper()
	for range 4 {
		for _, n := range of {
			n.Turn(t.Context())
		}
	}
}

func program(id string) presence.Instance {
	return presence.Instance{
		Caller:  presence.Caller{Application: "calendar", Version: "1.0", SDK: "go/0.1.0", Instance: id, Address: "10.0.0.1"},
		Project: production.Project, Environment: production.Key,
	}
}

func (n *node) shows(t *testing.T, ids ...string) {
	t.Helper()
	list := n.presence.Instances(production.Project, production.Key)
	var got []string
	for _, i := range list {
		got = append(got, i.Caller.Instance)
	}
	if len(got) != len(ids) {
		t.Fatalf("shows %v, want %v", got, ids)
	}
	for at := range ids {
		if got[at] != ids[at] {
			t.Errorf("shows %v, want %v", got, ids)
		}
	}
}

func TestEachKnowsTheProgramsOfAll(t *testing.T) {
	s := open(t)
	first, second := start(t, s), start(t, s)
	first.presence.Connect(new(presence.Connection), program("a")) // before anybody else is known
	exchange(t, first, second)
	b := new(presence.Connection)
	second.presence.Connect(b, program("b"))
	second.presence.Refuse(presence.Refusal{Cause: "key_unknown"})
	exchange(t, first, second)
	for _, n := range []*node{first, second} {
		n.shows(t, "a", "b")
		if refused := n.presence.Refused(); len(refused) != 1 || refused[0].Cause != "key_unknown" {
			t.Errorf("refused: %+v", refused)
		}
		if got := n.Others(); len(got) != 1 || got[0].Name != "a node" || got[0].SecretKey != "0011" || got[0].ID == n.Self().ID || got[0].Silent() {
			t.Errorf("others: %+v", got)
		}
	}

	b.Close()
	exchange(t, first, second)
	first.shows(t, "a")
	late := start(t, s) // it missed what was told
	exchange(t, first, second, late)
	late.shows(t, "a")
}

func TestAReportCountsWhicheverNodeItReaches(t *testing.T) {
	s := open(t)
	first, second := start(t, s), start(t, s)
	first.presence.Connect(new(presence.Connection), program("a"))
	second.presence.Connect(new(presence.Connection), program("b"))
	exchange(t, first, second)
	first.receipts.Committed(production, 2, clock.Millis(clock.System{}))
	exchange(t, first, second) // who commits is known before who applies it
	for _, id := range []string{"a", "b"} {
		second.receipts.Report(receipts.Report{EnvironmentID: production.ID, Caller: program(id).Caller, Revision: 2})
	}
	exchange(t, first, second)
	for _, n := range []*node{first, second} {
		receipt, ok, err := n.receipts.Receipt(t.Context(), production.ID, 2)
		if err != nil || !ok || receipt.Expected != 2 || receipt.Applied != 2 {
			t.Errorf("receipt: %+v, %v, %v", receipt, ok, err)
		}
		if relayed := n.receipts.Relayed(production.ID); len(relayed) != 0 {
			t.Errorf("taken for programs behind a relay: %+v", relayed)
		}
	}
}

// While the store cannot be asked nobody is heard of, and those who were there
// become silent.
func TestOthersAgeWhileTheStoreIsNotAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t)
		first, second := start(t, s), start(t, s)
		exchange(t, first, second)
		if got := first.Others(); len(got) != 1 || got[0].Silent() {
			t.Fatalf("others: %+v", got)
		}
		time.Sleep(nodes.Silent)
		if got := first.Others(); len(got) != 1 || !got[0].Silent() {
			t.Errorf("others: %+v", got)
		}
	})
}

func TestANodeThatStopsTakesItsProgramsWithIt(t *testing.T) {
	s := open(t)
	first, second := start(t, s), start(t, s)
	second.presence.Connect(new(presence.Connection), program("b"))
	exchange(t, first, second)
	first.shows(t, "b")
	ended, end := context.WithCancel(t.Context())
	end()
	if err := second.Run(ended); err != nil {
		t.Fatal(err)
	}
	exchange(t, first)
	first.shows(t)
	if got := first.Others(); len(got) != 0 {
		t.Errorf("others: %+v", got)
	}
}

// What one node tells in a way that is not understood, a newer one perhaps, is
// passed over, and the others are heard.
func TestWhatCannotBeReadIsPassedOver(t *testing.T) {
	s := open(t)
	strange := nodes.Node{ID: "a-newer-one", Newest: 1}
	if err := s.Tell(t.Context(), strange, []byte(`{"here":1}`)); err != nil {
		t.Fatal(err)
	}
	first, second := start(t, s), start(t, s)
	first.presence.Connect(new(presence.Connection), program("a"))
	exchange(t, first, second)
	second.shows(t, "a")
}
