package adminapi

import (
	"context"
	"slices"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

func (a *API) listProjects(ctx context.Context, in *projectsInput) (*body[Items[Project]], error) {
	projects, err := a.deps.Catalog.Projects(ctx, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	projects = slices.DeleteFunc(projects, func(p catalog.Project) bool { return (p.ArchivedAt != 0) != in.Archived })
	return list(projects, a.projectView), nil
}

func (a *API) getProject(ctx context.Context, in *ProjectPath) (*body[Project], error) {
	project, err := a.deps.Catalog.Project(ctx, actorOf(ctx), in.Project)
	if err != nil {
		return nil, err
	}
	return &body[Project]{a.projectView(project)}, nil
}

func (a *API) renameProject(ctx context.Context, in *renameProjectInput) (*body[Project], error) {
	write, err := in.options(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.RenameProject(ctx, actorOf(ctx), in.Project, in.Body.Name, write); err != nil {
		return nil, err
	}
	return a.getProject(ctx, &in.ProjectPath)
}

// projectView adds who is connected now.
func (a *API) projectView(p catalog.Project) Project {
	connected := map[string]int{}
	for _, i := range a.deps.Presence.Instances(p.Key) {
		connected[i.Environment]++
	}
	v := Project{
		Key: p.Key, Name: p.Name, FlagCount: p.FlagCount, ArchivedAt: p.ArchivedAt, Version: p.Version,
		Environments: make([]Environment, 0, len(p.Environments)), Archived: make([]Environment, 0, len(p.Archived)),
	}
	for _, e := range p.Environments {
		v.Environments = append(v.Environments, environmentView(e, connected[e.Key]))
	}
	for _, e := range p.Archived {
		v.Archived = append(v.Archived, environmentView(e, 0))
	}
	return v
}

func environmentView(e catalog.Environment, connected int) Environment {
	return Environment{
		Key: e.Key, Name: e.Name, Kind: string(e.Kind), Revision: e.Revision, Approvals: e.Approvals, ArchivedAt: e.ArchivedAt, Version: e.Version,
		ConnectedInstances: connected, LastChange: lastChangeView(e.LastChange),
	}
}

// readEnvironment is an environment as it is now.
func (a *API) readEnvironment(ctx context.Context, in EnvironmentPath) (*body[Environment], error) {
	project, err := a.getProject(ctx, &in.ProjectPath)
	if err != nil {
		return nil, err
	}
	for _, e := range project.Body.Environments {
		if e.Key == in.Environment {
			return &body[Environment]{e}, nil
		}
	}
	return nil, fault.New(fault.NotFound, "environment_not_found", "There is no environment %s any more", in.Environment)
}

func lastChangeView(c *catalog.LastChange) *LastChange {
	if c == nil {
		return nil
	}
	return &LastChange{Actor: c.Author.Name, At: c.At, Revision: c.Revision}
}

// knowsEnvironment refuses an environment that the project has not.
func (a *API) knowsEnvironment(ctx context.Context, project, environment string) error {
	_, err := a.environment(ctx, project, environment)
	return err
}

func (a *API) environment(ctx context.Context, project, environment string) (catalog.Environment, error) {
	p, err := a.deps.Catalog.Project(ctx, actorOf(ctx), project)
	if err != nil {
		return catalog.Environment{}, err
	}
	i := slices.IndexFunc(p.Environments, func(e catalog.Environment) bool { return e.Key == environment })
	if i < 0 {
		keys := make([]string, 0, len(p.Environments))
		for _, e := range p.Environments {
			keys = append(keys, e.Key)
		}
		return catalog.Environment{}, fault.New(fault.NotFound, "environment_not_found",
			"Project %s has no environment %q. It has %s", project, environment, inList(keys))
	}
	return p.Environments[i], nil
}
