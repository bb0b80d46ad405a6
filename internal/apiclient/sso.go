package apiclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// SingleSignOn says whether people sign in with a provider, and how.
type SingleSignOn struct {
	On          bool                  `json:"on"`
	RedirectURL string                `json:"redirectUrl"`
	Settings    *SingleSignOnSettings `json:"settings,omitempty"` // nil while it is off
}

// SingleSignOnSettings are the settings of single sign-on.
type SingleSignOnSettings struct {
	Name      string        `json:"name,omitempty"`
	Issuer    string        `json:"issuer"`
	ClientID  string        `json:"clientId"`
	Scopes    []string      `json:"scopes,omitempty"`
	Claim     string        `json:"claim,omitempty"`
	Mapping   []RoleMapping `json:"mapping,omitempty"`
	Create    bool          `json:"create,omitempty"`
	Domains   []string      `json:"domains,omitempty"`
	Passwords string        `json:"passwords,omitempty"`
}

// RoleMapping gives roles to who has a value in the claim; * is everybody.
type RoleMapping struct {
	Value string   `json:"value"`
	Roles []string `json:"roles"`
}

// Provider is what an issuer says of itself.
type Provider struct {
	Issuer   string   `json:"issuer"`
	SignInAt string   `json:"signInAt"`
	Scopes   []string `json:"scopes"`
	Claims   []string `json:"claims"`
}

// SingleSignOn reads the settings; raw is the answer as the server gave it.
func (c *Client) SingleSignOn(ctx context.Context) (sso SingleSignOn, raw json.RawMessage, err error) {
	return c.singleSignOn(ctx, http.MethodGet, nil)
}

// PutSingleSignOn turns single sign-on on, or changes its settings. A nil secret
// keeps the client secret that is there.
func (c *Client) PutSingleSignOn(ctx context.Context, settings SingleSignOnSettings, secret *string) (sso SingleSignOn, raw json.RawMessage, err error) {
	return c.singleSignOn(ctx, http.MethodPut, struct {
		SingleSignOnSettings
		ClientSecret *string `json:"clientSecret,omitempty"`
	}{settings, secret})
}

func (c *Client) singleSignOn(ctx context.Context, method string, body any) (sso SingleSignOn, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, method, path("sso"), body)
	if err != nil {
		return sso, nil, err
	}
	if err := json.Unmarshal(raw, &sso); err != nil {
		return sso, nil, c.strange(fmt.Errorf("decode single sign-on: %w", err))
	}
	return sso, raw, nil
}

// DeleteSingleSignOn turns single sign-on off.
func (c *Client) DeleteSingleSignOn(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, path("sso"), nil, nil)
}

// CheckIssuer has the server ask an issuer what it says of itself.
func (c *Client) CheckIssuer(ctx context.Context, issuer string) (Provider, error) {
	var out Provider
	err := c.call(ctx, http.MethodPost, path("sso", "check"), map[string]any{"issuer": issuer}, &out)
	return out, err
}
