package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/audit"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// erase erases, in all projects, and returns what was done in the first.
func (h *home) erase(t *testing.T, unit string) (catalog.ErasureResult, catalog.ErasedProject) {
	t.Helper()
	out := must[catalog.ErasureResult](t)(h.Erase(t.Context(), ann, catalog.EraseRequest{Unit: unit, Comment: "asked for by " + unit, RequestID: "r-erase"}))
	if len(out.Projects) == 0 {
		t.Fatalf("%s was found nowhere", unit)
	}
	return out, out.Projects[0]
}

// everything is all that can be read of a project, as text: its record, each of its
// revisions, what is live, its change requests and what programs get.
func (h *home) everything(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	write := func(v any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
		out.WriteByte('\n')
	}
	out.Write(h.export(t))
	file, err := h.Export(t.Context(), ann, "default")
	write(file, err)
	requests, _, err := h.ChangeRequests(t.Context(), ann, "default", catalog.ChangeRequestFilter{})
	write(requests, err)
	for _, c := range requests {
		c, err := h.ChangeRequest(t.Context(), ann, "default", c.Number)
		write(c, err)
	}
	h.rows(t, write)
	project := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	for _, e := range project.Environments {
		for number := int64(1); number <= e.Revision; number++ {
			then, err := h.ExportAsOf(t.Context(), ann, "default", e.Key, catalog.Moment{Revision: number})
			write(then, err)
		}
		lines, err := h.store.Ruleset(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(bytes.Join(lines.Lines, []byte("\n")))
		deltas, err := h.store.Deltas(t.Context(), e.ID, 0, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range deltas {
			out.Write(bytes.Join(d.Changed, []byte("\n")))
		}
	}
	return out.String()
}

// rows writes what is stored beside a project's objects.
func (h *home) rows(t *testing.T, write func(any, error)) {
	t.Helper()
	err := h.store.Read(t.Context(), func(r catalog.Reader) error {
		project, err := r.Project("default")
		if err != nil {
			return err
		}
		rollouts, err := r.Rollouts(catalog.RolloutQuery{ProjectID: project.ID, Limit: 100})
		write(rollouts, err)
		declarations, err := r.Declarations(project.ID)
		write(declarations, err)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// export is the record as it leaves the server, which holds.
func (h *home) export(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	w := audit.NewWriter(&out, "default")
	if err := h.ExportRecord(t.Context(), ann, "default", func() {}, w.Write); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if report, err := audit.Verify(bytes.NewReader(out.Bytes())); err != nil || !report.OK {
		t.Fatalf("the export does not hold: %+v, %v", report, err)
	}
	if state := must[catalog.ChainState](t)(h.VerifyChain(t.Context(), ann, "default")); !state.OK {
		t.Fatalf("the chain does not hold: %+v", state)
	}
	return out.Bytes()
}

const withAlice = `apiVersion: burgee/v1
project: default
targetGroups:
  beta: {description: "alice and others", include: [alice, bob], exclude: [alice2]}
flags:
  x:
    type: boolean
    description: asked for by alice
    environments:
      production:
        targets: {targetingKey: {alice: true, alice2: false}}
        rules: [{name: of alice, when: {email: [alice, zoe]}, serve: true}, {when: {group: beta}, serve: true}]
        default: false
      development: {targets: {targetingKey: {alice: true}}, default: false}
  old: {type: boolean, environments: {production: {targets: {targetingKey: {alice: true}}, default: false}}}
  kept: {type: string, variations: [{id: a, value: for alice}, {id: b, value: b}], environments: {production: {default: b}}}
experiments:
  test: {environment: production, description: without alice, state: draft, when: {not: {targetingKey: alice}}, arms: [{name: a, share: 50, flags: {kept: a}}, {name: b, share: 50, flags: {kept: b}}]}
`

func TestEraseTakesAnIdentifierOutOfEverything(t *testing.T) {
	h := open(t)
	h.apply(t, ann, withAlice)
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "old", catalog.WriteOptions{Comment: "alice said so"}))
	c := h.propose(t, cleo, "apiVersion: burgee/v1\nproject: default\ntargetGroups:\n  beta: {description: \"alice and others\", include: [alice, bob, carl], exclude: [alice2]}\n")
	must[catalog.ChangeRequest](t)(h.CommentOn(t.Context(), dora, "default", c.Number, "for alice?", none))
	before := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))

	dry := must[catalog.ErasureResult](t)(h.Erase(t.Context(), ann, catalog.EraseRequest{Unit: "alice", DryRun: true}))
	if !strings.Contains(h.everything(t), `"alice"`) {
		t.Fatal("a dry run erased")
	}
	h.announced = nil
	result, got := h.erase(t, "alice")
	got.Project, dry.Projects[0].Project = "", ""
	if diff := cmp.Diff(dry.Projects[0], got); diff != "" {
		t.Errorf("done otherwise than planned:\n%s", diff)
	}
	want := []string{
		"target_group beta  description include", "flag x  description",
		"configuration old production targets.targetingKey", "configuration x development targets.targetingKey",
		"configuration x production targets.targetingKey rules[0].name rules[0].when.email",
		"experiment test production description when.not.targetingKey",
	}
	var objects []string
	for _, o := range got.Objects {
		objects = append(objects, fmt.Sprintf("%s %s %s %s", o.Kind, o.Key, o.Environment, strings.Join(o.Places, " ")))
		if o.Archived != (o.Key == "old") {
			t.Errorf("%s archived: %t", o.Key, o.Archived)
		}
	}
	slices.Sort(objects)
	slices.Sort(want)
	if diff := cmp.Diff(want, objects); diff != "" {
		t.Error(diff)
	}
	if len(got.Kept) != 1 || got.Kept[0].Key != "kept" || got.ChangeRequests != 1 || got.Named != 0 {
		t.Errorf("got %+v", got)
	}
	if len(h.announced) != len(before.Environments) {
		t.Errorf("announced %v", h.announced)
	}
	for _, e := range before.Environments {
		if got.Revisions[e.Key] != e.Revision+1 {
			t.Errorf("%s went from %d to %d", e.Key, e.Revision, got.Revisions[e.Key])
		}
	}
	all := strings.ReplaceAll(h.everything(t), "alice2", "")
	all = strings.ReplaceAll(all, `for alice"`, "") // the value that is kept
	if at := strings.Index(all, "alice"); at >= 0 {
		t.Errorf("it is still there: …%s…", all[max(0, at-200):at+50])
	}
	if !strings.Contains(all, result.Placeholder) {
		t.Error("the placeholder is nowhere")
	}
	if mismatch := must[[]string](t)(h.VerifyLines(t.Context(), ann, "default")); len(mismatch) > 0 {
		t.Error(mismatch)
	}
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), ann, "default", c.Number))
	if c.Conflicts() != 0 || c.Misfit != "" || c.Version != 1 {
		t.Errorf("the change request is in conflict: %+v", c)
	}
	must[catalog.ChangeRequest](t)(h.publish(dora, c))
	must[catalog.Outcome](t)(h.RestoreFlag(t.Context(), ann, "default", "old", none))
	if again := must[catalog.ErasureResult](t)(h.Erase(t.Context(), ann, catalog.EraseRequest{Unit: "alice", DryRun: true})); again.Projects[0].Entries != 0 || len(again.Projects[0].Objects) != 0 {
		t.Errorf("found again: %+v", again.Projects)
	}
	h.export(t)
}

func TestEraseReachesRolloutsAndDeclarations(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {targets: {targetingKey: {alice: true, bob: true}}, default: false}}}\n")
	calendar := catalog.Application{Name: "calendar", Version: "1.4.0", SDK: "go/0.1.0"}
	other := calendar
	other.Version = "1.5.0"
	said := catalog.Declared{Key: "x", Type: "boolean", Default: []byte("false"), Description: "what alice asked for"}
	theme := catalog.Declared{Key: "theme", Type: "string", Default: []byte(`"of alice"`)}
	h.register(t, catalog.Registration{Project: "default", Environment: "production", Application: calendar, Flags: []catalog.Declared{said, theme}},
		catalog.Registration{Project: "default", Environment: "production", Application: other, Flags: []catalog.Declared{said}})
	h.start(t, ann, ramp(10, 50, 100))
	h.later(t, time.Hour)

	untouched := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default"}))
	if slices.ContainsFunc(untouched.Items, func(c catalog.Change) bool { return c.Erased }) {
		t.Errorf("erased before anything was: %+v", untouched.Items)
	}
	_, got := h.erase(t, "alice")
	h.erasedSince(t, got.Entries)
	var objects []string
	for _, o := range got.Objects {
		objects = append(objects, fmt.Sprintf("%s %s %s: %s", o.Kind, o.Key, o.Environment, strings.Join(o.Places, ", ")))
	}
	want := []string{
		"configuration x production: targets.targetingKey",
		"rollout 1 production: began: targets.targetingKey, left: targets.targetingKey",
		"declaration x production: description by calendar 1.4.0, description by calendar 1.5.0",
	}
	for _, object := range want {
		if !slices.Contains(objects, object) {
			t.Errorf("%q is not among\n%s", object, strings.Join(objects, "\n"))
		}
	}
	if !slices.ContainsFunc(got.Kept, func(o catalog.ErasedObject) bool {
		return o.Kind == catalog.DeclarationKind && o.Key == "theme" && slices.Equal(o.Places, []string{"values by calendar 1.4.0"})
	}) {
		t.Errorf("the default of theme is not told: %+v", got.Kept)
	}
	all := strings.ReplaceAll(h.everything(t), `"of alice"`, "")
	all = strings.ReplaceAll(all, `\"of alice\"`, "")
	if at := strings.Index(all, "alice"); at >= 0 {
		t.Errorf("it is still there: …%s…", all[max(0, at-200):at+50])
	}

	// It goes on, and goes back to where it began.
	h.later(t, time.Hour)
	if r := h.rollout(t, 1); r.State != catalog.RolloutDone || r.Problem != "" {
		t.Errorf("the rollout is %s: %s", r.State, r.Problem)
	}
	must[catalog.Rollout](t)(h.RollBackRollout(t.Context(), ann, "default", 1, none))
	if got := h.serving(t, "x"); !strings.Contains(got, "false") {
		t.Errorf("it serves %s", got)
	}
	if got := h.asOf(t, "x", "bob", catalog.Moment{}); !strings.Contains(got, "true TARGET") {
		t.Errorf("bob gets %s", got)
	}
	h.export(t)
}

// erasedSince checks that as many entries as were rewritten say so, in the list and
// in an export, and that all of these are about what had the identifier.
func (h *home) erasedSince(t *testing.T, entries int) {
	t.Helper()
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Limit: 200}))
	listed, exported := 0, 0
	for _, c := range page.Items {
		if !c.Erased {
			continue
		}
		listed++
		if c.Object != "x" {
			t.Errorf("the entry of %s %s is said to be rewritten", c.Kind, c.Object)
		}
	}
	filter := catalog.ChangeFilter{Project: "default", Environment: "production", Object: "x"}
	err := h.ExportChanges(t.Context(), ann, filter, func() {}, func(c catalog.Change) error {
		if c.Object != "x" {
			t.Errorf("the part has %s %s", c.Kind, c.Object)
		}
		if c.Erased {
			exported++
		}
		return nil
	})
	if err != nil || listed != entries || exported == 0 || exported > listed {
		t.Errorf("%d entries listed and %d exported as rewritten, want %d: %v", listed, exported, entries, err)
	}
}

func TestTheRecordTellsOfAnErasure(t *testing.T) {
	h := open(t)
	h.apply(t, ann, withAlice)
	h.wait(time.Minute)
	result, got := h.erase(t, "alice")
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.ErasureKind}))
	if len(page.Items) != 1 {
		t.Fatalf("got %+v", page.Items)
	}
	e := page.Items[0]
	words := fmt.Sprintf("an identifier was erased: %s stands where it was; %d entries of the record were rewritten", result.Placeholder, got.Entries)
	if !cmp.Equal(e.Sentences, []string{words}) || e.Comment != "asked for by "+result.Placeholder || e.Author.Name != ann.Name || e.RequestID != "r-erase" ||
		e.Action != catalog.ActionErase || len(e.Diff) != 0 || !cmp.Equal(e.Revisions, got.Revisions) {
		t.Errorf("got %+v", e)
	}
	history := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: document.TargetGroupKind, Object: "beta"}))
	if len(history.Items) != 2 || !strings.Contains(strings.Join(history.Items[0].Sentences, " "), result.Placeholder) ||
		!strings.Contains(string(history.Items[1].After), result.Placeholder) {
		t.Errorf("the history of the group: %+v", history.Items)
	}
	state := must[catalog.ChainState](t)(h.VerifyChain(t.Context(), ann, "default"))
	if !state.OK || state.Rewritten != int64(got.Entries) {
		t.Errorf("got %+v", state)
	}
}

func TestThePastAfterAnErasure(t *testing.T) {
	h := open(t)
	h.apply(t, ann, withAlice)
	h.wait(time.Minute)
	users := []string{"bob", "alice2", "zoe", "nobody"}
	answers := func() (out []string) {
		for _, user := range users {
			out = append(out, h.asOf(t, "x", user, catalog.Moment{Revision: 2}))
		}
		return out
	}
	before := answers()
	if h.asOf(t, "x", "alice", catalog.Moment{Revision: 2}) != "2 true TARGET" {
		t.Fatal("alice was no target")
	}
	_, got := h.erase(t, "alice")
	if after := answers(); !cmp.Equal(before, after) {
		t.Errorf("others got %v, now %v", before, after)
	}
	if got := h.asOf(t, "x", "alice", catalog.Moment{Revision: 2}); got != "2 false DEFAULT" {
		t.Errorf("alice got %s", got)
	}
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "production", catalog.Moment{Revision: 2}))
	if past.Erased != h.now.UnixMilli() {
		t.Errorf("erased at %d", past.Erased)
	}
	present := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "production", catalog.Moment{Revision: got.Revisions["production"]}))
	if present.Erased != 0 {
		t.Errorf("the revision of the erasure says that one came after it")
	}
	must[catalog.RollbackResult](t)(h.Rollback(t.Context(), ann, "default", catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 2}}))
	if strings.Contains(strings.ReplaceAll(h.everything(t), "alice2", ""), `"alice"`) {
		t.Error("a rollback brought it back")
	}
}

func TestWhoMayErase(t *testing.T) {
	h := open(t)
	h.apply(t, ann, withAlice)
	erase := func(actor account.Actor, project string) error {
		_, err := h.Erase(t.Context(), actor, catalog.EraseRequest{Unit: "alice", Project: project, DryRun: true})
		return err
	}
	wantFault(t, erase(emil, "default"), fault.Forbidden, "forbidden", "erase")
	wantFault(t, erase(emil, ""), fault.Forbidden, "forbidden", "erase")
	wantFault(t, erase(gina, "elsewhere"), fault.NotFound, "project_not_found")
	wantFault(t, erase(somebody("iris", account.Admin, account.Scope{Project: "default", Environment: "production"}), "default"), fault.Forbidden, "forbidden")
	for _, actor := range []account.Actor{ann, gina} {
		if err := erase(actor, "default"); err != nil {
			t.Error(err)
		}
	}
	for unit, code := range map[string]string{"": "unit_invalid", "  ": "unit_invalid", "\xff": "unit_invalid", strings.Repeat("a", 1025): "unit_invalid"} {
		_, err := h.Erase(t.Context(), ann, catalog.EraseRequest{Unit: unit})
		wantFault(t, err, fault.Invalid, code)
	}
}

// Other nodes have the project in memory; a flag that they restore comes back
// without the identifier.
func TestOtherNodesFollowAnErasure(t *testing.T) {
	h := open(t)
	h.apply(t, ann, withAlice)
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "old", none))
	other := catalog.New(h.store, catalog.Options{Clock: h.clock()})
	must[*document.File](t)(other.Export(t.Context(), ann, "default")) // has it in memory now
	h.erase(t, "alice")
	must[catalog.Outcome](t)(other.RestoreFlag(t.Context(), ann, "default", "old", none))
	text, err := json.Marshal(must[*document.File](t)(other.Export(t.Context(), ann, "default")))
	if err != nil || strings.Contains(string(text), `"alice"`) {
		t.Errorf("the other node has it: %s %v", text, err)
	}
	h.export(t)
}

// An identifier that is only in retained deltas is taken from there too.
func TestWhatWasTakenOutBeforeIsErasedFromTheLog(t *testing.T) {
	h := open(t)
	group := func(members ...string) {
		must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "default", "beta", document.TargetGroup{Include: members}, none))
	}
	group("alice", "bob")
	group("bob")
	_, got := h.erase(t, "alice")
	if len(got.Objects) != 0 || got.Entries != 2 || len(got.Revisions) == 0 {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(h.everything(t), "alice") {
		t.Error("it is still there")
	}
	group("bob", "carl")
	h.export(t)
}

// Whatever was changed in whatever order, after an erasure the identifier is
// nowhere, the chain holds, what programs get fits what is configured, and nobody
// else gets anything else, now or then.
func TestErasePropertyOfHistories(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := open(t)
			r := rand.New(rand.NewPCG(seed, 7))
			units := []string{"u-7", "u-77", "u-7@x.org", "xu-7", "7"}
			pick := func() string { return units[r.IntN(len(units))] }
			for range 12 {
				h.wait(time.Second)
				text := fmt.Sprintf("apiVersion: burgee/v1\nproject: default\ntargetGroups:\n  g: {include: [%q], exclude: [%q]}\n"+
					"flags:\n  f: {type: boolean, description: %q, environments: {production: {targets: {targetingKey: {%q: true}}, rules: [{when: {targetingKey: [%q, %q]}, serve: true}, {when: {group: g}, serve: true}], default: false}}}\n",
					pick(), pick(), "for "+pick()+".", pick(), pick(), pick())
				file := must[*document.File](t)(document.Parse("f.yaml", []byte(text)))
				must[catalog.ApplyResult](t)(h.Apply(t.Context(), ann, "default", catalog.ApplyRequest{File: file, Comment: "by " + pick()}))
			}
			project := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
			var last int64
			for _, e := range project.Environments {
				if e.Key == "production" {
					last = e.Revision
				}
			}
			answers := func() (out []string) {
				for revision := int64(2); revision <= last; revision++ {
					for _, user := range append(units[1:], "nobody") {
						out = append(out, h.asOf(t, "f", user, catalog.Moment{Revision: revision}))
					}
				}
				return out
			}
			before := answers()
			h.erase(t, "u-7")
			if diff := cmp.Diff(before, answers()); diff != "" {
				t.Errorf("others got something else:\n%s", diff)
			}
			all := h.everything(t)
			for _, other := range units[1:4] {
				all = strings.ReplaceAll(all, other, "")
			}
			if at := strings.Index(all, "u-7"); at >= 0 {
				t.Errorf("it is still there: …%s…", all[max(0, at-100):at+50])
			}
			if mismatch := must[[]string](t)(h.VerifyLines(t.Context(), ann, "default")); len(mismatch) > 0 {
				t.Error(mismatch)
			}
		})
	}
}
