package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

const twoPlaces = `apiVersion: burgee/v1
targetGroups: {beta: {include: [alice]}}
flags:
  pay.api: {type: boolean, environments: {development: {default: true}, production: {default: false}}}
  Flags.theme:
    type: string
    variations: [{id: blue, value: blue}, {id: red, value: red}]
    environments:
      development:
        prerequisites: [{flag: pay.api, variations: [true]}]
        rules: [{id: beta, when: {group: beta}, serve: red}]
        default: {serve: {blue: 75, red: 25}}
  Flags.isHoliday: {type: boolean, environments: {production: {default: true}}}
  Flags.same: {type: boolean, environments: {development: {default: true}, production: {default: true}}}
  Flags.untouched: {type: boolean}
`

func (h *home) create(t *testing.T, wanted catalog.NewEnvironment) catalog.Environment {
	t.Helper()
	out, err := h.CreateEnvironment(t.Context(), ann, "default", wanted, none)
	return must[catalog.Environment](t)(out, err)
}

// places are the keys of the environments of the project default.
func (h *home) places(t *testing.T) (live, archived []string) {
	t.Helper()
	p := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	for _, e := range p.Environments {
		live = append(live, e.Key)
	}
	for _, e := range p.Archived {
		archived = append(archived, e.Key)
	}
	return live, archived
}

// served are the keys of the environments that the data plane is told of.
func (h *home) served(t *testing.T) []string {
	t.Helper()
	list, err := h.store.Environments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, e := range list {
		keys = append(keys, e.Project+"/"+e.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestANewEnvironmentIsServedAtOnce(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	h.announced = nil
	made := h.create(t, catalog.NewEnvironment{Key: "staging", Name: " Staging "})
	if made.Name != "Staging" || made.Kind != catalog.Other || made.Revision != 1 {
		t.Errorf("got %+v", made)
	}
	if len(h.announced) != 1 || h.announced[0] != [2]int64{made.ID, 1} {
		t.Errorf("announced %v", h.announced)
	}
	if got := h.served(t); !slices.Contains(got, "default/staging") {
		t.Errorf("the data plane is told of %v", got)
	}
	// Every flag has its line there, though nobody has configured one.
	if lines := string(must[[]byte](t)(h.wire(t.Context(), "staging"))); strings.Count(lines, "\n") < 5 || !strings.Contains(lines, "Flags.untouched") {
		t.Errorf("served: %s", lines)
	}
	h.apply(t, ann, "apiVersion: burgee/v1\nflags: {Flags.theme: {environments: {staging: {default: red}}}}")
	flag := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "Flags.theme"))
	if got := flag.Environments["staging"].Serving.Text; got != "red" {
		t.Errorf("staging serves %q", got)
	}
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "staging", catalog.Moment{Revision: 1}))
	if past.Project.Configuration("staging", "Flags.theme") != nil {
		t.Error("at its first revision nobody had configured anything")
	}
	_, err := h.Undo(t.Context(), ann, "default", "staging", 1, none)
	wantFault(t, err, fault.Conflict, "undo_environment", "archive")
	h.verify(t)
}

func TestAnEnvironmentIsMadeLikeAnother(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces+`
experiments:
  launch: {environment: development, state: running, serve: {Flags.isHoliday: true}}
`)
	must[catalog.Outcome](t)(h.SetApprovals(t.Context(), ann, "default", "development", 1, none))
	made := h.create(t, catalog.NewEnvironment{Key: "copy", Like: "development"})
	if made.Approvals != 1 || made.Kind != catalog.Development || made.Name != "copy" {
		t.Errorf("got %+v", made)
	}
	if keys := must[[]catalog.Key](t)(h.Keys(t.Context(), ann, "default", "copy")); len(keys) != 0 {
		t.Errorf("it has the keys %+v", keys)
	}
	same := must[catalog.Comparison](t)(h.CompareEnvironments(t.Context(), ann, "default", "development", "copy"))
	if len(same.Differences) != 0 || same.Same != 5 || len(same.Experiments) != 1 {
		t.Errorf("got %+v", same)
	}
	changes := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Environment: "copy"}))
	if len(changes.Items) != 4 || changes.Items[0].Sentences[0] != "environment copy: created as a copy of development" {
		t.Errorf("recorded: %+v", changes.Items)
	}
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "copy", catalog.Moment{Revision: 1}))
	if past.Project.Configuration("copy", "Flags.theme") == nil {
		t.Error("its first revision is without what it was made like")
	}
	h.verify(t)
}

func TestWhatAnEnvironmentCannotBe(t *testing.T) {
	h := open(t)
	try := func(wanted catalog.NewEnvironment) error {
		_, err := h.CreateEnvironment(t.Context(), ann, "default", wanted, none)
		return err
	}
	wantFault(t, try(catalog.NewEnvironment{Key: "Staging Area"}), fault.Invalid, "key_malformed", "a-z")
	wantFault(t, try(catalog.NewEnvironment{Key: "production"}), fault.Conflict, "environment_exists", "production")
	wantFault(t, try(catalog.NewEnvironment{Key: "x", Kind: "test"}), fault.Invalid, "kind_invalid", "other")
	wantFault(t, try(catalog.NewEnvironment{Key: "x", Like: "nowhere"}), fault.NotFound, "environment_not_found", "nowhere")
	wantFault(t, try(catalog.NewEnvironment{Key: "x", Name: strings.Repeat("n", 201)}), fault.Invalid, "name_invalid")
	editor := account.Actor{Kind: account.Member, ID: "m9", Name: "ed", Role: account.Publisher}
	_, err := h.CreateEnvironment(t.Context(), editor, "default", catalog.NewEnvironment{Key: "x"}, none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	for i := range 198 {
		h.create(t, catalog.NewEnvironment{Key: "e" + strings.Repeat("a", i%50) + string(rune('a'+i/50))})
	}
	wantFault(t, try(catalog.NewEnvironment{Key: "x"}), fault.Invalid, "too_many_environments", "200")
}

func TestAnArchivedEnvironmentIsNotServedAndComesBackAsItWas(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	before := must[[]byte](t)(h.wire(t.Context(), "development"))
	must[catalog.Outcome](t)(h.ArchiveEnvironment(t.Context(), ann, "default", "development", none))
	if live, archived := h.places(t); !slices.Equal(live, []string{"production"}) || !slices.Equal(archived, []string{"development"}) {
		t.Errorf("live %v, archived %v", live, archived)
	}
	if got := h.served(t); !slices.Equal(got, []string{"default/production"}) {
		t.Errorf("served: %v", got)
	}
	for _, write := range []func() error{
		func() error {
			_, err := h.tryApply(t.Context(), ann, "apiVersion: burgee/v1\nflags: {pay.api: {environments: {development: {default: false}}}}", catalog.ApplyRequest{})
			return err
		},
		func() error {
			_, err := h.SwitchOff(t.Context(), ann, "default", "pay.api", "development", none)
			return err
		},
		func() error {
			_, err := h.CreateKey(t.Context(), ann, "default", "development", catalog.KeySpec{Kind: catalog.ServerKey, Name: "k"}, none)
			return err
		},
		func() error {
			_, err := h.ArchiveEnvironment(t.Context(), ann, "default", "development", none)
			return err
		},
	} {
		wantFault(t, write(), fault.Conflict, "environment_archived", "restore")
	}
	file := must[*document.File](t)(h.Export(t.Context(), ann, "default"))
	if len(file.Flags["pay.api"].Environments) != 1 || file.Revision["development"] != 0 {
		t.Errorf("the export has it: %+v", file)
	}
	// What it uses stays, so that it can come back; what does not concern it moves on.
	err := func() error { _, err := h.DeleteGroup(t.Context(), ann, "default", "beta", none); return err }()
	wantFault(t, err, fault.Conflict, "group_in_use", "development")
	out := h.apply(t, ann, "apiVersion: burgee/v1\nflags: {Flags.new: {type: boolean}}")
	if _, told := out.Revisions["development"]; told || out.Revisions["production"] != 3 {
		t.Errorf("got %+v", out.Revisions)
	}
	h.verify(t)

	h.announced = nil
	back := must[catalog.Environment](t)(h.RestoreEnvironment(t.Context(), ann, "default", "development", none))
	if len(h.announced) != 1 || back.ArchivedAt != 0 {
		t.Errorf("got %+v, announced %v", back, h.announced)
	}
	after := string(must[[]byte](t)(h.wire(t.Context(), "development")))
	if !strings.Contains(after, "Flags.new") || len(after) <= len(before) {
		t.Errorf("served after it came back: %s", after)
	}
	if same := must[catalog.Comparison](t)(h.CompareEnvironments(t.Context(), ann, "default", "development", "production")); len(same.Differences) != 3 {
		t.Errorf("got %+v", same)
	}
	_, err = h.RestoreEnvironment(t.Context(), ann, "default", "development", none)
	wantFault(t, err, fault.Conflict, "environment_not_archived")
	must[catalog.Outcome](t)(h.ArchiveEnvironment(t.Context(), ann, "default", "production", none))
	_, err = h.ArchiveEnvironment(t.Context(), ann, "default", "development", none)
	wantFault(t, err, fault.Conflict, "last_environment", "archive the project")
	h.verify(t)
}

func TestAnotherNodeSeesWhichEnvironmentsThereAre(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	other := catalog.New(h.store, catalog.Options{})
	look := func() int {
		page := must[catalog.FlagPage](t)(other.Flags(t.Context(), ann, "default", catalog.FlagFilter{}))
		return len(page.Items[0].Environments)
	}
	for _, step := range []struct {
		do   func()
		want int
	}{
		{func() {}, 2},
		{func() { h.create(t, catalog.NewEnvironment{Key: "staging", Like: "production"}) }, 3},
		{func() { must[catalog.Outcome](t)(h.ArchiveEnvironment(t.Context(), ann, "default", "staging", none)) }, 2},
		{func() {
			must[catalog.Environment](t)(h.RestoreEnvironment(t.Context(), ann, "default", "staging", none))
		}, 3},
	} {
		if step.do(); look() != step.want {
			t.Errorf("the other node shows %d environments, want %d", look(), step.want)
		}
	}
}

func TestNothingGoesOnByItselfInAnArchivedEnvironment(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	r := h.propose(t, ann, "apiVersion: burgee/v1\nflags: {pay.api: {environments: {development: {default: false}}}}")
	h.schedule(t, r)
	_, err := h.ArchiveEnvironment(t.Context(), ann, "default", "development", none)
	wantFault(t, err, fault.Conflict, "change_scheduled", "development")
	must[catalog.ChangeRequest](t)(h.Schedule(t.Context(), ann, "default", r.Number, 0, none))
	must[catalog.Outcome](t)(h.ArchiveEnvironment(t.Context(), ann, "default", "development", none))
	_, err = h.publish(ann, r)
	wantFault(t, err, fault.Conflict, "environment_archived")
}

func TestAnArchivedEnvironmentIsErasedFromToo(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nflags: {pay.api: {type: boolean, environments: {development: {targets: {targetingKey: {alice: true}}}}}}")
	must[catalog.Outcome](t)(h.ArchiveEnvironment(t.Context(), ann, "default", "development", none))
	result := must[catalog.ErasureResult](t)(h.Erase(t.Context(), ann, catalog.EraseRequest{Unit: "alice"}))
	if len(result.Projects) != 1 || len(result.Projects[0].Objects) != 1 || len(result.Projects[0].Revisions) != 0 {
		t.Fatalf("got %+v", result)
	}
	must[catalog.Environment](t)(h.RestoreEnvironment(t.Context(), ann, "default", "development", none))
	if lines := string(must[[]byte](t)(h.wire(t.Context(), "development"))); strings.Contains(lines, "alice") || !strings.Contains(lines, "pay.api") {
		t.Errorf("served: %s", lines)
	}
	h.verify(t)
}

func TestEnvironmentsAreNamedAndOrdered(t *testing.T) {
	h := open(t)
	h.create(t, catalog.NewEnvironment{Key: "staging"})
	name, kind := "Test", catalog.Development
	must[catalog.Outcome](t)(h.UpdateEnvironment(t.Context(), ann, "default", "staging", catalog.EnvironmentPatch{Name: &name, Kind: &kind}, none))
	must[catalog.Outcome](t)(h.OrderEnvironments(t.Context(), ann, "default", []string{"development", "staging", "production"}, none))
	p := must[catalog.Project](t)(h.Project(t.Context(), ann, "default"))
	if e := p.Environments[1]; e.Key != "staging" || e.Name != "Test" || e.Kind != catalog.Development || p.Environments[0].Key != "development" {
		t.Errorf("got %+v", p.Environments)
	}
	again := must[catalog.Outcome](t)(h.OrderEnvironments(t.Context(), ann, "default", []string{"development", "staging", "production"}, none))
	if again.Changed {
		t.Error("the same order is no change")
	}
	_, err := h.OrderEnvironments(t.Context(), ann, "default", []string{"production", "staging"}, none)
	wantFault(t, err, fault.Invalid, "order_incomplete", "development")
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Limit: 2}))
	var said []string
	for _, c := range page.Items {
		said = append(said, c.Sentences...)
	}
	want := []string{
		"project default: the environments stand in the order development, staging, production",
		"environment staging: name → Test", "environment staging: kind other → development",
	}
	if !slices.Equal(said, want) {
		t.Errorf("recorded: %q", said)
	}
	h.verify(t)
}

func TestAProjectIsMadeArchivedAndRestored(t *testing.T) {
	h := open(t)
	must[catalog.Project](t)(h.CreateProject(t.Context(), ann, "shop", "Shop", none))
	if got := h.served(t); !slices.Contains(got, "shop/production") || len(h.announced) != 2 {
		t.Errorf("served %v, announced %v", got, h.announced)
	}
	_, err := h.CreateProject(t.Context(), ann, "shop", "", none)
	wantFault(t, err, fault.Conflict, "project_exists")
	_, err = h.CreateProject(t.Context(), ann, "The Shop", "", none)
	wantFault(t, err, fault.Invalid, "key_malformed")
	// An administrator of one project makes no other.
	admin := account.Actor{Kind: account.Member, ID: "m8", Name: "al", Rights: account.NewRights(account.Grant{Role: account.Admin, Scope: account.Scope{Project: "shop"}})}
	_, err = h.CreateProject(t.Context(), admin, "other", "", none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	_, err = h.CreateEnvironment(t.Context(), admin, "default", catalog.NewEnvironment{Key: "x"}, none)
	wantFault(t, err, fault.NotFound, "project_not_found")

	if err := h.ArchiveProject(t.Context(), admin, "shop", none); err != nil {
		t.Fatal(err)
	}
	if got := h.served(t); slices.Contains(got, "shop/production") {
		t.Errorf("served: %v", got)
	}
	_, err = h.PutGroup(t.Context(), ann, "shop", "beta", document.TargetGroup{Include: []string{"a"}}, none)
	wantFault(t, err, fault.Conflict, "project_archived")
	_, err = h.CreateEnvironment(t.Context(), ann, "shop", catalog.NewEnvironment{Key: "x"}, none)
	wantFault(t, err, fault.Conflict, "project_archived")
	wantFault(t, h.ArchiveProject(t.Context(), ann, "default", none), fault.Conflict, "last_project")
	must[catalog.Project](t)(h.RestoreProject(t.Context(), admin, "shop", none))
	must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "shop", "beta", document.TargetGroup{Include: []string{"a"}}, none))
	if got := h.served(t); !slices.Contains(got, "shop/production") {
		t.Errorf("served: %v", got)
	}
	if state := must[catalog.ChainState](t)(h.VerifyChain(t.Context(), ann, "shop")); !state.OK {
		t.Errorf("got %+v", state)
	}
}

func TestEnvironmentsAreCompared(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	got := must[catalog.Comparison](t)(h.CompareEnvironments(t.Context(), ann, "default", "development", "production"))
	if got.Same != 2 || len(got.Differences) != 3 || got.Revisions["development"] != 2 {
		t.Fatalf("got %+v", got)
	}
	holiday, theme, pay := got.Differences[0], got.Differences[1], got.Differences[2]
	if holiday.Flag != "Flags.isHoliday" || holiday.Item.Action != document.Delete || holiday.To.Text != "true" {
		t.Errorf("got %+v", holiday)
	}
	if theme.Flag != "Flags.theme" || !slices.Equal(theme.DependsOn, []string{"pay.api"}) || len(theme.Item.Sentences) == 0 {
		t.Errorf("got %+v", theme)
	}
	if pay.Flag != "pay.api" || pay.From.Text != "true" || pay.To.Text != "false" || len(pay.DependsOn) != 0 {
		t.Errorf("got %+v", pay)
	}
	_, err := h.CompareEnvironments(t.Context(), ann, "default", "production", "production")
	wantFault(t, err, fault.Invalid, "same_environment")
	_, err = h.CompareEnvironments(t.Context(), ann, "default", "production", "elsewhere")
	wantFault(t, err, fault.NotFound, "environment_not_found")
}

func TestFlagsArePromoted(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	request := catalog.PromoteRequest{
		Promotion: catalog.Promotion{From: "development", To: "production", Flags: []string{"Flags.theme", "Flags.isHoliday", "Flags.same"}},
		DryRun:    true,
	}
	plan := must[catalog.ApplyResult](t)(h.Promote(t.Context(), ann, "default", request))
	if len(plan.Plan) != 2 || plan.Revisions["production"] != 2 {
		t.Fatalf("got %+v", plan)
	}
	request.DryRun, request.Expect = false, plan.Revisions
	done := must[catalog.ApplyResult](t)(h.Promote(t.Context(), ann, "default", request))
	if done.Revisions["production"] != 3 || done.Revisions["development"] != 2 {
		t.Errorf("got %+v", done.Revisions)
	}
	left := must[catalog.Comparison](t)(h.CompareEnvironments(t.Context(), ann, "default", "development", "production"))
	if len(left.Differences) != 1 || left.Differences[0].Flag != "pay.api" {
		t.Errorf("got %+v", left.Differences)
	}
	if again := must[catalog.ApplyResult](t)(h.Promote(t.Context(), ann, "default", catalog.PromoteRequest{Promotion: request.Promotion})); again.Changed {
		t.Errorf("got %+v", again)
	}
	last := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 1))
	if last[0].Comment != "promoted from development" {
		t.Errorf("got %+v", last)
	}

	h.apply(t, bob, "apiVersion: burgee/v1\nflags: {pay.api: {environments: {production: {default: true, off: true}}}}")
	request.Flags = []string{"pay.api"}
	_, err := h.Promote(t.Context(), ann, "default", request)
	wantFault(t, err, fault.Conflict, "moved", "bob")
	request.Flags = []string{"nothing"}
	_, err = h.Promote(t.Context(), ann, "default", request)
	wantFault(t, err, fault.NotFound, "flag_not_found")
	h.verify(t)
}

func TestAPromotionToAProtectedEnvironmentIsProposed(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoPlaces)
	h.protect(t, "production", 1)
	p := catalog.Promotion{From: "development", To: "production", Flags: []string{"pay.api", "Flags.isHoliday"}}
	plan := must[catalog.ApplyResult](t)(h.Promote(t.Context(), ann, "default", catalog.PromoteRequest{Promotion: p, DryRun: true}))
	if plan.Review["production"] != 1 {
		t.Errorf("got %+v", plan)
	}
	_, err := h.Promote(t.Context(), ann, "default", catalog.PromoteRequest{Promotion: p})
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	c, made, err := h.Propose(t.Context(), ann, "default", catalog.Proposal{Title: "Promote", Promotion: &p})
	if err != nil || !made || len(c.Items) != 2 || !slices.Equal(c.Environments, []string{"production"}) {
		t.Fatalf("got %+v, %v, %v", c, made, err)
	}
	h.approve(t, bob, c)
	must[catalog.ChangeRequest](t)(h.publish(ann, c))
	left := must[catalog.Comparison](t)(h.CompareEnvironments(t.Context(), ann, "default", "development", "production"))
	if len(left.Differences) != 1 || left.Differences[0].Flag != "Flags.theme" {
		t.Errorf("got %+v", left.Differences)
	}
}
