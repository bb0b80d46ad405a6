package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
	"burgee.dev/burgee/internal/fault"
)

// somebody is a member with a role in the project.
func somebody(name string, role account.Role, place account.Scope) account.Actor {
	return account.Actor{Kind: account.Member, ID: name, Person: name, Name: name,
		Rights: account.NewRights(account.Grant{Role: role, Scope: place})}
}

var (
	here = account.Scope{Project: "default"}
	cleo = somebody("cleo", account.Editor, here)
	dora = somebody("dora", account.Publisher, here)
	emil = somebody("emil", account.Publisher, here)
	fred = somebody("fred", account.Viewer, here)
	gina = somebody("gina", account.Admin, here)
)

func (h *home) proposal(t *testing.T, text string) catalog.Proposal {
	t.Helper()
	return catalog.Proposal{Title: "raise it", Comment: "because", File: must[*document.File](t)(document.Parse("flags.yaml", []byte(text)))}
}

func (h *home) propose(t *testing.T, actor account.Actor, text string) catalog.ChangeRequest {
	t.Helper()
	c, _, err := h.Propose(t.Context(), actor, "default", h.proposal(t, text))
	return must[catalog.ChangeRequest](t)(c, err)
}

func (h *home) protect(t *testing.T, environment string, approvals int) {
	t.Helper()
	out, err := h.SetApprovals(t.Context(), ann, "default", environment, approvals, none)
	must[catalog.Outcome](t)(out, err)
}

func (h *home) approve(t *testing.T, actor account.Actor, c catalog.ChangeRequest) catalog.ChangeRequest {
	t.Helper()
	out, err := h.Approve(t.Context(), actor, "default", c.Number, c.Version, none)
	return must[catalog.ChangeRequest](t)(out, err)
}

func (h *home) publish(actor account.Actor, c catalog.ChangeRequest) (catalog.ChangeRequest, error) {
	return h.PublishRequest(context.Background(), actor, "default", c.Number, none)
}

func (h *home) entries(t *testing.T) (out []string) {
	t.Helper()
	page := must[catalog.ChangePage](t)(h.Changes(t.Context(), ann, catalog.ChangeFilter{Project: "default", Kind: catalog.ChangeRequestKind}))
	for _, c := range page.Items {
		out = append(out, c.Author.Name+": "+strings.Join(c.Sentences, "; "))
	}
	return out
}

const (
	twoOn  = "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {type: boolean, environments: {production: {default: true}}}\n  y: {type: boolean, environments: {production: {default: true}}}\n"
	twoOff = "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {environments: {production: {default: false}}}\n  y: {environments: {production: {default: false}}}\n"
)

func TestAChangeRequestIsPublishedAsOneRevisionOverItsFlags(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.propose(t, cleo, twoOff)
	if c.Number != 1 || c.State != catalog.RequestOpen || c.Objects != 2 || !cmp.Equal(c.Environments, []string{"production"}) {
		t.Errorf("proposed %+v", c)
	}
	want := []string{"x in production: default true → false", "y in production: default true → false"}
	var got []string
	for _, item := range c.Items {
		got = append(got, item.Sentences...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if h.lines(t, "production")["x"] == "" || strings.Contains(h.lines(t, "production")["x"], `"default":1`) {
		t.Errorf("a proposal is live: %s", h.lines(t, "production")["x"])
	}
	_, err := h.publish(cleo, c)
	wantFault(t, err, fault.Forbidden, "forbidden", "publish")
	before := h.verify(t).Checked
	c = must[catalog.ChangeRequest](t)(h.publish(dora, c))
	if c.State != catalog.RequestPublished || !cmp.Equal(c.Revisions, map[string]int64{"production": 3}) {
		t.Errorf("published %+v", c)
	}
	if after := h.verify(t).Checked; after != before+3 {
		t.Errorf("%d entries more, want two objects and the request", after-before)
	}
	if diff := cmp.Diff([]string{"dora: change request 1 “raise it”: published", "cleo: change request 1 “raise it”: submitted"}, h.entries(t)); diff != "" {
		t.Error(diff)
	}
	revision := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 1))[0]
	if len(revision.Sentences) != 2 || revision.Comment != "change request 1: raise it" {
		t.Errorf("revision %+v", revision)
	}
	_, err = h.publish(dora, c)
	wantFault(t, err, fault.Conflict, "change_request_closed", "published")
}

func TestTheSameProposalIsOneRequest(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	first := h.propose(t, cleo, twoOff)
	again, made, err := h.Propose(t.Context(), cleo, "default", h.proposal(t, twoOff))
	if err != nil || made || again.Number != first.Number {
		t.Errorf("%d %v %v", again.Number, made, err)
	}
	_, _, err = h.Propose(t.Context(), cleo, "default", h.proposal(t, twoOn))
	wantFault(t, err, fault.Invalid, "nothing_proposed")
	_, _, err = h.Propose(t.Context(), fred, "default", h.proposal(t, twoOff))
	wantFault(t, err, fault.Forbidden, "forbidden")
}

func TestNobodysEditIsLostWhenLiveMoved(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.propose(t, cleo, twoOff)
	h.apply(t, ann, "apiVersion: burgee/v1\nflags:\n  x: {environments: {production: {default: code}}}\n  y: {environments: {production: {default: false}}}\n")
	_, err := h.publish(dora, c)
	wantFault(t, err, fault.Conflict, "change_request_conflict", "x changed", "request 1")
	fields := fault.As(err).Fields
	if len(fields) != 1 || fields[0].Field != "configuration.x.production" || !strings.Contains(fields[0].Message, "ann@example.org") ||
		!strings.Contains(fields[0].Message, "default true → code") || !strings.Contains(fields[0].Message, "default true → false") {
		t.Errorf("fields %+v", fields)
	}
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	x, y := c.Items[0], c.Items[1]
	if c.Conflicts() != 1 || x.Theirs == nil || x.Theirs.By.Author.Name != ann.Name || x.Theirs.By.Revision != 3 || !y.Done {
		t.Errorf("items %+v", c.Items)
	}
	c = must[catalog.ChangeRequest](t)(h.Resubmit(t.Context(), cleo, "default", c.Number, h.proposal(t, twoOff)))
	if c.Version != 2 || c.Conflicts() != 0 || c.Objects != 1 || c.Base["production"] != 3 {
		t.Errorf("submitted again: %+v", c)
	}
	must[catalog.ChangeRequest](t)(h.publish(dora, c))
}

func TestARequestSaysWhyItFitsNoMore(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn+"targetGroups:\n  beta: {include: [alice]}\n")
	c := h.propose(t, cleo, "apiVersion: burgee/v1\nflags:\n  x: {environments: {production: {rules: [{when: {group: beta}, serve: true}]}}}\n")
	out, err := h.DeleteGroup(t.Context(), ann, "default", "beta", none)
	must[catalog.Outcome](t)(out, err)
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	if !strings.Contains(c.Misfit, "beta") {
		t.Errorf("misfit %q", c.Misfit)
	}
	_, err = h.publish(dora, c)
	wantFault(t, err, fault.Invalid, "document_invalid", "beta")
}

func TestObjectsAreTakenOutByARequest(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn+"targetGroups:\n  beta: {include: [alice]}\nexperiments:\n  old: {environment: production, state: stopped, serve: {x: true}}\n")
	p := catalog.Proposal{Title: "clean up", Remove: []catalog.ObjectRef{
		{Kind: document.ExperimentKind, Key: "old"}, {Kind: document.TargetGroupKind, Key: "beta"},
		{Kind: document.FlagKind, Key: "x"}, {Kind: document.ConfigurationKind, Key: "y", Environment: "production"},
	}}
	c, _, err := h.Propose(t.Context(), cleo, "default", p)
	must[catalog.ChangeRequest](t)(c, err)
	must[catalog.ChangeRequest](t)(h.publish(dora, c))
	lines := h.lines(t, "production")
	if lines["x"] != "" || lines["beta"] != "" {
		t.Errorf("served %v", lines)
	}
	flags := must[catalog.FlagPage](t)(h.Flags(t.Context(), ann, "default", catalog.FlagFilter{Archived: true}))
	if len(flags.Items) != 1 || flags.Items[0].Key != "x" {
		t.Errorf("archived %+v", flags)
	}
	p.Remove = []catalog.ObjectRef{{Kind: document.FlagKind, Key: "nobody"}}
	_, _, err = h.Propose(t.Context(), cleo, "default", p)
	wantFault(t, err, fault.NotFound, "object_not_found")
}

func TestAProtectedEnvironmentTakesNothingThatNobodyApproved(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn+"targetGroups:\n  beta: {include: [alice]}\n  idle: {include: [ben]}\n")
	h.apply(t, ann, "apiVersion: burgee/v1\nflags:\n  y: {environments: {production: {default: true, rules: [{when: {group: beta}, serve: true}]}}}\n"+
		"experiments:\n  run: {environment: production, state: running, serve: {x: true}}\n")
	h.protect(t, "production", 2)
	tries := map[string]func() error{
		"apply": func() error { _, err := h.tryApply(t.Context(), ann, twoOff, catalog.ApplyRequest{}); return err },
		"put": func() error {
			_, err := h.PutConfiguration(t.Context(), ann, "default", "x", "production", boolean("false"), none)
			return err
		},
		"clear": func() error {
			_, err := h.ClearConfiguration(t.Context(), ann, "default", "x", "production", none)
			return err
		},
		"on": func() error {
			_, err := h.SwitchOff(t.Context(), ann, "default", "y", "production", none)
			if err == nil {
				_, err = h.SwitchOn(t.Context(), ann, "default", "y", "production", none)
			}
			return err
		},
		"archive": func() error { _, err := h.ArchiveFlag(t.Context(), ann, "default", "y", none); return err },
		"group": func() error {
			_, err := h.PutGroup(t.Context(), ann, "default", "beta", document.TargetGroup{Include: []string{"ben"}}, none)
			return err
		},
		"rollback": func() error {
			_, err := h.Rollback(t.Context(), ann, "default", catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 1}})
			return err
		},
		"start": func() error {
			_, err := h.StopExperiment(t.Context(), ann, "default", "run", none)
			if err == nil {
				_, err = h.StartExperiment(t.Context(), ann, "default", "run", none)
			}
			return err
		},
		"no bypasser": func() error { _, err := h.tryApply(t.Context(), dora, twoOff, catalog.ApplyRequest{}); return err },
	}
	for name, try := range tries {
		t.Run(name, func(t *testing.T) {
			wantFault(t, try(), fault.Forbidden, catalog.CodeReviewRequired, "production", "change request")
		})
	}
	_, err := h.tryApply(t.Context(), cleo, twoOff, catalog.ApplyRequest{}) // who may only propose is told so
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	plan := must[catalog.ApplyResult](t)(h.tryApply(t.Context(), cleo, twoOff, catalog.ApplyRequest{DryRun: true}))
	if !cmp.Equal(plan.Review, map[string]int{"production": 2}) {
		t.Errorf("the plan says %v", plan.Review)
	}
	for name, free := range map[string]func() error{
		"development": func() error {
			_, err := h.PutConfiguration(t.Context(), ann, "default", "x", "development", boolean("false"), none)
			return err
		},
		"description": func() error {
			words := "why"
			_, err := h.PatchFlag(t.Context(), ann, "default", "x", document.Flag{Description: &words}, none)
			return err
		},
		"idle group": func() error {
			_, err := h.PutGroup(t.Context(), ann, "default", "idle", document.TargetGroup{Include: []string{"eve"}}, none)
			return err
		},
		"new flag": func() error {
			_, err := h.CreateFlag(t.Context(), ann, "default", "z", document.Flag{Type: "boolean"}, none)
			return err
		},
	} {
		if err := free(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	must[catalog.Outcome](t)(h.SwitchOff(t.Context(), dora, "default", "x", "production", none))
	revisions := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 1))
	off := revisions[0].Number
	_, err = h.Undo(t.Context(), gina, "default", "production", off, none)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired) // another's Off ends like any change is made
	must[catalog.Outcome](t)(h.Undo(t.Context(), dora, "default", "production", off, none))
	// What was switched on again is taken back at once, by anybody who may switch off.
	must[catalog.Outcome](t)(h.Undo(t.Context(), gina, "default", "production", off+1, none))
}

func TestApprovalsAreOfOneContentAndNobodysOwn(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 2)
	c := h.propose(t, dora, twoOff)
	_, err := h.Approve(t.Context(), dora, "default", c.Number, 1, none)
	wantFault(t, err, fault.Forbidden, "own_change_request", "somebody else")
	token := dora
	token.Kind, token.ID = account.Token, "a token of dora's"
	_, err = h.Approve(t.Context(), token, "default", c.Number, 1, none)
	wantFault(t, err, fault.Forbidden, "own_change_request")
	_, err = h.Approve(t.Context(), cleo, "default", c.Number, 1, none)
	wantFault(t, err, fault.Forbidden, "forbidden", "approve")

	h.approve(t, emil, c)
	c = h.approve(t, emil, c) // twice is once
	if c.Approved() || len(c.Approvals) != 1 || !cmp.Equal(c.Approvals[0].By, []string{"emil"}) {
		t.Errorf("approvals %+v", c.Approvals)
	}
	_, err = h.publish(dora, c)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired, "1 in production")
	c = h.approve(t, gina, c)
	if !c.Approved() {
		t.Errorf("approvals %+v", c.Approvals)
	}
	c = must[catalog.ChangeRequest](t)(h.Resubmit(t.Context(), gina, "default", c.Number, h.proposal(t, strings.Replace(twoOff, "default: false", "default: code", 1))))
	if c.Approved() || len(c.Approvals[0].By) != 0 {
		t.Errorf("approvals of other content count: %+v", c.Approvals)
	}
	_, err = h.Approve(t.Context(), emil, "default", c.Number, 1, none)
	wantFault(t, err, fault.Precondition, "content_changed", "version 2")
	_, err = h.Approve(t.Context(), gina, "default", c.Number, 2, none)
	wantFault(t, err, fault.Forbidden, "own_change_request")
	h.approve(t, emil, c)
	h.approve(t, ann, c)
	must[catalog.ChangeRequest](t)(h.publish(dora, c))
}

func TestARequestEndsOnce(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.propose(t, cleo, twoOff)
	_, err := h.Withdraw(t.Context(), emil, "default", c.Number, none)
	wantFault(t, err, fault.Forbidden, "not_own_change_request")
	_, err = h.Reject(t.Context(), cleo, "default", c.Number, none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	_, err = h.CommentOn(t.Context(), fred, "default", c.Number, "me too", none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	out, err := h.CommentOn(t.Context(), emil, "default", c.Number, "why?", none)
	c = must[catalog.ChangeRequest](t)(out, err)
	if last := c.Events[len(c.Events)-1]; last.Kind != catalog.EventCommented || last.Text != "why?" || last.Author.Name != "emil" {
		t.Errorf("events %+v", c.Events)
	}
	out, err = h.Reject(t.Context(), emil, "default", c.Number, catalog.WriteOptions{Comment: "not now"})
	c = must[catalog.ChangeRequest](t)(out, err)
	if c.State != catalog.RequestRejected {
		t.Errorf("state %s", c.State)
	}
	other := h.propose(t, cleo, twoOff)
	out, err = h.Withdraw(t.Context(), cleo, "default", other.Number, none)
	must[catalog.ChangeRequest](t)(out, err)
	page, next, err := h.ChangeRequests(t.Context(), fred, "default", catalog.ChangeRequestFilter{Limit: 1})
	if err != nil || len(page) != 1 || page[0].Number != 2 || page[0].State != catalog.RequestWithdrawn || next != 2 {
		t.Errorf("%+v %d %v", page, next, err)
	}
	page, next, err = h.ChangeRequests(t.Context(), fred, "default", catalog.ChangeRequestFilter{State: catalog.RequestRejected})
	if err != nil || len(page) != 1 || page[0].Number != 1 || next != 0 || page[0].Items != nil {
		t.Errorf("%+v %d %v", page, next, err)
	}
}

func TestAnEmergencyGoesPastTheApprovalsWithAReason(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 1)
	c := h.propose(t, cleo, twoOff)
	urgent := catalog.WriteOptions{Bypass: "checkout is down"}
	_, err := h.PublishRequest(t.Context(), dora, "default", c.Number, urgent)
	wantFault(t, err, fault.Forbidden, "forbidden", "bypass")
	out, err := h.PublishRequest(t.Context(), gina, "default", c.Number, urgent)
	c = must[catalog.ChangeRequest](t)(out, err)
	if last := c.Events[len(c.Events)-1]; !strings.Contains(last.Text, "past the approvals: checkout is down") {
		t.Errorf("events %+v", c.Events)
	}
	must[catalog.ApplyResult](t)(h.tryApply(t.Context(), gina, twoOn, catalog.ApplyRequest{Bypass: "and back"}))
	revision := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 1))[0]
	if revision.Comment != "published past the approvals: and back" {
		t.Errorf("comment %q", revision.Comment)
	}
}

// The reason is all that the record has of why nobody's approval was waited for.
func TestAnEmergencyWithoutAReasonIsNone(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 1)
	c := h.propose(t, cleo, twoOff)
	ctx, blank := t.Context(), " \t\n"
	write := catalog.WriteOptions{Bypass: blank}
	_, applied := h.tryApply(ctx, gina, twoOff, catalog.ApplyRequest{Bypass: blank})
	_, planned := h.tryApply(ctx, gina, twoOff, catalog.ApplyRequest{Bypass: blank, DryRun: true})
	_, published := h.PublishRequest(ctx, gina, "default", c.Number, write)
	_, promoted := h.Promote(ctx, gina, "default", catalog.PromoteRequest{Bypass: blank})
	_, back := h.Rollback(ctx, gina, "default", catalog.RollbackRequest{Environment: "production", To: catalog.Moment{Revision: 1}, Write: write})
	_, begun := h.StartRollout(ctx, gina, "default", catalog.RolloutPlan{}, write)
	for what, err := range map[string]error{"apply": applied, "a dry run": planned, "publish": published, "promote": promoted, "rollback": back, "a rollout": begun} {
		wantFault(t, err, fault.Invalid, "bypass_empty")
		if f := fault.As(err); len(f.Fields) != 1 || f.Fields[0].Field != "bypass" {
			t.Errorf("%s: %+v", what, f)
		}
	}
	must[catalog.ApplyResult](t)(h.tryApply(ctx, gina, twoOff, catalog.ApplyRequest{Bypass: " it burns\n"}))
	revision := must[[]catalog.Revision](t)(h.Revisions(ctx, ann, "default", "production", 0, 1))[0]
	if revision.Comment != "published past the approvals: it burns" {
		t.Errorf("comment %q", revision.Comment)
	}
}

// Who proposes may have made a service token: what it approves is theirs.
func TestNobodyApprovesTheirOwnWithAServiceTokenOfTheirs(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 2)
	token := func(id, maker string) account.Actor {
		return account.Actor{Kind: account.Token, ID: id, Name: id, Maker: maker, Rights: dora.Rights}
	}
	approve := func(by account.Actor, c catalog.ChangeRequest) error {
		_, err := h.Approve(t.Context(), by, "default", c.Number, c.Version, none)
		return err
	}
	c := h.propose(t, dora, twoOff)
	wantFault(t, approve(token("robot", dora.Person), c), fault.Forbidden, "own_change_request", "robot comes from the same member")
	for _, by := range []account.Actor{emil, token("emils", emil.Person)} {
		if err := approve(by, c); err != nil {
			t.Error(err)
		}
	}
	_, err := h.publish(dora, c) // emil counts once
	wantFault(t, err, fault.Forbidden, "review_required", "1 in production")
	if err := approve(token("nobodys", ""), c); err != nil {
		t.Error(err)
	}
	must[catalog.ChangeRequest](t)(h.publish(dora, c))

	c = h.propose(t, token("pipeline", dora.Person), twoOn)
	wantFault(t, approve(dora, c), fault.Forbidden, "own_change_request")
	wantFault(t, approve(token("robot", dora.Person), c), fault.Forbidden, "own_change_request")
	wantFault(t, approve(token("pipeline", ""), c), fault.Forbidden, "own_change_request")
	_, err = h.Withdraw(t.Context(), dora, "default", c.Number, none)
	wantFault(t, err, fault.Forbidden, "not_own_change_request")
	if _, err = h.Withdraw(t.Context(), token("pipeline", dora.Person), "default", c.Number, none); err != nil {
		t.Error(err)
	}
}
