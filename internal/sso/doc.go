// Package sso talks to a provider of OpenID Connect: it makes the address to which
// a browser is sent, and turns the code that comes back into an account.Identity.
//
// The checks of tokens are those of go-oidc; the flow is the authorization code
// with PKCE. A Flow binds it to one browser: its secret is in a cookie there, and
// state, nonce and verifier all follow from it, so that the server keeps nothing
// of a sign-in that was only begun. What a token gives is decided in account.
package sso
