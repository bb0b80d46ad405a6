package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const small = `apiVersion: burgee/v1
flags:
  dark:
    type: boolean
    environments:
      production:
        rules:
          - {id: new, when: {app.version: {ver_ge: "2.0"}}, serve: true}
          - {id: some, when: {country: DE}, serve: {true: 25, next: 75}}
        default: code
  limit:
    type: double
    variations: [{id: low, value: 1}, {id: high, value: 2.50}]
    environments: {production: {default: high}, development: {}}
  markup: {type: json, variations: [{id: a, value: {html: "<b>&</b>"}}], environments: {production: {default: a}}}
`

func TestAFileAloneAnswersLineByLine(t *testing.T) {
	file := write(t, "flags.yaml", small)
	contexts := `{"app":{"version":"2.1"}}` + "\n\n" + `{"targetingKey":"u","country":"FR"}` // the last line has no end
	got := run(t, contexts, nil, "eval", "dark", "-f", file, "--environment", "production", "--context", "-", "--json")
	want := `{"flag":"dark","value":true,"variation":"true","reason":"RULE","rule":{"index":0,"id":"new"},"revision":0}
{"flag":"dark","reason":"CODE_DEFAULT","notes":["ATTR_MISSING app.version"],"revision":0}
`
	if diff := cmp.Diff(want, got.out); diff != "" || got.code != 0 {
		t.Errorf("exit %d %s (-want +got):\n%s", got.code, got.err, diff)
	}
	if want := "warning: no seed in the file for dark: "; !strings.HasPrefix(got.err, want) {
		t.Errorf("got %q, want %q…", got.err, want)
	}
}

func TestValuesKeepTheirSpelling(t *testing.T) {
	file := write(t, "flags.yaml", small)
	for flag, want := range map[string]string{"limit": `"value":2.5,`, "markup": `"value":{"html":"<b>&</b>"},`} {
		got := run(t, "", nil, "eval", flag, "-f", file, "-e", "production", "--json")
		if !strings.Contains(got.out, want) {
			t.Errorf("%s: got %s%s, want %s", flag, got.out, got.err, want)
		}
		if strings.Contains(got.err, "seed") {
			t.Errorf("%s splits nobody, but: %s", flag, got.err)
		}
	}
}

func TestTheProgramsDefaultIsShownWhereItIsServed(t *testing.T) {
	file := write(t, "flags.yaml", small)
	args := []string{"eval", "dark", "-f", file, "-e", "production", "--context", "alice"}
	for name, c := range map[string]struct {
		extra []string
		want  string
	}{
		"unknown":      {nil, "dark = the program's own default\n  CODE_DEFAULT\n"},
		"told":         {[]string{"--default", "false"}, "dark = false (the program's own default)\n  CODE_DEFAULT\n"},
		"told in JSON": {[]string{"--default", "false", "--json"}, `{"flag":"dark","value":false,"reason":"CODE_DEFAULT",`},
	} {
		if got := run(t, "", nil, append(args, c.extra...)...); !strings.HasPrefix(got.out, c.want) {
			t.Errorf("%s: got %s%s, want %s", name, got.out, got.err, c.want)
		}
	}
}

func TestExplainShowsTheClauseThatFailed(t *testing.T) {
	file := write(t, "flags.yaml", small)
	got := run(t, "", nil, "eval", "dark", "-f", file, "-e", "production", "--context", `{"app":{"version":"1.9"}}`, "--explain")
	for _, want := range []string{"✗ rule new\n", `✗ app.version ≥ 2.0, saw "1.9"`, "? rule some\n", `? country is DE, saw nothing`, "✓ default   ← served\n"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("no %q in\n%s%s", want, got.out, got.err)
		}
	}
}

func TestExplainShowsThePositionAndTheChainOfPrerequisites(t *testing.T) {
	file := write(t, "flags.yaml", `apiVersion: burgee/v1
flags:
  base: {type: boolean, environments: {production: {rules: [{id: de, when: {country: DE}, serve: true}], default: false}}}
  middle: {type: boolean, environments: {production: {prerequisites: [{flag: base, variations: ["true"]}], off: false, default: true}}}
  top:
    type: boolean
    seed: "s1"
    environments:
      production:
        prerequisites: [{flag: middle, variations: ["true"]}]
        off: false
        rules: [{id: some, serve: {true: 10, next: 90}}]
        default: {true: 50, false: 50}
`)
	for context, wants := range map[string][]string{
		`{"targetingKey":"user-2","country":"DE"}`: {
			"  ✓ prerequisite middle must serve true; it serves true (DEFAULT)\n",
			"      ✓ prerequisite base must serve true; it serves true (RULE)\n",
			"          ✓ rule de   ← served\n              ✓ country is DE, saw \"DE\"\n",
			"  ✓ rule some: this share goes on to the next rule\n      targetingKey is at position 12.9887 % ≥ 10 %\n",
			"  ✓ default   ← served\n      targetingKey is at position 12.9887 % < 50 %\n",
		},
		`{"targetingKey":"user-2","country":"FR"}`: {
			"PREREQUISITE_FAILED: middle → base\n",
			"  ✗ prerequisite middle must serve true; it serves false (PREREQUISITE_FAILED)\n",
			"              ✗ country is DE, saw \"FR\"\n",
		},
	} {
		got := run(t, "", nil, "eval", "top", "-f", file, "-e", "production", "--context", context, "--explain")
		for _, want := range wants {
			if !strings.Contains(got.out, want) {
				t.Errorf("no %q in\n%s%s", want, got.out, got.err)
			}
		}
	}
}

func TestNoEnvironmentIsEverAssumed(t *testing.T) {
	file := write(t, "flags.yaml", small)
	got := run(t, "", nil, "eval", "limit", "-f", file)
	if want := "burgee: Which environment? There are development, production; say it with --environment\n"; got.code != 2 || got.err != want {
		t.Errorf("got %d %q, want 2 %q", got.code, got.err, want)
	}
	got = run(t, "", []string{"BURGEE_ENVIRONMENT=development"}, "eval", "limit", "-f", file, "--json")
	if !strings.Contains(got.out, `"reason":"CODE_DEFAULT"`) {
		t.Errorf("BURGEE_ENVIRONMENT is not read: %s%s", got.out, got.err)
	}
}

func TestTheSnapshotOfAFileIsTheWireForm(t *testing.T) {
	file := write(t, "flags.yaml", small)
	got := run(t, "", nil, "export", "--snapshot", "-e", "development", "-f", file)
	lines := strings.Split(strings.TrimSuffix(got.out, "\n"), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], `{"burgee":1,"project":"default","environment":"development","epoch":0,"revision":0,"hash":"p32","root":"`) {
		t.Fatalf("got %d lines: %s%s", len(lines), got.out, got.err)
	}
	want := `{"flag":"limit","type":"double","client":false,"enabled":true,"variations":[["low",1.0],["high",2.5]],"off":null,"prerequisites":[],"targets":[],"rules":[],"default":{"variation":null}}`
	if diff := cmp.Diff(want, lines[2]); diff != "" {
		t.Errorf("line of limit (-want +got):\n%s", diff)
	}
}

func TestACheckNeedsNoServer(t *testing.T) {
	file := write(t, "flags.yaml", small)
	got := run(t, "", nil, "apply", "--check", "-f", file)
	if want := file + " is sound: 3 flags, 0 target groups, 0 experiments\n"; got.code != 0 || got.out != want {
		t.Errorf("got %d %q %q, want %q", got.code, got.out, got.err, want)
	}
	got = run(t, strings.Replace(small, `"2.0"`, "2.0", 1), nil, "apply", "--check", "-f", "-")
	want := "standard input:8: …rules[0].when.app.version: ver_ge takes text; write \"2.0\" in quotes (YAML reads 2.0 as 2)\n" +
		"burgee: standard input has an error; nothing was changed\n"
	if got.code != 2 || got.err != want {
		t.Errorf("got %d %q, want 2 %q", got.code, got.err, want)
	}
}

func TestAContextMayBeInAFile(t *testing.T) {
	file, context := write(t, "flags.yaml", small), write(t, "context.json", `{"app":{"version":"3"}}`)
	got := run(t, "", nil, "eval", "dark", "-f", file, "-e", "production", "--context", "@"+context, "--json")
	if !strings.Contains(got.out, `"id":"new"`) {
		t.Errorf("got %s%s", got.out, got.err)
	}
	if err := os.Remove(context); err != nil {
		t.Fatal(err)
	}
	if got := run(t, "", nil, "eval", "dark", "-f", file, "-e", "production", "--context", "@"+context); got.code != 2 {
		t.Errorf("a file that is not there: got %+v", got)
	}
}
