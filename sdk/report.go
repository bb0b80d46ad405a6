package burgee

import (
	"context"
	"errors"
	"time"

	"burgee.dev/burgee/sdk/eval"
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

// reportEvents sends counts until ctx ends, and what is left then within
// lastReport.
func (c *Client) reportEvents(ctx context.Context) {
	ticker := time.NewTicker(reportInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastReport)
			c.sendCounts(last)
			cancel()
			return
		case <-ticker.C:
			c.sendCounts(ctx)
		}
	}
}

// sendCounts sends every batch that waits; a batch that fails waits on.
func (c *Client) sendCounts(ctx context.Context) {
	c.box.Cut()
	for {
		batch, ok := c.box.Next()
		if !ok {
			return
		}
		err := c.transport.events(ctx, eventReport{batch.ID, c.app, eventCounts(batch)})
		refused, isRefusal := errors.AsType[*refusal](err)
		hopeless := isRefusal && refused.Status == 400 || isRefusal && refused.Status == 413 || isRefusal && refused.Status == 422
		if err != nil && !hopeless {
			return
		}
		c.box.Done(batch.ID)
	}
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
