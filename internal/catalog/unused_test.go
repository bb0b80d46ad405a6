package catalog_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/sdk/eval"
)

// archiveUnused has flags archive themselves, and returns the archived ones with why
// they archived themselves.
func (h *home) archiveUnused(t *testing.T) map[string]string {
	t.Helper()
	for must[int](t)(h.ArchiveUnused(t.Context(), h.fence(t, "here"))) > 0 {
	}
	out := map[string]string{}
	for _, f := range must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Archived: true})).Items {
		out[f.Key] = f.ArchivedReason
	}
	return out
}

// valueOf is what a program gets for a flag in production: nil is its own default.
func (h *home) valueOf(t *testing.T, flag string) string {
	t.Helper()
	return fmt.Sprint(h.compiled(t).Detail(flag, eval.NewContext(map[string]any{"targetingKey": "alice"}), 0).Value)
}

// A history of which each flag from code has one trait: those that nobody would miss
// archive themselves, each with its reason, and none of them an instant early.
func TestFlagsThatNobodyUsesArchiveThemselves(t *testing.T) {
	h := open(t)
	kept := []string{"again", "evaluated", "configured", "off", "needed", "grouped", "tried", "proposed", "drafted", "filed", "described", "back", "wanted"}
	var flags []catalog.Declared
	for _, key := range append(kept, "gone", "gone.too") {
		flags = append(flags, value(key, "boolean", "false"))
	}
	h.register(t, declared("1.4.0", flags...))
	h.apply(t, ann, `apiVersion: burgee/v1
flags:
  person: {type: boolean}
  asks: {type: boolean, environments: {development: {prerequisites: [{flag: needed, variations: [true]}]}}}
targetGroups:
  early: {when: {flag: {grouped: true}}}
experiments:
  x: {environment: production, state: draft, serve: {tried: true}}
`)
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "configured", "development", boolean("false"), none))
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), ann, "default", "off", "production", none))
	must[catalog.ApplyResult](t)(h.fromFile(t, "apiVersion: burgee/v1\nflags: {filed: {managedBy: file}}\n", catalog.ApplyRequest{}))
	h.propose(t, cleo, "apiVersion: burgee/v1\nflags: {proposed: {environments: {production: {default: true}}}}\n")
	h.draft(t, cleo, "apiVersion: burgee/v1\nflags: {drafted: {environments: {production: {default: true}}}}\n")
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "back", catalog.WriteOptions{Force: true}))

	h.wait(10 * day)
	h.register(t, declared("1.4.0", value("again", "boolean", "false")))
	h.counted(t, "development", "evaluated -")
	words, always := "what it is for", document.Always
	must[catalog.Outcome](t)(h.PatchFlag(t.Context(), ann, "default", "wanted", document.Flag{KeepUntil: &always}, none))
	must[catalog.Outcome](t)(h.PatchFlag(t.Context(), ann, "default", "described", document.Flag{Description: &words}, none))
	must[catalog.Outcome](t)(h.RestoreFlag(t.Context(), ann, "default", "back", none))

	h.wait(20*day - time.Millisecond)
	if got := h.archiveUnused(t); len(got) != 0 {
		t.Fatalf("archived within the 30 days: %v", got)
	}
	before := map[string]string{}
	for _, key := range kept {
		before[key] = h.valueOf(t, key)
	}
	if got := h.valueOf(t, "gone"); got != "<nil>" {
		t.Errorf("nobody configured it, and programs get %s", got)
	}
	h.wait(time.Millisecond)
	reason := "no program has asked for it since 2026-11-03, and nobody has configured it"
	if diff := cmp.Diff(map[string]string{"gone": reason, "gone.too": reason}, h.archiveUnused(t)); diff != "" {
		t.Error(diff)
	}
	if got := h.valueOf(t, "gone"); got != "<nil>" {
		t.Errorf("archived, it gives programs %s and not their own default", got)
	}
	for key, want := range before {
		if got := h.valueOf(t, key); got != want {
			t.Errorf("%s served %q and now %q", key, want, got)
		}
	}
	entry := h.newest(t, "gone")
	if entry.Action != catalog.ActionArchive || entry.Author.Kind != account.Host || entry.Author.Name != "burgee" || entry.Comment != reason {
		t.Errorf("the record says %s by %v: %s", entry.Action, entry.Author, entry.Comment)
	}
	h.verify(t)

	// Thirty days after somebody did something about them, the next ones follow.
	h.wait(10*day - time.Millisecond)
	if got := h.archiveUnused(t); len(got) != 2 {
		t.Errorf("early: %v", got)
	}
	h.wait(time.Millisecond)
	got := slices.Sorted(maps.Keys(h.archiveUnused(t)))
	if diff := cmp.Diff([]string{"again", "back", "described", "evaluated", "gone", "gone.too"}, got); diff != "" {
		t.Error(diff)
	}
	if reason := h.flag(t, "evaluated").ArchivedReason; !strings.HasPrefix(reason, "no program has asked for it since 2026-11-13") {
		t.Errorf("evaluated: %s", reason)
	}
}

func (h *home) newest(t *testing.T, flag string) catalog.Change {
	t.Helper()
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: document.FlagKind, Object: flag, Limit: 1}))
	return page.Items[0]
}

func TestAFlagThatArchivedItselfComesBackWhenAProgramDeclaresIt(t *testing.T) {
	h := open(t)
	program := declared("1.4.0", value("away", "string", `"blue"`), value("taken.out", "boolean", "false"))
	h.register(t, program)
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "taken.out", catalog.WriteOptions{Force: true}))
	h.wait(30 * day)
	if got := h.archiveUnused(t); len(got) != 2 || got["away"] == "" || got["taken.out"] != "" {
		t.Fatalf("archived: %v", got)
	}
	wantFault(t, try(h.CreateFlag(t.Context(), ann, "default", "away", document.Flag{Type: "string"}, none)), fault.Conflict, "flag_exists", "archived")

	h.register(t, declared("1.5.0", value("away", "string", `"blue"`, `"red"`), value("taken.out", "boolean", "false"), value("new", "boolean", "true")))
	away := h.flag(t, "away")
	if away.ArchivedAt != 0 || away.ArchivedReason != "" || ids(away.Flag) != "blue red" || len(away.Stale) != 0 {
		t.Errorf("declared again: %+v", away.FlagSummary)
	}
	if taken := h.flag(t, "taken.out"); taken.ArchivedAt == 0 || !strings.Contains(strings.Join(taken.Drift, ""), "calendar 1.5.0 in production still asks") {
		t.Errorf("what a person archived: %+v", taken.FlagSummary)
	}
	if h.flag(t, "new").ArchivedAt != 0 {
		t.Error("the flag beside it was not made")
	}
	var got []string
	for _, c := range must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Object: "away"})).Items {
		got = append(got, fmt.Sprintf("%s by %s: %s", c.Action, c.Author, c.Comment))
	}
	want := []string{
		"update by app:calendar: ",
		"restore by app:calendar: calendar 1.5.0 in production declares it again",
		"archive by burgee: no program has asked for it since 2026-11-03, and nobody has configured it",
		"create by app:calendar: ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	h.verify(t)
	if _, err := h.CatchUp(t.Context(), "default"); err != nil {
		t.Error(err)
	}
}

func TestAFlagThatAPersonBroughtBackStaysForThirtyDays(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.4.0", value("x", "boolean", "false")))
	h.wait(30 * day)
	h.archiveUnused(t)
	must[catalog.Outcome](t)(h.RestoreFlag(t.Context(), ann, "default", "x", none))
	if f := h.flag(t, "x"); f.ArchivedReason != "" || len(f.Stale) != 0 {
		t.Errorf("brought back: %+v", f.FlagSummary)
	}
	h.wait(30*day - time.Millisecond)
	if got := h.archiveUnused(t); len(got) != 0 {
		t.Errorf("archived again after less than 30 days: %v", got)
	}
	h.wait(time.Millisecond)
	if got := h.archiveUnused(t); len(got) != 1 {
		t.Error("it stays for ever")
	}
}

// What a person said of a flag's variations holds when it was away in between.
func TestAFlagThatComesBackIsAsThePersonLeftIt(t *testing.T) {
	h := open(t)
	program := declared("1.4.0", value("theme", "string", `"blue"`, `"red"`))
	h.register(t, program)
	must[catalog.Outcome](t)(h.PatchFlag(t.Context(), ann, "default", "theme", document.Flag{Variations: []document.Variation{{ID: "blue", Value: []byte(`"blue"`)}}}, none))
	h.wait(30 * day)
	if got := h.archiveUnused(t); len(got) != 1 {
		t.Fatalf("archived: %v", got)
	}
	h.register(t, program)
	if theme := h.flag(t, "theme"); theme.ArchivedAt != 0 || ids(theme.Flag) != "blue" {
		t.Errorf("it came back with %s", ids(theme.Flag))
	}
}

// A file that was good before a flag of it archived itself is good afterwards, be it
// an export with its revision or what a repository applies time and again.
func TestAFileBringsBackTheFlagsThatArchivedThemselves(t *testing.T) {
	h := open(t)
	h.register(t, declared("1.4.0", value("listed", "boolean", "false"), value("left", "boolean", "false"), value("taken.out", "boolean", "false")))
	file := "apiVersion: burgee/v1\nflags:\n  listed: {owner: team-calendar}\n"
	must[catalog.ApplyResult](t)(h.fromFile(t, file, catalog.ApplyRequest{}))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "taken.out", catalog.WriteOptions{Force: true}))
	h.wait(30 * day)
	if got := h.archiveUnused(t); got["listed"] == "" || got["left"] == "" {
		t.Fatalf("archived: %v", got)
	}

	plan := must[catalog.ApplyResult](t)(h.fromFile(t, file, catalog.ApplyRequest{DryRun: true})).Plan
	if len(plan) != 1 || !slices.Equal(plan[0].Sentences, []string{"listed: restored"}) {
		t.Errorf("the plan is %+v", plan)
	}
	revised := "apiVersion: burgee/v1\nrevision: {production: 1, development: 1}\nflags:\n  listed: {owner: team-pay, environments: {production: {default: true}}}\n"
	must[catalog.ApplyResult](t)(h.fromFile(t, revised, catalog.ApplyRequest{}))
	listed := h.flag(t, "listed")
	if listed.ArchivedAt != 0 || listed.ArchivedReason != "" || document.Text(listed.Flag.Owner) != "team-pay" || !listed.Environments["production"].Configured {
		t.Errorf("named in a file: %+v", listed.FlagSummary)
	}
	if h.flag(t, "left").ArchivedAt == 0 {
		t.Error("one that no file names came back too")
	}
	if entry := h.newest(t, "listed"); entry.Action != catalog.ActionRestore {
		t.Errorf("the record says %s", entry.Action)
	}
	_, err := h.fromFile(t, "apiVersion: burgee/v1\nflags: {taken.out: {type: boolean}}\n", catalog.ApplyRequest{})
	wantFault(t, err, fault.Invalid, "document_invalid", "archived")
	h.verify(t)
	if _, err := h.CatchUp(t.Context(), "default"); err != nil {
		t.Error(err)
	}
}

func TestManyFlagsArchiveThemselvesInBatchesUnderTheLease(t *testing.T) {
	h := open(t)
	var flags []catalog.Declared
	for i := range 150 {
		flags = append(flags, value(fmt.Sprintf("f%03d", i), "boolean", "false"))
	}
	h.register(t, declared("1.4.0", flags...))
	h.protect(t, "production", 1) // nothing that programs get changes: nobody has to approve it
	h.wait(31 * day)
	fence := h.fence(t, "here")
	_, err := h.ArchiveUnused(t.Context(), lease.Fence{Name: fence.Name, Number: fence.Number - 1})
	if !errors.Is(err, lease.ErrLost) {
		t.Errorf("without the lease: %v", err)
	}
	for _, want := range []int{100, 50, 0} {
		if got := must[int](t)(h.ArchiveUnused(t.Context(), fence)); got != want {
			t.Errorf("archived %d, want %d", got, want)
		}
	}
	revisions := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 0))
	if len(revisions) != 3 {
		t.Errorf("%d revisions, want one of the registration and one of each batch", len(revisions))
	}
}

func try[T any](_ T, err error) error { return err }
