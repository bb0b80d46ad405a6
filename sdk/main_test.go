package burgee

import (
	"os"
	"testing"
)

// TestMain keeps the tests from one another and from the folder of whoever runs
// them: what stores a configuration says where.
func TestMain(m *testing.M) {
	for _, name := range []string{"BURGEE_BUNDLE", "BURGEE_VERIFY_KEYS", "BURGEE_OVERRIDES", "BURGEE_KEY", "BURGEE_KEY_FILE", "BURGEE_URL"} {
		_ = os.Unsetenv(name)
	}
	_ = os.Setenv("BURGEE_CACHE_DIR", cacheOff)
	os.Exit(m.Run())
}
