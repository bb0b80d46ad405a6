package wholefile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"burgee.dev/burgee/internal/wholefile"
)

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := wholefile.Write(file, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// want checks a file, and that nothing else is in its folder.
func want(t *testing.T, file, text string) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil || string(got) != text {
		t.Errorf("%q, %v; want %q", got, err, text)
	}
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(entries) != 1 {
		t.Errorf("in the folder are %v, %v; want the file alone", entries, err)
	}
}

func TestAFileIsMadeAndReplacedForItsOwnerOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	write(t, file, "a longer text at first")
	write(t, file, "short")
	want(t, file, "short")
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, file, "")
	want(t, file, "")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestAWriteThatFailsLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	if err := wholefile.Write(filepath.Join(dir, "absent", "key"), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("into a folder that is absent: %v", err)
	}
	file := filepath.Join(dir, "key")
	if err := os.MkdirAll(filepath.Join(file, "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := wholefile.Write(file, []byte("text")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || !entries[0].IsDir() {
		t.Errorf("in the folder are %v, %v; want what was there", entries, err)
	}
}

// Whoever reads meanwhile sees one of the texts, from its beginning to its end.
func TestReadersSeeAWholeFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	texts := [][]byte{bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<15)}
	write(t, file, string(texts[0]))
	var writers sync.WaitGroup
	for _, text := range texts {
		writers.Go(func() {
			for range 20 {
				if err := wholefile.Write(file, text); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() {
		writers.Wait()
		close(done)
	}()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		got, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(got, texts[0]) && !bytes.Equal(got, texts[1]) {
			t.Fatalf("%d bytes, %v; want one of the texts", len(got), err)
		}
	}
}

func TestAFileIsTakenAway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	write(t, file, "text")
	if err := wholefile.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if err := wholefile.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("again: %v", err)
	}
}
