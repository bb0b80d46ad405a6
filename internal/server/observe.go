package server

import (
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/meter"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/telemetry"
)

// observe adds the numbers that are read when somebody asks for the metrics.
func (a *application) observe() {
	a.observeEnvironments()
	a.observeStreams()
	a.observeIntake()
	a.observeNodes()
	m := a.server.metrics
	m.Counters("burgee_keys_refused_total", "Requests of programs turned away for their key, by cause.", "cause", a.refusals.causes)
	m.Gauge("burgee_ready", "1 while this node serves every environment, as /readyz says; else 0.", func() float64 {
		return oneIf(a.delivery.Ready() && !a.server.stopping.Load())
	})
	a.observeDisk()
	a.observeWebhooks()
	m.Gauge("burgee_store_reachable", "1 while the database answers, and takes writes; 0 since it last did not.", func() float64 {
		return oneIf(a.store.Outage() == nil)
	})
	m.Gauges("burgee_lease_held", "1 while this node does the work of that name, which one node does for all: retention deletes what was kept long enough and archives flags that nobody uses.", []string{"lease"}, func(set telemetry.Set) {
		set(oneIf(a.retention.Held()), retentionLease)
	})
	m.Gauge("burgee_store_last_read_timestamp_seconds", "When the data plane last read the store, in seconds since 1970. It does so each second.", func() float64 {
		return seconds(a.lag.lastRead())
	})
}

// byEnvironment are the labels of what each environment has.
var byEnvironment = []string{"project", "environment"}

func (a *application) observeEnvironments() {
	m := a.server.metrics
	m.Gauges("burgee_environment_revision", "The revision that this node serves.", byEnvironment, a.eachState(func(s *delivery.State) float64 {
		return float64(s.Revision())
	}))
	m.Gauges("burgee_environment_store_revision", "The newest revision in the store, as far as this node knows.", byEnvironment, func(set telemetry.Set) {
		a.lag.each(func(s standing, _ time.Duration) { set(float64(s.stored), s.project, s.environment) })
	})
	m.Gauges("burgee_environment_behind_seconds", "How long a committed revision has waited to be served by this node; 0 when the newest is served.", byEnvironment, func(set telemetry.Set) {
		a.lag.each(func(s standing, behind time.Duration) { set(behind.Seconds(), s.project, s.environment) })
	})
	m.Gauges("burgee_environment_failed", "1 while the newest revision cannot be read or used and an older one is served; the log says why.", byEnvironment, func(set telemetry.Set) {
		failed := map[[2]string]bool{}
		for _, p := range a.delivery.Problems() {
			failed[[2]string{p.Project, p.Environment}] = true
		}
		a.lag.each(func(s standing, _ time.Duration) {
			set(oneIf(failed[[2]string{s.project, s.environment}]), s.project, s.environment)
		})
	})
	m.Gauges("burgee_environment_flags", "Flags in the snapshot that is served.", byEnvironment, a.eachState(func(s *delivery.State) float64 {
		return float64(len(s.Flags))
	}))
	m.Gauges("burgee_environment_snapshot_bytes", "Size of the snapshot that is served, not compressed: what a program that has nothing reads.", byEnvironment, a.eachState(func(s *delivery.State) float64 {
		return float64(len(s.Raw))
	}))
}

// eachState reads a number of every State that is served.
func (a *application) eachState(of func(*delivery.State) float64) func(telemetry.Set) {
	return func(set telemetry.Set) {
		for _, cell := range a.delivery.Cells() {
			if s := cell.State(); s != nil {
				set(of(s), s.Project, s.Environment)
			}
		}
	}
}

func (a *application) observeStreams() {
	m := a.server.metrics
	m.Gauge("burgee_streams", "Open streams of programs.", func() float64 { return float64(a.sdk.Streams()) })
	m.Gauge("burgee_ofrep_streams", "Open streams of pages and apps, which are told over OFREP that flags have changed.", func() float64 { return float64(a.remote.Streams()) })
	m.Gauge("burgee_instances", "Programs connected to this node, by stream or lately by request.", func() float64 {
		return float64(a.presence.Here())
	})
	m.Gauges("burgee_instances_stale", "Programs that are connected to this node and have not applied the newest revision long after it was sent; at most 100 are counted for each environment.", byEnvironment, a.staleInstances)
	sums := a.sdk.Stats()
	m.Counters("burgee_stream_connects_total", "Streams that were opened, by what the program got first: full, everything; delta, what it lacked; uptodate, nothing.", "got", sums.Connects)
	m.Counters("burgee_stream_sent_bytes_total", "Bytes sent to streams, by kind of event.", "event", sums.Bytes)
	m.Counter("burgee_stream_resyncs_total", "Times that a program which had something got everything all the same.", sums.Resyncs.Load)
	m.Counter("burgee_streams_closed_slow_total", "Streams closed because a write was not taken within its deadline of 10 s.", sums.Slow.Load)
	m.Histogram("burgee_stream_delay_seconds", "From the commit of a change until a stream had it, once for each stream.", sums.Delay)
	m.Histogram("burgee_fanout_duration_seconds", "From the commit of a change until all waiting streams that take it had it, once for each change.", sums.Fanout)
}

// staleInstances counts the programs that are here and behind: those that have
// gone are no concern of the night.
func (a *application) staleInstances(set telemetry.Set) {
	for _, cell := range a.delivery.Cells() {
		state := cell.State()
		receipt, _ := a.receipts.Newest(state.EnvironmentID)
		connected := 0
		for _, stale := range receipt.StaleOnes {
			_, streams := a.presence.Program(state.Project, state.Environment, stale.Instance)
			elsewhere := streams && !a.presence.IsHere(state.Project, state.Environment, stale.Instance)
			if stale.Connected && !elsewhere {
				connected++
			}
		}
		set(float64(connected), state.Project, state.Environment)
	}
}

func (a *application) observeIntake() {
	m, in := a.server.metrics, a.ingest.Stats()
	m.Counters("burgee_event_batches_total", "Batches of counts that programs sent, by outcome: accepted, duplicate (sent again, counted once), invalid, or busy (no room; it comes again).", "outcome", in.Batches)
	m.Counter("burgee_evaluations_total", "Evaluations counted.", in.Evaluations.Load)
	m.Counters("burgee_evaluations_dropped_total", "Evaluations lost to the counts: for want of room in memory (full) or on the disk (no_room), because they came too late (old), or for more names than an environment may have in an hour (series).", "cause", in.Dropped)
	m.Gauge("burgee_ingest_rows", "Sums that wait for the database, or are on their way to it.", func() float64 { return float64(a.ingest.Held()) })
	m.Gauge("burgee_ingest_rows_limit", "How many sums may wait; beyond it batches are refused.", func() float64 { return float64(a.ingest.Limit()) })
	m.Counter("burgee_ingest_flush_failures_total", "Times that the database did not take the sums; they are kept and tried again.", in.FlushFailures.Load)
	m.Gauge("burgee_registrations_waiting", "Registrations that wait for the database.", func() float64 {
		return float64(len(a.declared.waiting))
	})
}

func (a *application) observeDisk() {
	m := a.server.metrics
	m.Gauge("burgee_disk_refuses", "1 while the disk of the database takes no changes.", func() float64 {
		return oneIf(a.store.Trouble() != nil)
	})
	if a.server.cfg.Store != "" {
		return // the disk is another machine's, and so are the backups
	}
	m.Gauge("burgee_disk_free_bytes", "Room on the disk of the data folder.", func() float64 {
		space, _ := a.store.Space()
		return float64(space.Free)
	})
	m.Gauge("burgee_disk_size_bytes", "Size of the disk of the data folder; 0 where it is not known.", func() float64 {
		space, _ := a.store.Space()
		return float64(space.Total)
	})
	if a.backups == nil {
		return
	}
	m.Gauge("burgee_backup_last_success_timestamp_seconds", "When the newest scheduled backup was made, in seconds since 1970; 0 before the first.", func() float64 {
		return float64(a.backups.Last())
	})
	m.Counter("burgee_backup_failures_total", "Scheduled backups that failed.", a.backups.Failures)
}

// refusals counts who was turned away before presence takes note.
type refusals struct {
	*presence.Registry
	causes *meter.Counters
}

func newRefusals(registry *presence.Registry) *refusals {
	return &refusals{registry, meter.NewCounters(
		"key_missing", "key_malformed", "key_unknown", "client_key", "used_from_browser", "token_not_key",
		"token_missing", "token_not_relay", "key_not_token", "relay_scope", "environment_missing")}
}

// Refuse implements gate.Refusals.
func (r *refusals) Refuse(f presence.Refusal) {
	r.causes.Of(f.Cause).Inc()
	r.Registry.Refuse(f)
}

// published takes note of each State that the data plane publishes.
func (a *application) published(state *delivery.State) {
	a.receipts.Published(receipts.Environment{ID: state.EnvironmentID, Project: state.Project, Key: state.Environment}, state.Revision())
	since, now, cause, waited := a.lag.published(state)
	if !waited {
		return
	}
	a.server.metrics.Published(now.Sub(since))
	a.server.tracer.Caused(cause, "delivery publish", since, now, "burgee.project", state.Project, "burgee.environment", state.Environment)
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
