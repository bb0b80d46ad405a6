package downloads

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheFilesAreServedWithAValidator(t *testing.T) {
	h := handler(t, fstest.MapFS{
		"burgee-0.1.0-py3-none-any.whl":          {Data: []byte("wheel")},
		"go/burgee.dev/burgee/sdk/@v/list":       {Data: []byte("v0.1.0\n")},
		"go/burgee.dev/burgee/sdk/@latest":       {Data: []byte("{}")},
		"go/burgee.dev/burgee/sdk/@v/v0.1.0.zip": {Data: []byte("PK")},
	})
	if h.Python() != "/downloads/burgee-0.1.0-py3-none-any.whl" || h.Go() != "/downloads/go" || h.Hint() != "" {
		t.Errorf("got %q %q %q", h.Python(), h.Go(), h.Hint())
	}
	for path, want := range map[string]string{
		h.Python(): "application/octet-stream",
		"/downloads/go/burgee.dev/burgee/sdk/@v/list":       "text/plain; charset=utf-8",
		"/downloads/go/burgee.dev/burgee/sdk/@latest":       "application/json",
		"/downloads/go/burgee.dev/burgee/sdk/@v/v0.1.0.zip": "application/zip",
	} {
		rec := ask(h, http.MethodGet, path, "")
		if rec.Code != 200 || rec.Header().Get("Content-Type") != want || rec.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Header().Get("Content-Type"))
		}
		if again := ask(h, http.MethodGet, path, rec.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s with its ETag: %d, want 304", path, again.Code)
		}
	}
	if rec := ask(h, http.MethodGet, "/downloads/go/burgee.dev/burgee/@v/list", ""); rec.Code != 404 || !strings.Contains(rec.Body.String(), "for GOPROXY, /downloads/go") {
		t.Errorf("another module: %d %s", rec.Code, rec.Body)
	}
	if rec := ask(h, http.MethodPost, h.Python(), ""); rec.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", rec.Code)
	}
}

func TestABinaryWithoutTheSDKsSaysHowToBuildThem(t *testing.T) {
	h := handler(t, fstest.MapFS{})
	rec := ask(h, http.MethodGet, "/downloads/burgee-0.1.0-py3-none-any.whl", "")
	if rec.Code != 404 || !strings.Contains(rec.Body.String(), "make build") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// The real go command installs the real SDK from what pack made, with no other
// proxy, sum database or version control.
func TestTheGoCommandInstallsTheSDKFromThePackedProxy(t *testing.T) {
	out := t.TempDir()
	packSDK(t, out)
	again := t.TempDir()
	packSDK(t, again)
	zip := "go/burgee.dev/burgee/sdk/@v/v0.1.0.zip"
	one, two := read(t, filepath.Join(out, zip)), read(t, filepath.Join(again, zip))
	if one != two {
		t.Error("packing twice gave different bytes")
	}
	mux := http.NewServeMux()
	mux.Handle(Prefix, handler(t, os.DirFS(out)))
	server := httptest.NewServer(mux)
	defer server.Close()

	program := t.TempDir()
	write(t, filepath.Join(program, "go.mod"), "module example.com/program\n\ngo 1.26\n")
	write(t, filepath.Join(program, "main.go"),
		"package main\n\nimport \"burgee.dev/burgee/sdk/ruleset\"\n\nfunc main() { println(ruleset.Header{Project: \"default\"}.Project) }\n")
	for _, args := range [][]string{{"get", "burgee.dev/burgee/sdk@latest"}, {"run", "."}} {
		command := exec.Command("go", args...)
		command.Dir = program
		command.Env = append(os.Environ(), "GOPROXY="+server.URL+"/downloads/go", "GONOSUMDB=burgee.dev", "GOFLAGS=-modcacherw -trimpath", // as make test compiles
			"GOMODCACHE="+filepath.Join(program, "modcache"), "GOTOOLCHAIN=local", "GOWORK=off")
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, output)
		}
	}
}

func packSDK(t *testing.T, out string) {
	t.Helper()
	command := exec.Command("go", "run", "./internal/downloads/pack", "-version", "v0.1.0", "-module", "sdk", "-out", filepath.Join(out, "go"))
	command.Dir = "../.."
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("pack: %v\n%s", err, output)
	}
}

func handler(t *testing.T, root fs.FS) *Handler {
	t.Helper()
	h, err := New(root)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func ask(h http.Handler, method, path, etag string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
