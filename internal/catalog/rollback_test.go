package catalog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

func (h *home) rollback(t *testing.T, request catalog.RollbackRequest) catalog.RollbackResult {
	t.Helper()
	if request.Environment == "" {
		request.Environment = "production"
	}
	out, err := h.Rollback(t.Context(), ann, "default", request)
	return must[catalog.RollbackResult](t)(out, err)
}

func (h *home) refused(t *testing.T, request catalog.RollbackRequest) error {
	t.Helper()
	if request.Environment == "" {
		request.Environment = "production"
	}
	_, err := h.Rollback(t.Context(), ann, "default", request)
	return err
}

func sentencesOf(plan []catalog.PlanItem) (out []string) {
	for _, item := range plan {
		out = append(out, item.Sentences...)
	}
	return out
}

const twoFlags = `apiVersion: burgee/v1
project: default
targetGroups:
  beta: {include: [%s]}
flags:
  x: {type: boolean, environments: {production: {default: %s, rules: [{when: {group: beta}, serve: {true: %d, false: %d}}]}, development: {default: %[2]s}}}
  y: {type: boolean, environments: {production: {default: %[2]s}}}
`

func TestOneObjectGoesBackAsANewRevision(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "true", 50, 50))
	line := h.lines(t, "production")["x"]
	h.wait(365 * 24 * time.Hour)
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "false", 10, 90))
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "false", 30, 70))
	other := h.lines(t, "production")["y"]

	request := catalog.RollbackRequest{To: catalog.Moment{Revision: 2}, Kind: document.ConfigurationKind, Object: "x"}
	request.DryRun = true
	plan := h.rollback(t, request)
	if plan.Revisions["production"] != 4 || !plan.Changed || len(plan.Plan) != 1 || len(plan.Plan[0].Moves) == 0 {
		t.Errorf("the plan is %+v", plan)
	}
	before := h.verify(t).Checked
	request.DryRun = false
	done := h.rollback(t, request)
	if diff := cmp.Diff(map[string]int64{"production": 5, "development": 3}, done.Revisions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(sentencesOf(plan.Plan), sentencesOf(done.Plan)); diff != "" {
		t.Error("planned and done:", diff)
	}
	if got := h.lines(t, "production")["x"]; got != line {
		t.Errorf("served %s, want %s", got, line)
	}
	if h.lines(t, "production")["y"] != other {
		t.Error("the other flag was touched")
	}
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Limit: 1}))
	if c := page.Items[0]; c.Comment != "Rollback of x to revision 2 of production" || c.Author.Name != ann.Name {
		t.Errorf("recorded %+v", c)
	}
	if after := h.verify(t).Checked; after != before+1 {
		t.Errorf("%d entries more", after-before)
	}
	if again := h.rollback(t, request); again.Changed {
		t.Errorf("again: %+v", again)
	}
}

func TestARollbackOfTheEnvironmentKeepsWhatOthersSee(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "true", 50, 50))
	then := h.lines(t, "production")
	h.apply(t, ann, fmt.Sprintf(twoFlags, "ben", "false", 10, 90))
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  z: {type: boolean, environments: {production: {default: true}}}\n"+
		"experiments:\n  launch: {environment: production, state: running, serve: {x: true}}\n")

	done := h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 2}})
	if diff := cmp.Diff(map[string]int64{"production": 5, "development": 4}, done.Revisions); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"target group beta: alice included", "target group beta: ben no longer included"}, sentencesOf(done.Kept)); diff != "" {
		t.Error("kept:", diff)
	}
	now := h.lines(t, "production")
	if now["x"] != then["x"] || now["y"] != then["y"] || now["beta"] == then["beta"] {
		t.Errorf("got %v, want the flags of %v", now, then)
	}
	if f := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "z")); f.Configurations["production"] != nil || f.ArchivedAt != 0 {
		t.Errorf("the flag made since: %+v", f)
	}
	if x := must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")); x.State != document.Stopped {
		t.Errorf("the experiment made since is %s", x.State)
	}

	shared := h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 2}, Shared: true})
	if diff := cmp.Diff(map[string]int64{"production": 6, "development": 5}, shared.Revisions); diff != "" || len(shared.Kept) != 0 {
		t.Error(diff, shared.Kept)
	}
	if now := h.lines(t, "production"); now["beta"] != then["beta"] {
		t.Errorf("got %s", now["beta"])
	}
	// Forward is a rollback as well: to the revision before.
	h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 4}, Shared: true})
	if got := h.lines(t, "production"); got["z"] == now["z"] || got["beta"] == then["beta"] {
		t.Errorf("got %v", got)
	}
	h.verify(t)
}

func TestAnArchivedFlagComesBackAsItWasThen(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "true", 50, 50))
	then := h.lines(t, "production")
	h.apply(t, ann, fmt.Sprintf(twoFlags, "alice", "false", 10, 90))
	must[catalog.Outcome](t)(h.ArchiveFlag(t.Context(), ann, "default", "x", none))
	kept := h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 2}})
	if len(kept.Kept) == 0 || h.lines(t, "production")["x"] != "" {
		t.Errorf("kept %v", sentencesOf(kept.Kept))
	}
	h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 2}, Shared: true})
	if diff := cmp.Diff(then, h.lines(t, "production")); diff != "" {
		t.Error(diff)
	}
	// A store read afresh knows the same, and what programs get is what is configured.
	if odd := must[[]string](t)(h.VerifyLines(t.Context(), ann, "default")); len(odd) != 0 {
		t.Error(odd)
	}
	if got := h.asOf(t, "x", "carol", catalog.Moment{Revision: 4}); got != "4  FLAG_NOT_FOUND" {
		t.Errorf("got %q", got)
	}
	flag := catalog.RollbackRequest{Kind: document.FlagKind, Object: "x", To: catalog.Moment{Revision: 4}}
	h.rollback(t, flag)
	if f := must[catalog.FlagDetail](t)(h.Flag(t.Context(), ann, "default", "x")); f.ArchivedAt == 0 {
		t.Error("it was archived then and is not now")
	}
	flag.To.Revision = 3
	h.rollback(t, flag)
	if h.lines(t, "production")["x"] == "" {
		t.Error("it was there then and is not now")
	}
	h.verify(t)
}

func TestAnExperimentGoesBackInItsNextPhase(t *testing.T) {
	h := open(t)
	h.apply(t, ann, fmt.Sprintf(twoArms, 50, 50))
	must[catalog.Outcome](t)(h.StartExperiment(t.Context(), ann, "default", "launch", none)) // 3
	x := must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")).Experiment
	x.Arms = []document.Arm{{Name: "new", PPM: 200_000, Flags: map[string]string{"a": "true"}}, {Name: "old", PPM: 800_000, Flags: map[string]string{"a": "false"}}}
	must[catalog.Outcome](t)(h.PutExperiment(t.Context(), ann, "default", "launch", x, none)) // 4
	h.rollback(t, catalog.RollbackRequest{Kind: document.ExperimentKind, Object: "launch", To: catalog.Moment{Revision: 3}})
	got := must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch"))
	if got.Phase != 3 || got.Arms[0].PPM != 500_000 || got.State != document.Running {
		t.Errorf("got %+v", got)
	}
	h.rollback(t, catalog.RollbackRequest{Kind: document.ExperimentKind, Object: "launch", To: catalog.Moment{Revision: 1}})
	if got = must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")); got.State != document.Stopped || got.Phase != 3 {
		t.Errorf("before it was made: got %+v", got)
	}
	must[catalog.Outcome](t)(h.DeleteExperiment(t.Context(), ann, "default", "launch", none))
	h.rollback(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 5}})
	if got = must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "launch")); got.State != document.Running {
		t.Errorf("after it was deleted: got %+v", got)
	}
}

func TestARollbackThatCannotBeIsRefusedWithItsReason(t *testing.T) {
	h := open(t)
	theme := "apiVersion: burgee/v1\nproject: default\nflags:\n  theme: {type: string, variations: [{id: blue, value: blue}%s], environments: {production: {default: %s}}}\n"
	h.apply(t, ann, fmt.Sprintf(theme, ", {id: red, value: red}", "red"))
	h.apply(t, ann, fmt.Sprintf(theme, "", "blue"))
	must[catalog.Outcome](t)(h.PutGroup(t.Context(), ann, "default", "late", document.TargetGroup{Include: []string{"a"}}, none))
	to := catalog.Moment{Revision: 2}
	stale := int64(3)

	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.ConfigurationKind, Object: "theme"}), fault.Invalid, "document_invalid", "red")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Write: catalog.WriteOptions{IfRevision: &stale}}), fault.Precondition, "revision_moved", "revision 4")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.TargetGroupKind, Object: "late"}), fault.Conflict, "not_there_yet", "revision 2")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.TargetGroupKind, Object: "never"}), fault.NotFound, "object_not_found")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.FlagKind, Object: "never"}), fault.NotFound, "flag_not_found")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.ExperimentKind, Object: "never"}), fault.NotFound, "experiment_not_found")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: catalog.SDKKeyKind, Object: "k"}), fault.Invalid, "rollback_malformed")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Object: "theme"}), fault.Invalid, "rollback_malformed")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Kind: document.FlagKind, Object: "theme", Shared: true}), fault.Invalid, "rollback_malformed")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: catalog.Moment{Revision: 9}}), fault.NotFound, "revision_not_found")
	wantFault(t, h.refused(t, catalog.RollbackRequest{To: to, Environment: "mars"}), fault.NotFound, "environment_not_found")
	_, err := h.Rollback(t.Context(), account.Actor{Role: account.Declarer}, "default", catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 1}})
	wantFault(t, err, fault.Forbidden, "forbidden")
	// The flag's own fields bring the variation back, and then the rest may follow.
	h.rollback(t, catalog.RollbackRequest{To: to, Kind: document.FlagKind, Object: "theme"})
	h.rollback(t, catalog.RollbackRequest{To: to, Kind: document.ConfigurationKind, Object: "theme"})
	if got := h.asOf(t, "theme", "alice", catalog.Moment{}); got != "6 red DEFAULT" {
		t.Errorf("got %q", got)
	}
}

func TestARollbackIsPlannedByWhoMayOnlyProposeIt(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.apply(t, ann, twoOff)
	request := catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 2}}
	try := func(actor account.Actor, request catalog.RollbackRequest) (catalog.RollbackResult, error) {
		return h.Rollback(t.Context(), actor, "default", request)
	}
	_, err := try(cleo, request)
	wantFault(t, err, fault.Forbidden, "forbidden")
	h.protect(t, "production", 1)
	_, err = try(cleo, request)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired, "production")
	nothing := catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 3}}
	_, err = try(cleo, nothing)
	wantFault(t, err, fault.Forbidden, "forbidden")

	request.DryRun = true
	plan := must[catalog.RollbackResult](t)(try(cleo, request))
	if !plan.Changed || !cmp.Equal(plan.Review, map[string]int{"production": 1}) || len(plan.Plan) != 2 {
		t.Errorf("the plan is %+v", plan)
	}
	_, err = try(account.Actor{Kind: account.Member, Name: "vera", Role: account.Viewer}, request)
	wantFault(t, err, fault.Forbidden, "forbidden")

	request.DryRun, request.Write.Bypass = false, "checkout is down"
	_, err = try(dora, request)
	wantFault(t, err, fault.Forbidden, "forbidden")
	must[catalog.RollbackResult](t)(try(ann, request))
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Limit: 1}))
	if !strings.Contains(page.Items[0].Comment, "checkout is down") || !strings.Contains(page.Items[0].Comment, "Rollback of production to revision 2") {
		t.Errorf("the comment is %q", page.Items[0].Comment)
	}
}
