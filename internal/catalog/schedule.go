package catalog

import (
	"context"
	"errors"
	"slices"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/lease"
)

// furthestSchedule bounds how far ahead a change can be scheduled.
const furthestSchedule = 366 * 24 * time.Hour

// Schedule has an open change request published at a time, or with 0 no longer.
// It takes the rights and the approvals that publishing takes. Approvals are looked
// at again at that time; the rights are those of the day on which it was scheduled.
func (s *Service) Schedule(ctx context.Context, actor account.Actor, project string, number, at int64, opts WriteOptions) (ChangeRequest, error) {
	return s.onOpen(ctx, actor, project, number, opts, func(r *request) error {
		if err := r.publishable(actor, opts); err != nil {
			return err
		}
		if at != 0 && (at <= r.now || at > r.now+furthestSchedule.Milliseconds()) {
			return fault.New(fault.Invalid, "time_invalid", "A change request is published at a time to come").
				WithField("at", "takes a time within the next %d days, in milliseconds since 1970", int(furthestSchedule.Hours()/24))
		}
		kind := EventScheduled
		if at == 0 {
			kind = EventUnscheduled
		}
		if r.row.PublishAt == at {
			return nil
		}
		r.row.PublishAt, r.row.Problem = at, ""
		return r.note(actor, kind, opts.Comment, nil)
	})
}

// publishable checks that the request could be published by the actor now.
func (r *request) publishable(actor account.Actor, opts WriteOptions) error {
	e := &edit{view: r.view, tx: r.tx, reader: r.reader, now: r.now, seeds: r.seeds, actions: map[string]ActionKind{}, made: map[string]flagMeta{}}
	if err := e.proposed(r.row); err != nil {
		return err
	}
	if len(e.changes) == 0 {
		return e.mayPropose(actor)
	}
	_, err := e.check(actor, command{project: r.view.row.Key, approved: r.approvals(), opts: opts})
	return err
}

// Due says whether the time of a change request has come.
func (s *Service) Due(ctx context.Context) (bool, error) {
	due, err := s.due(ctx)
	return len(due) > 0, err
}

func (s *Service) due(ctx context.Context) (due []DueRow, err error) {
	err = s.store.Read(ctx, func(r Reader) error {
		due, err = r.DueChangeRequests(clock.Millis(s.clock))
		return err
	})
	return due, err
}

// PublishDue publishes the change requests whose time has come, each once: its
// publication and the note that it is done are one transaction, which commits only
// for who holds the lease. What cannot be published, such as one that was
// overtaken, stays open and says why. An error ends it; what is left stays due.
func (s *Service) PublishDue(ctx context.Context, fence lease.Fence) error {
	due, err := s.due(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		err := s.publishScheduled(ctx, fence, d)
		if err != nil && refused(err) {
			err = s.missed(ctx, fence, d, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refused tells what will be so the next time as well from a store that is away.
func refused(err error) bool {
	if errors.Is(err, lease.ErrLost) {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Unavailable, fault.NoRoom, fault.Limited, fault.Internal:
		return false
	}
	return true
}

// scheduler is who acts at the time: whoever scheduled it, whose rights were looked
// at then.
func (r *request) scheduler() account.Actor {
	for _, e := range slices.Backward(r.events) {
		if e.Kind == EventScheduled {
			return account.Actor{Kind: e.Author.Kind, ID: e.Author.ID, Name: e.Author.Name, Role: account.Owner}
		}
	}
	return account.Actor{Kind: account.Host, Name: "burgee", Role: account.Owner}
}

// pending finds a request that is still due, under the lease; nil is none.
func (e *edit) pending(fence lease.Fence, number int64) (*request, error) {
	if err := e.tx.Hold(fence); err != nil {
		return nil, err
	}
	r, err := e.openRequest(number)
	if fault.IsKind(err, fault.Conflict) || err == nil && (r.row.PublishAt == 0 || r.row.PublishAt > e.now) {
		return nil, nil
	}
	return r, err
}

func (s *Service) publishScheduled(ctx context.Context, fence lease.Fence, d DueRow) error {
	actor, err := s.scheduledBy(ctx, d)
	if err != nil {
		return err
	}
	return s.publish(ctx, actor, d.Project, d.Number, WriteOptions{Comment: "as scheduled"}, func(e *edit) (bool, error) {
		r, err := e.pending(fence, d.Number)
		return r != nil, err
	})
}

func (s *Service) scheduledBy(ctx context.Context, d DueRow) (actor account.Actor, err error) {
	err = s.store.Read(ctx, func(r Reader) error {
		v, err := s.view(r, d.Project)
		if err != nil {
			return err
		}
		events, err := r.ChangeRequestEvents(v.row.ID, d.Number, d.Number)
		actor = (&request{events: events}).scheduler()
		return err
	})
	return actor, err
}

// missed notes why a request was not published at its time, and takes it off the
// schedule.
func (s *Service) missed(ctx context.Context, fence lease.Fence, d DueRow, why error) error {
	host := account.Actor{Kind: account.Host, Name: "burgee", Role: account.Owner}
	return s.onRequest(ctx, host, d.Project, WriteOptions{}, func(e *edit) error {
		r, err := e.pending(fence, d.Number)
		if err != nil || r == nil {
			return err
		}
		r.row.PublishAt, r.row.Problem = 0, fault.As(why).Message
		return r.note(host, EventFailed, r.row.Problem, nil)
	})
}
