package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"burgee.dev/burgee/internal/document"
)

// Change is one entry of the audit log.
type Change struct {
	ID    int64 `json:"id"`
	At    int64 `json:"at"`
	Actor struct {
		Name string `json:"name"`
	} `json:"actor"`
	Object      string                 `json:"object"`
	Environment string                 `json:"environment,omitempty"`
	Sentences   []string               `json:"sentences"`
	Diff        []document.FieldChange `json:"diff"`
	Comment     string                 `json:"comment,omitempty"`
	Revisions   map[string]int64       `json:"revisions"`
	Erased      bool                   `json:"erased,omitempty"`
}

// ChangeFilter selects entries of the audit log; zero fields do not select.
type ChangeFilter struct {
	Environment, Object, Kind, Actor string
	Before                           int64 // only entries with a smaller ID
	Limit                            int
}

// query is the filter as an address says it, without the limit.
func (f ChangeFilter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"environment": f.Environment, "object": f.Object, "kind": f.Kind, "actor": f.Actor} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// Changes reads the newest entries of the audit log; raw is the answer as the
// server gave it.
func (c *Client) Changes(ctx context.Context, project string, filter ChangeFilter) (changes []Change, raw json.RawMessage, err error) {
	query := filter.query()
	if filter.Before > 0 {
		query.Set("before", strconv.FormatInt(filter.Before, 10))
	}
	if filter.Limit > 0 {
		query.Set("limit", strconv.Itoa(filter.Limit))
	}
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "changes")+"?"+query.Encode(), nil)
	if err != nil {
		return nil, nil, err
	}
	changes, err = items[Change](c, raw)
	return changes, raw, err
}

// Compare says what differs between two revisions of an environment; to 0 is
// the newest.
func (c *Client) Compare(ctx context.Context, project, environment, object string, from, to int64) (changes []PlanItem, raw json.RawMessage, err error) {
	query := url.Values{"from": {strconv.FormatInt(from, 10)}}
	if to != 0 {
		query.Set("to", strconv.FormatInt(to, 10))
	}
	if object != "" {
		query.Set("object", object)
	}
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "environments", environment, "compare")+"?"+query.Encode(), nil)
	if err != nil {
		return nil, nil, err
	}
	var out struct {
		Changes []PlanItem `json:"changes"`
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, nil, c.strange(err)
	}
	return out.Changes, raw, nil
}

// RollbackRequest asks to make one object, or an environment, what it was.
type RollbackRequest struct {
	Revision int64  `json:"revision,omitempty"`
	At       int64  `json:"at,omitempty"`
	Kind     string `json:"kind,omitempty"`
	Object   string `json:"object,omitempty"`
	Shared   bool   `json:"shared,omitempty"`
	DryRun   bool   `json:"dryRun,omitempty"`
	Comment  string `json:"comment,omitempty"`
	Bypass   string `json:"bypass,omitempty"` // the reason to go past the approvals

	// IfRevision, when not 0, refuses where the environment has moved on.
	IfRevision int64 `json:"-"`
}

// RollbackResult is what a rollback did, or would do.
type RollbackResult struct {
	ApplyResult
	To struct {
		Number int64 `json:"number"`
	} `json:"to"`
	Kept []PlanItem `json:"kept"`
}

// Rollback makes one object or an environment what it was.
func (c *Client) Rollback(ctx context.Context, project, environment string, request RollbackRequest) (RollbackResult, error) {
	var out RollbackResult
	r, err := c.request(ctx, http.MethodPost, path("projects", project, "environments", environment, "rollback"), request)
	if err != nil {
		return out, err
	}
	if request.IfRevision != 0 {
		r.Header.Set("If-Match", strconv.Quote(strconv.FormatInt(request.IfRevision, 10)))
	}
	raw, err := c.send(ctx, r)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, c.strange(err)
	}
	return out, nil
}

// ExportAsOf returns the file that made the project at a time, or at a revision
// of an environment.
func (c *Client) ExportAsOf(ctx context.Context, project, format, environment string, revision, at int64) ([]byte, error) {
	query := url.Values{"format": {format}}
	if at != 0 {
		query.Set("at", strconv.FormatInt(at, 10))
	}
	if revision != 0 {
		query.Set("revision", strconv.FormatInt(revision, 10))
		query.Set("environment", environment)
	}
	return c.raw(ctx, http.MethodGet, path("projects", project, "export")+"?"+query.Encode(), nil)
}

// ExportAudit writes the audit log to a writer as it comes, as "ndjson", which of
// the whole can be verified, or as "csv". Of the filter Limit means nothing. After an
// error what was written is not the whole.
func (c *Client) ExportAudit(ctx context.Context, project, format string, filter ChangeFilter, to io.Writer) error {
	query := filter.query()
	query.Set("format", format)
	request, err := c.request(ctx, http.MethodGet, path("projects", project, "changes", "export")+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	patient := &http.Client{Transport: c.http.Transport, CheckRedirect: noRedirects} // a long log takes longer than an answer may
	response, err := patient.Do(request)
	if err != nil {
		return c.unreachable(ctx, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= 300 {
		answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		if err != nil {
			return c.unreachable(ctx, err)
		}
		return c.problem(response, answer)
	}
	if _, err := io.Copy(to, response.Body); err != nil {
		return fmt.Errorf("the export was cut: %w", err)
	}
	return nil
}

// ChainState says whether the audit log on the server fits together.
type ChainState struct {
	OK        bool   `json:"ok"`
	Checked   int64  `json:"checked"`
	Rewritten int64  `json:"rewritten,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// VerifyAudit has the server check its audit log.
func (c *Client) VerifyAudit(ctx context.Context, project string) (ChainState, error) {
	var out ChainState
	err := c.call(ctx, http.MethodGet, path("projects", project, "changes", "verify"), nil, &out)
	return out, err
}
