// Package eval decides what a flag serves. It is the one engine of Burgee in
// Go: the SDK evaluates with it inside programs, the server for remote
// evaluation, previews and dry runs.
//
//	ruleset.Set → Compile → *Snapshot (immutable, shared by all goroutines)
//	attributes  → NewContext → *Context (bound to a snapshot at its first use)
//	Snapshot.Evaluate(key, context, now) → Result, without allocating
//
// Compile interns attribute paths, parses every constant once and settles the
// flags that no context can change. A Context is bound to the paths once and
// remembers hashes, groups and other flags' answers, so that many flags of one
// request share the work. An entity that cannot be used spoils only itself and
// the flags that read it; evaluation has reasons, not errors.
//
// Detail and Explain recompute the same answer with what people want to know.
// Resolve adds what only the caller knows: overrides, the default written in the
// program and the wanted type. The clock is an argument, never read here.
package eval
