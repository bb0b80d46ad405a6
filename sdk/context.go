package burgee

import (
	"context"
	"maps"
	"net/http"
	"sync/atomic"

	"burgee.dev/burgee/sdk/eval"
)

// scope is what a context.Context carries for the SDK: the attributes of the
// current request and, once a client has used them, their bound form.
type scope struct {
	attributes map[string]any
	bound      atomic.Pointer[bound]
	pinned     *pinned
}

// bound is a scope's attributes merged with those of one client.
type bound struct {
	client  *Client
	context *eval.Context
}

// pinned fixes the configuration that one client serves from.
type pinned struct {
	client *Client
	conf   *configuration
}

type scopeKey struct{}

// NewContext returns a context whose evaluations see the attributes, one JSON
// object as OpenFeature has it: "targetingKey" and whatever the program knows
// about the current request. Top-level keys win over those of an enclosing
// NewContext, and those over Options.Context. The attributes are read once, at
// the first evaluation; they must not be changed afterwards.
func NewContext(ctx context.Context, attributes map[string]any) context.Context {
	s := &scope{attributes: attributes}
	if outer := scopeOf(ctx); outer != nil {
		s.pinned = outer.pinned
		if len(outer.attributes) > 0 {
			s.attributes = maps.Clone(outer.attributes)
			maps.Copy(s.attributes, attributes)
		}
	}
	return context.WithValue(ctx, scopeKey{}, s)
}

// Pin returns a context whose evaluations by this client all use the
// configuration of now, so that a request never sees one flag before a change
// and another after it. Without a configuration it pins that: the defaults in
// the code are served throughout.
func (c *Client) Pin(ctx context.Context) context.Context {
	if c == nil {
		return ctx
	}
	s := &scope{pinned: &pinned{c, c.current.Load()}}
	if outer := scopeOf(ctx); outer != nil {
		s.attributes = outer.attributes
	}
	return context.WithValue(ctx, scopeKey{}, s)
}

// Middleware returns an HTTP middleware that sets the evaluation context of
// each request from attributes, which may be nil, and pins one configuration
// for the request.
func (c *Client) Middleware(attributes func(*http.Request) map[string]any) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := c.Pin(r.Context())
			if attributes != nil {
				ctx = NewContext(ctx, attributes(r))
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

func scopeOf(ctx context.Context) *scope {
	if ctx == nil {
		return nil
	}
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

// at returns what an evaluation in ctx works with: the configuration, nil
// before the first, and the evaluation context.
func (c *Client) at(ctx context.Context) (*configuration, *eval.Context) {
	s := scopeOf(ctx)
	if s == nil {
		return c.current.Load(), c.base
	}
	conf := c.current.Load()
	if s.pinned != nil && s.pinned.client == c {
		conf = s.pinned.conf
	}
	if len(s.attributes) == 0 {
		return conf, c.base
	}
	if b := s.bound.Load(); b != nil && b.client == c {
		return conf, b.context
	}
	b := &bound{c, c.base.With(s.attributes)}
	s.bound.Store(b)
	return conf, b.context
}
