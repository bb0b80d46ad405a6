package e2e

import (
	"os"
	"testing"
)

// TestMain keeps the programs of the tests, which all have the same key, from
// starting with what another test's server said.
func TestMain(m *testing.M) {
	_ = os.Setenv("BURGEE_CACHE_DIR", "off")
	os.Exit(m.Run())
}
