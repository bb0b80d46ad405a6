package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	burgee "burgee.dev/burgee/sdk"
)

// answer is what every way of asking must agree on.
type answer struct {
	Flag      string `json:"flag"`
	Value     any    `json:"value"`
	Variation string `json:"variation"`
	Reason    string `json:"reason"`
}

// storyFlags are the flags of testdata/story.yaml and the defaults in code.
var storyFlags = map[string]any{
	"Flags.newer-ios": false, "Flags.beta": true, "Flags.quarter": false, "Flags.theme": "green",
	"Flags.limit": 1.0, "Flags.ratio": 0.25, "Flags.banner": map[string]any{"show": nil},
}

func storyKeys() []string { return slices.Sorted(maps.Keys(storyFlags)) }

// storyContexts are contexts that reach every rule of the story, and miss it.
func storyContexts() []map[string]any {
	var all []map[string]any
	for i := range 40 {
		c := map[string]any{}
		if i%7 != 6 {
			c["targetingKey"] = fmt.Sprintf("user-%d", i)
		}
		app := map[string]any{}
		if platform := []string{"ios", "iOS", "android", ""}[i%4]; platform != "" {
			app["platform"] = platform
		}
		if version := []string{"2.0", "1.9", "2.1.0-rc.1", "10", "not a version", ""}[i%6]; version != "" {
			app["version"] = version
		}
		c["app"] = app
		if i%3 == 0 {
			c["plan"] = "pro"
		}
		if i%5 == 0 {
			c["email"] = fmt.Sprintf("user-%d@corp.example", i)
		}
		all = append(all, c)
	}
	return all
}

// Steps 7 and 8 of the story: the server, OFREP, the command line on the
// server and on the file alone, the Go SDK and the Python SDK give one answer.
func TestEveryWayOfAskingGivesTheSameAnswer(t *testing.T) {
	s := startServer(t)
	story, err := os.ReadFile("testdata/story.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s.burgee(t, "", "apply", "--yes", "-f", "testdata/story.yaml")

	want := askServer(t, s)
	reached := map[string]bool{}
	for _, a := range want {
		reached[a.Flag+" "+a.Reason+" "+a.Variation] = true
	}
	if len(reached) < 15 {
		t.Errorf("only %d outcomes reached: %v", len(reached), slices.Sorted(maps.Keys(reached)))
	}
	t.Run("command line with the file alone", func(t *testing.T) { compare(t, askFile(t, s), want) })
	t.Run("command line with the server", func(t *testing.T) { compare(t, askCommandLine(t, s), want[:len(storyFlags)]) })
	t.Run("Go SDK", func(t *testing.T) { compare(t, askGo(t, s), want) })
	t.Run("Python SDK", func(t *testing.T) { compare(t, askPython(t, s), want) })
	t.Run("OFREP", func(t *testing.T) { compareOFREP(t, s, want) })
	t.Run("export says the same as the file", func(t *testing.T) {
		before := s.apply(t, string(story))
		exported := s.burgee(t, "", "export", "--project", "default")
		if after := s.apply(t, exported); !cmp.Equal(before, after) {
			t.Errorf("applying the export made revisions %v of %v", after, before)
		}
	})
}

func compare(t *testing.T, got, want []answer) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs from the server (-server +this):\n%s", diff)
	}
}

// withDefault puts the program's default where a way of asking has no way to
// be told it.
func withDefault(a answer) answer {
	if a.Variation == "" {
		a.Value = storyFlags[a.Flag]
	}
	return a
}

func askServer(t *testing.T, s *server) []answer {
	t.Helper()
	var all []answer
	for _, c := range storyContexts() {
		for _, key := range storyKeys() {
			var a answer
			s.must(t, http.MethodPost, "/api/v1/projects/default/environments/production/evaluate",
				map[string]any{"flag": key, "context": c}, &a)
			all = append(all, withDefault(a))
		}
	}
	return all
}

func contextLines() string {
	var lines bytes.Buffer
	for _, c := range storyContexts() {
		_ = json.NewEncoder(&lines).Encode(c)
	}
	return lines.String()
}

// askFile asks without a server; answers come per flag, and are put in the
// server's order.
func askFile(t *testing.T, s *server) []answer {
	t.Helper()
	byFlag := map[string][]answer{}
	for _, key := range storyKeys() {
		out := s.burgee(t, contextLines(), "eval", key, "-f", "testdata/story.yaml", "--environment", "production", "--context", "-", "--json")
		byFlag[key] = decodeAnswers(t, out)
	}
	var all []answer
	for i := range storyContexts() {
		for _, key := range storyKeys() {
			if len(byFlag[key]) <= i {
				t.Fatalf("%s: %d answers for %d contexts", key, len(byFlag[key]), len(storyContexts()))
			}
			all = append(all, withDefault(byFlag[key][i]))
		}
	}
	return all
}

func askCommandLine(t *testing.T, s *server) []answer {
	t.Helper()
	first, err := json.Marshal(storyContexts()[0])
	if err != nil {
		t.Fatal(err)
	}
	var all []answer
	for _, key := range storyKeys() {
		out := s.burgee(t, "", "eval", key, "--environment", "production", "--context", string(first), "--json")
		for _, a := range decodeAnswers(t, out) {
			all = append(all, withDefault(a))
		}
	}
	return all
}

func askGo(t *testing.T, s *server) []answer {
	t.Helper()
	client := newClient(t, s)
	var all []answer
	for _, c := range storyContexts() {
		ctx := burgee.NewContext(t.Context(), c)
		for _, key := range storyKeys() {
			raw, err := json.Marshal(client.Detail(ctx, key, storyFlags[key]))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, decodeAnswers(t, string(raw))...)
		}
	}
	return all
}

func newClient(t *testing.T, s *server) *burgee.Client {
	t.Helper()
	client, err := burgee.New(burgee.Options{Key: serverKey, URL: s.url, Application: "e2e-go"})
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

func askPython(t *testing.T, s *server) []answer {
	t.Helper()
	path, env := python(t)
	args := []string{"testdata/agree.py"}
	for _, key := range storyKeys() {
		raw, err := json.Marshal(storyFlags[key])
		if err != nil {
			t.Fatal(err)
		}
		if key == "Flags.ratio" || key == "Flags.limit" {
			raw = []byte(map[string]string{"Flags.ratio": "0.25", "Flags.limit": "1"}[key])
		}
		args = append(args, key+"="+string(raw))
	}
	command := exec.Command(path, args...)
	command.Env = append(os.Environ(), append(env, "BURGEE_KEY="+serverKey, "BURGEE_URL="+s.url)...)
	command.Stdin = strings.NewReader(contextLines())
	var errText bytes.Buffer
	command.Stderr = &errText
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errText.Bytes())
	}
	return decodeAnswers(t, string(out))
}

// compareOFREP asks for all flags at once. OFREP has reasons of its own and no
// way to tell the program's default, so values and variations are compared.
func compareOFREP(t *testing.T, s *server, want []answer) {
	t.Helper()
	for i, c := range storyContexts() {
		var bulk struct {
			Flags []struct {
				Key     string `json:"key"`
				Value   any    `json:"value"`
				Variant string `json:"variant"`
			} `json:"flags"`
		}
		s.must(t, http.MethodPost, "/ofrep/v1/evaluate/flags", map[string]any{"context": c}, &bulk)
		got := map[string]answer{}
		for _, f := range bulk.Flags {
			got[f.Key] = withDefault(answer{Flag: f.Key, Value: f.Value, Variation: f.Variant})
		}
		for n, key := range storyKeys() {
			w := want[i*len(storyFlags)+n]
			w.Reason = ""
			if diff := cmp.Diff(w, got[key]); diff != "" {
				t.Errorf("context %d (-server +OFREP):\n%s", i, diff)
			}
		}
	}
}

func decodeAnswers(t *testing.T, text string) []answer {
	t.Helper()
	var all []answer
	scanner := bufio.NewScanner(strings.NewReader(text))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		var a answer
		if err := json.Unmarshal(scanner.Bytes(), &a); err != nil {
			t.Fatalf("%v in %q", err, scanner.Text())
		}
		all = append(all, a)
	}
	return all
}
