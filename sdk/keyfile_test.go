package burgee

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const keyOfFile = "bgs_0123456789012345678901234567890123"

func TestTheKeyComesFromAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(keyOfFile+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BURGEE_KEY_FILE", path)
	s, err := Options{}.settings()
	if err != nil || s.key != keyOfFile {
		t.Errorf("got the key %q, %v; want %q", s.key, err, keyOfFile)
	}
	// The program's own key needs no environment, whatever stands there.
	t.Setenv("BURGEE_KEY", "bgs_x")
	const own = "bgs_own"
	if s, err = (Options{Key: own}).settings(); err != nil || s.key != own {
		t.Errorf("got the key %q, %v; want %q", s.key, err, own)
	}
}

func TestAKeyFileThatCannotServeIsAnError(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ key, file, want string }{
		"both":    {keyOfFile, write("good", keyOfFile), "BURGEE_KEY and BURGEE_KEY_FILE are both set"},
		"missing": {"", filepath.Join(folder, "none"), "none does not exist"},
		"empty":   {"", write("empty", "\n"), "empty is empty"},
		"folder":  {"", folder, "BURGEE_KEY_FILE: read " + folder},
		"large":   {"", write("large", strings.Repeat("x", maxKeyFile+1)), "larger than a key can be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("BURGEE_KEY", c.key)
			t.Setenv("BURGEE_KEY_FILE", c.file)
			_, err := New(Options{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), keyOfFile) {
				t.Errorf("the error tells the key: %v", err)
			}
		})
	}
}
