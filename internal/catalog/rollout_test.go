package catalog_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/sdk/eval"
)

const oneFlag = "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: false}}}\n"

// ramp raises true of x in steps of an hour.
func ramp(percents ...int) catalog.RolloutPlan {
	p := catalog.RolloutPlan{Environment: "production", Flag: "x", Variation: "true"}
	for _, percent := range percents {
		p.Steps = append(p.Steps, catalog.RolloutStep{PPM: percent * 10_000, Wait: time.Hour.Milliseconds()})
	}
	return p
}

func (h *home) start(t *testing.T, actor account.Actor, p catalog.RolloutPlan) catalog.Rollout {
	t.Helper()
	out, err := h.StartRollout(t.Context(), actor, "default", p, none)
	return must[catalog.Rollout](t)(out, err)
}

func (h *home) rollout(t *testing.T, number int64) catalog.Rollout {
	t.Helper()
	return must[catalog.Rollout](t)(h.Rollout(t.Context(), fred, "default", number))
}

// later does what is due after a while.
func (h *home) later(t *testing.T, d time.Duration) catalog.Fired {
	t.Helper()
	h.wait(d)
	return h.fire(t)
}

// serving is what a flag serves in production, in words.
func (h *home) serving(t *testing.T, flag string) string {
	t.Helper()
	return h.flag(t, flag).Environments["production"].Serving.Text
}

// who are the units of a thousand that get true of a flag.
func (h *home) who(t *testing.T, flag string) (on []string) {
	t.Helper()
	past := must[*catalog.Past](t)(h.AsOf(t.Context(), ann, "default", "production", catalog.Moment{}))
	snapshot := must[*eval.Snapshot](t)(past.Snapshot())
	for i := range 1000 {
		unit := fmt.Sprintf("u%d", i)
		if snapshot.Detail(flag, eval.NewContext(map[string]any{"targetingKey": unit}), 0).Variation == "true" {
			on = append(on, unit)
		}
	}
	return on
}

func lost(before, after []string) (out []string) {
	for _, unit := range before {
		if !slices.Contains(after, unit) {
			out = append(out, unit)
		}
	}
	return out
}

func TestARolloutGoesUpStepByStepAndTakesNothingFromAnybody(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	r := h.start(t, dora, ramp(10, 25, 50, 100))
	if r.State != catalog.RolloutRunning || r.Made != 1 || r.NextAt != h.inAnHour() || h.serving(t, "x") != "10 % true, 90 % false" {
		t.Fatalf("begun: %+v, %s", r, h.serving(t, "x"))
	}
	on := h.who(t, "x")
	if got := outcome(h.later(t, 59*time.Minute)); got != (fired{}) {
		t.Errorf("before its time: %+v", got)
	}
	for i, want := range []string{"25 % true, 75 % false", "50 % true, 50 % false", "true"} {
		if got := outcome(h.later(t, time.Hour)); got.Done != 1 || h.serving(t, "x") != want {
			t.Fatalf("step %d: %+v, serves %s", i+2, got, h.serving(t, "x"))
		}
		now := h.who(t, "x")
		if gone := lost(on, now); gone != nil || len(now) <= len(on) {
			t.Fatalf("step %d takes it from %v, %d have it after %d", i+2, gone, len(now), len(on))
		}
		on = now
		revision := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 1))[0]
		if revision.Author.Name != "schedule of dora" || revision.Comment == "" || !strings.HasPrefix(revision.Comment, fmt.Sprintf("rollout 1, step %d of 4: ", i+2)) || len(revision.ChangeIDs) != 1 {
			t.Errorf("revision %+v", revision)
		}
	}
	r = h.rollout(t, r.Number)
	if r.State != catalog.RolloutDone || r.NextAt != 0 || r.Steps[3].Revision != 6 || r.Steps[0].At == 0 {
		t.Errorf("in the end: %+v", r)
	}
	if got := outcome(h.later(t, 48*time.Hour)); got != (fired{}) {
		t.Errorf("after the end: %+v", got)
	}
	_, err := h.RollBackRollout(t.Context(), dora, "default", r.Number, none)
	wantFault(t, err, fault.Conflict, "rollout_done", "over a day ago")
	h.verify(t)
}

func TestAStepIsMadeOnceByWhoHoldsTheLease(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	r := h.start(t, dora, ramp(10, 20, 30))
	h.wait(time.Hour)
	old := h.fence(t, "here")
	if err := h.store.ReleaseLease(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	fence := h.fence(t, "there")
	if _, err := h.PublishDue(t.Context(), old); !errors.Is(err, lease.ErrLost) {
		t.Errorf("with the old lease: %v", err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := h.PublishDue(t.Context(), fence); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r = h.rollout(t, r.Number); r.Made != 2 || r.Steps[1].Revision != 4 {
		t.Errorf("%+v", r)
	}
}

func TestARolloutPausesWaitsOutTheRestAndRollsBackExactly(t *testing.T) {
	h := open(t)
	h.apply(t, ann, strings.Replace(oneFlag, "default: false", "default: {true: 5, false: 95}", 1))
	before, line := h.who(t, "x"), h.lines(t, "production")["x"]
	r := h.start(t, dora, ramp(10, 50, 100))
	h.wait(20 * time.Minute)
	_, err := h.PauseRollout(t.Context(), cleo, "default", r.Number, none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	out, err := h.PauseRollout(t.Context(), dora, "default", r.Number, catalog.WriteOptions{Comment: "errors rise"})
	if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutPaused || r.Problem != "" || r.NextAt != 0 || r.Remaining != (40*time.Minute).Milliseconds() {
		t.Errorf("paused: %+v", r)
	}
	if want := (catalog.RolloutPause{At: h.now.UnixMilli(), Author: r.Author, Comment: "errors rise"}); r.Paused == nil || *r.Paused != want {
		t.Errorf("paused: %+v, want %+v", r.Paused, want)
	}
	list, _, err := h.Rollouts(t.Context(), ann, "default", catalog.RolloutFilter{Live: true})
	if err != nil || len(list) != 1 || list[0].Paused == nil || list[0].Paused.Author.Name != "dora" {
		t.Errorf("the list: %+v, %v", list, err)
	}
	if got := outcome(h.later(t, 48*time.Hour)); got != (fired{}) {
		t.Errorf("while it is paused: %+v", got)
	}
	out, err = h.ResumeRollout(t.Context(), dora, "default", r.Number, none)
	if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutRunning || r.Paused != nil || r.NextAt != h.now.Add(40*time.Minute).UnixMilli() {
		t.Errorf("resumed: %+v", r)
	}
	out, err = h.AdvanceRollout(t.Context(), dora, "default", r.Number, none)
	if r = must[catalog.Rollout](t)(out, err); r.Made != 2 || h.serving(t, "x") != "50 % true, 50 % false" {
		t.Errorf("advanced: %+v", r)
	}
	out, err = h.RollBackRollout(t.Context(), dora, "default", r.Number, none)
	if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutRolledBack || !slices.Equal(h.who(t, "x"), before) || h.lines(t, "production")["x"] != line {
		t.Errorf("rolled back: %+v, serves %s", r, h.serving(t, "x"))
	}
	_, err = h.ResumeRollout(t.Context(), dora, "default", r.Number, none)
	wantFault(t, err, fault.Conflict, "rollout_rolled_back", "is rolled back")
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.RolloutKind}))
	var words []string
	for _, c := range page.Items {
		words = append(words, c.Author.Name+": "+strings.Join(c.Sentences, "; "))
	}
	want := []string{
		"dora: rollout 1 of x in production: rolled back at 50 %",
		"dora: rollout 1 of x in production: resumed at 10 %",
		"dora: rollout 1 of x in production: paused at 10 %",
		"dora: rollout 1 of x in production: begun, true 10 % → 1 h later 50 % → 1 h later 100 %",
	}
	if !slices.Equal(words, want) {
		t.Errorf("the record says\n%s", strings.Join(words, "\n"))
	}
	h.verify(t)
}

// Whoever changes the flag by hand meanwhile keeps what they did.
func TestAnEditByHandPausesARolloutAndIsNotOverwritten(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	r := h.start(t, dora, ramp(10, 50, 100))
	h.apply(t, ann, strings.Replace(oneFlag, "default: false", "default: {true: 30, false: 70}", 1))
	r = h.rollout(t, r.Number)
	if r.State != catalog.RolloutPaused || r.Problem != "ann@example.org changed it by hand, revision 4" {
		t.Errorf("after the edit: %+v", r)
	}
	if got := outcome(h.later(t, 2*time.Hour)); got != (fired{}) {
		t.Errorf("fired %+v", got)
	}
	h.goesNowhere(t, r.Number, "rollout_overtaken", "ann@example.org changed what the rollout 1")
	_, err := h.StartRollout(t.Context(), dora, "default", ramp(60, 100), none)
	wantFault(t, err, fault.Conflict, "rollout_live", "stop that one first")
	out, err := h.StopRollout(t.Context(), dora, "default", r.Number, none)
	if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutStopped || h.serving(t, "x") != "30 % true, 70 % false" {
		t.Errorf("stopped: %+v, serves %s", r, h.serving(t, "x"))
	}
	if r = h.start(t, dora, ramp(60, 100)); r.Number != 2 {
		t.Errorf("another: %+v", r)
	}
}

// goesNowhere checks that a paused rollout makes no step, since what it left is not
// there as it was.
func (h *home) goesNowhere(t *testing.T, number int64, code, words string) {
	t.Helper()
	for name, do := range map[string]func() (catalog.Rollout, error){
		"resume":  func() (catalog.Rollout, error) { return h.ResumeRollout(t.Context(), dora, "default", number, none) },
		"advance": func() (catalog.Rollout, error) { return h.AdvanceRollout(t.Context(), dora, "default", number, none) },
		"roll back": func() (catalog.Rollout, error) {
			return h.RollBackRollout(t.Context(), dora, "default", number, none)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := do()
			wantFault(t, err, fault.Conflict, code, words)
		})
	}
}

// What a rollout raised may be gone altogether.
func TestARolloutOfWhatIsGoneIsSaidAndNotMade(t *testing.T) {
	for name, c := range map[string]struct {
		remove      func(*home) (catalog.Outcome, error)
		code, words string
	}{
		"a cleared configuration": {func(h *home) (catalog.Outcome, error) {
			return h.ClearConfiguration(t.Context(), ann, "default", "x", "production", none)
		}, "rollout_overtaken", "ann@example.org changed what the rollout"},
		"an archived flag": {func(h *home) (catalog.Outcome, error) {
			return h.ArchiveFlag(t.Context(), ann, "default", "x", none)
		}, "flag_archived", "x is archived"},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.apply(t, ann, oneFlag)
			r := h.start(t, dora, ramp(10, 50, 100))
			must[catalog.Outcome](t)(c.remove(h))
			h.goesNowhere(t, r.Number, c.code, c.words)
			out, err := h.StopRollout(t.Context(), dora, "default", r.Number, none)
			if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutStopped {
				t.Errorf("%+v", r)
			}
		})
	}
}

// An edit elsewhere in the flag pauses it too, and it can be resumed: its own place
// is as it left it. Off comes first.
func TestOffPausesARollout(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	r := h.start(t, dora, ramp(10, 50, 100))
	out, err := h.SwitchOff(t.Context(), emil, "default", "x", "production", none)
	must[catalog.Outcome](t)(out, err)
	if r = h.rollout(t, r.Number); r.State != catalog.RolloutPaused || !strings.Contains(r.Problem, "emil changed it by hand") {
		t.Errorf("off: %+v", r)
	}
	_, err = h.ResumeRollout(t.Context(), dora, "default", r.Number, none)
	wantFault(t, err, fault.Conflict, "rollout_idle", "switch it on first")
	out, err = h.SwitchOn(t.Context(), emil, "default", "x", "production", none)
	must[catalog.Outcome](t)(out, err)
	resumed, err := h.ResumeRollout(t.Context(), dora, "default", r.Number, none)
	must[catalog.Rollout](t)(resumed, err)
	if got := outcome(h.later(t, time.Hour)); got.Done != 1 || h.serving(t, "x") != "50 % true, 50 % false" {
		t.Errorf("fired %+v, serves %s", got, h.serving(t, "x"))
	}
	archived, err := h.ArchiveFlag(t.Context(), ann, "default", "x", none)
	must[catalog.Outcome](t)(archived, err)
	if r = h.rollout(t, r.Number); r.State != catalog.RolloutPaused {
		t.Errorf("archived: %+v", r)
	}
}

func TestAStepTakesTheRightsOfItsTime(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	r := h.start(t, dora, ramp(10, 50))
	h.may(dora, account.Viewer)
	if got := outcome(h.later(t, time.Hour)); got != (fired{Refused: 1}) {
		t.Errorf("fired %+v", got)
	}
	if r = h.rollout(t, r.Number); r.State != catalog.RolloutPaused || !strings.Contains(r.Problem, "may not publish") || h.serving(t, "x") != "10 % true, 90 % false" {
		t.Errorf("%+v", r)
	}
	out, err := h.ResumeRollout(t.Context(), emil, "default", r.Number, none)
	must[catalog.Rollout](t)(out, err)
	if got := outcome(h.later(t, time.Second)); got.Done != 1 || h.rollout(t, r.Number).State != catalog.RolloutDone {
		t.Errorf("resumed by somebody else: %+v %+v", got, h.rollout(t, r.Number))
	}
}

// Where approvals are needed, one change request covers all steps; who may stop it
// may do so at once.
func TestARolloutWhereApprovalsAreNeeded(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag)
	h.protect(t, "production", 1)
	for _, actor := range []account.Actor{dora, cleo} {
		_, err := h.StartRollout(t.Context(), actor, "default", ramp(10, 50, 100), none)
		wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	}
	plan := ramp(10, 50, 100)
	c, _, err := h.Propose(t.Context(), cleo, "default", catalog.Proposal{Title: "gently", Rollout: &plan})
	c = must[catalog.ChangeRequest](t)(c, err)
	want := []string{"x in production: default false → 10 % true, 90 % false", "x in production: default moves 10 % of units by targetingKey: false → true", "x in production: then step by step, true 10 % → 1 h later 50 % → 1 h later 100 %"}
	if len(c.Items) != 1 || !slices.Equal(c.Items[0].Sentences, want) || c.Rollout == nil {
		t.Errorf("proposed: %q", c.Items[0].Sentences)
	}
	_, err = h.publish(dora, c)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	h.approve(t, emil, c)
	c = must[catalog.ChangeRequest](t)(h.publish(dora, c))
	page, _, err := h.Rollouts(t.Context(), fred, "default", catalog.RolloutFilter{Environment: "production", Flag: "x", Live: true})
	if err != nil || len(page) != 1 || page[0].Request != c.Number || page[0].State != catalog.RolloutRunning {
		t.Fatalf("published: %+v %v", page, err)
	}
	r := page[0]
	if got := outcome(h.later(t, time.Hour)); got.Done != 1 || h.serving(t, "x") != "50 % true, 50 % false" {
		t.Errorf("under the approval: %+v, serves %s: %+v", got, h.serving(t, "x"), h.rollout(t, r.Number))
	}
	out, err := h.PauseRollout(t.Context(), emil, "default", r.Number, none)
	must[catalog.Rollout](t)(out, err)
	h.protect(t, "production", 2)
	_, err = h.ResumeRollout(t.Context(), dora, "default", r.Number, none)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	out, err = h.RollBackRollout(t.Context(), emil, "default", r.Number, none)
	if r = must[catalog.Rollout](t)(out, err); r.State != catalog.RolloutRolledBack || h.serving(t, "x") != "false" {
		t.Errorf("rolled back: %+v, serves %s", r, h.serving(t, "x"))
	}
}

func TestAnExperimentIsRaisedWithItsArmsInProportion(t *testing.T) {
	h := open(t)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean}\nexperiments:\n  e:\n    environment: production\n    state: running\n    arms:\n      - {name: new, share: 4, flags: {x: true}}\n      - {name: old, share: 6, flags: {x: false}}\n      - {next: 90}\n")
	before := h.lines(t, "production")["x"]
	on := h.who(t, "x")
	plan := catalog.RolloutPlan{Experiment: "e", Steps: ramp(20, 100).Steps}
	r := h.start(t, dora, plan)
	if r.Environment != "production" {
		t.Errorf("begun: %+v", r)
	}
	x := must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "e"))
	if x.Arms[0].PPM != 80_000 || x.Arms[1].PPM != 120_000 || x.Arms[2].PPM != 800_000 || x.Phase != 2 {
		t.Errorf("arms %+v, phase %d", x.Arms, x.Phase)
	}
	now := h.who(t, "x")
	if gone := lost(on, now); gone != nil {
		t.Errorf("it takes it from %v", gone)
	}
	out, err := h.RollBackRollout(t.Context(), dora, "default", r.Number, none)
	must[catalog.Rollout](t)(out, err)
	if after := h.lines(t, "production")["x"]; strings.Replace(after, `"phase":3`, `"phase":1`, 1) != before {
		t.Errorf("rolled back to\n%s\nfrom\n%s", after, before)
	}
	h.start(t, dora, plan)
	if got := outcome(h.later(t, time.Hour)); got.Done != 1 {
		t.Errorf("fired %+v", got)
	}
	x = must[catalog.Experiment](t)(h.Experiment(t.Context(), ann, "default", "e"))
	if len(x.Arms) != 2 || x.Arms[0].PPM != 400_000 || len(lost(now, h.who(t, "x"))) > 0 {
		t.Errorf("arms %+v", x.Arms)
	}
	stopped, err := h.StopExperiment(t.Context(), ann, "default", "e", none)
	must[catalog.Outcome](t)(stopped, err)
	_, err = h.StartRollout(t.Context(), dora, "default", plan, none)
	wantFault(t, err, fault.Conflict, "rollout_idle", "start it first")
}

func TestARolloutThatIsNone(t *testing.T) {
	h := open(t)
	h.apply(t, ann, oneFlag+"  y: {type: boolean}\n")
	for name, test := range map[string]struct {
		change func(*catalog.RolloutPlan)
		words  string
	}{
		"no object":             {func(p *catalog.RolloutPlan) { p.Flag = "" }, "name a flag or an experiment"},
		"no variation":          {func(p *catalog.RolloutPlan) { p.Variation = "" }, "the variation that is raised"},
		"an unknown variation":  {func(p *catalog.RolloutPlan) { p.Variation = "maybe" }, "no variation"},
		"what is served":        {func(p *catalog.RolloutPlan) { p.Variation = "false" }, "everyone gets false already"},
		"steps that fall":       {func(p *catalog.RolloutPlan) { p.Steps = ramp(50, 10).Steps }, "larger share"},
		"no steps":              {func(p *catalog.RolloutPlan) { p.Steps = nil }, "1 to 50 steps"},
		"no wait":               {func(p *catalog.RolloutPlan) { p.Steps[0].Wait = 0 }, "from one second"},
		"the program's default": {func(p *catalog.RolloutPlan) { p.Flag = "y" }, "name what the others get"},
		"the same for the rest": {func(p *catalog.RolloutPlan) { p.Flag, p.Rest = "y", "true" }, "another variation"},
	} {
		t.Run(name, func(t *testing.T) {
			p := ramp(10, 100)
			test.change(&p)
			_, err := h.StartRollout(t.Context(), dora, "default", p, none)
			wantFault(t, err, fault.Invalid, "rollout_invalid", test.words)
		})
	}
	p := ramp(10, 100)
	p.Rule = "nowhere"
	_, err := h.StartRollout(t.Context(), dora, "default", p, none)
	wantFault(t, err, fault.NotFound, "rule_not_found")
	_, err = h.Rollout(t.Context(), fred, "default", 1)
	wantFault(t, err, fault.NotFound, "rollout_not_found")
}

// A rollback where approvals are needed is proposed like any other change.
func TestARollbackIsProposed(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.apply(t, ann, twoOff)
	archived, err := h.ArchiveFlag(t.Context(), ann, "default", "y", none)
	must[catalog.Outcome](t)(archived, err)
	h.protect(t, "production", 1)
	request := catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 2}, Shared: true}
	_, err = h.Rollback(t.Context(), dora, "default", request)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	c, _, err := h.Propose(t.Context(), cleo, "default", catalog.Proposal{Title: "back", Rollback: &request})
	c = must[catalog.ChangeRequest](t)(c, err)
	h.approve(t, emil, c)
	must[catalog.ChangeRequest](t)(h.publish(dora, c))
	if h.serving(t, "x") != "true" || h.serving(t, "y") != "true" {
		t.Errorf("serves %s and %s", h.serving(t, "x"), h.serving(t, "y"))
	}
	_, _, err = h.Propose(t.Context(), cleo, "default", catalog.Proposal{Title: "both", Rollback: &request, Remove: []catalog.ObjectRef{{Kind: document.FlagKind, Key: "x"}}})
	wantFault(t, err, fault.Invalid, "proposal_malformed")
	h.verify(t)
}
