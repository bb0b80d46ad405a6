package catalog

import (
	"context"
	"crypto/rand"
	"io"
	"sync"

	"burgee.dev/burgee/internal/clock"
)

// Options are a Service's optional inputs.
type Options struct {
	Clock     clock.Clock // nil is the machine's
	Announcer Announcer   // nil tells nobody
	Random    io.Reader   // nil is crypto/rand
	Actors    Actors      // nil knows nobody: what was scheduled is not done
}

// Service is the catalog. It is safe for concurrent use.
type Service struct {
	store  Store
	clock  clock.Clock
	tell   Announcer
	random io.Reader
	actors Actors

	pasts pasts

	mu     sync.Mutex       // guards states
	states map[int64]*state // newest known state by project id; the values are immutable
}

// New returns the catalog of a store.
func New(store Store, options Options) *Service {
	s := &Service{store: store, clock: options.Clock, tell: options.Announcer, random: options.Random, actors: options.Actors, states: map[int64]*state{}}
	if s.clock == nil {
		s.clock = clock.System{}
	}
	if s.tell == nil {
		s.tell = silence{}
	}
	if s.actors == nil {
		s.actors = nobody{}
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	return s
}

// silence is an Announcer that tells nobody.
type silence struct{}

// Announce implements Announcer.
func (silence) Announce(context.Context, int64, int64) {}

// AnnounceRequest implements Announcer.
func (silence) AnnounceRequest(context.Context) {}
