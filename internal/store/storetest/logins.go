package storetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// Anybody may begin a login. One network, of which an address of IPv6 is the
// smallest part, does not keep the others from it.
func logins(t *testing.T, s Store) {
	now, n := int64(1_000_000), byte(0)
	begin := func(address string) error {
		n++
		return s.CreateLogin(t.Context(), account.LoginRecord{
			Hash: [32]byte{n}, Code: [32]byte{1, n},
			Login: account.Login{Machine: "laptop", Address: address, CreatedAt: now, ExpiresAt: now + account.LoginLife.Milliseconds()},
		})
	}
	for i := range 20 {
		check(t, begin(fmt.Sprintf("2001:db8::%x", i+1)))
	}
	for range 2 {
		equal(t, "logins_many", fault.As(begin("2001:db8::ffff")).Code)
	}
	check(t, begin("2001:db8:0:1::1"))
	check(t, begin("192.0.2.1"))
	now += account.LoginLife.Milliseconds()
	check(t, begin("2001:db8::ffff"))

	mine := [32]byte{n}
	for range 2 {
		rec, err := s.TakeLogin(t.Context(), mine, now)
		check(t, err)
		equal(t, "", rec.MemberID)
	}
	_, err := s.TakeLogin(t.Context(), mine, now+account.LoginLife.Milliseconds())
	equal(t, account.CodeLoginOver, fault.As(err).Code)

	// Another password ends what somebody has approved with the one before.
	check(t, s.CreateOwner(t.Context(), account.MemberRecord{ID: "1", EmailKey: "a", Grants: []account.Grant{{Role: account.Owner}}}, nil, about("a")))
	check(t, s.ApproveLogin(t.Context(), [32]byte{1, n}, "1", now))
	check(t, s.SetPassword(t.Context(), "1", "new", nil, about("a")))
	_, err = s.TakeLogin(t.Context(), mine, now)
	equal(t, account.CodeLoginOver, fault.As(err).Code)
}

// loginCollected shows that a login is found by its code until somebody has approved it, and
// is collected once, also by many at once, and not for a member who is gone.
func loginCollected(t *testing.T, s Store) {
	ctx := t.Context()
	check(t, s.CreateOwner(ctx, account.MemberRecord{ID: "a", Email: "a", EmailKey: "a", Grants: []account.Grant{{Role: account.Owner}}}, nil, about("a")))
	login := func(n byte) account.LoginRecord {
		return account.LoginRecord{Hash: [32]byte{n}, Code: [32]byte{100 + n}, Login: account.Login{Machine: "laptop", Address: "192.0.2.1", CreatedAt: 10, ExpiresAt: 20}}
	}
	over := func(err error) {
		t.Helper()
		wantCode(t, err, fault.NotFound, account.CodeLoginOver)
	}
	one, two := login(1), login(2)
	check(t, s.CreateLogin(ctx, one))
	check(t, s.CreateLogin(ctx, two))

	found, err := s.LoginByCode(ctx, one.Code, 19)
	check(t, err)
	equal(t, one, found)
	waits, err := s.TakeLogin(ctx, one.Hash, 19) // it stays where nobody has approved it
	check(t, err)
	equal(t, one, waits)
	_, err = s.LoginByCode(ctx, one.Code, 20)
	over(err)
	_, err = s.TakeLogin(ctx, one.Hash, 20)
	over(err)
	over(s.ApproveLogin(ctx, one.Code, "a", 20))

	check(t, s.ApproveLogin(ctx, one.Code, "a", 19))
	over(s.ApproveLogin(ctx, one.Code, "a", 19))
	over(s.RefuseLogin(ctx, one.Code))
	_, err = s.LoginByCode(ctx, one.Code, 19)
	over(err)
	check(t, s.RefuseLogin(ctx, two.Code))
	over(s.RefuseLogin(ctx, two.Code))
	_, err = s.TakeLogin(ctx, two.Hash, 19)
	over(err)

	one.MemberID = "a"
	var got atomic.Int32
	var all errgroup.Group
	for range 8 {
		all.Go(func() error {
			taken, err := s.TakeLogin(context.WithoutCancel(ctx), one.Hash, 19)
			if fault.As(err).Code == account.CodeLoginOver {
				return nil
			}
			got.Add(1)
			if err == nil && taken != one {
				err = fmt.Errorf("got %+v", taken)
			}
			return err
		})
	}
	check(t, all.Wait())
	equal(t, int32(1), got.Load())

	three := login(3)
	check(t, s.CreateLinked(ctx, account.MemberRecord{ID: "b", Email: "b", EmailKey: "b"}, account.IdentityRecord{Issuer: "i", Subject: "s", MemberID: "b"}, nil, about("b")))
	check(t, s.CreateLogin(ctx, three))
	check(t, s.ApproveLogin(ctx, three.Code, "b", 19))
	check(t, s.DeleteMember(ctx, "b", nil, about("b")))
	_, err = s.TakeLogin(ctx, three.Hash, 19)
	over(err)
}
