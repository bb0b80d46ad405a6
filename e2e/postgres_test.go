package e2e

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/store/storetest"
)

// The whole server on PostgreSQL: it starts, takes changes, serves them, goes on
// serving while the database is away, and comes back by itself.
func TestAServerOnPostgres(t *testing.T) {
	database := storetest.Hold(t)
	s := startOn(t, database.Address)
	s.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": "banner", "type": "boolean"}, nil)
	until(t, "the flag to be served", 10*time.Second, func() bool {
		_, text := s.get(t, "/sdk/v1/snapshot", serverKey)
		return strings.Contains(text, `"flag":"banner"`)
	})
	if _, err := os.Stat(s.data + "/burgee.db"); err == nil {
		t.Error("there is a SQLite database beside it")
	}

	database.Order(t, "crash")
	until(t, "the outage to be told", 20*time.Second, func() bool {
		status, ready := s.get(t, "/readyz", "")
		if status != http.StatusOK {
			t.Fatalf("not ready while the database is away: %d %s", status, ready)
		}
		return strings.Contains(ready, "the database cannot be used (store_unreachable)")
	})
	var problem struct{ Code string }
	status, err := s.try(http.MethodPatch, "/api/v1/projects/default/flags/banner", map[string]any{"description": "x"}, &problem)
	if err != nil || status != http.StatusServiceUnavailable {
		t.Errorf("a change while the database is away: %d, %+v, %v", status, problem, err)
	}
	if status, text := s.get(t, "/sdk/v1/snapshot", serverKey); status != http.StatusOK || !strings.Contains(text, `"flag":"banner"`) {
		t.Errorf("what programs read while the database is away: %d %s", status, text)
	}
	database.Order(t, "start")
	until(t, "changes to be taken again", 30*time.Second, func() bool {
		status, err := s.try(http.MethodPatch, "/api/v1/projects/default/flags/banner", map[string]any{"description": "y"}, nil)
		return err == nil && status == http.StatusOK
	})
	until(t, "the outage to be over", 20*time.Second, func() bool {
		_, ready := s.get(t, "/readyz", "")
		return !strings.Contains(ready, "the database cannot be used")
	})
	if strings.Contains(s.output(), "throw-away") {
		t.Error("the password of the database is in what the server prints")
	}
}

func TestTheCommandsForADatabaseElsewhere(t *testing.T) {
	database := storetest.Hold(t, "DURABLE=1")
	s := startOn(t, database.Address)
	if out, code := elsewhere(t, database.Address, "doctor"); code != 0 && !strings.Contains(out, "the support of PostgreSQL") || !strings.Contains(out, "server ") {
		t.Errorf("burgee doctor ends with %d:\n%s", code, out)
	}
	for _, tt := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"config", "print"}, 0, "postgres://burgee:…@127.0.0.1"},
		{[]string{"backup"}, 2, "pg_dump"},
		{[]string{"restore", "x.db", "--yes"}, 2, "pg_restore"},
		{[]string{"serve", "--backup-every", "1h"}, 2, "--backup-every"},
		{[]string{"restore", "--yes"}, 0, "programs follow it, by its new epoch"},
	} {
		out, code := elsewhere(t, database.Address, tt.args...)
		if code != tt.code || !strings.Contains(out, tt.words) || strings.Contains(out, "throw-away") {
			t.Errorf("burgee %s ends with %d:\n%s", strings.Join(tt.args, " "), code, out)
		}
	}
	// The epoch was raised under a running server: what it sends follows.
	_, before := s.get(t, "/sdk/v1/snapshot", serverKey)
	if out, code := elsewhere(t, database.Address, "restore", "--yes"); code != 0 {
		t.Fatal(out)
	}
	until(t, "the new epoch to be served", 20*time.Second, func() bool {
		_, now := s.get(t, "/sdk/v1/snapshot", serverKey)
		return epochOf(t, now) > epochOf(t, before)
	})
}

func epochOf(t *testing.T, snapshot string) int64 {
	t.Helper()
	line, _, _ := strings.Cut(snapshot, "\n")
	var header struct{ Epoch int64 }
	if err := json.Unmarshal([]byte(line), &header); err != nil || header.Epoch == 0 {
		t.Fatalf("no epoch in %q: %v", line, err)
	}
	return header.Epoch
}

// elsewhere runs a command with the address of a database in its environment.
func elsewhere(t *testing.T, address string, args ...string) (out string, code int) {
	t.Helper()
	return said(t, []string{"BURGEE_STORE=" + address}, args...)
}

// said runs a command and returns what it prints, to either stream, and how it ended.
func said(t *testing.T, env []string, args ...string) (out string, code int) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Env = append(os.Environ(), env...)
	text, err := command.CombinedOutput()
	exit := &exec.ExitError{}
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(text), command.ProcessState.ExitCode()
}
