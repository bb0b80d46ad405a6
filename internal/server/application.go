package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"burgee.dev/burgee/internal/account"
	"burgee.dev/burgee/internal/adminapi"
	"burgee.dev/burgee/internal/catalog"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/downloads"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/lease"
	"burgee.dev/burgee/internal/nodes"
	"burgee.dev/burgee/internal/ofrep"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/receipts"
	"burgee.dev/burgee/internal/sdkapi"
	"burgee.dev/burgee/internal/secret"
	"burgee.dev/burgee/internal/store"
	"burgee.dev/burgee/internal/upkeep"
	"burgee.dev/burgee/internal/webhook"
)

// application is everything behind the port, wired.
type application struct {
	server    *Server
	store     *store.Store
	accounts  *account.Service
	catalog   *catalog.Service
	vault     *secret.Vault // nil without a secret key
	delivery  *delivery.Manager
	presence  *presence.Registry
	refusals  *refusals
	lag       *lag
	ingest    *ingest.Ingest
	receipts  *receipts.Registry
	hub       *adminapi.Hub
	announcer *announcer
	declared  *queue[sdkapi.Registration]
	retention *lease.Holder
	schedule  *lease.Holder
	webhooks  *webhook.Service
	sender    *webhook.Sender
	sending   *lease.Holder
	exchange  *nodes.Exchange  // with other nodes; nil where there can be none
	backups   *upkeep.Schedule // nil when the server makes none
	sdk       *sdkapi.API
	remote    *ofrep.API
	handler   http.Handler
	greeting  greeting

	streams    context.Context // ends when the live streams shall end
	endStreams context.CancelFunc
	parts      []*part // in the order of stopping
}

// assemble opens the store and wires everything. What it has opened it closes
// again when a later step fails.
func (s *Server) assemble(ctx context.Context) (inside, error) {
	st, err := store.Open(ctx, store.Options{
		URL: s.cfg.Store, Dir: s.cfg.Data, Clock: s.clock, Version: s.build.Version, Backups: s.cfg.BackupDir, Reserve: diskReserve, Observe: s.observeStore,
	})
	if err != nil {
		return nil, err
	}
	a := &application{server: s, store: st, hub: adminapi.NewHub()}
	a.streams, a.endStreams = context.WithCancel(context.WithoutCancel(ctx))
	if err := a.wire(ctx); err != nil {
		a.endStreams()
		return nil, errors.Join(err, st.Close())
	}
	return a, nil
}

func (a *application) wire(ctx context.Context) error {
	s := a.server
	a.presence, a.lag = presence.New(s.clock), newLag(s.clock)
	a.refusals = newRefusals(a.presence)
	a.ingest = ingest.New(timedSink{a.store, timed{s.metrics}}, ingest.Options{Logger: s.logger, Clock: s.clock, Room: a.hasRoom})
	a.receipts = receipts.New(a.presence, timedSink{a.store, timed{s.metrics}}, receipts.Options{Logger: s.logger, Clock: s.clock, Room: a.hasRoom})
	if err := a.receipts.Recall(ctx); err != nil {
		return err
	}
	a.exchange = a.newExchange()
	var err error
	if a.vault, err = a.openVault(ctx); err != nil {
		return err
	}
	signer, err := a.signer(ctx)
	if err != nil {
		return err
	}
	a.delivery = delivery.New(timedReader{a.store, timed{s.metrics}, a.lag}, delivery.Options{
		Logger: s.logger, Clock: s.clock, Signer: signer, Published: a.published,
	})
	a.announcer = &announcer{
		data: a.delivery, receipts: a.receipts, hub: a.hub, clock: s.clock, lag: a.lag, tracer: s.tracer, last: map[int64]int64{},
	}
	a.catalog = catalog.New(a.store, catalog.Options{Clock: s.clock, Announcer: a.announcer, Actors: authors{a}})
	if err := a.leadBack(ctx); err != nil {
		return err
	}
	a.accounts = account.New(announcedTokens{
		a.store.Accounts(a.catalog.RecordAccount), func() { a.delivery.Announce(0, 0) },
	}, account.Options{Clock: s.clock, Attempts: a.attempts(), Seals: a.seals()})
	a.declared = newQueue(a.register, a.reportRegistration)
	a.sdk = sdkapi.New(a.gate(), a.presence, registrar{a.declared, a.storeTrouble}, a.ingest, a.receipts, sdkapi.Options{OnPanic: s.streamPanicked})
	a.remote = ofrep.New(a.gate(), a.presence, a.ingest, s.clock)
	if err := a.firstRun(ctx); err != nil {
		return err
	}
	sdks, err := downloads.New(downloads.Embedded())
	if err != nil {
		return err
	}
	if s.cfg.BackupEvery > 0 {
		a.backups = upkeep.NewSchedule(a.store, upkeep.ScheduleOptions{
			Folder: cmp.Or(s.cfg.BackupDir, store.BackupsFolder(s.cfg.Data)), Every: s.cfg.BackupEvery, Keep: s.cfg.BackupKeep,
			Version: s.build.Version, Clock: s.clock, Logger: s.logger,
		})
	}
	a.retention = lease.New(a.store, retentionLease, lease.Options{Logger: s.logger, Life: retentionLife})
	a.schedule = lease.New(a.store, scheduleLease, lease.Options{Logger: s.logger})
	a.wireWebhooks()
	a.observe()
	a.handler, err = a.routes(sdks)
	return err
}

// authors tells the catalog what people may do now.
type authors struct{ *application }

// Actor implements catalog.Actors.
func (a authors) Actor(ctx context.Context, kind account.ActorKind, id, person string) (account.Actor, error) {
	return a.accounts.Actor(ctx, kind, id, person)
}

// attempts are where failed attempts to sign in are counted: with the other
// nodes, where there may be any.
func (a *application) attempts() account.Attempts {
	if a.server.cfg.Store == "" {
		return nil
	}
	return a.store
}

// seals is what accounts seal secrets with; nil where there is no secret key.
func (a *application) seals() account.Sealer {
	if a.vault == nil {
		return nil
	}
	return a.vault.Box()
}

func (a *application) gate() *gate.Gate {
	return gate.New(a.delivery, a.refusals, a.ingest, a.server.clock)
}

// start runs the long-lived parts.
func (a *application) start(ctx context.Context, parts *group) {
	a.server.metrics.ExpectPanics("stream", "backup", "retention", "schedule", "webhooks", "watch", "news", "registration", "disk", "ingest", "receipts", "presence", "delivery", "nodes")
	if a.exchange != nil {
		a.parts = append(a.parts, parts.start(ctx, "nodes", a.exchange.Run))
	}
	if a.backups != nil {
		a.parts = append(a.parts, parts.start(ctx, "backup", a.backups.Run))
	}
	a.parts = append(a.parts,
		parts.start(ctx, "retention", a.retain),
		parts.start(ctx, "schedule", a.publishScheduled),
		parts.start(ctx, "webhooks", a.sendWebhooks),
		parts.start(ctx, "watch", a.watchStore),
		parts.start(ctx, "news", a.tellNews),
		parts.start(ctx, "registration", a.declared.run),
		parts.start(ctx, "disk", a.watchDisk),
		parts.start(ctx, "ingest", a.ingest.Run),
		parts.start(ctx, "receipts", a.receipts.Run),
		parts.start(ctx, "presence", a.presence.Run),
		parts.start(ctx, "delivery", a.delivery.Run),
	)
}

// serves returns what is behind the port.
func (a *application) serves() (http.Handler, greeting) { return a.handler, a.greeting }

// drainStreams tells every stream to go and refuses new ones.
func (a *application) drainStreams() {
	a.sdk.Drain()
	a.remote.Drain()
	a.endStreams()
}

// awaitStreams implements inside.
func (a *application) awaitStreams(ctx context.Context) { a.sdk.Wait(ctx) }

// stop ends the parts in order and closes the store.
func (a *application) stop() {
	for _, p := range a.parts {
		p.stop()
	}
	if err := a.store.Close(); err != nil {
		a.server.logger.Error("close the store", "error", err)
	}
}

// loadPatience is how long the first load may take before the port opens
// anyway; /readyz says that it is not done.
const loadPatience = 5 * time.Second

// awaitLoad waits for the data plane's first look at every environment.
func (a *application) awaitLoad(ctx context.Context, failed <-chan error) error {
	return a.server.await(ctx, a.delivery.Ready, failed)
}

func (s *Server) await(ctx context.Context, ready func() bool, failed <-chan error) error {
	deadline := time.After(loadPatience)
	for !ready() {
		select {
		case <-time.After(2 * time.Millisecond):
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		case <-deadline:
			s.logger.Warn("not every environment is loaded yet")
			return nil
		}
	}
	return nil
}

// host is the actor of what the server does by itself.
var host = account.Actor{Kind: account.Host, Name: "burgee", Role: account.Owner}

// firstRun makes what an empty store needs, and prepares the first lines.
func (a *application) firstRun(ctx context.Context) error {
	init := a.server.cfg.Init
	projects, err := a.catalog.Projects(ctx, host)
	if err != nil {
		return err
	}
	if len(projects) == 0 {
		// People and tokens first: the project is the mark that all was made,
		// and its record begins with them.
		if err := a.installInit(ctx); err != nil {
			return err
		}
	}
	made, err := a.catalog.EnsureFirstRun(ctx, catalog.FirstRun{ServerKey: init.ServerKey, ClientKey: init.ClientKey})
	if err != nil {
		return fmt.Errorf("first run: %w", err)
	}
	a.greeting = greeting{url: a.server.URL(), data: a.server.cfg.Data, ignored: len(projects) > 0 && init.Given()}
	if a.server.cfg.Store != "" {
		a.greeting.store = a.store.Name()
	}
	if made.Created && init.ServerKey == "" {
		a.greeting.serverKey = made.ServerKey
	}
	exists, err := a.accounts.OwnerExists(ctx)
	if err != nil || exists {
		return err
	}
	a.greeting.setup, err = a.accounts.NewSetupLink(ctx)
	return err
}

// installInit makes the owner and the token that BURGEE_INIT_ variables name.
// What an interrupted first start made already is left.
func (a *application) installInit(ctx context.Context) error {
	init := a.server.cfg.Init
	if init.Token != "" {
		err := a.accounts.InstallToken(ctx, init.Token, "BURGEE_INIT_TOKEN")
		if err != nil && !fault.IsKind(err, fault.Conflict) {
			return err
		}
	}
	if init.OwnerEmail == "" {
		return nil
	}
	_, err := a.accounts.CreateOwner(ctx, init.OwnerEmail, init.OwnerPassword)
	if err != nil && !fault.IsKind(err, fault.Conflict) {
		return fromVariables(err)
	}
	return nil
}

// fromVariables names the variables of the owner where an error names fields.
func fromVariables(err error) error {
	told, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return fmt.Errorf("make the owner of BURGEE_INIT_OWNER_EMAIL: %w", err)
	}
	f := *told
	names := map[string]string{"email": "BURGEE_INIT_OWNER_EMAIL", "password": "BURGEE_INIT_OWNER_PASSWORD"}
	f.Fields = slices.Clone(f.Fields)
	for i, field := range f.Fields {
		f.Fields[i].Field = cmp.Or(names[field.Field], field.Field)
	}
	return &f
}
