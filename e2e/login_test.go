package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// printing is a command that runs, with what it has printed.
type printing struct {
	cmd *exec.Cmd
	mu  sync.Mutex // guards out
	out bytes.Buffer
}

func (s *printing) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(b)
}

func (s *printing) printed() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// signIn is a browser in which somebody is signed in who owns the server.
func (s *server) signIn(t *testing.T, email string) func(path string, body map[string]string) (int, map[string]any) {
	t.Helper()
	link := s.burgee(t, "", "member", "invite", email, "owner")
	_, secret, _ := strings.Cut(strings.TrimSpace(link), "#t=")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Timeout: time.Minute}
	ask := func(path string, body map[string]string) (int, map[string]any) {
		t.Helper()
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequest(http.MethodPost, s.url+"/api/v1"+path, bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Origin", s.url)
		response, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		var answer map[string]any
		_ = json.NewDecoder(response.Body).Decode(&answer) // 204 has none
		return response.StatusCode, answer
	}
	if status, answer := ask("/links/use", map[string]string{"token": secret, "password": "a long enough password"}); status != http.StatusCreated {
		t.Fatalf("the invitation: %d %v", status, answer)
	}
	return ask
}

func TestACommandLineIsSignedInByAPersonInABrowser(t *testing.T) {
	s := startServer(t)
	ask := s.signIn(t, "ann@example.com")
	home := t.TempDir()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	own := func(args ...string) *exec.Cmd {
		cmd := exec.Command(path, args...)
		cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "BURGEE_URL=", "BURGEE_TOKEN=")
		return cmd
	}
	login := &printing{cmd: own("login", s.url)}
	login.cmd.Stdout, login.cmd.Stderr = login, login
	if err := login.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	code := ""
	for end := time.Now().Add(time.Minute); code == ""; time.Sleep(20 * time.Millisecond) {
		if found := regexp.MustCompile(`shows the code ([A-Z]{4}-[A-Z]{4})`).FindStringSubmatch(login.printed()); found != nil {
			code = found[1]
		} else if time.Now().After(end) {
			t.Fatalf("no code: %s", login.printed())
		}
	}
	if !strings.Contains(login.printed(), "/cli-login#code="+code) {
		t.Errorf("no address with the code: %s", login.printed())
	}
	if status, answer := ask("/logins/read", map[string]string{"code": strings.ToLower(strings.ReplaceAll(code, "-", " "))}); status != 200 || answer["machine"] == "" || answer["address"] != "127.0.0.1" {
		t.Fatalf("read: %d %v", status, answer)
	}
	if status, _ := ask("/logins/approve", map[string]string{"code": "BCDF-GHJK"}); status != 404 {
		t.Errorf("another code: %d", status)
	}
	if status, answer := ask("/logins/approve", map[string]string{"code": code}); status != 204 {
		t.Fatalf("approve: %d %v", status, answer)
	}
	if status, _ := ask("/logins/approve", map[string]string{"code": code}); status != 404 {
		t.Errorf("a code counts twice: %d", status)
	}
	if err := login.cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, login.printed())
	}
	if !strings.Contains(login.printed(), "as ann@example.com until ") || strings.Contains(login.printed(), "bgp_") {
		t.Errorf("printed %s", login.printed())
	}
	file := filepath.Join(home, "burgee", "logins.json")
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info, err)
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`bgp_[A-Za-z0-9_-]+`).FindString(string(kept))
	if token == "" || strings.Contains(s.output(), token) {
		t.Errorf("the token %q, in the server's log: %v", token, strings.Contains(s.output(), token))
	}

	for _, args := range [][]string{{"whoami"}, {"flag", "create", "pay.api", "--type", "boolean"}} { // the server is remembered
		if out, err := own(args...).CombinedOutput(); err != nil {
			t.Fatalf("burgee %v: %v\n%s", args, err, out)
		}
	}
	if history := s.burgee(t, "", "history", "--kind", "token"); !strings.Contains(history, "burgee login on ") || !strings.Contains(history, "ann@example.com") {
		t.Errorf("the record says\n%s", history)
	}
	if out, err := own("logout").CombinedOutput(); err != nil {
		t.Fatalf("logout: %v\n%s", err, out)
	}
	if list := s.burgee(t, "", "token", "list"); strings.Contains(list, "burgee login on") {
		t.Errorf("the token is still there:\n%s", list)
	}
	if err := own("whoami").Run(); err == nil {
		t.Error("the machine is still signed in")
	}
}

func TestALoginThatIsRefusedSignsNobodyIn(t *testing.T) {
	s := startServer(t)
	ask := s.signIn(t, "ann@example.com")
	_, started := ask("/logins", map[string]string{"machine": "laptop"})
	secret, code := started["secret"].(string), started["code"].(string)
	if status, answer := ask("/logins/token", map[string]string{"secret": secret}); status != 409 || answer["code"] != "login_waits" {
		t.Errorf("before: %d %v", status, answer)
	}
	if status, _ := ask("/logins/refuse", map[string]string{"code": code}); status != 204 {
		t.Errorf("refuse: %d", status)
	}
	if status, answer := ask("/logins/token", map[string]string{"secret": secret}); status != 404 {
		t.Errorf("after: %d %v", status, answer)
	}
	if status, _ := ask("/logins", map[string]string{"machine": "lap\u202etop"}); status != 422 && status != 400 {
		t.Errorf("a name that deceives: %d", status)
	}
}
