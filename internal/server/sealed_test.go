package server_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/ruleset"
)

func newSecretKey(t *testing.T) (text string) {
	t.Helper()
	_, text, err := secret.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sealing starts a server on a database in its folder with a secret key; "" is
// none.
func sealing(t *testing.T, data, key string) *testkit.Server {
	t.Helper()
	environ := []string{"BURGEE_INIT_TOKEN=" + testkit.Token, "BURGEE_INIT_SERVER_KEY=" + testkit.ServerKey, "BURGEE_SECRET_KEY=" + key}
	return testkit.Start(t, testkit.Options{Data: data, SQLite: true, Environ: environ})
}

// startError is why a server does not start on a database in its folder.
func startError(t *testing.T, data, key string, flags ...string) error {
	t.Helper()
	given := map[string]string{"addr": "127.0.0.1:0", "ops-addr": "", "data": data}
	for i := 0; i < len(flags); i += 2 {
		given[flags[i]] = flags[i+1]
	}
	cfg, err := config.Load(config.Sources{Flags: given, Environ: []string{"BURGEE_SECRET_KEY=" + key}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(cfg, server.Options{Stderr: &testkit.Buffer{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err = s.Run(ctx); err == nil {
		t.Fatal("it started and stopped well")
	}
	return err
}

func wantSays(t *testing.T, what string, err error, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: got %v, want …%s…", what, err, word)
		}
	}
}

func signingFile(data string) string { return filepath.Join(data, "signing.key") }

// signedBy reads whose signature a server's snapshot has.
func signedBy(t *testing.T, s *testkit.Server) string {
	t.Helper()
	r, err := ruleset.Replica{}.Full(snapshot(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return r.Document().Header().Keys[0]
}

// everyFile is what is in a folder's files, one after the other.
func everyFile(t *testing.T, dir string) (all []byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all = append(all, text...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTheSigningKeyMovesIntoTheDatabaseOnce(t *testing.T) {
	data, key := t.TempDir()+"/data", newSecretKey(t)
	s := sealing(t, data, "")
	before := snapshot(t, s)
	s.Stop()
	file, err := os.ReadFile(signingFile(data))
	if err != nil {
		t.Fatal(err)
	}
	s = sealing(t, data, key)
	if !bytes.Equal(snapshot(t, s), before) {
		t.Error("the same revision has other bytes, so another signature or epoch")
	}
	if _, err := os.Stat(signingFile(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	s.Stop()

	// A start that was cut off after the commit left the file: the next one takes it away.
	if err := os.WriteFile(signingFile(data), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s = sealing(t, data, key)
	if !bytes.Equal(snapshot(t, s), before) {
		t.Error("after a cut off start the same revision has other bytes")
	}
	if _, err := os.Stat(signingFile(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of a cut off start is still there: %v", err)
	}
	s.Stop()
}

func TestANewStoreHasItsSigningKeySealed(t *testing.T) {
	data, key := t.TempDir(), newSecretKey(t)
	s := sealing(t, data, key)
	by := signedBy(t, s)
	s.Stop()
	if _, err := os.Stat(signingFile(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
	if all := everyFile(t, data); bytes.Contains(all, []byte(key)) || bytes.Contains(all, []byte("PRIVATE KEY")) {
		t.Error("a key is in the data folder")
	}
	s = sealing(t, data, key)
	if got := signedBy(t, s); got != by {
		t.Errorf("after a restart %s signs, before %s", got, by)
	}
	s.Stop()
}

func TestAServerDoesNotStartWithoutItsSecretKey(t *testing.T) {
	data, key := t.TempDir()+"/data", newSecretKey(t)
	sealing(t, data, key).Stop()
	named, _ := keyFile(t)
	wantSays(t, "without", startError(t, data, ""), "BURGEE_SECRET_KEY is missing", "fingerprint", "BURGEE_SECRET_KEY_FILE")
	wantSays(t, "without, with a named key", startError(t, data, "", "signing-key", named), "BURGEE_SECRET_KEY is missing")
	other := newSecretKey(t)
	err := startError(t, data, other)
	wantSays(t, "with another", err, "BURGEE_SECRET_KEY is not the key", "burgee secret-key rotate")
	if strings.Contains(err.Error(), other) {
		t.Error("the error repeats the key")
	}
	if _, err := os.Stat(signingFile(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused start made a file: %v", err)
	}
}

// Which of two keys programs trust is nothing to guess.
func TestAFileThatIsNotTheSealedKeyStopsTheStart(t *testing.T) {
	data, key := t.TempDir(), newSecretKey(t)
	sealing(t, data, key).Stop()
	other, public := keyFile(t)
	text, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"another key": text, "no key": []byte("no key")} {
		if err := os.WriteFile(signingFile(data), content, 0o600); err != nil {
			t.Fatal(err)
		}
		wantSays(t, name, startError(t, data, key), signingFile(data), "Move the file away", "--signing-key")
		if kept, err := os.ReadFile(signingFile(data)); err != nil || !bytes.Equal(kept, content) {
			t.Errorf("%s: the file is not what it was: %v", name, err)
		}
	}
	s := testkit.Start(t, testkit.Options{
		Data: data, SQLite: true, Flags: map[string]string{"signing-key": other}, Environ: []string{"BURGEE_SECRET_KEY=" + key},
	})
	if got := signedBy(t, s); got != public {
		t.Errorf("%s signs, want the named %s", got, public)
	}
}
