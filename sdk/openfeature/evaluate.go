package openfeature

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	of "github.com/open-feature/go-sdk/openfeature"

	burgee "burgee.dev/burgee/sdk"
	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// BooleanEvaluation resolves a boolean flag.
func (p *Provider) BooleanEvaluation(ctx context.Context, flag string, def bool, attributes of.FlattenedContext) of.BoolResolutionDetail {
	return resolve(p, ctx, flag, def, attributes, ruleset.Boolean, eval.Result.Bool)
}

// StringEvaluation resolves a string flag.
func (p *Provider) StringEvaluation(ctx context.Context, flag string, def string, attributes of.FlattenedContext) of.StringResolutionDetail {
	return resolve(p, ctx, flag, def, attributes, ruleset.String, eval.Result.Text)
}

// FloatEvaluation resolves a double or an integer flag.
func (p *Provider) FloatEvaluation(ctx context.Context, flag string, def float64, attributes of.FlattenedContext) of.FloatResolutionDetail {
	return resolve(p, ctx, flag, def, attributes, ruleset.Double, eval.Result.Float64)
}

// IntEvaluation resolves an integer flag, or a double one that serves a whole
// number.
func (p *Provider) IntEvaluation(ctx context.Context, flag string, def int64, attributes of.FlattenedContext) of.IntResolutionDetail {
	return resolve(p, ctx, flag, def, attributes, ruleset.Integer, eval.Result.Int64)
}

// ObjectEvaluation resolves a json flag, as encoding/json decodes it.
func (p *Provider) ObjectEvaluation(ctx context.Context, flag string, def any, attributes of.FlattenedContext) of.InterfaceResolutionDetail {
	return resolve(p, ctx, flag, def, attributes, ruleset.JSON, func(r eval.Result) (v any, ok bool) {
		raw, served := r.Raw()
		return v, served && json.Unmarshal(raw, &v) == nil
	})
}

func resolve[T any](p *Provider, ctx context.Context, flag string, def T, attributes of.FlattenedContext, want ruleset.Type, read func(eval.Result) (T, bool)) of.GenericResolutionDetail[T] {
	if len(attributes) > 0 {
		ctx = burgee.NewContext(ctx, plain(attributes))
	}
	r := p.Client().Resolve(ctx, flag, want)
	out := of.GenericResolutionDetail[T]{Value: def, ProviderResolutionDetail: detail(flag, want, r)}
	if r.Reason() == eval.Override {
		if v, ok := r.Override.(T); ok {
			out.Value = v
		}
		return out
	}
	if v, ok := read(r.Result); ok {
		out.Value = v
	}
	return out
}

// detail says in OpenFeature's words why.
func detail(flag string, want ruleset.Type, r burgee.Resolution) of.ProviderResolutionDetail {
	switch r.Reason() {
	case eval.NotReady:
		return failure(of.NewProviderNotReadyResolutionError("there is no configuration yet"))
	case eval.FlagNotFound:
		return failure(of.NewFlagNotFoundResolutionError(fmt.Sprintf("there is no flag %q in this environment", flag)))
	case eval.TypeMismatch:
		return failure(of.NewTypeMismatchResolutionError(fmt.Sprintf("flag %q is of type %s and cannot be given as %s", flag, r.Type(), want)))
	case eval.Error:
		return failure(of.NewGeneralResolutionError(fmt.Sprintf("flag %q cannot be evaluated; open it in the dashboard to see why", flag)))
	}
	variation, _ := r.Variation()
	return of.ProviderResolutionDetail{Reason: reason(r), Variant: variation, FlagMetadata: metadata(r)}
}

func failure(err of.ResolutionError) of.ProviderResolutionDetail {
	return of.ProviderResolutionDetail{ResolutionError: err, Reason: of.ErrorReason}
}

// reason maps a native reason as the server does over OFREP, but for OFF: here a
// flag that is off says so, and keeps its value.
func reason(r burgee.Resolution) of.Reason {
	switch {
	case r.Reason() == eval.Override:
		return of.StaticReason
	case !r.Served(), r.Reason() == eval.Off:
		return of.DisabledReason
	case r.Split():
		return of.SplitReason
	}
	switch r.Reason() {
	case eval.Target, eval.Rule, eval.Experiment:
		return of.TargetingMatchReason
	case eval.Default:
		if r.Plain {
			return of.StaticReason
		}
	}
	return of.DefaultReason
}

func metadata(r burgee.Resolution) of.FlagMetadata {
	m := of.FlagMetadata{"reason": r.Reason().String(), "revision": r.Revision}
	if _, id, ok := r.Rule(); ok {
		m["rule"] = id
	}
	if key, arm, phase, ok := r.Experiment(); ok {
		m["experiment"], m["arm"], m["phase"] = key, arm, int64(phase)
	}
	return m
}

// plain gives times the form in which rules compare them. OpenFeature's map is not
// changed.
func plain(attributes map[string]any) map[string]any {
	out, cloned := attributes, false
	for key, value := range attributes {
		switch value.(type) {
		case time.Time, map[string]any:
			if !cloned {
				out, cloned = maps.Clone(attributes), true
			}
			out[key] = plainValue(value)
		}
	}
	return out
}

func plainValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case map[string]any:
		return plain(v)
	}
	return v
}
