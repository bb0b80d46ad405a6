package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/outbound"
)

const (
	// keep is how long what a provider says of itself is believed.
	keep = 10 * time.Minute
	// keepFailure is how long a provider that does not answer is not asked again, so
	// that nobody can make this server ask it without end.
	keepFailure = 5 * time.Second
)

// Client talks to the provider. It is safe for concurrent use.
type Client struct {
	http  *http.Client
	clock clock.Clock

	mu    sync.Mutex // guards known; never held while a provider is asked
	known discovered
}

type discovered struct {
	issuer   string
	provider *oidc.Provider
	err      error
	until    time.Time
}

// New returns a Client that asks over an HTTP client, one of package outbound.
func New(client *http.Client, c clock.Clock) *Client { return &Client{http: client, clock: c} }

// About is what a provider says of itself. A provider need not say everything:
// lists may be empty.
type About struct {
	Issuer   string   `json:"issuer"`
	SignInAt string   `json:"authorization_endpoint"`
	Scopes   []string `json:"scopes_supported"`
	Claims   []string `json:"claims_supported"`
}

// Check asks an issuer whether it is a provider, now and not from memory, and what
// it says of itself.
func (c *Client) Check(ctx context.Context, issuer string) (About, error) {
	if err := outbound.CheckURL(issuer); err != nil {
		return About{}, fault.New(fault.Invalid, "sso_invalid", "The issuer is not the address of a provider").WithField("issuer", "%v", err)
	}
	c.forget()
	provider, err := c.provider(ctx, account.SingleSignOn{Issuer: issuer})
	var about About
	if err == nil {
		err = provider.Claims(&about)
	}
	if err != nil {
		return About{}, fault.Wrap(err, fault.Invalid, "sso_invalid", "The issuer does not answer as a provider of OpenID Connect").
			WithField("issuer", "%s", reason(err))
	}
	return about, nil
}

// reason tells an owner what is wrong with an issuer, and nothing of an answer's
// body.
func reason(err error) string {
	var mismatch *oidc.IssuerMismatchError
	switch text := err.Error(); {
	case errors.As(err, &mismatch):
		return "calls itself by another name; write it exactly as the provider does"
	case strings.Contains(text, "prohibited IP"), strings.Contains(text, "is not allowed"):
		return "is in a private network or not https; name its network with --outbound-allow"
	case strings.Contains(text, "certificate"):
		return "has a certificate that is not trusted here"
	}
	return "does not answer at /.well-known/openid-configuration"
}

func (c *Client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = discovered{}
}

// AuthURL is where a browser is sent to sign in.
func (c *Client) AuthURL(ctx context.Context, settings account.SingleSignOn, flow Flow, purpose, redirect string) (string, error) {
	provider, err := c.provider(ctx, settings)
	if err != nil {
		return "", away(err, settings)
	}
	endpoint, err := url.Parse(provider.Endpoint().AuthURL)
	if err != nil || endpoint.Scheme != "https" && endpoint.Scheme != "http" {
		return "", away(err, settings)
	}
	return configured(provider, settings, "", redirect).AuthCodeURL(flow.State(purpose),
		oidc.Nonce(flow.nonce()), oauth2.S256ChallengeOption(flow.verifier())), nil
}

// Identify exchanges the code of a sign-in for who signed in.
func (c *Client) Identify(ctx context.Context, settings account.SingleSignOn, secret string, flow Flow, code, redirect string) (account.Identity, error) {
	provider, err := c.provider(ctx, settings)
	if err != nil {
		return account.Identity{}, away(err, settings)
	}
	ctx = oidc.ClientContext(ctx, c.http)
	token, err := configured(provider, settings, secret, redirect).Exchange(ctx, code, oauth2.VerifierOption(flow.verifier()))
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError:
		return account.Identity{}, fault.Wrap(err, fault.Unauthenticated, "sso_refused",
			"%s did not confirm this sign-in. Begin it anew; if that does not help, the client id or secret in Settings, Sign-in is wrong", settings.Name)
	case err != nil:
		return account.Identity{}, away(err, settings)
	}
	claims, id, err := c.verified(ctx, provider, settings, flow, token)
	if err != nil {
		return account.Identity{}, fault.Wrap(err, fault.Unauthenticated, "sso_untrusted",
			"What %s answered does not hold: it is not for this server, not for this sign-in, not signed as it should be, or too old. Begin anew", settings.Name)
	}
	return account.Identity{
		Issuer: id.Issuer, Subject: id.Subject, Email: verifiedEmail(claims), Values: values(claim(claims, settings.Claim)),
	}, nil
}

func (c *Client) verified(ctx context.Context, provider *oidc.Provider, settings account.SingleSignOn, flow Flow, token *oauth2.Token) (map[string]any, *oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: settings.ClientID, Now: c.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, nil, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(flow.nonce())) != 1 {
		return nil, nil, errors.New("sso: the nonce is of another sign-in")
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return nil, nil, err
	}
	return claims, id, c.complete(ctx, provider, settings, id, token, claims)
}

// complete asks the provider for claims that it leaves out of its tokens.
func (c *Client) complete(ctx context.Context, provider *oidc.Provider, settings account.SingleSignOn, id *oidc.IDToken, token *oauth2.Token, claims map[string]any) error {
	if provider.UserInfoEndpoint() == "" || claims["email"] != nil && (settings.Claim == "" || claim(claims, settings.Claim) != nil) {
		return nil
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if info.Subject != id.Subject {
		return errors.New("sso: the user info is of somebody else")
	}
	more := map[string]any{}
	if err := info.Claims(&more); err != nil {
		return err
	}
	if claims["email"] == nil { // whether it is verified is said beside it
		delete(claims, "email_verified")
	}
	for name, value := range more {
		if claims[name] == nil {
			claims[name] = value
		}
	}
	return nil
}

// configured is the client of OAuth 2 with a provider. How the secret is sent
// follows from what the provider says: to try both would use the code up.
func configured(provider *oidc.Provider, settings account.SingleSignOn, secret, redirect string) *oauth2.Config {
	var said struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	_ = provider.Claims(&said) // absent means client_secret_basic
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if secret == "" || len(said.Methods) > 0 && !slices.Contains(said.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &oauth2.Config{ClientID: settings.ClientID, ClientSecret: secret, Endpoint: endpoint, RedirectURL: redirect, Scopes: settings.Scopes}
}

// provider is what the issuer says of itself, kept for a while.
func (c *Client) provider(ctx context.Context, settings account.SingleSignOn) (*oidc.Provider, error) {
	now := c.clock.Now()
	c.mu.Lock()
	known := c.known
	c.mu.Unlock()
	if known.issuer == settings.Issuer && now.Before(known.until) {
		return known.provider, known.err
	}
	known = discovered{issuer: settings.Issuer, until: now.Add(keep)}
	known.provider, known.err = oidc.NewProvider(oidc.ClientContext(ctx, c.http), settings.Issuer)
	if known.err != nil {
		known.until = now.Add(keepFailure)
	}
	if ctx.Err() == nil { // who went away says nothing of the provider
		c.mu.Lock()
		c.known = known
		c.mu.Unlock()
	}
	return known.provider, known.err
}

func away(err error, settings account.SingleSignOn) error {
	return fault.Wrap(err, fault.Unavailable, "sso_unavailable",
		"%s does not answer at the moment. Try again later; an owner of this server signs in at /signin?local", settings.Name)
}

// verifiedEmail is the address that the provider vouches for. Some write the claim
// as text.
func verifiedEmail(claims map[string]any) string {
	if verified := claims["email_verified"]; verified != true && verified != "true" {
		return ""
	}
	email, _ := claims["email"].(string)
	return email
}

// claim finds a claim by its name, or by a path with dots.
func claim(claims map[string]any, name string) any {
	if value, ok := claims[name]; ok || name == "" {
		return value
	}
	head, rest, nested := strings.Cut(name, ".")
	inner, ok := claims[head].(map[string]any)
	if !nested || !ok {
		return nil
	}
	return claim(inner, rest)
}

// values are the texts of a claim, one or a list.
func values(claim any) []string {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if text, ok := item.(string); ok {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}
