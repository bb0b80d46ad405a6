package server

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"

	"burgee.dev/burgee/internal/config"
	"burgee.dev/burgee/internal/delivery"
	"burgee.dev/burgee/internal/fault"
	"burgee.dev/burgee/internal/gate"
	"burgee.dev/burgee/internal/httpkit"
	"burgee.dev/burgee/internal/ingest"
	"burgee.dev/burgee/internal/ofrep"
	"burgee.dev/burgee/internal/presence"
	"burgee.dev/burgee/internal/relay"
	"burgee.dev/burgee/internal/sdkapi"
	"burgee.dev/burgee/internal/store"
)

// NewRelay is New for a relay: the same data plane, over what another server
// has, and no control plane.
func NewRelay(cfg *config.Config, options Options) (*Server, error) {
	if err := cfg.CheckRelay(); err != nil {
		return nil, err
	}
	s, err := newServer(cfg, options)
	if err == nil {
		s.fill = s.assembleRelay
	}
	return s, err
}

// edge is everything behind the port of a relay, wired.
type edge struct {
	server   *Server
	relay    *relay.Relay
	outbox   *relay.Outbox
	delivery *delivery.Manager
	presence *presence.Registry
	ingest   *ingest.Ingest
	sdk      *sdkapi.API
	remote   *ofrep.API
	handler  http.Handler
	complete atomic.Bool  // everything was served once
	parts    []*part      // in the order of stopping
	unlock   func() error // gives the folder to others
}

func (s *Server) assembleRelay(ctx context.Context) (inside, error) {
	r, err := relay.Open(relay.Options{
		Upstream: s.cfg.Relay.Upstream, Token: s.cfg.Relay.Token, VerifyKeys: s.cfg.Relay.VerifyKeys,
		Dir: s.cfg.Data, Version: s.build.Version, Logger: s.logger, Clock: s.clock,
	})
	if err != nil {
		return nil, err
	}
	unlock, err := s.lockRelay(ctx)
	if err != nil {
		return nil, err
	}
	e := &edge{server: s, unlock: unlock, relay: r, outbox: r.Outbox(), presence: presence.New(s.clock)}
	e.ingest = ingest.New(r.Counts(e.outbox), ingest.Options{Logger: s.logger, Clock: s.clock})
	e.delivery = delivery.New(r, delivery.Options{Logger: s.logger, Clock: s.clock})
	r.Announce(func() { e.delivery.Announce(0, 0) })
	door := gate.New(r.Directory(e.delivery), e.presence, e.ingest, s.clock)
	e.sdk = sdkapi.New(door, e.presence, nil, nil, nil, sdkapi.Options{OnPanic: s.streamPanicked}) // its reading routes only
	e.remote = ofrep.New(door, e.presence, e.ingest, s.clock)
	e.observe()
	e.handler = e.routes(door)
	return e, nil
}

// lockRelay keeps other relays out of the folder. Where nobody can write, no two
// can: such a folder is used without.
func (s *Server) lockRelay(ctx context.Context) (unlock func() error, err error) {
	unlock, err = store.LockFolder(ctx, s.cfg.Data)
	if err == nil || fault.As(err).Code == store.CodeInUse {
		return unlock, err
	}
	s.logger.Warn("the relay's folder cannot be locked", "folder", s.cfg.Data, "error", err)
	return func() error { return nil }, nil
}

// routes builds the handler behind the port.
func (e *edge) routes(door *gate.Gate) http.Handler {
	s := e.server
	mux := http.NewServeMux()
	e.sdk.ReadingRoutes(mux)
	e.relay.Intake(door, e.outbox).Routes(mux)
	e.remote.Routes(mux)
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", e.readyz)
	interfaces := httpkit.Routes(mux)
	front := httpkit.Edge{
		Logger: s.logger, Clock: s.clock, TrustedProxies: s.cfg.TrustedProxies,
		Observe: s.observeRequest, OnPanic: func(any) { s.metrics.Panic("http") },
	}
	return front.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !carried(r.URL.Path) {
			httpkit.WriteProblem(w, r, fault.New(fault.NotFound, "not_on_relay",
				"This is a relay of %s and serves programs only. The dashboard, the management API and downloads are there", s.cfg.Relay.Upstream))
			return
		}
		interfaces.ServeHTTP(w, r)
	}))
}

// carried says whether a path is one that relays serve.
func carried(path string) bool {
	for _, prefix := range []string{"/sdk/", "/ofrep/", "/healthz", "/readyz"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}

// start implements inside. Counts go from ingest to the outbox to upstream, and
// stop in this order.
func (e *edge) start(ctx context.Context, parts *group) {
	e.parts = []*part{
		parts.start(ctx, "ingest", e.ingest.Run),
		parts.start(ctx, "outbox", e.outbox.Run),
		parts.start(ctx, "relay", e.relay.Run),
		parts.start(ctx, "presence", e.presence.Run),
		parts.start(ctx, "delivery", e.delivery.Run),
	}
}

// awaitLoad implements inside: what the folder holds is served from the first
// moment on. Upstream is not waited for.
func (e *edge) awaitLoad(ctx context.Context, failed <-chan error) error {
	return e.server.await(ctx, e.delivery.Ready, failed)
}

// serves implements inside.
func (e *edge) serves() (http.Handler, greeting) {
	return e.handler, greeting{url: e.server.URL(), data: e.server.cfg.Data, upstream: e.server.cfg.Relay.Upstream}
}

// drainStreams implements inside.
func (e *edge) drainStreams() {
	e.sdk.Drain()
	e.remote.Drain()
}

// awaitStreams implements inside.
func (e *edge) awaitStreams(ctx context.Context) { e.sdk.Wait(ctx) }

// stop implements inside.
func (e *edge) stop() {
	for _, p := range e.parts {
		p.stop()
	}
	if err := e.unlock(); err != nil {
		e.server.logger.Warn("the lock of the relay's folder", "error", err)
	}
}
