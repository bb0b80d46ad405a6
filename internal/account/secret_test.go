package account

import (
	"strings"
	"testing"
)

func TestNoIDIsTakenForAFlagOfACommandLine(t *testing.T) {
	for first := range 256 {
		if id := idOf([32]byte{byte(first)}); strings.HasPrefix(id, "-") {
			t.Errorf("%x… has the id %s", first, id)
		}
	}
}
