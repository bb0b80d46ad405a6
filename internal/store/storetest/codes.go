package storetest

import (
	"context"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
)

// codes shows that a code lets one sign-in through, also of many that show it at
// once, and only those that wait.
func codes(t *testing.T, s Store) {
	const step = 100
	ann := account.MemberRecord{ID: "1", Email: "a", EmailKey: "a", Grants: []account.Grant{{Role: account.Owner}}}
	check(t, s.CreateOwner(t.Context(), ann, nil, about("ann")))
	wantCode(t, s.ConfirmTOTP(t.Context(), account.TOTPRecord{MemberID: "1", ConfirmedAt: 1}, nil, about("ann")), fault.Conflict, "totp_not_started")
	check(t, s.PutTOTP(t.Context(), "1", []byte("first")))
	check(t, s.PutTOTP(t.Context(), "1", []byte("second")))
	totp := account.TOTPRecord{MemberID: "1", Sealed: []byte("first"), ConfirmedAt: 1, LastStep: step - 1}
	wantCode(t, s.ConfirmTOTP(t.Context(), totp, nil, about("ann")), fault.Conflict, "totp_not_started")
	totp.Sealed = []byte("second")
	check(t, s.ConfirmTOTP(t.Context(), totp, [][32]byte{{1}, {2}}, about("ann")))
	wantCode(t, s.PutTOTP(t.Context(), "1", []byte("third")), fault.Conflict, "totp_on")

	finish := func(n byte, proof account.Proof) error {
		return s.FinishSignIn(context.Background(), [32]byte{n}, proof, account.SessionRecord{Hash: [32]byte{n}, MemberID: "1", ExpiresAt: 10})
	}
	for n := range byte(8) {
		check(t, s.CreatePending(t.Context(), account.PendingRecord{Hash: [32]byte{n}, MemberID: "1", CreatedAt: 1, ExpiresAt: 10}))
	}
	var let atomic.Int32
	var all errgroup.Group
	for n := range byte(8) {
		all.Go(func() error {
			err := finish(n, account.Proof{Step: step})
			if fault.As(err).Code == account.CodeWrong {
				return nil
			}
			let.Add(1)
			return err
		})
	}
	check(t, all.Wait())
	equal(t, int32(1), let.Load())
	sessions, err := s.SessionsOf(t.Context(), "1")
	check(t, err)
	equal(t, 1, len(sessions))
	used := sessions[0].Hash
	wantCode(t, finish(used[0], account.Proof{Step: step + 1}), fault.NotFound, account.CodeSignInOver)
	next := (used[0] + 1) % 8
	recovery := account.Proof{Recovery: &[32]byte{2}}
	check(t, finish(next, recovery))
	wantCode(t, finish((next+1)%8, recovery), fault.Unauthenticated, account.CodeWrong)
	read, err := s.TOTPOf(t.Context(), "1")
	check(t, err)
	equal(t, account.TOTPRecord{MemberID: "1", Sealed: []byte("second"), ConfirmedAt: 1, LastStep: step, RecoveryCodes: 1}, read)

	wantCode(t, s.ReplaceRecoveryCodes(t.Context(), "1", [][32]byte{{3}}, &recovery, about("ann")), fault.Unauthenticated, account.CodeWrong)
	check(t, s.ReplaceRecoveryCodes(t.Context(), "1", [][32]byte{{3}, {4}, {5}}, &account.Proof{Recovery: &[32]byte{1}}, about("ann")))
	read, err = s.TOTPOf(t.Context(), "1")
	check(t, err)
	equal(t, account.TOTPRecord{MemberID: "1", Sealed: []byte("second"), ConfirmedAt: 1, LastStep: step, RecoveryCodes: 3}, read)

	check(t, s.CreatePending(t.Context(), account.PendingRecord{Hash: [32]byte{9}, MemberID: "1", CreatedAt: 10, ExpiresAt: 20}))
	if _, _, err := s.PendingByHash(t.Context(), [32]byte{(next + 2) % 8}); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("a sign-in that has ended is kept: %v", err)
	}
	check(t, s.DeleteTOTP(t.Context(), "1", nil, about("ann")))
	if _, _, err := s.PendingByHash(t.Context(), [32]byte{9}); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("a sign-in waits for a code that nothing makes any more: %v", err)
	}
	wantCode(t, s.ReplaceRecoveryCodes(t.Context(), "1", [][32]byte{{6}}, nil, about("ann")), fault.Conflict, "totp_off")
}
