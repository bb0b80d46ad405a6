package burgee

import (
	"context"
	"encoding/json"
	"time"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/ruleset"
)

// Resolution is what a flag serves, in the parts that another API for flags needs
// to tell it in its own words.
type Resolution struct {
	// Result is the evaluation. Its reason is NOT_READY without a configuration,
	// TYPE_MISMATCH where the flag is of another type than wanted, and OVERRIDE
	// where the value lies in Override.
	eval.Result
	// Override is the value that a test or BURGEE_OVERRIDES has set, in the type
	// wanted.
	Override any
	// Plain says that the flag serves the same to everyone at all times.
	Plain bool
	// Revision is the environment's revision that was evaluated; 0 without one.
	Revision int64
}

// Resolve evaluates a flag for the adapter of another API, such as OpenFeature,
// and counts it as Bool and the others do. An empty type wants any. It never
// fails and may be called on a nil Client.
func (c *Client) Resolve(ctx context.Context, key string, want ruleset.Type) Resolution {
	if v, ok := c.overridden(key); ok {
		return overrideOf(v, want)
	}
	if c == nil {
		return Resolution{Result: eval.Without(eval.NotReady)}
	}
	conf, evalContext := c.at(ctx)
	if conf == nil {
		c.countWithoutFlag(key, eval.NotReady, time.Now().UnixMilli())
		return Resolution{Result: eval.Without(eval.NotReady)}
	}
	now := time.Now().UnixMilli()
	r := conf.snapshot.Evaluate(key, evalContext, now)
	if r.Served() && !serves(r, want) {
		c.warnMismatch(key, r, string(want))
		r = r.Mistyped()
	}
	c.count(conf, key, r, now)
	if c.onImpression != nil {
		c.impress(key, r)
	}
	return Resolution{Result: r, Plain: conf.snapshot.Static(key), Revision: conf.snapshot.Revision()}
}

// impress tells of an evaluation whose default only the caller knows.
func (c *Client) impress(key string, r eval.Result) {
	i := Impression{Flag: key, Reason: r.Reason().String()}
	i.Variation, _ = r.Variation()
	if raw, ok := r.Raw(); ok {
		_ = json.Unmarshal(raw, &i.Value) // a variation's value is JSON
	}
	c.onImpression(i)
}

// serves says whether a value can be given where a type is wanted.
func serves(r eval.Result, want ruleset.Type) (ok bool) {
	switch want {
	case ruleset.Boolean:
		_, ok = r.Bool()
	case ruleset.String:
		_, ok = r.Text()
	case ruleset.Integer:
		_, ok = r.Int64()
	case ruleset.Double:
		_, ok = r.Float64()
	case ruleset.JSON:
		ok = r.Type() == ruleset.JSON
	default:
		ok = true
	}
	return ok
}

func overrideOf(v any, want ruleset.Type) Resolution {
	fits := true
	switch want {
	case ruleset.Boolean:
		v, fits = asAny(asBool(v))
	case ruleset.String:
		v, fits = asAny(asText(v))
	case ruleset.Integer:
		v, fits = asAny(asInt(v))
	case ruleset.Double:
		v, fits = asAny(asFloat(v))
	}
	if !fits {
		return Resolution{Result: eval.Without(eval.TypeMismatch)}
	}
	return Resolution{Result: eval.Without(eval.Override), Override: v}
}

func asAny[T any](v T, ok bool) (any, bool) { return v, ok }
