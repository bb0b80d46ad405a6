package catalog_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/testkit"
)

// writerFolder, when set, makes this test binary a child that writes without
// end to the data folder that it names.
const writerFolder = "CATALOG_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerFolder); dir != "" {
		if err := writeWithoutEnd(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeFailed is what a writer prints for a write that was not acknowledged.
const writeFailed = "failed"

// writeWithoutEnd prints a line for each change once it is acknowledged: the
// revision and the comment that tells it from all others.
func writeWithoutEnd(dir string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return err
	}
	service := catalog.New(s, catalog.Options{})
	if _, err := service.EnsureFirstRun(ctx, catalog.FirstRun{}); err != nil {
		return err
	}
	if _, err := service.Flag(ctx, ann, "default", "x"); err != nil {
		if _, err := service.CreateFlag(ctx, ann, "default", "x", document.Flag{Type: "boolean"}, none); err != nil {
			return err
		}
	}
	for i := 0; ; i++ {
		mark := fmt.Sprintf("%d-%d", os.Getpid(), i)
		c := boolean("true")
		c.Rules = []document.Rule{{Name: mark, Serve: document.Serve{Variation: "true"}}}
		out, err := service.PutConfiguration(ctx, ann, "default", "x", "production", c, catalog.WriteOptions{Comment: mark})
		if err != nil {
			fmt.Println(writeFailed)
			continue
		}
		fmt.Println(out.Revisions["production"], mark)
	}
}

func TestWhatWasAcknowledgedSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[int64]string{}
	rounds := testkit.Rounds(20, 500)
	for round := range rounds {
		killAWriter(t, dir, acknowledged)
		if round%5 == 4 {
			checkAcknowledged(t, dir, acknowledged)
		}
	}
	if len(acknowledged) < rounds {
		t.Fatalf("only %d writes were acknowledged: the test saw too little", len(acknowledged))
	}
	t.Logf("%d acknowledged writes over %d kills", len(acknowledged), rounds)
}

// A disk that fails to write through: what was not acknowledged may be lost,
// what was acknowledged may not, and the record holds.
func TestWhatWasAcknowledgedSurvivesAFailingDisk(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is needed to make a disk fail; on Debian: apt-get install strace")
	}
	dir := t.TempDir()
	acknowledged := map[int64]string{}
	killAWriter(t, dir, acknowledged) // makes the folder
	failed := 0
	for range testkit.Rounds(5, 100) {
		// The first ones pass, so that the folder opens; then about every third fails.
		inject := fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+%d", 10+rand.IntN(10), 2+rand.IntN(3))
		failed += runWriter(t, dir, acknowledged, strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject)
		checkAcknowledged(t, dir, acknowledged)
	}
	if failed == 0 {
		t.Fatal("no write failed: the test saw too little")
	}
	t.Logf("%d acknowledged writes, %d that failed", len(acknowledged), failed)
}

// killAWriter starts a writer, kills it at a random point of its work and
// collects what it had acknowledged.
func killAWriter(t *testing.T, dir string, acknowledged map[int64]string) {
	t.Helper()
	if failed := runWriter(t, dir, acknowledged); failed > 0 {
		t.Fatalf("%d writes failed", failed)
	}
}

// runWriter is killAWriter under a program that runs another one, if any is
// named. It returns how many writes failed.
func runWriter(t *testing.T, dir string, acknowledged map[int64]string, under ...string) (failed int) {
	t.Helper()
	command := append(under, os.Args[0])
	child := exec.CommandContext(t.Context(), command[0], command[1:]...)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a kill takes both
	child.Env = append(os.Environ(), writerFolder+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	started := false
	for lines.Scan() {
		var revision int64
		var mark string
		if lines.Text() == writeFailed {
			failed++
			continue
		}
		if _, err := fmt.Sscan(lines.Text(), &revision, &mark); err != nil {
			continue // a line cut off by the kill was not read whole
		}
		acknowledged[revision] = mark
		if !started {
			started = true
			delay := time.Duration(rand.Int64N(int64(60 * time.Millisecond)))
			if len(under) > 0 {
				delay += time.Second // it is many times slower
			}
			time.AfterFunc(delay, func() { _ = syscall.Kill(-child.Process.Pid, syscall.SIGKILL) })
		}
	}
	if err := child.Wait(); err == nil || !started {
		t.Fatalf("the writer ended by itself: %v", err)
	}
	return failed
}

// checkAcknowledged opens the folder as the next server does.
func checkAcknowledged(t *testing.T, dir string, acknowledged map[int64]string) {
	t.Helper()
	s := must[*store.Store](t)(store.Open(t.Context(), store.Options{Dir: dir}))
	service := catalog.New(s, catalog.Options{})
	stored := map[int64]string{}
	err := service.ExportRecord(t.Context(), ann, "default", func() {}, func(e audit.Entry) error {
		stored[e.Revisions["production"]] = e.Comment
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for revision, mark := range acknowledged {
		if stored[revision] != mark {
			t.Fatalf("revision %d was acknowledged as %s; the record has %q", revision, mark, stored[revision])
		}
	}
	state := must[catalog.ChainState](t)(service.VerifyChain(t.Context(), ann, "default"))
	if !state.OK {
		t.Fatalf("the chain is broken: %+v", state)
	}
	f := must[catalog.FlagDetail](t)(service.Flag(t.Context(), ann, "default", "x"))
	project := must[catalog.Project](t)(service.Project(t.Context(), ann, "default"))
	newest := stored[project.Environments[0].Revision]
	if name := f.Configurations["production"].Rules[0].Name; name != newest {
		t.Fatalf("the flag is at %s, the newest revision at %s", name, newest)
	}
	h := &home{store: s}
	if wire := must[[]byte](t)(h.wire(t.Context(), "production")); !strings.Contains(string(wire), `"flag":"x"`) {
		t.Fatalf("programs get %s", wire)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A machine that loses power keeps a prefix of the write-ahead log: at least
// what was written through before an acknowledgement. Whatever the prefix, the
// folder opens, and every change acknowledged by then is there.
func TestWhatWasAcknowledgedSurvivesALossOfPower(t *testing.T) {
	dir := t.TempDir()
	s := must[*store.Store](t)(store.Open(t.Context(), store.Options{Dir: dir}))
	log := filepath.Join(dir, "burgee.db-wal")
	begun := must[os.FileInfo](t)(os.Stat(log)).Size() // of the log when the database had its tables
	service := catalog.New(s, catalog.Options{})
	must[catalog.FirstRunResult](t)(service.EnsureFirstRun(t.Context(), catalog.FirstRun{}))
	must[catalog.Outcome](t)(service.CreateFlag(t.Context(), ann, "default", "x", document.Flag{Type: "boolean"}, none))
	type mark struct {
		revision int64
		written  int64 // size of the log when the change was acknowledged
	}
	var marks []mark
	for i := range testkit.Rounds(4, 60) {
		c := boolean("true")
		c.Rules = []document.Rule{{Name: fmt.Sprint("rule ", i), Serve: document.Serve{Variation: "true"}}}
		out := must[catalog.Outcome](t)(service.PutConfiguration(t.Context(), ann, "default", "x", "production", c, none))
		info := must[os.FileInfo](t)(os.Stat(log))
		marks = append(marks, mark{out.Revisions["production"], info.Size()})
	}
	database, written := must[[]byte](t)(os.ReadFile(filepath.Join(dir, "burgee.db"))), must[[]byte](t)(os.ReadFile(log))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if int64(len(written)) != marks[len(marks)-1].written || marks[0].written >= marks[len(marks)-1].written {
		t.Fatal("the log was folded into the database while the test ran: it saw too little")
	}
	const header, frame = 32, 24 + 4096
	for cut := int64(header); cut <= int64(len(written)); cut += frame {
		if cut+frame < begun && rand.IntN(testkit.Rounds(12, 1)) > 0 {
			continue // of the steps that make the tables a few say enough, each time others
		}
		for _, torn := range []int64{0, rand.Int64N(frame)} { // at a frame's end, and within the next
			size := min(cut+torn, int64(len(written)))
			var least int64
			for _, m := range marks {
				if m.written <= size {
					least = m.revision
				}
			}
			openAfterPowerLoss(t, database, written[:size], least)
		}
	}
}

func openAfterPowerLoss(t *testing.T, database, log []byte, least int64) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string][]byte{"burgee.db": database, "burgee.db-wal": log} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatalf("with %d bytes of the log: %v", len(log), err)
	}
	defer s.Close()
	service := catalog.New(s, catalog.Options{})
	projects := must[[]catalog.Project](t)(service.Projects(t.Context(), ann))
	if len(projects) == 0 { // power went before the first run was acknowledged
		if least > 0 {
			t.Fatalf("with %d bytes of the log the project is gone; revision %d was acknowledged", len(log), least)
		}
		return
	}
	project := must[catalog.Project](t)(service.Project(t.Context(), ann, "default"))
	if got := project.Environments[0].Revision; got < least {
		t.Fatalf("with %d bytes of the log: revision %d, but %d was acknowledged", len(log), got, least)
	}
	if state := must[catalog.ChainState](t)(service.VerifyChain(t.Context(), ann, "default")); !state.OK {
		t.Fatalf("with %d bytes of the log the chain is broken: %+v", len(log), state)
	}
}
