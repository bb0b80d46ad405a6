package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Projects lists the projects, or the archived ones; raw is the server's answer.
func (c *Client) Projects(ctx context.Context, archived bool) ([]Project, json.RawMessage, error) {
	query := ""
	if archived {
		query = "?archived=true"
	}
	raw, err := c.raw(ctx, http.MethodGet, path("projects")+query, nil)
	if err != nil {
		return nil, nil, err
	}
	projects, err := items[Project](c, raw)
	return projects, raw, err
}

// CreateProject makes a project.
func (c *Client) CreateProject(ctx context.Context, key, name string) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPost, path("projects"), map[string]string{"key": key, "name": name}, &out)
	return out, err
}

// RenameProject gives a project another name.
func (c *Client) RenameProject(ctx context.Context, project, name string) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPatch, path("projects", project), map[string]string{"name": name}, &out)
	return out, err
}

// Archiving stands beside what is archived.
type Archiving struct {
	Force   bool   `json:"force,omitempty"` // also while programs are connected
	Comment string `json:"comment,omitempty"`
}

// ArchiveProject archives a project.
func (c *Client) ArchiveProject(ctx context.Context, project string, how Archiving) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPost, path("projects", project, "archive"), how, &out)
	return out, err
}

// RestoreProject brings an archived project back.
func (c *Client) RestoreProject(ctx context.Context, project string) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPost, path("projects", project, "restore"), nil, &out)
	return out, err
}

// NewEnvironment is an environment to be made.
type NewEnvironment struct {
	Key  string `json:"key"`
	Name string `json:"name,omitempty"`
	Kind string `json:"kind,omitempty"`
	Like string `json:"like,omitempty"` // the environment that it begins as a copy of
}

// CreateEnvironment makes an environment.
func (c *Client) CreateEnvironment(ctx context.Context, project string, wanted NewEnvironment) (Environment, error) {
	var out Environment
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments"), wanted, &out)
	return out, err
}

// UpdateEnvironment gives an environment another name or kind; an empty one stays.
func (c *Client) UpdateEnvironment(ctx context.Context, project, environment, name, kind string) (Environment, error) {
	body := map[string]string{}
	for field, value := range map[string]string{"name": name, "kind": kind} {
		if value != "" {
			body[field] = value
		}
	}
	var out Environment
	err := c.call(ctx, http.MethodPatch, path("projects", project, "environments", environment), body, &out)
	return out, err
}

// OrderEnvironments puts a project's environments in another order.
func (c *Client) OrderEnvironments(ctx context.Context, project string, keys []string) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPut, path("projects", project, "environments"), map[string][]string{"environments": keys}, &out)
	return out, err
}

// ArchiveEnvironment archives an environment, and returns its project.
func (c *Client) ArchiveEnvironment(ctx context.Context, project, environment string, how Archiving) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments", environment, "archive"), how, &out)
	return out, err
}

// RestoreEnvironment brings an archived environment back.
func (c *Client) RestoreEnvironment(ctx context.Context, project, environment string) (Environment, error) {
	var out Environment
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments", environment, "restore"), nil, &out)
	return out, err
}

// Comparison is an environment beside another one.
type Comparison struct {
	Revisions   map[string]int64 `json:"revisions"`
	Same        int              `json:"same"`
	Differences []Difference     `json:"differences"`
	Experiments []string         `json:"experiments"`
}

// Difference is a flag that two environments serve otherwise.
type Difference struct {
	Flag      string   `json:"flag"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Sentences []string `json:"sentences"`
	DependsOn []string `json:"dependsOn"`
}

// CompareEnvironments says in which flags the environment to differs from another;
// raw is the server's answer.
func (c *Client) CompareEnvironments(ctx context.Context, project, from, to string) (out Comparison, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "environments", to, "differences")+"?from="+url.QueryEscape(from), nil)
	if err != nil {
		return out, nil, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, nil, c.strange(err)
	}
	return out, raw, nil
}

// PromotionPlan says which flags are carried over, and from where to where.
type PromotionPlan struct {
	From  string   `json:"from"`
	To    string   `json:"to"`
	Flags []string `json:"flags"`
}

// PromoteRequest asks to carry flags over from another environment.
type PromoteRequest struct {
	From    string           `json:"from"`
	Flags   []string         `json:"flags"`
	DryRun  bool             `json:"dryRun,omitempty"`
	Expect  map[string]int64 `json:"expect,omitempty"`
	Comment string           `json:"comment,omitempty"`
	Bypass  string           `json:"bypass,omitempty"`
}

// Promote carries flags over to an environment.
func (c *Client) Promote(ctx context.Context, project, to string, request PromoteRequest) (ApplyResult, error) {
	var out ApplyResult
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments", to, "promote"), request, &out)
	return out, err
}
