package peers

import (
	"testing"
	"time"

	"github.com/launchdarkly/go-sdk-common/v3/ldcontext"
	"github.com/launchdarkly/go-sdk-common/v3/ldlog"
	"github.com/launchdarkly/go-sdk-common/v3/ldvalue"
	ldeval "github.com/launchdarkly/go-server-sdk-evaluation/v3"
	"github.com/launchdarkly/go-server-sdk-evaluation/v3/ldbuilders"
	"github.com/launchdarkly/go-server-sdk-evaluation/v3/ldmodel"
	ld "github.com/launchdarkly/go-server-sdk/v7"
	"github.com/launchdarkly/go-server-sdk/v7/ldcomponents"
	"github.com/launchdarkly/go-server-sdk/v7/testhelpers/ldtestdata"
	"github.com/open-feature/go-sdk/openfeature"
)

// newLaunchDarkly is LaunchDarkly's Go server SDK over its test data source,
// events off. Its provider for OpenFeature is not to be had, so S6 goes through
// the thin one.
func newLaunchDarkly(t testing.TB, f *fixture) engine {
	single, bulk := launchDarklyClient(t, f, f.single), launchDarklyClient(t, f, f.bulk)
	user := launchDarklyJan()
	var ring []ldcontext.Context
	for _, key := range f.ring {
		ring = append(ring, ldcontext.New(key))
	}
	on := func(key string, c ldcontext.Context) bool { v, _ := single.BoolVariation(key, c, false); return v }
	text := func(c ldcontext.Context) string { v, _ := single.StringVariation(splitFlag, c, ""); return v }
	all := func() map[string]ldvalue.Value { return bulk.AllFlagsState(user).ToValuesMap() }
	return engine{
		bool:      func(int) bool { return on(boolFlag, user) },
		rules:     func(int) bool { return on(rulesFlag, user) },
		rulesNew:  func(int) bool { return on(rulesFlag, launchDarklyJan()) },
		split:     func(i int) bool { return text(ring[i%ringSize]) != "" },
		group:     func(i int) bool { return on(groupFlag, ring[i%ringSize]) == f.member[i%ringSize] },
		bulk:      func(int) bool { return len(all()) == bulkFlags },
		variation: func(key string) string { return text(ldcontext.New(key)) },
		answers:   func() map[string]any { return launchDarklyAnswers(all()) },
		openFeature: throughOpenFeature("launchdarkly-sdk", func(key string, def bool, c openfeature.FlattenedContext) bool {
			v, _ := single.BoolVariation(key, launchDarklyContextOf(c), def)
			return v
		}),
	}
}

// newLaunchDarklyEvaluator is the evaluator alone, over a plain map: what the
// SDK costs without its store and hooks.
func newLaunchDarklyEvaluator(_ testing.TB, f *fixture) engine {
	data := launchDarklyData{segment: launchDarklySegment(f)}
	single, bulk := launchDarklyFlags(f.single), launchDarklyFlags(f.bulk)
	evaluator, user := ldeval.NewEvaluator(data), launchDarklyJan()
	var ring []ldcontext.Context
	for _, key := range f.ring {
		ring = append(ring, ldcontext.New(key))
	}
	serve := func(key string, c ldcontext.Context) ldvalue.Value {
		return evaluator.Evaluate(single[key], c, nil).Detail.Value
	}
	all := func() map[string]ldvalue.Value {
		out := make(map[string]ldvalue.Value, bulkFlags)
		for key, one := range bulk {
			out[key] = evaluator.Evaluate(one, user, nil).Detail.Value
		}
		return out
	}
	return engine{
		bool:      func(int) bool { return serve(boolFlag, user).BoolValue() },
		rules:     func(int) bool { return serve(rulesFlag, user).BoolValue() },
		rulesNew:  func(int) bool { return serve(rulesFlag, launchDarklyJan()).BoolValue() },
		split:     func(i int) bool { return serve(splitFlag, ring[i%ringSize]).StringValue() != "" },
		group:     func(i int) bool { return serve(groupFlag, ring[i%ringSize]).BoolValue() == f.member[i%ringSize] },
		bulk:      func(int) bool { return len(all()) == bulkFlags },
		variation: func(key string) string { return serve(splitFlag, ldcontext.New(key)).StringValue() },
		answers:   func() map[string]any { return launchDarklyAnswers(all()) },
	}
}

// launchDarklyData is what the evaluator asks for beside the flag itself.
type launchDarklyData struct{ segment ldmodel.Segment }

func (d launchDarklyData) GetFeatureFlag(string) *ldmodel.FeatureFlag { return nil }
func (d launchDarklyData) GetSegment(string) *ldmodel.Segment         { return &d.segment }

func launchDarklyClient(t testing.TB, f *fixture, flags []flag) *ld.LDClient {
	t.Helper()
	source := ldtestdata.DataSource()
	source.UsePreconfiguredSegment(launchDarklySegment(f))
	for _, one := range flags {
		source.UsePreconfiguredFlag(launchDarklyFlag(one))
	}
	client, err := ld.MakeCustomClient("sdk-key", ld.Config{
		DataSource: source, Events: ldcomponents.NoEvents(), Logging: ldcomponents.Logging().MinLevel(ldlog.Error),
	}, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func launchDarklySegment(f *fixture) ldmodel.Segment {
	s := ldbuilders.NewSegmentBuilder("members").Included(f.members...).Salt("salt").Build()
	ldmodel.PreprocessSegment(&s)
	return s
}

func launchDarklyFlags(flags []flag) map[string]*ldmodel.FeatureFlag {
	out := map[string]*ldmodel.FeatureFlag{}
	for _, one := range flags {
		f := launchDarklyFlag(one)
		ldmodel.PreprocessFlag(&f)
		out[one.key] = &f
	}
	return out
}

func launchDarklyFlag(one flag) ldmodel.FeatureFlag {
	b := ldbuilders.NewFlagBuilder(one.key).On(true).Salt("salt-" + one.key).OffVariation(0)
	if one.kind == ofSplit {
		var buckets []ldmodel.WeightedVariation
		var values []ldvalue.Value
		for i, v := range variations {
			values = append(values, ldvalue.String(v))
			buckets = append(buckets, ldbuilders.Bucket(i, shares[i]*1000))
		}
		return b.Variations(values...).Fallthrough(ldbuilders.Rollout(buckets...)).Build()
	}
	b.Variations(ldvalue.Bool(false), ldvalue.Bool(true)).FallthroughVariation(0)
	switch one.kind {
	case ofBool:
		b.FallthroughVariation(1)
	case ofRules:
		for i, pair := range rules {
			rule := ldbuilders.NewRuleBuilder().ID(string(rune('a' + i)))
			b.AddRule(rule.Clauses(launchDarklyClause(pair[0]), launchDarklyClause(pair[1])).Variation(1))
		}
	case ofGroup:
		b.AddRule(ldbuilders.NewRuleBuilder().ID("a").Clauses(ldbuilders.SegmentMatchClause("members")).Variation(1))
	}
	return b.Build()
}

func launchDarklyClause(c clause) ldmodel.Clause {
	var values []ldvalue.Value
	for _, text := range c.texts {
		values = append(values, ldvalue.String(text))
	}
	switch c.op {
	case in:
		return ldbuilders.Clause(c.attr, ldmodel.OperatorIn, values...)
	case newerThan:
		return ldbuilders.Clause(c.attr, ldmodel.OperatorSemVerGreaterThan, values...)
	case atLeast:
		return ldbuilders.Clause(c.attr, ldmodel.OperatorGreaterThanOrEqual, ldvalue.Float64(c.number))
	}
	return ldbuilders.Clause(c.attr, ldmodel.OperatorStartsWith, values...)
}

func launchDarklyJan() ldcontext.Context {
	return ldcontext.NewBuilder(jan.key).SetString("country", jan.country).SetString("plan", jan.plan).
		SetString("version", jan.version).SetString("email", jan.email).SetInt("age", jan.age).SetInt("build", jan.build).Build()
}

func launchDarklyContextOf(c openfeature.FlattenedContext) ldcontext.Context {
	key, _ := c[openfeature.TargetingKey].(string)
	b := ldcontext.NewBuilder(key)
	for name, value := range c {
		switch v := value.(type) {
		case string:
			if name != openfeature.TargetingKey {
				b.SetString(name, v)
			}
		case int:
			b.SetInt(name, v)
		}
	}
	return b.Build()
}

func launchDarklyAnswers(values map[string]ldvalue.Value) map[string]any {
	out := map[string]any{}
	for key, v := range values {
		out[key] = v.AsArbitraryValue()
	}
	return out
}
