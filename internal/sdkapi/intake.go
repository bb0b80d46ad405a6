package sdkapi

import (
	"net/http"
	"strconv"
	"time"

	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
)

// batchLimits cap what a compressed batch may grow to: a small body that inflates
// without end, or into values without end, would take the server's memory. A batch
// of ingest.MaxCounts has 80,000 values. What a program calls itself is cleaned:
// counts are not lost for a name.
var batchLimits = httpkit.Limits{Inflated: 10 << 20, Values: 20 * ingest.MaxCounts, AllowUnknown: true, AnyText: true}

// application is how a program names itself in a body.
type application struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Platform string `json:"platform"`
	SDK      string `json:"sdk"`
	Instance string `json:"instance"`
}

// eventsBody is a batch of counts, with what its instance tells of itself. Fields that this server does not know are
// left alone: SDKs may be newer.
type eventsBody struct {
	ID          string      `json:"id"`
	Application application `json:"application"`
	Counts      []countBody `json:"counts"`

	Applied   *appliedBody `json:"applied"`   // absent: as last reported
	Overrides *[]string    `json:"overrides"` // absent: as last reported
}

type countBody struct {
	Flag       string `json:"flag"`
	Variation  string `json:"variation"` // null or absent when none was served
	Reason     string `json:"reason"`
	Experiment string `json:"experiment"`
	Arm        string `json:"arm"`
	Minute     int64  `json:"minute"`
	Count      int64  `json:"count"`
}

type accepted struct {
	Accepted int `json:"accepted"`
}

// takeEvents takes a batch of counts in: of a program, or what a relay has
// counted of its own evaluations.
func (a *API) takeEvents(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enterOrRelay(w, r)
	if !ok {
		return
	}
	parcel, err := a.intake.Receive(w, r, batchLimits)
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	defer parcel.Done()
	var body eventsBody
	if err := parcel.Decode(&body); err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	if err := body.check(); err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	n, err := a.events.Offer(body.batch(pass.State.EnvironmentID))
	if err != nil {
		httpkit.WriteProblem(w, r, err)
		return
	}
	a.reports.Report(body.report(pass, waited(r)))
	httpkit.WriteJSON(w, http.StatusAccepted, accepted{n})
}

// waited is how long, in milliseconds, relays kept a batch on its way.
func waited(r *http.Request) int64 {
	ms, err := strconv.ParseInt(r.Header.Get("Burgee-Waited"), 10, 64)
	if err != nil {
		return 0
	}
	return min(max(ms, 0), maxWaited.Milliseconds())
}

// maxWaited is longer than a batch is of use.
const maxWaited = 30 * 24 * time.Hour

func (b *eventsBody) batch(environmentID int64) ingest.Batch {
	batch := ingest.Batch{
		ID:            b.ID,
		EnvironmentID: environmentID,
		Application:   ingest.Application{Name: b.Application.Name, Version: b.Application.Version, SDK: b.Application.SDK},
		Counts:        make([]ingest.Count, len(b.Counts)),
	}
	for i, c := range b.Counts {
		batch.Counts[i] = ingest.Count(c)
	}
	return batch
}
