package server

import (
	"context"
	"sync"
	"time"

	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/sdkapi"
)

// announcer carries the catalog's hints to the data plane and to the live
// streams of the dashboard.
type announcer struct {
	data *delivery.Manager
	hub  *adminapi.Hub

	mu   sync.Mutex      // guards last
	last map[int64]int64 // revision last announced, by environment
}

// Announce implements catalog.Announcer. A hint without a new revision is about
// keys.
func (a *announcer) Announce(environmentID, revision int64) {
	a.data.Announce(environmentID, revision)
	a.mu.Lock()
	moved := a.last[environmentID] != revision
	a.last[environmentID] = revision
	a.mu.Unlock()
	if moved {
		a.hub.Announce(adminapi.Revisions)
		return
	}
	a.hub.Announce(adminapi.KeysMoved)
}

// registrar offers what programs declare to the queue.
type registrar struct {
	queue *queue[sdkapi.Registration]
}

// Register implements sdkapi.Registrar.
func (r registrar) Register(_ context.Context, registration sdkapi.Registration) error {
	return r.queue.offer(registration)
}

// register hands one program's declarations to the catalog, and shows those
// that were not taken to people.
func (a *application) register(ctx context.Context, r sdkapi.Registration) error {
	done, err := a.catalog.Register(ctx, []catalog.Registration{registrationOf(r)})
	if err != nil {
		return err
	}
	for _, refused := range done.Refused {
		a.presence.Refuse(presence.Refusal{
			Address: r.Caller.Address, Cause: refused.Code,
			Message: refused.Application + " declares " + refused.Flag + ": " + refused.Message,
		})
	}
	return nil
}

func registrationOf(r sdkapi.Registration) catalog.Registration {
	c := catalog.Registration{
		Project: r.Project, Environment: r.Environment, KeyID: r.KeyID,
		Application: catalog.Application{
			Name: r.Caller.Application, Version: r.Caller.Version, Platform: r.Caller.Platform,
			SDK: r.Caller.SDK, Instance: r.Caller.Instance,
		},
		Flags: make([]catalog.Declared, 0, len(r.Flags)),
	}
	for _, d := range r.Flags {
		c.Flags = append(c.Flags, catalog.Declared(d))
	}
	return c
}

func (a *application) reportRegistration(outcome string, err error) {
	a.server.metrics.Registration(outcome)
	if err != nil {
		a.server.logger.Warn("registration", "outcome", outcome, "error", err)
	}
}

// newsBreath gathers news of programs that come and go together.
const newsBreath = 150 * time.Millisecond

// tellNews carries the data plane's news to the live streams.
func (a *application) tellNews(ctx context.Context) error {
	present, counted := a.presence.Changed(), a.ingest.Changed()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-present:
			present = a.presence.Changed()
			a.hub.Announce(adminapi.Presences)
		case <-counted:
			counted = a.ingest.Changed()
			a.hub.Announce(adminapi.Evaluated)
		}
		if !pause(ctx, newsBreath) {
			return nil
		}
	}
}
