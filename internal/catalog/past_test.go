package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
)

// asOf is what a flag served to a user at a moment, with its revision.
func (h *home) asOf(t *testing.T, flag, user string, m catalog.Moment) string {
	t.Helper()
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "production", m))
	snapshot := must[*eval.Snapshot](t)(past.Snapshot())
	detail := snapshot.Detail(flag, eval.NewContext(map[string]any{"targetingKey": user}), h.now.UnixMilli())
	return fmt.Sprintf("%d %s %s", detail.Revision, detail.Variation, detail.Reason)
}

func TestAFlagServesWhatItServedThen(t *testing.T) {
	h := open(t)
	start := h.now
	h.wait(time.Minute)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\ntargetGroups:\n  beta: {include: [alice]}\n"+
		"flags:\n  x: {type: boolean, environments: {production: {rules: [{when: {group: beta}, serve: true}], default: false}}}\n")
	h.wait(time.Minute)
	must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "default", "beta", document.TargetGroup{Include: []string{"ben"}}, none))
	h.wait(time.Minute)
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "x", none))
	h.wait(time.Minute)
	must[catalog.Outcome](t)(h.DeleteGroup(t.Context(), ann, "default", "beta", none))

	at := func(minutes int) catalog.Moment {
		return catalog.Moment{At: start.Add(time.Duration(minutes)*time.Minute + 30*time.Second).UnixMilli()}
	}
	for name, c := range map[string]struct {
		moment catalog.Moment
		want   string
	}{
		"before the flag":                   {at(0), "1  FLAG_NOT_FOUND"},
		"alice was in the group":            {at(1), "2 true RULE"},
		"she was taken out":                 {at(2), "3 false DEFAULT"},
		"the flag was archived":             {at(3), "4  FLAG_NOT_FOUND"},
		"by revision":                       {catalog.Moment{Revision: 2}, "2 true RULE"},
		"now":                               {catalog.Moment{}, "5  FLAG_NOT_FOUND"},
		"at the very instant of the change": {catalog.Moment{At: start.Add(2 * time.Minute).UnixMilli()}, "3 false DEFAULT"},
		"a day ahead":                       {at(24 * 60), "5  FLAG_NOT_FOUND"},
	} {
		if got := h.asOf(t, "x", "alice", c.moment); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "production", at(2)))
	if past.Number != 3 || past.At != start.Add(2*time.Minute).UnixMilli() || past.Until != start.Add(3*time.Minute).UnixMilli() || past.Author.Name != ann.Name {
		t.Errorf("got %+v", past.Revision)
	}
	_, err := h.AsOf(t.Context(), ann, "default", "production", catalog.Moment{At: start.UnixMilli() - 1})
	wantFault(t, err, fault.NotFound, "environment_not_yet", "2026-11-03 12:00:00 UTC")
	for _, number := range []int64{-1, 6} {
		_, err = h.AsOf(t.Context(), ann, "default", "production", catalog.Moment{Revision: number})
		wantFault(t, err, fault.NotFound, "revision_not_found", "newest is 5")
	}
	_, err = h.AsOf(t.Context(), account.Actor{Role: account.Declarer}, "default", "production", catalog.Moment{})
	wantFault(t, err, fault.Forbidden, "forbidden")
}

// A clock that was set back mixes the times of the record; its order is the
// truth all the same.
func TestThePastGoesByTheOrderOfTheRecord(t *testing.T) {
	h := open(t)
	start := h.now
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	h.wait(2 * time.Hour)
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("false"), none))
	h.wait(-time.Hour)
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("true"), none))
	for minutes, want := range map[int]string{30: "2 true DEFAULT", 90: "4 true DEFAULT", 150: "4 true DEFAULT"} {
		if got := h.asOf(t, "x", "alice", catalog.Moment{At: start.Add(time.Duration(minutes) * time.Minute).UnixMilli()}); got != want {
			t.Errorf("after %d minutes: got %q, want %q", minutes, got, want)
		}
	}
}

func TestTwoRevisionsAreCompared(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n  y: {type: boolean}\n")
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("false"), none))
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "development", boolean("false"), none))
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "y", "production", boolean("true"), none))
	words := func(object string, from, to int64) (out []string) {
		_, _, plan, err := h.Compare(t.Context(), ann, "default", "production", object, catalog.Moment{Revision: from}, catalog.Moment{Revision: to})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range plan {
			out = append(out, item.Sentences...)
		}
		return out
	}
	if diff := cmp.Diff([]string{"x in production: default true → false", "y in production: default code → true"}, words("", 2, 4)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"x in production: default false → true"}, words("x", 4, 2)); diff != "" {
		t.Error(diff)
	}
}

func TestAnExportOfThePastIsTheExportThatWasMadeThen(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoArms, 50, 50))
	want := string(document.Render(must[*document.File](t)(h.Export(t.Context(), ann, "default"))))
	then := h.now.UnixMilli()
	h.wait(time.Minute)
	h.apply(t, ann, fmt.Sprintf(twoArms, 20, 80))
	must[catalog.Outcome](t)(h.StartExperiment(t.Context(), ann, "default", "launch", none))
	for name, m := range map[string]catalog.Moment{"time": {At: then}, "revision": {Revision: 2}} {
		file := must[*document.File](t)(h.ExportAsOf(t.Context(), ann, "default", "production", m))
		if diff := cmp.Diff(want, string(document.Render(file))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A change that gives both environments a revision is exported whole, whichever
// of them is asked: applying half of it would take the rest back unseen.
func TestAnExportOfTheRevisionOfOneEnvironmentHoldsTheWholeChange(t *testing.T) {
	h := open(t)
	const text = `apiVersion: burgee/v1
project: default
flags:
  a: {type: boolean, description: %[1]s, environments: {development: {default: %[2]v}, production: {default: %[2]v}}}
`
	h.apply(t, ann, fmt.Sprintf(text, "first", true))
	h.apply(t, ann, fmt.Sprintf(text, "second", false))
	want := string(document.Render(must[*document.File](t)(h.Export(t.Context(), ann, "default"))))
	h.apply(t, ann, fmt.Sprintf(text, "third", true))
	for _, environment := range []string{"development", "production"} {
		file := must[*document.File](t)(h.ExportAsOf(t.Context(), ann, "default", environment, catalog.Moment{Revision: 3}))
		if diff := cmp.Diff(want, string(document.Render(file))); diff != "" {
			t.Errorf("%s: %s", environment, diff)
		}
	}
}
