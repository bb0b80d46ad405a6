package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"github.com/google/go-cmp/cmp"
)

func TestAFlagOfTheProjectIsARevisionInEveryEnvironment(t *testing.T) {
	h := open(t)
	out := must[catalog.Outcome](t)(h.CreateFlag(t.Context(), ann, "default", "Flags.isHoliday", document.Flag{Type: "boolean"}, none))
	if diff := cmp.Diff(map[string]int64{"production": 2, "development": 2}, out.Revisions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][2]int64{{1, 2}, {2, 2}}, h.announced); diff != "" {
		t.Error("announced:", diff)
	}
	if !strings.Contains(h.lines(t, "production")["Flags.isHoliday"], `"default":{"variation":null}`) {
		t.Errorf("an unconfigured flag serves the program's own default: %s", h.lines(t, "production"))
	}
	h.verify(t)
}

func TestAConfigurationIsARevisionOfItsEnvironmentOnly(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\n")
	out := must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("true"), none))
	if diff := cmp.Diff(map[string]int64{"production": 3, "development": 2}, out.Revisions); diff != "" {
		t.Error(diff)
	}
	if got := h.lines(t, "production")["x"]; !strings.Contains(got, `"default":{"variation":0}`) {
		t.Errorf("production serves %s", got)
	}
	if got := h.lines(t, "development")["x"]; !strings.Contains(got, `"default":{"variation":null}`) {
		t.Errorf("development serves %s", got)
	}
}

func TestAWriteThatChangesNothingWritesNothing(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	before := h.verify(t).Checked
	h.announced = nil
	out := must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("true"), none))
	if out.Changed || out.Revisions["production"] != 2 || len(out.ChangeIDs) != 0 {
		t.Errorf("got %+v", out)
	}
	if after := h.verify(t).Checked; after != before || h.announced != nil {
		t.Errorf("%d entries more, announced %v", after-before, h.announced)
	}
}

func TestAStaleRevisionIsRefused(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\n")
	stale := int64(1)
	_, err := h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("true"), catalog.WriteOptions{IfRevision: &stale})
	wantFault(t, err, fault.Precondition, "revision_moved", "production is at revision 2")
}

func TestAnObjectIsWrittenAtTheVersionThatWasRead(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\ntargetGroups:\n  g: {include: [a]}\nexperiments:\n  e: {environment: production, serve: {x: true}}\n")
	text := func(s string) *string { return &s }
	flag := func(by account.Actor, to string, o catalog.WriteOptions) error {
		_, err := h.PatchFlag(t.Context(), by, "default", "x", document.Flag{Description: text(to)}, o)
		return err
	}
	group := func(by account.Actor, to string, o catalog.WriteOptions) error {
		_, err := h.PutGroup(t.Context(), by, "default", "g", document.TargetGroup{Description: to}, o)
		return err
	}
	experiment := func(by account.Actor, to string, o catalog.WriteOptions) error {
		x := must[catalog.Experiment](t)(h.Experiment(t.Context(), by, "default", "e")).Experiment
		x.Description = to
		_, err := h.PutExperiment(t.Context(), by, "default", "e", x, o)
		return err
	}
	for name, object := range map[string]struct {
		put    func(account.Actor, string, catalog.WriteOptions) error
		remove func(catalog.WriteOptions) error
		read   func() (version int64)
	}{
		"flag": {flag, nil, func() int64 { return must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x")).Version }},
		"group": {group, func(o catalog.WriteOptions) error {
			_, err := h.DeleteGroup(t.Context(), ann, "default", "g", o)
			return err
		}, func() int64 {
			return must[catalog.Group](t)(h.Group(t.Context(), ann, "default", "g")).LastChange.Version()
		}},
		"experiment": {experiment, func(o catalog.WriteOptions) error {
			_, err := h.DeleteExperiment(t.Context(), ann, "default", "e", o)
			return err
		}, func() int64 {
			return must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "e")).LastChange.Version()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			loaded := object.read()
			at := catalog.WriteOptions{IfVersion: &loaded}
			if err := object.put(bob, "bob's", at); err != nil {
				t.Fatal(err)
			}
			wantFault(t, object.put(ann, "ann's", at), fault.Precondition, "version_moved", "bob changed ")
			now := object.read()
			if now == loaded {
				t.Fatalf("still at version %d", now)
			}
			if err := object.put(ann, "ann's", catalog.WriteOptions{IfVersion: &now}); err != nil {
				t.Fatal(err)
			}
			if object.remove == nil {
				return
			}
			wantFault(t, object.remove(at), fault.Precondition, "version_moved", "ann@example.org changed ")
			now = object.read()
			if err := object.remove(catalog.WriteOptions{IfVersion: &now}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestAConfigurationIsNotPartOfAFlagsVersion(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\n")
	before := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x")).Version
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), bob, "default", "x", "production", boolean("true"), none))
	if after := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x")).Version; after != before || before == 0 {
		t.Errorf("version %d, before %d", after, before)
	}
}

func TestOffAndOnAreImmediateAndKeepTheRest(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), bob, "default", "x", "production", catalog.WriteOptions{Comment: "fire"}))
	f := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x"))
	state := f.Environments["production"]
	if state.Enabled || state.Serving.Text != "OFF" || state.LastChange.Author.Name != "bob" || state.LastChange.Revision != 3 {
		t.Errorf("got %+v %+v", state, state.LastChange)
	}
	must[catalog.Outcome](t)(h.SwitchOn(t.Context(), bob, "default", "x", "production", none))
	f = must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x"))
	if c := f.Configurations["production"]; !c.Enabled || c.Default.Variation != "true" {
		t.Errorf("got %+v", c)
	}
}

func TestAnArchivedFlagLeavesEveryEnvironmentAndComesBackAsItWas(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	line := h.lines(t, "production")["x"]
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "x", none))
	if got := must[[]byte](t)(h.wire(t.Context(), "production")); len(got) != 0 {
		t.Errorf("still served: %s", got)
	}
	_, err := h.CreateFlag(t.Context(), ann, "default", "x", document.Flag{Type: "string"}, none)
	wantFault(t, err, fault.Conflict, "flag_exists", "archived")
	_, err = h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("true"), none)
	wantFault(t, err, fault.Conflict, "flag_archived")
	archived := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Archived: true})).Items
	if len(archived) != 1 || archived[0].ArchivedAt == 0 {
		t.Fatalf("got %+v", archived)
	}
	must[catalog.Outcome](t)(h.RestoreFlag(t.Context(), ann, "default", "x", none))
	if got := h.lines(t, "production")["x"]; got != line {
		t.Errorf("got %s, want %s", got, line)
	}
	h.verify(t)
	// A store read afresh knows the same.
	fresh := catalog.New(h.store, catalog.Options{})
	list := must[catalog.FlagPage](t)(fresh.Flags(t.Context(), ann, "default", catalog.FlagFilter{})).Items
	if len(list) != 1 || list[0].Environments["production"].Serving.Text != "true" {
		t.Errorf("got %+v", list)
	}
}

func TestWhatIsInUseIsNotTakenAway(t *testing.T) {
	h := open(t)
	h.apply(t, ann, `apiVersion: burgee/v1
project: default
targetGroups:
  beta: {include: [alice]}
flags:
  pay: {type: boolean}
  theme:
    type: string
    variations: [{id: blue, value: blue}, {id: red, value: red}]
    environments:
      production:
        prerequisites: [{flag: pay, variations: [true]}]
        rules: [{when: {group: beta}, serve: red}]
`)
	_, err := h.DeleteGroup(t.Context(), ann, "default", "beta", none)
	wantFault(t, err, fault.Conflict, "group_in_use", "flag theme in production")
	_, err = h.ArchiveFlag(t.Context(), ann, "default", "pay", none)
	wantFault(t, err, fault.Conflict, "flag_in_use", "flag theme in production")
	_, err = h.PatchFlag(t.Context(), ann, "default", "theme", document.Flag{Variations: []document.Variation{{ID: "blue", Value: []byte(`"blue"`)}}}, none)
	wantFault(t, err, fault.Invalid, "document_invalid", `"red" is still in use`)
	_, err = h.PatchFlag(t.Context(), ann, "default", "theme", document.Flag{Type: "boolean"}, none)
	wantFault(t, err, fault.Invalid, "document_invalid", "never changes")
	group := must[catalog.Group](t)(h.Group(t.Context(), ann, "default", "beta"))
	if len(group.UsedBy) != 1 || group.LastChange == nil {
		t.Errorf("got %+v", group)
	}
}

const twoArms = `apiVersion: burgee/v1
project: default
flags:
  a: {type: boolean}
experiments:
  launch:
    environment: production
    state: draft
    arms:
      - {name: new, share: %d, flags: {a: true}}
      - {name: old, share: %d, flags: {a: false}}
`

func TestAnExperimentGoesFromDraftToRunningToStopped(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoArms, 50, 50))
	if strings.Contains(h.lines(t, "production")["a"], "launch") {
		t.Error("a draft acts")
	}
	must[catalog.Outcome](t)(h.StartExperiment(t.Context(), ann, "default", "launch", none))
	if !strings.Contains(h.lines(t, "production")["a"], `"experiment":"launch","phase":1`) {
		t.Errorf("it does not act: %s", h.lines(t, "production")["a"])
	}
	x := must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch"))
	if x.State != document.Running || x.StartedAt == 0 || x.Phase != 1 {
		t.Errorf("got %+v", x)
	}
	_, err := h.DeleteExperiment(t.Context(), ann, "default", "launch", none)
	wantFault(t, err, fault.Conflict, "experiment_running", "stop it first")
	// Another share while it runs begins the next phase; another order does not.
	x.Experiment.Order = 7
	must[catalog.Outcome](t)(h.PutExperiment(t.Context(), ann, "default", "launch", x.Experiment, none))
	if x = must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")); x.Phase != 1 {
		t.Errorf("phase %d after a change of the order", x.Phase)
	}
	edited := x.Experiment
	edited.Arms = []document.Arm{
		{Name: "new", PPM: 750_000, Flags: map[string]string{"a": "true"}},
		{Name: "old", PPM: 250_000, Flags: map[string]string{"a": "false"}},
	}
	must[catalog.Outcome](t)(h.PutExperiment(t.Context(), ann, "default", "launch", edited, none))
	if x = must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")); x.Phase != 2 {
		t.Errorf("phase %d after a change of the shares", x.Phase)
	}
	moved := x.Experiment
	moved.Environment = "development"
	_, err = h.PutExperiment(t.Context(), ann, "default", "launch", moved, none)
	wantFault(t, err, fault.Invalid, "document_invalid", "environment")
	must[catalog.Outcome](t)(h.StopExperiment(t.Context(), ann, "default", "launch", none))
	if strings.Contains(h.lines(t, "production")["a"], "launch") {
		t.Error("a stopped one acts")
	}
	must[catalog.Outcome](t)(h.DeleteExperiment(t.Context(), ann, "default", "launch", none))
	_, err = h.Experiment(t.Context(), ann, "default", "launch")
	wantFault(t, err, fault.NotFound, "experiment_not_found")
	h.verify(t)
}

func TestUndoTakesBackWhatNobodyTouchedSince(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n  y: {type: boolean}\n")
	line := h.lines(t, "production")["x"]
	out := must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("false"), none))
	must[catalog.Outcome](t)(h.PutConfiguration(t.Context(), ann, "default", "y", "production", boolean("true"), none))
	undone := must[catalog.Outcome](t)(h.Undo(t.Context(), bob, "default", "production", out.Revisions["production"], none))
	if undone.Revisions["production"] != 5 || h.lines(t, "production")["x"] != line {
		t.Errorf("got %+v, %s", undone, h.lines(t, "production")["x"])
	}
	_, err := h.Undo(t.Context(), bob, "default", "production", out.Revisions["production"], none)
	wantFault(t, err, fault.Conflict, "undo_touched", "x was changed again by bob")
	h.wait(11 * time.Minute)
	_, err = h.Undo(t.Context(), bob, "default", "production", 4, none)
	wantFault(t, err, fault.Conflict, "undo_too_late")
	_, err = h.Undo(t.Context(), bob, "default", "production", 99, none)
	wantFault(t, err, fault.NotFound, "revision_not_found")
}

func TestUndoOfANewFlagArchivesItAndUndoOfAnArchiveRestoresIt(t *testing.T) {
	h := open(t)
	out := h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n")
	must[catalog.Outcome](t)(h.Undo(t.Context(), ann, "default", "production", out.Revisions["production"], none))
	f := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x"))
	if f.ArchivedAt == 0 {
		t.Error("the flag is not archived")
	}
	must[catalog.Outcome](t)(h.Undo(t.Context(), ann, "default", "production", 3, none))
	f = must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x"))
	if f.ArchivedAt != 0 || f.Configurations["production"] == nil {
		t.Errorf("got %+v", f)
	}
}

func TestOnlyWhoMayWrites(t *testing.T) {
	h := open(t)
	program := account.Actor{Kind: account.Application, Name: "calendar", Role: account.Declarer}
	_, err := h.CreateFlag(t.Context(), program, "default", "x", document.Flag{Type: "boolean"}, none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	_, err = h.Flags(t.Context(), program, "default", catalog.FlagFilter{})
	wantFault(t, err, fault.Forbidden, "forbidden")
	if _, err := h.CreateKey(t.Context(), program, "default", "production", catalog.KeySpec{Kind: catalog.ServerKey, Name: "k"}, none); err == nil {
		t.Error("a program made a key")
	}
}

func TestFlagsComeInPages(t *testing.T) {
	h := open(t)
	for _, key := range []string{"c", "a", "e", "b", "d", "z"} {
		must[catalog.Outcome](t)(h.CreateFlag(t.Context(), ann, "default", key, document.Flag{Type: "boolean"}, none))
	}
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "b", none))
	for name, want := range map[string]struct {
		filter     catalog.FlagFilter
		keys, next string
	}{
		"all":               {catalog.FlagFilter{}, "a c d e z", ""},
		"first":             {catalog.FlagFilter{Limit: 2}, "a c", "c"},
		"second":            {catalog.FlagFilter{Limit: 2, After: "c"}, "d e", "e"},
		"last":              {catalog.FlagFilter{Limit: 2, After: "e"}, "z", ""},
		"exactly the rest":  {catalog.FlagFilter{Limit: 3, After: "c"}, "d e z", ""},
		"after what is not": {catalog.FlagFilter{Limit: 1, After: "b"}, "c", "c"},
		"after the end":     {catalog.FlagFilter{After: "z"}, "", ""},
		"archived":          {catalog.FlagFilter{Archived: true, Limit: 1}, "b", ""},
	} {
		page := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", want.filter))
		var keys []string
		for _, f := range page.Items {
			keys = append(keys, f.Key)
			if f.Environments["production"].LastChange == nil {
				t.Errorf("%s: who made %s is not told", name, f.Key)
			}
		}
		if strings.Join(keys, " ") != want.keys || page.Next != want.next {
			t.Errorf("%s: %v, next %q", name, keys, page.Next)
		}
	}
}

func TestAPersonMakesNoFlagThatLooksLikeAnotherUnseen(t *testing.T) {
	h := open(t)
	boolean := document.Flag{Type: "boolean"}
	must[catalog.Outcome](t)(h.CreateFlag(t.Context(), ann, "default", "Flags.isHoliday", boolean, none))
	must[catalog.Outcome](t)(h.CreateFlag(t.Context(), ann, "default", "web.old-page", boolean, none))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "web.old-page", none))

	_, err := h.CreateFlag(t.Context(), ann, "default", "flags.is_holiday", boolean, none)
	wantFault(t, err, fault.Conflict, "looks_like", "flags.is_holiday looks like Flags.isHoliday", "say force")
	_, err = h.CreateFlag(t.Context(), ann, "default", "web.oldPage", boolean, none)
	wantFault(t, err, fault.Conflict, "looks_like", "web.old-page, which is archived")
	_, err = h.Flag(t.Context(), ann, "default", "Flags.isholiday")
	wantFault(t, err, fault.NotFound, "flag_not_found", "it looks like Flags.isHoliday")
	must[catalog.Outcome](t)(h.CreateFlag(t.Context(), ann, "default", "flags.is_holiday", boolean, catalog.WriteOptions{Force: true}))

	h.register(t, declared("1.0", value("FLAGS.isHoliday", "boolean", "false"))) // a program gets its flag
	for key, want := range map[string][]string{
		"Flags.isHoliday":  {"FLAGS.isHoliday", "flags.is_holiday"},
		"FLAGS.isHoliday":  {"Flags.isHoliday", "flags.is_holiday"},
		"flags.is_holiday": {"FLAGS.isHoliday", "Flags.isHoliday"},
		"web.old-page":     nil,
	} {
		if got := h.flag(t, key).LooksLike; !slices.Equal(got, want) {
			t.Errorf("%s looks like %v, want %v", key, got, want)
		}
	}
	out, err := h.tryApply(t.Context(), ann, "apiVersion: burgee/v1\nflags: {web.oldpage: {type: boolean}}\n", catalog.ApplyRequest{DryRun: true})
	want := []document.Warning{{Path: "flags.web.oldpage", Message: "looks like web.old-page; programs tell the two apart, so use one key if one flag is meant"}}
	if err != nil || !slices.Equal(out.Warnings, want) {
		t.Errorf("a file: %+v, %v", out.Warnings, err)
	}
}
