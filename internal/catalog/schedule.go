package catalog

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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
// It takes the rights and the approvals that publishing takes, now and at that time:
// it is published by whoever scheduled it, if they may by then.
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
		r.row.PublishAt, r.row.Problem, r.row.Attempts, r.row.RetryAt = at, "", 0, 0
		return r.note(actor, kind, opts.Comment, nil)
	})
}

// publishable checks that the request could be published by the actor now.
func (r *request) publishable(actor account.Actor, opts WriteOptions) error {
	e := r.fresh()
	if err := e.proposed(r.row); err != nil {
		return err
	}
	if len(e.changes) == 0 {
		return e.mayPropose(actor)
	}
	_, err := e.check(actor, command{project: r.view.row.Key, approved: r.approvals(), opts: opts})
	return err
}

// Due says whether the time of a change request, or of a rollout's next step, has
// come.
func (s *Service) Due(ctx context.Context) (bool, error) {
	due, err := s.due(ctx)
	return len(due) > 0, err
}

func (s *Service) due(ctx context.Context) (due []DueRow, err error) {
	err = s.store.Read(ctx, func(r Reader) error {
		now := clock.Millis(s.clock)
		if due, err = r.DueChangeRequests(now); err != nil {
			return err
		}
		steps, err := r.DueRollouts(now)
		due = append(due, steps...)
		return err
	})
	slices.SortStableFunc(due, func(a, b DueRow) int { return cmp.Compare(a.At, b.At) })
	return due, err
}

// Fired says what became of what was due.
type Fired struct {
	Done    int // published, or a step made
	Refused int // not now and not later: a person has to look
	// Failed are tried again, at times that are further and further apart.
	Failed []Failure
}

// Failure is why something that was due was not done, for the log of the server.
// People read the reference only: the cause may say what is not for everybody.
type Failure struct {
	Reference string
	Project   string
	Number    int64 // of the change request, or of the rollout
	Rollout   bool
	Attempts  int // with this one
	Cause     error
}

// PublishDue publishes the change requests whose time has come and makes the due
// steps of rollouts, each once: what is published and the note that it is done are
// one transaction, which commits only for who holds the lease. What cannot be done,
// such as one that was overtaken or whose author may no longer do it, needs a person
// and says why. What fails for any other reason is tried again at growing intervals,
// and holds nothing else back; after maxAttempts it needs a person too. The error is
// that the lease is lost, or that the store is away.
func (s *Service) PublishDue(ctx context.Context, fence lease.Fence) (fired Fired, err error) {
	due, err := s.due(ctx)
	if err != nil {
		return fired, err
	}
	var away []error
	for _, d := range due {
		err := s.fire(ctx, fence, d)
		switch {
		case err == nil:
			fired.Done++
			continue
		case errors.Is(err, lease.ErrLost), ctx.Err() != nil:
			return fired, err
		case refused(err):
			fired.Refused++
			err = s.missed(ctx, fence, d, fault.As(err).Message)
		case fault.KindOf(err) == fault.Internal:
			failure := Failure{
				Reference: s.reference(), Project: d.Project, Number: d.Number, Rollout: d.Rollout, Attempts: d.Attempts + 1, Cause: err,
			}
			fired.Failed = append(fired.Failed, failure)
			err = s.again(ctx, fence, d, failure)
		}
		if errors.Is(err, lease.ErrLost) {
			return fired, err
		}
		away = append(away, err)
	}
	return fired, errors.Join(away...)
}

// maxAttempts is how often what fails is tried: for some hours.
const maxAttempts = 12

// retryAfter is how long what failed so many times waits: 2 s, 4 s … one hour.
func retryAfter(attempts int) time.Duration {
	return min(time.Second<<min(attempts, 20), time.Hour)
}

// reference is what finds a line of the log, in eight hexadecimal digits.
func (s *Service) reference() string {
	var raw [4]byte
	_, _ = io.ReadFull(s.random, raw[:]) // one that is not unique finds two lines
	return hex.EncodeToString(raw[:])
}

// again has what failed tried again later. What has failed too often needs a person;
// where even that cannot be noted, it is tried on.
func (s *Service) again(ctx context.Context, fence lease.Fence, d DueRow, f Failure) error {
	if f.Attempts >= maxAttempts {
		err := s.missed(ctx, fence, d, f.words(""))
		if err == nil || errors.Is(err, lease.ErrLost) {
			return err
		}
	}
	return s.store.Write(ctx, func(tx Tx) error {
		if err := tx.Hold(fence); err != nil {
			return err
		}
		return tx.PutAttempt(d, f.Attempts, clock.Millis(s.clock)+retryAfter(f.Attempts).Milliseconds(), f.words(" and is tried again"))
	})
}

// words are what people read of a failure, and of what follows from it.
func (f Failure) words(then string) string {
	return fmt.Sprintf("it failed %s%s: something went wrong on the server, whose log says what, under %s", times(f.Attempts), then, f.Reference)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
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

// Actors knows what people and tokens may do now.
type Actors interface {
	// Actor returns who acts as an author, with the rights of now: a person, also
	// where they came with a token of their own, or a service token. The fault is
	// Forbidden where there is nobody like that any more.
	Actor(ctx context.Context, kind account.ActorKind, id, person string) (account.Actor, error)
}

// nobody is an Actors that knows no one.
type nobody struct{}

// Actor implements Actors.
func (nobody) Actor(context.Context, account.ActorKind, string, string) (account.Actor, error) {
	return account.Actor{}, fault.New(fault.Forbidden, "author_gone", "nobody is known here")
}

// present is who acts for an author, with the rights of now and the author's name.
func (s *Service) present(ctx context.Context, author Author, person string) (account.Actor, error) {
	if author.Kind == account.Host {
		return account.Actor{Kind: account.Host, Name: author.Name, Role: account.Owner}, nil
	}
	actor, err := s.actors.Actor(ctx, author.Kind, author.ID, person)
	if fault.IsKind(err, fault.Forbidden) {
		return actor, fault.Wrap(err, fault.Forbidden, "author_gone", "%s, whose rights it uses, may not do it any more: %s", author.Name, fault.As(err).Message)
	}
	actor.Kind, actor.ID, actor.Name = author.Kind, author.ID, author.Name
	return actor, err
}

// fire does what is due.
func (s *Service) fire(ctx context.Context, fence lease.Fence, d DueRow) error {
	author, person, err := s.authorOf(ctx, d)
	if err != nil {
		return err
	}
	actor, err := s.present(ctx, author, person)
	if err != nil {
		return err
	}
	if d.Rollout {
		return s.makeStep(ctx, actor, fence, d)
	}
	return s.publish(ctx, actor, d.Project, d.Number, WriteOptions{Comment: "as scheduled"}, func(e *edit) (bool, error) {
		r, err := e.pending(fence, d.Number)
		return r != nil, err
	})
}

// authorOf is who has scheduled what is due.
func (s *Service) authorOf(ctx context.Context, d DueRow) (author Author, person string, err error) {
	err = s.store.Read(ctx, func(r Reader) error {
		if d.Rollout {
			row, err := r.Rollout(d.ProjectID, d.Number)
			author, person = row.Author, row.Person
			return err
		}
		events, err := r.ChangeRequestEvents(d.ProjectID, d.Number, d.Number)
		for _, e := range slices.Backward(events) {
			if e.Kind == EventScheduled {
				author, person = e.Author, e.Person
				return err
			}
		}
		return err
	})
	return author, person, err
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

// dueStep finds a rollout whose next step is still due, under the lease; nil is none.
func (e *edit) dueStep(fence lease.Fence, number int64) (*ramp, error) {
	if err := e.tx.Hold(fence); err != nil {
		return nil, err
	}
	row, err := e.reader.Rollout(e.row.ID, number)
	if err != nil || row.State != RolloutRunning || row.NextAt > e.now {
		return nil, err
	}
	e.rollout = number
	return &ramp{edit: e, row: row}, nil
}

// makeStep makes the next step of a rollout, with the approvals that it began with.
func (s *Service) makeStep(ctx context.Context, actor account.Actor, fence lease.Fence, d DueRow) error {
	actor.Name = "schedule of " + actor.Name
	cmd := command{project: d.Project, approved: map[string]int{}}
	_, err := s.commit(ctx, actor, cmd, func(e *edit) error {
		r, err := e.dueStep(fence, d.Number)
		if err != nil || r == nil {
			return err
		}
		clear(cmd.approved)
		cmd.approved[r.environment()] = r.row.Approvals
		return r.step()
	})
	return err
}

// missed notes why something was not done at its time: a change request leaves the
// schedule, a rollout pauses.
func (s *Service) missed(ctx context.Context, fence lease.Fence, d DueRow, problem string) error {
	return s.onRequest(ctx, itself, d.Project, WriteOptions{}, func(e *edit) error {
		if d.Rollout {
			r, err := e.dueStep(fence, d.Number)
			if err != nil || r == nil {
				return err
			}
			r.pause(problem)
			return r.put(eventPaused)
		}
		r, err := e.pending(fence, d.Number)
		if err != nil || r == nil {
			return err
		}
		r.row.PublishAt, r.row.Attempts, r.row.RetryAt, r.row.Problem = 0, 0, 0, problem
		return r.note(itself, EventFailed, r.row.Problem, nil)
	})
}
