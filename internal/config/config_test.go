package config

import (
	"encoding/base64"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const referenceFile = "../../docs/reference/config.md"

func TestTheReferencePageIsTheTable(t *testing.T) {
	got := Reference()
	if *update {
		if err := os.WriteFile(referenceFile, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/reference/config.md is old; run `make golden`:\n%s", diff)
	}
}

func TestTheAddressShownIsOneThatABrowserCanOpen(t *testing.T) {
	for _, tc := range []struct{ listens, public, cert, want string }{
		{"127.0.0.1:7878", "", "", "http://127.0.0.1:7878"},
		{"0.0.0.0:80", "", "", "http://127.0.0.1:80"},
		{":9000", "", "", "http://127.0.0.1:9000"},
		{"[::]:443", "", "c.pem", "https://127.0.0.1:443"},
		{"[::1]:7878", "", "", "http://[::1]:7878"},
		{"flags.corp.example:80", "", "", "http://flags.corp.example:80"},
		{"0.0.0.0:80", "https://flags.example.com", "", "https://flags.example.com"},
	} {
		if got := (&Config{PublicURL: tc.public, TLSCert: tc.cert}).BaseURL(tc.listens); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.listens, got, tc.want)
		}
	}
}

func TestWithoutSettingsTheDefaultsHold(t *testing.T) {
	c, err := Load(Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:7878" || c.Data != "./data" || c.OpsAddr != "127.0.0.1:7879" || c.LogLevel != slog.LevelInfo || c.TLS() || c.AllowHTTP {
		t.Errorf("got %+v", c)
	}
}

func TestFlagsGoBeforeTheEnvironmentBeforeTheFileBeforeDefaults(t *testing.T) {
	file := write(t, "burgee.yaml", "addr: 127.0.0.1:1\nlog-level: warn\nlog-format: json\ntrusted-proxies: [10.0.0.0/8, 192.0.2.7]\nallow-http: true\n")
	c, err := Load(Sources{
		File:    file,
		Environ: []string{"BURGEE_ADDR=127.0.0.1:2", "BURGEE_LOG_LEVEL=error", "PATH=/bin", "BURGEE_URL=http://elsewhere"},
		Flags:   map[string]string{"addr": "127.0.0.1:3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:3" || c.LogLevel != slog.LevelError || c.LogFormat != "json" || len(c.TrustedProxies) != 2 || !c.AllowHTTP {
		t.Errorf("got %+v", c)
	}
	var out strings.Builder
	if err := c.Print(&out); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`addr                        "127.0.0.1:3"                    flag`, `log-level                   "error"                          environment`, `log-format                  "json"                           ` + file} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("no line %q in\n%s", line, out.String())
		}
	}
}

func TestWhatKubernetesAndTheSDKsSetIsNotTakenForASetting(t *testing.T) {
	_, err := Load(Sources{Environ: []string{
		"BURGEE_PORT=tcp://10.0.0.1:7878", "BURGEE_PORT_7878_TCP_ADDR=10.0.0.1", "BURGEE_SERVICE_HOST=10.0.0.1",
		"BURGEE_KEY=bgs_x", "BURGEE_OVERRIDES={}", "BURGEE_CACHE_DIR=off", "BURGEE_BUNDLE=b.ndjson", "BURGEE_VERIFY_KEYS=a,b",
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestASecretComesFromItsFileAndIsNeverShown(t *testing.T) {
	token := "bgp_" + strings.Repeat("a", 40)
	c, err := Load(Sources{Environ: []string{"BURGEE_INIT_TOKEN_FILE=" + write(t, "token", token+"\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Init.Token != token || !c.Init.Given() {
		t.Errorf("token %q", c.Init.Token)
	}
	var out strings.Builder
	if err := c.Print(&out); err != nil || strings.Contains(out.String(), token) {
		t.Errorf("%v; the token is shown in\n%s", err, out.String())
	}
}

func TestAWrongSettingSaysWhichAndWhatToDo(t *testing.T) {
	secret := "bgp_" + strings.Repeat("s", 32)
	for name, tc := range map[string]struct {
		src  Sources
		want string
	}{
		"an unknown variable":               {Sources{Environ: []string{"BURGEE_ADRR=:1"}}, "BURGEE_ADRR is no setting of Burgee"},
		"a _FILE of what is no secret":      {Sources{Environ: []string{"BURGEE_ADDR_FILE=/x"}}, "BURGEE_ADDR_FILE is no setting"},
		"an unknown flag":                   {Sources{Flags: map[string]string{"adrr": ":1"}}, "--adrr is no setting"},
		"an unknown key in the file":        {Sources{File: write(t, "a.yaml", "adrr: x\n")}, "adrr is no setting; there are addr, data"},
		"a file that is no YAML":            {Sources{File: write(t, "b.yaml", "a: [\n")}, "is not valid YAML"},
		"a file that is absent":             {Sources{File: "/nowhere/burgee.yaml"}, "cannot be read"},
		"an address without port":           {Sources{Flags: map[string]string{"addr": "localhost"}}, `--addr "localhost" is no address; write host:port`},
		"a port too high":                   {Sources{Environ: []string{"BURGEE_ADDR=:70000"}}, "BURGEE_ADDR"},
		"a public address with a path":      {Sources{Flags: map[string]string{"public-url": "https://a.example/b"}}, "has a path"},
		"a public address without scheme":   {Sources{Flags: map[string]string{"public-url": "a.example"}}, "write https://flags.example.com"},
		"a proxy that is no address":        {Sources{Flags: map[string]string{"trusted-proxies": "10.0.0.0/8, proxy"}}, `"proxy" is neither an address nor a network`},
		"a level that is none":              {Sources{Flags: map[string]string{"log-level": "loud"}}, "choose debug, info, warn or error"},
		"a format that is none":             {Sources{Flags: map[string]string{"log-format": "xml"}}, "choose text or json"},
		"a certificate without its key":     {Sources{Flags: map[string]string{"tls-cert": "c.pem"}}, "--tls-cert and --tls-key go together"},
		"an owner without password":         {Sources{Environ: []string{"BURGEE_INIT_OWNER_EMAIL=a@b.example"}}, "go together"},
		"a token with another prefix":       {Sources{Environ: []string{"BURGEE_INIT_TOKEN=bgs_" + strings.Repeat("a", 40)}}, "make one with `burgee key generate token`"},
		"a server key that is too short":    {Sources{Environ: []string{"BURGEE_INIT_SERVER_KEY=bgs_abc"}}, "make one with `burgee key generate server`"},
		"a secret given in both forms":      {Sources{Environ: []string{"BURGEE_INIT_TOKEN=" + secret, "BURGEE_INIT_TOKEN_FILE=/x"}}, "both set; keep one"},
		"a secret's file that is not there": {Sources{Environ: []string{"BURGEE_INIT_TOKEN_FILE=/nowhere/token"}}, "does not exist"},
		"a secret's file without an end":    {Sources{Environ: []string{"BURGEE_INIT_TOKEN_FILE=/dev/zero"}}, "larger than a secret can be"},
		"a secret's file that is empty":     {Sources{Environ: []string{"BURGEE_INIT_TOKEN_FILE=/dev/null"}}, "/dev/null is empty"},
		"a secret key that is a password":   {Sources{Environ: []string{"BURGEE_SECRET_KEY=" + secret}}, "BURGEE_SECRET_KEY is malformed: it takes 32 random bytes in base64, which are 44 characters; make one with `burgee secret-key new`"},
		"a file with a password as key":     {Sources{Environ: []string{"BURGEE_SECRET_KEY_FILE=" + write(t, "key", secret+"\n")}}, "BURGEE_SECRET_KEY_FILE is malformed"},
		"backups too often":                 {Sources{Flags: map[string]string{"backup-every": "1ms"}}, "write 24h or 30m"},
		"backups every day, in words":       {Sources{Environ: []string{"BURGEE_BACKUP_EVERY=daily"}}, "write 24h or 30m"},
		"no backup to keep":                 {Sources{Flags: map[string]string{"backup-keep": "0"}}, "at least 1"},
		"a data folder without a name":      {Sources{Flags: map[string]string{"data": ""}}, "--data is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(tc.src)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want …%s…", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error("the error repeats the secret")
			}
		})
	}
}

func TestASecretKeyIsReadAloneAndNeverPrinted(t *testing.T) {
	text := base64.StdEncoding.EncodeToString([]byte("12345678901234567890123456789012"))
	environ := []string{"BURGEE_NEW_SECRET_KEY_FILE=" + write(t, "key", text+"\n"), "BURGEE_SECRET_KEY=", "BURGEE_ADRR=no setting"}
	next, err := SecretKey(environ, "BURGEE_NEW_SECRET_KEY")
	if err != nil || next.IsZero() {
		t.Errorf("from its file: %v, %v", next.Fingerprint(), err)
	}
	if old, err := SecretKey(environ, "BURGEE_SECRET_KEY"); err != nil || !old.IsZero() {
		t.Errorf("an empty variable: %v, %v", old.Fingerprint(), err)
	}
	for _, wrong := range []string{"BURGEE_SECRET_KEY=" + text[1:], "BURGEE_SECRET_KEY_FILE=/nowhere/key"} {
		name, value, _ := strings.Cut(wrong, "=")
		_, err := SecretKey([]string{wrong}, "BURGEE_SECRET_KEY")
		if err == nil || !strings.HasPrefix(err.Error(), name) || strings.Contains(err.Error(), text[1:]) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	c, err := Load(Sources{Environ: []string{"BURGEE_SECRET_KEY=" + text, "BURGEE_NEW_SECRET_KEY=" + text}})
	if err != nil || c.SecretKey.Fingerprint() != next.Fingerprint() {
		t.Fatalf("%v", err)
	}
	if printed := fmt.Sprintf("%+v %#v", c, c); strings.Contains(printed, text) || strings.Contains(printed, "1234567") {
		t.Errorf("the key is in %s", printed)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
