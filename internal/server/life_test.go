package server_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/testkit"
)

func TestEveryAnswerOfTheManagementAPIIsGuarded(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	a := s.Want(200, "GET", project+"/flags", nil)
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if a.Header.Get(name) != want {
			t.Errorf("%s: %q", name, a.Header.Get(name))
		}
	}
	page := s.Do(testkit.Request{Method: "GET", Path: "/p/default/e/production/flags/Flags.isHoliday", As: "-"})
	if page.Status != 200 || !strings.Contains(page.Header.Get("Content-Security-Policy"), "script-src 'self'") || !strings.Contains(string(page.Body), "<!doctype html>") {
		t.Errorf("page: %d %v", page.Status, page.Header)
	}
	for path, code := range map[string]string{"/api/v1/nothing": "no_such_path", "/api/v2/session": "no_such_path"} {
		if a := s.Do(testkit.Request{Method: "GET", Path: path}); a.Status != 404 || a.At("code") != code {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if a := s.Do(testkit.Request{Method: "PUT", Path: "/api/v1/session"}); a.Status != 405 || a.Header.Get("Allow") == "" {
		t.Errorf("a wrong method: %d %v", a.Status, a.Header)
	}
	if a := s.Do(testkit.Request{Method: "POST", Path: project + "/flags", Body: `{"key":"` + strings.Repeat("x", 1<<20) + `"}`}); a.Status != 413 {
		t.Errorf("a body over 1 MB: %d %s", a.Status, a.Body)
	}
	for lines, status := range map[int]int{1 << 21: 200, 9 << 20: 413} {
		text := "apiVersion: burgee/v1\nproject: default\n" + strings.Repeat("# what a large project exports is taken back\n", lines/46)
		if a := s.Do(testkit.Request{Method: "POST", Path: project + "/apply", Body: obj{"text": text}}); a.Status != status {
			t.Errorf("a file of %d bytes: %d %s", len(text), a.Status, a.Body)
		}
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/downloads/burgee-0.1.0-py3-none-any.whl", As: "-"}); a.Status != 404 || !strings.Contains(string(a.Body), "make build") {
		t.Errorf("downloads: %d %s", a.Status, a.Body)
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/api/openapi.json", As: "-"}); a.Status != 200 || a.At("openapi") != "3.1.0" {
		t.Errorf("openapi: %d", a.Status)
	}
}

func TestAStopTellsTheStreamsAndLosesNothing(t *testing.T) {
	s := testkit.Start(t, testkit.Options{})
	program := s.Stream("/sdk/v1/stream", testkit.ServerKey, nil)
	program.Next(t, "configuration", func(testkit.Event) bool { return true })
	live := s.Stream(project+"/live", testkit.Token, nil)
	if a := s.Do(testkit.Request{Method: "GET", Path: "/readyz", As: "-"}); a.Status != 200 || a.At("environments.1.environment") != "production" {
		t.Errorf("ready: %d %s", a.Status, a.Body)
	}
	put := s.Want(201, "POST", project+"/flags", obj{"key": "kept", "type": "boolean"})
	began := time.Now()
	s.Stop()
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("the stop took %v", took)
	}
	goaway := program.Next(t, "goaway", func(e testkit.Event) bool { return e.Name == "goaway" })
	if !strings.Contains(goaway.Data, "spread_ms") {
		t.Errorf("goaway: %s", goaway.Data)
	}
	for range live.C { // ends
	}
	again := testkit.Start(t, testkit.Options{Data: s.Data})
	if a := again.Want(200, "GET", project+"/flags/kept", nil); a.At("createdAt") != put.At("createdAt") {
		t.Errorf("%s", a.Body)
	}
	if !strings.Contains(again.Stderr.String(), "ignored") {
		t.Errorf("the second start does not say that BURGEE_INIT_ is ignored:\n%s", again.Stderr)
	}
}

func TestTheFirstStartPrintsALinkAndAKeyThatWork(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Environ: []string{}})
	lines := strings.Split(s.Stderr.String(), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[1], "  Create your account   "+s.URL+"/start#t=") || !strings.HasPrefix(lines[3], "  Server key            bgs_") {
		t.Fatalf("printed\n%s", s.Stderr)
	}
	if snapshotStatus(s, s.ServerKey()) != 200 {
		t.Error("the key printed does not open the snapshot")
	}
	first := s.SetupURL()
	s.Stop()
	again := testkit.Start(t, testkit.Options{Data: s.Data, Environ: []string{}})
	if again.SetupURL() == "" || again.SetupURL() == first || again.ServerKey() != "" {
		t.Errorf("the second start: link %q, key %q", again.SetupURL(), again.ServerKey())
	}
	old := strings.SplitN(first, "#t=", 2)[1]
	setup := func(secret, password string) testkit.Answer {
		return again.Do(testkit.Request{Method: "POST", Path: "/api/v1/setup", As: "-", Body: obj{"token": secret, "email": "a@example.com", "password": password}})
	}
	if a := setup(old, "short"); a.Status != 422 {
		t.Errorf("the link of the first start does not get as far as the password: %d %s", a.Status, a.Body)
	}
	if err := server.CreateOwner(t.Context(), testkit.PlaceOf(t, s.Data), "ann@example.com", "correct horse battery"); err != nil {
		t.Fatalf("create-owner beside the running server: %v", err)
	}
	if a := setup(old, "correct horse battery"); a.Status != 410 {
		t.Errorf("a link when there is an owner: %d %s", a.Status, a.Body)
	}
	if a := again.Do(testkit.Request{Method: "POST", Path: "/api/v1/session", As: "-", Body: obj{"email": "ann@example.com", "password": "correct horse battery"}}); a.Status != 200 {
		t.Errorf("sign in afterwards: %d %s", a.Status, a.Body)
	}
	if err := server.CreateOwner(t.Context(), testkit.PlaceOf(t, s.Data), "ben@example.com", "correct horse battery"); err == nil {
		t.Error("a second owner was made")
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	running := testkit.Start(t, testkit.Options{SQLite: true})
	for name, tc := range map[string]struct {
		flags map[string]string
		want  string
	}{
		"a folder in use":         {map[string]string{"data": running.Data}, running.Data},
		"a folder that is a file": {map[string]string{"data": plainFile(t)}, "data"},
		"a port in use":           {map[string]string{"addr": running.Addr().String()}, "is in use. Stop the other program or choose another with --addr"},
		"an ops port in use":      {map[string]string{"ops-addr": running.Addr().String()}, "choose another with --ops-addr"},
		"no certificate":          {map[string]string{"tls-cert": "/nowhere.pem", "tls-key": "/nowhere.key"}, "--tls-cert"},
	} {
		t.Run(name, func(t *testing.T) {
			flags := map[string]string{"addr": "127.0.0.1:0", "ops-addr": "", "data": filepath.Join(t.TempDir(), "data")}
			for k, v := range tc.flags {
				flags[k] = v
			}
			cfg, err := config.Load(config.Sources{Flags: flags})
			if err != nil {
				t.Fatal(err)
			}
			s, err := server.New(cfg, server.Options{Stderr: io.Discard})
			if err == nil {
				err = s.Run(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want …%s…", err, tc.want)
			}
		})
	}
}

func plainFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestMetricsAreOnAPortOfTheirOwn(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"ops-addr": "127.0.0.1:0"}})
	snapshotStatus(s, testkit.ServerKey)
	response, err := http.Get("http://" + s.OpsAddr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	http.DefaultClient.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`burgee_http_requests_total{method="GET",route="/sdk/v1/snapshot",status="2xx"} 1`, `burgee_environment_revision{environment="production",project="default"}`,
		"burgee_streams 0", `burgee_build_info{`, `burgee_store_duration_seconds_count{operation="ruleset"}`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s", want)
		}
	}
	if a := s.Do(testkit.Request{Method: "GET", Path: "/metrics", As: "-"}); a.Status != 404 {
		t.Errorf("metrics on the public port: %d", a.Status)
	}
}

func TestARunningServerMakesBackupsAndCountsThem(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "backups")
	s := testkit.Start(t, testkit.Options{SQLite: true, Flags: map[string]string{"ops-addr": "127.0.0.1:0", "backup-every": "1h", "backup-dir": folder}})
	metrics := func() string {
		response, err := http.Get("http://" + s.OpsAddr().String() + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		data, err := io.ReadAll(response.Body)
		http.DefaultClient.CloseIdleConnections()
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for end := time.Now().Add(30 * time.Second); strings.Contains(metrics(), "burgee_backup_last_success_timestamp_seconds 0\n"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no backup:\n%s", metrics())
		}
	}
	text := metrics()
	for _, want := range []string{"burgee_backup_last_success_timestamp_seconds ", "burgee_backup_failures_total 0"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 1 || !strings.HasSuffix(files[0].Name(), "-auto.db") {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}
