package peers

import (
	"context"

	"github.com/open-feature/go-sdk/openfeature"
)

// boolFunc decides a boolean flag for an OpenFeature context.
type boolFunc func(key string, def bool, c openfeature.FlattenedContext) bool

// thinProvider is the least that the OpenFeature SDK takes as a provider: what
// S6 costs beyond the function is the SDK's own.
type thinProvider struct {
	openfeature.NoopProvider
	name  string
	serve boolFunc
}

func (p *thinProvider) Metadata() openfeature.Metadata { return openfeature.Metadata{Name: p.name} }

func (p *thinProvider) BooleanEvaluation(_ context.Context, key string, def bool, c openfeature.FlattenedContext) openfeature.BoolResolutionDetail {
	return openfeature.BoolResolutionDetail{
		Value:                    p.serve(key, def, c),
		ProviderResolutionDetail: openfeature.ProviderResolutionDetail{Reason: openfeature.TargetingMatchReason},
	}
}

// throughOpenFeature is S6: a context built from the attributes in every call,
// then one boolean through a client of the SDK.
func throughOpenFeature(name string, serve boolFunc) step {
	if err := openfeature.SetNamedProviderAndWait(name, &thinProvider{name: name, serve: serve}); err != nil {
		panic(err)
	}
	client, ctx := openfeature.NewClient(name), context.Background()
	return func(int) bool {
		on, err := client.BooleanValue(ctx, rulesFlag, false, openfeature.NewEvaluationContext(jan.key, jan.attributes()))

		return on && err == nil
	}
}
