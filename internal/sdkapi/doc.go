// Package sdkapi is the protocol of Burgee's own SDKs, under /sdk/v1: the
// snapshot, the stream of snapshots, the registration of flags from code, and
// the intake of counts. All routes need a server key.
//
// It reads States from delivery and writes bytes that are already encoded; what
// comes in goes to ingest, or through Registrar to the control plane, which the
// composition root wires and which is never waited for.
package sdkapi
