package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// RolloutPlan says what is raised step by step.
type RolloutPlan struct {
	Environment string        `json:"environment,omitempty"`
	Flag        string        `json:"flag,omitempty"`
	Experiment  string        `json:"experiment,omitempty"`
	Rule        string        `json:"rule,omitempty"`
	Variation   string        `json:"variation,omitempty"`
	Rest        string        `json:"rest,omitempty"`
	By          string        `json:"by,omitempty"`
	Steps       []RolloutStep `json:"steps"`
}

// RolloutStep raises to a share, and waits before the next step.
type RolloutStep struct {
	Percent  json.Number `json:"percent"`
	Wait     int64       `json:"wait,omitempty"` // milliseconds
	At       int64       `json:"at,omitempty"`
	Revision int64       `json:"revision,omitempty"`
}

// Rollout is a split that is raised step by step.
type Rollout struct {
	RolloutPlan
	Number    int64  `json:"number"`
	State     string `json:"state"`
	Made      int    `json:"made"`
	NextAt    int64  `json:"nextAt,omitempty"`
	Remaining int64  `json:"remaining,omitempty"`
	Problem   string `json:"problem,omitempty"`
	Paused    *Pause `json:"paused,omitempty"`
	RetryAt   int64  `json:"retryAt,omitempty"`
	Request   int64  `json:"request,omitempty"`
	Author    Actor  `json:"author"`
	CreatedAt int64  `json:"createdAt"`
	UpdatedAt int64  `json:"updatedAt"`
}

// Pause says who paused a rollout and why.
type Pause struct {
	At      int64  `json:"at"`
	Actor   Actor  `json:"actor"`
	Comment string `json:"comment,omitempty"`
}

// StartRollout begins a rollout.
func (c *Client) StartRollout(ctx context.Context, project string, plan RolloutPlan, comment, bypass string) (Rollout, error) {
	var out Rollout
	err := c.call(ctx, http.MethodPost, path("projects", project, "rollouts"), struct {
		RolloutPlan
		Comment string `json:"comment,omitempty"`
		Bypass  string `json:"bypass,omitempty"`
	}{plan, comment, bypass}, &out)
	return out, err
}

// Rollouts lists the newest rollouts, of an environment where it is not empty; raw is
// the answer as the server gave it.
func (c *Client) Rollouts(ctx context.Context, project, environment string, live bool) (list []Rollout, raw json.RawMessage, err error) {
	query := url.Values{"limit": {"200"}}
	if environment != "" {
		query.Set("environment", environment)
	}
	if live {
		query.Set("live", "true")
	}
	if raw, err = c.raw(ctx, http.MethodGet, path("projects", project, "rollouts")+"?"+query.Encode(), nil); err != nil {
		return nil, nil, err
	}
	list, err = items[Rollout](c, raw)
	return list, raw, err
}

// Rollout reads one.
func (c *Client) Rollout(ctx context.Context, project string, number int64) (out Rollout, err error) {
	err = c.call(ctx, http.MethodGet, path("projects", project, "rollouts", strconv.FormatInt(number, 10)), nil, &out)
	return out, err
}

// ActOnRollout pauses, resumes, advances or stops a rollout, or rolls it back.
func (c *Client) ActOnRollout(ctx context.Context, project string, number int64, action, comment string) (out Rollout, err error) {
	body := map[string]string{"comment": comment}
	err = c.call(ctx, http.MethodPost, path("projects", project, "rollouts", strconv.FormatInt(number, 10), action), body, &out)
	return out, err
}
