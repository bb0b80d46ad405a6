package e2e

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
	"burgee.dev/burgee/internal/testkit"
)

// secretFile makes a secret key and returns its file.
func secretFile(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte((&server{}).burgee(t, "", "secret-key", "new")), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// exit runs the binary and returns how it ended, killed after a while where
// that is not 0: -1 is killed.
func exit(t *testing.T, kill time.Duration, env []string, args ...string) int {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Env = append(os.Environ(), env...)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if kill > 0 {
		timer := time.AfterFunc(kill, func() { _ = command.Process.Kill() })
		defer timer.Stop()
	}
	err = command.Wait()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode()
}

// A start that is killed while the signing key moves into the database leaves
// it in the file, in the database or in both, and the next start goes on.
func TestAKilledStartLosesNoSigningKey(t *testing.T) {
	s := startServer(t)
	_, before := s.get(t, "/sdk/v1/snapshot", serverKey)
	s.stop(t)
	unsealed := s.data
	t.Setenv("BURGEE_SECRET_KEY_FILE", secretFile(t, "key"))
	rounds := testkit.Rounds(8, 200)
	const longest = 60 * time.Millisecond // on a machine at rest the key moves in the first half of it
	for i := range rounds {
		s.data = filepath.Join(t.TempDir(), "data")
		if err := errors.Join(os.CopyFS(s.data, os.DirFS(unsealed)), os.Chmod(s.data, 0o700)); err != nil {
			t.Fatal(err)
		}
		exit(t, longest*time.Duration(i+1)/time.Duration(rounds), nil, "serve", "--addr", s.addr, "--data", s.data, "--ops-addr", "")
		s.start(t)
		if _, after := s.get(t, "/sdk/v1/snapshot", serverKey); after != before {
			t.Errorf("round %d: the same revision has other bytes:\n%s\n%s", i, before, after)
		}
		if _, err := os.Stat(filepath.Join(s.data, "signing.key")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("round %d: the file is still there: %v", i, err)
		}
		s.stop(t)
	}
}

// A rotation that is killed beside a running server has happened whole or not
// at all: one of the two keys opens everything, and going on ends with the new.
func TestAKilledRotationHappenedWholeOrNotAtAll(t *testing.T) {
	old, next := secretFile(t, "old"), secretFile(t, "next")
	t.Setenv("BURGEE_SECRET_KEY_FILE", old)
	s := startServer(t)
	opens := func(key string) bool {
		return exit(t, 0, []string{"BURGEE_SECRET_KEY_FILE=" + key}, "doctor", "--data", s.data) == 0
	}
	rotate := func(kill time.Duration) int {
		return exit(t, kill, []string{"BURGEE_SECRET_KEY_FILE=" + old, "BURGEE_NEW_SECRET_KEY_FILE=" + next}, "secret-key", "rotate", "--data", s.data)
	}
	const longest = 60 * time.Millisecond // on a machine at rest a rotation takes about half of it
	rounds := testkit.Rounds(10, 300)
	for i := range rounds {
		rotate(longest * time.Duration(i+1) / time.Duration(rounds))
		if opens(old) == opens(next) {
			t.Fatalf("round %d: both keys open it, or none", i)
		}
		if code := rotate(0); code != 0 || !opens(next) {
			t.Fatalf("round %d: going on ended with %d", i, code)
		}
		old, next = next, old
	}
	if status, _ := s.get(t, "/sdk/v1/snapshot", serverKey); status != 200 {
		t.Errorf("the running server answers %d", status)
	}
	s.stop(t)
	t.Setenv("BURGEE_SECRET_KEY_FILE", old)
	s.start(t)
}

// Of rotations at once one counts, and its key is the one that was printed.
func TestOfRotationsAtOnceOneCounts(t *testing.T) {
	t.Setenv("BURGEE_SECRET_KEY_FILE", secretFile(t, "old"))
	s := startServer(t)
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex // guards keys
	var keys []string
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			out, err := exec.Command(path, "secret-key", "rotate", "--data", s.data, "--json").Output()
			var made struct{ Key string }
			if err != nil || json.Unmarshal(out, &made) != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, made.Key)
		})
	}
	all.Wait()
	if len(keys) != 1 {
		t.Fatalf("%d rotations went well", len(keys))
	}
	s.stop(t)
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(strings.TrimSpace(keys[0])), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BURGEE_SECRET_KEY_FILE", file)
	s.start(t)
}

// Nodes that start at once on an empty database sign with one key and keep
// nothing in their folders; the secret key is rotated beneath them.
func TestNodesOnOneDatabaseShareTheirSecrets(t *testing.T) {
	t.Setenv("BURGEE_STORE", storetest.EmptyPostgres(t))
	named := filepath.Join(t.TempDir(), "named.key")
	serve := func(key string, args ...string) int {
		return exit(t, 30*time.Second, []string{"BURGEE_SECRET_KEY_FILE=" + key}, append([]string{
			"serve", "--addr", freeAddress(t), "--data", t.TempDir(), "--ops-addr", ""}, args...)...)
	}
	if code := serve("", "--signing-key", named); code != 2 {
		t.Errorf("a start without a secret key ends with %d", code)
	}
	old, next := secretFile(t, "old"), secretFile(t, "next")
	t.Setenv("BURGEE_SECRET_KEY_FILE", old)
	nodes := make([]*server, 3)
	for i := range nodes {
		nodes[i] = &server{data: t.TempDir(), addr: freeAddress(t)}
		nodes[i].url = "http://" + nodes[i].addr
		nodes[i].launch(t)
	}
	for _, n := range nodes {
		n.untilReady(t)
	}
	same := func(when string) {
		_, first := nodes[0].get(t, "/sdk/v1/snapshot", serverKey)
		for i, n := range nodes {
			if _, snapshot := n.get(t, "/sdk/v1/snapshot", serverKey); snapshot != first || !strings.Contains(first, `"keys":["`) {
				t.Errorf("%s node %d serves\n%s\nand node 0\n%s", when, i, snapshot, first)
			}
			if entries, err := os.ReadDir(n.data); err != nil || len(entries) > 0 {
				t.Errorf("%s node %d has %v in its folder, %v", when, i, entries, err)
			}
		}
	}
	// A node is ready before the others know of it.
	allHeard := func() {
		t.Helper()
		for _, n := range nodes {
			until(t, "a node to hear of the others", 20*time.Second, func() bool {
				_, ready := n.get(t, "/readyz", "")
				return strings.Contains(ready, `"nodes":{"heard":3,"silent":0}`)
			})
		}
	}
	allHeard()
	same("at the start")
	out, code := said(t, []string{"BURGEE_NEW_SECRET_KEY_FILE=" + next}, "secret-key", "rotate")
	if code != 0 || strings.Count(out, "runs without the new key: ") != len(nodes) {
		t.Errorf("the rotation ends with %d:\n%s", code, out)
	}
	same("after a rotation")
	if code := serve(old); code != 2 {
		t.Errorf("a start with the old key ends with %d", code)
	}
	nodes[1].stop(t)
	t.Setenv("BURGEE_SECRET_KEY_FILE", next)
	nodes[1].start(t)
	same("after a restart with the new key")
	if code := exit(t, 0, nil, "doctor"); code != 0 && code != 8 { // the database of the tests does not sync
		t.Errorf("the doctor ends with %d", code)
	}
	out, _ = said(t, []string{"BURGEE_SECRET_KEY_FILE=" + old, "BURGEE_NEW_SECRET_KEY_FILE=" + next}, "secret-key", "rotate")
	if strings.Count(out, "runs without the new key: ") != len(nodes)-1 || strings.Contains(out, portOf(nodes[1])) {
		t.Errorf("one node was started with the new key: %s", out)
	}
	allHeard()
	forgetBeneath(t, nodes)
}

func portOf(s *server) string { return s.addr[strings.LastIndexByte(s.addr, ':'):] }

// forgetBeneath gives the secrets up: not while a node runs, unless by force.
func forgetBeneath(t *testing.T, nodes []*server) {
	t.Helper()
	forget := func(code int, args ...string) string {
		t.Helper()
		out, got := said(t, nil, append([]string{"secret-key", "forget", "--yes"}, args...)...)
		if got != code {
			t.Errorf("forget %v ends with %d: %s", args, got, out)
		}
		return out
	}
	out := forget(6)
	for _, n := range nodes {
		if !strings.Contains(out, portOf(n)+" (started with the key of fingerprint ") {
			t.Errorf("a node that runs at %s is not named: %s", n.addr, out)
		}
	}
	nodes[0].stop(t)
	nodes[2].stop(t)
	if out := forget(6); strings.Contains(out, portOf(nodes[0])) || !strings.Contains(out, portOf(nodes[1])) {
		t.Errorf("one node runs: %s", out)
	}
	if status, _ := nodes[1].get(t, "/sdk/v1/snapshot", serverKey); status != 200 {
		t.Errorf("the node that runs answers %d", status)
	}
	forget(0, "--force")
	nodes[1].stop(t)
	forget(5) // nothing is sealed
	nodes[0].start(t)
	nodes[0].stop(t)
	forget(0)
}
