package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/sdk/eval"
)

// The views show the data plane to the management API, which may not see it.

type snapshotView struct{ manager *delivery.Manager }

// Snapshot implements adminapi.Snapshots.
func (v snapshotView) Snapshot(project, environment string) (*eval.Snapshot, bool) {
	cell := v.manager.ByEnvironment(project, environment)
	if cell == nil || cell.State() == nil {
		return nil, false
	}
	return cell.State().Snapshot, true
}

type presenceView struct{ registry *presence.Registry }

// Instances implements adminapi.Presence.
func (v presenceView) Instances(project string) []adminapi.Instance {
	instances := v.registry.Instances(project, "")
	views := make([]adminapi.Instance, 0, len(instances))
	for _, i := range instances {
		views = append(views, adminapi.Instance{
			Application: i.Application, Version: i.Version, Platform: i.Platform, SDK: i.SDK, Environment: i.Environment,
			ConnectedInstance: adminapi.ConnectedInstance{
				Instance: i.Instance, Address: i.Address, Transport: string(i.Transport),
				Revision: i.Revision, Since: i.Since, LastSeenAt: i.LastSeen,
			},
		})
	}
	return views
}

// Refused implements adminapi.Presence.
func (v presenceView) Refused() []adminapi.RefusedAttempt {
	refused := v.registry.Refused()
	views := make([]adminapi.RefusedAttempt, 0, len(refused))
	for _, r := range refused {
		views = append(views, adminapi.RefusedAttempt(r))
	}
	return views
}

type countView struct{ store *store.Store }

// Hourly implements adminapi.Counts.
func (v countView) Hourly(ctx context.Context, project, environment string, from time.Time, hours int) (map[string]adminapi.Hourly, error) {
	counts, err := v.store.HourlyCounts(ctx, project, environment, from, hours)
	if err != nil {
		return nil, err
	}
	views := make(map[string]adminapi.Hourly, len(counts))
	for flag, c := range counts {
		views[flag] = adminapi.Hourly(c)
	}
	return views, nil
}

// Minutes implements adminapi.Counts.
func (v countView) Minutes(ctx context.Context, project, environment, flag string, from time.Time) ([]adminapi.CountRow, error) {
	rows, err := v.store.MinuteCounts(ctx, project, environment, flag, from)
	if err != nil {
		return nil, err
	}
	views := make([]adminapi.CountRow, 0, len(rows))
	for _, r := range rows {
		views = append(views, adminapi.CountRow(r))
	}
	return views, nil
}
