package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"

	"burgee.dev/burgee/internal/testkit"
)

const oneFlagDocument = `
apiVersion: burgee/v1
project: default
flags:
  net.flag: {type: boolean, environments: {production: {default: %v}}}
`

// With a store that cannot be reached a node stays in rotation: it serves
// snapshots, streams and remote evaluations as before, refuses changes without
// acknowledging any, and goes on by itself when the store is back.
func TestANodeWhoseStoreIsUnreachableStaysInRotation(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	revision := s.apply(t, fmt.Sprintf(oneFlagDocument, true))["production"]
	client := newClient(t, s)
	untilRevision(t, client, revision)

	reach := s.loseStore(t)
	for end := time.Now().Add(time.Duration(testkit.Rounds(10, 600)) * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if status, err := s.try(http.MethodPost, "/api/v1/projects/default/flags/net.flag/environments/production/off", map[string]any{}, nil); err == nil && status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage {
			t.Fatalf("a change was answered with %d while the store was unreachable", status)
		}
		if status, body := s.get(t, "/readyz", ""); status != http.StatusOK {
			t.Fatalf("readyz: %d %s", status, body)
		}
		if status, body := s.get(t, "/sdk/v1/snapshot", serverKey); status != http.StatusOK || !strings.Contains(body, "net.flag") {
			t.Fatalf("snapshot: %d %s", status, body)
		}
		var answer struct{ Value bool }
		if status := s.call(t, http.MethodPost, "/ofrep/v1/evaluate/flags/net.flag", map[string]any{"context": map[string]any{"targetingKey": "u"}}, &answer); status != http.StatusOK || !answer.Value {
			t.Fatalf("remote evaluation: %d %v", status, answer.Value)
		}
		if st := client.Status(); !st.Connected || st.Revision != revision || !client.Bool(t.Context(), "net.flag", false) {
			t.Fatalf("the program is at %+v", st)
		}
	}
	if _, body := s.get(t, "/readyz", ""); !strings.Contains(body, `"problems":[{`) {
		t.Errorf("readyz does not say that something is wrong: %s", body)
	}
	late, err := burgee.New(burgee.Options{Key: serverKey, URL: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	until(t, "a program that starts meanwhile to be served", 5*time.Second, func() bool { return late.Bool(t.Context(), "net.flag", false) })

	reach()
	until(t, "a change to be taken again", 15*time.Second, func() bool {
		status, err := s.try(http.MethodPost, "/api/v1/projects/default/flags/net.flag/environments/production/off", map[string]any{}, nil)
		return err == nil && status == http.StatusOK
	})
	until(t, "the change to arrive", 5*time.Second, func() bool { return !client.Bool(t.Context(), "net.flag", true) })
}

// loseStore makes every lock that the server asks for on its database fail with
// an I/O error, which no transaction survives. The function that it returns
// brings the store back.
func (s *server) loseStore(t *testing.T) (reach func()) {
	t.Helper()
	strace := exec.Command("strace", "-f", "-q", "-o", "/dev/null", "-p", strconv.Itoa(s.cmd.Process.Pid),
		"-e", "trace=fcntl", "-e", "inject=fcntl:error=EIO")
	if err := strace.Start(); err != nil {
		t.Fatalf("strace is needed to take a server's store away (on Debian: apt-get install strace): %v", err)
	}
	reach = func() {
		_ = strace.Process.Signal(syscall.SIGINT) // detaches
		_ = strace.Wait()
	}
	t.Cleanup(reach)
	until(t, "the store to be out of reach", 15*time.Second, func() bool {
		_, body := s.get(t, "/readyz", "")
		return strings.Contains(body, `"problems":[{`)
	})
	return reach
}
