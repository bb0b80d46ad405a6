package sdkapi

import (
	"runtime"
	"sync"
	"time"

	"burgee.dev/burgee/internal/delivery"
)

// audience is the streams of one environment. Its one goroutine waits for the
// next State and writes it to all of them, and lives as long as there are any.
type audience struct {
	api   *API
	cell  *delivery.Cell
	late  chan struct{} // capacity 1; full means that somebody waits already
	empty chan struct{} // closed when the last stream has left

	mu      sync.Mutex
	streams []*stream // guarded by mu; each knows its place
	joined  int       // guarded by mu: how many ever did
	waits   int       // guarded by mu: how many of streams wait for their whole snapshot

	round []*stream // of run's goroutine: those that it writes to now
}

// beats is into how many parts an audience is divided for heartbeats: one after
// the other has its turn, so that they do not all fall on one moment.
const beats = 25

// turns is how often streams that wait for a whole snapshot are looked at.
const turns = 20 * time.Millisecond

// crowd is how many streams one goroutine writes to in a row while other
// processors may be idle.
const crowd = 500

// gone is the place of a stream that has left.
const gone = -1

// join adds a stream to its environment's audience, unless the server stops.
func (a *API) join(s *stream) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.stopping() {
		return false
	}
	s.audience = a.audiences[s.pass.Cell]
	if s.audience == nil {
		s.audience = &audience{api: a, cell: s.pass.Cell, late: make(chan struct{}, 1), empty: make(chan struct{})}
		a.audiences[s.pass.Cell] = s.audience
		a.running.Go(s.audience.run)
	}
	s.audience.add(s)
	a.streams.Add(1)
	return true
}

// leave removes a stream; the last one ends the audience.
func (a *API) leave(s *stream) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.streams.Add(-1)
	if s.audience.remove(s) == 0 {
		delete(a.audiences, s.audience.cell)
		close(s.audience.empty)
	}
}

func (u *audience) add(s *stream) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s.place, s.part = len(u.streams), u.joined%beats
	u.joined++
	u.streams = append(u.streams, s)
}

func (u *audience) remove(s *stream) (left int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if s.waits {
		u.takesTurn(s)
	}
	last := len(u.streams) - 1
	moved := u.streams[last]
	u.streams[s.place], moved.place = moved, s.place
	u.streams[last] = nil
	u.streams = u.streams[:last]
	s.place = gone
	return last
}

// run writes until the audience is empty. What panics is a defect and ends
// neither the server nor the audience.
func (u *audience) run() {
	for !u.follow() {
		time.Sleep(restartAfter)
	}
}

// restartAfter is how long an audience rests after a panic.
const restartAfter = time.Second

// follow is run, until something panics; then it returns false.
func (u *audience) follow() (done bool) {
	defer u.api.survive(func() { clear(u.round); u.round = u.round[:0] })
	beat := time.NewTicker(max(u.api.opts.Heartbeat/beats, time.Millisecond))
	defer beat.Stop()
	draining := u.api.draining
	state := u.cell.State()
	u.each(u.all, (*stream).bringUpIn) // who joined before state was read
	var turn <-chan time.Time          // nil while nobody waits
	for part := 0; ; {
		if turn == nil && u.anyWaiting() {
			turn = time.After(turns)
		}
		select {
		case <-state.Next():
			before := state.EventID
			state = u.cell.State()
			u.each(u.all, (*stream).bringUpIn)
			if state.EventID != before { // and not only the keys
				u.api.arrived(u.api.stats.Fanout, state.CommittedAt)
			}
		case <-beat.C:
			u.each(func(s *stream) bool { return s.part == part }, (*stream).beat)
			part = (part + 1) % beats
		case <-turn:
			turn = nil
			u.each(u.takesTurn, (*stream).bringUpIn)
		case <-u.late:
		case <-draining:
			draining = nil // told once
			u.each(u.all, (*stream).bringUpIn)
		case <-u.empty:
			return true
		}
	}
}

// each calls do for the streams that are chosen, on several processors when
// there are many. choose is called with mu held.
func (u *audience) each(choose func(*stream) bool, do func(*stream, *tally)) {
	u.mu.Lock()
	for _, s := range u.streams {
		if choose(s) {
			u.round = append(u.round, s)
		}
	}
	u.mu.Unlock()
	share := max(crowd, (len(u.round)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var others sync.WaitGroup
	for rest := u.round; len(rest) > 0; {
		mine := rest[:min(share, len(rest))]
		rest = rest[len(mine):]
		write := func() {
			t := u.api.tally()
			for _, s := range mine {
				do(s, &t)
			}
			t.settle()
		}
		if len(rest) == 0 {
			write()
			break
		}
		others.Go(write)
	}
	others.Wait()
	clear(u.round) // those that leave shall go
	u.round = u.round[:0]
}

func (u *audience) all(*stream) bool { return true }

// wait lets a stream be looked at again soon: it was not admitted.
func (u *audience) wait(s *stream) {
	u.mu.Lock()
	if !s.waits && s.place >= 0 {
		s.waits = true
		u.waits++
	}
	u.mu.Unlock()
	select {
	case u.late <- struct{}{}:
	default:
	}
}

// takesTurn chooses those that wait. The caller holds mu.
func (u *audience) takesTurn(s *stream) bool {
	if !s.waits {
		return false
	}
	s.waits = false
	u.waits--
	return true
}

func (u *audience) anyWaiting() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.waits > 0
}

// cut ends all streams at once.
func (u *audience) cut() {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.streams {
		s.feed.Close()
	}
}
