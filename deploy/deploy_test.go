// Package deploy checks what people copy to run Burgee, without running it:
// every setting, port, path and time in these files is the server's.
package deploy

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/server"
	"burgee.dev/burgee/internal/telemetry"
	"burgee.dev/burgee/internal/testkit"
)

// form is one way to run the server, as far as the server sees it.
type form struct {
	environ map[string]string
	args    []string
	secrets []string // the files that the form promises, by path
	ports   []string // those that the form opens or forwards to
	stop    time.Duration
	files   int // how many may be open; 0 = the machine's own limit
}

func forms(t *testing.T) map[string]form {
	t.Helper()
	return map[string]form{
		"Dockerfile":                           dockerfile(t),
		"compose/compose.yaml":                 compose(t),
		"systemd/burgee.service":               unit(t, "systemd/burgee.service"),
		"systemd/burgee.service on PostgreSQL": unit(t, "systemd/burgee.service", "systemd/postgres.conf"),
		"kubernetes/postgres/deployment.yaml":  kubernetes(t, "postgres/deployment.yaml"),
		"kubernetes/sqlite/statefulset.yaml":   kubernetes(t, "sqlite/statefulset.yaml"),
	}
}

func TestEveryFormStartsWithSettingsThatTheServerTakes(t *testing.T) {
	for name, f := range forms(t) {
		t.Run(name, func(t *testing.T) {
			if len(f.args) == 0 || f.args[0] != "serve" {
				t.Fatalf("it runs burgee %q", f.args)
			}
			flags := map[string]string{}
			for _, arg := range f.args[1:] {
				key, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
				flags[key] = value
			}
			if _, err := config.Load(config.Sources{Flags: flags, Environ: withFiles(t, f)}); err != nil {
				t.Error(err)
			}
		})
	}
}

// withFiles is the form's environment, in which the files of secrets are real
// ones. A file that the form does not bring along is an error.
func withFiles(t *testing.T, f form) []string {
	t.Helper()
	contents := map[string]string{
		"BURGEE_STORE_FILE":      "postgres://burgee:secret@postgres:5432/burgee",
		"BURGEE_SECRET_KEY_FILE": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
		"BURGEE_TLS_CERT":        "",
		"BURGEE_TLS_KEY":         "",
	}
	var environ []string
	for name, value := range f.environ {
		if text, ok := contents[name]; ok {
			if !slices.Contains(f.secrets, value) {
				t.Errorf("%s is %s, which is none of %q", name, value, f.secrets)
			}
			value = filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(value, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		environ = append(environ, name+"="+value)
	}
	return environ
}

func TestEveryVariableThatIsNamedIsOneOfTheServer(t *testing.T) {
	known := map[string]bool{"BURGEE_URL": true, "BURGEE_TOKEN": true}
	for _, s := range config.Settings() {
		known[s.Env], known[s.Env+"_FILE"] = true, s.Secret
	}
	variable := regexp.MustCompile(`BURGEE_[A-Z_]+`)
	seen := 0
	for name, text := range texts(t) {
		for _, v := range variable.FindAllString(text, -1) {
			seen++
			if !known[v] {
				t.Errorf("%s names %s, which is no setting", name, v)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d variables were seen", seen)
	}
}

func TestEveryFlagThatIsNamedIsOneOfServe(t *testing.T) {
	known := map[string]bool{}
	for _, s := range config.Settings() {
		known["--"+s.Flag] = s.Flag != ""
	}
	command := regexp.MustCompile("burgee serve((?:[^\n`]|\\\\\n)*)")
	flag := regexp.MustCompile(`--[a-z][a-z-]*`)
	for name, text := range texts(t) {
		for _, line := range command.FindAllStringSubmatch(text, -1) {
			for _, f := range flag.FindAllString(line[1], -1) {
				if !known[f] {
					t.Errorf("%s names %s, which is no flag of burgee serve", name, f)
				}
			}
		}
	}
}

// texts are the files to copy, and the page about them.
func texts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"docs/guides/deploy.md": read(t, "../docs/guides/deploy.md")}
	for _, pattern := range []string{"Dockerfile", "*/*.yaml", "*/*/*.yaml", "systemd/*", "proxy/*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, name := range files {
			all[name] = read(t, name)
		}
	}
	return all
}

func TestPortsAreThoseThatTheServerListensOn(t *testing.T) {
	for name, f := range forms(t) {
		var open []string
		for _, key := range []string{"BURGEE_ADDR", "BURGEE_OPS_ADDR"} {
			if f.environ[key] == "" {
				continue
			}
			host, port, err := net.SplitHostPort(f.environ[key])
			if err != nil || host != "0.0.0.0" {
				t.Errorf("%s: %s=%s is not reached from outside: %v", name, key, f.environ[key], err)
			}
			open = append(open, port)
		}
		for _, port := range f.ports {
			if !slices.Contains(open, port) {
				t.Errorf("%s: port %s is opened, the server listens on %v", name, port, open)
			}
		}
	}
	addr := forms(t)["compose/compose.yaml"].environ["BURGEE_ADDR"]
	_, port, _ := net.SplitHostPort(addr)
	for _, name := range []string{"proxy/nginx.conf", "proxy/Caddyfile"} {
		nodes := regexp.MustCompile(`node-\d:(\d+)`).FindAllStringSubmatch(read(t, name), -1)
		if len(nodes) != 2 {
			t.Errorf("%s names %d nodes", name, len(nodes))
		}
		for _, node := range nodes {
			if node[1] != port {
				t.Errorf("%s asks %s, the nodes listen on %s", name, node[0], port)
			}
		}
	}
}

// The paths are asked of a real server.
func TestPathsThatAreAskedAreAnswered(t *testing.T) {
	s := testkit.Start(t, testkit.Options{Flags: map[string]string{"ops-addr": "127.0.0.1:0"}})
	asked := regexp.MustCompile(`(?m)(?:path:|health_uri|prometheus\.io/path:)\s+(/\S+)$`)
	seen := map[string]bool{}
	for name, text := range texts(t) {
		for _, m := range asked.FindAllStringSubmatch(text, -1) {
			base := s.URL
			if m[1] == "/metrics" {
				base = "http://" + s.OpsAddr().String()
			}
			answer, err := http.Get(base + m[1])
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("%s asks %s, which answers %d", name, m[1], answer.StatusCode)
			}
			seen[m[1]] = true
		}
	}
	for _, want := range []string{"/healthz", "/readyz", "/metrics"} {
		if !seen[want] {
			t.Errorf("nobody asks %s", want)
		}
	}
}

func TestNobodyIsKilledBeforeTheLongestStopIsOver(t *testing.T) {
	for name, f := range forms(t) {
		if f.stop != 0 && f.stop < server.StopTime {
			t.Errorf("%s leaves %v, a stop may take %v", name, f.stop, server.StopTime)
		}
	}
	if said := fmt.Sprintf("all hang, %d s", int(server.StopTime.Seconds())); !strings.Contains(read(t, "../docs/guides/deploy.md"), said) {
		t.Errorf("docs/guides/deploy.md does not say %q", said)
	}
	for _, name := range []string{"compose/compose.yaml", "systemd/burgee.service", "kubernetes/postgres/deployment.yaml", "kubernetes/sqlite/statefulset.yaml"} {
		if forms(t)[name].stop == 0 {
			t.Errorf("%s says nothing of how long a stop may take", name)
		}
	}
}

func TestTenThousandStreamsMayBeOpen(t *testing.T) {
	const need = 2 * 10_000 // a stream before it is known to be gone, and the one that takes its place
	for _, name := range []string{"compose/compose.yaml", "systemd/burgee.service"} {
		if got := forms(t)[name].files; got < need {
			t.Errorf("%s: %d open files, %d are needed", name, got, need)
		}
	}
	conf := read(t, "proxy/nginx.conf")
	for _, directive := range []string{"worker_rlimit_nofile", "worker_connections"} {
		if got := number(t, conf, directive+` (\d+);`); got < need {
			t.Errorf("proxy/nginx.conf: %s %d, %d are needed", directive, got, need)
		}
	}
}

// A program gives a silent stream up after presence.Lost; a proxy that does it
// earlier would cut streams that are only quiet.
func TestProxiesHoldStreamsOpenAndNothingBack(t *testing.T) {
	conf := read(t, "proxy/nginx.conf")
	for _, directive := range []string{"proxy_read_timeout", "proxy_send_timeout"} {
		got := time.Duration(number(t, conf, directive+` (\d+)s;`)) * time.Second
		if got < presence.Lost {
			t.Errorf("%s %v is shorter than %v", directive, got, presence.Lost)
		}
	}
	if !strings.Contains(conf, "proxy_buffering off;") || !strings.Contains(read(t, "proxy/Caddyfile"), "flush_interval -1") {
		t.Error("a proxy holds events back")
	}
}

func TestTheVersionIsThatOfThisTree(t *testing.T) {
	version := regexp.MustCompile(`(?:burgee:|burgee_|version="|-version v)(\d+\.\d+\.\d+)`)
	seen := 0
	for name, text := range texts(t) {
		for _, m := range version.FindAllStringSubmatch(text, -1) {
			seen++
			if m[1] != telemetry.Version {
				t.Errorf("%s says %s, this is %s", name, m[0], telemetry.Version)
			}
		}
	}
	if seen < 5 {
		t.Errorf("only %d versions were seen", seen)
	}
}

// The binary carries the same modules whoever builds it.
func TestTheImagePacksTheModulesThatMakeDoes(t *testing.T) {
	packed := regexp.MustCompile(`(?m)go run ./internal/downloads/pack .*-module (\S+)`)
	modules := func(text string) (all []string) {
		for _, m := range packed.FindAllStringSubmatch(text, -1) {
			all = append(all, m[1])
		}
		return all
	}
	want, got := modules(read(t, "../Makefile")), modules(read(t, "Dockerfile"))
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("the Dockerfile packs %q, the Makefile %q", got, want)
	}
}

func dockerfile(t *testing.T) form {
	text := strings.ReplaceAll(read(t, "Dockerfile"), "\\\n", " ")
	f := form{environ: map[string]string{}}
	for _, line := range regexp.MustCompile(`(?m)^ENV (.*)$`).FindAllStringSubmatch(text, -1) {
		for _, pair := range strings.Fields(line[1]) {
			name, value, _ := strings.Cut(pair, "=")
			f.environ[name] = value
		}
	}
	f.ports = strings.Fields(regexp.MustCompile(`(?m)^EXPOSE (.*)$`).FindStringSubmatch(text)[1])
	f.args = []string{strings.Trim(regexp.MustCompile(`(?m)^CMD \[(.*)\]$`).FindStringSubmatch(text)[1], `"`)}
	if len(f.environ) == 0 {
		t.Error("Dockerfile sets nothing")
	}
	return f
}

func compose(t *testing.T) form {
	var file struct {
		Services map[string]struct {
			Command     []string          `yaml:"command"`
			Environment map[string]string `yaml:"environment"`
			Secrets     []string          `yaml:"secrets"`
			Expose      []string          `yaml:"expose"`
			Stop        string            `yaml:"stop_grace_period"`
			Ulimits     map[string]int    `yaml:"ulimits"`
		} `yaml:"services"`
	}
	decode(t, "compose/compose.yaml", &file)
	node, other := file.Services["node-1"], file.Services["node-2"]
	if len(node.Environment) == 0 || len(other.Environment) != len(node.Environment) {
		t.Error("compose/compose.yaml has no two nodes alike")
	}
	stop, err := time.ParseDuration(node.Stop)
	if err != nil {
		t.Error(err)
	}
	f := form{environ: node.Environment, args: node.Command, ports: node.Expose, stop: stop, files: node.Ulimits["nofile"]}
	for _, name := range node.Secrets {
		f.secrets = append(f.secrets, "/run/secrets/"+name)
	}
	return f
}

// unit reads units of systemd, of which later ones add to the first.
func unit(t *testing.T, files ...string) form {
	f := form{environ: map[string]string{}}
	for _, file := range files {
		for line := range strings.Lines(read(t, file)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch key {
			case "Environment":
				name, text, _ := strings.Cut(value, "=")
				f.environ[name] = text
			case "UnsetEnvironment":
				delete(f.environ, value)
			case "LoadCredential":
				id, _, _ := strings.Cut(value, ":")
				f.secrets = append(f.secrets, "%d/"+id)
			case "ExecStart":
				f.args = strings.Fields(value)[1:]
			case "TimeoutStopSec":
				f.stop = seconds(t, value)
			case "LimitNOFILE":
				f.files = int(seconds(t, value) / time.Second)
			}
		}
	}
	return f
}

func kubernetes(t *testing.T, file string) form {
	var object struct {
		Spec struct {
			Template struct {
				Spec struct {
					Grace      int `yaml:"terminationGracePeriodSeconds"`
					Containers []struct {
						Args []string `yaml:"args"`
						Env  []struct {
							Name, Value string
						} `yaml:"env"`
						Ports []struct {
							Port int `yaml:"containerPort"`
						} `yaml:"ports"`
						Lifecycle struct {
							PreStop struct {
								Sleep struct{ Seconds int } `yaml:"sleep"`
							} `yaml:"preStop"`
						} `yaml:"lifecycle"`
						Mounts []struct {
							Name string `yaml:"name"`
							Path string `yaml:"mountPath"`
						} `yaml:"volumeMounts"`
					} `yaml:"containers"`
				} `yaml:"spec"`
			} `yaml:"template"`
		} `yaml:"spec"`
	}
	decode(t, "kubernetes/"+file, &object)
	pod := object.Spec.Template.Spec
	container := pod.Containers[0]
	f := form{environ: map[string]string{}, args: container.Args}
	f.stop = time.Duration(pod.Grace-container.Lifecycle.PreStop.Sleep.Seconds) * time.Second
	for _, e := range container.Env {
		f.environ[e.Name] = e.Value
	}
	for _, p := range container.Ports {
		f.ports = append(f.ports, strconv.Itoa(p.Port))
	}
	var secret struct {
		StringData map[string]string `yaml:"stringData"`
	}
	decode(t, "kubernetes/"+path.Dir(file)+"/secret.yaml", &secret)
	for _, m := range container.Mounts {
		if m.Name == "secrets" {
			for name := range secret.StringData {
				f.secrets = append(f.secrets, m.Path+"/"+name)
			}
		}
	}
	return f
}

func decode(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func number(t *testing.T, text, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("nothing is like %s", pattern)
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func seconds(t *testing.T, text string) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(n) * time.Second
}
