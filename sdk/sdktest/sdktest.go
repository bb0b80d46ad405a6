// Package sdktest lets tests of a program decide what its flags serve, with no
// server, no key and no registration.
package sdktest

import (
	"testing"

	"burgee.dev/burgee/sdk/internal/override"
)

// Override makes each named flag serve its value, for every client of this
// process and also for a nil *burgee.Client, until the test ends:
//
//	sdktest.Override(t, map[string]any{"Flags.isHoliday": true})
//
// Calls nest. Since the values hold for the process, a test that overrides a
// flag must not run in parallel with one that reads it.
func Override(t testing.TB, values map[string]any) {
	t.Helper()
	t.Cleanup(override.Push(values))
}
