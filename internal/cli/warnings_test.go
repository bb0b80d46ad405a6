package cli

import (
	"encoding/json"
	"testing"

	"burgee.dev/burgee/internal/document"
)

const doubtful = `apiVersion: burgee/v1
project: default
flags:
  f:
    type: boolean
    environments:
      production:
        rules:
          - {id: eu, when: {country: [de, fr]}, serve: true}
          - id: late
            when:
              country: de
            serve: false
`

func TestACheckPrintsWarningsWithTheirLines(t *testing.T) {
	file := write(t, "flags.yaml", doubtful)
	got := run(t, "", nil, "apply", "--check", "-f", file)
	want := "warning: " + file + ":10: flags.f.environments.production.rules[1]: rule late is never reached: rule eu above it serves everyone whom it fits; put it higher, or take it out\n"
	if got.code != 0 || got.err != want {
		t.Errorf("got %d %q, want 0 %q", got.code, got.err, want)
	}
	var answer struct {
		OK       bool
		Warnings []document.Warning
	}
	got = run(t, "", nil, "apply", "--check", "--json", "-f", file)
	if err := json.Unmarshal([]byte(got.out), &answer); err != nil || !answer.OK || len(answer.Warnings) != 1 || got.err != "" {
		t.Errorf("got %+v %q %q, %v", answer, got.out, got.err, err)
	}
}
