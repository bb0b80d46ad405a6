package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

// The Python program of testdata/watch.py prints a line for each change of
// what it serves; this is what a real process sees of its server's life.
func TestAPythonProgramOutlivesItsServer(t *testing.T) {
	s := startServer(t)
	s.apply(t, `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"type":"string","variations":[{"id":"a","value":"first"},{"id":"b","value":"second"}],"environments":{"production":{"default":"a"}}}}}`)
	path, env := python(t)
	env = append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url)

	live := start(t, env, path, "testdata/watch.py", "Flags.day")
	until(t, "the first value", time.Minute, func() bool { return strings.Contains(live.output(), "serves first") })
	s.kill()
	until(t, "the program to notice", time.Minute, func() bool { return strings.Contains(live.output(), "stale") })

	absent := start(t, env, path, "testdata/watch.py", "Flags.day")
	until(t, "the program that starts without a server", time.Minute, func() bool { return strings.Contains(absent.output(), "set-up took") })
	took := setupTime(t, absent.output())
	if took > 12*time.Second {
		t.Errorf("set-up took %v without a server; its timeout is 2 s", took)
	}
	until(t, "the default in the code", time.Minute, func() bool { return strings.Contains(absent.output(), "serves code default") })
	if strings.Contains(live.output(), "serves code default") {
		t.Error("the running program lost its last value")
	}

	s.start(t)
	s.apply(t, `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"environments":{"production":{"default":"b"}}}}}`)
	for _, p := range []*process{live, absent} {
		until(t, "both programs to catch up", 2*time.Minute, func() bool { return strings.Contains(p.output(), "serves second") })
	}
	for _, p := range []*process{live, absent} {
		stopped := time.Now()
		_ = p.cmd.Process.Signal(os.Interrupt)
		<-p.done
		if took := time.Since(stopped); took > 20*time.Second {
			t.Errorf("the program took %v to end", took)
		}
	}
}

// The stored configuration is one file for both languages: what either stored,
// the other starts with while the server is away. A bundle is the same bytes.
func TestGoAndPythonShareTheStoredConfiguration(t *testing.T) {
	s := startServer(t)
	document := func(serves string) string {
		return `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"type":"string","variations":[{"id":"a","value":"first"},{"id":"b","value":"second"}],"environments":{"production":{"default":"` + serves + `"}}}}}`
	}
	s.apply(t, document("a"))
	folder := t.TempDir()
	path, env := python(t)
	env = append(env, "BURGEE_URL="+s.url, "BURGEE_CACHE_DIR="+folder)

	program := start(t, append(env, "BURGEE_KEY="+serverKey), path, "testdata/watch.py", "Flags.day")
	until(t, "the program's first value", 20*time.Second, func() bool { return strings.Contains(program.output(), "serves first") })
	_ = program.cmd.Process.Signal(os.Interrupt)
	<-program.done
	s.kill()
	client := sharing(t, s, folder)
	if got, source := client.String(t.Context(), "Flags.day", "code default"), client.Status().Source; got != "first" || source != "disk" {
		t.Errorf("Go serves %q from %q; Python had stored first", got, source)
	}
	_ = client.Close()

	s.start(t)
	s.apply(t, document("b"))
	client = sharing(t, s, folder)
	until(t, "the second value in Go", 20*time.Second, func() bool { return client.String(t.Context(), "Flags.day", "") == "second" })
	_ = client.Close()
	bundle := filepath.Join(t.TempDir(), "bundle.ndjson")
	if err := os.WriteFile(bundle, []byte(s.burgee(t, "", "export", "--snapshot", "--environment", "production")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.kill()
	for name, own := range map[string][]string{
		"what Go stored":         {"BURGEE_KEY=" + serverKey},
		"a bundle without a key": {"BURGEE_KEY=", "BURGEE_BUNDLE=" + bundle},
	} {
		command := exec.Command(path, "testdata/watch.py", "Flags.day", "once")
		command.Env = append(os.Environ(), append(env, own...)...)
		out, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "serves second, stale") {
			t.Errorf("Python with %s: %v\n%s", name, err, out)
		}
	}
	if entries, err := filepath.Glob(filepath.Join(folder, "*.ndjson")); err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// The real server sends a Python program what differs, signed where it signs,
// and what the program has then is what a whole snapshot says. A program that
// starts again goes on from its stored configuration.
func TestAPythonProgramFollowsByDeltas(t *testing.T) {
	s := startServer(t)
	document := `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"type":"string","variations":[{"id":"a","value":"first"},{"id":"b","value":"second"}],"environments":{"production":{"default":"%s"}}},"Flags.night":{"type":"boolean","environments":{"production":{"default":false}}}}}`
	s.apply(t, fmt.Sprintf(document, "a"))
	path, env := python(t)
	env = append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url, "BURGEE_CACHE_DIR="+t.TempDir())
	follow := func() *process { return start(t, env, path, "testdata/follow.py") }

	program := follow()
	until(t, "the whole snapshot", 20*time.Second, func() bool { return strings.Contains(program.output(), "full "+s.newest(t)) })
	for n := range 6 {
		s.apply(t, fmt.Sprintf(document, []string{"b", "a"}[n%2]))
		until(t, "a delta", 20*time.Second, func() bool { return strings.Contains(program.output(), "delta "+s.newest(t)) })
	}
	_ = program.cmd.Process.Signal(os.Interrupt)
	<-program.done
	if got := strings.Count(program.output(), "full "); got != 1 || strings.Contains(program.output(), "did not fit") {
		t.Errorf("%d whole snapshots:\n%s", got, program.output())
	}
	s.apply(t, fmt.Sprintf(document, "b"))
	program = follow()
	until(t, "what was missed", 20*time.Second, func() bool { return strings.Contains(program.output(), "delta "+s.newest(t)) })
	if strings.Contains(program.output(), "full ") {
		t.Errorf("a program that had almost all was sent all:\n%s", program.output())
	}
}

// newest is the id of the newest revision of production.
func (s *server) newest(t *testing.T) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/sdk/v1/snapshot", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+serverKey)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	return strings.Trim(response.Header.Get("ETag"), `"`)
}

// A Python program reports which revision it has taken, and which flags are
// overridden in it, also when it evaluates nothing else.
func TestAPythonProgramReportsWhatItHasTaken(t *testing.T) {
	s := startServer(t)
	document := `{"apiVersion":"burgee/v1","project":"default","flags":{"Flags.day":{"type":"string","variations":[{"id":"a","value":"first"},{"id":"b","value":"second"}],"environments":{"production":{"default":"%s"}}}}}`
	s.apply(t, fmt.Sprintf(document, "a"))
	path, env := python(t)
	overrides := filepath.Join(t.TempDir(), "overrides.json")
	program := start(t, append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url, "BURGEE_OVERRIDES="+overrides), path, "testdata/watch.py", "Flags.day")
	until(t, "the first value", 20*time.Second, func() bool { return strings.Contains(program.output(), "serves first") })
	revision := s.apply(t, fmt.Sprintf(document, "b"))["production"]
	until(t, "the second value", 20*time.Second, func() bool { return strings.Contains(program.output(), "serves second") })
	var receipt struct {
		State             string
		Expected, Applied int
	}
	until(t, "the receipt", 20*time.Second, func() bool {
		s.must(t, http.MethodGet, fmt.Sprintf("/api/v1/projects/default/environments/production/revisions/%d/receipts", revision), nil, &receipt)
		return receipt.State == "applied"
	})
	if receipt.Expected != 1 || receipt.Applied != 1 {
		t.Errorf("%d of %d instances have it", receipt.Applied, receipt.Expected)
	}
	if err := os.WriteFile(overrides, []byte(`{"Flags.day":"third"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the overridden value", 20*time.Second, func() bool { return strings.Contains(program.output(), "serves third") })
	var flag struct {
		Overridden map[string]struct{ Instances int }
	}
	until(t, "the server to know of it", 20*time.Second, func() bool {
		s.must(t, http.MethodGet, "/api/v1/projects/default/flags/Flags.day", nil, &flag)
		return flag.Overridden["production"].Instances == 1
	})
	if !strings.Contains(program.output(), "Flags.day do not follow the server") {
		t.Errorf("the log does not say it:\n%s", program.output())
	}
}

// sharing is a Go client that stores in a folder; it has what is stored there.
func sharing(t *testing.T, s *server, folder string) *burgee.Client {
	t.Helper()
	client, err := burgee.New(burgee.Options{Key: serverKey, URL: s.url, CacheDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return client
}

func setupTime(t *testing.T, output string) time.Duration {
	t.Helper()
	found := regexp.MustCompile(`set-up took ([0-9.]+s)`).FindStringSubmatch(output)
	if found == nil {
		t.Fatalf("no time in %q", output)
	}
	took, err := time.ParseDuration(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return took
}

// Keys as a new user gets them wrong, against the real server: each is said in
// the log with what to do, and the program goes on with its code defaults.
func TestWrongKeysAreExplained(t *testing.T) {
	s := startServer(t)
	path, env := python(t)
	for name, c := range map[string]struct{ key, words string }{
		"another server's key": {"bgs_ffffffffffffffffffffffffffffffffffffffff", "refused the key"},
		"a malformed key":      {"abc", "not a Burgee key"},
		"a placeholder":        {"<your-server-key>", "not a Burgee key"},
		"a client key":         {clientKey, "client key"},
		"no key":               {"", "offline"},
	} {
		t.Run(name, func(t *testing.T) {
			command := exec.Command(path, "testdata/watch.py", "Flags.day", "once")
			command.Env = append(os.Environ(), append(env, "BURGEE_KEY="+c.key, "BURGEE_URL="+s.url)...)
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if !strings.Contains(string(out), c.words) || !strings.Contains(string(out), "serves code default") {
				t.Errorf("want %q and the code default, got\n%s", c.words, out)
			}
			scanner := bufio.NewScanner(strings.NewReader(string(out)))
			for scanner.Scan() {
				if len(c.key) > 20 && strings.Contains(scanner.Text(), c.key) {
					t.Errorf("the key stands in the log: %s", scanner.Text())
				}
			}
		})
	}
}
