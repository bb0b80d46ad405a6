package adminapi

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

type projectsInput struct {
	Archived bool `query:"archived" doc:"the archived projects instead of the others"`
}

type createProjectInput struct {
	Body struct {
		Key  string `json:"key" minLength:"1" maxLength:"64" doc:"a-z 0-9 . _ -, the first a letter or a digit; it never changes" example:"shop"`
		Name string `json:"name,omitempty" maxLength:"200" doc:"the key when not set"`
	}
}

type archiveProjectInput struct {
	ProjectPath
	Body *Archiving
}

type archiveEnvironmentInput struct {
	EnvironmentPath
	Body *Archiving
}

// Archiving stands beside what is archived.
type Archiving struct {
	Force   bool   `json:"force,omitempty" doc:"also while programs are connected: they are disconnected, and refused from then on"`
	Comment string `json:"comment,omitempty" maxLength:"2000"`
}

type createEnvironmentInput struct {
	ProjectPath
	Body struct {
		Key  string `json:"key" minLength:"1" maxLength:"64" doc:"a-z 0-9 . _ -, the first a letter or a digit; it never changes" example:"staging"`
		Name string `json:"name,omitempty" maxLength:"200" doc:"the key when not set"`
		Kind string `json:"kind,omitempty" enum:"production,development,other" doc:"how it looks and how careful the dashboard is with it; that of like, or other"`
		Like string `json:"like,omitempty" doc:"the environment whose configuration and approvals it begins with; keys and experiments are not copied"`
	}
}

type updateEnvironmentInput struct {
	EnvironmentPath
	SeenVersion
	Body struct {
		Name *string `json:"name,omitempty" minLength:"1" maxLength:"200"`
		Kind *string `json:"kind,omitempty" enum:"production,development,other"`
	}
}

type orderInput struct {
	ProjectPath
	SeenVersion
	Body struct {
		Environments []string `json:"environments" maxItems:"200" doc:"the keys of all environments that are not archived, in the order wanted"`
	}
}

type differencesInput struct {
	EnvironmentPath
	From string `query:"from" required:"true" doc:"the environment to compare with" example:"development"`
}

type promoteInput struct {
	EnvironmentPath
	Body struct {
		From    string           `json:"from" minLength:"1" doc:"the environment whose configuration is carried over" example:"development"`
		Flags   []string         `json:"flags" minItems:"1" maxItems:"1000" doc:"keys of the flags; one that nobody has configured there is unconfigured here"`
		DryRun  bool             `json:"dryRun,omitempty" doc:"plan only"`
		Expect  map[string]int64 `json:"expect,omitempty" doc:"the revision of each environment the choice was made on"`
		Comment string           `json:"comment,omitempty" maxLength:"2000"`
		Bypass  string           `json:"bypass,omitempty" maxLength:"2000" doc:"the reason to publish without the approvals that it needs, which takes the right to do so"`
	}
}

// PromotionPlan says which flags are carried over, and from where to where.
type PromotionPlan struct {
	From  string   `json:"from" minLength:"1"`
	To    string   `json:"to" minLength:"1"`
	Flags []string `json:"flags" minItems:"1" maxItems:"1000"`
}

// EnvironmentComparison is an environment beside another one.
type EnvironmentComparison struct {
	Revisions   map[string]int64 `json:"revisions" doc:"of both"`
	Same        int              `json:"same" doc:"flags that are alike"`
	Differences []FlagDifference `json:"differences"`
	Experiments []string         `json:"experiments" doc:"of either; they belong to their environment and are not promoted"`
}

// FlagDifference is a flag that two environments serve otherwise.
type FlagDifference struct {
	Flag      string        `json:"flag"`
	From      string        `json:"from" doc:"what the other environment serves, in short"`
	To        string        `json:"to" doc:"what this environment serves, in short"`
	Sentences []string      `json:"sentences" doc:"what promoting it would change here"`
	Diff      []FieldChange `json:"diff"`
	DependsOn []string      `json:"dependsOn" doc:"other flags that it depends on there and that differ too"`
}

func (a *API) environmentRoutes() {
	const project, environments = "/projects/{project}", "/projects/{project}/environments"
	const environment = environments + "/{environment}"
	route(a, answers(op("createProject", post, "/projects", tagProjects, "Make a project with the environments production and development; it takes the right to manage projects everywhere", 409), 201), a.createProject)
	route(a, op("archiveProject", post, project+"/archive", tagProjects, "Archive a project: its keys are no longer accepted, and all it has stays", 404, 409), a.archiveProject)
	route(a, op("restoreProject", post, project+"/restore", tagProjects, "Bring an archived project back, with its keys", 404, 409), a.restoreProject)
	route(a, answers(op("createEnvironment", post, environments, tagProjects, "Make an environment, empty or like another one", 404, 409), 201), a.createEnvironment)
	route(a, op("orderEnvironments", put, environments, tagProjects, "Put the environments in another order", 404, 409, 412), a.orderEnvironments)
	route(a, op("updateEnvironment", patch, environment, tagProjects, "Give an environment another name or kind; its key stays", 404, 409, 412), a.updateEnvironment)
	route(a, op("archiveEnvironment", post, environment+"/archive", tagProjects, "Archive an environment: its keys are no longer accepted, and all it has stays", 404, 409), a.archiveEnvironment)
	route(a, op("restoreEnvironment", post, environment+"/restore", tagProjects, "Bring an archived environment back, with its keys", 404, 409), a.restoreEnvironment)
	route(a, op("compareEnvironments", get, environment+"/differences", tagDocuments, "Say in which flags an environment differs from another, and what promoting them would change", 404, 409), a.compareEnvironments)
	route(a, op("promote", post, environment+"/promote", tagDocuments, "Carry flags over from another environment, as one revision, or plan that", 404, 409), a.promote)
}

func (a *API) createProject(ctx context.Context, in *createProjectInput) (*body[Project], error) {
	p, err := a.deps.Catalog.CreateProject(ctx, actorOf(ctx), in.Body.Key, in.Body.Name, options(ctx, ""))
	if err != nil {
		return nil, err
	}
	return &body[Project]{a.projectView(p)}, nil
}

func (a *API) archiveProject(ctx context.Context, in *archiveProjectInput) (*body[Project], error) {
	if err := a.disconnects(ctx, in.Project, "", in.Body); err != nil {
		return nil, err
	}
	if err := a.deps.Catalog.ArchiveProject(ctx, actorOf(ctx), in.Project, options(ctx, in.Body.comment())); err != nil {
		return nil, err
	}
	return a.getProject(ctx, &in.ProjectPath)
}

func (a *API) restoreProject(ctx context.Context, in *ProjectPath) (*body[Project], error) {
	p, err := a.deps.Catalog.RestoreProject(ctx, actorOf(ctx), in.Project, options(ctx, ""))
	if err != nil {
		return nil, err
	}
	return &body[Project]{a.projectView(p)}, nil
}

func (a *API) createEnvironment(ctx context.Context, in *createEnvironmentInput) (*body[Environment], error) {
	if _, err := a.deps.Catalog.CreateEnvironment(ctx, actorOf(ctx), in.Project, catalog.NewEnvironment{
		Key: in.Body.Key, Name: in.Body.Name, Kind: catalog.EnvironmentKind(in.Body.Kind), Like: in.Body.Like,
	}, options(ctx, "")); err != nil {
		return nil, err
	}
	return a.readEnvironment(ctx, EnvironmentPath{in.ProjectPath, in.Body.Key})
}

func (a *API) updateEnvironment(ctx context.Context, in *updateEnvironmentInput) (*body[Environment], error) {
	patch := catalog.EnvironmentPatch{Name: in.Body.Name}
	if in.Body.Kind != nil {
		kind := catalog.EnvironmentKind(*in.Body.Kind)
		patch.Kind = &kind
	}
	write, err := in.options(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.UpdateEnvironment(ctx, actorOf(ctx), in.Project, in.Environment, patch, write); err != nil {
		return nil, err
	}
	return a.readEnvironment(ctx, in.EnvironmentPath)
}

func (a *API) orderEnvironments(ctx context.Context, in *orderInput) (*body[Project], error) {
	write, err := in.options(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.OrderEnvironments(ctx, actorOf(ctx), in.Project, in.Body.Environments, write); err != nil {
		return nil, err
	}
	return a.getProject(ctx, &in.ProjectPath)
}

func (a *API) archiveEnvironment(ctx context.Context, in *archiveEnvironmentInput) (*body[Project], error) {
	if err := a.disconnects(ctx, in.Project, in.Environment, in.Body); err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.ArchiveEnvironment(ctx, actorOf(ctx), in.Project, in.Environment, options(ctx, in.Body.comment())); err != nil {
		return nil, err
	}
	return a.getProject(ctx, &in.ProjectPath)
}

func (a *API) restoreEnvironment(ctx context.Context, in *EnvironmentPath) (*body[Environment], error) {
	if _, err := a.deps.Catalog.RestoreEnvironment(ctx, actorOf(ctx), in.Project, in.Environment, options(ctx, "")); err != nil {
		return nil, err
	}
	return a.readEnvironment(ctx, *in)
}

func (in *Archiving) comment() string {
	if in == nil {
		return ""
	}
	return in.Comment
}

// disconnects refuses to archive what programs are connected to, unless that is
// forced. An empty environment is all of the project.
func (a *API) disconnects(ctx context.Context, project, environment string, in *Archiving) error {
	if in != nil && in.Force {
		return nil
	}
	// Who may not read the project is not told of its programs; who may not archive it
	// is refused after this.
	if _, err := a.deps.Catalog.Project(ctx, actorOf(ctx), project); err != nil {
		return err
	}
	instances := a.deps.Presence.Instances(project)
	if environment != "" {
		instances = slices.DeleteFunc(instances, func(i Instance) bool { return i.Environment != environment })
	}
	if len(instances) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "programs_connected",
		"Programs are connected: %s. Archiving disconnects them, and they go on with what they have until they restart; say force to do so all the same",
		strings.Join(programWords(applications(instances)), ", "))
}

// namedPrograms is how many programs a refusal names.
const namedPrograms = 5

func programWords(connected []ConnectedApplication) []string {
	var words []string
	for i, app := range connected {
		if i == namedPrograms {
			return append(words, fmt.Sprintf("and %d more", len(connected)-i))
		}
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s %s", app.Application, app.Version))+" in "+app.Environment)
	}
	return words
}

func (a *API) compareEnvironments(ctx context.Context, in *differencesInput) (*body[EnvironmentComparison], error) {
	c, err := a.deps.Catalog.CompareEnvironments(ctx, actorOf(ctx), in.Project, in.From, in.Environment)
	if err != nil {
		return nil, err
	}
	v := EnvironmentComparison{Revisions: c.Revisions, Same: c.Same, Differences: make([]FlagDifference, 0, len(c.Differences)), Experiments: []string{}}
	for _, d := range c.Differences {
		v.Differences = append(v.Differences, FlagDifference{
			Flag: d.Flag, From: d.From.Text, To: d.To.Text, Sentences: sentences(d.Item.Sentences), Diff: diffView(d.Item.Diff), DependsOn: sentences(d.DependsOn),
		})
	}
	for _, x := range c.Experiments {
		v.Experiments = append(v.Experiments, x.Key)
	}
	return &body[EnvironmentComparison]{v}, nil
}

func (a *API) promote(ctx context.Context, in *promoteInput) (*body[ApplyResult], error) {
	result, err := a.deps.Catalog.Promote(ctx, actorOf(ctx), in.Project, catalog.PromoteRequest{
		Promotion: catalog.Promotion{From: in.Body.From, To: in.Environment, Flags: in.Body.Flags},
		Comment:   in.Body.Comment, RequestID: httpkit.RequestID(ctx), DryRun: in.Body.DryRun, Expect: in.Body.Expect, Bypass: in.Body.Bypass,
	})
	if err != nil {
		return nil, err
	}
	return &body[ApplyResult]{applyView(result)}, nil
}
