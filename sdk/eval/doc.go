// Package eval decides what a flag serves. It is the one engine of Burgee in
// Go: the SDK evaluates with it inside programs, the server for remote
// evaluation, previews and dry runs.
//
//	ruleset.Set → Compile → *Snapshot (immutable, shared by all goroutines)
//	attributes  → NewContext → *Context (bound to a snapshot at its first use)
//	Snapshot.Evaluate(key, context, now) → Result, without allocating
//	Snapshot.EvaluateAll(context, now)   → every flag with its Result
//	Snapshot.EvaluateMap(key, map, now)  → one Result from attributes used once
//
// Compile interns attribute paths, parses every constant once and settles the
// flags that no context can change. A Context is bound to the paths once and
// remembers hashes, groups and other flags' answers, so that many flags of one
// request share the work; one made in the function that uses it costs no
// allocation. Flags of many rules find those that may match in an index. Every
// Result has the number of its outcome, for who counts. An entity that cannot be used spoils only itself and
// the flags that read it; evaluation has reasons, not errors.
//
// Detail and Explain recompute the same answer with what people want to know.
// Resolve adds what only the caller knows: overrides, the default written in the
// program and the wanted type. The clock is an argument, never read here.
package eval
