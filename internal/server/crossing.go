package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/clock"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/sdkapi"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/telemetry"
)

// announcer carries the catalog's hints to the data plane and to the live
// streams of the dashboard.
type announcer struct {
	data     *delivery.Manager
	receipts *receipts.Registry
	hub      *adminapi.Hub
	clock    clock.Clock
	lag      *lag
	tracer   *telemetry.Tracer

	mu   sync.Mutex      // guards last
	last map[int64]int64 // revision last announced, by environment
}

// Announce implements catalog.Announcer. A hint without a new revision is about
// keys; the first of an environment may be about either.
func (a *announcer) Announce(ctx context.Context, environmentID, revision int64) {
	step := a.tracer.Step(ctx, "delivery", "announce")
	defer step.End(nil)
	a.lag.committed(environmentID, revision, step.Cause())
	committedAt := clock.Millis(a.clock)
	a.data.Announce(environmentID, revision)
	a.receipts.Committed(environmentOf(a.data, environmentID), revision, committedAt)
	a.mu.Lock()
	last, known := a.last[environmentID]
	a.last[environmentID] = revision
	a.mu.Unlock()
	if !known || last != revision {
		a.hub.Announce(adminapi.Revisions)
	}
	if !known || last == revision {
		a.hub.Announce(adminapi.KeysMoved)
	}
}

// AnnounceRequest implements catalog.Announcer. Programs get nothing by it.
func (a *announcer) AnnounceRequest(context.Context) { a.hub.Announce(adminapi.RequestsMoved) }

// heard takes note of a change that some node committed, perhaps this one: the
// data plane looks, and who has the dashboard open is told, unless that happened
// when this node committed it. Zeros are about anything.
func (a *announcer) heard(environmentID, revision int64) {
	a.data.Announce(environmentID, revision)
	a.mu.Lock()
	own := revision != 0 && a.last[environmentID] >= revision
	a.mu.Unlock()
	if own {
		return
	}
	a.hub.Announce(adminapi.Revisions)
	if revision == 0 {
		a.hub.Announce(adminapi.KeysMoved)
		a.hub.Announce(adminapi.RequestsMoved)
	}
}

// watchStore hears what other nodes commit.
func (a *application) watchStore(ctx context.Context) error {
	return a.store.Watch(ctx, a.announcer.heard)
}

// announcedTokens hints to the data plane that API tokens changed: those of
// relays open environments, and a revoked one shall stop doing so at once.
type announcedTokens struct {
	account.Store
	announce func()
}

// CreateToken implements account.Store.
func (s announcedTokens) CreateToken(ctx context.Context, token account.TokenRecord, entry account.Entry) error {
	if err := s.Store.CreateToken(ctx, token, entry); err != nil {
		return err
	}
	s.announce()
	return nil
}

// DeleteToken implements account.Store.
func (s announcedTokens) DeleteToken(ctx context.Context, id string, entry account.Entry) error {
	if err := s.Store.DeleteToken(ctx, id, entry); err != nil {
		return err
	}
	s.announce()
	return nil
}

// environmentOf names an environment for the receipts; a new one that delivery
// has not loaded has nobody connected and needs no names.
func environmentOf(data *delivery.Manager, id int64) receipts.Environment {
	cell := data.ByID(id)
	if cell == nil {
		return receipts.Environment{ID: id}
	}
	state := cell.State()
	return receipts.Environment{ID: id, Project: state.Project, Key: state.Environment}
}

// registrar offers what programs declare to the queue.
type registrar struct {
	queue   *queue[sdkapi.Registration]
	trouble func() error // why the store takes no writes, or nil
}

// Register implements sdkapi.Registrar. What is accepted is as good as written,
// hence nothing is while the disk is full.
func (r registrar) Register(_ context.Context, registration sdkapi.Registration) error {
	if err := r.trouble(); err != nil {
		return err
	}
	return r.queue.offer(registration)
}

// register hands declarations to the catalog, and shows those that were not
// taken to people.
func (a *application) register(ctx context.Context, batch []sdkapi.Registration) error {
	registrations := make([]catalog.Registration, 0, len(batch))
	addresses := map[program]string{}
	for _, r := range batch {
		registrations = append(registrations, registrationOf(r))
		addresses[program{r.KeyID, r.Caller.Application}] = r.Caller.Address
	}
	done, err := a.catalog.Register(store.Sparing(ctx), registrations)
	if err != nil {
		return err
	}
	for _, refused := range together(done.Refused) {
		a.presence.Refuse(presence.Refusal{
			Address: addresses[program{refused.KeyID, refused.Application}], Cause: refused.Code,
			Message: refused.Application + " declares " + refused.Flag + ": " + refused.Message,
		})
	}
	return nil
}

// together makes one of the refusals of a program for one cause: a program over
// the limit must not push what happened to others out of sight.
func together(refused []catalog.Refusal) []catalog.Refusal {
	type cause struct {
		program
		code string
	}
	var first []catalog.Refusal
	at, more := map[cause]int{}, map[cause]int{}
	for _, r := range refused {
		c := cause{program{r.KeyID, r.Application}, r.Code}
		if _, known := at[c]; known {
			more[c]++
			continue
		}
		at[c] = len(first)
		first = append(first, r)
	}
	for c, n := range more {
		first[at[c]].Flag += fmt.Sprintf(" and %d more", n)
	}
	return first
}

// program tells the programs of a batch apart.
type program struct {
	key  int64
	name string
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

func (a *application) reportRegistration(outcome string, n int, err error) {
	a.server.metrics.Registration(outcome, n)
	if err != nil {
		a.server.logger.Warn("registration", "outcome", outcome, "programs", n, "error", err)
	}
}

// newsBreath gathers news of programs that come and go together.
const newsBreath = 150 * time.Millisecond

// tellNews carries the data plane's news to the live streams.
func (a *application) tellNews(ctx context.Context) error {
	present, counted, applied := a.presence.Changed(), a.ingest.Changed(), a.receipts.Changed()
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
		case <-applied:
			applied = a.receipts.Changed()
			a.hub.Announce(adminapi.Applied)
		}
		if !pause(ctx, newsBreath) {
			return nil
		}
	}
}
