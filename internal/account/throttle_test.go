package account

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
)

// attempt counts an attempt and returns how long it has to wait.
func attempt(t *testing.T, th *throttle, subjects ...Subject) time.Duration {
	t.Helper()
	wait, err := th.CountAttempt(t.Context(), subjects...)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func TestTheFirstFailuresAreFreeAndThenEachDoublesTheWait(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	th := newThrottle(clock.Func(func() time.Time { return now }))
	ann, ben := Subject{[32]byte{1}, 2}, Subject{[32]byte{2}, 2}
	for i, want := range []time.Duration{0, 0, 1, 2, 4, 8} {
		if wait := attempt(t, th, ann); wait != 0 {
			t.Fatalf("attempt %d waits %v although its time has come", i+1, wait)
		}
		if want == 0 {
			continue
		}
		if wait := attempt(t, th, ann); wait != want*time.Second {
			t.Fatalf("after failure %d: %v, want %v s", i+1, wait, int(want))
		}
		now = now.Add(want * time.Second)
	}
	if wait := attempt(t, th, ben); wait != 0 {
		t.Errorf("another subject waits too: %v", wait)
	}
}

func TestTheWaitIsBoundedAndEndsWithQuietOrSuccess(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	th := newThrottle(clock.Func(func() time.Time { return now }))
	ann := Subject{Hash: [32]byte{1}}
	if wait := ann.Wait(100); wait != longestWait {
		t.Errorf("wait %v, want %v", wait, longestWait)
	}
	attempt(t, th, ann)
	if err := th.ForgetAttempts(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	if wait := attempt(t, th, ann); wait != 0 {
		t.Errorf("after success: %v", wait)
	}
	now = now.Add(time.Second)
	attempt(t, th, ann) // the second failure
	now = now.Add(ForgetAfter + time.Second)
	attempt(t, th, ann)
	if wait := attempt(t, th, ann); wait != firstWait {
		t.Errorf("after an hour of quiet: %v, want the first wait", wait)
	}
}

func TestWhoIsRefusedForOneSubjectIsNotCountedForTheOther(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	th := newThrottle(clock.Func(func() time.Time { return now }))
	account, address := Subject{[32]byte{1}, 1}, Subject{[32]byte{2}, 0}
	attempt(t, th, account, address)
	for range 5 {
		if attempt(t, th, account, address) == 0 {
			t.Fatal("the address does not wait")
		}
	}
	if wait := attempt(t, th, account); wait != 0 {
		t.Errorf("the account was counted while its address had to wait: %v", wait)
	}
}

func TestTheThrottleKeepsABoundedNumberOfSubjects(t *testing.T) {
	th := newThrottle(clock.System{})
	nth := func(i int) Subject { return accountSubject(fmt.Sprint(i)) }
	for i := range maxSubjects + 100 {
		attempt(t, th, nth(i))
	}
	if len(th.subjects) != maxSubjects || th.recent.Len() != maxSubjects {
		t.Errorf("%d subjects, want %d", len(th.subjects), maxSubjects)
	}
	last := maxSubjects + 99
	if th.subjects[nth(0).Hash] != nil || th.subjects[nth(last).Hash] == nil {
		t.Error("the subject forgotten is not the one least lately seen")
	}
}

func TestAnAddressIsForgivenWhatWasNoFailureAndNotAllOfThem(t *testing.T) {
	th := newThrottle(clock.Func(func() time.Time { return time.Unix(1_800_000_000, 0) }))
	here := Subject{[32]byte{1}, 2}
	for range 3 {
		attempt(t, th, here)
	}
	if attempt(t, th, here) == 0 {
		t.Fatal("the third failure costs no wait")
	}
	if err := th.ForgiveAttempts(t.Context(), here, 1); err != nil {
		t.Fatal(err)
	}
	if attempt(t, th, here) != 0 {
		t.Error("what was forgiven still waits")
	}
	if attempt(t, th, here) == 0 {
		t.Error("the two failures before were forgotten too")
	}
	if err := th.ForgiveAttempts(t.Context(), here, 9); err != nil || len(th.subjects) != 0 {
		t.Errorf("a subject without failures is kept: %d, %v", len(th.subjects), err)
	}
}

func TestAnAddressIsItsNetworkWithIPv6(t *testing.T) {
	same := func(a, b string) bool { return addressSubject(a).Hash == addressSubject(b).Hash }
	if !same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff") || !same("fe80::1%eth0", "fe80::2") {
		t.Error("two addresses of one network are counted apart")
	}
	if same("2001:db8:1:2::1", "2001:db8:1:3::1") || same("192.0.2.1", "192.0.2.2") || same("::ffff:192.0.2.1", "::ffff:192.0.2.2") {
		t.Error("two networks are counted as one")
	}
}
