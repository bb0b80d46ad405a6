package adminapi

import (
	"cmp"
	"context"
	"slices"

	"burgee.dev/burgee/internal/account"
)

func (a *API) listConnections(ctx context.Context, in *connectionsInput) (*body[Connections], error) {
	if _, err := a.deps.Catalog.Project(ctx, actorOf(ctx), in.Project); err != nil {
		return nil, err
	}
	instances := a.deps.Presence.Instances(in.Project)
	if in.Environment != "" {
		instances = slices.DeleteFunc(instances, func(i Instance) bool { return i.Environment != in.Environment })
	}
	refused := []RefusedAttempt{}
	// Whose an unknown key was nobody knows: they are for who reads everything, and
	// for who hands out this project's keys.
	if actor := actorOf(ctx); account.Can(actor, account.Read, account.Scope{}) == nil ||
		account.Can(actor, account.ManageKeys, account.Scope{Project: in.Project}) == nil {
		refused = append(refused, a.deps.Presence.Refused()...)
	}
	return &body[Connections]{Connections{Items: applications(instances), Refused: refused, Nodes: a.deps.Presence.Nodes()}}, nil
}

// applications gathers instances by program.
func applications(instances []Instance) []ConnectedApplication {
	type program struct{ application, version, platform, sdk, environment string }
	byProgram := map[program]*ConnectedApplication{}
	for _, i := range instances {
		key := program{i.Application, i.Version, i.Platform, i.SDK, i.Environment}
		app, known := byProgram[key]
		if !known {
			app = &ConnectedApplication{
				Application: i.Application, Version: i.Version, Platform: i.Platform, SDK: i.SDK, Environment: i.Environment,
			}
			byProgram[key] = app
		}
		app.Instances = append(app.Instances, i.ConnectedInstance)
	}
	list := make([]ConnectedApplication, 0, len(byProgram))
	for _, app := range byProgram {
		count(app)
		list = append(list, *app)
	}
	slices.SortFunc(list, func(a, b ConnectedApplication) int {
		return cmp.Or(cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Application, b.Application),
			cmp.Compare(b.Version, a.Version), cmp.Compare(a.SDK, b.SDK), cmp.Compare(a.Platform, b.Platform))
	})
	return list
}

// count says on how many hosts and in how many processes a program runs. A
// caller without an instance id is one process per address.
func count(app *ConnectedApplication) {
	hosts, processes := map[string]bool{}, map[string]bool{}
	for _, i := range app.Instances {
		hosts[i.Address] = true
		processes[cmp.Or(i.Instance, "at "+i.Address)] = true
	}
	app.Hosts, app.Processes = len(hosts), len(processes)
	slices.SortFunc(app.Instances, func(a, b ConnectedInstance) int {
		return cmp.Or(cmp.Compare(a.Since, b.Since), cmp.Compare(a.Instance, b.Instance))
	})
}
