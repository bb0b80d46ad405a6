package adminapi

import (
	"context"
	"encoding/json"

	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/document"
)

func (a *API) listExperiments(ctx context.Context, in *listExperimentsInput) (*body[Items[ExperimentView]], error) {
	experiments, err := a.deps.Catalog.Experiments(ctx, actorOf(ctx), in.Project, catalog.ExperimentFilter{
		Environment: in.Environment, State: in.State, Flag: in.Flag,
	})
	if err != nil {
		return nil, err
	}
	views := make([]ExperimentView, 0, len(experiments))
	for _, e := range experiments {
		view, err := experimentViewOf(e)
		if err != nil {
			return nil, err
		}
		views = append(views, view)
	}
	return &body[Items[ExperimentView]]{Items[ExperimentView]{views}}, nil
}

func (a *API) getExperiment(ctx context.Context, in *ExperimentPath) (*body[ExperimentView], error) {
	experiment, err := a.deps.Catalog.Experiment(ctx, actorOf(ctx), in.Project, in.Experiment)
	if err != nil {
		return nil, err
	}
	view, err := experimentViewOf(experiment)
	return &body[ExperimentView]{view}, err
}

func (a *API) putExperiment(ctx context.Context, in *putExperimentInput) (*body[ExperimentView], error) {
	var experiment document.Experiment
	if err := json.Unmarshal(in.Body.RawMessage, &experiment); err != nil {
		return nil, relative(err, "")
	}
	write, err := ofVersion(ctx, in.VersionOptions)
	if err != nil {
		return nil, err
	}
	if _, err := a.deps.Catalog.PutExperiment(ctx, actorOf(ctx), in.Project, in.Experiment, experiment, write); err != nil {
		return nil, relative(err, "experiments."+in.Experiment)
	}
	return a.getExperiment(ctx, &in.ExperimentPath)
}

func (a *API) deleteExperiment(ctx context.Context, in *deleteExperimentInput) (*body[RevisionsResult], error) {
	write, err := ofVersion(ctx, in.VersionOptions)
	if err != nil {
		return nil, err
	}
	out, err := a.deps.Catalog.DeleteExperiment(ctx, actorOf(ctx), in.Project, in.Experiment, write)
	if err != nil {
		return nil, err
	}
	return &body[RevisionsResult]{RevisionsResult{out.Revisions}}, nil
}

func (a *API) startExperiment(ctx context.Context, in *experimentActionInput) (*body[ExperimentView], error) {
	if _, err := a.deps.Catalog.StartExperiment(ctx, actorOf(ctx), in.Project, in.Experiment, options(ctx, in.reason())); err != nil {
		return nil, err
	}
	return a.getExperiment(ctx, &in.ExperimentPath)
}

func (a *API) stopExperiment(ctx context.Context, in *experimentActionInput) (*body[ExperimentView], error) {
	if _, err := a.deps.Catalog.StopExperiment(ctx, actorOf(ctx), in.Project, in.Experiment, options(ctx, in.reason())); err != nil {
		return nil, err
	}
	return a.getExperiment(ctx, &in.ExperimentPath)
}

func (in *experimentActionInput) reason() string {
	if in.Body != nil && in.Body.Reason != "" {
		return in.Body.Reason
	}
	return in.Comment
}

func experimentViewOf(e catalog.Experiment) (ExperimentView, error) {
	data, err := json.Marshal(e.Experiment)
	if err != nil {
		return ExperimentView{}, err
	}
	merged, err := merge(data, struct {
		Key        string      `json:"key"`
		Summary    string      `json:"summary"`
		Phase      int         `json:"phase"`
		StartedAt  int64       `json:"startedAt,omitempty"`
		LastChange *LastChange `json:"lastChange,omitempty"`
		Version    int64       `json:"version"`
	}{e.Key, document.ExperimentSummary(e.Experiment), e.Phase, e.StartedAt, lastChangeView(e.LastChange), e.LastChange.Version()})
	return ExperimentView{merged}, err
}
