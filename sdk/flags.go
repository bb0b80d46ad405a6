package burgee

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
)

// Bool is a flag of type boolean, declared as a field of a container that
// Client.Register binds.
type Bool struct{ handle[bool] }

// String is a flag of type string.
type String struct{ handle[string] }

// Int is a flag of type integer; its values lie between -(2^53-1) and 2^53-1.
type Int struct{ handle[int64] }

// Float is a flag of type double.
type Float struct{ handle[float64] }

// JSON is a flag of type json whose values decode into T, as encoding/json
// does it. Decoding happens at each call of Value: keep the result of a hot
// path's call for the request.
type JSON[T any] struct{ handle[T] }

// handle is what all flags are: a key, a default and the client that asks.
type handle[T any] struct {
	client *Client
	key    string
	def    T
}

// Key returns the flag's key, empty before registration.
func (h *handle[T]) Key() string { return h.key }

// Default returns the value that the program itself gives the flag.
func (h *handle[T]) Default() T { return h.def }

// Enabled returns whether the flag is on for the context of ctx. It never
// fails: without a configuration it is the flag's default. Before
// registration it is the zero value, false.
func (f *Bool) Enabled(ctx context.Context) bool { return f.client.Bool(ctx, f.key, f.def) }

// Value returns the flag's value for the context of ctx.
func (f *String) Value(ctx context.Context) string { return f.client.String(ctx, f.key, f.def) }

// Value returns the flag's value for the context of ctx.
func (f *Int) Value(ctx context.Context) int64 { return f.client.Int(ctx, f.key, f.def) }

// Value returns the flag's value for the context of ctx.
func (f *Float) Value(ctx context.Context) float64 { return f.client.Float(ctx, f.key, f.def) }

// Value returns the flag's value for the context of ctx. A value that does not
// decode into T is a type mismatch, and the default is served.
func (f *JSON[T]) Value(ctx context.Context) T { return jsonValue(f.client, ctx, f.key, f.def) }

// Detail returns the flag's value and how it came about.
func (h *handle[T]) Detail(ctx context.Context) Detail { return h.client.Detail(ctx, h.key, h.def) }

func (f *Bool) declare(key string, tag reflect.StructTag) (declaration, error) {
	return declare(&f.handle, "boolean", key, tag, strconv.ParseBool)
}

func (f *String) declare(key string, tag reflect.StructTag) (declaration, error) {
	return declare(&f.handle, "string", key, tag, parseText)
}

func (f *Int) declare(key string, tag reflect.StructTag) (declaration, error) {
	return declare(&f.handle, "integer", key, tag, parseInt)
}

func (f *Float) declare(key string, tag reflect.StructTag) (declaration, error) {
	return declare(&f.handle, "double", key, tag, parseFloat)
}

func (f *JSON[T]) declare(key string, tag reflect.StructTag) (declaration, error) {
	d, err := declare(&f.handle, "json", key, tag, parseJSON[T])
	if text, ok := tag.Lookup("default"); ok && err == nil {
		d.Default = json.RawMessage(text) // as written, also what T does not know
	}
	return d, err
}

func parseJSON[T any](text string) (v T, err error) {
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}

// declare reads the tags without touching the field: a container that is wrong
// in one field binds none.
func declare[T any](h *handle[T], kind, key string, tag reflect.StructTag, parse func(string) (T, error)) (declaration, error) {
	value, options, err := tagValues(tag, h.def, parse)
	if err != nil {
		return declaration{}, err
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return declaration{}, err
	}
	return declaration{key, kind, raw, options, tag.Get("description")}, nil
}

func (h *handle[T]) bind(c *Client, d declaration) {
	var def T
	if json.Unmarshal(d.Default, &def) == nil {
		h.def = def
	}
	h.client, h.key = c, d.Key
}
