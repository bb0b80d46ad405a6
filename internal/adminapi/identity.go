package adminapi

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

// The names of the session cookie. A __Host- cookie is bound to its host and
// to https.
const (
	secureCookie = "__Host-burgee"
	plainCookie  = "burgee"
)

// caller is who sent a request. It travels in the context.
type caller struct {
	request *http.Request
	actor   account.Actor
	person  *account.Person // nil for a token
	err     error           // why there is no actor
}

type callerKey struct{}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

func actorOf(ctx context.Context) account.Actor { return callerOf(ctx).actor }

// identify finds the caller of every operation, before its body is read.
func (a *API) identify(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	c := a.callerFrom(r)
	left := a.limiter.Take(c.asking())
	left.SetHeaders(w.Header())
	if !left.OK {
		httpkit.WriteProblem(w, r, fault.New(fault.Limited, "too_many_requests",
			"More than %d requests a second came from here; wait a second. One request can apply a whole file, or list all flags", callRate).WithRetryAfter(time.Second))
		return
	}
	next(huma.WithValue(ctx, callerKey{}, c))
}

// How often each may call: more than any page or program has a use for, and less than
// what keeps others waiting.
const (
	callRate  = 100   // requests a second of one caller
	callBurst = 2_000 // at once
)

// asking is who counts as one for the limit: a token, a member, or an address.
func (c caller) asking() string {
	if c.err != nil {
		return "address " + httpkit.Address(c.request)
	}
	return string(c.actor.Kind) + " " + c.actor.ID
}

// requireActor turns away who is not signed in.
func (a *API) requireActor(ctx huma.Context, next func(huma.Context)) {
	if err := callerOf(ctx.Context()).err; err != nil {
		r, w := humago.Unwrap(ctx)
		httpkit.WriteProblem(w, r, err)
		return
	}
	next(ctx)
}

func (a *API) callerFrom(r *http.Request) caller {
	c := caller{request: r}
	if r.Header.Get("Authorization") != "" {
		c.actor, c.err = a.tokenActor(r)
		return c
	}
	cookie, err := r.Cookie(cookieName(r))
	if err != nil || cookie.Value == "" {
		c.err = fault.New(fault.Unauthenticated, "sign_in_required",
			"Sign in first, or send an API token: Authorization: Bearer bgp_…")
		return c
	}
	actor, person, err := a.deps.Accounts.BySession(r.Context(), cookie.Value)
	if err != nil {
		c.err = err
		return c
	}
	c.actor, c.person = actor, &person
	return c
}

func (a *API) tokenActor(r *http.Request) (account.Actor, error) {
	token, ok := httpkit.Bearer(r)
	switch {
	case !ok:
		return account.Actor{}, fault.New(fault.Unauthenticated, "token_malformed",
			"The Authorization header is not `Bearer bgp_…`")
	case strings.HasPrefix(token, "bgs_"), strings.HasPrefix(token, "bgc_"):
		return account.Actor{}, fault.New(fault.Forbidden, "key_not_token",
			"This is an SDK key, which programs use; the management API takes an API token, bgp_…, from Settings, Tokens")
	case account.CheckToken(token) != nil:
		return account.Actor{}, fault.New(fault.Unauthenticated, "token_malformed",
			"Not an API token of Burgee: it begins with bgp_. Make one in Settings, Tokens")
	case r.Header.Get("Origin") != "":
		return account.Actor{}, fault.New(fault.Forbidden, "token_in_browser",
			"An API token was used from a web page at %s. Pages must not hold tokens: revoke it, and sign in instead", r.Header.Get("Origin"))
	}
	return a.deps.Accounts.ByToken(r.Context(), token)
}

func cookieName(r *http.Request) string {
	if httpkit.Secure(r) {
		return secureCookie
	}
	return plainCookie
}

// loopback says whether the client runs on the server's own machine.
func loopback(r *http.Request) bool {
	ip := net.ParseIP(httpkit.Address(r))
	return ip != nil && ip.IsLoopback()
}

// encryptedEnough refuses to take a password over a network in the clear.
func (a *API) encryptedEnough(r *http.Request) error {
	if httpkit.Secure(r) || loopback(r) || a.deps.AllowHTTP {
		return nil
	}
	return fault.New(fault.Forbidden, "https_required",
		"This connection is not encrypted, so a password would cross the network in the clear. Open this server by https (--tls-cert and --tls-key, "+
			"or a proxy named in --trusted-proxies), or start it with --allow-http")
}
