package telemetry

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/meter"
)

// Set gives the value of one series, by the values of its labels.
type Set func(value float64, labels ...string)

// Gauge adds a number that is read when it is asked for.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.Gauges(name, help, nil, func(set Set) { set(read()) })
}

// Gauges adds a number with labels. read is called when the metrics are asked
// for and sets each series once; a series that it leaves out is gone.
func (m *Metrics) Gauges(name, help string, labels []string, read func(Set)) {
	m.define(GaugeKind, name, help, labels)
	m.registry.MustRegister(newSeries(name, help, prometheus.GaugeValue, labels, read))
}

// Counter adds a sum that is read when it is asked for and never falls.
func (m *Metrics) Counter(name, help string, read func() int64) {
	m.define(CounterKind, name, help, nil)
	m.registry.MustRegister(newSeries(name, help, prometheus.CounterValue, nil, func(set Set) { set(float64(read())) }))
}

// Counters adds sums by kind; label is what a kind is of.
func (m *Metrics) Counters(name, help, label string, counters *meter.Counters) {
	labels := []string{label}
	m.define(CounterKind, name, help, labels)
	m.registry.MustRegister(newSeries(name, help, prometheus.CounterValue, labels, func(set Set) {
		counters.Each(func(kind string, n int64) { set(float64(n), kind) })
	}))
}

// Histogram adds a distribution of durations, shown in seconds.
func (m *Metrics) Histogram(name, help string, h *meter.Histogram) {
	m.define(HistogramKind, name, help, nil)
	m.registry.MustRegister(distribution{prometheus.NewDesc(name, help, nil, nil), h})
}

// series is a metric that is read when it is asked for.
type series struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(Set)
}

func newSeries(name, help string, kind prometheus.ValueType, labels []string, read func(Set)) series {
	return series{prometheus.NewDesc(name, help, labels, nil), kind, read}
}

// Describe implements prometheus.Collector.
func (s series) Describe(out chan<- *prometheus.Desc) { out <- s.desc }

// Collect implements prometheus.Collector.
func (s series) Collect(out chan<- prometheus.Metric) {
	s.read(func(value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(s.desc, s.kind, value, labels...)
	})
}

// distribution shows a Histogram of the data plane.
type distribution struct {
	desc *prometheus.Desc
	of   *meter.Histogram
}

// Describe implements prometheus.Collector.
func (d distribution) Describe(out chan<- *prometheus.Desc) { out <- d.desc }

// Collect implements prometheus.Collector.
func (d distribution) Collect(out chan<- prometheus.Metric) {
	read := d.of.Read()
	buckets := make(map[float64]uint64, len(read.Buckets))
	for _, b := range read.Buckets {
		buckets[b.Bound.Seconds()] = uint64(b.Count)
	}
	out <- prometheus.MustNewConstHistogram(d.desc, uint64(read.Count), read.Sum.Seconds(), buckets)
}

// ours says whether err is the doing of this server or its database, and not of
// the caller or of one who waits no more.
func ours(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	switch fault.KindOf(err) {
	case fault.Internal, fault.Unavailable, fault.NoRoom:
		return true
	}
	return false
}
