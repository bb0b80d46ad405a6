package telemetry

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are Burgee's own, with those of Go and the process.
type Metrics struct {
	registry *prometheus.Registry

	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	panics     *prometheus.CounterVec
	registered *prometheus.CounterVec
	revision   *prometheus.GaugeVec
	store      *prometheus.HistogramVec
}

// NewMetrics returns the metrics of one server.
func NewMetrics(build Build) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "burgee_http_requests_total", Help: "Requests finished, by route and status class.",
		}, []string{"method", "route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "burgee_http_request_duration_seconds", Help: "Time to answer, streams left out.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "burgee_panics_total", Help: "Panics recovered: each is a defect.",
		}, []string{"where"}),
		registered: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "burgee_registrations_total", Help: "Registrations of programs, by outcome.",
		}, []string{"outcome"}),
		revision: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "burgee_environment_revision", Help: "The revision that this node serves.",
		}, []string{"project", "environment"}),
	}
	m.store = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "burgee_store_duration_seconds", Help: "Time of the database's work for the data plane.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1},
	}, []string{"operation"})
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "burgee_build_info", Help: "Always 1; the labels tell the build.",
		ConstLabels: prometheus.Labels{"version": build.Version, "go": build.Go, "revision": build.Revision},
	})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.durations, m.panics, m.registered, m.revision, m.store, info,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge adds a number that is read when it is asked for.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// Counter adds a sum that is read when it is asked for and never falls.
func (m *Metrics) Counter(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// Request counts one finished request. A stream's duration is its life, and
// is not one of answering.
func (m *Metrics) Request(method, route string, status int, took time.Duration, stream bool) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status/100)+"xx").Inc()
	if !stream {
		m.durations.WithLabelValues(route).Observe(took.Seconds())
	}
}

// Panic counts one recovered panic.
func (m *Metrics) Panic(where string) { m.panics.WithLabelValues(where).Inc() }

// Registration counts programs that declared their flags.
func (m *Metrics) Registration(outcome string, n int) {
	m.registered.WithLabelValues(outcome).Add(float64(n))
}

// Revision notes the revision that is served.
func (m *Metrics) Revision(project, environment string, revision int64) {
	m.revision.WithLabelValues(project, environment).Set(float64(revision))
}

// Store measures one operation of the store that began at a time.
func (m *Metrics) Store(operation string, began time.Time) {
	m.store.WithLabelValues(operation).Observe(time.Since(began).Seconds())
}

// Handler serves the metrics in the text form of Prometheus.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}
