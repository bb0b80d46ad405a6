package server

import (
	"sync"
	"time"

	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/telemetry"
)

// lag knows how far what this node serves is behind what is committed. It hears
// of commits from the catalog and, for those that it did not hear of, from the
// data plane's look at the store.
type lag struct {
	clock clock.Clock

	mu     sync.Mutex
	stands map[int64]*standing // guarded by mu; by environment id
	read   time.Time           // guarded by mu: when the store was last read
}

// standing is where one environment stands.
type standing struct {
	project, environment string // "" until the store was read
	epoch                int64
	stored, served       int64           // revisions
	since                time.Time       // when the oldest revision that is not served was committed
	cause                telemetry.Cause // of that revision
}

func newLag(c clock.Clock) *lag { return &lag{clock: c, stands: map[int64]*standing{}} }

func (l *lag) of(environmentID int64) *standing {
	s := l.stands[environmentID]
	if s == nil {
		s = &standing{}
		l.stands[environmentID] = s
	}
	return s
}

// committed notes a revision that was committed just now.
func (l *lag) committed(environmentID, revision int64, cause telemetry.Cause) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(environmentID).rise(revision, l.clock.Now(), cause)
}

// seen notes what the store holds, and forgets what it holds no more.
func (l *lag) seen(list []delivery.EnvironmentState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	l.read = now
	there := make(map[int64]bool, len(list))
	for _, e := range list {
		there[e.ID] = true
		s := l.of(e.ID)
		s.project, s.environment = e.Project, e.Key
		if s.epoch != 0 && e.Epoch > s.epoch { // made anew: its revisions began again
			s.stored, s.served = 0, 0
		}
		s.epoch = e.Epoch
		s.rise(e.Revision, now, telemetry.Cause{})
	}
	for id, s := range l.stands {
		// One that was committed while the store was read has no name yet.
		if !there[id] && s.project != "" {
			delete(l.stands, id)
		}
	}
}

func (s *standing) rise(revision int64, now time.Time, cause telemetry.Cause) {
	if revision <= s.stored {
		return
	}
	if s.served >= s.stored {
		s.since, s.cause = now, cause
	}
	s.stored = revision
}

// published notes what is served now. behind is how long it took since the
// commit; ok is false where nothing was waited for: at the first load, and when
// only keys have changed.
func (l *lag) published(state *delivery.State) (since, now time.Time, cause telemetry.Cause, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now = l.clock.Now()
	s := l.of(state.EnvironmentID)
	before := s.served
	if state.Revision() <= before {
		return time.Time{}, now, telemetry.Cause{}, false
	}
	s.served = state.Revision()
	since, cause = s.since, s.cause
	if s.served < s.stored {
		// What came meanwhile was committed after the look at the store, of which
		// no more is known.
		s.since, s.cause = now, telemetry.Cause{}
	}
	return since, now, cause, before != 0
}

// each visits every environment that the store was seen to hold. behind is how
// long the newest revision has waited to be served, 0 when it is.
func (l *lag) each(visit func(s standing, behind time.Duration)) {
	l.mu.Lock()
	stands := make([]standing, 0, len(l.stands))
	for _, s := range l.stands {
		if s.project != "" {
			stands = append(stands, *s)
		}
	}
	l.mu.Unlock()
	now := l.clock.Now()
	for _, s := range stands {
		behind := time.Duration(0)
		if s.served < s.stored {
			behind = now.Sub(s.since)
		}
		visit(s, behind)
	}
}

// lastRead is when the store was last read, zero before the first time.
func (l *lag) lastRead() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.read
}
