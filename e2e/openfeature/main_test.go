package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/e2e/openfeature/bed"
)

// the one server of all tests, which take turns.
var shared struct {
	*bed.Bed
	control *httptest.Server
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	_ = os.Setenv("BURGEE_CACHE_DIR", "off") // no test begins with what another's server said
	folder, err := os.MkdirTemp("", "burgee-conformance-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	if shared.Bed, err = bed.Start(binary(), folder, "flags.yaml"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer shared.Close()
	shared.control = httptest.NewServer(http.Handler(shared.Bed))
	defer shared.control.Close()
	return m.Run()
}

// binary is the Burgee to test.
func binary() string {
	if given := os.Getenv("BURGEE_BINARY"); given != "" {
		_ = os.Unsetenv("BURGEE_BINARY") // the server refuses variables that are no setting of it
		return given
	}
	built, _ := filepath.Abs("../../bin/burgee")
	return built
}

// row is one line of rows.json.
type row struct {
	Name       string
	Capability string
	Type       string
	Flag       string
	Default    any
	Value      any
	Variant    *string
	Reason     string
	ErrorCode  string
	Context    map[string]any
	OverOFREP  struct{ Reason string }
	Except     map[string]string // by provider: why it cannot
}

var rows = sync.OnceValues(func() (all []row, err error) {
	text, err := os.ReadFile("rows.json")
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(text, &all)
})

// capabilities are those that OpenFeature's test kit knows.
var capabilities = []string{
	"configuration-change", "disabled-flags", "events", "large-integers", "lifecycle", "numeric-coercion", "object", "reinitialization",
	"stale", "standard-reasons", "targeting", "unavailable", "variants",
}

// The own providers declare every capability, and what is declared is shown.
func shows(t *testing.T, executed map[string]int) {
	t.Helper()
	for _, name := range capabilities {
		if executed[name] == 0 {
			t.Errorf("nothing shows the capability %s", name)
		}
	}
	for name := range executed {
		if name != "" && !slices.Contains(capabilities, name) {
			t.Errorf("%s is no capability", name)
		}
	}
}

func eventually(t *testing.T, what string, limit time.Duration, done func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", limit, what)
		}
	}
}

// functionName is the bare name of a test function.
func functionName(f any) string {
	name := runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name()
	return name[strings.LastIndexByte(name, '.')+1:]
}
