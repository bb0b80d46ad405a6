package apiclient

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Person is a member with roles such as viewer, viewer@project or
// publisher@project/environment.
type Person struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Roles []string `json:"roles"`
}

// Link is an invitation or a link that resets a password.
type Link struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"`
	Email     string   `json:"email"`
	Roles     []string `json:"roles"`
	MadeBy    string   `json:"madeBy"`
	CreatedAt int64    `json:"createdAt"`
	ExpiresAt int64    `json:"expiresAt"`
	URL       string   `json:"url,omitempty"`      // in the answer that made it only
	Replaced  bool     `json:"replaced,omitempty"` // in that answer: an earlier one of this kind ended
}

// Role is a named set of actions.
type Role struct {
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Actions     []string `json:"actions"`
	BuiltIn     bool     `json:"builtIn"`
}

// SignedIn is a session of a member.
type SignedIn struct {
	ID         string `json:"id"`
	LastSeenAt int64  `json:"lastSeenAt"`
	ExpiresAt  int64  `json:"expiresAt"`
	UserAgent  string `json:"userAgent"`
	Address    string `json:"address"`
}

// Members lists the members; raw is the answer as the server gave it.
func (c *Client) Members(ctx context.Context) (members []Person, raw json.RawMessage, err error) {
	return listOf[Person](ctx, c, path("members"))
}

// SetRoles makes a member's roles these, where the token manages members.
func (c *Client) SetRoles(ctx context.Context, id string, roles []string) (Person, error) {
	var out Person
	err := c.call(ctx, http.MethodPut, path("members", id, "roles"), map[string]any{"roles": roles}, &out)
	return out, err
}

// RemoveMember removes a member, sessions and personal tokens with them.
func (c *Client) RemoveMember(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("members", id), nil, nil)
}

// ResetPassword makes a link with which a member sets another password.
func (c *Client) ResetPassword(ctx context.Context, id string) (Link, error) {
	var out Link
	err := c.call(ctx, http.MethodPost, path("members", id, "reset"), nil, &out)
	return out, err
}

// ResetTOTP turns off the second step of a member.
func (c *Client) ResetTOTP(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("members", id, "totp"), nil, nil)
}

// Unlink has a member not sign in with a provider any more.
func (c *Client) Unlink(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("members", id, "identities"), nil, nil)
}

// Invite makes a link with which somebody makes an account that has roles.
func (c *Client) Invite(ctx context.Context, email string, roles []string) (Link, error) {
	var out Link
	err := c.call(ctx, http.MethodPost, path("links"), map[string]any{"email": email, "roles": roles}, &out)
	return out, err
}

// Links lists the links that nobody has used yet.
func (c *Client) Links(ctx context.Context) (links []Link, raw json.RawMessage, err error) {
	return listOf[Link](ctx, c, path("links"))
}

// Roles lists the roles, the built-in ones first.
func (c *Client) Roles(ctx context.Context) (roles []Role, raw json.RawMessage, err error) {
	return listOf[Role](ctx, c, path("roles"))
}

// PutRole makes a role of a set of actions. With replace one that there is gets
// them; else that is a fault of kind Precondition.
func (c *Client) PutRole(ctx context.Context, name string, actions []string, description string, replace bool) (Role, error) {
	var out Role
	r, err := c.request(ctx, http.MethodPut, path("roles", name), map[string]any{"actions": actions, "description": description})
	if err != nil {
		return out, err
	}
	if !replace {
		r.Header.Set("If-None-Match", "*")
	}
	raw, err := c.send(ctx, r)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, c.strange(err)
	}
	return out, nil
}

// DeleteRole deletes a role that nobody has.
func (c *Client) DeleteRole(ctx context.Context, name string) error {
	return c.call(ctx, http.MethodDelete, path("roles", name), nil, nil)
}

// Sessions lists the sessions of a member; an empty id is whose token it is.
func (c *Client) Sessions(ctx context.Context, member string) (sessions []SignedIn, raw json.RawMessage, err error) {
	return listOf[SignedIn](ctx, c, path("sessions")+ofMember(member))
}

// EndSession ends a session of a member at once.
func (c *Client) EndSession(ctx context.Context, member, id string) error {
	return c.call(ctx, http.MethodDelete, path("sessions", id)+ofMember(member), nil, nil)
}

func ofMember(id string) string {
	if id == "" {
		return ""
	}
	return "?member=" + url.QueryEscape(id)
}

// listOf reads a list, and the answer as the server gave it.
func listOf[T any](ctx context.Context, c *Client, path string) (list []T, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, nil, err
	}
	list, err = items[T](c, raw)
	return list, raw, err
}

// DeleteLink ends an invitation, or a link that resets a password, that waits.
func (c *Client) DeleteLink(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("links", id), nil, nil)
}

// Session is who the client is to the server.
type Session struct {
	Token   string `json:"token"` // the name of its token; empty where the server does not take it
	Version string `json:"version"`
}

// Whoami asks who the client is to the server.
func (c *Client) Whoami(ctx context.Context) (out Session, raw json.RawMessage, err error) {
	raw, err = c.raw(ctx, http.MethodGet, path("session"), nil)
	if err != nil {
		return out, nil, err
	}
	return out, raw, c.read(raw, &out)
}

// Address is where the server is.
func (c *Client) Address() string { return c.base }
