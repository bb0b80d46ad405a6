// Package conformance holds every OpenFeature provider that reaches Burgee to one
// set of rows, against a real server: Burgee's own in Go and Python, which must
// pass all of them, and the stock OFREP providers for Go, Python and JavaScript.
//
// rows.json says what an evaluation gives; each language reads it. Lifecycle and
// events are written out for each of the own providers, by the names of the
// capabilities in OpenFeature's test kit for providers.
package conformance
