// Package meter holds the counters that the data plane keeps of itself: plain
// atomics, so that counting costs a few nanoseconds and takes no lock, and no
// package that counts depends on how the numbers are shown.
//
// The package that counts owns its counters and shows them through a method;
// the composition root gives them to telemetry, which reads them when somebody
// asks for the metrics. Names of kinds are fixed when a set is made: what is
// not among them counts as Other, so no caller can make series without end.
package meter
