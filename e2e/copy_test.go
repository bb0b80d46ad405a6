package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// splitSteps are shares of one flag, of a rule's and of an experiment's arms, as they
// were edited one after the other: what people have then is no longer what a fresh
// layout of the last shares would give them.
var splitSteps = []string{"10,20,5", "35,60,25", "20,40,50", "55,45,10", "50,70,30"}

func splitFile(step string) string {
	shares := strings.Split(step, ",")
	rest := func(share string) int {
		n, err := strconv.Atoi(share)
		if err != nil {
			panic(err)
		}
		return 100 - n
	}
	return fmt.Sprintf(`apiVersion: burgee/v1
project: default
targetGroups:
  staff: {include: [user-7, user-99], when: {plan: pro}}
flags:
  by.default: {type: boolean, environments: {production: {default: {true: %[1]s, false: %[4]d}}}}
  by.rule:
    type: string
    variations: [{id: blue, value: blue}, {id: red, value: red}]
    environments:
      production:
        rules:
          - {id: staff, when: {group: staff}, serve: red}
          - {id: share, when: {country: [DE, FR]}, serve: {red: %[2]s, next: %[5]d}, by: organization.key}
        default: blue
  by.arms: {type: boolean, environments: {production: {default: false}}}
experiments:
  trial:
    environment: production
    state: running
    arms: [{name: on, share: %[3]s, flags: {by.arms: true}}, {name: off, share: 20, flags: {by.arms: false}}, {next: %[6]d}]
`, shares[0], shares[1], shares[2], rest(shares[0]), rest(shares[1]), rest(shares[2])-20)
}

func TestAnExportAppliedToAnEmptySecondServerMovesNobody(t *testing.T) {
	first, second := startServer(t), startServer(t)
	file := filepath.Join(t.TempDir(), "flags.yaml")
	for _, step := range splitSteps {
		if err := os.WriteFile(file, []byte(splitFile(step)), 0o600); err != nil {
			t.Fatal(err)
		}
		first.burgee(t, "", "apply", "--yes", "-f", file)
	}
	second.burgee(t, first.burgee(t, "", "export"), "apply", "--yes", "-f", "-")

	before, after := first.snapshot(t), second.snapshot(t)
	fresh := startServer(t) // the last file alone: here the shares are laid out anew
	fresh.burgee(t, splitFile(splitSteps[len(splitSteps)-1]), "apply", "--yes", "-f", "-")
	anew := fresh.snapshot(t)

	moved, otherwise := 0, 0
	for i := range 100_000 {
		c := eval.NewContext(map[string]any{
			"targetingKey": fmt.Sprintf("user-%d", i), "country": []string{"DE", "FR", "US"}[i%3],
			"plan": []string{"free", "free", "free", "pro"}[i%4], "organization": map[string]any{"key": fmt.Sprintf("org-%d", i/5)},
		})
		for _, flag := range []string{"by.default", "by.rule", "by.arms"} {
			was, is, other := variation(before, flag, c), variation(after, flag, c), variation(anew, flag, c)
			if was != is {
				if moved++; moved <= 3 {
					t.Errorf("user-%d: %s was %s and is %s", i, flag, was, is)
				}
			}
			if was != other {
				otherwise++
			}
		}
	}
	if moved > 0 {
		t.Errorf("%d answers differ", moved)
	}
	if otherwise == 0 {
		t.Error("the splits were laid out as their shares alone would be: the test shows nothing")
	}
}

// snapshot is what a server sends to programs of production, compiled.
func (s *server) snapshot(t *testing.T) *eval.Snapshot {
	t.Helper()
	set, err := ruleset.Parse([]byte(s.burgee(t, "", "export", "--snapshot", "--environment", "production")))
	if err != nil {
		t.Fatal(err)
	}
	return eval.Compile(set)
}

func variation(s *eval.Snapshot, flag string, c *eval.Context) string {
	r := s.Evaluate(flag, c, 0)
	if id, ok := r.Variation(); ok {
		return id
	}
	return fmt.Sprint(r.Reason())
}
