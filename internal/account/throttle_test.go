package account

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
)

func TestTheFirstFailuresAreFreeAndThenEachDoublesTheWait(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	th := newThrottle(clock.Func(func() time.Time { return now }), 2)
	for i, want := range []time.Duration{0, 0, 1, 2, 4, 8} {
		th.begin("ann")
		err := th.allow("ann")
		if want == 0 {
			if err != nil {
				t.Fatalf("failure %d: %v, want none", i+1, err)
			}
			continue
		}
		if f := fault.As(err); f.Kind != fault.Limited || f.RetryAfter != want*time.Second {
			t.Fatalf("failure %d: %v after %v, want %v s", i+1, err, f.RetryAfter, int(want))
		}
		now = now.Add(want * time.Second)
		if err := th.allow("ann"); err != nil {
			t.Fatalf("after the wait of failure %d: %v", i+1, err)
		}
	}
	if err := th.allow("ben"); err != nil {
		t.Errorf("another subject waits too: %v", err)
	}
}

func TestTheWaitIsBoundedAndEndsWithQuietOrSuccess(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	th := newThrottle(clock.Func(func() time.Time { return now }), 0)
	for range 100 {
		th.begin("ann")
	}
	if f := fault.As(th.allow("ann")); f.RetryAfter != longestWait {
		t.Errorf("wait %v, want %v", f.RetryAfter, longestWait)
	}
	th.succeed("ann")
	if err := th.allow("ann"); err != nil {
		t.Errorf("after success: %v", err)
	}
	th.begin("ann")
	now = now.Add(forgetAfter + time.Second)
	if err := th.allow("ann"); err != nil {
		t.Errorf("after an hour of quiet: %v", err)
	}
}

func TestTheThrottleKeepsABoundedNumberOfSubjects(t *testing.T) {
	th := newThrottle(clock.System{}, 0)
	for i := range maxSubjects + 100 {
		th.begin(fmt.Sprint(i))
	}
	if len(th.subjects) != maxSubjects || th.recent.Len() != maxSubjects {
		t.Errorf("%d subjects, want %d", len(th.subjects), maxSubjects)
	}
	if th.allow("0") != nil || th.allow(fmt.Sprint(maxSubjects+99)) == nil {
		t.Error("the subject forgotten is not the one least lately seen")
	}
}
