package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/secret"
)

// sample is a value that a secret takes.
func sample(t *testing.T, env string) string {
	t.Helper()
	switch {
	case env == "BURGEE_STORE":
		return "postgres://burgee:hidden@db.example.com/burgee"
	case strings.HasSuffix(env, "SECRET_KEY"):
		_, text, err := secret.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		return text
	case strings.HasSuffix(env, "SERVER_KEY"):
		return "bgs_" + strings.Repeat("a", 40)
	case strings.HasSuffix(env, "CLIENT_KEY"):
		return "bgc_" + strings.Repeat("a", 40)
	}
	return "bgp_" + strings.Repeat("a", 40)
}

func secrets() []Setting {
	var out []Setting
	for _, s := range append(append(Settings(), RelaySettings()...), ClientSecrets()...) {
		if s.Secret {
			out = append(out, s)
		}
	}
	return out
}

func TestEverySecretMayComeFromAFile(t *testing.T) {
	for _, s := range secrets() {
		text := sample(t, s.Env)
		file := write(t, "secret", text+"\n")
		fromText, err := one([]string{s.Env + "=" + text}, s, "")
		if err != nil {
			t.Errorf("%s: %v", s.Env, err)
			continue
		}
		fromFile, err := one([]string{s.Env + "_FILE=" + file}, s, "")
		if err != nil || !sameConfig(fromText, fromFile) {
			t.Errorf("%s_FILE gives another value than %s: %v", s.Env, s.Env, err)
		}
		_, err = one([]string{s.Env + "=" + text, s.Env + "_FILE=" + file}, s, "")
		if err == nil || !strings.Contains(err.Error(), s.Env+" and "+s.Env+"_FILE are both set") || strings.Contains(err.Error(), text) {
			t.Errorf("%s with its file: %v", s.Env, err)
		}
		_, err = one([]string{s.Env + "_FILE=" + file + ".gone"}, s, "")
		if err == nil || !strings.Contains(err.Error(), s.Env+"_FILE") {
			t.Errorf("%s_FILE of no file: %v", s.Env, err)
		}
	}
}

func sameConfig(a, b *Config) bool {
	return a.token == b.token && a.ssoSecret == b.ssoSecret && a.Store == b.Store && a.SecretKey.IsZero() == b.SecretKey.IsZero() && (a.SecretKey.IsZero() || a.SecretKey.Fingerprint() == b.SecretKey.Fingerprint()) && a.Init == b.Init && a.Relay.Token == b.Relay.Token
}

// notSecret are variables whose name sounds like a secret's, and why they are none.
var notSecret = map[string]string{
	"BURGEE_TLS_KEY":          "names a file",
	"BURGEE_SIGNING_KEY":      "names a file",
	"BURGEE_NEXT_SIGNING_KEY": "names a file",
	"BURGEE_VERIFY_KEYS":      "holds public keys",
	"BURGEE_KEY":              "is of the SDKs",
}

var soundsSecret = regexp.MustCompile(`"(BURGEE_[A-Z_]*(?:TOKEN|KEY|KEYS|PASSWORD|SECRET))"`)

// A secret that somebody adds to a command without a row in a table fails here.
func TestEverySecretOfTheCommandsHasARow(t *testing.T) {
	known := map[string]bool{}
	for _, s := range secrets() {
		known[s.Env] = true
	}
	files := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		files++
		for _, m := range soundsSecret.FindAllStringSubmatch(string(text), -1) {
			if !known[m[1]] && notSecret[m[1]] == "" {
				t.Errorf("%s: %s is no secret of a table, and has no _FILE form", path, m[1])
			}
		}
		return err
	})
	if err != nil || files < 100 {
		t.Errorf("looked at %d files: %v", files, err)
	}
}
