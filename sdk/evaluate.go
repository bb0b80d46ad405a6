package burgee

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/internal/override"
	"burgee.dev/burgee/sdk/ruleset"
)

// Detail is an evaluation with its reason, in the form that the specification
// gives it.
type Detail = eval.Detail

// Bool returns the value of a boolean flag, or def when there is no
// configuration, no such flag, the flag's type is another, or the
// configuration says that the program's default is served. It never fails and
// may be called on a nil Client.
func (c *Client) Bool(ctx context.Context, key string, def bool) bool {
	return value(c, ctx, key, def, ruleset.Boolean, eval.Result.Bool, asBool)
}

// String returns the value of a string flag, else def; see Bool.
func (c *Client) String(ctx context.Context, key string, def string) string {
	return value(c, ctx, key, def, ruleset.String, eval.Result.Text, asText)
}

// Int returns the value of an integer flag, else def; see Bool. A double that
// is a whole number is one too.
func (c *Client) Int(ctx context.Context, key string, def int64) int64 {
	return value(c, ctx, key, def, ruleset.Integer, eval.Result.Int64, asInt)
}

// Float returns the value of a double or integer flag, else def; see Bool.
func (c *Client) Float(ctx context.Context, key string, def float64) float64 {
	return value(c, ctx, key, def, ruleset.Double, eval.Result.Float64, asFloat)
}

// JSON decodes the value of a flag of any type into target, which stays as it
// is when the caller's own default is to be served. It reports whether a value
// was decoded.
func (c *Client) JSON(ctx context.Context, key string, target any) bool {
	decoded := false
	value(c, ctx, key, false, ruleset.JSON, func(r eval.Result) (bool, bool) {
		raw, ok := r.Raw()
		decoded = ok && json.Unmarshal(raw, target) == nil
		return decoded, decoded
	}, func(v any) (bool, bool) {
		raw, err := json.Marshal(v)
		decoded = err == nil && json.Unmarshal(raw, target) == nil
		return decoded, decoded
	})
	return decoded
}

func jsonValue[T any](c *Client, ctx context.Context, key string, def T) T {
	var v T
	if c.JSON(ctx, key, &v) {
		return v
	}
	return def
}

// Detail returns the value of a flag of any type with its reason and what led
// to it. It is for people and samples; a hot path asks for the value alone.
func (c *Client) Detail(ctx context.Context, key string, def any) Detail {
	if v, ok := c.overridden(key); ok {
		return Detail{Flag: key, Value: v, Reason: eval.Override.String()}
	}
	if c == nil {
		return Detail{Flag: key, Value: def, Reason: eval.NotReady.String()}
	}
	conf, evalContext := c.at(ctx)
	if conf == nil {
		c.countWithoutFlag(key, eval.NotReady, time.Now().UnixMilli())
		return Detail{Flag: key, Value: def, Reason: eval.NotReady.String()}
	}
	now := time.Now().UnixMilli()
	r := conf.snapshot.Evaluate(key, evalContext, now)
	d := conf.snapshot.Detail(key, evalContext, now).OrDefault(def)
	if r.Served() && !sameType(r, def) {
		c.warnMismatch(key, r, fmt.Sprintf("%T", def))
		r = r.Mistyped()
		d = Detail{Flag: key, Value: def, Reason: r.Reason().String(), Revision: d.Revision}
	}
	c.count(conf, key, r, now)
	if stale, old := c.staleness(conf); stale {
		d.Stale, d.AgeMS = true, old.Milliseconds()
	}
	return d
}

// sameType says whether what is served can be given where def stands. A nil
// default takes anything.
func sameType(r eval.Result, def any) bool {
	ok := true
	switch def.(type) {
	case bool:
		_, ok = r.Bool()
	case string:
		_, ok = r.Text()
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		_, ok = r.Int64()
	case float32, float64:
		_, ok = r.Float64()
	}
	return ok
}

// value is the path of every typed evaluation: no lock, no I/O, no error.
func value[T any](c *Client, ctx context.Context, key string, def T, wanted ruleset.Type, read func(eval.Result) (T, bool), convert func(any) (T, bool)) T {
	if v, ok := c.overridden(key); ok {
		if converted, fits := convert(v); fits {
			return converted
		}
		return def
	}
	if c == nil {
		return def
	}
	conf, evalContext := c.at(ctx)
	if conf == nil {
		c.countWithoutFlag(key, eval.NotReady, time.Now().UnixMilli())
		return def
	}
	now := time.Now().UnixMilli()
	r := conf.snapshot.Evaluate(key, evalContext, now)
	v, ok := read(r)
	counted := r
	if !ok {
		v = def
		if r.Served() {
			c.warnMismatch(key, r, string(wanted))
			counted = r.Mistyped()
		}
	}
	c.count(conf, key, counted, now)
	if c.onImpression != nil {
		variation, _ := r.Variation()
		c.onImpression(Impression{key, v, variation, counted.Reason().String()})
	}
	return v
}

// warnMismatch says once for each flag that the program asks for another type.
func (c *Client) warnMismatch(key string, r eval.Result, wanted string) {
	if _, said := c.mismatches.LoadOrStore(key, true); said {
		return
	}
	c.log.Warn("burgee: "+key+" serves a value of the type "+string(r.Type())+" where the program wants "+wanted+
		"; the code default is used. Give the program's flag another key, or its declaration the other type", "flag", key)
}

// overridden looks into what tests, then what emergencies lay over the server.
func (c *Client) overridden(key string) (any, bool) {
	if v, ok := override.Lookup(key); ok {
		return v, true
	}
	if c == nil {
		return nil, false
	}
	return c.emergency.lookup(key)
}

func asBool(v any) (bool, bool)   { b, ok := v.(bool); return b, ok }
func asText(v any) (string, bool) { s, ok := v.(string); return s, ok }

func asInt(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	f, ok := asFloat(v)
	return int64(f), ok && f == math.Trunc(f) && math.Abs(f) <= 1<<53-1
}

func asFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case float32:
		return float64(n), true
	case int:
		return float64(n), true
	case int64:
		return float64(n), true
	}
	return 0, false
}
