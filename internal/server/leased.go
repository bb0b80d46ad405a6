package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/lease"
)

const (
	retentionLease = "retention"
	retentionEvery = time.Hour
	retentionLife  = time.Minute // nobody waits for it, and each renewal is a write
)

// retain deletes what was kept long enough, on one node at a time.
func (a *application) retain(ctx context.Context) error {
	return a.retention.Run(ctx, lease.Each(retentionEvery, func(ctx context.Context, fence lease.Fence) error {
		return a.store.Prune(ctx, fence, a.server.clock.Now())
	}))
}
