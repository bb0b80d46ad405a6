package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/document"
)

// share is a file that gives a part of everyone, and of an experiment, true.
func share(percent int) string {
	return fmt.Sprintf(`apiVersion: burgee/v1
flags:
  f: {type: boolean, environments: {production: {default: {true: %[1]d, false: %[2]d}}}}
  g: {type: boolean}
experiments:
  x: {environment: production, state: running, arms: [{name: on, share: %[1]d, flags: {g: true}}, {next: %[2]d}]}
`, percent, 100-percent)
}

func TestTheWayBackOfASplitIsExactAlsoAfterARestart(t *testing.T) {
	h := open(t)
	h.apply(t, ann, share(10))
	h.apply(t, ann, share(30))
	want := h.lines(t, "production")
	h.apply(t, ann, share(20))
	h.Service = catalog.New(h.store, catalog.Options{Clock: clock.System{}, Announcer: h}) // nothing in memory
	out := h.apply(t, ann, share(30))
	if diff := cmp.Diff(want["f"], h.lines(t, "production")["f"]); diff != "" {
		t.Errorf("f (-want +got):\n%s", diff)
	}
	x := strings.NewReplacer(`"phase":2`, "", `"phase":4`, "")
	if diff := cmp.Diff(x.Replace(want["g"]), x.Replace(h.lines(t, "production")["g"])); diff != "" {
		t.Errorf("g, in the experiment (-want +got):\n%s", diff)
	}
	wanted := [][]document.Move{
		{{By: "targetingKey", From: "false", To: "true", PPM: 100_000}},
		{{By: "targetingKey", From: document.Next, To: "on", PPM: 100_000}},
	}
	for i, item := range out.Plan {
		if diff := cmp.Diff(wanted[i], item.Moves); diff != "" {
			t.Errorf("moves of %s (-want +got):\n%s", item.Object, diff)
		}
	}
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Object: "f", Limit: 1}))
	if words := strings.Join(page.Items[0].Sentences, "\n"); !strings.Contains(words, "moves 10 % of units by targetingKey: false → true") {
		t.Errorf("the history says\n%s", words)
	}
	h.verify(t)
}

func TestAnUndoneEditOfASplitLeavesItsPast(t *testing.T) {
	h := open(t)
	for _, percent := range []int{10, 30, 20} {
		h.apply(t, ann, share(percent))
	}
	want := h.lines(t, "production")["f"]
	out := h.apply(t, ann, share(50))
	must[catalog.Outcome](t)(h.Undo(t.Context(), ann, "default", "production", out.Revisions["production"], none))
	if diff := cmp.Diff(want, h.lines(t, "production")["f"]); diff != "" {
		t.Errorf("after the undo (-want +got):\n%s", diff)
	}
	again := h.apply(t, ann, share(30)) // a table of the past, back by history
	if got := again.Moves; len(got) != 2 || got[0].PPM != 100_000 {
		t.Errorf("moves: %v", got)
	}
}

func TestAConfigurationsWriteSaysWhatItMoved(t *testing.T) {
	h := open(t)
	h.apply(t, ann, share(10))
	c := document.Unconfigured("boolean")
	c.Default = document.Serve{Shares: []document.Share{{To: "true", PPM: 250_000}, {To: "false", PPM: 750_000}}}
	out := must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "f", "production", c, none))
	if diff := cmp.Diff([]document.Move{{By: "targetingKey", From: "false", To: "true", PPM: 150_000}}, out.Moves); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
}
