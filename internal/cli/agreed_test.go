package cli

import (
	"errors"
	"io"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/fault"
)

func TestAnEndOfInputIsNoAnswer(t *testing.T) {
	ask := func(in string) error {
		return agreed(t.Context(), Stdio{In: strings.NewReader(in), Out: io.Discard, Err: io.Discard}, "Apply?")
	}
	if f := fault.As(ask("")); f.Code != "not_confirmed" || f.Kind != fault.Invalid || !strings.Contains(f.Message, "--yes") {
		t.Errorf("at the end of input: %v", f)
	}
	for _, no := range []string{"\n", "n\n", "n"} {
		if err := ask(no); !errors.Is(err, errDeclined) {
			t.Errorf("%q: %v", no, err)
		}
	}
	for _, yes := range []string{"y\n", "Yes\n", "y"} {
		if err := ask(yes); err != nil {
			t.Errorf("%q: %v", yes, err)
		}
	}
}
