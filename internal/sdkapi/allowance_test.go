package sdkapi

import (
	"fmt"
	"testing"
	"time"

	"burgee.dev/burgee/internal/fault"
)

func declared(from, to int) []Declaration {
	var all []Declaration
	for i := from; i < to; i++ {
		all = append(all, Declaration{Key: fmt.Sprintf("flag-%d", i)})
	}
	return all
}

func TestAKeyDeclaresSoManyNewFlagsAnHourAndIsToldWhenToComeAgain(t *testing.T) {
	var a allowance
	now := time.Unix(1_793_779_200, 0)
	nothing := func(string) bool { return false }
	taken, err := a.take(1, now, declared(0, 150), nothing)
	if err != nil || len(taken) != 150 {
		t.Fatalf("%d taken, %v", len(taken), err)
	}
	taken, err = a.take(1, now.Add(time.Minute), declared(0, 500), nothing)
	if len(taken) != newFlagsPerHour || !fault.IsKind(err, fault.Limited) || fault.As(err).RetryAfter != 59*time.Minute {
		t.Errorf("%d taken, %v, again in %v", len(taken), err, fault.As(err).RetryAfter)
	}
	if taken, err = a.take(2, now, declared(0, 150), nothing); err != nil || len(taken) != 150 {
		t.Errorf("another key: %d taken, %v", len(taken), err)
	}
	old := func(key string) bool { return key != "flag-499" }
	if taken, err = a.take(1, now.Add(2*time.Minute), declared(0, 499), old); err != nil || len(taken) != 499 {
		t.Errorf("known flags: %d taken, %v", len(taken), err)
	}
	if taken, err = a.take(1, now.Add(time.Hour), declared(200, 400), nothing); err != nil || len(taken) != 200 {
		t.Errorf("an hour later: %d taken, %v", len(taken), err)
	}
}
