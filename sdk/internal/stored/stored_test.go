package stored

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/sdk/ruleset"
)

const writers, revisions = 4, 120

// TestMain also is the program that the test of several processes starts.
func TestMain(m *testing.M) {
	if path := os.Getenv("BURGEE_STORED_TEST"); path != "" {
		if err := writeRevisions(path, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeRevisions is a process that stores every revision that is its own.
func writeRevisions(path, which string) error {
	mine, err := strconv.Atoi(which)
	if err != nil {
		return err
	}
	for revision := mine; revision <= revisions; revision += writers {
		for err = ErrBusy; errors.Is(err, ErrBusy); {
			_, err = Save(path, document(1, int64(revision)), ruleset.Trust{}, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func document(epoch, revision int64) *ruleset.Document {
	seed := sha256.Sum256([]byte("a"))
	private := ed25519.NewKeyFromSeed(seed[:])
	h := ruleset.Header{
		Burgee: 1, Hash: ruleset.HashP32, Project: "default", Environment: "production", Epoch: epoch, Revision: revision,
		Keys: []string{ruleset.EncodeKey(private.Public().(ed25519.PublicKey))},
	}
	d, err := ruleset.NewDocument(h, [][]byte{[]byte(`{"flag":"f"}`), []byte(`{"flag":"g` + strings.Repeat("x", int(revision%7)) + `"}`)})
	if err != nil {
		panic(err)
	}
	return d.WithSignature(ruleset.Sign(private, d.HeaderLine()))
}

func TestProcessesShareAFileThatIsAlwaysWholeAndNeverOlder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shared.ndjson")
	done := make(chan error, writers)
	for which := range writers {
		command := exec.Command(os.Args[0], strconv.Itoa(which+1))
		command.Env = append(os.Environ(), "BURGEE_STORED_TEST="+path)
		var said bytes.Buffer
		command.Stderr = &said
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		go func() {
			err := command.Wait()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, said.String())
			}
			done <- err
		}()
	}
	highest := int64(0)
	look := func() {
		s, err := Load(path, ruleset.Trust{})
		if errors.Is(err, fs.ErrNotExist) && highest == 0 {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Replica.Document().Header().Revision; got < highest {
			t.Fatalf("revision %d after %d", got, highest)
		} else {
			highest = got
		}
	}
	for ended := 0; ended < writers; {
		look()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			ended++
		default:
		}
	}
	look()
	if highest != revisions {
		t.Errorf("the last revision is %d", highest)
	}
	names, _ := filepath.Glob(path + "*.tmp")
	if len(names) != 0 {
		t.Errorf("left over: %v", names)
	}
}

func TestSaveReplacesOnlyWhatIsOlder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "f.ndjson")
	for _, c := range []struct {
		what            string
		epoch, revision int64
		obsolete        string
		written         bool
		holds           string
	}{
		{"the first", 1, 5, "", true, document(1, 5).Header().ID()},
		{"the same", 1, 5, "", false, document(1, 5).Header().ID()},
		{"an older one", 1, 4, "", false, document(1, 5).Header().ID()},
		{"a newer one", 1, 6, "", true, document(1, 6).Header().ID()},
		{"an older one that the server insists on", 1, 2, document(1, 6).Header().ID(), true, document(1, 2).Header().ID()},
		{"a store made anew", 2, 1, "", true, document(2, 1).Header().ID()},
		{"the store before", 1, 9, "", false, document(2, 1).Header().ID()},
	} {
		written, err := Save(path, document(c.epoch, c.revision), ruleset.Trust{}, c.obsolete)
		if err != nil || written != c.written {
			t.Errorf("%s: written %v, %v", c.what, written, err)
		}
		s, err := Load(path, ruleset.Trust{})
		if err != nil || s.Replica.ID() != c.holds {
			t.Errorf("%s: the file holds %s, %v", c.what, s.Replica.ID(), err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", c.what, info, err)
		}
	}
	if err := os.WriteFile(path, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if written, err := Save(path, document(1, 1), ruleset.Trust{}, ""); err != nil || !written {
		t.Errorf("over nonsense: %v, %v", written, err)
	}
}

func TestWhatAKilledWriterLeftIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.ndjson")
	old, young := path+".123.tmp", path+".456.tmp"
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	if _, err := Save(path, document(1, 1), ruleset.Trust{}, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the old one: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("that of a writer at work: %v", err)
	}
}

func TestPathDoesNotGiveTheKeyAway(t *testing.T) {
	got := Path("dir", "bgs_0123456789abcdefghijklmnopqrstuv")
	if want := filepath.Join("dir", "95052cfe8aa1a89b0c528c68737050fb.ndjson"); got != want {
		t.Errorf("got %s", got)
	}
}

// Whatever a file holds, reading it ends, and what passes has the root that it
// names and the signature of the key that it names.
func FuzzCheck(f *testing.F) {
	whole := document(1, 1).Encode()
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("{}\n"))
	pinned, err := ruleset.Pinned(document(1, 1).Header().Keys)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if s, err := check(content, pinned); err == nil && !bytes.Equal(s.Document().HeaderLine(), document(1, 1).HeaderLine()) {
			t.Fatalf("passed without the key: %s", content)
		}
		s, err := check(content, ruleset.Trust{})
		if err != nil {
			if !errors.Is(err, ErrUnfit) || s.Document() != nil {
				t.Fatalf("%v, %v", s, err)
			}
			return
		}
		again, err := check(s.Document().Encode(), ruleset.Trust{})
		if err != nil || again.ID() != s.ID() {
			t.Fatalf("what passed does not pass when it is written: %v", err)
		}
	})
}
