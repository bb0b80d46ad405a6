package storetest

import (
	"fmt"
	"testing"

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
