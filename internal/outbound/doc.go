// Package outbound makes the HTTP client for addresses that people type into
// settings: a provider of sign-in, a webhook. Such an address must not become a
// way into the server's own network.
//
// The check is made when a connection is dialled, of the address that a name was
// resolved to: what a name says later, or for another question, changes nothing.
// Special-purpose, private and loopback networks are refused unless they are
// allowed; plain http goes to allowed networks only. Redirects stay on their host,
// no proxy of the environment is used, and time and bodies are bounded.
package outbound
