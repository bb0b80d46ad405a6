// Package server is the composition root: the one place that sees both planes
// and the store. New takes the ports, Run opens the store, wires everything,
// serves until its context ends, and stops in order: not ready, no new
// connections, streams told to go away, requests finished, counts flushed,
// data plane stopped, store closed.
//
// It also prints the first-run text, serves the dashboard for every page that
// is not an API's, and keeps metrics and profiling on a port of their own.
package server
