package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestAsKeepsAFaultThroughWrapping(t *testing.T) {
	f := New(NotFound, "flag_not_found", "No flag %q", "x").WithField("key", "unknown")
	got := As(fmt.Errorf("load: %w", f))
	if got != f {
		t.Fatalf("got %v, want the same fault", got)
	}
	if got.Error() != `No flag "x"; key: unknown` {
		t.Errorf("text: %q", got.Error())
	}
}

func TestAnythingElseIsInternalAndTellsNothing(t *testing.T) {
	err := errors.New("disk on fire")
	got := As(err)
	if got.Kind != Internal || got.Message == err.Error() {
		t.Fatalf("got %+v", got)
	}
	if !errors.Is(got, err) {
		t.Error("the cause is lost")
	}
	if IsKind(err, Internal) {
		t.Error("IsKind must not take a plain error for a fault")
	}
}
