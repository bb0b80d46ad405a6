package ofrep

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
)

const (
	streamPath = "/ofrep/v1/stream"
	// mostStreams bounds the streams of one node; each holds about 25 kB.
	mostStreams = 20_000
	heartbeat   = 25 * time.Second
	// inactivity is how long a hidden page keeps its stream, in seconds.
	inactivity = 120
	// skew is how far the clocks of nodes may be apart.
	skew = time.Minute
	// patience is how long a bulk evaluation waits for the revision that a stream
	// of another node spoke of: longer than a node takes to look by itself.
	patience = 2 * time.Second
)

// appendStreams tells where changes are announced. The address is relative to
// what the page asked, whatever stands between; and it stays the same for a
// while, so that an answer that says nothing new is the same answer.
func appendStreams(body []byte, pass *gate.Pass) []byte {
	body = append(body, `,"eventStreams":[{"type":"sse","endpoint":{"requestUri":"`+streamPath+`?ticket=`...)
	body = append(body, pass.Ticket()...)
	body = append(body, `"},"inactivityDelaySec":`...)
	body = strconv.AppendInt(body, inactivity, 10)
	return append(body, "}]"...)
}

// stream says that flags may have changed, and never which or to what.
func (a *API) stream(w http.ResponseWriter, r *http.Request) {
	crossOrigin(w.Header())
	pass, made, err := a.gate.EnterTicket(r, r.URL.Query().Get("ticket"))
	if err == nil {
		err = a.join()
	}
	if err != nil {
		a.refuse(w, r, nil, err)
		return
	}
	defer a.streams.Add(-1)
	s, err := httpkit.OpenStream(w)
	if err != nil {
		return // the client has gone
	}
	a.follow(r, s, pass, made)
}

func (a *API) join() error {
	if a.stopping() {
		return fault.New(fault.Unavailable, "stopping", "The server is stopping; connect again").WithRetryAfter(time.Second)
	}
	if a.streams.Add(1) > mostStreams {
		a.streams.Add(-1)
		return fault.New(fault.Unavailable, "too_many_streams", "This server has as many streams as it holds; ask from time to time instead").WithRetryAfter(time.Minute)
	}
	return nil
}

// follow writes until the client has gone, its key has ended or the server stops.
func (a *API) follow(r *http.Request, s *httpkit.Stream, pass *gate.Pass, made time.Time) {
	state := pass.State
	pass.State = nil // a stream lives long, and an old State must not
	if s.Send(greet(state, r.Header.Get("Last-Event-ID"), made)) != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		sent := state.EventID
		var err error
		select {
		case <-state.Next():
			state = pass.Cell.State()
			if state.EventID != sent {
				err = s.Send(appendRefetch(nil, state))
			}
		case <-beat.C:
			err = s.Heartbeat()
		case <-a.draining:
			return
		case <-r.Context().Done():
			return
		}
		if err != nil || !pass.Valid(state) {
			return
		}
	}
}

// greet is what a stream begins with: when to come back if it is cut, at a time
// of its own for each, and where the environment stands. Who may have missed a
// change is told to look. Somebody who has not said what he has asked for his
// flags after made, so that older changes are in them.
func greet(state *delivery.State, had string, made time.Time) []byte {
	out := fmt.Appendf(nil, "retry: %d\n\n", 1000+rand.IntN(4000))
	missed := had != state.EventID
	if had == "" {
		missed = state.CommittedAt == 0 || !time.UnixMilli(state.CommittedAt).Before(made.Add(-skew))
	}
	if missed {
		return appendRefetch(out, state)
	}
	return append(append(append(out, "id: "...), state.EventID...), "\n\n"...)
}

func appendRefetch(out []byte, state *delivery.State) []byte {
	data := fmt.Appendf(nil, `{"type":"refetchEvaluation","etag":%q,"lastModified":%d}`, state.EventID, state.CommittedAt/1000)
	return httpkit.AppendEvent(out, state.EventID, "", data)
}

// catchUp waits until this node has the revision that the caller has heard of,
// from another node perhaps; but not for long, and no longer than the caller.
func (a *API) catchUp(r *http.Request, pass *gate.Pass) {
	epoch, revision, ok := parseEventID(r.URL.Query().Get("flagConfigEtag"))
	if !ok {
		return
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for pass.State.Header.Epoch == epoch && pass.State.Revision() < revision {
		select {
		case <-pass.State.Next():
			pass.State = pass.Cell.State()
		case <-late.C:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// parseEventID reads the epoch and the revision of a State's EventID.
func parseEventID(id string) (epoch, revision int64, ok bool) {
	first, rest, _ := strings.Cut(id, "-")
	second, _, _ := strings.Cut(rest, "-")
	epoch, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	revision, err = strconv.ParseInt(second, 10, 64)
	return epoch, revision, err == nil
}

// Streams is the number of open streams.
func (a *API) Streams() int64 { return a.streams.Load() }

// Drain ends every stream and refuses new ones. It does not wait: the HTTP
// server does, as for every request.
func (a *API) Drain() { a.drain.Do(func() { close(a.draining) }) }

func (a *API) stopping() bool {
	select {
	case <-a.draining:
		return true
	default:
		return false
	}
}
