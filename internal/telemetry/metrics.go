package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"burgee.dev/burgee/internal/fault"
)

// Metrics are Burgee's own, with those of Go and the process. Labels are
// bounded: project, environment, route, and kinds that the code names; never a
// flag, a key or an instance. All methods but those that add metrics are safe
// for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	defined  []Definition

	requests    *prometheus.CounterVec
	refused     *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	panics      *prometheus.CounterVec
	registered  *prometheus.CounterVec
	scheduled   *prometheus.CounterVec
	webhooks    *prometheus.CounterVec
	store       *prometheus.HistogramVec
	storeErrors *prometheus.CounterVec
	publish     prometheus.Histogram
}

// Definition describes one metric, for the reference and for tests.
type Definition struct {
	Name   string
	Kind   Kind
	Help   string
	Labels []string
}

// Kind is what a metric is to Prometheus.
type Kind string

// The kinds.
const (
	CounterKind   Kind = "counter"
	GaugeKind     Kind = "gauge"
	HistogramKind Kind = "histogram"
)

// NewMetrics returns the metrics of one server.
func NewMetrics(build Build) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.requests = m.counter("burgee_http_requests_total",
		"Requests finished, by route and class of status. A stream counts when it ends.", "method", "route", "status")
	m.refused = m.counter("burgee_http_requests_refused_total",
		"Requests turned away because the server has not enough room or its store does not answer, by the code of the problem.", "route", "cause")
	m.durations = m.histogram("burgee_http_request_duration_seconds", "Time to answer, streams left out.",
		[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}, "route")
	m.panics = m.counter("burgee_panics_total", "Panics recovered, by the part that panicked: each is a defect.", "where")
	m.registered = m.counter("burgee_registrations_total",
		"Registrations of programs, by outcome: done, refused (by the rules) or failed (the store did not take them).", "outcome")
	m.scheduled = m.counter("burgee_scheduled_total",
		"Scheduled changes and steps of rollouts whose time came on this node, by outcome: done, refused (a person has to look) or failed (it is tried again).", "outcome")
	m.webhooks = m.counter("burgee_webhook_attempts_total",
		"Attempts to deliver a message to a webhook from this node, by outcome: delivered or failed (it is tried again, for a week).", "outcome")
	m.store = m.histogram("burgee_store_duration_seconds",
		"Time of the database. read and write are whole transactions; of a write, wait is for its turn and commit is the flush to disk. "+
			"The other operations are those of the data plane and include their transaction.",
		[]float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}, "operation")
	m.storeErrors = m.counter("burgee_store_errors_total",
		"Work of the database that failed because of the database: busy, full, damaged, unreadable. What the rules refuse is not counted.", "operation")
	publish := m.histogram("burgee_publish_duration_seconds",
		"From the commit of a change to its publication on this node: read, compiled and encoded, before the streams are written.",
		[]float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5})
	m.publish = publish.WithLabelValues().(prometheus.Histogram)
	m.Gauges("burgee_build_info", "Always 1; the labels tell the build.", []string{"version", "go", "revision"},
		func(set Set) { set(1, build.Version, build.Go, build.Revision) })
	m.expect()
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// expect begins at 0 what can be named beforehand: Prometheus sees no increase
// in a series whose first value is 1.
func (m *Metrics) expect() {
	m.ExpectPanics("http")
	for _, outcome := range []string{"done", "refused", "failed"} {
		m.registered.WithLabelValues(outcome)
		m.scheduled.WithLabelValues(outcome)
	}
	for _, outcome := range []string{"delivered", "failed"} {
		m.webhooks.WithLabelValues(outcome)
	}
	for _, operation := range []string{"read", "wait", "write", "commit"} {
		m.storeErrors.WithLabelValues(operation)
	}
}

// ExpectPanics begins the counts of parts at 0.
func (m *Metrics) ExpectPanics(parts ...string) {
	for _, where := range parts {
		m.panics.WithLabelValues(where)
	}
}

func (m *Metrics) define(kind Kind, name, help string, labels []string) {
	m.defined = append(m.defined, Definition{Name: name, Kind: kind, Help: help, Labels: labels})
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	m.define(CounterKind, name, help, labels)
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(vec)
	return vec
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	m.define(HistogramKind, name, help, labels)
	vec := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(vec)
	return vec
}

// Request counts one finished request. A stream's duration is its life, and
// is not one of answering. err is why it was refused, or nil.
func (m *Metrics) Request(method, route string, status int, took time.Duration, stream bool, err error) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status/100)+"xx").Inc()
	if !stream {
		m.durations.WithLabelValues(route).Observe(took.Seconds())
	}
	if err == nil {
		return
	}
	switch f := fault.As(err); f.Kind {
	case fault.Limited, fault.Unavailable, fault.NoRoom:
		m.refused.WithLabelValues(route, f.Code).Inc()
	}
}

// Panic counts one recovered panic.
func (m *Metrics) Panic(where string) { m.panics.WithLabelValues(where).Inc() }

// Registration counts programs that declared their flags.
func (m *Metrics) Registration(outcome string, n int) {
	m.registered.WithLabelValues(outcome).Add(float64(n))
}

// Scheduled counts what became of what was due at a time.
func (m *Metrics) Scheduled(outcome string, n int) {
	m.scheduled.WithLabelValues(outcome).Add(float64(n))
}

// Webhook counts an attempt to deliver a message.
func (m *Metrics) Webhook(outcome string) { m.webhooks.WithLabelValues(outcome).Inc() }

// Store measures one operation of the store that took a time, and counts err
// when it is the store's: not one of the caller's, and not one that ended
// because nobody waits any more.
func (m *Metrics) Store(operation string, took time.Duration, err error) {
	m.store.WithLabelValues(operation).Observe(took.Seconds())
	if ours(err) {
		m.storeErrors.WithLabelValues(operation).Inc()
	}
}

// Published measures the time from a change's commit to its publication.
func (m *Metrics) Published(took time.Duration) { m.publish.Observe(took.Seconds()) }

// Definitions lists Burgee's own metrics, in the order of documentation.
func (m *Metrics) Definitions() []Definition { return m.defined }

// Handler serves the metrics in the text form of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
