package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"burgee.dev/burgee/internal/fault"
)

// Tracer sends traces over OTLP/HTTP. A nil Tracer is off: each of its methods
// returns at once and takes no memory. It is safe for concurrent use.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// traceContext is the W3C's traceparent, the one form in which callers are
// followed.
var traceContext = propagation.TraceContext{}

// NewTracer returns the Tracer that the OTEL_ variables of the process ask for:
// nil unless OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
// is set. It opens no connection; Shutdown sends what is left. What goes wrong
// while sending is logged and disturbs nobody.
func NewTracer(ctx context.Context, build Build, logger *slog.Logger) (*Tracer, error) {
	on, err := wantsTraces(os.Getenv)
	if err != nil || !on {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "config_invalid", "Traces cannot be sent: look at the variables that begin with OTEL_")
	}
	// What the environment says of the service wins over the defaults here.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(), resource.WithAttributes(
		attribute.String("service.name", "burgee"), attribute.String("service.version", build.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "config_invalid", "OTEL_RESOURCE_ATTRIBUTES is malformed: %v", err)
	}
	// The library has no other place for the errors of its own goroutine.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces not sent", "error", err) }))
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return &Tracer{provider: provider, tracer: provider.Tracer("burgee.dev/burgee", trace.WithInstrumentationVersion(build.Version))}, nil
}

// wantsTraces reads the variables that switch tracing, and refuses what this
// program cannot do rather than leave somebody waiting for traces.
func wantsTraces(get func(string) string) (bool, error) {
	given := get("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
	if !given || strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") {
		return false, nil
	}
	switch exporter := get("OTEL_TRACES_EXPORTER"); exporter {
	case "", "otlp":
	case "none":
		return false, nil
	default:
		return false, fault.New(fault.Invalid, "config_invalid", "OTEL_TRACES_EXPORTER is %q; Burgee sends otlp, or none", exporter)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := get(name); protocol != "" {
			if protocol != "http/protobuf" {
				return false, fault.New(fault.Invalid, "config_invalid", "%s is %q; Burgee speaks http/protobuf, which collectors take on port 4318", name, protocol)
			}
			break // the special one wins over the general one
		}
	}
	return true, nil
}

// On says whether traces are sent.
func (t *Tracer) On() bool { return t != nil }

// Shutdown sends what waits to be sent, until ctx ends.
func (t *Tracer) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}

// Request begins the span of a request, in the trace that its caller is in. end
// names it by its route.
func (t *Tracer) Request(r *http.Request) (ctx context.Context, traceID string, end func(route string, status int, err error)) {
	ctx = traceContext.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	// The path names objects of users; it is the route that is kept.
	ctx, span := t.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", r.Method)))
	return ctx, span.SpanContext().TraceID().String(), func(route string, status int, err error) {
		if route != "" {
			span.SetName(r.Method + " " + route)
			span.SetAttributes(attribute.String("http.route", route))
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, fault.As(err).Code)
			span.SetAttributes(attribute.String("error.type", fault.As(err).Code))
		}
		span.End()
	}
}

// Step begins the span of something that a part of the server does, inside the
// trace of ctx. Where there is none it does nothing: the server's own
// housekeeping makes no traces.
func (t *Tracer) Step(ctx context.Context, part, does string) Step {
	if t == nil || !trace.SpanContextFromContext(ctx).IsValid() {
		return Step{}
	}
	_, span := t.tracer.Start(ctx, part+" "+does)
	return Step{span}
}

// Step is a span that has begun, or nothing.
type Step struct{ span trace.Span }

// End ends the span. An err of the server marks it as failed; what is refused
// by the rules is an outcome like another.
func (s Step) End(err error) {
	if s.span == nil {
		return
	}
	if ours(err) {
		s.span.SetStatus(codes.Error, fault.As(err).Code)
	}
	s.span.End()
}

// Cause names the span as the cause of what will happen elsewhere.
func (s Step) Cause() Cause {
	if s.span == nil {
		return Cause{}
	}
	return Cause{s.span.SpanContext()}
}

// Cause is a span of another trace, or nothing.
type Cause struct{ span trace.SpanContext }

// Caused records what happened between two times because of something in
// another trace: a trace of its own with a link back. Without a cause there is
// none.
func (t *Tracer) Caused(by Cause, name string, began, ended time.Time, attributes ...string) {
	if t == nil || !by.span.IsValid() {
		return
	}
	_, span := t.tracer.Start(context.Background(), name, trace.WithTimestamp(began), trace.WithNewRoot(),
		trace.WithLinks(trace.Link{SpanContext: by.span}))
	for i := 0; i+1 < len(attributes); i += 2 {
		span.SetAttributes(attribute.String(attributes[i], attributes[i+1]))
	}
	span.End(trace.WithTimestamp(ended))
}

// Logger returns a logger that writes the trace's id into each line that
// belongs to one.
func (t *Tracer) Logger(logger *slog.Logger) *slog.Logger {
	if t == nil {
		return logger
	}
	return slog.New(tracedLines{logger.Handler()})
}

type tracedLines struct{ slog.Handler }

// Handle implements slog.Handler.
func (h tracedLines) Handle(ctx context.Context, line slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		line.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, line)
}

// WithAttrs implements slog.Handler.
func (h tracedLines) WithAttrs(attrs []slog.Attr) slog.Handler {
	return tracedLines{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h tracedLines) WithGroup(name string) slog.Handler {
	return tracedLines{h.Handler.WithGroup(name)}
}
