// Package ingest takes in what evaluations served: counts per flag, variation,
// reason, experiment and arm, application and minute.
//
// Batches of the SDKs are checked, told apart by their id, and added up in
// memory; so are single remote evaluations. Every 5 seconds, sooner when much
// waits, and once more at the end, the sums go to the Sink, which the store
// implements. What a process that is killed loses is what it took in since the
// last flush that was stored.
//
// A flush is a Load: sums, with which batch added what to them. The Sink keeps
// the batches' ids in the transaction that adds the sums, and leaves out what
// batches add whose ids are there already. So a batch counts once, on however
// many servers it arrives, and a flush whose answer was lost may come again.
//
// Memory is bounded: sums, counts, batches and remembered ids each have a most.
// When there is no room batches are refused with Unavailable (the SDK keeps them
// and comes again) and single counts are dropped and counted as dropped. A Sink
// that fails costs nothing: its load stays and goes first the next time. While
// the disk is nearly full the sums are dropped, so that configuration goes on. An
// environment begins at most so many different sums in an hour, since names
// without end would fill the tables.
//
// The package is of the data plane and knows no HTTP and no SQL.
package ingest
