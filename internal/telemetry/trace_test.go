package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTracesAreOffUnlessAnEndpointIsSet(t *testing.T) {
	const general, special = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	for _, tt := range []struct {
		name  string
		env   map[string]string
		on    bool
		error string // what it names
	}{
		{name: "nothing"},
		{name: "an endpoint", env: map[string]string{general: "http://collector:4318"}, on: true},
		{name: "an endpoint for traces", env: map[string]string{special: "http://collector:4318/v1/traces"}, on: true},
		{name: "switched off as a whole", env: map[string]string{general: "http://collector:4318", "OTEL_SDK_DISABLED": "true"}},
		{name: "no traces", env: map[string]string{general: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}},
		{name: "an exporter that is not there", env: map[string]string{general: "http://collector:4318", "OTEL_TRACES_EXPORTER": "zipkin"}, error: "OTEL_TRACES_EXPORTER"},
		{name: "a protocol that is not spoken", env: map[string]string{general: "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, error: "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{name: "the protocol of traces wins", env: map[string]string{general: "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, on: true},
		{name: "a protocol without an endpoint", env: map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			on, err := wantsTraces(func(name string) string { return tt.env[name] })
			if on != tt.on || (err == nil) != (tt.error == "") || err != nil && !strings.Contains(err.Error(), tt.error) {
				t.Errorf("on %v, %v", on, err)
			}
		})
	}
}

func TestATracerThatIsOffCostsNothing(t *testing.T) {
	var off *Tracer
	ctx, failed := context.Background(), errors.New("failed")
	began := time.Now()
	n := testing.AllocsPerRun(100, func() {
		step := off.Step(ctx, "store", "read")
		off.Caused(step.Cause(), "delivery publish", began, began)
		step.End(failed)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	logger := slog.New(slog.DiscardHandler)
	if off.Logger(logger) != logger || off.On() || off.Shutdown(ctx) != nil {
		t.Error("it is not off")
	}
}

func BenchmarkATracerThatIsOff(b *testing.B) {
	var off *Tracer
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		off.Step(ctx, "store", "read").End(nil)
	}
}
