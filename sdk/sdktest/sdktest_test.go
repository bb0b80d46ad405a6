package sdktest_test

import (
	"testing"

	burgee "burgee.dev/burgee/sdk"
	"burgee.dev/burgee/sdk/sdktest"
)

func TestOverrideEndsWithTheTest(t *testing.T) {
	var client *burgee.Client
	t.Run("inside", func(t *testing.T) {
		sdktest.Override(t, map[string]any{"Flags.isHoliday": true})
		if !client.Bool(t.Context(), "Flags.isHoliday", false) {
			t.Error("not overridden")
		}
	})
	if client.Bool(t.Context(), "Flags.isHoliday", false) {
		t.Error("still overridden")
	}
}
