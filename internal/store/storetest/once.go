package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/once"
)

// Claimed makes a project with a name of its own under the claim of a key.
func Claimed(t testing.TB, s Store, actor, key, name string, at time.Time) (*once.Claim, error) {
	t.Helper()
	c, err := once.NewClaim(actor, key, "POST", "/x", []byte(name), at, "r1")
	if err != nil {
		t.Fatal(err)
	}
	return c, s.Write(once.With(t.Context(), c), func(tx catalog.Tx) error {
		_, err := tx.InsertProject(name, name, 1)
		return err
	})
}

// claims shows that a claim is there exactly where what it is for was committed.
func claims(t *testing.T, s Store) {
	first, err := Claimed(t, s, "a", "k", "first", day)
	check(t, err)
	equal(t, true, first.Written())
	r, found, err := s.Claimed(t.Context(), first)
	check(t, err)
	equal(t, true, found)
	equal(t, once.Record{Request: first.Request, At: day.UnixMilli(), RequestID: "r1"}, r)

	second, err := Claimed(t, s, "a", "k", "second", day)
	wantCode(t, err, fault.Conflict, once.CodeDone)
	equal(t, []bool{false, true}, []bool{second.Written(), second.Taken()})
	_, err = Claimed(t, s, "b", "k", "of somebody else", day)
	check(t, err)
	equal(t, []string{"first", "of somebody else"}, projectKeys(t, s))

	stop := errors.New("stop")
	failed, _ := once.NewClaim("a", "failed", "POST", "/x", nil, day, "")
	err = s.Write(once.With(t.Context(), failed), func(catalog.Tx) error { return stop })
	equal(t, true, errors.Is(err, stop))
	_, found, err = s.Claimed(t.Context(), failed)
	check(t, err)
	equal(t, []bool{false, false}, []bool{found, failed.Written()})
	check(t, s.Write(once.With(t.Context(), failed), func(catalog.Tx) error { return nil }))
	equal(t, true, failed.Written())
	check(t, s.Write(once.With(t.Context(), failed), func(catalog.Tx) error { return nil })) // what else the request writes

	for _, a := range []once.Answer{{Status: 201, Kept: true, Body: []byte(`{"a":1}`)}, {Status: 204, Kept: true}, {Status: 201, Made: "7"}} {
		check(t, s.KeepAnswer(t.Context(), first, a))
		r, _, err := s.Claimed(t.Context(), first)
		check(t, err)
		equal(t, a, r.Answer)
	}
	check(t, s.KeepAnswer(t.Context(), first, once.Answer{Status: 201, Kept: true, Body: []byte(`{}`)}))
	write(t, s, func(tx catalog.Tx) error { return tx.ForgetReplays() })
	r, _, err = s.Claimed(t.Context(), first)
	check(t, err)
	equal(t, once.Answer{Status: 201}, r.Answer)

	later := day.Add(once.Kept)
	again, err := Claimed(t, s, "a", "k", "a day later", later)
	check(t, err)
	check(t, s.KeepAnswer(t.Context(), first, once.Answer{Status: 500})) // the old one has no row any more
	r, found, err = s.Claimed(t.Context(), again)
	check(t, err)
	equal(t, true, found)
	equal(t, 0, r.Answer.Status)
	prune(t, s, later.Add(once.Kept+time.Minute))
	_, found, err = s.Claimed(t.Context(), again)
	check(t, err)
	equal(t, false, found)
}

// Rivals sends requests with one key at once, by turns to each of the stores, and
// fails the test unless exactly one is done.
func Rivals(t *testing.T, stores ...Store) {
	t.Helper()
	const many = 20
	var done, refused atomic.Int32
	var all errgroup.Group
	for n := range many {
		all.Go(func() error {
			c, err := Claimed(t, stores[n%len(stores)], "a", "k", "p"+string(rune('a'+n)), day)
			switch {
			case err == nil && c.Written():
				done.Add(1)
			case c.Taken():
				refused.Add(1)
			default:
				return err
			}
			return nil
		})
	}
	check(t, all.Wait())
	equal(t, []int32{1, many - 1}, []int32{done.Load(), refused.Load()})
	equal(t, 1, len(projectKeys(t, stores[0])))
}

func projectKeys(t *testing.T, s Store) (keys []string) {
	t.Helper()
	read(t, s, func(r catalog.Reader) error {
		rows, err := r.Projects()
		for _, row := range rows {
			keys = append(keys, row.Key)
		}
		return err
	})
	return keys
}
