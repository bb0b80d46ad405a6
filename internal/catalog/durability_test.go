package catalog_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/store"
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
			return err
		}
		fmt.Println(out.Revisions["production"], mark)
	}
}

func TestWhatWasAcknowledgedSurvivesKill(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[int64]string{}
	for round := range 20 {
		killAWriter(t, dir, acknowledged)
		if round%5 == 4 {
			checkAcknowledged(t, dir, acknowledged)
		}
	}
	if len(acknowledged) < 20 {
		t.Fatalf("only %d writes were acknowledged: the test saw too little", len(acknowledged))
	}
	t.Logf("%d acknowledged writes over 20 kills", len(acknowledged))
}

// killAWriter starts a writer, kills it at a random point of its work and
// collects what it had acknowledged.
func killAWriter(t *testing.T, dir string, acknowledged map[int64]string) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
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
		if _, err := fmt.Sscan(lines.Text(), &revision, &mark); err != nil {
			continue // a line cut off by the kill was not read whole
		}
		acknowledged[revision] = mark
		if !started {
			started = true
			delay := time.Duration(rand.Int64N(int64(60 * time.Millisecond)))
			time.AfterFunc(delay, func() { _ = child.Process.Kill() })
		}
	}
	if err := child.Wait(); err == nil || !started {
		t.Fatalf("the writer ended by itself: %v", err)
	}
}

// checkAcknowledged opens the folder as the next server does.
func checkAcknowledged(t *testing.T, dir string, acknowledged map[int64]string) {
	t.Helper()
	s := must[*store.Store](t)(store.Open(t.Context(), store.Options{Dir: dir}))
	service := catalog.New(s, catalog.Options{})
	stored := map[int64]string{}
	err := service.EachChange(t.Context(), ann, "default", func(c catalog.Change) error {
		stored[c.Revisions["production"]] = c.Comment
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
