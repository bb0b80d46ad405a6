package burgee

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"burgee.dev/burgee/sdk/eval"
	"burgee.dev/burgee/sdk/internal/backoff"
	"burgee.dev/burgee/sdk/internal/outbox"
)

const (
	reportInterval = 5 * time.Second
	lastReport     = time.Second // how long Close waits for the last counts
	minute         = int64(time.Minute / time.Millisecond)
)

type eventReport struct {
	ID          string       `json:"id"`
	Application application  `json:"application"`
	Counts      []eventCount `json:"counts"`
	news
}

// news is what else the server is told when it does not know yet.
type news struct {
	Applied   *appliedReport `json:"applied,omitempty"`
	Overrides []string       `json:"overrides,omitzero"` // empty but not nil when they have ended
}

// appliedReport says which revision is served, and since how long before the
// request; so nobody compares clocks.
type appliedReport struct {
	ID    string `json:"id"`
	AgoMS int64  `json:"ago_ms"`
}

type eventCount struct {
	Flag       string  `json:"flag"`
	Variation  *string `json:"variation"`
	Reason     string  `json:"reason"`
	Experiment string  `json:"experiment,omitempty"`
	Arm        string  `json:"arm,omitempty"`
	Minute     int64   `json:"minute"`
	Count      int64   `json:"count"`
}

// newTally returns what counts the evaluations of a snapshot.
func (c *Client) newTally(s *eval.Snapshot) *outbox.Tally {
	return c.box.NewTally(s.Outcomes(), func(n int) outbox.Row {
		o := s.Outcome(n)
		return outbox.Row{
			Flag: o.Flag, Variation: o.Variation, Served: o.Served, Reason: o.Reason.String(), Experiment: o.Experiment, Arm: o.Arm,
		}
	})
}

// count notes an evaluation at an instant for the server's charts.
func (c *Client) count(conf *configuration, key string, r eval.Result, now int64) {
	n, ok := r.OutcomeNumber()
	switch {
	case !ok:
		c.countWithoutFlag(key, r.Reason(), now)
	case c.transport != nil:
		conf.tally.Add(n, now)
	}
}

// countWithoutFlag notes an evaluation of what no configuration knows.
func (c *Client) countWithoutFlag(key string, reason eval.Reason, now int64) {
	if c.transport != nil {
		c.box.Add(outbox.Row{Flag: key, Reason: reason.String(), Minute: now / minute * minute})
	}
}

// reportEvents sends counts and news until ctx ends, and what is left then within
// lastReport.
func (c *Client) reportEvents(ctx context.Context) {
	r := reporter{client: c}
	pause := jittered(reportInterval)
	for wait(ctx, pause) {
		pause = max(jittered(reportInterval), r.send(ctx))
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastReport)
	defer cancel()
	r.send(last)
}

// reporter sends what the server shall know. It belongs to one goroutine.
type reporter struct {
	client *Client
	// tried is the batch that was sent last and may have arrived. The server
	// counts a batch once by its id, so news go with ids that it cannot know.
	tried     string
	applied   string   // the revision that the server knows to be served here
	overrides []string // those that it knows
}

// send sends every batch that waits and the news, and returns how long the
// server wants to be left alone. What fails is sent again the next time.
func (r *reporter) send(ctx context.Context) (pause time.Duration) {
	c := r.client
	c.box.Cut()
	for {
		batch, ok := c.box.Next()
		if !ok {
			break
		}
		report := eventReport{ID: batch.ID, Application: c.app, Counts: eventCounts(batch)}
		if batch.ID != r.tried {
			report.news = r.news()
		}
		r.tried = batch.ID
		if pause, ok = r.post(ctx, report); !ok {
			return pause
		}
		c.box.Done(batch.ID)
	}
	if n := r.news(); n.Applied != nil || n.Overrides != nil {
		pause, _ = r.post(ctx, eventReport{ID: randomID(16), Application: c.app, Counts: []eventCount{}, news: n})
	}
	return pause
}

// news is what the server does not know yet.
func (r *reporter) news() (n news) {
	if conf := r.client.current.Load(); conf != nil && conf.id() != r.applied {
		n.Applied = &appliedReport{conf.id(), time.Since(conf.applied).Milliseconds()}
	}
	if keys := r.client.emergency.keys(); !slices.Equal(keys, r.overrides) {
		n.Overrides = keys
	}
	return n
}

// post sends a report and says whether that is done: the server has it, or
// will never take it.
func (r *reporter) post(ctx context.Context, report eventReport) (pause time.Duration, done bool) {
	err := r.client.transport.events(ctx, report)
	refused, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && refused.keyRefused():
		return jittered(backoff.Refused), false
	case isRefusal && !refused.hopeless():
		return refused.RetryAfter + time.Duration(rand.Float64()*float64(reportInterval)), false // not everybody at once
	case err != nil && !isRefusal:
		return 0, false
	}
	if report.Applied != nil {
		r.applied = report.Applied.ID
	}
	if report.Overrides != nil {
		r.overrides = report.Overrides
	}
	return 0, true
}

// hopeless says that the same report will be refused again.
func (r *refusal) hopeless() bool {
	return r.Status == http.StatusBadRequest || r.Status == http.StatusRequestEntityTooLarge || r.Status == http.StatusUnprocessableEntity
}

func eventCounts(batch outbox.Batch) []eventCount {
	counts := make([]eventCount, len(batch.Counts))
	for i, row := range batch.Counts {
		counts[i] = eventCount{Flag: row.Flag, Reason: row.Reason, Experiment: row.Experiment, Arm: row.Arm, Minute: row.Minute, Count: row.N}
		if row.Served {
			counts[i].Variation = &row.Variation
		}
	}
	return counts
}
