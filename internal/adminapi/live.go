package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/httpkit"
)

const (
	liveHeartbeat = 15 * time.Second
	// liveBreath gathers news that come together; it is also the longest that
	// a change waits for its reader.
	liveBreath = 100 * time.Millisecond
	// liveRevisions is how many missed revisions are told one by one.
	liveRevisions = 5
)

// live is the stream of hints of one project.
func (a *API) live(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f := &follower{api: a, project: r.PathValue("project"), revisions: map[string]int64{}}
	news, next := a.deps.Hub.Now()
	if _, err := f.published(ctx); err != nil {
		return err
	}
	stream, err := httpkit.OpenStream(w)
	if err != nil {
		return nil
	}
	heartbeat := time.NewTicker(liveHeartbeat)
	defer heartbeat.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-heartbeat.C:
			if turnedAway(a.callerFrom(r).err) || stream.Heartbeat() != nil {
				return nil
			}
		case <-next:
			before := news
			news, next = a.deps.Hub.Now()
			// Who was removed, or signed out, learns nothing more; who has other roles
			// is asked about with those.
			c := a.callerFrom(r)
			if turnedAway(c.err) {
				return nil
			}
			if !f.tell(context.WithValue(ctx, callerKey{}, c), stream, before, news) {
				return nil
			}
		}
	}
}

// turnedAway says whether somebody may not read on. While the store does not
// answer nobody knows, and there is no news either.
func turnedAway(err error) bool {
	return fault.IsKind(err, fault.Unauthenticated) || fault.IsKind(err, fault.Forbidden) || fault.IsKind(err, fault.NotFound)
}

// follower knows what one reader was told.
type follower struct {
	api       *API
	project   string
	revisions map[string]int64 // by environment
}

// tell sends what is new, and takes a breath. It returns false when the reader
// is gone.
func (f *follower) tell(ctx context.Context, stream *httpkit.Stream, before, now News) bool {
	var events []LiveEvent
	if before[Revisions] != now[Revisions] {
		var err error
		events, err = f.published(ctx)
		if turnedAway(err) {
			return false
		}
		// Any other error is one hint lost: the reader fetches again by itself.
	}
	for topic, kind := range map[Topic]string{Presences: "presence", Evaluated: "counts", KeysMoved: "keys", Applied: "receipts", RequestsMoved: "requests"} {
		if before[topic] != now[topic] {
			events = append(events, LiveEvent{Type: kind})
		}
	}
	var encoded []byte
	for _, event := range events {
		data, err := json.Marshal(event)
		if err != nil {
			return false
		}
		encoded = httpkit.AppendEvent(encoded, "", "", data)
	}
	if len(encoded) > 0 && stream.Send(encoded) != nil {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(liveBreath):
		return true
	}
}
