package catalog_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
)

func (h *home) inAnHour() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now.Add(time.Hour).UnixMilli()
}

func (h *home) schedule(t *testing.T, c catalog.ChangeRequest) catalog.ChangeRequest {
	t.Helper()
	out, err := h.Schedule(t.Context(), dora, "default", c.Number, h.inAnHour(), none)
	return must[catalog.ChangeRequest](t)(out, err)
}

func (h *home) fence(t *testing.T, holder string) lease.Fence {
	t.Helper()
	number, held, err := h.store.TakeLease(t.Context(), "schedule", holder, time.Minute)
	if err != nil || !held {
		t.Fatalf("lease: %v %v", held, err)
	}
	return lease.Fence{Name: "schedule", Number: number}
}

func TestAChangeIsPublishedOnceAtItsTime(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	h.protect(t, "production", 1)
	c := h.propose(t, cleo, twoOff)
	_, err := h.Schedule(t.Context(), dora, "default", c.Number, h.inAnHour(), none)
	wantFault(t, err, fault.Forbidden, catalog.CodeReviewRequired)
	h.approve(t, emil, c)
	_, err = h.Schedule(t.Context(), cleo, "default", c.Number, h.inAnHour(), none)
	wantFault(t, err, fault.Forbidden, "forbidden")
	_, err = h.Schedule(t.Context(), dora, "default", c.Number, 1, none)
	wantFault(t, err, fault.Invalid, "time_invalid")
	h.schedule(t, c)
	page, _, err := h.ChangeRequests(t.Context(), fred, "default", catalog.ChangeRequestFilter{Scheduled: true})
	if err != nil || len(page) != 1 || page[0].PublishAt != h.inAnHour() {
		t.Errorf("scheduled: %+v %v", page, err)
	}
	fence := h.fence(t, "here")
	if _, err := h.PublishDue(t.Context(), fence); err != nil {
		t.Fatal(err)
	}
	if c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number)); c.State != catalog.RequestOpen {
		t.Errorf("before its time: %s", c.State)
	}
	h.wait(time.Hour)
	// Several at the same moment publish it once, whoever is first.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := h.PublishDue(t.Context(), fence); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	if c.State != catalog.RequestPublished || c.PublishAt != 0 || c.Revisions["production"] != 3 {
		t.Errorf("at its time: %+v", c)
	}
	revisions := must[[]catalog.Revision](t)(h.Revisions(t.Context(), ann, "default", "production", 0, 0))
	if revisions[0].Number != 3 || revisions[0].Author.Name != "dora" || !strings.Contains(revisions[0].Comment, "as scheduled") {
		t.Errorf("revision %+v", revisions[0])
	}
	h.verify(t)
}

func TestWhoHasLostTheLeasePublishesNothing(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.schedule(t, h.propose(t, cleo, twoOff))
	h.wait(2 * time.Hour)
	old := h.fence(t, "here")
	if err := h.store.ReleaseLease(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	now := h.fence(t, "there")
	if _, err := h.PublishDue(t.Context(), old); !errors.Is(err, lease.ErrLost) {
		t.Errorf("with the old lease: %v", err)
	}
	if c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number)); c.State != catalog.RequestOpen {
		t.Errorf("state %s", c.State)
	}
	if _, err := h.PublishDue(t.Context(), now); err != nil {
		t.Error(err)
	}
}

func TestAScheduledChangeThatWasOvertakenIsSaidAndNotPublished(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.schedule(t, h.propose(t, cleo, twoOff))
	h.apply(t, ann, "apiVersion: burgee/v1\nflags:\n  x: {environments: {production: {default: code}}}\n")
	h.wait(2 * time.Hour)
	before := h.lines(t, "production")
	h.fire(t)
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	if c.State != catalog.RequestOpen || c.PublishAt != 0 || !strings.Contains(c.Problem, "x changed since") || h.lines(t, "production")["y"] != before["y"] {
		t.Errorf("overtaken: %+v", c)
	}
	if entries := h.entries(t); !strings.Contains(entries[0], "burgee: change request 1 “raise it”: not published at its time") {
		t.Errorf("entries %v", entries)
	}
	if due := must[bool](t)(h.Due(t.Context())); due {
		t.Error("it is tried again")
	}
}

func TestOtherContentTakesARequestOffTheSchedule(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.schedule(t, h.propose(t, cleo, twoOff))
	c = must[catalog.ChangeRequest](t)(h.Resubmit(t.Context(), cleo, "default", c.Number, h.proposal(t, strings.Replace(twoOff, "default: false", "default: code", 1))))
	if c.PublishAt != 0 {
		t.Errorf("still scheduled: %+v", c)
	}
	h.schedule(t, c)
	out, err := h.Schedule(t.Context(), dora, "default", c.Number, 0, none)
	if c = must[catalog.ChangeRequest](t)(out, err); c.PublishAt != 0 {
		t.Errorf("still scheduled: %+v", c)
	}
}

// fire does what is due, and returns what became of it.
func (h *home) fire(t *testing.T) catalog.Fired {
	t.Helper()
	fence := h.fence(t, "here")
	fired, err := h.PublishDue(t.Context(), fence)
	if err != nil {
		t.Fatal(err)
	}
	return fired
}

// fired is catalog.Fired in numbers.
type fired struct{ Done, Refused, Failed int }

func outcome(f catalog.Fired) fired { return fired{f.Done, f.Refused, len(f.Failed)} }

// may says what somebody may do from now on.
func (h *home) may(actor account.Actor, role account.Role) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rights == nil {
		h.rights = map[string]account.Actor{}
	}
	h.rights[actor.ID] = somebody(actor.Name, role, here)
}

func TestWhoMayNoLongerPublishPublishesNothingAtItsTime(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.schedule(t, h.propose(t, cleo, twoOff))
	h.may(dora, account.Editor)
	h.wait(2 * time.Hour)
	if got := outcome(h.fire(t)); got != (fired{Refused: 1}) {
		t.Errorf("fired %+v", got)
	}
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	if c.State != catalog.RequestOpen || c.PublishAt != 0 || !strings.Contains(c.Problem, "dora may not publish") {
		t.Errorf("with other rights: %+v", c)
	}
	if entries := h.entries(t); !strings.Contains(entries[0], "not published at its time") {
		t.Errorf("entries %v", entries)
	}
}

func TestWhoIsGonePublishesNothing(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	c := h.propose(t, cleo, twoOff)
	zoe := somebody("zoe", account.Publisher, here)
	out, err := h.Schedule(t.Context(), zoe, "default", c.Number, h.inAnHour(), none)
	must[catalog.ChangeRequest](t)(out, err)
	h.wait(2 * time.Hour)
	h.fire(t)
	c = must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", c.Number))
	if c.State != catalog.RequestOpen || !strings.Contains(c.Problem, "zoe, whose rights it uses, may not do it any more: there is no such member") {
		t.Errorf("of who is gone: %+v", c)
	}
}

// What fails for an inner reason is tried at growing intervals, holds nothing else
// back, and needs a person in the end.
func TestWhatFailsIsTriedAgainAndHoldsNothingBack(t *testing.T) {
	h := open(t)
	h.apply(t, ann, twoOn)
	broken := h.schedule(t, h.propose(t, cleo, twoOff))
	sound := h.schedule(t, h.propose(t, cleo, "apiVersion: burgee/v1\nproject: default\nflags:\n  z: {type: boolean}\n"))
	h.damage(t, broken.Number)
	h.wait(2 * time.Hour)
	first := h.fire(t)
	if got := outcome(first); got != (fired{Done: 1, Failed: 1}) {
		t.Fatalf("fired %+v", got)
	}
	if c := must[catalog.ChangeRequest](t)(h.ChangeRequest(t.Context(), fred, "default", sound.Number)); c.State != catalog.RequestPublished {
		t.Errorf("the sound one: %+v", c)
	}
	if got := outcome(h.fire(t)); got != (fired{}) {
		t.Errorf("it is tried again at once: %+v", got)
	}
	row := h.requestRow(t, broken.Number)
	if row.Attempts != 1 || row.RetryAt <= h.now.UnixMilli() || row.Problem != "it failed once and is tried again: something went wrong on the server, whose log says what, under "+first.Failed[0].Reference {
		t.Errorf("after an attempt: %+v", row)
	}
	// The cause is for the log.
	if f := first.Failed[0]; f.Number != broken.Number || f.Project != "default" || f.Rollout || f.Attempts != 1 || !strings.Contains(f.Cause.Error(), "catalog: read the change request 1") {
		t.Errorf("failure %+v", f)
	}
	attempts := 1
	for ; attempts < 50 && h.requestRow(t, broken.Number).PublishAt != 0; attempts++ {
		h.wait(time.Hour)
		h.fire(t)
	}
	row = h.requestRow(t, broken.Number)
	if attempts != 12 || row.State != catalog.RequestOpen || row.PublishAt != 0 || !strings.Contains(row.Problem, "it failed 12 times: something went wrong on the server") {
		t.Errorf("after %d attempts: %+v", attempts, row)
	}
	if entries := h.entries(t); !strings.Contains(entries[0], "not published at its time") {
		t.Errorf("entries %v", entries)
	}
}

// damage makes the content of a change request one that cannot be read.
func (h *home) damage(t *testing.T, number int64) {
	t.Helper()
	row := h.requestRow(t, number)
	row.Changes = []byte("damaged")
	err := h.store.Write(t.Context(), func(tx catalog.Tx) error {
		_, err := tx.PutChangeRequest(row)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h *home) requestRow(t *testing.T, number int64) (row catalog.ChangeRequestRow) {
	t.Helper()
	err := h.store.Read(t.Context(), func(r catalog.Reader) error {
		project, err := r.Project("default")
		if err != nil {
			return err
		}
		row, err = r.ChangeRequest(project.ID, number)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return row
}
