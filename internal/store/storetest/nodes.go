package storetest

import (
	"testing"
	"time"

	"burgee.dev/burgee/internal/nodes"
)

func nodesMeet(t *testing.T, s Store) {
	others := func(id string) ([]nodes.Node, bool) {
		list, known, err := s.Nodes(t.Context(), id)
		check(t, err)
		for i := range list {
			if list[i].Age < 0 || list[i].Age > nodes.Kept {
				t.Errorf("a sign of life %v ago", list[i].Age)
			}
			list[i].Age = 0
		}
		return list, known
	}
	list, known := others("a")
	equal(t, false, known)
	equal(t, 0, len(list))
	a, b := nodes.Node{ID: "a", Name: "host-a:7878", SecretKey: "0011"}, nodes.Node{ID: "b", Asks: 1}
	check(t, s.Tell(t.Context(), a, nil))
	check(t, s.Tell(t.Context(), b, nil))
	a.Newest = 1
	check(t, s.Tell(t.Context(), a, []byte(`{"all":true}`)))
	check(t, s.Tell(t.Context(), a, []byte(`{}`))) // whose answer was lost
	a.Newest = 2
	check(t, s.Tell(t.Context(), a, []byte(`{"here":[]}`)))

	list, known = others("a")
	equal(t, true, known)
	equal(t, []nodes.Node{b}, list)
	list, _ = others("b")
	equal(t, []nodes.Node{a}, list)
	told := func(after int64) (bodies []string) {
		entries, err := s.Told(t.Context(), "a", after)
		check(t, err)
		for _, e := range entries {
			bodies = append(bodies, string(e.Body))
		}
		return bodies
	}
	equal(t, []string{`{"all":true}`, `{"here":[]}`}, told(0))
	equal(t, []string{`{"here":[]}`}, told(1))

	check(t, s.Leave(t.Context(), "a"))
	list, _ = others("b")
	equal(t, 0, len(list))
	equal(t, 0, len(told(0)))
	prune(t, s, time.Now().Add(2*nodes.Kept)) // b was not heard of any more
	_, known = others("b")
	equal(t, false, known)
}
