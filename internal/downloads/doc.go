// Package downloads serves this release's own SDKs: the Python wheel, and the
// Go SDK as a static module proxy, so that programs can install them from the
// server they connect to, with no index reachable.
//
// `make build` puts the files into files/ (not committed) and embeds them by
// the build tag `dashboard`; a plain build answers how to build them.
package downloads
