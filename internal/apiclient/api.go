package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"

	"burgee.dev/burgee/internal/document"
)

// Project is a project as the API tells it.
type Project struct {
	Key          string        `json:"key"`
	Name         string        `json:"name"`
	Environments []Environment `json:"environments"`
	Archived     []Environment `json:"archivedEnvironments"`
	FlagCount    int           `json:"flagCount"`
	ArchivedAt   int64         `json:"archivedAt,omitempty"`
}

// Environment is an environment of a project.
type Environment struct {
	Key                string `json:"key"`
	Name               string `json:"name"`
	Kind               string `json:"kind"`
	Revision           int64  `json:"revision"`
	Approvals          int    `json:"approvals"`
	ConnectedInstances int    `json:"connectedInstances"`
	ArchivedAt         int64  `json:"archivedAt,omitempty"`
}

// Project returns a project with its environments.
func (c *Client) Project(ctx context.Context, project string) (Project, error) {
	var out Project
	err := c.call(ctx, http.MethodGet, path("projects", project), nil, &out)
	return out, err
}

// Flag is the summary of a flag that a list shows.
type Flag struct {
	Key          string                     `json:"key"`
	Type         string                     `json:"type"`
	Description  string                     `json:"description"`
	Source       string                     `json:"source"`
	Environments map[string]FlagEnvironment `json:"environments"`
	Stale        []Stale                    `json:"stale"`
	ArchivedAt   int64                      `json:"archivedAt"`
	// ArchivedReason is why it archived itself; empty is that somebody archived it.
	ArchivedReason string   `json:"archivedReason"`
	LooksLike      []string `json:"looksLike"`
}

// Stale is one reason for which a flag may be taken out.
type Stale struct {
	Reason string `json:"reason"`
	Words  string `json:"words"`
}

// FlagFilter selects flags; the zero value is those that are not archived.
type FlagFilter struct {
	Text, Type, Tag, Owner, Kind                            string
	Archived, Managed, Stale, New, RollingOut, InExperiment bool
	Serving, Environment                                    string // what they serve there; both or neither
}

func (f FlagFilter) query() url.Values {
	return filters(map[string]any{
		"text": f.Text, "type": f.Type, "tag": f.Tag, "owner": f.Owner, "kind": f.Kind,
		"archived": f.Archived, "managed": f.Managed, "stale": f.Stale, "new": f.New, "rollingOut": f.RollingOut, "inExperiment": f.InExperiment,
		"serving": f.Serving, "environment": f.Environment,
	})
}

// filters is the query of those that are set.
func filters(of map[string]any) url.Values {
	query := url.Values{}
	for name, value := range of {
		if value != "" && value != false {
			query.Set(name, fmt.Sprint(value))
		}
	}
	return query
}

// FlagEnvironment says what a flag does in an environment.
type FlagEnvironment struct {
	Configured bool   `json:"configured"`
	Enabled    bool   `json:"enabled"`
	Serving    string `json:"serving"`
}

// Flags lists a project's flags; raw is what the server says of them, the pages of
// its answer as one.
func (c *Client) Flags(ctx context.Context, project string, of FlagFilter) (flags []Flag, raw json.RawMessage, err error) {
	query := of.query()
	query.Set("limit", "500")
	if raw, err = c.pages(ctx, path("projects", project, "flags"), query, "after", math.MaxInt); err != nil {
		return nil, nil, err
	}
	flags, err = items[Flag](c, raw)
	return flags, raw, err
}

// pages reads a list page by page until it has enough items, and returns what the
// server says, the pages as one. cursor is the parameter that reads on.
func (c *Client) pages(ctx context.Context, at string, query url.Values, cursor string, enough int) (json.RawMessage, error) {
	all := struct {
		Items []json.RawMessage `json:"items"`
	}{[]json.RawMessage{}}
	for {
		var page struct {
			Items []json.RawMessage `json:"items"`
			Next  json.RawMessage   `json:"next"` // a key or a number
		}
		if err := c.call(ctx, http.MethodGet, at+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		all.Items = append(all.Items, page.Items...)
		if len(page.Next) == 0 || len(all.Items) >= enough {
			return json.Marshal(all)
		}
		query.Set(cursor, strings.Trim(string(page.Next), `"`))
	}
}

// ApplyRequest is a file to apply.
type ApplyRequest struct {
	Text    string           `json:"text"`
	File    string           `json:"file,omitempty"`
	Comment string           `json:"comment,omitempty"`
	DryRun  bool             `json:"dryRun,omitempty"`
	Force   bool             `json:"force,omitempty"`
	Prune   bool             `json:"prune,omitempty"`
	Expect  map[string]int64 `json:"expect,omitempty"`
	Bypass  string           `json:"bypass,omitempty"`
}

// PlanItem is one object that an apply changes.
type PlanItem struct {
	Kind        string                 `json:"kind"`
	Object      string                 `json:"object"`
	Environment string                 `json:"environment,omitempty"`
	Action      string                 `json:"action"`
	Sentences   []string               `json:"sentences"`
	Diff        []document.FieldChange `json:"diff"`
	Moves       []Move                 `json:"moves"`
}

// Move is how many units an edit of a split takes from one variation to another.
type Move struct {
	Rule    string  `json:"rule,omitempty"`
	By      string  `json:"by"`
	From    string  `json:"from"`
	To      string  `json:"to"`
	Percent float64 `json:"percent"`
}

// ApplyResult is what an apply did, or would do.
type ApplyResult struct {
	Changed   bool               `json:"changed"`
	Plan      []PlanItem         `json:"plan"`
	Revisions map[string]int64   `json:"revisions"`
	Warnings  []document.Warning `json:"warnings"`
	Review    map[string]int     `json:"review,omitempty"` // environment → approvals that it would need
}

// Apply applies a file to a project.
func (c *Client) Apply(ctx context.Context, project string, request ApplyRequest) (ApplyResult, error) {
	var out ApplyResult
	err := c.call(ctx, http.MethodPost, path("projects", project, "apply"), request, &out)
	return out, err
}

// Export returns the file that makes the project, as yaml or json.
func (c *Client) Export(ctx context.Context, project, format string) ([]byte, error) {
	return c.raw(ctx, http.MethodGet, path("projects", project, "export")+"?format="+url.QueryEscape(format), nil)
}

// Snapshot returns what programs of an environment get, as it is served.
func (c *Client) Snapshot(ctx context.Context, project, environment string) ([]byte, error) {
	return c.raw(ctx, http.MethodGet, path("projects", project, "environments", environment, "snapshot"), nil)
}

// EvaluateRequest asks what a context gets.
type EvaluateRequest struct {
	Flag    string          `json:"flag"`
	Context json.RawMessage `json:"context,omitempty"`
	Now     int64           `json:"now,omitempty"`
	Explain bool            `json:"explain,omitempty"`

	// At most one: what was in force at a time, or the state of a revision.
	At       int64 `json:"at,omitempty"`
	Revision int64 `json:"revision,omitempty"`
}

// Evaluate asks the server what a context gets, and returns its answer whole.
func (c *Client) Evaluate(ctx context.Context, project, environment string, request EvaluateRequest) (json.RawMessage, error) {
	return c.raw(ctx, http.MethodPost, path("projects", project, "environments", environment, "evaluate"), request)
}

// Key is an SDK key of an environment.
type Key struct {
	ID         string `json:"id"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Masked     string `json:"masked"`
	Key        string `json:"key,omitempty"` // client keys, and a server key in the answer that made it
	CreatedAt  int64  `json:"createdAt"`
	LastUsedAt int64  `json:"lastUsedAt,omitempty"`
	Uses       int64  `json:"uses"`
	LastSDK    string `json:"lastSdk,omitempty"`
	ExpiresAt  int64  `json:"expiresAt,omitempty"`
	RevokedAt  int64  `json:"revokedAt,omitempty"`
	// SignedContexts says that a client key takes signed contexts only.
	SignedContexts bool `json:"signedContexts,omitempty"`
}

// KeySpec says what SDK key to make.
type KeySpec struct {
	Kind           string `json:"kind"` // server or client
	Name           string `json:"name"`
	SignedContexts bool   `json:"signedContexts,omitempty"`
}

// Keys lists an environment's SDK keys.
func (c *Client) Keys(ctx context.Context, project, environment string) ([]Key, json.RawMessage, error) {
	raw, err := c.raw(ctx, http.MethodGet, path("projects", project, "environments", environment, "keys"), nil)
	if err != nil {
		return nil, nil, err
	}
	keys, err := items[Key](c, raw)
	return keys, raw, err
}

// CreateKey makes an SDK key; the secret is in the answer and nowhere else.
func (c *Client) CreateKey(ctx context.Context, project, environment string, spec KeySpec) (Key, error) {
	var out Key
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments", environment, "keys"), spec, &out)
	return out, err
}

// RevokeKey ends an SDK key at once.
func (c *Client) RevokeKey(ctx context.Context, project, environment, id string) error {
	return c.call(ctx, http.MethodDelete, path("projects", project, "environments", environment, "keys", id), nil, nil)
}

// Token is an API token.
type Token struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Masked       string   `json:"prefix"`
	Kind         string   `json:"kind"`             // personal or service
	Member       string   `json:"member,omitempty"` // whose it is, of a personal one
	Scope        string   `json:"scope"`
	Environments []string `json:"environments"`    // where it counts, as project/environment or project; none is everywhere
	Secret       string   `json:"token,omitempty"` // in the answer that made it only
	CreatedAt    int64    `json:"createdAt"`
	LastUsedAt   int64    `json:"lastUsedAt,omitempty"`
	ExpiresAt    int64    `json:"expiresAt,omitempty"`
}

// TokenRequest asks for an API token.
type TokenRequest struct {
	Name          string   `json:"name"`
	Kind          string   `json:"kind,omitempty"` // empty: personal for who is a person
	Scope         string   `json:"scope,omitempty"`
	Environments  []string `json:"environments,omitempty"`
	ExpiresInDays int      `json:"expiresInDays,omitempty"` // 0 is never
}

// Tokens lists the API tokens; raw is the answer as the server gave it.
func (c *Client) Tokens(ctx context.Context) (tokens []Token, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("tokens"), nil)
	if err != nil {
		return nil, nil, err
	}
	tokens, err = items[Token](c, raw)
	return tokens, raw, err
}

// CreateToken makes an API token; the secret is in the answer and nowhere else.
func (c *Client) CreateToken(ctx context.Context, request TokenRequest) (Token, error) {
	var out Token
	err := c.call(ctx, http.MethodPost, path("tokens"), request, &out)
	return out, err
}

// RevokeToken ends an API token at once.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("tokens", id), nil, nil)
}

// items reads the list of an answer.
func items[T any](c *Client, raw json.RawMessage) ([]T, error) {
	var out struct {
		Items []T `json:"items"`
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, c.strange(err)
	}
	return out.Items, nil
}

// path joins segments, each escaped.
func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}

// RotateKey makes an SDK key in place of another, which goes on working for some
// hours; the secret is in the answer and nowhere else.
func (c *Client) RotateKey(ctx context.Context, project, environment, id string, overlapHours int) (Key, error) {
	var out Key
	err := c.call(ctx, http.MethodPost, path("projects", project, "environments", environment, "keys", id, "rotate"), map[string]int{"overlapHours": overlapHours}, &out)
	return out, err
}
