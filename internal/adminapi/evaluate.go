package adminapi

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/sdk/eval"
)

// snapshotPatience is how long an evaluation waits for the data plane to show
// what was published just now.
const snapshotPatience = time.Second

// evaluate answers with the engine that every SDK has, on what programs get.
func (a *API) evaluate(ctx context.Context, in *evaluateInput) (*body[Evaluation], error) {
	attributes, err := contextOf(in.Body.Context.RawMessage)
	if err != nil {
		return nil, err
	}
	snapshot, asOf, err := a.evaluated(ctx, in)
	if err != nil {
		return nil, err
	}
	now := cmp.Or(in.Body.Now, in.Body.At, a.deps.Clock.Now().UnixMilli())
	bound := eval.NewContext(attributes)
	data, err := json.Marshal(snapshot.Detail(in.Body.Flag, bound, now))
	if err != nil {
		return nil, err
	}
	more := struct {
		Explanation *eval.Explanation `json:"explanation,omitempty"`
		AsOf        *AsOf             `json:"asOf,omitempty"`
	}{AsOf: asOf}
	if in.Body.Explain {
		explanation := snapshot.Explain(in.Body.Flag, bound, now)
		more.Explanation = &explanation
	}
	merged, err := merge(data, more)
	return &body[Evaluation]{Evaluation{merged}}, err
}

// evaluated is what answers: what programs get now, or what they had.
func (a *API) evaluated(ctx context.Context, in *evaluateInput) (*eval.Snapshot, *AsOf, error) {
	if in.Body.Revision != 0 || in.Body.At != 0 {
		return a.pastSnapshot(ctx, in)
	}
	if _, err := a.deps.Catalog.Flag(ctx, actorOf(ctx), in.Project, in.Body.Flag); err != nil {
		return nil, nil, err
	}
	snapshot, err := a.snapshot(ctx, in.Project, in.Environment)
	return snapshot, nil, err
}

// snapshot waits until the data plane serves what is committed, so that who
// publishes and then asks gets the new answer.
func (a *API) snapshot(ctx context.Context, project, environment string) (*eval.Snapshot, error) {
	committed, err := a.environment(ctx, project, environment)
	if err != nil {
		return nil, err
	}
	deadline := time.NewTimer(snapshotPatience)
	defer deadline.Stop()
	for {
		snapshot, loaded := a.deps.Snapshots.Snapshot(project, environment)
		if loaded && snapshot.Revision() >= committed.Revision {
			return snapshot, nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			if loaded {
				return snapshot, nil // behind, and the answer says its revision
			}
			return nil, fault.New(fault.Unavailable, "not_loaded", "Environment %s is not loaded yet; try again", environment).
				WithRetryAfter(time.Second)
		}
	}
}

// contextOf reads a context: an object, a string (the targeting key), or none.
func contextOf(data json.RawMessage) (map[string]any, error) {
	if len(data) == 0 {
		return map[string]any{}, nil
	}
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return nil, notAContext()
	}
	switch v := value.(type) {
	case nil:
		return map[string]any{}, nil
	case string:
		return map[string]any{"targetingKey": v}, nil
	case map[string]any:
		return v, nil
	}
	return nil, notAContext()
}

func notAContext() *fault.Error {
	return fault.New(fault.Invalid, "context_invalid", "The context is not valid").
		WithField("context", `write an object such as {"targetingKey": "alice", "country": "DE"}, or the targeting key as text`)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
