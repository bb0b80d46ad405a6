package server

import (
	"context"
	"errors"
	"time"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/lease"
)

const (
	retentionLease = "retention"
	retentionEvery = time.Hour
	retentionLife  = time.Minute // nobody waits for it, and each renewal is a write
)

const (
	scheduleLease = "schedule"
	scheduleEvery = time.Second
)

// publishScheduled publishes change requests and makes the steps of rollouts at their
// time, on one node. The lease
// is taken when something is due, and not held between: an idle server writes
// nothing.
func (a *application) publishScheduled(ctx context.Context) error {
	ticker := time.NewTicker(scheduleEvery)
	defer ticker.Stop()
	for {
		if err := a.publishDue(ctx); err != nil && ctx.Err() == nil && a.store.Outage() == nil {
			a.server.logger.WarnContext(ctx, "scheduled changes were not published; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (a *application) publishDue(ctx context.Context) error {
	due, err := a.catalog.Due(ctx)
	if err != nil || !due {
		return err
	}
	_, err = a.schedule.Once(ctx, func(ctx context.Context, fence lease.Fence) error {
		fired, err := a.catalog.PublishDue(ctx, fence)
		a.fired(fired)
		return err
	})
	if errors.Is(err, lease.ErrLost) {
		return nil // another node goes on with it
	}
	return err
}

// fired counts what became of what was due, and logs why something failed: people
// are shown the reference in place of the cause.
func (a *application) fired(f catalog.Fired) {
	for outcome, n := range map[string]int{"done": f.Done, "refused": f.Refused, "failed": len(f.Failed)} {
		a.server.metrics.Scheduled(outcome, n)
	}
	for _, failure := range f.Failed {
		kind := "change request"
		if failure.Rollout {
			kind = "rollout"
		}
		a.server.logger.Error("what was due failed", "reference", failure.Reference, "project", failure.Project,
			"what", kind, "number", failure.Number, "attempts", failure.Attempts, "error", failure.Cause)
	}
}

// retain deletes what was kept long enough, and archives flags that nobody uses, on
// one node at a time.
func (a *application) retain(ctx context.Context) error {
	return a.retention.Run(ctx, lease.Each(retentionEvery, func(ctx context.Context, fence lease.Fence) error {
		if err := a.store.Prune(ctx, fence, a.server.clock.Now()); err != nil {
			return err
		}
		return a.archiveUnused(ctx, fence)
	}))
}

// archivePause lets programs and people in between two batches of flags.
const archivePause = time.Second

// archiveUnused has flags archive themselves until there are none left that would. That
// it fails holds nothing else back.
func (a *application) archiveUnused(ctx context.Context, fence lease.Fence) error {
	for {
		archived, err := a.catalog.ArchiveUnused(ctx, fence)
		if archived > 0 {
			a.server.logger.InfoContext(ctx, "flags that no program asks for archived themselves", "flags", archived)
		}
		switch {
		case errors.Is(err, lease.ErrLost):
			return err
		case err != nil && ctx.Err() == nil && a.store.Outage() == nil:
			a.server.logger.WarnContext(ctx, "flags that no program asks for were not archived; it is tried again in an hour", "error", err)
			return nil
		case err != nil, archived == 0, !pause(ctx, archivePause):
			return nil
		}
	}
}
