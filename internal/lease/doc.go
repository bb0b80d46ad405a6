// Package lease has work that must run once run on one node at a time.
//
// A lease is a row of the store: a name, who holds it, until when by the clock
// of the database, and a fence, a number that is larger with each holder. A
// Holder takes the lease, renews it while the work runs, and ends the work when
// it could not. Clocks of nodes are never compared: a node only measures how
// long ago it asked last.
//
// Ending the work is a courtesy; the Fence is the guarantee. Who writes under a
// lease hands its Fence to the store, which checks in the same transaction that
// it is still the newest: a node that was paused past the end of its lease
// cannot write. What leaves the system cannot be checked like this; it is sent
// at least once, with an id by which the other end knows a repetition.
package lease
