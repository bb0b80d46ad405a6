package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"burgee.dev/burgee/internal/document"
)

// FlagDetail is a whole flag.
type FlagDetail struct {
	Flag
	Version        int64                              `json:"version"`
	Tags           []string                           `json:"tags"`
	Owner          string                             `json:"owner"`
	Kind           string                             `json:"kind"`
	Client         bool                               `json:"client"`
	Expires        string                             `json:"expires,omitempty"`
	KeepUntil      string                             `json:"keepUntil,omitempty"`
	ManagedBy      string                             `json:"managedBy,omitempty"`
	ManagedIn      string                             `json:"managedIn,omitempty"`
	Seed           string                             `json:"seed"`
	Variations     []document.Variation               `json:"variations"`
	Configurations map[string]*document.Configuration `json:"configurations"` // nil where nobody configured it
}

// Flag returns a flag; raw is the answer as the server gave it.
func (c *Client) Flag(ctx context.Context, project, flag string) (out FlagDetail, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "flags", flag), nil)
	if err != nil {
		return out, nil, err
	}
	return out, raw, c.read(raw, &out)
}

// CreateFlag makes a flag of the fields that the API document names in NewFlag. One
// whose key looks like another's takes force.
func (c *Client) CreateFlag(ctx context.Context, project string, fields map[string]any, comment string, force bool) (raw json.RawMessage, err error) {
	query := url.Values{"force": {strconv.FormatBool(force)}}
	if comment != "" {
		query.Set("comment", comment)
	}
	return c.raw(ctx, http.MethodPost, path("projects", project, "flags")+"?"+query.Encode(), fields)
}

// PatchFlag changes fields of a flag, at the version that was read.
func (c *Client) PatchFlag(ctx context.Context, project, flag string, fields map[string]any, version int64, comment string) (raw json.RawMessage, err error) {
	return c.write(ctx, http.MethodPatch, path("projects", project, "flags", flag)+commented(comment), fields, version)
}

// PutConfiguration replaces what an environment does with a flag, at the revision of
// the environment that was read; 0 does not ask. The configuration is anything that
// is one in JSON.
func (c *Client) PutConfiguration(ctx context.Context, project, flag, environment string, configuration any, revision int64, comment string) (out ConfigurationResult, err error) {
	raw, err := c.write(ctx, http.MethodPut, path("projects", project, "flags", flag, "environments", environment)+commented(comment), configuration, revision)
	if err != nil {
		return out, err
	}
	return out, c.read(raw, &out)
}

// ConfigurationResult is what a write of a configuration did.
type ConfigurationResult struct {
	Revision int64              `json:"revision"`
	Moves    []Move             `json:"moves"`
	Warnings []document.Warning `json:"warnings"`
}

// ClearConfiguration takes away what an environment does with a flag.
func (c *Client) ClearConfiguration(ctx context.Context, project, flag, environment, comment string) (out ConfigurationResult, err error) {
	raw, err := c.raw(ctx, http.MethodDelete, path("projects", project, "flags", flag, "environments", environment)+commented(comment), nil)
	if err != nil {
		return out, err
	}
	return out, c.read(raw, &out)
}

// Evaluations are the counts of a flag in an environment.
type Evaluations struct {
	Total  int64 `json:"total"`
	Series []struct {
		Label  string `json:"label"`
		Points []struct {
			Count int64 `json:"count"`
		} `json:"points"`
	} `json:"series"`
	ByApplication []struct {
		Application string `json:"application"`
		Version     string `json:"version"`
		SDK         string `json:"sdk"`
		Count       int64  `json:"count"`
	} `json:"byApplication"`
}

// Evaluations counts what was served of a flag in the last hours.
func (c *Client) Evaluations(ctx context.Context, project, flag, environment string, hours int) (out Evaluations, raw json.RawMessage, err error) {
	query := url.Values{"environment": {environment}, "hours": {strconv.Itoa(hours)}}
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "flags", flag, "evaluations")+"?"+query.Encode(), nil)
	if err != nil {
		return out, nil, err
	}
	return out, raw, c.read(raw, &out)
}

// Object is a target group or an experiment: as a document says it, and what the
// server tells beside that.
type Object struct {
	Key     string
	Summary string
	Version int64
	UsedBy  []struct {
		Kind        string `json:"kind"`
		Key         string `json:"key"`
		Environment string `json:"environment"`
	}
	Body json.RawMessage // as a document says it
}

// besides are the fields of an Object that no document has.
var besides = []string{"key", "summary", "usedBy", "version", "phase", "startedAt", "lastChange"}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Object) UnmarshalJSON(data []byte) error {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for name, into := range map[string]any{"key": &o.Key, "summary": &o.Summary, "version": &o.Version, "usedBy": &o.UsedBy} {
		if raw, ok := fields[name]; ok {
			if err := json.Unmarshal(raw, into); err != nil {
				return err
			}
		}
	}
	for _, name := range besides {
		delete(fields, name)
	}
	var err error
	o.Body, err = json.Marshal(fields)
	return err
}

// Objects lists the groups or the experiments of a project.
func (c *Client) Objects(ctx context.Context, project, kind string) ([]Object, json.RawMessage, error) {
	return listOf[Object](ctx, c, path("projects", project, kind))
}

// ExperimentFilter selects experiments; empty fields do not select.
type ExperimentFilter struct{ Environment, State, Flag string }

// Experiments lists the experiments that a filter selects.
func (c *Client) Experiments(ctx context.Context, project string, of ExperimentFilter) ([]Object, json.RawMessage, error) {
	query := filters(map[string]any{"environment": of.Environment, "state": of.State, "flag": of.Flag})
	return listOf[Object](ctx, c, path("projects", project, "experiments")+"?"+query.Encode())
}

// Object returns one of the groups or experiments.
func (c *Client) Object(ctx context.Context, project, kind, key string) (out Object, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, kind, key), nil)
	if err != nil {
		return out, nil, err
	}
	return out, raw, c.read(raw, &out)
}

// PutObject makes or replaces a group or an experiment, at the version that was
// read; 0 does not ask.
func (c *Client) PutObject(ctx context.Context, project, kind, key string, body any, version int64, comment string) (json.RawMessage, error) {
	return c.write(ctx, http.MethodPut, path("projects", project, kind, key)+commented(comment), body, version)
}

// DeleteObject takes a group or an experiment out.
func (c *Client) DeleteObject(ctx context.Context, project, kind, key, comment string) error {
	_, err := c.raw(ctx, http.MethodDelete, path("projects", project, kind, key)+commented(comment), nil)
	return err
}

// StartExperiment has an experiment run.
func (c *Client) StartExperiment(ctx context.Context, project, experiment, why string) error {
	return c.call(ctx, http.MethodPost, path("projects", project, "experiments", experiment, "start"), reason{why}, nil)
}

// Attribute is an entry of the registry of context attributes.
type Attribute struct {
	Path    string            `json:"path"`
	Type    string            `json:"type"`
	Values  []json.RawMessage `json:"values"`
	Privacy string            `json:"privacy"`
}

// Attributes lists the registry of context attributes.
func (c *Client) Attributes(ctx context.Context, project string) ([]Attribute, json.RawMessage, error) {
	return listOf[Attribute](ctx, c, path("projects", project, "attributes"))
}

// Connected is a program that is connected.
type Connected struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	SDK         string `json:"sdk"`
	Environment string `json:"environment"`
	Instances   []struct {
		Revision int64 `json:"revision"`
	} `json:"instances"`
}

// Connections lists the programs that are connected; an empty environment is all.
func (c *Client) Connections(ctx context.Context, project, environment string) ([]Connected, json.RawMessage, error) {
	query := ""
	if environment != "" {
		query = "?" + url.Values{"environment": {environment}}.Encode()
	}
	return listOf[Connected](ctx, c, path("projects", project, "connections")+query)
}

// Revision is one committed version of an environment.
type Revision struct {
	Number int64 `json:"number"`
	At     int64 `json:"at"`
	Actor  struct {
		Name string `json:"name"`
	} `json:"actor"`
	Sentences []string `json:"sentences"`
	Comment   string   `json:"comment"`
}

// Revisions lists the newest revisions of an environment.
func (c *Client) Revisions(ctx context.Context, project, environment string, limit int) ([]Revision, json.RawMessage, error) {
	return listOf[Revision](ctx, c, path("projects", project, "environments", environment, "revisions")+"?limit="+strconv.Itoa(limit))
}

// Receipt says how far a revision has come to the programs.
type Receipt struct {
	State    string `json:"state"`
	Expected int    `json:"expected"`
	Applied  int    `json:"applied"`
	Stale    int    `json:"stale"`
	P50Ms    *int64 `json:"p50Ms"`
	P99Ms    *int64 `json:"p99Ms"`
}

// Receipt returns the receipt of a revision.
func (c *Client) Receipt(ctx context.Context, project, environment string, revision int64) (out Receipt, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "environments", environment, "revisions", strconv.FormatInt(revision, 10), "receipts"), nil)
	if err != nil {
		return out, nil, err
	}
	return out, raw, c.read(raw, &out)
}

// write makes a request that is refused when what it writes to is at another version.
func (c *Client) write(ctx context.Context, method, path string, body any, version int64) (json.RawMessage, error) {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	if version != 0 {
		request.Header.Set("If-Match", strconv.Quote(strconv.FormatInt(version, 10)))
	}
	return c.send(ctx, request)
}

// read decodes an answer.
func (c *Client) read(raw json.RawMessage, out any) error {
	if err := json.Unmarshal(raw, out); err != nil {
		return c.strange(err)
	}
	return nil
}

// commented is the query that says why.
func commented(comment string) string {
	if comment == "" {
		return ""
	}
	return "?" + url.Values{"comment": {comment}}.Encode()
}
