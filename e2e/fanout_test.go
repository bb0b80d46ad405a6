package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// fanout builds the load generator of bench/fanout. The figures of this short
// form mean nothing; that every stream gets every change does.
var fanout = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "burgee-fanout-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "fanout")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = "../bench/fanout"
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return path, nil
})

func runFanout(t *testing.T, args ...string) string {
	t.Helper()
	load, err := fanout()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, load)
	}
	burgee, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	args = append(args, "-burgee", burgee, "-server-cpu", "", "-settle", "200ms", "-every", "10ms")
	out, err := exec.Command(load, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("fanout %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	t.Logf("%s", out)
	return string(out)
}

// Guarantees G5 and G6 in short: each change reaches each of many streams, also
// beside readers that hardly read.
func TestManyStreamsGetEachChange(t *testing.T) {
	t.Parallel()
	runFanout(t, "compare", "-n", "300", "-events", "10")
	runFanout(t, "slow", "-n", "100", "-slow", "100", "-events", "10")
}

// Guarantee G7 in short.
func TestARestartUnderManyStreamsSendsNoWholeSnapshot(t *testing.T) {
	t.Parallel()
	out := runFanout(t, "restart", "-n", "300")
	for line := range strings.Lines(out) {
		if !strings.Contains(line, ", 0 full;") {
			t.Errorf("whole snapshots were sent: %s", line)
		}
	}
	if strings.Count(out, "\n") != 2 {
		t.Errorf("fanout printed %s", out)
	}
}
