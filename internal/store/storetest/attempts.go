package storetest

import (
	"context"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/account"
)

// Attempts to sign in are counted for all servers of the store, also those that
// are made at once.
func attempts(t *testing.T, s Store) {
	const never = -100 // the first failure has the longest wait
	ann, here := account.Subject{Hash: [32]byte{1}, Free: never}, account.Subject{Hash: [32]byte{2}, Free: 100}
	var let atomic.Int32
	var guesses errgroup.Group
	for range 12 {
		guesses.Go(func() error {
			wait, err := s.CountAttempt(context.Background(), ann, here)
			if err == nil && wait == 0 {
				let.Add(1)
			}
			return err
		})
	}
	check(t, guesses.Wait())
	equal(t, int32(1), let.Load())
	count := func(subjects ...account.Subject) bool {
		wait, err := s.CountAttempt(t.Context(), subjects...)
		check(t, err)
		return wait == 0
	}
	next := account.Subject{Hash: here.Hash, Free: 2}
	for range 12 {
		equal(t, false, count(next, ann))
	}
	equal(t, true, count(next)) // who is refused for one subject is not counted for the other
	equal(t, true, count(next))
	check(t, s.ForgetAttempts(t.Context(), ann, here))
	equal(t, true, count(ann, here))
	strict := account.Subject{Hash: [32]byte{3}, Free: 2}
	for range 3 {
		equal(t, true, count(strict))
	}
	equal(t, false, count(strict))
	check(t, s.ForgiveAttempts(t.Context(), strict, 1)) // two are left
	equal(t, true, count(strict))
	equal(t, false, count(strict))
	check(t, s.ForgiveAttempts(t.Context(), strict, 9)) // all, and no more than there were
	for range 3 {
		equal(t, true, count(strict))
	}
	equal(t, false, count(strict))
}
