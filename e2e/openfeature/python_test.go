package conformance

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"burgee.dev/burgee/e2e/openfeature/bed"
)

// Both Python providers, ours and the stock one: see conformance.py.
func TestThePythonProvidersConform(t *testing.T) {
	source, err := filepath.Abs("../../python/src")
	if err != nil {
		t.Fatal(err)
	}
	interpreter, err := filepath.Abs("../../build/venv/bin/python")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(interpreter, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestUnknownMarkWarning", "conformance.py")
	command.Env = append(os.Environ(), "PYTHONPATH="+source, "PYTHONDONTWRITEBYTECODE=1", "BED_URL="+shared.URL, "BED_CONTROL="+shared.control.URL,
		"BED_SERVER_KEY="+bed.ServerKey, "BED_CLIENT_KEY="+bed.ClientKey, "BED_TOKEN="+bed.Token)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !regexp.MustCompile(`\b1[01]\d passed\b`).Match(out) {
		t.Errorf("it ran something else than it should:\n%s", out)
	}
}
