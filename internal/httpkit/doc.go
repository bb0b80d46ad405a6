// Package httpkit is what every HTTP adapter of the server shares: reading and
// writing JSON, errors as problem+json, the edge that wraps all routes, and the
// writer of event streams.
//
// A request passes Edge (request id, client address, access log, recovery,
// security headers, repeated slashes), then Routes (the mux, with JSON for what
// it does not know), then one adapter's handler. The handler reads with Decode,
// answers with WriteJSON, and gives every error to WriteProblem, which maps the
// fault to a status and leaves its cause for the one log line of the request.
//
// The package knows no plane: it imports fault and clock only.
package httpkit
