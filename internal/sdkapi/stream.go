package sdkapi

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/meter"
	"burgee.dev/burgee/internal/presence"
)

var (
	revoked   = httpkit.AppendEvent(nil, "", "revoked", []byte("{}"))
	heartbeat = []byte(":\n\n")
)

// maxSpread bounds the time over which clients come back.
const maxSpread = time.Minute

// stream opens a stream, which then lives without its handler.
func (a *API) stream(w http.ResponseWriter, r *http.Request) {
	pass, ok := a.enterOrRelay(w, r)
	if !ok {
		return
	}
	s := &stream{
		api: a, pass: pass, relay: pass.Relay(), sent: r.Header.Get("Last-Event-ID"), fresh: true,
		deltas: r.Header.Get("Burgee-Delta") == "1",
	}
	s.pending = s.one[:0]
	if size := s.whole(pass.State); size > 0 && !a.admission.admit(size) {
		httpkit.WriteProblem(w, r, refused(a.spread()))
		return
	}
	s.paid = true
	if a.stopping() {
		httpkit.WriteProblem(w, r, fault.New(fault.Unavailable, "stopping",
			"The server is stopping; connect again").WithRetryAfter(a.opts.MinSpread))
		return
	}
	instance := pass.Instance(presence.Stream, 0)
	if !s.relay {
		a.holds(pass, s.sent)
	}
	pass.State = nil // a stream lives long, and an old State must not
	s.feed.Patience = a.opts.Patience
	if err := s.feed.Open(w, r); err != nil {
		return // the client has gone
	}
	if !s.relay {
		a.presence.Connect(&s.conn, instance)
	}
	var left time.Duration
	left, s.expires = pass.ExpiresIn()
	if !a.join(s) {
		_ = s.feed.Send(a.goaway())
		s.feed.Close()
		s.feed.Hold(r, s.conn.Close)
		return
	}
	if s.expires {
		s.expiry = time.AfterFunc(max(left, 0)+time.Millisecond, s.bringUp)
	}
	s.bringUp()
	s.feed.Hold(r, s.ended)
}

// stream is one reader of an environment. All it remembers is the id that was
// sent last. Whoever wants something written calls bringUp; one of the callers
// has the turn, writes, and looks again at what came meanwhile. A write never
// waits: what a reader does not take at once is left to a goroutine that lives
// until it has, or is given up.
//
// An event touches the first fields of ten thousand streams in a row, and each
// has to be fetched from memory: they are together and hold no pointers to more
// of the stream's own.
type stream struct {
	calls    atomic.Int64 // of bringUp since the turn was taken; 0 is nobody's turn
	due      atomic.Bool  // a heartbeat
	over     atomic.Bool  // the stream has ended
	deltas   bool         // the reader takes events of this name
	expires  bool         // the key ends by itself
	relay    bool         // the reader is no program
	api      *API
	audience *audience

	// Of who has the turn.
	fresh      bool          // nothing was sent on this stream
	paid       bool          // the first snapshot is admitted
	last       bool          // what is pending ends the stream
	sent       string        // the id that the reader has
	generation int64         // of the keys when they were looked at last
	told       int64         // one more than the generation that a relay was told; 0 before the first
	spread     time.Duration // told last
	revision   int64         // of sent, as far as it was sent here
	wrote      int64         // when something was written last, in milliseconds
	waited     int64         // when the change that is pending was committed, in milliseconds; 0 is not known, or none
	pending    [][]byte      // events that are being written; they are shared, the list is not
	one        [1][]byte     // the list, of one event

	feed httpkit.Feed
	conn presence.Connection // not connected of a relay

	pass        *gate.Pass
	expiry      *time.Timer // when the key ends
	place, part int         // guarded by audience.mu
	waits       bool        // guarded by audience.mu
}

// bringUp sees to it that the reader gets what it lacks.
func (s *stream) bringUp() {
	t := s.api.tally()
	s.bringUpIn(&t)
	t.settle()
}

// bringUpIn is bringUp in a row with other streams.
func (s *stream) bringUpIn(t *tally) {
	if s.calls.Add(1) == 1 {
		defer s.api.survive(s.giveUp)
		s.work(t)
	}
}

// giveUp ends a stream whose turn panicked. The turn stays taken, so that nobody
// writes to it any more; its reader comes again.
func (s *stream) giveUp() {
	s.over.Store(true)
	s.feed.Close()
}

// beat does so too, and sends a comment when there is nothing to say.
func (s *stream) beat(t *tally) {
	s.due.Store(true)
	s.bringUpIn(t)
}

// work writes until nothing has come meanwhile. The caller has the turn.
func (s *stream) work(t *tally) {
	for {
		calls := s.calls.Load()
		if !s.over.Load() {
			s.gather(t)
			if !s.flush(t) {
				s.api.running.Go(s.finish)
				return // finish has the turn now
			}
		}
		if s.calls.CompareAndSwap(calls, 0) {
			return
		}
	}
}

// gather collects what the reader lacks.
func (s *stream) gather(t *tally) {
	s.pending = s.pending[:0]
	state := s.audience.cell.State()
	switch {
	case s.api.stopping():
		s.end(t, s.api.goaway())
		return
	case !s.mayRead(state):
		s.end(t, revoked)
		return
	}
	// First: a relay that cannot take the rules shall still let nobody in with a
	// revoked key.
	if s.relay && s.told != state.Generation+1 {
		s.told = state.Generation + 1
		s.say(t, meter.Other, appendKeys(nil, state))
	}
	s.lack(t, state)
	beats := s.due.Swap(false)
	if spread := s.api.spread(); s.revision > 0 && (s.spread == 0 || beats && differs(spread, s.spread)) {
		s.spread = spread
		s.say(t, meter.Other, spreadEvent("spread", spread))
	}
	if beats && len(s.pending) == 0 && s.quiet(t) {
		s.say(t, gotComment, heartbeat)
	}
}

// quiet says whether the reader has heard nothing for so long that a heartbeat
// tells it anything. At most a Heartbeat and a fifth of one pass in silence.
func (s *stream) quiet(t *tally) bool {
	passed := t.time().UnixMilli() - s.wrote
	return passed < 0 || passed >= s.api.opts.Heartbeat.Milliseconds()/5 // a clock may be set back
}

// say adds events to what is pending.
func (s *stream) say(t *tally, kind string, events ...[]byte) {
	s.pending = append(s.pending, events...)
	t.said(kind, events)
}

// end sends a last event.
func (s *stream) end(t *tally, event []byte) {
	s.say(t, meter.Other, event)
	s.last = true
}

// mayRead says whether the key still opens the environment. It is looked at when
// the keys have changed, and each time when it ends by itself.
func (s *stream) mayRead(state *delivery.State) bool {
	if state.Generation == s.generation && !s.fresh && !s.expires {
		return true
	}
	s.generation = state.Generation
	return s.pass.Valid(state)
}

// lack adds the events from what the reader has to a State, or lets it wait for
// its turn when that is a whole snapshot and too many are sent already.
func (s *stream) lack(t *tally, state *delivery.State) {
	if state.EventID == s.sent && !s.fresh {
		return
	}
	size := s.whole(state)
	if size > 0 && !s.paid && !s.api.admission.admit(size) {
		s.audience.wait(s)
		return
	}
	got, events := gotDelta, [][]byte(nil)
	if size > 0 {
		got, events = gotFull, [][]byte{state.Full()}
	} else if events, _ = state.Since(s.sent); len(events) == 0 {
		got, events = gotUpToDate, [][]byte{state.UpToDate}
	}
	s.say(t, got, events...)
	s.count(state, got)
	s.sent, s.revision, s.fresh, s.paid = state.EventID, state.Revision(), false, false
}

// count counts what the stream gets first, and of later changes since when it
// waits for them.
func (s *stream) count(state *delivery.State, got string) {
	stats := s.api.stats
	if got == gotFull && s.deltas && s.sent != "" {
		stats.Resyncs.Inc()
	}
	if s.fresh {
		stats.Connects.Of(got).Inc()
		return
	}
	s.waited = state.CommittedAt
}

// whole is the size of the snapshot that the reader must get, or 0 when less
// will do.
func (s *stream) whole(state *delivery.State) int {
	if state.EventID == s.sent {
		return 0
	}
	if _, ok := state.Since(s.sent); ok && s.deltas {
		return 0
	}
	return len(state.Raw)
}

// flush writes what the reader takes at once, and reports whether that was all.
func (s *stream) flush(t *tally) bool {
	for i, event := range s.pending {
		left, err := s.feed.Try(t.hand, event)
		if err != nil {
			s.feed.Close() // it comes again and says what it has
			return true
		}
		if len(left) > 0 {
			s.pending = s.pending[i:]
			s.pending[0] = left
			return false
		}
	}
	s.written(t)
	return true
}

// finish waits for a reader to take the rest, and goes on with the turn.
func (s *stream) finish() {
	defer s.api.survive(s.giveUp)
	t := s.api.tally()
	defer t.settle()
	if err := s.feed.Send(s.pending...); err != nil {
		s.api.stats.failed(err)
		s.feed.Close()
	} else {
		s.written(&t)
	}
	s.pending = s.one[:0]
	s.work(&t)
}

// written is called when all that was pending is.
func (s *stream) written(t *tally) {
	if len(s.pending) > 0 {
		now := t.time().UnixMilli()
		s.wrote = now
		s.conn.Sent(s.revision, now)
	}
	if s.waited != 0 {
		t.arrived(s.waited)
		s.waited = 0
	}
	if s.last {
		s.over.Store(true)
		s.feed.Close()
	}
}

// ended is called once, when the connection is gone.
func (s *stream) ended() {
	s.over.Store(true)
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.conn.Close()
	s.api.leave(s)
}

// spread is the time over which clients shall come back after a stop. It grows
// with their number: a thousand in a second.
func (a *API) spread() time.Duration {
	return min(max(a.opts.MinSpread, time.Duration(a.streams.Load())*time.Millisecond), maxSpread)
}

// differs says whether a spread is worth telling again.
func differs(a, b time.Duration) bool { return a > b+b/2 || b > a+a/2 }

func spreadEvent(name string, spread time.Duration) []byte {
	return httpkit.AppendEvent(nil, "", name, fmt.Appendf(nil, `{"spread_ms":%d}`, spread.Milliseconds()))
}

// goaway asks clients to come back within the spread.
func (a *API) goaway() []byte { return spreadEvent("goaway", a.spread()) }
