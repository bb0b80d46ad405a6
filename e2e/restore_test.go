package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

const themeDocument = `
apiVersion: burgee/v1
project: default
flags:
  theme:
    type: string
    variations: [{id: then, value: then}, {id: since, value: since}]
    environments:
      production:
        default: %s
`

// stop ends the server the way a service manager does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-s.done
}

// A backup is made while writers write; later it is restored, and a program
// that ran all along follows the server to the lower revision.
func TestARunningProgramFollowsARestoredServer(t *testing.T) {
	s := startServer(t)
	theme := func(value string) int64 {
		return s.apply(t, strings.ReplaceAll(themeDocument, "%s", value))["production"]
	}
	then := theme("then")
	client := newClient(t, s)
	untilRevision(t, client, then)

	var made struct {
		File  string `json:"file"`
		Bytes int64  `json:"bytes"`
		Epoch int64  `json:"epoch"`
	}
	decode := func(text string, into any) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	decode(s.burgee(t, "", "backup", "--data", s.data, "--json"), &made)
	if info, err := os.Stat(made.File); err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes {
		t.Fatalf("%v, %v", info, err)
	}
	var since int64
	for i := range 20 {
		since = theme([]string{"then", "since"}[i%2])
	}
	untilRevision(t, client, since)
	if got := client.String(t.Context(), "theme", ""); got != "since" {
		t.Fatalf("before the restore: %q", got)
	}

	s.stop(t)
	var restored struct {
		Epoch    int64            `json:"epoch"`
		Gone     map[string]int64 `json:"changesGone"`
		Replaced string           `json:"replaced"`
	}
	decode(s.burgee(t, "", "restore", made.File, "--data", s.data, "--yes", "--json"), &restored)
	if restored.Epoch <= made.Epoch || restored.Gone["default"] != since-then {
		t.Errorf("restored %+v; the backup had epoch %d, and %d revisions are gone", restored, made.Epoch, since-then)
	}
	s.start(t)
	until(t, "the program to follow", time.Minute, func() bool {
		return client.Status().Revision == then && client.String(t.Context(), "theme", "") == "then"
	})
	// It goes on from there, through revisions that it has seen before.
	untilValue(t, client, theme("since"), "since")
}

func untilValue(t *testing.T, client *burgee.Client, revision int64, value string) {
	t.Helper()
	untilRevision(t, client, revision)
	if got := client.String(t.Context(), "theme", ""); got != value {
		t.Errorf("at revision %d: %q, want %q", revision, got, value)
	}
}

// Backups that are made while changes are made each hold one moment: every
// change acknowledged before, and none made afterwards.
func TestBackupsBesideWriters(t *testing.T) {
	s := startServer(t)
	s.must(t, http.MethodPost, "/api/v1/projects/default/flags", map[string]any{"key": "n", "type": "integer"}, nil)
	var acknowledged, begun atomic.Int64
	stop := make(chan struct{})
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := int64(1); ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			begun.Store(i)
			status, err := s.try(http.MethodPatch, "/api/v1/projects/default/flags/n", map[string]any{"description": strconv.FormatInt(i, 10)}, nil)
			if err != nil || status != http.StatusOK {
				t.Errorf("change %d: %d, %v", i, status, err)
				return
			}
			acknowledged.Store(i)
		}
	})
	folder := t.TempDir()
	type held struct {
		file            string
		atLeast, atMost int64
	}
	var backups []held
	for i := range 4 {
		b := held{file: filepath.Join(folder, strconv.Itoa(i)+".db"), atLeast: acknowledged.Load()}
		s.burgee(t, "", "backup", "--data", s.data, "-o", b.file)
		b.atMost = begun.Load()
		backups = append(backups, b)
	}
	close(stop)
	writer.Wait()
	s.stop(t)
	for _, b := range backups {
		s.burgee(t, "", "restore", b.file, "--data", s.data, "--yes")
		s.burgee(t, "", "doctor", "--data", s.data)
		s.start(t)
		var flag struct {
			Description string `json:"description"`
		}
		s.must(t, http.MethodGet, "/api/v1/projects/default/flags/n", nil, &flag)
		got, _ := strconv.ParseInt(flag.Description, 10, 64)
		if got < b.atLeast || got > b.atMost {
			t.Errorf("%s holds change %d; %d was acknowledged before it, %d the last begun before its end", b.file, got, b.atLeast, b.atMost)
		}
		s.stop(t)
	}
}

// A database that was copied away, and is copied back when programs are further
// on, is an older one than the server had in this folder: they are led to it.
func TestARunningProgramFollowsACopyThatWasPutBack(t *testing.T) {
	s := startServer(t)
	theme := func(value string) int64 {
		return s.apply(t, strings.ReplaceAll(themeDocument, "%s", value))["production"]
	}
	then := theme("then")
	s.stop(t)
	copied, err := os.ReadFile(filepath.Join(s.data, "burgee.db"))
	if err != nil {
		t.Fatal(err)
	}
	s.start(t)
	client := newClient(t, s)
	since := theme("since")
	untilRevision(t, client, since)
	s.stop(t)
	if err := os.WriteFile(filepath.Join(s.data, "burgee.db"), copied, 0o600); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	until(t, "the program to follow to the copy", 20*time.Second, func() bool {
		return client.Status().Revision == then && client.String(t.Context(), "theme", "") == "then"
	})
	if !strings.Contains(s.output(), "an older one than was in this folder before") {
		t.Errorf("the server says nothing of it: %s", s.output())
	}
	var chain struct{ OK bool }
	s.must(t, http.MethodGet, "/api/v1/projects/default/changes/verify", nil, &chain)
	_, record := s.get(t, "/api/v1/projects/default/changes/export", apiToken)
	if !chain.OK || !strings.Contains(record, "an older database, found at a start") {
		t.Errorf("the record: %+v %s", chain, record)
	}
	_, before := s.get(t, "/sdk/v1/snapshot", serverKey)
	s.stop(t)
	s.start(t)
	if _, after := s.get(t, "/sdk/v1/snapshot", serverKey); after != before {
		t.Errorf("another start has other bytes:\n%s\n%s", before, after)
	}
}
