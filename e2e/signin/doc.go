// Package signin has people sign in to the built binary with a real provider of
// OpenID Connect, a process of its own, over HTTP as a browser does, and with a
// second step. It is a module of its own, so that the provider stays out of
// Burgee's. The browser's tests start the same provider.
package signin
