package adminapi

import (
	"context"
	"math"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/fault"
)

// RolloutPath names a rollout in a path.
type RolloutPath struct {
	ProjectPath
	Number int64 `path:"number" minimum:"1" doc:"the rollout's number"`
}

// RolloutPlan says what is raised step by step.
type RolloutPlan struct {
	Environment string        `json:"environment,omitempty" doc:"of a flag"`
	Flag        string        `json:"flag,omitempty" doc:"what this flag serves in the environment is raised"`
	Experiment  string        `json:"experiment,omitempty" doc:"or the share of units in this experiment: all arms in proportion"`
	Rule        string        `json:"rule,omitempty" doc:"id of the flag's rule; without it what it serves otherwise"`
	Variation   string        `json:"variation,omitempty" doc:"the variation of the flag that is raised"`
	Rest        string        `json:"rest,omitempty" doc:"the variation that the others get, where they get the program's own default now"`
	By          string        `json:"by,omitempty" doc:"path of the unit, of a split that is not there yet; targetingKey when absent"`
	Steps       []RolloutStep `json:"steps" minItems:"1" maxItems:"50" doc:"with larger and larger shares; the first is made at once"`
}

// RolloutStep raises to a share, and waits before the next step.
type RolloutStep struct {
	Percent  float64 `json:"percent" exclusiveMinimum:"0" maximum:"100" doc:"with up to four decimals"`
	Wait     int64   `json:"wait,omitempty" minimum:"0" doc:"before the next step, in milliseconds: a second to 366 days"`
	At       int64   `json:"at,omitempty" readOnly:"true" doc:"when it was made, in milliseconds since 1970"`
	Revision int64   `json:"revision,omitempty" readOnly:"true" doc:"that it was made as"`
}

// Rollout is a split that is raised step by step.
type Rollout struct {
	RolloutPlan
	Number    int64     `json:"number"`
	State     string    `json:"state" enum:"running,paused,done,stopped,rolled_back"`
	Made      int       `json:"made" doc:"how many steps were made"`
	NextAt    int64     `json:"nextAt,omitempty" doc:"when the next step is due, in milliseconds since 1970"`
	Remaining int64     `json:"remaining,omitempty" doc:"while it is paused: how long the next step still waits, in milliseconds"`
	Problem   string    `json:"problem,omitempty" doc:"why it is paused when no person paused it, or is tried again"`
	Paused    *Pause    `json:"paused,omitempty" doc:"while it is paused"`
	RetryAt   int64     `json:"retryAt,omitempty" doc:"when a step that failed is tried again"`
	Request   int64     `json:"request,omitempty" doc:"the change request that it began with"`
	Author    ActorView `json:"author" doc:"who began or resumed it; its steps use their rights"`
	CreatedAt int64     `json:"createdAt"`
	UpdatedAt int64     `json:"updatedAt"`
}

// Pause says who paused a rollout and why.
type Pause struct {
	At      int64     `json:"at"`
	Actor   ActorView `json:"actor" doc:"who paused it, or changed what it raises"`
	Comment string    `json:"comment,omitempty"`
}

// RolloutPage is a page of the rollouts, newest first.
type RolloutPage struct {
	Items []Rollout `json:"items"`
	Next  int64     `json:"next,omitempty" doc:"give it as before to read on"`
}

type rolloutsInput struct {
	ProjectPath
	Environment string `query:"environment" doc:"only those of this environment"`
	Flag        string `query:"flag" doc:"only those of this flag"`
	Experiment  string `query:"experiment" doc:"only those of this experiment"`
	Live        bool   `query:"live" doc:"only those that run or are paused"`
	Before      int64  `query:"before" minimum:"0" doc:"only those with a smaller number"`
	Limit       int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
}

type startRolloutInput struct {
	ProjectPath
	Body struct {
		RolloutPlan
		Comment string `json:"comment,omitempty" maxLength:"2000"`
		Bypass  string `json:"bypass,omitempty" maxLength:"2000" doc:"the reason to begin without the approvals that it needs, which takes the right to do so"`
	}
}

type rolloutActionInput struct {
	RolloutPath
	Body *struct {
		Comment string `json:"comment,omitempty" maxLength:"2000"`
	}
}

func (a *API) rolloutRoutes() {
	const rollouts = "/projects/{project}/rollouts"
	const rollout = rollouts + "/{number}"
	route(a, op("listRollouts", get, rollouts, tagRollouts, "List the rollouts, newest first", 404), a.listRollouts)
	route(a, answers(op("startRollout", post, rollouts, tagRollouts, "Raise a split step by step; the first step is made at once", 404, 409), 201), a.startRollout)
	route(a, op("getRollout", get, rollout, tagRollouts, "Read a rollout", 404), a.getRollout)
	for _, action := range []struct {
		name, does string
		do         func(*catalog.Service, context.Context, account.Actor, string, int64, catalog.WriteOptions) (catalog.Rollout, error)
	}{
		{"pause", "Pause a rollout at once, where it is", (*catalog.Service).PauseRollout},
		{"resume", "Let a paused rollout go on; its wait goes on where it was interrupted", (*catalog.Service).ResumeRollout},
		{"advance", "Make the next step of a rollout now", (*catalog.Service).AdvanceRollout},
		{"stop", "End a rollout where it is", (*catalog.Service).StopRollout},
		{"rollback", "Put what a rollout raised back to where it began at once, as a new revision", (*catalog.Service).RollBackRollout},
	} {
		route(a, op(action.name+"Rollout", post, rollout+"/"+action.name, tagRollouts, action.does, 404, 409), func(ctx context.Context, in *rolloutActionInput) (*body[Rollout], error) {
			write := options(ctx, "")
			if in.Body != nil {
				write.Comment = in.Body.Comment
			}
			r, err := action.do(a.deps.Catalog, ctx, actorOf(ctx), in.Project, in.Number, write)
			return rolloutBody(r, err)
		})
	}
}

func (a *API) listRollouts(ctx context.Context, in *rolloutsInput) (*body[RolloutPage], error) {
	page, next, err := a.deps.Catalog.Rollouts(ctx, actorOf(ctx), in.Project, catalog.RolloutFilter{
		Environment: in.Environment, Flag: in.Flag, Experiment: in.Experiment, Live: in.Live, Before: in.Before, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	v := RolloutPage{Items: make([]Rollout, 0, len(page)), Next: next}
	for _, r := range page {
		v.Items = append(v.Items, rolloutView(r))
	}
	return &body[RolloutPage]{v}, nil
}

func (a *API) getRollout(ctx context.Context, in *RolloutPath) (*body[Rollout], error) {
	r, err := a.deps.Catalog.Rollout(ctx, actorOf(ctx), in.Project, in.Number)
	return rolloutBody(r, err)
}

func (a *API) startRollout(ctx context.Context, in *startRolloutInput) (*body[Rollout], error) {
	plan, err := in.Body.RolloutPlan.parse()
	if err != nil {
		return nil, err
	}
	write := options(ctx, in.Body.Comment)
	write.Bypass = in.Body.Bypass
	r, err := a.deps.Catalog.StartRollout(ctx, actorOf(ctx), in.Project, *plan, write)
	return rolloutBody(r, err)
}

const ppmOfPercent = 10_000

// parse reads the shares. What a person writes with four decimals is exactly one
// number of millionths, whatever the binary fraction lost.
func (p *RolloutPlan) parse() (*catalog.RolloutPlan, error) {
	out := &catalog.RolloutPlan{
		Environment: p.Environment, Flag: p.Flag, Experiment: p.Experiment, Rule: p.Rule, Variation: p.Variation, Rest: p.Rest, By: p.By,
	}
	for _, step := range p.Steps {
		ppm := math.Round(step.Percent * ppmOfPercent)
		if math.Abs(step.Percent*ppmOfPercent-ppm) > 1e-4 {
			return nil, fault.New(fault.Invalid, "rollout_invalid", "A share has too many decimals").
				WithField("steps", "a share has up to four decimals, %v has more", step.Percent)
		}
		out.Steps = append(out.Steps, catalog.RolloutStep{PPM: int(ppm), Wait: step.Wait})
	}
	return out, nil
}

func planOfRollout(p catalog.RolloutPlan) RolloutPlan {
	v := RolloutPlan{
		Environment: p.Environment, Flag: p.Flag, Experiment: p.Experiment, Rule: p.Rule, Variation: p.Variation, Rest: p.Rest, By: p.By,
		Steps: make([]RolloutStep, 0, len(p.Steps)),
	}
	for _, step := range p.Steps {
		v.Steps = append(v.Steps, RolloutStep{Percent: float64(step.PPM) / ppmOfPercent, Wait: step.Wait, At: step.At, Revision: step.Revision})
	}
	return v
}

func rolloutView(r catalog.Rollout) Rollout {
	v := Rollout{
		RolloutPlan: planOfRollout(r.RolloutPlan), Number: r.Number, State: string(r.State), Made: r.Made, NextAt: r.NextAt, Remaining: r.Remaining,
		Problem: r.Problem, RetryAt: r.RetryAt, Request: r.Request, Author: authorView(r.Author), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if r.Paused != nil {
		v.Paused = &Pause{At: r.Paused.At, Actor: authorView(r.Paused.Author), Comment: r.Paused.Comment}
	}
	return v
}

func rolloutBody(r catalog.Rollout, err error) (*body[Rollout], error) {
	if err != nil {
		return nil, err
	}
	return &body[Rollout]{rolloutView(r)}, nil
}
