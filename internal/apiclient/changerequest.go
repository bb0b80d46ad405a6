package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"burgee.dev/burgee/internal/document"
)

// Proposal is the content of a change request.
type Proposal struct {
	Title   string           `json:"title,omitempty"`
	Comment string           `json:"comment,omitempty"`
	Text    string           `json:"text,omitempty"`
	File    string           `json:"file,omitempty"`
	Draft   bool             `json:"draft,omitempty"`
	Expect  map[string]int64 `json:"expect,omitempty"`
	Force   bool             `json:"force,omitempty"`
	Prune   bool             `json:"prune,omitempty"`
	Remove  []ObjectRef      `json:"remove,omitempty"`

	Rollout  *RolloutPlan  `json:"rollout,omitempty"`
	Rollback *RollbackPlan `json:"rollback,omitempty"`

	Promotion *PromotionPlan `json:"promotion,omitempty"`
}

// ObjectRef names an object; the environment is that of a configuration.
type ObjectRef struct {
	Kind        document.Kind `json:"kind"`
	Key         string        `json:"key"`
	Environment string        `json:"environment,omitempty"`
}

// RollbackPlan says what becomes what it was.
type RollbackPlan struct {
	Environment string `json:"environment"`
	Revision    int64  `json:"revision,omitempty"`
	At          int64  `json:"at,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Object      string `json:"object,omitempty"`
	Shared      bool   `json:"shared,omitempty"`
}

// ChangeRequest is a change that somebody proposes. Lists leave the items, the
// events and what is said of them out.
type ChangeRequest struct {
	Number       int64                `json:"number"`
	Title        string               `json:"title"`
	State        string               `json:"state"`
	Version      int64                `json:"version"`
	Author       Actor                `json:"author"`
	UpdatedAt    int64                `json:"updatedAt"`
	URL          string               `json:"url"`
	Environments []string             `json:"environments"`
	Objects      int                  `json:"objects"`
	Approved     bool                 `json:"approved"`
	Approvals    []Approvals          `json:"approvals"`
	PublishAt    int64                `json:"publishAt,omitempty"`
	Problem      string               `json:"problem,omitempty"`
	Revisions    map[string]int64     `json:"revisions"`
	Items        []ChangeRequestItem  `json:"items"`
	Conflicts    int                  `json:"conflicts"`
	Misfit       string               `json:"misfit,omitempty"`
	Events       []ChangeRequestEvent `json:"events"`
}

// Actor is who did something.
type Actor struct {
	Name string `json:"name"`
}

// Approvals says how far an environment's approvals have come.
type Approvals struct {
	Environment string   `json:"environment"`
	Needed      int      `json:"needed"`
	By          []string `json:"by"`
}

// ChangeRequestItem is one object of a change request.
type ChangeRequestItem struct {
	PlanItem
	Done   bool      `json:"done"`
	Theirs *Theirs   `json:"theirs,omitempty"`
	Yours  *PlanItem `json:"yours,omitempty"`
}

// Theirs is what became of an object since a change request was made on it.
type Theirs struct {
	PlanItem
	By struct {
		Actor    string `json:"actor"`
		At       int64  `json:"at"`
		Revision int64  `json:"revision"`
	} `json:"by"`
}

// ChangeRequestEvent is something that happened to a change request.
type ChangeRequestEvent struct {
	Kind    string `json:"kind"`
	Version int64  `json:"version"`
	At      int64  `json:"at"`
	Actor   Actor  `json:"actor"`
	Text    string `json:"text"`
}

// ChangeRequestFilter selects change requests; empty fields do not select.
type ChangeRequestFilter struct {
	State, Text, Author, Environment, Object string
	Scheduled                                bool
}

// newestRequests is how many change requests a list shows.
const newestRequests = 200

// ChangeRequests lists the newest change requests that a filter selects; raw is the
// answer as the server gave it.
func (c *Client) ChangeRequests(ctx context.Context, project string, of ChangeRequestFilter) (list []ChangeRequest, raw json.RawMessage, err error) {
	query := filters(map[string]any{
		"state": of.State, "text": of.Text, "author": of.Author, "environment": of.Environment, "object": of.Object, "scheduled": of.Scheduled,
	})
	query.Set("limit", strconv.Itoa(newestRequests))
	if raw, err = c.pages(ctx, path("projects", project, "change-requests"), query, "before", newestRequests); err != nil {
		return nil, nil, err
	}
	list, err = items[ChangeRequest](c, raw)
	return list, raw, err
}

// ChangeRequest reads one.
func (c *Client) ChangeRequest(ctx context.Context, project string, number int64) (ChangeRequest, error) {
	return c.onRequest(ctx, http.MethodGet, project, number, "", nil)
}

// Propose makes a change request, or finds the one that is open with the same
// content.
func (c *Client) Propose(ctx context.Context, project string, p Proposal) (ChangeRequest, error) {
	var out ChangeRequest
	err := c.call(ctx, http.MethodPost, path("projects", project, "change-requests"), p, &out)
	return out, err
}

// Resubmit gives a change request another content.
func (c *Client) Resubmit(ctx context.Context, project string, number int64, p Proposal) (ChangeRequest, error) {
	return c.onRequest(ctx, http.MethodPut, project, number, "", p)
}

// ActOn opens, approves, rejects, withdraws, publishes or schedules a change request: the
// action is the last part of the route, and body what it takes.
func (c *Client) ActOn(ctx context.Context, project string, number int64, action string, body map[string]any) (ChangeRequest, error) {
	return c.onRequest(ctx, http.MethodPost, project, number, action, body)
}

func (c *Client) onRequest(ctx context.Context, method, project string, number int64, action string, body any) (ChangeRequest, error) {
	parts := []string{"projects", project, "change-requests", strconv.FormatInt(number, 10)}
	if action != "" {
		parts = append(parts, action)
	}
	var out ChangeRequest
	err := c.call(ctx, method, path(parts...), body, &out)
	return out, err
}

// SetApprovals sets how many approvals a change of an environment needs.
func (c *Client) SetApprovals(ctx context.Context, project, environment string, approvals int) (Environment, error) {
	var out Environment
	err := c.call(ctx, http.MethodPut, path("projects", project, "environments", environment, "approvals"), map[string]int{"approvals": approvals}, &out)
	return out, err
}
