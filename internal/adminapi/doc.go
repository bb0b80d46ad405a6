// Package adminapi is the management API under /api/v1: what the dashboard and
// the command line speak.
//
// A handler decodes a request to a command of the control plane (catalog,
// account), and shows the answer; it holds no rules of its own. What it needs
// from the data plane (snapshots, presence, counts) it asks through the small
// interfaces of deps.go, which the composition root wires. The OpenAPI
// document comes from the types here and is kept in spec/openapi.json; run
// `go test ./internal/adminapi -update` after a change and read the diff.
//
// Errors leave as application/problem+json with the fields at fault. The live
// stream and the NDJSON export are written by hand and attached to the
// document.
package adminapi
