package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

func (h *home) draft(t *testing.T, actor account.Actor, text string) catalog.ChangeRequest {
	t.Helper()
	p := h.proposal(t, text)
	p.Draft = true
	c, _, err := h.Propose(t.Context(), actor, "default", p)
	return must[catalog.ChangeRequest](t)(c, err)
}

func TestADraftAsksNobodyUntilItIsOpened(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 1)
	d := h.draft(t, cleo, twoOff)
	if d.State != catalog.RequestDraft || d.Version != 1 || len(d.Items) != 2 {
		t.Fatalf("saved %+v", d)
	}
	_, approved := h.Approve(t.Context(), dora, "default", d.Number, 1, none)
	_, published := h.publish(gina, d)
	_, rejected := h.Reject(t.Context(), dora, "default", d.Number, none)
	_, scheduled := h.Schedule(t.Context(), dora, "default", d.Number, 1, none)
	for what, err := range map[string]error{"approve": approved, "publish": published, "reject": rejected, "schedule": scheduled} {
		if fault.As(err).Code != "change_request_draft" {
			t.Errorf("%s a draft: %v", what, err)
		}
	}
	// It is edited further by a colleague, who therefore cannot approve it.
	d, err := h.Resubmit(t.Context(), dora, "default", d.Number, h.proposal(t, oneOff))
	if err != nil || d.State != catalog.RequestDraft || d.Version != 2 || len(d.Items) != 1 {
		t.Fatalf("edited: %+v %v", d, err)
	}
	if _, err := h.Open(t.Context(), fred, "default", d.Number, none); !fault.IsKind(err, fault.Forbidden) {
		t.Errorf("a viewer opened it: %v", err)
	}
	d, err = h.Open(t.Context(), cleo, "default", d.Number, none)
	if err != nil || d.State != catalog.RequestOpen {
		t.Fatalf("opened: %+v %v", d, err)
	}
	if _, err := h.Approve(t.Context(), dora, "default", d.Number, 2, none); fault.As(err).Code != "own_change_request" {
		t.Errorf("who edited the draft approved it: %v", err)
	}
	d = h.approve(t, emil, d)
	if d, err = h.publish(emil, d); err != nil || d.State != catalog.RequestPublished {
		t.Fatalf("published: %+v %v", d, err)
	}
	want := []string{
		"emil: change request 1 “raise it”: published",
		"emil: change request 1 “raise it”: approved, version 2",
		"cleo: change request 1 “raise it”: opened for review",
		"dora: change request 1 “raise it”: saved again as a draft, version 2",
		"cleo: change request 1 “raise it”: saved as a draft",
	}
	if diff := cmp.Diff(want, h.entries(t)); diff != "" {
		t.Error(diff)
	}
}

func TestADraftIsDiscardedByWhoSavedIt(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	d := h.draft(t, cleo, twoOff)
	if same := h.draft(t, cleo, twoOff); same.Number != d.Number {
		t.Errorf("the same draft is %d and %d", d.Number, same.Number)
	}
	if open := h.propose(t, cleo, twoOff); open.Number == d.Number {
		t.Error("a proposal became the draft")
	}
	if _, err := h.Withdraw(t.Context(), dora, "default", d.Number, none); fault.As(err).Code != "not_own_change_request" {
		t.Errorf("somebody else discarded it: %v", err)
	}
	d, err := h.Withdraw(t.Context(), cleo, "default", d.Number, none)
	if err != nil || d.State != catalog.RequestWithdrawn {
		t.Errorf("discarded: %+v %v", d, err)
	}
	if _, err := h.Open(t.Context(), cleo, "default", d.Number, none); fault.As(err).Code != "change_request_closed" {
		t.Errorf("opened what was discarded: %v", err)
	}
}

func TestARequestTellsTheThreeStatesOfAnObject(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.propose(t, cleo, oneOff)
	h.apply(t, ann, "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {environments: {production: {default: code, off: code}}}\n")
	c, err := h.ChangeRequest(t.Context(), fred, "default", c.Number)
	if err != nil || c.Conflicts() != 1 {
		t.Fatalf("%+v %v", c, err)
	}
	block := func(off, serve string) string {
		return `{"enabled":true,"off":"` + off + `","prerequisites":[],"targets":{},"rules":[],"default":` + serve + `}`
	}
	item := c.Items[0]
	got := []string{string(item.Base), string(item.Live), string(item.Proposed)}
	if diff := cmp.Diff([]string{block("false", `"true"`), block("code", `"code"`), block("false", `"false"`)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestChangeRequestsAreAnnouncedAfterTheyAreKept(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.requested = 0
	c := h.propose(t, cleo, twoOff)
	if h.requested != 1 {
		t.Errorf("announced %d times", h.requested)
	}
	h.propose(t, cleo, twoOff) // is there already
	if _, err := h.Approve(t.Context(), cleo, "default", c.Number, 1, none); err == nil || h.requested != 1 {
		t.Errorf("what did not happen was announced: %d, %v", h.requested, err)
	}
	if _, err := h.CommentOn(t.Context(), dora, "default", c.Number, "why?", none); err != nil || h.requested != 2 {
		t.Errorf("a comment: announced %d times, %v", h.requested, err)
	}
}

func TestTheRequestsOfAnObjectAreFound(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	one, both := h.propose(t, cleo, oneOff), h.propose(t, cleo, twoOff)
	for object, want := range map[string][]int64{"x": {both.Number, one.Number}, "y": {both.Number}, "z": nil} {
		page, _, err := h.ChangeRequests(t.Context(), fred, "default", catalog.ChangeRequestFilter{Object: object})
		var got []int64
		for _, c := range page {
			got = append(got, c.Number)
		}
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v, want %v, %v", object, got, want, err)
		}
	}
}

const oneOff = "apiVersion: burgee/v1\nproject: default\nflags:\n  x: {environments: {production: {default: false}}}\n"
