// Package relay is an edge: it takes environments from an upstream server by its
// stream, keeps them on disk, and lets the data plane of this process serve them.
//
// One follower for each environment reads the upstream's stream into a held, by
// the rules of spec/stream.md that an SDK goes by too (ruleset.Replica). Relay is
// a delivery.Reader over what is held: header lines and signatures are passed on
// byte for byte. Who may enter comes with the event "keys"; no key and no secret
// is known here, only hashes. Everything is written to a folder, and read from
// there at start: a relay serves at once, whether upstream is there or not.
//
// The other way go the counts of programs and what is counted here: Outbox keeps
// them while upstream is away, within bounds. Registrations are handed on and
// never kept.
//
// The package is of the data plane: it knows no store and no control plane, only
// the addresses under /sdk/v1 of its upstream, which may be a relay as well.
package relay
