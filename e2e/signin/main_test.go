package signin

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/testkit/loopback"
)

const (
	token    = "bgp_signin000000000000000000000000000000000000"
	owner    = "ann@example.test"
	password = "correct horse battery"
	// what provider/main.go has
	providerPassword = "provider's password"
	clientSecret     = "a secret: +/%"
)

// burgeeBinary is the Burgee to test.
func burgeeBinary(t *testing.T) string {
	t.Helper()
	if given := os.Getenv("BURGEE_BINARY"); given != "" {
		return given
	}
	built, err := filepath.Abs("../../bin/burgee")
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// firm is a server, and a provider of sign-in that knows it.
type firm struct {
	t      *testing.T
	url    string // of the server
	issuer string
}

// open starts both, each a process of its own.
func open(t *testing.T) *firm {
	t.Helper()
	address := freeAddress(t)
	f := &firm{t: t, url: "http://" + address}
	f.issuer = startProvider(t, f.url+"/signin/callback")
	key, err := exec.Command(burgeeBinary(t), "secret-key", "new").Output()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	server := exec.Command(burgeeBinary(t), "serve", "--addr", address, "--data", t.TempDir(), "--ops-addr", "", "--outbound-allow", "127.0.0.1")
	server.Env = []string{"BURGEE_INIT_TOKEN=" + token, "BURGEE_INIT_OWNER_EMAIL=" + owner, "BURGEE_INIT_OWNER_PASSWORD=" + password,
		"BURGEE_SECRET_KEY=" + strings.TrimSpace(string(key))}
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("the server printed\n%s", log.Bytes())
		}
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if response, err := http.Get(f.url + "/readyz"); err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return f
			}
		}
		if time.Now().After(end) {
			t.Fatal("the server is not ready")
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	address, err := loopback.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// startProvider builds and starts the provider and returns its issuer. It ends with
// the test.
func startProvider(t *testing.T, redirect string) string {
	t.Helper()
	built := filepath.Join(t.TempDir(), "provider")
	if out, err := exec.Command("go", "build", "-o", built, "./provider").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	provider := exec.Command(built, redirect)
	provider.Stderr = os.Stderr
	stdin, err := provider.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := provider.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = provider.Wait()
	})
	issuer, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(issuer)
}

// groups says at the provider in which groups somebody is.
func (f *firm) groups(user, groups string) {
	f.t.Helper()
	request, err := http.NewRequest(http.MethodPut, f.issuer+"/groups?"+url.Values{"user": {user}, "groups": {groups}}.Encode(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		f.t.Fatalf("groups: %d", response.StatusCode)
	}
}

// burgee runs a command with the owner's token, which ends as expected, and returns
// what it printed.
func (f *firm) burgee(code int, input string, args ...string) string {
	f.t.Helper()
	command := exec.Command(burgeeBinary(f.t), args...)
	command.Env = []string{"BURGEE_URL=" + f.url, "BURGEE_TOKEN=" + token}
	command.Stdin = strings.NewReader(input)
	out, err := command.CombinedOutput()
	if got := command.ProcessState.ExitCode(); got != code {
		f.t.Fatalf("burgee %s: exit code %d, want %d: %v\n%s", strings.Join(args, " "), got, code, err, out)
	}
	return string(out)
}

// browser keeps cookies, and goes where it is sent.
func browser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}

type obj = map[string]any

// ask sends a request to the API from a browser, which gets the status.
func (f *firm) ask(status int, from *http.Client, method, path string, body any) (answer obj) {
	f.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		f.t.Fatal(err)
	}
	request, err := http.NewRequest(method, f.url+"/api/v1"+path, bytes.NewReader(text))
	if err != nil {
		f.t.Fatal(err)
	}
	if body == nil {
		request.Body = http.NoBody
		request.ContentLength = 0
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := from.Do(request)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if response.StatusCode != status {
		f.t.Fatalf("%s %s: %d, want %d\n%s", method, path, response.StatusCode, status, raw)
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			f.t.Fatalf("%v in %s", err, raw)
		}
	}
	return answer
}

func fieldOf(answer obj, name string) string { return fmt.Sprint(answer[name]) }
