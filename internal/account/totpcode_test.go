package account

import (
	"testing"
	"time"
)

// The known answers of RFC 6238, appendix B, with the last six of its eight digits.
func TestTheCodesAreThoseOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for unix, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpCode(secret, unix/totpStep); got != want {
			t.Errorf("at %d: got %s, want %s", unix, got, want)
		}
		for _, late := range []int64{-30, 0, 30} {
			if step, ok := totpStepOf(secret, want, time.Unix(unix+late, 0)); !ok || step != unix/totpStep {
				t.Errorf("%d seconds after %d: step %d, %v", late, unix, step, ok)
			}
		}
		for _, late := range []int64{-60, 60} {
			if unix+late < 0 {
				continue
			}
			if _, ok := totpStepOf(secret, want, time.Unix(unix+late, 0)); ok {
				t.Errorf("%s counts %d seconds after %d", want, late, unix)
			}
		}
	}
}
