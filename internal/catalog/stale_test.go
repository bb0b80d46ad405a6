package catalog_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/ingest"
)

const day = 24 * time.Hour

// counted counts evaluations at the home's present: each "flag variation", - for the
// program's own default, in an environment.
func (h *home) counted(t *testing.T, environment string, lines ...string) {
	t.Helper()
	ids := map[string]int64{}
	for _, e := range must[[]delivery.EnvironmentState](t)(h.store.Environments(t.Context())) {
		ids[e.Key] = e.ID
	}
	load, now := &ingest.Load{}, h.clock()()
	for _, line := range lines {
		flag, variation, _ := strings.Cut(line, " ")
		load.Batch(fmt.Sprint(now.UnixMilli(), environment, line), ingest.Row{
			EnvironmentID: ids[environment], Minute: now.Truncate(time.Minute).UnixMilli(), Flag: flag, Variation: strings.TrimPrefix(variation, "-"),
			Reason: "DEFAULT", Application: "calendar", Version: "1.4.0", SDK: "go/0.1.0", Count: 3,
		})
	}
	if err := h.store.AddCounts(t.Context(), load); err != nil {
		t.Fatal(err)
	}
}

// A history of 60 days, of which each flag has one trait; the marks are exactly those
// that it has earned, each with its reason, and none comes a day early.
func TestStaleFlagsAreExactlyThoseOfTheHistory(t *testing.T) {
	h := open(t)
	h.apply(t, ann, `apiVersion: burgee/v1
flags:
  same: {type: boolean}
  default: {type: boolean}
  differs.everywhere: {type: boolean}
  differs.in.time: {type: boolean}
  changed: {type: boolean}
  silent: {type: boolean}
  never: {type: boolean}
  declared: {type: boolean}
  switch: {type: boolean, kind: operational}
  right: {type: boolean, kind: permission}
  dated: {type: boolean, expires: "2026-12-10"}
  held: {type: boolean}
`)
	h.register(t, declared("1.4.0", value("declared", "boolean", "false")))
	for i := range 60 {
		if i == 55 {
			h.apply(t, ann, "apiVersion: burgee/v1\nflags: {young: {type: boolean}}\n")
		}
		switch i {
		case 35:
			h.apply(t, ann, "apiVersion: burgee/v1\nflags: {changed: {type: boolean, environments: {development: {default: true}}}}\n")
			h.apply(t, ann, "apiVersion: burgee/v1\nexperiments: {x: {environment: production, state: running, serve: {held: true}}}\n")
			h.register(t, declared("1.4.0", value("declared", "boolean", "false")))
		case 20, 45:
			h.counted(t, "production", "differs.in.time false")
		case 5:
			h.counted(t, "production", "silent true", "silent false")
		}
		h.counted(t, "production", "same true", "default -", "differs.everywhere true", "changed true", "switch true", "dated true", "held true", "unknown true")
		h.counted(t, "development", "same true", "default -", "differs.everywhere false", "changed true", "differs.in.time true")
		if i == 29 {
			wantStale(t, h, map[string]string{}) // on the last of the thirty days nothing is
		}
		h.wait(day)
	}
	wantStale(t, h, map[string]string{
		"same":    "one_variation@0: has served true to everyone, wherever a program asked, since 2026-11-03",
		"default": "one_variation@0: has served the program's own default to everyone, wherever a program asked, since 2026-11-03",
		"silent":  "not_asked@5: no program has asked for it since 2026-11-08",
		"never":   "not_asked@0: no program has ever asked for it; it was made on 2026-11-03",
		"right":   "not_asked@0: no program has ever asked for it; it was made on 2026-11-03",
		"dated": "one_variation@0: has served true to everyone, wherever a program asked, since 2026-11-03\n" +
			"expired@38: was to be removed by 2026-12-10",
	})
	h.wait(16 * day) // differs.in.time has served one thing for 31 days, if anybody asked
	h.counted(t, "development", "differs.in.time true", "same false")
	page := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Stale: true, Limit: 2}))
	if len(page.Items) != 2 || page.Items[0].Key != "changed" || page.Items[1].Key != "dated" || page.Next != "dated" {
		t.Errorf("the first page ends at %q: %+v", page.Next, page.Items)
	}
	for _, key := range []string{"same", "differs.in.time"} {
		want := key == "differs.in.time"
		if got := h.flag(t, key).Stale; (len(got) > 0) != want {
			t.Errorf("%s: %+v", key, got)
		}
	}
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "never", none))
	if got := h.flag(t, "never").Stale; got != nil {
		t.Errorf("an archived flag is stale: %+v", got)
	}
}

// wantStale compares the marks of all flags: each as reason@day since the start: words.
func wantStale(t *testing.T, h *home, want map[string]string) {
	t.Helper()
	start := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC).UnixMilli()
	got := map[string]string{}
	for _, f := range must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Stale: true})).Items {
		var lines []string
		for _, s := range f.Stale {
			lines = append(lines, fmt.Sprintf("%s@%d: %s", s.Reason, (s.Since-start)/day.Milliseconds(), s.Words))
		}
		got[f.Key] = strings.Join(lines, "\n")
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if got[key] != want[key] {
			t.Errorf("%s\ngot  %s\nwant %s", key, got[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] == "" {
			t.Errorf("%s is not stale; want %s", key, want[key])
		}
	}
}

func TestAFlagThatSomebodyKeepsIsNotStale(t *testing.T) {
	h := open(t)
	h.apply(t, ann, `apiVersion: burgee/v1
flags:
  ever: {type: boolean, keepUntil: always}
  ninety: {type: boolean, keepUntil: "2027-02-01", expires: "2026-12-01"}
  plain: {type: boolean}
`)
	_, err := h.tryApply(t.Context(), ann, "apiVersion: burgee/v1\nflags: {plain: {keepUntil: soon}}\n", catalog.ApplyRequest{})
	wantFault(t, err, fault.Invalid, "document_invalid", "flags.plain.keepUntil")
	stale := func() (keys []string) {
		for _, f := range must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Stale: true})).Items {
			keys = append(keys, f.Key)
		}
		return keys
	}
	h.wait(time.Date(2027, 2, 1, 23, 59, 59, 0, time.UTC).Sub(h.now)) // the day itself is still kept
	if got := stale(); !slices.Equal(got, []string{"plain"}) {
		t.Errorf("stale: %v", got)
	}
	h.wait(time.Second)
	if got := stale(); !slices.Equal(got, []string{"ninety", "plain"}) {
		t.Errorf("a day later: %v", got)
	}
	nothing := ""
	must[catalog.Outcome](t)(h.PatchFlag(t.Context(), ann, "default", "ever", document.Flag{KeepUntil: &nothing}, none))
	if got := stale(); !slices.Equal(got, []string{"ever", "ninety", "plain"}) {
		t.Errorf("no longer kept: %v", got)
	}
	if got := h.newest(t, "ever").Sentences; !slices.Equal(got, []string{"ever: no longer kept"}) {
		t.Errorf("the record says %q", got)
	}
}

func TestAFlagThatProgramsAskForIsNotArchivedUnseen(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nflags: {asked: {type: boolean}, other: {type: boolean}}\n")
	h.register(t, declared("2.0", value("code", "boolean", "false")))
	h.counted(t, "production", "asked true")
	h.wait(time.Hour)
	h.counted(t, "production", "asked true", "asked false")
	h.counted(t, "development", "asked true")

	asking := must[[]catalog.Asker](t)(h.AskedBy(t.Context(), ann, "default", "asked"))
	var got []string
	for _, a := range asking {
		got = append(got, fmt.Sprintf("%s %d", a, a.Evaluations))
	}
	if strings.Join(got, "; ") != "calendar 1.4.0 in development 3; calendar 1.4.0 in production 9" {
		t.Errorf("asked for by %q", got)
	}
	for key, words := range map[string]string{"asked": "calendar 1.4.0 in development, calendar 1.4.0 in production", "code": "calendar 2.0 in production"} {
		_, err := h.ArchiveFlag(t.Context(), ann, "default", key, none)
		wantFault(t, err, fault.Conflict, "flag_asked_for", words)
		_, _, err = h.Propose(t.Context(), ann, "default", catalog.Proposal{Title: "out", Remove: []catalog.ObjectRef{{Kind: "flag", Key: key}}})
		wantFault(t, err, fault.Conflict, "flag_asked_for", words)
	}
	_, err := h.tryApply(t.Context(), ann, "apiVersion: burgee/v1\nflags: {other: {type: boolean}, code: {type: boolean}}\n", catalog.ApplyRequest{Prune: true})
	wantFault(t, err, fault.Conflict, "flag_asked_for", "calendar 1.4.0 in production")
	_, err = h.tryApply(t.Context(), ann, "apiVersion: burgee/v1\nflags: {other: {type: boolean}}\n", catalog.ApplyRequest{Prune: true})
	wantFault(t, err, fault.Conflict, "flag_asked_for", "programs asked for 2 flags", "flags.code: still asked for by calendar 2.0 in production")
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "other", none))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "code", catalog.WriteOptions{Force: true}))
	h.wait(7*day + time.Minute)
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "asked", none))
}
