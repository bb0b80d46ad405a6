package apiclient

import (
	"context"
	"net/http"
)

// reason is why a person does what they may do at once.
type reason struct {
	Reason string `json:"reason,omitempty"`
}

// Switch switches a flag off, or on again, in an environment, and returns the newest
// revision, which has it so: a new one, unless it was so already.
func (c *Client) Switch(ctx context.Context, project, flag, environment string, on bool, why string) (revision int64, err error) {
	action := map[bool]string{true: "on", false: "off"}[on]
	return c.revision(ctx, path("projects", project, "flags", flag, "environments", environment, action), reason{why})
}

// Undo takes a revision of the last ten minutes back, and returns the one that has
// done it.
func (c *Client) Undo(ctx context.Context, project, environment string, revision int64) (int64, error) {
	return c.revision(ctx, path("projects", project, "environments", environment, "undo"), map[string]int64{"revision": revision})
}

func (c *Client) revision(ctx context.Context, path string, body any) (int64, error) {
	var out struct {
		Revision int64 `json:"revision"`
	}
	err := c.call(ctx, http.MethodPost, path, body, &out)
	return out.Revision, err
}

// StopExperiment stops an experiment at once.
func (c *Client) StopExperiment(ctx context.Context, project, experiment, why string) error {
	return c.call(ctx, http.MethodPost, path("projects", project, "experiments", experiment, "stop"), reason{why}, nil)
}

// ArchiveFlag archives a flag; programs get their own default then. One that
// programs asked for lately takes force.
func (c *Client) ArchiveFlag(ctx context.Context, project, flag, comment string, force bool) error {
	return c.call(ctx, http.MethodPost, path("projects", project, "flags", flag, "archive"), map[string]any{"comment": comment, "force": force}, nil)
}

// Asker is a version of a program that asked for a flag lately.
type Asker struct {
	Application string `json:"application"`
	Version     string `json:"version"`
	Environment string `json:"environment"`
	LastAt      int64  `json:"lastAt"`
	Evaluations int64  `json:"evaluations"`
}

// FlagAskedBy lists the programs that asked for a flag in the last 7 days.
func (c *Client) FlagAskedBy(ctx context.Context, project, flag string) ([]Asker, error) {
	var answer struct {
		Items []Asker `json:"items"`
	}
	err := c.call(ctx, http.MethodGet, path("projects", project, "flags", flag, "asked-by"), nil, &answer)
	return answer.Items, err
}

// RestoreFlag brings an archived flag back.
func (c *Client) RestoreFlag(ctx context.Context, project, flag, comment string) error {
	return c.call(ctx, http.MethodPost, path("projects", project, "flags", flag, "restore"), map[string]string{"comment": comment}, nil)
}
