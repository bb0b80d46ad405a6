// Package fault defines the one error type that crosses Burgee's layers.
//
// A fault is made at the place that knows what went wrong (a service, or the
// store when it recognises a constraint), carries a kind, a stable code, a
// message for people and the fields at fault, and is mapped once per protocol
// to a status code, an exit code or an OFREP error. Anything that is not a
// fault is internal: its text goes to the log, never to a user.
package fault
