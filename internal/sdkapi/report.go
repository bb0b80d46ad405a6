package sdkapi

import (
	"strconv"
	"strings"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
)

// Reports takes note of what instances tell of themselves. It never waits for
// the store.
type Reports interface {
	// Report takes what an instance reports, also when that is nothing new.
	Report(receipts.Report)
	// Holds notes which revision an instance that connects has; 0 is none.
	Holds(environmentID int64, caller presence.Caller, revision int64)
}

// appliedBody is the revision that an instance has taken.
type appliedBody struct {
	ID    string `json:"id"`
	AgoMs int64  `json:"ago_ms"`
}

// check returns what is wrong with what an instance says of itself.
func (b *eventsBody) check() error {
	err := fault.New(fault.Invalid, "events_invalid", "The report was not taken: some of its fields are wrong")
	if b.Applied != nil {
		if _, ok := parseEventID(b.Applied.ID); !ok {
			err.WithField("applied.id", "must be the id of a revision: <epoch>-<revision>-<first 6 of its root>")
		}
		if b.Applied.AgoMs < 0 {
			err.WithField("applied.ago_ms", "must be 0 or more milliseconds before this request")
		}
	}
	if b.Overrides != nil {
		for _, flag := range *b.Overrides {
			if !ingest.IsKey(flag) {
				err.WithField("overrides", "must hold keys of flags")
				break
			}
		}
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// report is what the batch tells of its instance. waitedMs is how long a relay
// kept it on the way.
func (b *eventsBody) report(pass *gate.Pass, waitedMs int64) receipts.Report {
	r := receipts.Report{
		EnvironmentID: pass.State.EnvironmentID, Caller: b.Application.caller(pass.Caller), Overrides: b.Overrides,
	}
	if b.Applied != nil {
		r.Revision, r.AgoMs = revisionIn(pass.State, b.Applied.ID), b.Applied.AgoMs+waitedMs
	}
	return r
}

// holds notes which revision an instance has when it connects.
func (a *API) holds(pass *gate.Pass, id string) {
	if a.reports != nil {
		a.reports.Holds(pass.State.EnvironmentID, pass.Caller, revisionIn(pass.State, id))
	}
}

// eventID is the id of a revision, taken apart.
type eventID struct {
	epoch, revision int64
	root            string
}

func parseEventID(id string) (eventID, bool) {
	parts := strings.Split(id, "-")
	if len(parts) != 3 || len(parts[2]) != 6 {
		return eventID{}, false
	}
	epoch, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || epoch < 1 {
		return eventID{}, false
	}
	revision, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || revision < 1 {
		return eventID{}, false
	}
	return eventID{epoch, revision, parts[2]}, true
}

// revisionIn is the revision that an id names in an environment; 0 when it is
// of another store, not of this environment's past, or no id at all.
func revisionIn(state *delivery.State, id string) int64 {
	known, ok := parseEventID(id)
	switch {
	case !ok, known.epoch != state.Header.Epoch, known.revision > state.Revision():
		return 0
	case known.revision == state.Revision() && id != state.EventID:
		return 0
	}
	return known.revision
}
