// Package telemetry sets up logs, metrics and build information. Metrics live
// in a registry of their own, served by the composition root on --ops-addr.
package telemetry
