package server

import (
	"context"
	"time"

	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/sdk/eval"
)

// The views show the data plane to the management API, which may not see it.

type snapshotView struct{ manager *delivery.Manager }

// Served implements adminapi.Snapshots.
func (v snapshotView) Served(project, environment string) []byte {
	cell := v.manager.ByEnvironment(project, environment)
	if cell == nil || cell.State() == nil {
		return nil
	}
	return cell.State().Raw
}

// Snapshot implements adminapi.Snapshots.
func (v snapshotView) Snapshot(project, environment string) (*eval.Snapshot, bool) {
	cell := v.manager.ByEnvironment(project, environment)
	if cell == nil || cell.State() == nil {
		return nil, false
	}
	return cell.State().Snapshot, true
}

type presenceView struct {
	registry *presence.Registry
	manager  *delivery.Manager
	receipts *receipts.Registry
	exchange *nodes.Exchange // nil where there is one node
}

// Instances implements adminapi.Presence.
func (v presenceView) Instances(project string) []adminapi.Instance {
	instances := v.registry.Instances(project, "")
	views := make([]adminapi.Instance, 0, len(instances))
	for _, i := range instances {
		view := instanceView(i.Caller, i.Environment)
		view.Transport, view.Revision, view.Since, view.LastSeenAt = string(i.Transport), i.Revision, i.Since, i.LastSeen
		if cell := v.manager.ByEnvironment(i.Project, i.Environment); cell != nil {
			addStanding(&view, v.receipts.Standing(cell.State().EnvironmentID, i.Caller.Instance))
			view.Revision = max(view.Revision, view.Applied) // nodes do not tell each other of each one that they send
		}
		views = append(views, view)
	}
	for _, cell := range v.manager.Cells() {
		if state := cell.State(); state.Project == project {
			views = append(views, v.relayed(state)...)
		}
	}
	return views
}

// relayed lists the instances that connect to an environment through a relay.
func (v presenceView) relayed(state *delivery.State) []adminapi.Instance {
	var views []adminapi.Instance
	for _, i := range v.receipts.Relayed(state.EnvironmentID) {
		view := instanceView(i.Caller, state.Environment)
		view.Transport, view.Revision, view.Since, view.LastSeenAt = "relay", i.Applied, i.FirstSeenAt, i.LastSeenAt
		addStanding(&view, i.Standing)
		views = append(views, view)
	}
	return views
}

func instanceView(c presence.Caller, environment string) adminapi.Instance {
	return adminapi.Instance{
		Application: c.Application, Version: c.Version, Platform: c.Platform, SDK: c.SDK, Environment: environment,
		ConnectedInstance: adminapi.ConnectedInstance{Instance: c.Instance, Address: c.Address},
	}
}

func addStanding(view *adminapi.Instance, s receipts.Standing) {
	view.Applied, view.StaleSince, view.Overrides = s.Applied, s.StaleSince, s.Overrides
}

type receiptView struct {
	manager  *delivery.Manager
	receipts *receipts.Registry
}

// Receipt implements adminapi.Receipts.
func (v receiptView) Receipt(ctx context.Context, project, environment string, revision int64) (adminapi.Receipt, bool, error) {
	cell := v.manager.ByEnvironment(project, environment)
	if cell == nil {
		return adminapi.Receipt{}, false, nil
	}
	r, kept, err := v.receipts.Receipt(ctx, cell.State().EnvironmentID, revision)
	if err != nil || !kept {
		return adminapi.Receipt{}, false, err
	}
	view := adminapi.Receipt{
		Revision: r.Revision, State: stateOf(r), CommittedAt: r.CommittedAt, Expected: r.Expected, Applied: r.Applied,
		Stale: r.Stale, StaleSince: r.StaleSince, StaleInstances: make([]adminapi.StaleInstance, 0, len(r.StaleOnes)),
	}
	if r.Timed > 0 {
		slowest := nameOf(r.Slowest)
		view.P50Ms, view.P99Ms, view.SlowestMs, view.Slowest = &r.P50Ms, &r.P99Ms, &r.SlowestMs, &slowest
	}
	for _, s := range r.StaleOnes {
		view.StaleInstances = append(view.StaleInstances, adminapi.StaleInstance{
			InstanceName: nameOf(s.Caller), Applied: s.Revision, Since: s.Since, LastSeenAt: s.LastSeenAt, Connected: s.Connected,
		})
	}
	return view, true, nil
}

func stateOf(r receipts.Receipt) string {
	switch {
	case r.Stale > 0:
		return "stale"
	case r.Applied < r.Expected:
		return "waiting"
	}
	return "applied"
}

// maxWhich is how many of the instances that override a flag are named.
const maxWhich = 100

// Overridden implements adminapi.Receipts.
func (v receiptView) Overridden(project, environment, flag string) adminapi.Overridden {
	view := adminapi.Overridden{Which: []adminapi.InstanceName{}}
	cell := v.manager.ByEnvironment(project, environment)
	if cell == nil {
		return view
	}
	by, of := v.receipts.Overridden(cell.State().EnvironmentID, flag)
	view.Instances, view.Of = len(by), of
	for _, c := range by[:min(len(by), maxWhich)] {
		view.Which = append(view.Which, nameOf(c))
	}
	return view
}

func nameOf(c presence.Caller) adminapi.InstanceName {
	return adminapi.InstanceName{Application: c.Application, Version: c.Version, SDK: c.SDK, Instance: c.Instance, Address: c.Address}
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
func (v countView) Hourly(ctx context.Context, project, first, last string, from time.Time, hours int) (map[string]map[string]adminapi.Hourly, error) {
	counts, err := v.store.HourlyCounts(ctx, project, first, last, from, hours)
	if err != nil {
		return nil, err
	}
	views := make(map[string]map[string]adminapi.Hourly, len(counts))
	for environment, flags := range counts {
		views[environment] = make(map[string]adminapi.Hourly, len(flags))
		for flag, c := range flags {
			views[environment][flag] = adminapi.Hourly(c)
		}
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
