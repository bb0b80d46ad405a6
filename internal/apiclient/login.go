package apiclient

import (
	"context"
	"net/http"
)

// StartedLogin is a login that a person has to approve.
type StartedLogin struct {
	Secret           string `json:"secret"`
	Code             string `json:"code"`
	URL              string `json:"url"`
	ExpiresInSeconds int64  `json:"expiresInSeconds"`
	IntervalSeconds  int64  `json:"intervalSeconds"`
}

// NewWithoutToken returns a client that has no token yet: it may begin a login and
// collect its token, and do nothing else.
func NewWithoutToken(address string) (*Client, error) {
	c, err := New(address, "bgp_none")
	if err == nil {
		c.token = ""
	}
	return c, err
}

// StartLogin begins a login for this machine.
func (c *Client) StartLogin(ctx context.Context, machine string) (out StartedLogin, err error) {
	err = c.call(ctx, http.MethodPost, path("logins"), map[string]string{"machine": machine}, &out)
	return out, err
}

// CollectLogin collects the token of a login that was approved. The fault has the
// code login_waits while nobody has approved it.
func (c *Client) CollectLogin(ctx context.Context, secret string) (out Token, err error) {
	err = c.call(ctx, http.MethodPost, path("logins", "token"), map[string]string{"secret": secret}, &out)
	return out, err
}
