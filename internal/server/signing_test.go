package server_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
	"burgee.dev/burgee/sdk/ruleset"
)

// keyFile writes a new private key and returns its file and its public half.
func keyFile(t *testing.T) (file, public string) {
	t.Helper()
	pub, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pemFile(t, "PRIVATE KEY", private), ruleset.EncodeKey(pub)
}

func pemFile(t *testing.T, kind string, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if kind == "PUBLIC KEY" {
		der, err = x509.MarshalPKIXPublicKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func snapshot(t *testing.T, s *testkit.Server) []byte {
	t.Helper()
	a := s.Do(testkit.Request{Method: "GET", Path: "/sdk/v1/snapshot", As: testkit.ServerKey})
	if a.Status != 200 {
		t.Fatalf("snapshot: %d %s", a.Status, a.Body)
	}
	return a.Body
}

func TestSnapshotsAreSignedWithTheKeyOfTheDataFolder(t *testing.T) {
	s := testkit.Start(t, testkit.Options{SQLite: true})
	first, err := ruleset.Replica{}.Full(snapshot(t, s))
	if err != nil {
		t.Fatal(err)
	}
	keys := first.Document().Header().Keys
	if len(keys) != 1 || first.Document().Signature().Key == "" {
		t.Fatalf("keys %q, signature %+v", keys, first.Document().Signature())
	}
	info, err := os.Stat(filepath.Join(s.Data, "signing.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file: %v, %v", info, err)
	}
	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data, SQLite: true})
	if string(snapshot(t, again)) != string(first.Document().Encode()) {
		t.Error("after a restart the same revision has other bytes")
	}
}

// A program that trusts what the header before names follows a replacement of
// the key in two steps, and refuses one in a single step only where it pins.
func TestASigningKeyIsReplacedInTwoSteps(t *testing.T) {
	oldFile, oldKey := keyFile(t)
	newFile, newKey := keyFile(t)
	pinned, err := ruleset.Pinned([]string{oldKey})
	if err != nil {
		t.Fatal(err)
	}
	follower, pinning := ruleset.Replica{}, ruleset.NewReplica(pinned)
	data := t.TempDir() + "/data"
	for i, step := range []struct {
		flags  map[string]string
		keys   string
		pinned bool // who pins the old key takes it
	}{
		{map[string]string{"signing-key": oldFile}, oldKey, true},
		{map[string]string{"signing-key": oldFile, "next-signing-key": newFile}, oldKey + newKey, true},
		{map[string]string{"signing-key": newFile, "next-signing-key": oldFile}, newKey + oldKey, false},
		{map[string]string{"signing-key": newFile}, newKey, false},
	} {
		s := testkit.Start(t, testkit.Options{Data: data, Flags: step.flags})
		s.Want(201, "POST", project+"/flags", obj{"key": "step" + string(rune('0'+i)), "type": "boolean"})
		body := awaitSnapshot(t, s, "step"+string(rune('0'+i)))
		next, err := follower.Full(body)
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		follower = next
		if got := strings.Join(follower.Document().Header().Keys, ""); got != step.keys {
			t.Errorf("step %d: keys %q, want %q", i, got, step.keys)
		}
		if _, err := pinning.Full(body); (err == nil) != step.pinned {
			t.Errorf("step %d: who pins the old key: %v", i, err)
		}
		s.Stop()
	}
}

// awaitSnapshot returns the first snapshot that holds a flag.
func awaitSnapshot(t *testing.T, s *testkit.Server, flag string) []byte {
	t.Helper()
	events := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	defer events.Close()
	events.Next(t, flag, func(e testkit.Event) bool { return strings.Contains(e.Data, `"flag":"`+flag+`"`) })
	return snapshot(t, s)
}

func TestASigningKeyThatCannotBeUsedIsToldInWords(t *testing.T) {
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := pemFile(t, "PUBLIC KEY", pub)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ flag, file, says string }{
		"a file that is not there":   {"signing-key", "/nowhere/key", "--signing-key /nowhere/key"},
		"what is no PEM":             {"signing-key", text, "no PEM"},
		"a public key to sign with":  {"signing-key", public, "public key only"},
		"a next key that is not one": {"next-signing-key", text, "openssl genpkey -algorithm ed25519"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := config.Load(config.Sources{Flags: map[string]string{
				"addr": "127.0.0.1:0", "ops-addr": "", "data": t.TempDir(), tt.flag: tt.file,
			}})
			if err != nil {
				t.Fatal(err)
			}
			s, err := server.New(cfg, server.Options{Stderr: &testkit.Buffer{}})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want …%s…", err, tt.says)
			}
		})
	}
}
