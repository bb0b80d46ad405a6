package sdkapi

import (
	"fmt"
	"net/http"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/presence"
)

var revoked = httpkit.AppendEvent(nil, "", "revoked", []byte("{}"))

// maxSpread bounds the time over which clients come back.
const maxSpread = time.Minute

// stream sends each new State to one client until either side ends it.
func (a *API) stream(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enterOrRelay(w, r)
	if !ok {
		return
	}
	select {
	case <-a.draining:
		httpkit.WriteProblem(w, r, fault.New(fault.Unavailable, "stopping",
			"The server is stopping; connect again").WithRetryAfter(a.opts.MinSpread))
		return
	default:
	}
	out, err := httpkit.OpenStream(w)
	if err != nil {
		return // the client has gone
	}
	a.streams.Add(1)
	defer a.streams.Add(-1)
	var conn *presence.Connection
	if !pass.Relay() {
		conn = a.presence.Connect(pass.Instance(presence.Stream, 0))
		defer conn.Close()
		a.holds(pass, r.Header.Get("Last-Event-ID"))
	}

	f := follower{api: a, pass: pass, out: out, conn: conn, sent: r.Header.Get("Last-Event-ID")}
	f.follow(r)
}

// follower is one stream: all it remembers is the last event that it sent, and
// to a relay the keys.
type follower struct {
	api  *API
	pass *gate.Pass
	out  *httpkit.Stream
	conn *presence.Connection
	sent string
	keys int64 // one more than the generation that a relay was told; 0 before the first
}

// follow returns when the client is gone or was told to go. A failed write is
// the client's end of the matter: it reconnects and says what it has.
func (f *follower) follow(r *http.Request) {
	state := f.pass.Cell.State()
	greet := state.EventID == f.sent
	timer := time.NewTimer(f.pause())
	defer timer.Stop()
	for {
		if !f.pass.Valid(state) {
			_ = f.out.Send(revoked)
			return
		}
		if err := f.bringUp(state, greet); err != nil {
			return
		}
		if err := f.tellKeys(state); err != nil {
			return
		}
		greet = false
		timer.Reset(f.pause())
		select {
		case <-state.Next():
			state = f.pass.Cell.State()
		case <-timer.C:
			if err := f.beat(); err != nil {
				return
			}
			state = f.pass.Cell.State()
		case <-f.api.draining:
			_ = f.out.Send(f.api.goaway())
			return
		case <-r.Context().Done():
			return
		}
	}
}

// bringUp sends what the client lacks: nothing, when only the keys changed.
func (f *follower) bringUp(state *delivery.State, greet bool) error {
	var event []byte
	switch {
	case greet:
		event = state.UpToDate
	case state.EventID == f.sent:
		return nil
	default:
		event = state.Full()
	}
	if err := f.out.Send(event); err != nil {
		return err
	}
	f.sent = state.EventID
	f.conn.Sent(state.Revision())
	return nil
}

// tellKeys tells a relay who may enter, first and at each change.
func (f *follower) tellKeys(state *delivery.State) error {
	if !f.pass.Relay() || f.keys == state.Generation+1 {
		return nil
	}
	f.keys = state.Generation + 1
	return f.out.Send(appendKeys(nil, state))
}

func (f *follower) beat() error {
	if err := f.out.Heartbeat(); err != nil {
		return err
	}
	f.conn.Alive()
	return nil
}

// pause is the time to the next heartbeat, or to the end of the key.
func (f *follower) pause() time.Duration {
	pause := f.api.opts.Heartbeat
	if left, ends := f.pass.ExpiresIn(); ends {
		pause = min(pause, max(left, time.Millisecond))
	}
	return pause
}

// goaway asks clients to come back spread over a time that grows with their
// number: a thousand in a second.
func (a *API) goaway() []byte {
	spread := min(max(a.opts.MinSpread, time.Duration(a.streams.Load())*time.Millisecond), maxSpread)
	return httpkit.AppendEvent(nil, "", "goaway", fmt.Appendf(nil, `{"spread_ms":%d}`, spread.Milliseconds()))
}
