// Package ruleset is the public rule model of Burgee: the entities of one
// environment as they travel on the wire, their checks, and the small text
// formats that rules are made of (keys, percentages, versions, instants,
// patterns).
//
// The flow is one way:
//
//	control plane  → Flag, Group → MarshalLine → Encode → bytes
//	bytes → Parse  → Set → eval.Compile → *eval.Snapshot
//	bytes → Replica.Full, Replica.Delta → Document → Set
//
// Parse is lenient where the specification says so: an entity that cannot be
// understood becomes an entity with Malformed set, and spoils only itself and
// the flags that read it. The package depends on the standard library only and
// does no I/O.
package ruleset
