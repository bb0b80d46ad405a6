// Package telemetry sets up logs, metrics, traces and build information.
//
// Metrics live in a registry of their own, served by the composition root on
// --ops-addr. What the data plane counts with package meter is read here when
// somebody asks; the Definitions of all metrics are the reference page. Traces
// are off, and cost nothing, unless the OTEL_ variables name a collector.
//
// Only the composition root imports this package: those who count and those who
// are traced know neither Prometheus nor OpenTelemetry.
package telemetry
