// Package delivery keeps, for each environment, the one State that programs
// read: the compiled snapshot, its encoded forms and the SDK keys that open it.
//
// The flow is one way. The control plane commits and then announces a number;
// the Manager's own goroutine looks at the store, on the announcement and each
// second anyway, reads what is new in one read transaction, compiles and encodes
// it once, and publishes it in the environment's Cell. A reader loads the State
// with one atomic read and may wait for the next one; a State never changes.
//
// What is guaranteed: a State with an older revision is never published; a
// ruleset that cannot be compiled leaves the old State in place and is reported;
// a lost announcement costs a second, never correctness. There is no queue per
// reader: a slow one skips revisions.
//
// The package is of the data plane. It imports the public rule model and
// engine, and declares the Reader that the store implements.
package delivery
