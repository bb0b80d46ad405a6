// Package ingest takes in what evaluations served: counts per flag, variation,
// reason, experiment and arm, application and minute.
//
// Batches of the SDKs are checked, told apart by their id, and added up in
// memory; so are single remote evaluations. Every 5 seconds, and once more at
// the end, the sums go to the Sink, which the store implements. Memory is
// bounded: when the sums of one interval are too many, batches are refused with
// Unavailable (the SDK keeps them and comes again) and single counts are dropped
// and counted as dropped. A Sink that fails costs nothing: the sums stay. While
// the disk is nearly full the sums are dropped, so that configuration goes on.
//
// The package is of the data plane and knows no HTTP and no SQL.
package ingest
