package relay

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"burgee.dev/burgee/internal/ingest"
)

// Counts is where the sums of what was evaluated here go: to upstream, under the
// relay's own token, since several keys share a sum. It is an ingest.Sink.
type Counts struct {
	relay  *Relay
	outbox *Outbox
}

var _ ingest.Sink = Counts{}

// Counts returns the sink that puts sums into an outbox.
func (r *Relay) Counts(o *Outbox) Counts { return Counts{r, o} }

// countsBody is a batch as spec/stream.md has it.
type countsBody struct {
	ID          string      `json:"id"`
	Application application `json:"application"`
	Counts      []countBody `json:"counts"`
}

type application struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SDK     string `json:"sdk"`
}

type countBody struct {
	Flag       string `json:"flag"`
	Variation  string `json:"variation,omitempty"`
	Reason     string `json:"reason"`
	Experiment string `json:"experiment,omitempty"`
	Arm        string `json:"arm,omitempty"`
	Minute     int64  `json:"minute"`
	Count      int64  `json:"count"`
}

// AddCounts implements ingest.Sink. It never fails: from here on the outbox has
// them, each batch with the id under which it counts once.
func (c Counts) AddCounts(_ context.Context, load *ingest.Load) error {
	type source struct {
		environment int64
		application application
	}
	bodies := map[source]*countsBody{}
	for _, row := range load.Rows(nil) {
		from := source{row.EnvironmentID, application{row.Application, row.Version, row.SDK}}
		body := bodies[from]
		if body == nil {
			body = &countsBody{ID: rand.Text(), Application: from.application}
			bodies[from] = body
		}
		body.Counts = append(body.Counts, countBody{row.Flag, row.Variation, row.Reason, row.Experiment, row.Arm, row.Minute, row.Count})
		if len(body.Counts) == ingest.MaxCounts {
			c.post(from.environment, body)
			delete(bodies, from)
		}
	}
	for from, body := range bodies {
		c.post(from.environment, body)
	}
	return nil
}

// post puts one batch into the outbox. An environment that is gone has nobody to
// tell.
func (c Counts) post(environment int64, body *countsBody) {
	p, ok := c.relay.placeOf(environment)
	if !ok {
		return
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("relay: encode counts: %v", err)) // texts and numbers always encode
	}
	header := c.relay.up.header.Clone()
	header.Set("Content-Type", "application/json")
	c.outbox.add(batch{place: p, header: header, body: data, own: true, since: time.Now()})
}

// AddKeyUses implements ingest.Sink. Upstream sees the use of a key by what comes
// under it, which is all but remote evaluation.
func (Counts) AddKeyUses(context.Context, []ingest.KeyUse) error { return nil }
