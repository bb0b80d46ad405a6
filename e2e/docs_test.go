package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/testkit"
)

// block is one fenced block of a page: `sh` is run, `output` must be part of
// what the block before it printed, `yaml FILE`, `python FILE` and `go FILE`
// are written to the file first. Other languages are for reading.
type block struct{ language, file, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]+)(?: ([^\n]+))?\n(.*?)^```$")

func blocks(page string) []block {
	var all []block
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		all = append(all, block{m[1], strings.TrimSpace(m[2]), m[3]})
	}
	return all
}

// Every command of the documentation is run, in the order of its page, against
// a server of its own, and prints what the page says it prints.
func TestTheDocumentationIsTrue(t *testing.T) {
	pages, err := filepath.Glob("../docs/guides/*.md")
	if err != nil || len(pages) < 5 {
		t.Fatalf("%d guides, %v", len(pages), err)
	}
	for _, page := range append(pages, "../docs/quickstart.md") {
		t.Run(filepath.Base(page), func(t *testing.T) { runPage(t, page) })
	}
}

// startedWith are the variables of pages whose server takes some, as they say.
var startedWith = map[string][]string{
	"webhooks.md": {"BURGEE_SECRET_KEY=" + testkit.SecretKey, "BURGEE_OUTBOUND_ALLOW=127.0.0.1"},
}

func runPage(t *testing.T, page string) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{data: filepath.Join(t.TempDir(), "data"), addr: freeAddress(t), env: startedWith[filepath.Base(page)]}
	s.url = "http://" + s.addr
	s.start(t)
	folder := t.TempDir()
	env := pageEnvironment(t, s)
	var printed string
	commands := 0
	for _, b := range blocks(string(text)) {
		switch {
		case b.language == "sh":
			printed = shell(t, folder, env, b.text)
			commands++
		case b.language == "output":
			for line := range strings.Lines(b.text) {
				if !strings.Contains(printed, strings.TrimSpace(line)) {
					t.Errorf("the page promises the line %q, but the command printed:\n%s", strings.TrimSpace(line), printed)
				}
			}
		case b.file != "":
			if err := os.WriteFile(filepath.Join(folder, b.file), []byte(b.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if commands == 0 {
		t.Error("the page has no command to run")
	}
}

// pageEnvironment is what the pages take for granted: burgee on the path, a
// running server, its keys, and a Python that finds the SDK and Flask.
func pageEnvironment(t *testing.T, s *server) []string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	interpreter, pythonEnv := python(t)
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	if resolved, err := exec.LookPath(interpreter); err == nil {
		interpreter = resolved
	}
	for name, target := range map[string]string{"burgee": path} {
		if err := os.Symlink(target, filepath.Join(tools, name)); err != nil {
			t.Fatal(err)
		}
	}
	return append(os.Environ(), append(pythonEnv,
		"PATH="+tools+":"+filepath.Dir(interpreter)+":"+os.Getenv("PATH"),
		"BURGEE_URL="+s.url, "BURGEE_DATA="+s.data, "BURGEE_TOKEN="+apiToken, "BURGEE_KEY="+serverKey, "SERVER_KEY="+serverKey, "CLIENT_KEY="+clientKey,
		"BURGEE_SOURCE="+root, "BURGEE_CACHE_DIR="+t.TempDir())...)
}

func shell(t *testing.T, folder string, env []string, script string) string {
	t.Helper()
	command := exec.Command("bash", "-euo", "pipefail", "-c", script)
	command.Dir, command.Env = folder, env
	var out, errText bytes.Buffer
	command.Stdout, command.Stderr = &out, &errText
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s%s", err, script, out.Bytes(), errText.Bytes())
	}
	return out.String() + errText.String()
}
